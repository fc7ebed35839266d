/** Streams over WebSocket. Spec: RFC 7395. @module */
import { Socket } from 'node:net';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import type { KeyAndCertificate } from '../../src/runtime/certificate.ts';
import { certificate, running } from './running.ts';
import { send } from './scripted-core.ts';
import type { Script } from './scripted-core.ts';

const open = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0' xml:lang='en'/>";
const close = "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>";
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const trusting: Script = (input) => input.type === 'stream.opened' ? [{ type: 'trust', stream: input.stream }] : undefined;

/** A WebSocket and every message that came. */
class WebPeer {
  readonly webSocket: WebSocket;
  readonly messages: string[] = [];
  /** The status code of the end. */
  readonly closed: Promise<number>;
  #heard: (() => void) | undefined;

  private constructor(webSocket: WebSocket) {
    this.webSocket = webSocket;
    webSocket.on('message', (data) => {
      this.messages.push(String(data));
      this.#heard?.();
    });
    this.closed = new Promise((resolve) => webSocket.once('close', (code) => {
      this.#heard?.();
      resolve(code);
    }));
  }

  static async connect(url: string, options: ClientOptions = {}, protocols = ['xmpp']): Promise<WebPeer> {
    const peer = new WebPeer(new WebSocket(url, protocols, { rejectUnauthorized: false, ...options }));
    await new Promise((resolve, reject) => peer.webSocket.once('open', resolve).once('error', reject));
    return peer;
  }

  send(...messages: (string | Buffer)[]): this {
    for (const message of messages) this.webSocket.send(message);
    return this;
  }

