/** One turn of the event loop: it has one time, and at its end each connection writes once whatever was
 *  sent to it meanwhile. A write costs more than the step that asked for it; a turn that read from
 *  many sockets answers each with one. @module */

import type { Log } from './log.ts';

/** Something that writes at the end of a turn. */
export interface Flushable {
  /** Writes what waits. One that throws is destroyed. */
  flush(): void;
  destroy(): void;
}

/** The turn that is going on.
 *  @example
 *  const turn = new Turn(Date.now, log);
 *  turn.flushAtEnd(connection); */
export class Turn {
  readonly #clock: () => number;
  readonly #log: Log;
  #now = 0;
  #going = false;
  #waiting: Flushable[] = [];

  constructor(clock: () => number, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Milliseconds since the epoch, read once a turn. A clock that is set back is followed, or the
   *  stamps on what is kept would stand still until it has caught up. */
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
    this.#now = this.#clock();
    // Immediates run after the poll phase: when everything that could be read has been read.
    setImmediate(() => this.#end());
  }

  #end(): void {
    this.#going = false;
    const items = this.#waiting;
    this.#waiting = [];
    for (const item of items) this.#flush(item);
  }

  /** Nobody is above to catch what is thrown here, and the other items are no part of it. */
  #flush(item: Flushable): void {
    try {
      item.flush();
    } catch (error) {
      this.#log.error({ err: error }, 'a connection could not be written to');
      item.destroy();
    }
  }
}
