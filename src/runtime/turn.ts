/** One turn of the event loop: it has one time, and at its end each connection writes once whatever was
 *  sent to it meanwhile. A write costs more than the step that asked for it; a turn that read from
 *  many sockets answers each with one. @module */

/** Something that writes at the end of a turn. */
export interface Flushable {
  /** Writes what waits. Never throws. */
  flush(): void;
}

/** The turn that is going on.
 *  @example
 *  const turn = new Turn(Date.now);
 *  turn.flushAtEnd(connection); */
export class Turn {
  readonly #clock: () => number;
  #now = 0;
  #going = false;
  #waiting: Flushable[] = [];

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Milliseconds since the epoch, read once a turn; never less than in an earlier turn. */
  now(): number {
    if (!this.#going) this.#begin();
    return this.#now;
  }

  /** Has the item flushed when the turn ends. The item takes care to ask once. */
  flushAtEnd(item: Flushable): void {
    if (!this.#going) this.#begin();
    this.#waiting.push(item);
  }

  #begin(): void {
    this.#going = true;
    this.#now = Math.max(this.#now, this.#clock());
    // Immediates run after the poll phase: when everything that could be read has been read.
    setImmediate(() => this.#end());
  }

  #end(): void {
    this.#going = false;
    const items = this.#waiting;
    this.#waiting = [];
    for (const item of items) item.flush();
  }
}