  async hears(count: number): Promise<readonly string[]> {
    while (this.messages.length < count) {
      if (this.webSocket.readyState === WebSocket.CLOSED) throw new Error(`the connection ended after ${this.messages.join(' ')}`);
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
    return this.messages;
  }
}

const urlOf = (port: number, scheme = 'ws'): string => `${scheme}://127.0.0.1:${port}/xmpp-websocket`;

describe('websocket: framing', () => {
  it('websocket: open is answered by open, and elements go each in a message of its own (RFC 7395 §3.3, §3.4)', async () => {
    const { port, core } = await running((input) => input.type === 'stream.header' ? [
      { type: 'open', stream: input.stream, header: { from: 'localhost', id: 'a&b', lang: 'en', version: '1.0', to: "o'hara@localhost" } },
      send(input.stream, "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>"),
    ] : undefined, {}, ['http']);
    const peer = await WebPeer.connect(urlOf(port('http')));
    expect(peer.webSocket.protocol).toBe('xmpp');
    expect(await peer.send(open).hears(2)).toEqual([
      "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='localhost' to='o&apos;hara@localhost' id='a&amp;b' version='1.0' xml:lang='en'/>",
      "<stream:features xmlns:stream='http://etherx.jabber.org/streams'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>",
    ]);
    expect(core.all('stream.header')[0]?.header).toEqual({ wellNamed: true, xmlns: 'jabber:client', to: 'localhost', version: '1.0', lang: 'en' });
    expect(core.all('stream.opened')[0]?.channel).toMatchObject({ secure: false, startTls: false, mechanisms: ['SCRAM-SHA-256'] });
  });

  it.each([
    ['a stanza', "<message xmlns='jabber:client' to='a@b'><body>é😀</body></message>", "<message to=\"a@b\" xmlns='jabber:client'><body>é😀</body></message>"],
    ['an XML declaration before it', "<?xml version='1.0' encoding='UTF-8'?><presence xmlns='jabber:client'/>", "<presence xmlns='jabber:client'/>"],
    ['another namespace', "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", '<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>'],
    ['white space after it', "<iq xmlns='jabber:client'/>\n", "<iq xmlns='jabber:client'/>"],
  ])('websocket: a message with %s is one element (RFC 7395 §3.3.3)', async (_, message, answer) => {
    const { port } = await running(undefined, {}, ['http']);
    const peer = await WebPeer.connect(urlOf(port('http')));
    const [, echoed] = await peer.send(open, message).hears(2);
    expect(echoed?.replace(/^<message xmlns='jabber:client' to="a@b">/, "<message to=\"a@b\" xmlns='jabber:client'>")).toBe(answer);
  });

  it.each([
    ['two elements', '<a/><b/>', 'bad-format'],
    ['half an element', '<message>', 'not-well-formed'],
    ['the rest of another', '</message>', 'not-well-formed'],
    ['the tag that ends a stream over TCP', '</stream:stream>', 'bad-format'],
    ['a keepalive of white space', ' ', 'bad-format'],
    ['nothing', '', 'bad-format'],
    ['text', 'hello', 'bad-format'],
    ['a comment', '<!-- hello --><a/>', 'restricted-xml'],
    ['only a declaration', "<?xml version='1.0'?>", 'bad-format'],
    ['a declaration without an end', "<?xml version='1.0'", 'not-well-formed'],
    ['another encoding', "<?xml version='1.0' encoding='latin1'?><a/>", 'unsupported-encoding'],
    ['too much for a stranger', `<a>${'x'.repeat(10_001)}</a>`, 'policy-violation'],
  ])('websocket: a message with %s ends the stream (RFC 7395 §3.3.3, §3.5)', async (_, message, condition) => {
    const { port, core } = await running(undefined, {}, ['http']);
    const peer = await WebPeer.connect(urlOf(port('http')));
    const [, error, end] = await peer.send(open, message).hears(3);
    expect(error).toBe(`<stream:error xmlns:stream='http://etherx.jabber.org/streams'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`);
    expect(end).toBe(close);
    expect(await peer.closed).toBe(1000);
    expect(core.all('stream.broken').map((input) => input.condition)).toEqual([condition]);
  });

  it('websocket: a first message that is not open is a header with the wrong name (RFC 7395 §3.3.2)', async () => {
    const { port, core } = await running(undefined, {}, ['http']);
    const peer = await WebPeer.connect(urlOf(port('http')));
    await peer.send("<open xmlns='jabber:client'/>").hears(1);
    expect(core.all('stream.header')[0]?.header.wellNamed).toBe(false);
  });

  it('websocket: a restart expects open again, and no close before it (RFC 7395 §3.7)', async () => {
    const { port, core } = await running((input) => input.type === 'stream.element' && input.element.is('auth')
      ? [send(input.stream, "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"), { type: 'restart', stream: input.stream }] : undefined, {}, ['http']);
    const peer = await WebPeer.connect(urlOf(port('http')));
    await peer.send(open, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>").hears(2);
    await peer.send(open, "<iq xmlns='jabber:client'/>").hears(4);
    expect(core.inputs.map((input) => input.type)).toEqual(['stream.opened', 'stream.header', 'stream.element', 'stream.header', 'stream.element']);
  });

  it('websocket: a binary message ends the stream with an error (RFC 7395 §3.2)', async () => {
    const { port, core } = await running(undefined, {}, ['http']);
    const peer = await WebPeer.connect(urlOf(port('http')));
    const [, error, end] = await peer.send(open, Buffer.from('<presence/>')).hears(3);
    expect(error).toContain('<bad-format ');
    expect(end).toBe(close);
    expect(await peer.closed).toBe(1000);
    await core.next('stream.lost');
    expect(core.all('stream.element')).toEqual([]);
  });

  it.each<[string, string | Buffer, boolean]>([
    ['a binary message', Buffer.from('<presence/>'), true],
    ['a message larger than any stanza', `<a>${'x'.repeat(300_000)}</a>`, false],
    ['a message that is no UTF-8', Buffer.of(0x3c, 0xff), false],
  ])('websocket: %s ends the stream at once, whether the peer answers or not (RFC 7395 §3.2, §3.6)', async (_, message, binary) => {
    const { port, core } = await running(undefined, { limits: { closeTimeoutMs: 20 } }, ['http']);
    const peer = await WebPeer.connect(urlOf(port('http')));
    await peer.send(open).hears(1);
    peer.webSocket.pause();
    peer.webSocket.send(message, { binary });
    expect((await core.next('stream.broken')).condition).toBe('bad-format');
    await core.next('stream.lost');
  });
});

describe('websocket: ending', () => {
  it('websocket: close is answered by close, then by the end of the WebSocket (RFC 7395 §3.6)', async () => {
    const { port, core } = await running(undefined, {}, ['http']);
    const peer = await WebPeer.connect(urlOf(port('http')));
    const messages = await peer.send(open, close).hears(2);
    expect(messages[1]).toBe(close);
    expect(await peer.closed).toBe(1000);
    await core.next('stream.lost');
    expect(core.inputs.map((input) => input.type)).toEqual(['stream.opened', 'stream.header', 'stream.ended', 'stream.lost']);
  });

  it.each<[string, (webSocket: WebSocket) => void]>([
    ['closed', (webSocket) => webSocket.close()],
    ['cut', (webSocket) => webSocket.terminate()],
  ])('websocket: one that is %s without close is a stream that is lost, once (RFC 7395 §3.6)', async (_, end) => {
    const { port, core } = await running(undefined, {}, ['http']);
    const peer = await WebPeer.connect(urlOf(port('http')));
    await peer.send(open).hears(1);
    end(peer.webSocket);
    await core.next('stream.lost');
    await peer.closed;
    expect(core.inputs.map((input) => input.type)).toEqual(['stream.opened', 'stream.header', 'stream.lost']);
  });

  it('websocket: a peer that does not answer close is not waited for for ever (RFC 6120 §4.4 rule 3)', async () => {
    const { port, core } = await running((input) => input.type === 'stream.header' ? [{ type: 'close', stream: input.stream }] : undefined, { limits: { closeTimeoutMs: 20 } }, ['http']);
    const peer = await WebPeer.connect(urlOf(port('http')));
    await peer.send(open).hears(1);
    await core.next('stream.lost');
  });
});

describe('websocket: limits', () => {
  it('websocket: what one turn sends is one write (DESIGN §4)', async () => {
    const { port } = await running((input) => input.type === 'stream.element' ? upTo(50).map((n) => send(input.stream, `<message id='${n}'/>`)) : undefined, {}, ['http']);
    const peer = await WebPeer.connect(urlOf(port('http')));
    await peer.send(open).hears(1);
    // The kernel is reached by one of these two, once for each write.
    const writes = (['_write', '_writev'] as const).map((name) => vi.spyOn(Socket.prototype as Required<Socket>, name));
    peer.send("<iq xmlns='jabber:client'/>");
    await peer.hears(51);
    // One of them is the peer's own.
    expect(writes.flatMap((write) => write.mock.calls)).toHaveLength(2);
    vi.restoreAllMocks();
  });

  it('websocket: a peer that is too fast is read from later, and nothing is lost (RFC 6120 §13.12 rule 6)', async () => {
    const { port } = await running(trusting, { limits: { stanzasPerSecond: 2_000, burstMs: 10 } }, ['http']);
    const peer = await WebPeer.connect(urlOf(port('http')));
    const pause = vi.spyOn(WebSocket.prototype, 'pause');
    peer.send(open, ...upTo(300).map((n) => `<message xmlns='jabber:client' id='${n}'/>`));
    const messages = await peer.hears(301);
    expect(pause.mock.calls.length).toBeGreaterThan(0);
    vi.restoreAllMocks();
    expect(messages.slice(1).map((message) => Number(/id="(\d+)"/.exec(message)?.[1]))).toEqual(upTo(300));
  });

  it('websocket: trust makes room for the stanzas of users (RFC 6120 §13.12 rule 4)', async () => {
    const { port } = await running(trusting, {}, ['http']);
    const peer = await WebPeer.connect(urlOf(port('http')));
    const messages = await peer.send(open, `<message xmlns='jabber:client'>${'x'.repeat(200_000)}</message>`).hears(2);
    expect(messages[1]?.length).toBeGreaterThan(200_000);
  });

  it('websocket: a message larger than any stanza may be is not kept (RFC 6455 §7.4.1)', async () => {
    const { port, core } = await running(trusting, {}, ['http']);
    const peer = await WebPeer.connect(urlOf(port('http')));
    peer.send(open, `<message xmlns='jabber:client'>${'x'.repeat(300_000)}</message>`);
    expect(await peer.closed).toBe(1009);
    await core.next('stream.lost');
  });
});

describe('websocket: opening', () => {
  let tls: KeyAndCertificate;
  beforeAll(async () => {
    tls = await certificate();
  });

  it('websocket: over HTTPS the stream is secure (RFC 7395 §3.9)', async () => {
    const { port, core } = await running(undefined, { tls }, ['https']);
    await (await WebPeer.connect(urlOf(port('https'), 'wss'))).send(open).hears(1);
    const { channel } = await core.next('stream.opened');
    expect(channel).toMatchObject({ secure: true, startTls: false, mechanisms: ['SCRAM-SHA-256', 'PLAIN'] });
    expect(channel.channelBindings).toContain('tls-exporter');
  });

  it('websocket: behind a proxy that terminates TLS the stream is secure, without channel bindings', async () => {
    const { port, core } = await running(undefined, { webSocket: { behindProxy: true } }, ['http']);
    await WebPeer.connect(urlOf(port('http')));
    expect((await core.next('stream.opened')).channel).toMatchObject({ secure: true, mechanisms: ['SCRAM-SHA-256', 'PLAIN'], channelBindings: [] });
  });

  it.each<[string, string, string[], ClientOptions, RegExp]>([
    ['without the subprotocol', '/xmpp-websocket', [], {}, /400/],
    ['with another subprotocol', '/xmpp-websocket', ['mqtt'], {}, /400/],
    ['elsewhere', '/elsewhere', ['xmpp'], {}, /404/],
    ['of another origin', '/xmpp-websocket', ['xmpp'], { origin: 'https://evil.example' }, /403/],
    ['without an origin', '/xmpp-websocket', ['xmpp'], {}, /403/],
  ])('websocket: a handshake %s is refused (RFC 7395 §3.1)', async (title, path, protocols, options, status) => {
    const origins = title.includes('origin') ? { webSocket: { origins: ['https://localhost'] } } : {};
    const { port, core } = await running(undefined, origins, ['http']);
    await expect(WebPeer.connect(`ws://127.0.0.1:${port('http')}${path}`, options, protocols)).rejects.toThrow(status);
    expect(core.inputs).toEqual([]);
  });

  it('websocket: one of several subprotocols, a query and a listed origin are let in', async () => {
    const { port } = await running(undefined, { webSocket: { origins: ['https://localhost'] } }, ['http']);
    const peer = await WebPeer.connect(`${urlOf(port('http'))}?x=1`, { origin: 'https://localhost' }, ['mqtt', 'xmpp']);
    expect(peer.webSocket.protocol).toBe('xmpp');
  });
});
