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
  /** Those before the first have gone; the list is moved to its beginning only when as many have. */
  #items: (T | undefined)[] = [];
  #first = 0;
  #last = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The number of the newest item; they count from 1. */
  get last(): number {
    return this.#last;
  }

  get length(): number {
    return this.#items.length - this.#first;
  }

  /** How many had to go. */
  get dropped(): number {
    return this.#last - this.length;
  }

  /** A copy of what is there, the oldest first. */
  get items(): readonly T[] {
    return this.#items.slice(this.#first) as T[];
  }

  /** Keeps what is made for the next number. */
  push(make: (n: number) => T): T {
    this.#last += 1;
    const item = make(this.#last);
    this.#items.push(item);
    if (this.length > this.#capacity) this.#drop(1);
    return item;
  }

  /** Counts something that is not kept. */
  skip(): void {
    this.#last += 1;
  }

  /** Lets go of everything up to a number. */
  dropThrough(n: number): void {
    let gone = this.#first;
    while ((this.#items[gone]?.n ?? Infinity) <= n) gone += 1;
    this.#drop(gone - this.#first);
  }

  /** What is there since a number, the newest of it.
   *  @param limit no more than so many; those before count as missed */
  since(n: number, limit: number): Since<T> {
    let from = this.#items.length;
    while (from > this.#first && this.#items.length - from < limit && (this.#items[from - 1]?.n ?? 0) > n) from -= 1;
    const items = this.#items.slice(from) as T[];
    return { items, missed: Math.max(0, this.#last - n) - items.length };
  }

  #drop(count: number): void {
    for (const end = this.#first + count; this.#first < end; this.#first += 1) this.#items[this.#first] = undefined;
    if (this.#first < this.#capacity && this.#first < this.#items.length) return;
    this.#items = this.#items.slice(this.#first);
    this.#first = 0;
  }
}
