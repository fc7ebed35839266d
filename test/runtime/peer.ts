/** The other end of a connection: collects what the server sends, and waits for what it should. @module */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach } from 'vitest';

/** The opening tag of a client's stream. */
export const header = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'>";

const peers: Peer[] = [];
afterEach(() => {
  for (const { socket } of peers.splice(0)) socket.destroy();
});

export class Peer {
  readonly socket: Socket;
  /** Everything that came since the connection was made. */
  text = '';
  /** How many pieces it came in. */
  pieces = 0;
  /** The server hung up, in order or not. */
  readonly ended: Promise<void>;
  #heard: (() => void) | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    peers.push(this);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      this.text += bytes.toString('utf8');
      this.pieces += 1;
      this.#heard?.();
    });
    this.ended = new Promise((resolve) => {
      for (const event of ['end', 'close']) socket.once(event, () => {
        this.#heard?.();
        resolve();
      });
    });
  }

  /** @throws (rejects) when nobody listens there. */
  static async connect(port: number): Promise<Peer> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    return new Peer(socket);
  }

  send(xml: string): this {
    this.socket.write(xml);
    return this;
  }

  /** Resolves once the text has come; rejects when the connection ends without it. */
  async hears(text: string): Promise<void> {
    while (!this.text.includes(text)) {
      if (this.socket.destroyed || this.socket.readableEnded) throw new Error(`the connection ended without ${text}; heard: ${this.text}`);
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  }
}
