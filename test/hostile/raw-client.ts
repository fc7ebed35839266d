/** A client that obeys nothing: it sends the bytes it is given, and keeps all that comes back. Spec: RFC 6120 §4,
 *  RFC 7395. Not here: the server and those who are not to be disturbed (siege.ts). @module */
import { connect } from 'node:net';
import type { NetConnectOpts, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { parse } from 'ltx';
import type { Element } from 'ltx';
import { WebSocket } from 'ws';
import { NS } from '../../src/core/namespaces.ts';

/** How a stream ended, as the peer saw it. */
export interface Farewell {
  /** The condition of the stream error, and whatever came after it, which should be nothing. */
  readonly errors: readonly string[];
  /** The closing tag, or `<close/>`, was the last thing. */
  readonly closed: boolean;
}

/** What is common to bytes and to frames. */
export abstract class RawClient {
  /** Everything that came. */
  heard = '';
  /** Resolves when the server has hung up, in order or not. */
  readonly ended: Promise<void>;
  hasEnded = false;
  #read = 0;
  #listeners: (() => void)[] = [];
  #resolveEnded: () => void = () => {};

  constructor() {
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
  }

  /** Sends this as it is: bytes of a stream, or one message. */
  abstract send(data: string | Uint8Array): this;
  /** Breaks the line off. */
  abstract destroy(): void;
  /** How the stream ended. Throws when what came is no well-formed stream. */
  abstract farewell(): Farewell;

  /** Resolves with all that came since the last call, once this is part of it. */
  async hears(text: string): Promise<string> {
    let at: number;
    while ((at = this.heard.indexOf(text, this.#read)) < 0) {
      if (this.hasEnded) throw new Error(`the connection ended without ${text}; heard: ${this.heard.slice(-500)}`);
      await this.news();
    }
    const from = this.#read;
    this.#read = at + text.length;
    return this.heard.slice(from, this.#read);
  }

  /** Resolves when something has come, or the connection has ended. */
  news(): Promise<void> {
    return new Promise((resolve) => this.#listeners.push(resolve));
  }

  protected take(text: string): void {
    this.heard += text;
    this.#tell();
  }

  protected end(): void {
    this.hasEnded = true;
    this.#tell();
    this.#resolveEnded();
  }

  #tell(): void {
    for (const listener of this.#listeners.splice(0)) listener();
  }
}

/** A client over TCP or TLS. */
export class StreamClient extends RawClient {
  readonly socket: Socket;

  constructor(socket: Socket) {
    super();
    this.socket = socket;
    const decoder = new TextDecoder();
    socket.on('data', (bytes) => this.take(decoder.decode(bytes, { stream: true })));
    socket.on('error', () => {});
    socket.once('end', () => this.end());
    socket.once('close', () => this.end());
  }

  override send(data: string | Uint8Array): this {
    if (this.socket.writable) this.socket.write(data);
    return this;
  }

  override destroy(): void {
    this.socket.destroy();
  }

  override farewell(): Farewell {
    // A restarted stream is a document of its own (RFC 6120 §4.3.3).
    const document = this.heard.slice(this.heard.lastIndexOf('<?xml'));
    const closed = document.endsWith('</stream:stream>');
    return { errors: errorsIn(parse(closed ? document : `${document}</stream:stream>`)), closed };
  }
}

/** A client over WebSocket; each message that is heard stands on a line of its own. */
export class FrameClient extends RawClient {
  readonly webSocket: WebSocket;
  /** The status with which the server closed (RFC 6455 §7.4.1). */
  status = 0;

  constructor(webSocket: WebSocket) {
    super();
    this.webSocket = webSocket;
    webSocket.on('message', (data) => this.take(`${String(data)}\n`));
    webSocket.on('error', () => {});
    webSocket.on('close', (status) => {
      this.status = status;
      this.end();
    });
  }

  override send(data: string | Uint8Array): this {
    this.webSocket.send(data, { binary: false });
    return this;
  }

  override destroy(): void {
    this.webSocket.terminate();
  }

  override farewell(): Farewell {
    const frames = parse(`<frames>${this.heard}</frames>`);
    const [last] = frames.getChildElements().slice(-1);
    return { errors: errorsIn(frames), closed: last?.is('close', NS.framing) === true };
  }
}

function errorsIn(stream: Element): string[] {
  const elements = stream.getChildElements();
  const first = elements.findIndex(isStreamError);
  return first < 0 ? [] : elements.slice(first).filter((element) => !element.is('close', NS.framing)).map(conditionOf);
}

const isStreamError = (element: Element): boolean => element.is('error', NS.streams);

/** RFC 6120 §4.9.2: the condition comes first. */
function conditionOf(element: Element): string {
  const [condition] = element.getChildElements();
  return isStreamError(element) && condition?.getNS() === NS.xmppStreams ? condition.name : element.toString();
}

/** Connects over TCP. */
export async function connectTcp(port: number, options: Partial<NetConnectOpts> = {}): Promise<StreamClient> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true, ...options });
  const client = new StreamClient(socket);
  await established(socket, 'connect');
  return client;
}

/** Connects over TLS, or begins it on a connection that is there. */
export async function connectSecurely(target: number | Socket, protocols: readonly string[] = []): Promise<StreamClient> {
  const socket = connectTls({
    ...(typeof target === 'number' ? { port: target, host: '127.0.0.1' } : { socket: target }),
    rejectUnauthorized: false, ...(protocols.length > 0 && { ALPNProtocols: [...protocols] }),
  });
  const client = new StreamClient(socket);
  await established(socket, 'secureConnect');
  return client;
}

/** Connects over WebSocket. Rejects when the server refuses. */
export async function connectWebSocket(url: string, protocol = 'xmpp'): Promise<FrameClient> {
  const webSocket = new WebSocket(url, protocol, { rejectUnauthorized: false });
  const client = new FrameClient(webSocket);
  await new Promise<void>((resolve, reject) => {
    webSocket.once('open', resolve);
    webSocket.once('error', reject);
  });
  return client;
}

function established(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the server hung up')));
  });
}
