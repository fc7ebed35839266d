/** A stream over WebSocket: one element to a message, `<open/>` and `<close/>` for the stream's tags.
 *  Spec: RFC 7395. Not here: the HTTP request before it (http.ts), what is sent and when it ends
 *  (connection.ts). @module */
import type { Socket } from 'node:net';
import type { Element } from 'ltx';
import type { RawData, WebSocket } from 'ws';
import type { StreamHeader } from '../core/input.ts';
import { NS } from '../core/namespaces.ts';
import { StreamReader } from '../core/xml/reader.ts';
import type { ReaderEvent } from '../core/xml/reader.ts';
import type { Security } from './channel.ts';
import { networkOf } from './address.ts';
import { Connection } from './connection.ts';
import type { Surroundings } from './connection.ts';
import { webSocketFraming } from './framing.ts';

/** What a message is read in, so that the rules of the reader hold for it as for a stream over TCP. */
const before = Buffer.from(`<stream:stream xmlns='${NS.client}' xmlns:stream='${NS.streams}'>`);
const after = Buffer.from('</stream:stream>');
const declaration = Buffer.from('<?xml');
const less = 0x3c;
/** A status code of RFC 6455 §7.4.1. */
const normalClosure = 1000;

export class WebSocketConnection extends Connection {
  readonly #socket: Socket;
  readonly #webSocket: WebSocket;
  readonly #reader: StreamReader;
  #opening = true;

  private constructor(surroundings: Surroundings, socket: Socket, webSocket: WebSocket, security: Security) {
    super(surroundings, webSocketFraming, security);
    this.#socket = socket;
    this.#webSocket = webSocket;
    this.#reader = new StreamReader(this.regime.reader);
  }

  /** Takes in a WebSocket after its handshake.
   *  @param socket what it runs over, to write a turn's messages in one go */
  static begin(surroundings: Surroundings, socket: Socket, webSocket: WebSocket, security: Security): void {
    const connection = new WebSocketConnection(surroundings, socket, webSocket, security);
    connection.attach();
    connection.#listen();
  }

  restart(): void {
    this.#opening = true;
  }

  /** There is no STARTTLS over WebSocket, and it isn't offered (RFC 7395 §3.9). */
  startTls(): void {
    this.destroy();
  }

  override trust(): void {
    super.trust();
    this.#reader.limits = this.regime.reader;
  }

  destroy(): void {
    this.#webSocket.terminate();
  }

  #listen(): void {
    const { log } = this.surroundings;
    this.#webSocket.on('message', (data, isBinary) => this.#read(data, isBinary));
    this.#webSocket.on('ping', (data) => this.#pinged(data));
    this.#webSocket.on('error', (error) => {
      log.debug({ err: error, stream: this.stream }, 'a WebSocket failed');
      // ws has said why and is closing, for which it would give the peer half a minute.
      this.break('bad-format');
    });
    this.#webSocket.on('close', () => this.lost());
  }

  #read(data: RawData, isBinary: boolean): void {
    // RFC 7395 §3.2: text only. `nodebuffer` is what ws hands over unless told otherwise.
    if (isBinary || !Buffer.isBuffer(data)) return this.break('bad-format', 'A message is text');
    this.receive(this.#eventOf(data));
    this.spent(data.length, 1);
  }

  /** What one message says (RFC 7395 §3.3.3). */
  #eventOf(message: Buffer): ReaderEvent {
    if (message[0] !== less) return { type: 'error', condition: 'bad-format' };
    const start = message.subarray(0, declaration.length).equals(declaration) ? message.indexOf('?>') + 2 : 0;
    this.#reader.restart();
    const inside = [message.subarray(0, start), before, message.subarray(start)].flatMap((bytes) => this.#reader.push(bytes));
    // The message has closed what it is read in, behind which the reader looks at nothing.
    if (inside.some((event) => event.type === 'end')) return { type: 'error', condition: 'bad-format' };
    const events = [...inside, ...this.#reader.push(after)];
    const fault = events.find((event) => event.type === 'error');
    if (fault !== undefined) return fault;
    const [, only, end] = events;
    if (only?.type !== 'element' || end?.type !== 'end') return { type: 'error', condition: 'bad-format' };
    return this.#meaningOf(only.element);
  }

  #meaningOf(element: Element): ReaderEvent {
    if (element.is('close', NS.framing)) return { type: 'end' };
    if (!this.#opening) return { type: 'element', element };
    // RFC 7395 §3.4: the first message is `<open/>`; whether it was is for the core to judge.
    this.#opening = false;
    return { type: 'header', header: headerOf(element) };
  }

  /** ws answers a ping by itself; a peer that doesn't read the answers can't pile them up. */
  #pinged(data: Buffer): void {
    this.spent(data.length, 1);
    this.checkQueue();
  }

  protected override write(frames: readonly string[]): void {
    this.#socket.cork();
    for (const frame of frames) this.#webSocket.send(frame);
    this.#socket.uncork();
  }

  override get origin(): string {
    return networkOf(this.#socket.remoteAddress ?? '');
  }

  protected override whenWritten(done: () => void): void {
    // A write that fails is followed by the end of the connection.
    this.#socket.write('', (error) => void (error ?? done()));
  }

  protected override get unsent(): number {
    return this.#webSocket.bufferedAmount;
  }

  protected override suspendReading(): void {
    this.#webSocket.pause();
  }

  protected override resumeReading(): void {
    this.#webSocket.resume();
  }

  protected override hangUp(): void {
    this.#webSocket.close(normalClosure);
  }
}

function headerOf(element: Element): StreamHeader {
  const wellNamed = element.is('open', NS.framing);
  const { to, from, version, 'xml:lang': lang } = element.attrs;
  return {
    wellNamed,
    xmlns: wellNamed ? NS.client : element.getNS() ?? '',
    ...(to !== undefined && { to }),
    ...(from !== undefined && { from }),
    ...(version !== undefined && { version }),
    ...(lang !== undefined && { lang }),
  };
}
