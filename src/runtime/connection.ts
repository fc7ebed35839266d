/** One connection of a peer, whatever carries it: what waits to be sent, what may still come in, and how
 *  it ends. Spec: RFC 6120 §4.4 (closing), §13.12 (limits). Not here: bytes and handshakes (tcp.ts,
 *  websocket.ts), what any of it means (src/core).
 *
 *  Sent is what `flush` writes, once a turn. Read is what comes through `receive`, in order, and `spent`
 *  holds reading back when it came too fast. @module */
import type { ServerHeader } from '../core/effect.ts';
import type { Channel, PeerKind, StreamId } from '../core/input.ts';
import type { ReaderEvent } from '../core/xml/reader.ts';
import type { StreamErrorCondition } from '../../machines/vocabulary.ts';
import type { SaslChannel } from './authenticator.ts';
import type { Security, SecurityPolicy } from './channel.ts';
import type { Driver } from './driver.ts';
import type { Framing } from './framing.ts';
import type { Limits, Regime } from './limits.ts';
import type { Log } from './log.ts';
import { spend, waitFor } from './rate.ts';
import type { Transport } from './transport.ts';
import type { Flushable } from './turn.ts';

/** What every connection of a listener shares. */
export interface Surroundings {
  readonly driver: Driver;
  readonly policy: SecurityPolicy;
  readonly limits: Limits;
  /** What is at the other end of each. */
  readonly peer: PeerKind;
  /** What may come before authentication, and after it; both made of `limits`. */
  readonly regimes: { readonly stranger: Regime; readonly trusted: Regime };
  readonly log: Log;
}

/** How far a connection has come: `open`; `closed`, when the closing tag is sent and the peer's is
 *  awaited; `leaving`, when all is said and the peer is to hang up; `lost`. Nothing is sent after `open`. */
type Phase = 'open' | 'closed' | 'leaving' | 'lost';

/** How far, and how long, a queue may be over its limit. */
const burst = 4;
const patienceMs = 1_000;

export abstract class Connection implements Transport, Flushable {
  protected readonly surroundings: Surroundings;
  protected readonly framing: Framing;
  protected security: Security;
  protected regime: Regime;
  #stream: StreamId = '';
  #phase: Phase = 'open';
  /** The peer has sent its closing tag. */
  #peerClosed = false;
  /** The stream is broken: whatever still comes in is not looked at. */
  #deaf = false;
  #elements = 0;
  #outbox: string[] = [];
  #outboxLength = 0;
  #flushAsked = false;
  #pausedByCore = false;
  #throttle: NodeJS.Timeout | undefined;
  #stanzasPaidUntil = 0;
  #bytesPaidUntil = 0;
  #deadline: NodeJS.Timeout | undefined;
  /** Runs while more waits than may for long. */
  #patience: NodeJS.Timeout | undefined;
  /** Who waits for what was sent to leave the process. */
  #unsettled: Set<(sent: boolean) => void> | undefined;

  constructor(surroundings: Surroundings, framing: Framing, security: Security) {
    this.surroundings = surroundings;
    this.framing = framing;
    this.security = security;
    this.regime = surroundings.regimes.stranger;
  }

  /** Writes these strings as they are, in one go. */
  protected abstract write(frames: readonly string[]): void;
  abstract readonly origin: string;
  /** Calls back when the kernel has all that was written before. */
  protected abstract whenWritten(done: () => void): void;
  /** What was written and hasn't reached the kernel yet. */
  protected abstract readonly unsent: number;
  protected abstract suspendReading(): void;
  protected abstract resumeReading(): void;
  /** Tells the peer, after what was written, that nothing more will come. */
  protected abstract hangUp(): void;
  /** The peer's next element begins a new stream (RFC 6120 §4.3.3). */
  abstract restart(): void;
  abstract startTls(): void;
  abstract destroy(): void;

  get channel(): Channel {
    return this.security.channel;
  }

  get saslChannel(): SaslChannel {
    return this.security.sasl;
  }

  protected get stream(): StreamId {
    return this.#stream;
  }

  get peer(): PeerKind {
    return this.surroundings.peer;
  }

