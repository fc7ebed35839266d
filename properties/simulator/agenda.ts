/** Simulated time: what is to happen, and when. Time passes from one thing to the next and never in
 *  between; things of the same moment happen in the order in which they were put down. @module */

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly task: () => void;
}

/** A queue by time, as a binary heap. */
export class Agenda {
  /** Milliseconds since the beginning. */
  now = 0;
  /** How many things have happened. */
  ticks = 0;
  readonly #heap: Entry[] = [];
  #order = 0;

  /** Whether nothing is to happen any more. */
  get isEmpty(): boolean {
    return this.#heap.length === 0;
  }

  /** Has a task done later; one of no delay comes after what is to happen now. */
  after(delayMs: number, task: () => void): void {
    this.#order += 1;
    const entry = { at: this.now + delayMs, order: this.#order, task };
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    for (let parent = (index - 1) >> 1; index > 0; parent = (index - 1) >> 1) {
      const above = heap[parent];
      if (above === undefined || isBefore(above, entry)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  /** Does the next thing; false when there is none. */
  tick(): boolean {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (first === undefined || last === undefined) return false;
    if (this.#heap.length > 0) this.#sink(last);
    this.now = first.at;
    this.ticks += 1;
    first.task();
    return true;
  }

  #sink(entry: Entry): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const least = isRight ? right : left;
      if (least === undefined || isBefore(entry, least)) break;
      heap[index] = least;
      index = 2 * index + (isRight ? 2 : 1);
    }
    heap[index] = entry;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
