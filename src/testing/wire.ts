/** The wire between a driver and its connections, with faults on demand: what passes can be dropped, doubled or late, is kept
 *  as text, and a stream can be cut. Not here: which client is meant (server.ts). @module */
import { parse } from 'ltx';
import type { Element } from 'ltx';
import type { Input, StreamHeader, StreamId } from '../core/input.ts';
import { redacted } from '../core/redaction.ts';
import type { Driver } from '../runtime/driver.ts';
import type { Transport } from '../runtime/transport.ts';
import type { Turn } from '../runtime/turn.ts';
import { Lane } from './lane.ts';

/** A fault that meets one stanza.
 *  @public */
export interface Interference {
  /** Whether the stanza comes from a client or goes to one. */
  readonly on: 'received' | 'sent';
  /** Which stanza is met; the first one unless given. `jid` is the client's, once it has one. */
  readonly matches?: (stanza: Element, jid: string | undefined) => boolean;
  /** `drop` it, `duplicate` it, or make it and all behind it late by so many milliseconds of the test's clock. */
  readonly fault: 'drop' | 'duplicate' | { readonly delayMs: number };
}

/** What a wire asks of the server around it. */
export interface WireOptions {
  readonly jidOf: (stream: StreamId) => string | undefined;
  readonly later: (name: string, ms: number, action: () => void) => void;
}

/** One stream; those that have ended are kept, to be looked at. */
export interface Line {
  isOpen: boolean;
  /** As it was at the end. */
  lastJid: string | undefined;
  readonly transport: Transport;
  readonly inward: Lane;
  readonly outward: Lane;
  readonly received: string[];
  readonly sent: string[];
}

interface Met extends Interference {
  readonly found: (xml: string) => void;
}

/** A driver in front of a driver. */
export class Wire implements Driver {
  readonly lines = new Map<StreamId, Line>();
  /** Grows with all that passes. */
  passed = 0;
  readonly #driver: Driver;
  readonly #options: WireOptions;
  #delays = 0;
  #faults: Met[] = [];

  constructor(driver: Driver, options: WireOptions) {
    this.#driver = driver;
    this.#options = options;
  }

  get turn(): Turn {
    return this.#driver.turn;
  }

  get streams(): number {
    return this.#driver.streams;
  }

  stop(graceMs: number): Promise<void> {
    for (const { inward, outward } of this.lines.values()) for (const lane of [inward, outward]) lane.release();
    return this.#driver.stop(graceMs);
  }

  attach(transport: Transport, named: (stream: StreamId) => void, asked?: StreamId): void {
    const line: Line = { isOpen: true, lastJid: undefined, transport, inward: new Lane(), outward: new Lane(), received: [], sent: [] };
    let stream = asked ?? '';
    this.#driver.attach(this.#behind(line, () => stream), (name) => {
      stream = name;
      this.lines.set(name, line);
      named(name);
    }, asked);
  }

  feedHeader(stream: StreamId, header: StreamHeader): void {
    this.passed += 1;
    this.#through(this.lines.get(stream), () => this.#driver.feedHeader(stream, header));
  }

  /** Feeds what the test has ordered; no fault and no held line is in its way. */
  order(input: Input): void {
    this.#driver.feed(input);
  }

  feed(input: Input): void {
    this.passed += 1;
    const line = 'stream' in input ? this.lines.get(input.stream) : undefined;
    if (line === undefined || !line.isOpen) return this.#driver.feed(input);
    if (input.type === 'stream.lost') {
      // Nobody is there any more: what has waited goes nowhere.
      line.isOpen = false;
      line.lastJid = this.#options.jidOf(input.stream);
      line.outward.release();
      return this.#driver.feed(input);
    }
    if (input.type !== 'stream.element') return this.#through(line, () => this.#driver.feed(input));
    line.inward.pass(() => {
      const { stream, element } = input;
      line.received.push(redacted(element, { keepBodies: true }) as string);
      // An element belongs to the core once it was fed, so a second one is another.
      const again = parse(String(element));
      this.#meet('received', stream, () => element, line.inward, () => this.#driver.feed(input), () => this.#driver.feed({ ...input, element: again }));
    });
  }

  #through(line: Line | undefined, action: () => void): void {
    if (line?.isOpen === true) line.inward.pass(action);
    else action();
  }

  /** Arranges for a fault.
   *  @returns the stanza, when it has been met */
  interfere(interference: Interference): Promise<string> {
    return new Promise((found) => this.#faults.push({ ...interference, found }));
  }

  #behind(line: Line, stream: () => StreamId): Transport {
    const { transport, outward } = line;
    const late = (act: () => void) => (): void => outward.pass(act);
    return {
      get channel() { return transport.channel; },
      get origin() { return transport.origin; },
      get saslChannel() { return transport.saslChannel; },
      ...(transport.peer !== undefined && { peer: transport.peer }),
      open: (header) => outward.pass(() => transport.open(header)),
      send: (xml) => outward.pass(() => this.#send(line, stream(), xml)),
      close: late(() => transport.close()),
      disconnect: late(() => transport.disconnect()),
      startTls: late(() => transport.startTls()),
      restart: () => transport.restart(),
      trust: () => transport.trust(),
      whenSent: (done) => outward.pass(() => transport.whenSent(done)),
      pause: () => transport.pause(),
      resume: () => transport.resume(),
      destroy: () => transport.destroy(),
    };
  }

  #send(line: Line, stream: StreamId, xml: string): void {
    this.passed += 1;
    const send = (): void => {
      if (!line.isOpen) return;
      line.sent.push(redacted(xml, { keepBodies: true }) as string);
      line.transport.send(xml);
    };
    this.#meet('sent', stream, () => parse(xml), line.outward, send, send);
  }

  #meet(on: Interference['on'], stream: StreamId, stanza: () => Element, lane: Lane, pass: () => void, again: () => void): void {
    const fault = this.#faultOf(on, stream, stanza);
    if (fault === 'drop') return;
    if (typeof fault !== 'object') {
      pass();
      if (fault === 'duplicate') again();
      return;
    }
    lane.hold();
    this.#options.later(`test/${(this.#delays += 1)}`, fault.delayMs, () => {
      if (this.lines.get(stream)?.isOpen === true) pass();
      lane.release();
    });
  }

  #faultOf(on: Interference['on'], stream: StreamId, stanza: () => Element): Interference['fault'] | undefined {
    if (!this.#faults.some((each) => each.on === on)) return undefined;
    const element = stanza();
    if (!['message', 'presence', 'iq'].includes(element.name)) return undefined;
    const met = this.#faults.find((each) => each.on === on && (each.matches?.(element, this.#options.jidOf(stream)) ?? true));
    if (met === undefined) return undefined;
    this.#faults = this.#faults.filter((each) => each !== met);
    met.found(redacted(element, { keepBodies: true }) as string);
    return met.fault;
  }
}
