/** Another server that is up to no good, over a real socket with TLS: it says whatever a test makes it say. @module */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls';
import type { Credentials } from '../peers/authority.ts';
import type { Endpoint } from '../peers/peer.ts';

/** The header of a server. */
export const header = (attrs: string): string => `<?xml version='1.0'?><stream:stream xmlns="jabber:server" xmlns:stream="http://etherx.jabber.org/streams" xmlns:db="jabber:server:dialback" version="1.0" ${attrs}>`;
const starttls = '<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>';
const patienceMs = 10_000;

/** One end of a stream between servers: what has been heard, as text. */
export class RogueStream {
  #socket: Socket;
  #heard = '';
  isClosed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  /** Opens a stream to a server, TLS included.
   *  @param from the domain that it claims to be; undefined for none
   *  @param credentials the certificate that it shows; none when left out */
  static async open({ host, port }: Endpoint, from: string | undefined, to: string, credentials?: Credentials): Promise<RogueStream> {
    const socket = connect({ host, port });
    await once(socket, 'connect');
    const stream = new RogueStream(socket);
    const attrs = `${from === undefined ? '' : `from="${from}" `}to="${to}"`;
    await stream.ask(header(attrs), '</stream:features>');
    await stream.ask(starttls, '<proceed');
    socket.removeAllListeners();
    const secure = connectTls({ socket, rejectUnauthorized: false, ...credentials });
    await once(secure, 'secureConnect');
    stream.#socket = secure;
    stream.#listen();
    await stream.ask(header(attrs), '</stream:features>');
    return stream;
  }

  get heard(): string {
    return this.#heard;
  }

  /** The condition of the stream error. */
  get fault(): string | undefined {
    return /<stream:error><([a-z-]+)/.exec(this.#heard)?.[1];
  }

  say(text: string): void {
    this.#socket.write(text);
  }

  /** Says something, and waits until something else is heard after it. */
  async ask(text: string, expected: string): Promise<string> {
    this.#heard = '';
    this.say(text);
    await this.hear(expected);
    return this.#heard;
  }

  async hear(expected: string): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (!this.#heard.includes(expected)) {
      if (Date.now() > deadline || this.isClosed) throw new Error(`not heard: ${expected}; but ${this.#heard}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Waits for the end of the stream. */
  async end(): Promise<string | undefined> {
    await this.hear('</stream:stream>');
    return this.fault;
  }

  drop(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.on('data', (bytes: Buffer) => void (this.#heard += bytes.toString('utf8')));
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => void (this.isClosed = true));
  }
}

/** Takes the streams of servers that come to it, as far as a test needs: features, TLS, then whatever `answer` gives for what is
 *  heard. */
export async function startRogue(address: string, credentials: Credentials, answer: (text: string, say: (text: string) => void) => void): Promise<{ stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((plain) => {
    sockets.add(plain);
    plain.on('error', () => {});
    const say = (socket: Socket) => (text: string): void => void socket.write(text);
    plain.on('data', (bytes: Buffer) => {
      const text = bytes.toString('utf8');
      if (text.includes('<stream:stream')) say(plain)(`${header('id="rogue-1"')}<stream:features><starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/></stream:features>`);
      if (!text.includes('<starttls')) return;
      plain.removeAllListeners('data');
      plain.write('<proceed xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>', () => {
        const secure = new TLSSocket(plain, { isServer: true, secureContext: createSecureContext(credentials) });
        secure.on('error', () => {});
        secure.on('data', (more: Buffer) => answer(more.toString('utf8'), say(secure)));
      });
    });
  });
  await once(server.listen(5269, address), 'listening');
  return {
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
