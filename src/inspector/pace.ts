/** What is taken in of a rush: of each stretch of time so many messages, and some more of those who are open on a page;
 *  so that what a look costs does not grow with what happens. Not here: keeping them (fates.ts). @module */
import type { Input } from '../core/input.ts';

/** How much, of the messages and of one subject, in one stretch of time. A page is not told more at once either. */
export interface PaceLimits {
  readonly fatesAtOnce: number;
  readonly entriesAtOnce: number;
  readonly stretchMs: number;
}

export class Pace {
  readonly #limits: PaceLimits;
  #taken = 0;
  /** The accounts and rooms that are open. */
  #watched: ReadonlySet<string> = new Set();
  #mayKeep = true;
  /** The number of the stretch. */
  stretch = 0;

  constructor(limits: PaceLimits) {
    this.#limits = limits;
  }

  /** Goes on to an input.
   *  @param streams of the sessions that are open
   *  @param names of everybody who is; asked once in each stretch
   *  @returns whether its messages may be kept */
  follow(input: Input, at: number, streams: ReadonlySet<string>, names: () => readonly string[]): boolean {
    const stretch = Math.floor(at / this.#limits.stretchMs);
    if (stretch !== this.stretch) {
      this.stretch = stretch;
      this.#taken = 0;
      this.#watched = new Set(names().map(bareOf));
    }
    this.#mayKeep = this.#taken < this.#limits.fatesAtOnce || (this.#taken < this.#most && this.#concerns(input, streams));
    return this.#mayKeep;
  }

  /** Whether one message more is kept. */
  take(): boolean {
    if (!this.#mayKeep || this.#taken >= this.#most) return false;
    this.#taken += 1;
    return true;
  }

  /** Those of who is open included. */
  get #most(): number {
    return this.#limits.fatesAtOnce + this.#limits.entriesAtOnce;
  }

  /** Whether an input is of somebody who is open, or for her. */
  #concerns(input: Input, streams: ReadonlySet<string>): boolean {
    if (this.#watched.size === 0) return false;
    if (input.type !== 'stream.element') return true;
    const { to } = input.element.attrs;
    return streams.has(input.stream) || (to !== undefined && this.#watched.has(bareOf(to)));
  }
}

/** An account or a room, of a name or an address. */
function bareOf(jid: string): string {
  const slash = jid.indexOf('/');
  return slash < 0 ? jid : jid.slice(0, slash);
}
