/** A server's end of a connection, with a client or with another server: what src/runtime/connection.ts and tcp.ts do with
 *  sockets, done with pipes. Bytes go through the core's own reader and framing. A TLS handshake is one byte each way, and
 *  what it shows of the other's certificate is drawn. Spec: RFC 6120 §4.4, §5.4. Left out: TLS with clients, which
 *  counts as established, and the limits on rates and on what a stranger may send. @module */
import { escapeXML } from 'ltx';
import type { ServerHeader } from '../../src/core/effect.ts';
import type { Channel, Input, PeerKind, StreamId } from '../../src/core/input.ts';
import { NS } from '../../src/core/namespaces.ts';
import { StreamReader } from '../../src/core/xml/reader.ts';
import type { ReaderEvent } from '../../src/core/xml/reader.ts';
import type { Agenda } from './agenda.ts';
import type { End } from './line.ts';
import type { Reader } from './pipe.ts';

/** How long a closed stream waits for its peer. */
const CLOSE_TIMEOUT_MS = 2_000;

/** The limits of the reader, for whomever. */
export const READER_LIMITS = { maxStanzaBytes: 262_144, maxDepth: 64, maxAttributes: 64 };

/** A TLS handshake, as far as it goes here. */
export const HANDSHAKE = '\u0016';

/** What a connection needs of its server. */
export interface ConnectionParts {
  readonly agenda: Agenda;
  readonly stream: StreamId;
  /** Bytes that may wait for the peer. */
  readonly queue: number;
  readonly peer: PeerKind;
  /** What there is once TLS is established, and who begins with it; not for clients. */
  readonly tls?: { readonly channel: Channel; readonly isOpener: boolean };
  entropy(): string;
  feed(input: Input): void;
}

