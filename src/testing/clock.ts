/** A clock that stands still until it is told to go on, with the timers of a server on it. @module */
import type { NamedTimers } from '../runtime/timers.ts';

interface Waiting {
  readonly at: number;
  readonly fired: () => void;
}

/** Time in a test.
 *  @public
 *  @example
 *  const server = await startTestServer({ now: 0 });
 *  // Whatever is due within a minute has happened when it comes back.
 *  await server.clock.advance(60_000);
 *  server.clock.now; // 60_000
 *  await server.stop(); */
export interface TestClock {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The timers that run, by name, with the milliseconds that are left of each. */
  readonly timers: Readonly<Record<string, number>>;
  /** Lets time pass: each timer that falls due fires at its time, and what comes of it settles before the next. */
  advance(ms: number): Promise<void>;
}

/** The clock as a driver has it. */
export class ManualClock implements TestClock, NamedTimers {
  now: number;
  readonly #waiting = new Map<string, Waiting>();
  readonly #settled: () => Promise<void>;

  /** @param settled waits until nothing is under way */
  constructor(now: number, settled: () => Promise<void>) {
    this.now = now;
    this.#settled = settled;
  }

  get timers(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#waiting].map(([name, { at }]) => [name, at - this.now]));
  }

  async advance(ms: number): Promise<void> {
    if (!(ms >= 0)) throw new RangeError('time does not go back');
    const end = this.now + ms;
    await this.#settled();
    for (let due = this.#next(end); due !== undefined; due = this.#next(end)) {
      const [name, { at, fired }] = due;
      this.now = Math.max(this.now, at);
      this.#waiting.delete(name);
      // The driver reads the clock once a turn.
      await new Promise((done) => setImmediate(done));
      fired();
      await this.#settled();
    }
    this.now = end;
    await new Promise((done) => setImmediate(done));
  }

  start(name: string, delayMs: number, fired: () => void): void {
    // Behind those that are due at the same time: a name that is set again loses its place.
    this.#waiting.delete(name);
    this.#waiting.set(name, { at: this.now + delayMs, fired });
  }

  cancel(name: string): void {
    this.#waiting.delete(name);
  }

  cancelAll(): void {
    this.#waiting.clear();
  }

  #next(end: number): [string, Waiting] | undefined {
    let first: [string, Waiting] | undefined;
    for (const entry of this.#waiting) if (entry[1].at <= end && (first === undefined || entry[1].at < first[1].at)) first = entry;
    return first;
  }
}
