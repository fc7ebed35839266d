/** The core's named timers on the event loop's. Not here: what a timer means, which only the core
 *  knows. @module */

/** The longest delay that Node takes; it makes a longer one fire at once. */
const longest = 2 ** 31 - 1;

/** Timers by name, as a driver uses them; of a clock of your own where they are handed in.
 *  @public */
export interface NamedTimers {
  /** Starts a timer; one that runs under the same name starts again. */
  start(name: string, delayMs: number, fired: () => void): void;
  /** Makes sure that the timer doesn't fire. */
  cancel(name: string): void;
  /** Cancels every timer. */
  cancelAll(): void;
}

/** Timers by name, on the event loop.
 *  @example
 *  const timers = new Timers();
 *  timers.start('c1/idle', 30_000, () => driver.feed({ type: 'timer.fired', timer: 'c1/idle' })); */
export class Timers implements NamedTimers {
  readonly #running = new Map<string, NodeJS.Timeout>();

  /** Starts a timer; one that runs under the same name starts again. */
  start(name: string, delayMs: number, fired: () => void): void {
    this.cancel(name);
    this.#running.set(name, setTimeout(() => {
      if (delayMs > longest) return this.start(name, delayMs - longest, fired);
      this.#running.delete(name);
      fired();
    }, Math.min(delayMs, longest)));
  }

  /** Makes sure that the timer doesn't fire. */
  cancel(name: string): void {
    const timer = this.#running.get(name);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#running.delete(name);
  }

  /** Cancels every timer. */
  cancelAll(): void {
    for (const timer of this.#running.values()) clearTimeout(timer);
    this.#running.clear();
  }
}
