/** The server's end of a connection: what src/runtime/connection.ts and tcp.ts do with sockets, done with
 *  pipes. Bytes go through the core's own reader and framing. Spec: RFC 6120 §4.4. Left out: TLS, which
 *  counts as established, and the limits on rates and on what a stranger may send. @module */
import { escapeXML } from 'ltx';
import type { ServerHeader } from '../../src/core/effect.ts';
import type { Input, StreamId } from '../../src/core/input.ts';
import { NS } from '../../src/core/namespaces.ts';
import { StreamReader } from '../../src/core/xml/reader.ts';
import type { ReaderEvent } from '../../src/core/xml/reader.ts';
import type { Agenda } from './agenda.ts';
import type { Line } from './line.ts';
import type { Reader } from './pipe.ts';

/** How long a closed stream waits for its peer. */
const CLOSE_TIMEOUT_MS = 2_000;

/** The limits of the reader, for whomever. */
export const READER_LIMITS = { maxStanzaBytes: 262_144, maxDepth: 64, maxAttributes: 64 };

/** What a connection needs of its server. */
export interface ConnectionParts {
  readonly agenda: Agenda;
  readonly stream: StreamId;
  /** Bytes that may wait for the peer. */
  readonly queue: number;
  entropy(): string;
  feed(input: Input): void;
}

/** One connection; it owes exactly one `stream.lost`, as the last input. */
export class Connection implements Reader {
  readonly #parts: ConnectionParts;
  readonly #reader = new StreamReader(READER_LIMITS);
  #line: Line | undefined;
  #phase: 'open' | 'closed' | 'leaving' | 'lost' = 'open';
  #hasPeerClosed = false;
  #hasPeerHungUp = false;
  #isDeaf = false;
  #outbox = '';
  #deadline = 0;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  attach(line: Line): void {
    this.#line = line;
  }

  read(bytes: Uint8Array): void {
    for (const event of this.#reader.push(bytes)) this.#receive(event);
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
    this.#push(`<?xml version='1.0'?><stream:stream xmlns='${NS.client}' xmlns:stream='${NS.streams}'${written}>`);
  }

  send(xml: string): void {
    this.#push(xml);
  }

  close(): void {
    if (this.#phase !== 'open') return;
    this.#push('</stream:stream>');
    this.#phase = 'closed';
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
    this.#line?.up.pause();
  }

  resume(): void {
    this.#line?.up.resume();
  }

  whenSent(done: (isSent: boolean) => void): void {
    if (this.#phase === 'lost' || this.#line === undefined) return done(false);
    this.flush();
    this.#line.down.whenSent(done);
  }

  /** Writes what the step has brought, in one go. */
  flush(): void {
    if (this.#phase === 'lost') return;
    if (this.#outbox !== '') this.#line?.down.write(this.#outbox);
    this.#outbox = '';
    if (this.#phase === 'leaving') this.#line?.down.end();
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
    if (this.#outbox.length + (this.#line?.down.unsent ?? 0) > this.#parts.queue) {
      this.#break({ type: 'stream.broken', stream: this.#parts.stream, condition: 'resource-constraint' });
    }
  }

  #leave(): void {
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
