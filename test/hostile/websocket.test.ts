/** WebSocket messages that are no stream. Spec: RFC 7395, RFC 6455. Not here: what is at fault in the same way as over
 *  TCP (the other files), the HTTP request before it (http.test.ts). @module */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { StreamErrorCondition } from '../../machines/vocabulary.ts';
import { NS } from '../../src/core/namespaces.ts';
import { bound, closingTag, header, open, opened, plain } from './dialogue.ts';
import { connectTcp, FrameClient } from './raw-client.ts';
import type { StreamClient } from './raw-client.ts';
import { besiege, expectExpelled } from './siege.ts';

/** Time for a WebSocket's own goodbye, which tells the status. */
const siege = besiege({ limits: { closeTimeoutMs: 100 } });

type Row = readonly [attack: string, section: string, message: string, condition: StreamErrorCondition];

describe.concurrent('websocket: in place of <open/>', () => {
  it.each<Row>([
    ['a stanza', 'RFC 7395 §3.3.2', `<message xmlns='${NS.client}'/>`, 'invalid-namespace'],
    ['SASL', 'RFC 7395 §3.3.2', plain('mallory'), 'invalid-namespace'],
    ['a whole stream over TCP', 'RFC 7395 §3.3.2', header() + closingTag, 'invalid-namespace'],
    ['<open/> of no namespace', 'RFC 7395 §3.3.2', "<open to='localhost' version='1.0'/>", 'invalid-namespace'],
    ['<open/> of the content namespace', 'RFC 7395 §3.3.2', `<open xmlns='${NS.client}' to='localhost' version='1.0'/>`, 'invalid-namespace'],
    ['another element of its namespace', 'RFC 7395 §3.3.2', open.replace('<open', '<start'), 'invalid-namespace'],
    ['<open/> to nobody', 'RFC 6120 §4.9.3.6', open.replace(" to='localhost'", ''), 'host-unknown'],
    ['<open/> to elsewhere', 'RFC 6120 §4.9.3.6', open.replace('localhost', 'capulet.example'), 'host-unknown'],
    ['<open/> without a version', 'RFC 6120 §4.7.5', open.replace(" version='1.0'", ''), 'unsupported-version'],
    ['text', 'RFC 7395 §3.3.3', 'Hello?', 'bad-format'],
    ['nothing', 'RFC 7395 §3.3.3', '', 'bad-format'],
    ['white space before it', 'RFC 7395 §3.3.3', ` ${open}`, 'bad-format'],
    ['a document type before it', 'RFC 6120 §11.1', `<!DOCTYPE open>${open}`, 'restricted-xml'],
    ['it twice in one message', 'RFC 7395 §3.3.3', open + open, 'bad-format'],
  ])('websocket: %s is answered with <open/> and an error (%s)', async (_attack, _section, message, condition) => {
    const client = (await siege.connect('WebSocket')).send(message);
    await expectExpelled(client, condition);
    expect(client.heard).toMatch(/^<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='localhost' [^>]*\/>\n<stream:error/);
  });

  it('websocket: <close/> at once is answered with <close/> (RFC 7395 §3.6)', async () => {
    const client = (await siege.connect('WebSocket')).send(`<close xmlns='${NS.framing}'/>`);
    await client.ended;
    expect(client.farewell()).toEqual({ errors: [], closed: true });
  });
});

