/** Measures a steady flow of stanzas: a warm-up, the measured time, then the wait for what is still
 *  under way, because a stanza that never arrives makes the whole measurement void. @module */
import type { Measure } from './job.ts';
import { startWatch } from './process.ts';
import type { Reading } from './process.ts';

const BUCKETS_PER_MS = 100;
const LONGEST_MS = 10_000;
/** Nothing arriving for this long means that something was lost. */
const STALLED_MS = 15_000;

/** Latencies in buckets of 10 µs, so that noting one allocates nothing. */
export class Latencies {
  readonly #buckets = new Uint32Array(LONGEST_MS * BUCKETS_PER_MS + 1);
  #count = 0;

  /** Notes one latency; those above ten seconds count as ten seconds. */
  add(ms: number): void {
    const bucket = Math.min(LONGEST_MS, Math.max(0, ms)) * BUCKETS_PER_MS | 0;
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count++;
  }

  /** The latency that the fraction `q` of all stay below, in milliseconds. */
  quantile(q: number): number {
    let left = q * this.#count;
    const bucket = this.#buckets.findIndex((count) => (left -= count) < 0);
    return (bucket < 0 ? LONGEST_MS * BUCKETS_PER_MS : bucket) / BUCKETS_PER_MS;
  }
}

/** Turns a reading into a measure of CPU microseconds per unit of work. */
export function measureOf(reading: Reading, count: number, latencies?: Latencies): Measure {
  return {
    value: reading.cpuUs / count,
    perSecond: count / reading.seconds,
    ...(latencies === undefined ? {} : { p50Ms: latencies.quantile(0.5), p99Ms: latencies.quantile(0.99) }),
    serverBusy: reading.serverBusy,
    generatorBusy: reading.generatorBusy,
    othersBusy: reading.othersBusy,
  };
}

/** One measurement of a flow. The scenario tells of what it sends and of what arrives; it sends as
 *  long as `open`. */
export class Measurement {
  /** Whether more may be sent. */
  open = true;
  /** Settled when the time is over and all that was sent has arrived. */
  readonly done: Promise<Measure>;
  readonly #finish: (measure: Measure) => void;
  readonly #pid: number;
  readonly #latencies = new Latencies();
  readonly #warmUntil: number;
  readonly #until: number;
  readonly #stallTimer: NodeJS.Timeout;
  #expected = 0;
  #arrived = 0;
  #arrivedBefore = 0;
  #arrivedAtLastLook = -1;
  #read: (() => Reading) | undefined;
  #measure: Measure | undefined;

  constructor(pid: number, seconds: number) {
    const { promise, resolve } = Promise.withResolvers<Measure>();
    this.done = promise;
    this.#finish = resolve;
    this.#pid = pid;
    this.#warmUntil = performance.now() + seconds * 250;
    this.#until = this.#warmUntil + seconds * 1000;
    this.#stallTimer = setInterval(() => this.#look(), STALLED_MS);
  }

  /** Notes that so many deliveries are now expected. */
  sent(count: number): void {
    this.#expected += count;
  }

  /** Notes how long one delivery took. */
  latency(ms: number): void {
    if (this.#read !== undefined && this.open) this.#latencies.add(ms);
  }

  /** Notes deliveries. Opens and closes the measured time on the way, so that it begins and ends
   *  under full load. */
  arrived(count: number): void {
    this.#arrived += count;
    const now = performance.now();
    if (this.#read === undefined && now >= this.#warmUntil) {
      this.#arrivedBefore = this.#arrived;
      this.#read = startWatch(this.#pid);
    } else if (this.#read !== undefined && this.open && now >= this.#until) {
      this.open = false;
      this.#measure = measureOf(this.#read(), this.#arrived - this.#arrivedBefore, this.#latencies);
    }
  }

  /** Ends the wait once everything has arrived; called after the scenario had its turn to send. */
  settle(): void {
    if (this.#measure === undefined || this.#arrived !== this.#expected) return;
    clearInterval(this.#stallTimer);
    this.#finish(this.#measure);
  }

  /** Throws when more or less arrived than was sent. */
  assertComplete(): void {
    if (this.#arrived !== this.#expected) throw new Error(`expected ${this.#expected} deliveries, got ${this.#arrived}`);
  }

  #look(): void {
    if (this.#arrived === this.#arrivedAtLastLook) {
      throw new Error(`stanzas lost: ${this.#arrived} of ${this.#expected} arrived, then nothing for ${STALLED_MS / 1000} s`);
    }
    this.#arrivedAtLastLook = this.#arrived;
  }
}
