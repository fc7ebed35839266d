/** A stream over TCP: plain, with STARTTLS on the way, or under TLS from the start. Spec: RFC 6120 §3, §5.4,
 *  XEP-0368. Not here: what is sent and when it ends (connection.ts), the handshake (tls.ts). @module */
import type { Socket } from 'node:net';
import type { StreamId } from '../core/input.ts';
import { StreamReader } from '../core/xml/reader.ts';
import type { Security } from './channel.ts';
import { networkOf } from './address.ts';
import { Connection } from './connection.ts';
import type { Surroundings } from './connection.ts';
import { tcpFraming } from './framing.ts';
import type { Secure, Secured } from './securing.ts';

/** What the connections of a TCP listener share beside the rest. */
export interface TcpSurroundings extends Surroundings {
  /** How a plain connection is described; the same for each. */
  readonly plain: Security;
  /** How one becomes secure; undefined where it can't. */
  readonly secure: Secure | undefined;
}

/** The last byte of every tag. */
const tagEnd = 0x3e;
/** What XML counts as white space. */
const whiteSpace: ReadonlySet<number> = new Set([0x20, 0x09, 0x0d, 0x0a]);

export class TcpConnection extends Connection {
  readonly #tcp: TcpSurroundings;
  #socket: Socket;
  #reader: StreamReader;
  /** A TLS handshake was asked for: nothing that comes before it counts (RFC 6120 §5.4.3.3). */
  #securing = false;

  private constructor(surroundings: TcpSurroundings, socket: Socket, security: Security) {
    super(surroundings, tcpFraming(surroundings.peer), security);
    this.#tcp = surroundings;
    this.#socket = socket;
    this.#reader = new StreamReader(this.regime.reader);
  }

  /** Takes in a socket as it was accepted, or as the peer has accepted it; it has `allowHalfOpen`.
   *  @param asked the name under which the core has asked for it */
  static plain(surroundings: TcpSurroundings, socket: Socket, asked?: StreamId): void {
    new TcpConnection(surroundings, socket, surroundings.plain).#begin(asked);
  }

  /** Takes in a socket after its handshake, where TLS begins at once (XEP-0368). */
  static secure(surroundings: TcpSurroundings, { socket, security }: Secured, asked?: StreamId): void {
    // What is gone by now tells nobody any more.
    if (!socket.destroyed) new TcpConnection(surroundings, socket, security).#begin(asked);
  }

  #begin(asked: StreamId | undefined): void {
    this.attach(asked);
    this.#listen(this.#socket);
  }

  restart(): void {
    this.#reader.restart();
  }

  override trust(): void {
    super.trust();
    this.#reader.limits = this.regime.reader;
  }

  startTls(): void {
    const { secure, log } = this.#tcp;
    if (secure === undefined) return this.destroy();
    const plain = this.#socket;
    plain.removeAllListeners('data').pause();
    // The proceed goes out in the clear, before the handshake takes over the socket.
    this.flush();
    this.#securing = true;
    secure(plain).then(
      (secured) => this.#secured(secured),
      (error: unknown) => log.info({ err: error, stream: this.stream }, 'STARTTLS failed'),
    );
  }

  #secured({ socket, security }: Secured): void {
    if (socket.destroyed) return;
    this.#securing = false;
    this.#socket = socket;
    this.#reader = new StreamReader(this.regime.reader);
    this.security = security;
    this.#listen(socket);
    this.surroundings.driver.feed({ type: 'tls.established', stream: this.stream, channel: this.channel });
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #listen(socket: Socket): void {
    socket.on('data', (bytes) => this.#read(bytes));
    socket.on('end', () => this.hungUp());
    socket.on('error', (error) => this.surroundings.log.debug({ err: error, stream: this.stream }, 'a connection failed'));
    socket.on('close', () => this.lost());
  }

  #read(bytes: Uint8Array): void {
    const stanzas = this.channel.startTls ? this.#readTagByTag(bytes) : this.#take(bytes);
    this.spent(bytes.length, stanzas);
  }

  #take(bytes: Uint8Array): number {
    const events = this.#reader.push(bytes);
    for (const event of events) this.receive(event);
    return events.length;
  }

  /** While TLS may still begin, what follows the request for it must be seen: it could have been put
   *  there by someone in between, so it ends the connection (RFC 6120 §5.4.3.3, the attack of
   *  CVE-2011-0411). White space says nothing, and clients built on go-xmpp end the request with a new
   *  line although they must not (§5.3.3): it is dropped. An element ends with a tag, so the reader is
   *  given one tag at a time. */
  #readTagByTag(bytes: Uint8Array): number {
    let stanzas = 0;
    for (let from = 0, to = 0; from < bytes.length; from = to) {
      to = bytes.indexOf(tagEnd, from) + 1 || bytes.length;
      stanzas += this.#take(bytes.subarray(from, to));
      if (!this.#securing) continue;
      if (!bytes.subarray(to).every((byte) => whiteSpace.has(byte))) {
        this.surroundings.log.warn({ stream: this.stream }, 'something was sent between the request for TLS and its handshake');
        this.destroy();
      }
      return stanzas;
    }
    return stanzas;
  }

  protected override write(frames: readonly string[]): void {
    // Amid a handshake there is no way to say anything (RFC 6120 §5.4.3.1 rule 1).
    if (this.#securing) this.destroy();
    else this.#socket.write(frames.join(''));
  }

  override get origin(): string {
    return networkOf(this.#socket.remoteAddress ?? '');
  }

  protected override whenWritten(done: () => void): void {
    // A write that fails is followed by the end of the connection.
    this.#socket.write('', (error) => void (error ?? done()));
  }

  protected override get unsent(): number {
    return this.#socket.writableLength;
  }

  protected override suspendReading(): void {
    this.#socket.pause();
  }

  protected override resumeReading(): void {
    if (!this.#securing) this.#socket.resume();
  }

  protected override hangUp(): void {
    if (this.#securing) this.destroy();
    else this.#socket.end();
  }
}