describe.concurrent('websocket: messages that are no element', () => {
  it.each<Row>([
    ['two stanzas', 'RFC 7395 §3.3.3', "<message id='1'/><message id='2'/>", 'bad-format'],
    ['half a stanza', 'RFC 7395 §3.3.3', '<message><body>half', 'not-well-formed'],
    ['the end of a stanza', 'RFC 7395 §3.3.3', '</body></message>', 'not-well-formed'],
    ['text', 'RFC 7395 §3.3.3', 'Hello?', 'bad-format'],
    ['text behind a stanza', 'RFC 7395 §3.3.3', '<message/>Hello?', 'bad-format'],
    ['nothing', 'RFC 7395 §3.3.3', '', 'bad-format'],
    ['white space', 'RFC 7395 §3.3.3', ' ', 'bad-format'],
    ['a comment', 'RFC 6120 §11.1', '<!-- -->', 'restricted-xml'],
    ['a declaration and nothing else', 'RFC 7395 §3.3.3', "<?xml version='1.0'?>", 'bad-format'],
    ['the closing tag of a stream over TCP', 'RFC 7395 §3.3.3', closingTag, 'bad-format'],
    ['a stanza that goes on behind the end of the stream', 'RFC 7395 §3.3.3', `<message id='1'/>${closingTag}<message id='2'/>`, 'bad-format'],
    ['a stanza and the closing tag of a stream over TCP', 'RFC 7395 §3.3.3', `<message id='1'/>${closingTag}`, 'bad-format'],
    ['a second <open/>', 'RFC 7395 §3.4', open, 'unsupported-stanza-type'],
  ])('websocket: %s ends the stream (%s)', async (_attack, _section, message, condition) => {
    const client = await bound(await siege.connect('WebSocket'), 'mallory');
    await expectExpelled(client.send(message), condition);
  });

  it.each([
    ['longer than any stanza', (client: FrameClient) => client.send(`<message>${'x'.repeat(262_144)}</message>`), 1009],
    ['no UTF-8', (client: FrameClient) => client.send(Uint8Array.of(0x3c, 0xff)), 1007],
  ])('websocket: a message that is %s ends the connection with the status for it (RFC 6455 §7.4.1)', async (_attack, send, status) => {
    const client = await siege.connect('WebSocket');
    if (!(client instanceof FrameClient)) throw new Error('not a WebSocket');
    await opened(client);
    send(client);
    await client.ended;
    expect(client.status).toBe(status);
  });

  it('websocket: a binary message ends the stream (RFC 7395 §3.2)', async () => {
    const client = await bound(await siege.connect('WebSocket'), 'mallory');
    if (!(client instanceof FrameClient)) throw new Error('not a WebSocket');
    client.webSocket.send(Buffer.from('<message/>'));
    await expectExpelled(client, 'bad-format');
  });

  it('websocket: a message in many fragments is one (RFC 6455 §5.4)', async () => {
    const client = await siege.connect('WebSocket');
    if (!(client instanceof FrameClient)) throw new Error('not a WebSocket');
    for (const [n, char] of [...open].entries()) client.webSocket.send(char, { fin: n === open.length - 1 });
    await client.hears('</stream:features>');
    client.destroy();
  });

  it('websocket: who vanishes without <close/> leaves nothing behind (RFC 7395 §3.6)', async () => {
    const witness = await bound(await siege.connect('WebSocket'), 'tybalt', 'witness');
    const client = await bound(await siege.connect('WebSocket'), 'mallory', 'vanishing');
    client.send(`<presence xmlns='${NS.client}' to='tybalt@localhost/witness'/>`);
    await witness.hears('<presence');
    client.destroy();
    expect(await witness.hears('type="unavailable"')).toContain('from="mallory@localhost/vanishing"');
    witness.destroy();
  });
});

/** Upgrades by hand, to send frames that no library would. */
async function upgraded(): Promise<StreamClient> {
  const client = await connectTcp(siege.port('http'));
  const lines = ['GET /xmpp-websocket HTTP/1.1', 'Host: localhost', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`, 'Sec-WebSocket-Protocol: xmpp'];
  await client.send(`${lines.join('\r\n')}\r\n\r\n`).hears('\r\n\r\n');
  return client;
}

describe.concurrent('websocket: frames that are none', () => {
  it.each([
    ['not masked', '§5.1', Uint8Array.of(0x81, 0x01, 0x3c)],
    ['of an unknown kind', '§5.2', Uint8Array.of(0x83, 0x81, 0, 0, 0, 0, 0x3c)],
    ['with a reserved bit', '§5.2', Uint8Array.of(0xc1, 0x81, 0, 0, 0, 0, 0x3c)],
    ['that go on with nothing', '§5.4', Uint8Array.of(0x80, 0x81, 0, 0, 0, 0, 0x3c)],
    ['a ping too long', '§5.5', Uint8Array.of(0x89, 0xfe, 0xff, 0xff)],
    ['of more bytes than there are', '§5.2', Uint8Array.of(0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)],
    ['XML in the clear', '§5.1', open],
  ])('websocket: frames %s end the connection (RFC 6455 %s)', async (_attack, _section, data) => {
    const client = (await upgraded()).send(data);
    await client.ended;
    expect(client.heard).not.toContain('<stream:features');
    client.destroy();
  });
});