/** One connection; it owes exactly one `stream.lost`, as the last input. */
export class Connection implements Reader {
  readonly #parts: ConnectionParts;
  #reader = new StreamReader(READER_LIMITS);
  #line: End | undefined;
  #isShaking = false;
  #phase: 'open' | 'closed' | 'leaving' | 'lost' = 'open';
  #hasPeerClosed = false;
  #hasPeerHungUp = false;
  #isDeaf = false;
  #outbox = '';
  #deadline = 0;
  #closedAt = Infinity;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  attach(line: End): void {
    this.#line = line;
  }

  read(bytes: Uint8Array): void {
    if (this.#isShaking) return this.#shake(bytes);
    for (const event of this.#reader.push(bytes)) this.#receive(event);
  }

  /** What was read before the handshake is never used after it (RFC 6120 §5.4.3.3). */
  startTls(): void {
    this.#isShaking = true;
    if (this.#parts.tls?.isOpener === true) this.#push(HANDSHAKE);
  }

  #shake(bytes: Uint8Array): void {
    const { tls, stream, feed } = this.#parts;
    if (tls === undefined || this.#phase === 'lost') return;
    if (bytes[0] !== HANDSHAKE.charCodeAt(0)) return this.destroy();
    this.#isShaking = false;
    this.#reader = new StreamReader(READER_LIMITS);
    if (!tls.isOpener) {
      this.#push(HANDSHAKE);
      this.flush();
    }
    if (this.#phase === 'open') feed({ type: 'tls.established', stream, channel: tls.channel });
    if (bytes.length > 1) this.read(bytes.subarray(1));
  }

  /** The peer sends no more: a dead line, unless its closing tag came before. */
  ended(): void {
    this.#hasPeerHungUp = true;
    if (this.#phase === 'leaving') this.lost();
    else if (this.#phase === 'closed') this.#leave();
    else if (this.#phase === 'open' && !this.#hasPeerClosed) this.destroy();
  }

  lost(): void {
    if (this.#phase === 'lost') return;
    this.#phase = 'lost';
    this.#outbox = '';
    this.#parts.feed({ type: 'stream.lost', stream: this.#parts.stream });
  }

  destroy(): void {
    this.#line?.cut();
    this.lost();
  }

  open(header: ServerHeader): void {
    const attributes = Object.entries({ from: header.from, to: header.to, id: header.id, version: header.version, 'xml:lang': header.lang });
    const written = attributes.map(([name, value]) => (value === undefined ? '' : ` ${name}='${escapeXML(value)}'`)).join('');
    this.#push(`<?xml version='1.0'?><stream:stream ${this.#parts.peer === 'client' ? `xmlns='${NS.client}'` : `xmlns='${NS.server}' xmlns:db='${NS.dialback}'`} xmlns:stream='${NS.streams}'${written}>`);
  }

  send(xml: string): void {
    this.#push(xml);
  }

  close(): void {
    if (this.#phase !== 'open') return;
    this.#push('</stream:stream>');
    this.#phase = 'closed';
    this.#closedAt = this.#parts.agenda.now;
    if (this.#hasPeerClosed || this.#hasPeerHungUp) this.#leave();
    else this.#awaitPeer();
  }

  disconnect(): void {
    if (this.#phase === 'open' || this.#phase === 'closed') this.#leave();
  }

  restart(): void {
    this.#reader.restart();
  }

  pause(): void {
    this.#line?.incoming.pause();
  }

  resume(): void {
    this.#line?.incoming.resume();
  }

  whenSent(done: (isSent: boolean) => void): void {
    if (this.#phase === 'lost' || this.#line === undefined) return done(false);
    this.flush();
    this.#line.outgoing.whenSent(done);
  }

  /** Writes what the step has brought, in one go. */
  flush(): void {
    if (this.#phase === 'lost') return;
    if (this.#outbox !== '') this.#line?.outgoing.write(this.#outbox);
    this.#outbox = '';
    if (this.#phase === 'leaving') this.#line?.outgoing.end();
  }

  #receive(event: ReaderEvent): void {
    if (this.#phase === 'leaving' || this.#phase === 'lost') return;
    const { stream, feed, entropy } = this.#parts;
    if (event.type === 'end') return this.#closedByPeer();
    if (this.#isDeaf) return;
    if (event.type === 'header') feed({ type: 'stream.header', stream, header: event.header, entropy: entropy() });
    else if (event.type === 'element') feed({ type: 'stream.element', stream, element: event.element });
    else this.#break({ type: 'stream.broken', stream, condition: event.condition });
  }

  #closedByPeer(): void {
    this.#hasPeerClosed = true;
    if (!this.#isDeaf) this.#parts.feed({ type: 'stream.ended', stream: this.#parts.stream });
    if (this.#phase === 'closed') this.#leave();
  }

  #break(input: Extract<Input, { type: 'stream.broken' }>): void {
    if (this.#isDeaf) return;
    this.#isDeaf = true;
    this.#parts.feed(input);
  }

  #push(text: string): void {
    if (this.#phase !== 'open') return;
    this.#outbox += text;
    if (this.#outbox.length + (this.#line?.outgoing.unsent ?? 0) > this.#parts.queue) {
      this.#break({ type: 'stream.broken', stream: this.#parts.stream, condition: 'resource-constraint' });
    }
  }

  #leave(): void {
    if (this.#phase === 'closed' && !this.#hasPeerClosed && this.#parts.agenda.now >= this.#closedAt + CLOSE_TIMEOUT_MS) this.#line?.forsake();
    this.#phase = 'leaving';
    this.#isDeaf = true;
    this.resume();
    this.flush();
    this.#awaitPeer();
    if (this.#hasPeerHungUp) this.#parts.agenda.after(0, () => this.lost());
  }

  #awaitPeer(): void {
    this.#deadline += 1;
    const deadline = this.#deadline;
    this.#parts.agenda.after(CLOSE_TIMEOUT_MS, () => {
      if (deadline === this.#deadline && this.#phase !== 'lost') this.destroy();
    });
  }
}
