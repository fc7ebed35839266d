/** HTTP that is none, or asks for what there is not. Spec: RFC 7395 §3.1, RFC 9112, RFC 6455 §4.2. @module */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { header, opened } from './dialogue.ts';
import { connectSecurely, connectTcp, connectWebSocket } from './raw-client.ts';
import type { RawClient } from './raw-client.ts';
import { besiege } from './siege.ts';

const most = 10;
const siege = besiege({ limits: { maxConnectionsPerAddress: most }, webSocket: { origins: ['https://capulet.example'] } });

const usual: Readonly<Record<string, string>> = {
  'Host': 'localhost', 'Upgrade': 'websocket', 'Connection': 'Upgrade', 'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': randomBytes(16).toString('base64'), 'Sec-WebSocket-Protocol': 'xmpp', 'Origin': 'https://capulet.example',
};

/** A request to upgrade, with these header fields in place of or beside the usual ones; an empty one is left out. */
function request(fields: Readonly<Record<string, string>> = {}, line = 'GET /xmpp-websocket HTTP/1.1'): string {
  const written = Object.entries({ ...usual, ...fields }).filter(([, value]) => value !== '').map(([name, value]) => `${name}: ${value}`);
  return `${[line, ...written].join('\r\n')}\r\n\r\n`;
}

/** The rows share one address and its few connections, so they come one after the other. */
describe('http: what is refused', () => {
  it.each([
    ['no subprotocol', 'RFC 7395 §3.1', request({ 'Sec-WebSocket-Protocol': '' }), 400],
    ['another subprotocol', 'RFC 7395 §3.1', request({ 'Sec-WebSocket-Protocol': 'chat, superchat' }), 400],
    ['the subprotocol in other letters', 'RFC 7395 §3.1', request({ 'Sec-WebSocket-Protocol': 'XMPP' }), 400],
    ['no key', 'RFC 6455 §4.2.1', request({ 'Sec-WebSocket-Key': '' }), 400],
    ['a key that is none', 'RFC 6455 §4.2.1', request({ 'Sec-WebSocket-Key': 'x' }), 400],
    ['another version', 'RFC 6455 §4.2.2', request({ 'Sec-WebSocket-Version': '7' }), 400],
    ['another method', 'RFC 6455 §4.2.1', request({}, 'POST /xmpp-websocket HTTP/1.1'), 405],
    ['another path', 'RFC 6455 §4.2.2', request({}, 'GET /../../etc/passwd HTTP/1.1'), 404],
    ['another origin', 'RFC 6455 §10.2', request({ Origin: 'https://montague.example' }), 403],
    ['no origin where one is needed', 'RFC 6455 §10.2', request({ Origin: '' }), 403],
    ['no host', 'RFC 9112 §3.2', request({ Host: '', Upgrade: '', Connection: 'close' }), 400],
    ['header fields too long', 'RFC 6585 §5', request({ 'X-Long': 'x'.repeat(20_000) }), 431],
    ['header fields too many', 'RFC 6585 §5', request(Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`X-${n}`, 'x']))), 431],
    ['header fields that never end', 'RFC 6585 §5', `GET / HTTP/1.1\r\n${'X-Long: x\r\n'.repeat(2_000)}`, 431],
    ['a target too long', 'RFC 6585 §5', request({}, `GET /${'x'.repeat(20_000)} HTTP/1.1`), 431],
    ['text', 'RFC 9112 §3', 'Hello?\r\n\r\n', 400],
    ['a stream over TCP', 'RFC 9112 §3', header(), 400],
    ['NUL', 'RFC 9112 §3', '\0\0\0\0', 400],
    ['a header field that is none', 'RFC 9112 §5', 'GET / HTTP/1.1\r\nHost localhost\r\n\r\n', 400],
    ['two lengths', 'RFC 9112 §6.3', request({ 'Upgrade': '', 'Content-Length': '1', 'Transfer-Encoding': 'chunked' }, 'POST / HTTP/1.1'), 400],
    ['a version that is none', 'RFC 9112 §2.3', 'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n', 400],
    ['a path that is not there', 'RFC 9110 §15.5.5', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', 404],
  ])('http: %s is refused (%s)', async (_attack, _section, data, status) => {
    const client = (await connectTcp(siege.port('http'))).send(data);
    await client.ended;
    expect(client.heard).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    client.destroy();
  });

  it('http: what HTTPS hears in the clear ends the connection (RFC 8446 §6)', async () => {
    const client = (await connectTcp(siege.port('https'))).send(request());
    await client.ended;
    expect(client.heard).not.toContain(' 101 ');
  });

  it('http: the same is refused over HTTPS (RFC 7395 §3.1)', async () => {
    const client = (await connectSecurely(siege.port('https'))).send(request({ 'Sec-WebSocket-Protocol': 'chat' }));
    await client.ended;
    expect(client.heard).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('http: a library that asks for another subprotocol is refused (RFC 7395 §3.1)', async () => {
    await expect(connectWebSocket(`ws://127.0.0.1:${siege.port('http')}/xmpp-websocket`, 'chat')).rejects.toThrow();
  });

  it('http: what is sent ahead of the upgrade\'s answer is a frame or nothing (RFC 6455 §4.1)', async () => {
    const client = (await connectTcp(siege.port('http'))).send(`${request()}<open/>`);
    await client.ended;
    expect(client.heard).toMatch(/^HTTP\/1\.1 101 /);
    expect(client.heard).not.toContain('<stream:features');
    client.destroy();
  });
});

describe('http: slowness', () => {
  it('http: requests that never end use up the connections of their own address only (RFC 6120 §13.12 rule 1)', async () => {
    const from = (localAddress: string): Promise<RawClient> => connectTcp(siege.port('http'), { localAddress });
    const slow: RawClient[] = [];
    for (let n = 0; n < most; n += 1) slow.push((await from('127.0.0.2')).send('GET /xmpp-websocket HTTP/1.1\r\nX-Slow: '));
    await (await from('127.0.0.2')).ended;
    const other = (await from('127.0.0.3')).send(request());
    await other.hears(' 101 ');
    (await opened(await siege.tcp())).destroy();
    for (const client of [...slow, other]) client.destroy();
  });
});
