/** The newest of what is kept, and a count of what had to go: an inspector forgets before it grows. @module */

/** What a reader gets who has seen everything up to some number. */
export interface Since<T> {
  readonly items: readonly T[];
  /** How many came since then that are gone. */
  readonly missed: number;
}

/** A list that drops its oldest item when it is full. */
export class Ring<T extends { readonly n: number }> {
  readonly #capacity: number;
  #items: T[] = [];
  #last = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The number of the newest item; they count from 1. */
  get last(): number {
    return this.#last;
  }

  /** How many had to go. */
  get dropped(): number {
    return this.#last - this.#items.length;
  }

  get items(): readonly T[] {
    return this.#items;
  }

  /** Keeps what is made for the next number. */
  push(make: (n: number) => T): T {
    this.#last += 1;
    const item = make(this.#last);
    this.#items.push(item);
    if (this.#items.length > this.#capacity) this.#items.shift();
    return item;
  }

  /** Lets go of everything up to a number. */
  dropThrough(n: number): void {
    let gone = 0;
    while ((this.#items[gone]?.n ?? Infinity) <= n) gone += 1;
    if (gone > 0) this.#items.splice(0, gone);
  }

  /** What is there since a number, the newest of it.
   *  @param limit no more than so many; those before count as missed */
  since(n: number, limit: number): Since<T> {
    const first = Math.max(n, this.#last - limit);
    const items = this.#items.filter((item) => item.n > first);
    return { items, missed: Math.max(0, this.#last - n) - items.length };
  }
}