  /** Opens the stream at the driver; the subclass is complete by now.
   *  @param asked the name under which the core has asked for it */
  protected attach(asked?: StreamId): void {
    this.surroundings.driver.attach(this, (stream) => void (this.#stream = stream), asked);
  }

  open(header: ServerHeader): void {
    this.#push(this.framing.open(header));
  }

  send(xml: string): void {
    this.#push(this.framing.element(xml));
  }

  close(): void {
    if (this.#phase !== 'open') return;
    this.#push(this.framing.close);
    this.#phase = 'closed';
    if (this.#peerClosed) this.#leave();
    else this.#awaitPeer();
  }

  disconnect(): void {
    if (this.#phase === 'open' || this.#phase === 'closed') this.#leave();
  }

  trust(): void {
    this.regime = this.surroundings.regimes.trusted;
  }

  whenSent(done: (sent: boolean) => void): void {
    if (this.#phase === 'lost') return done(false);
    const unsettled = (this.#unsettled ??= new Set());
    unsettled.add(done);
    // Behind the write at the end of this turn.
    setImmediate(() => this.whenWritten(() => {
      if (unsettled.delete(done)) done(true);
    }));
  }

  pause(): void {
    this.#pausedByCore = true;
    this.suspendReading();
  }

  resume(): void {
    this.#pausedByCore = false;
    if (this.#throttle === undefined) this.resumeReading();
  }

  flush(): void {
    this.#flushAsked = false;
    if (this.#phase === 'lost') return;
    if (this.#outbox.length > 0) {
      const frames = this.#outbox;
      this.#outbox = [];
      this.#outboxLength = 0;
      this.write(frames);
    }
    if (this.#phase === 'leaving') this.hangUp();
  }

  /** Takes what the reader found. */
  protected receive(event: ReaderEvent): void {
    if (this.#phase === 'leaving' || this.#phase === 'lost') return;
    if (event.type === 'end') return this.#closedByPeer();
    if (this.#deaf) return;
    const { driver } = this.surroundings;
    switch (event.type) {
      case 'header':
        return driver.feedHeader(this.#stream, event.header);
      case 'element':
        this.#elements += 1;
        if (this.#elements > this.regime.maxElements) return this.break('policy-violation', 'Too much before authentication');
        return driver.feed({ type: 'stream.element', stream: this.#stream, element: event.element });
      case 'error':
        return this.break(event.condition, event.text);
    }
  }

  #closedByPeer(): void {
    this.#peerClosed = true;
    if (!this.#deaf) this.surroundings.driver.feed({ type: 'stream.ended', stream: this.#stream });
    if (this.#phase === 'closed') this.#leave();
  }

  /** Ends the stream for a fault of the peer, or of the line to it. */
  protected break(condition: StreamErrorCondition, text?: string): void {
    if (this.#deaf || this.#phase === 'lost') return;
    this.#deaf = true;
    this.surroundings.driver.feed({ type: 'stream.broken', stream: this.#stream, condition, ...(text !== undefined && { text }) });
  }

  /** The peer sends no more. With its stream still open that is a dead line; after its closing tag
   *  answers may yet be on their way to it (DESIGN D5). */
  protected hungUp(): void {
    if (this.#phase === 'closed') this.#leave();
    else if (this.#phase === 'open' && !this.#peerClosed) this.destroy();
  }

  /** The transport is gone; told to the core once. */
  protected lost(): void {
    if (this.#phase === 'lost') return;
    this.#phase = 'lost';
    this.#outbox = [];
    const unsettled = [...(this.#unsettled ?? [])];
    this.#unsettled?.clear();
    for (const done of unsettled) done(false);
    clearTimeout(this.#deadline);
    clearTimeout(this.#throttle);
    clearTimeout(this.#patience);
    this.surroundings.driver.feed({ type: 'stream.lost', stream: this.#stream });
  }

  /** Counts what one read brought. A peer that is ahead of its rate is read from again when the rate
   *  has caught up; nothing is lost, TCP makes it wait (XEP-0205 §4.7). */
  protected spent(bytes: number, stanzas: number): void {
    const now = performance.now();
    const regime = this.regime;
    this.#stanzasPaidUntil = spend(this.#stanzasPaidUntil, now, stanzas, regime.stanzas);
    this.#bytesPaidUntil = spend(this.#bytesPaidUntil, now, bytes, regime.bytes);
    const wait = Math.max(waitFor(this.#stanzasPaidUntil, now, regime.stanzas), waitFor(this.#bytesPaidUntil, now, regime.bytes));
    if (wait > 0 && this.#phase !== 'leaving' && this.#phase !== 'lost') this.#holdBack(wait);
  }

  #holdBack(waitMs: number): void {
    clearTimeout(this.#throttle);
    this.suspendReading();
    this.#throttle = setTimeout(() => {
      this.#throttle = undefined;
      if (!this.#pausedByCore) this.resumeReading();
    }, waitMs);
  }

  #push(frame: string): void {
    if (this.#phase !== 'open') return;
    this.#outbox.push(frame);
    this.#outboxLength += frame.length;
    this.#askFlush();
    this.checkQueue();
  }

  /** Ends the stream when too much waits for the peer. It breaks no rule by reading slowly, so this is no
   *  policy-violation (RFC 6120 §4.9.3.14): the server lacks the memory to go on serving it (§4.9.3.17). */
  protected checkQueue(): void {
    const waiting = this.#outboxLength + this.unsent;
    const { maxQueuedBytes } = this.surroundings.limits;
    if (waiting > maxQueuedBytes * burst) this.#tooSlow();
    else if (waiting > maxQueuedBytes) this.#patience ??= setTimeout(() => this.#lookAgain(), patienceMs);
  }

  /** What one turn brings may be more than a peer can have read by now; what is there a second later
   *  is not. */
  #lookAgain(): void {
    this.#patience = undefined;
    if (this.#phase !== 'lost' && this.#outboxLength + this.unsent > this.surroundings.limits.maxQueuedBytes) this.#tooSlow();
  }

  #tooSlow(): void {
    this.break('resource-constraint', 'Too much waits to be read');
  }

  #askFlush(): void {
    if (this.#flushAsked) return;
    this.#flushAsked = true;
    this.surroundings.driver.turn.flushAtEnd(this);
  }

  #leave(): void {
    this.#phase = 'leaving';
    this.#deaf = true;
    clearTimeout(this.#throttle);
    // The end of what the peer sends, which ends the connection, is only seen by reading.
    this.resumeReading();
    this.#askFlush();
    this.#awaitPeer();
  }

  #awaitPeer(): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.destroy(), this.surroundings.limits.closeTimeoutMs);
  }
}
