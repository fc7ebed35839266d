/** Peers that take their time: to speak, to authenticate, to read, to hang up. Spec: RFC 6120 §4.4, §4.6, §13.12.
 *  Not here: TLS handshakes that never end (starttls.test.ts), slow HTTP (http.test.ts), streams that trickle in
 *  (xml.test.ts). @module */
import { describe, expect, it } from 'vitest';
import { answersTo, authenticated, bound, closingTag, header, open, opened, plain, starttls } from './dialogue.ts';
import type { RawClient, StreamClient } from './raw-client.ts';
import { besiege, expectExpelled } from './siege.ts';

const siege = besiege({
  unauthenticatedTimeoutMs: 1_000,
  limits: { maxQueuedBytes: 1 << 16, bytesPerSecond: 1 << 30, closeTimeoutMs: 200, tlsHandshakeTimeoutMs: 100 },
});

describe.concurrent('slow: to speak, or to authenticate', () => {
  it.each<readonly [string, (client: RawClient) => Promise<unknown>]>([
    ['after its header', (client) => opened(client)],
    ['amid an element', async (client) => (await opened(client)).send('<auth')],
    ['amid SASL', async (client) => (await opened(client)).send(plain('mallory').replace(/>.*/, '/>')).hears('<challenge')],
    ['after a failure of SASL', async (client) => (await opened(client)).send(plain('mallory', 'guess')).hears('</failure>')],
    ['before binding', (client) => authenticated(client, 'mallory')],
  ])('slow: a peer that is silent %s is given up (RFC 6120 §4.9.3.4)', async (_when, begin) => {
    const client = await siege.tcp();
    await begin(client);
    await expectExpelled(client, 'connection-timeout');
  });

  it.each<readonly [string, string, string]>([
    ['at first', '', ''],
    ['amid its header', '<?xml', ''],
    ['amid the handshake of STARTTLS', header() + starttls, '<proceed'],
  ])('slow: a connection that is silent %s ends (RFC 6120 §13.12)', async (_when, data, answer) => {
    const client = await siege.tcp();
    await client.send(data).hears(answer);
    await client.ended;
  });

  it('slow: keeping a stranger\'s stream alive with white space doesn\'t prolong it (RFC 6120 §13.12)', async () => {
    const client = await opened(await siege.tcp());
    const spaces = setInterval(() => client.send(' '), 20);
    await expectExpelled(client, 'connection-timeout');
    clearInterval(spaces);
  });

  it('slow: over WebSocket a silent peer is given up as well (RFC 6120 §4.9.3.4)', async () => {
    await expectExpelled((await siege.connect('WebSocket')).send(open), 'connection-timeout');
  });

  it('slow: a user may be silent (RFC 6120 §4.6.1)', async () => {
    const client = await bound(await siege.tcp(), 'mallory', 'silent');
    await expectExpelled(await opened(await siege.tcp()), 'connection-timeout');
    expect(await answersTo(client, '')).toBe('');
    client.destroy();
  });
});

describe.concurrent('slow: to hang up', () => {
  it.each<readonly [string, (client: StreamClient) => unknown]>([
    ['in the clear, before its header', () => {}],
    ['after its header', (client) => opened(client)],
    ['as a user', (client) => bound(client, 'mallory')],
  ])('slow: a peer that only ends its own half, %s, is taken for gone (RFC 6120 §4.6)', async (_when, begin) => {
    const client = await siege.tcp();
    await begin(client);
    client.socket.end();
    await client.ended;
  });

  it('slow: who closes the stream and its half of the connection hears the closing tag (RFC 6120 §4.4)', async () => {
    const client = await bound(await siege.tcp(), 'mallory');
    client.send(closingTag).socket.end();
    await client.ended;
    expect(client.farewell()).toEqual({ errors: [], closed: true });
  });
});

describe('slow: to read', () => {
  it('slow: too much that waits is a resource-constraint, and what was sent until then arrives whole (RFC 6120 §4.9.3.17)', async () => {
    const reader = await bound(await siege.tcp(), 'mallory', 'reader');
    const writer = await bound(await siege.tcp(), 'tybalt', 'writer');
    await reader.send("<presence to='tybalt@localhost/writer'/>").hears('');
    await writer.hears('<presence');
    reader.socket.pause();
    const body = 'x'.repeat(200_000);
    let sent = 0;
    for (let heard = ''; !heard.includes('type="unavailable"'); sent += 1) {
      heard = await answersTo(writer, `<message to='mallory@localhost/reader' type='chat' id='${sent}'><body>${body}</body></message>`);
      expect(sent).toBeLessThan(500);
    }
    reader.socket.resume();
    await expectExpelled(reader, 'resource-constraint');
    const ids = [...reader.heard.matchAll(/<message [^>]*id="(\d+)"/g)].map((match) => Number(match[1]));
    expect(ids.length).toBeGreaterThan(0);
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, n) => n));
    expect(sent - ids.length).toBeLessThanOrEqual(1);
    writer.destroy();
  });

  it('slow: who makes others answer and never reads it is given up as well (RFC 6120 §4.9.3.17)', async () => {
    const asker = await bound(await siege.tcp(), 'mallory', 'asker');
    const witness = await bound(await siege.tcp(), 'tybalt', 'witness');
    asker.send("<presence to='tybalt@localhost/witness'/>");
    await witness.hears('<presence');
    asker.socket.pause();
    let isGone = false;
    void witness.hears('type="unavailable"').then(() => (isGone = true));
    const question = `<message to='mallory@localhost/asker' id='1'><body>${'x'.repeat(20_000)}</body></message>`;
    for (let sent = 0; !isGone; sent += 1) {
      asker.send(question);
      await new Promise(setImmediate);
      expect(sent).toBeLessThan(5_000);
    }
    asker.socket.resume();
    await expectExpelled(asker, 'resource-constraint');
    witness.destroy();
  });
});
