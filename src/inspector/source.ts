/** Machines that are looked at beside those of the core: who has them, where they are, and what they do. Not here:
 *  the actors of an embedding program (actors.ts), which are the one source there is. @module */
import type { StateSheet } from './sheets.ts';
import type { TransitionEntry } from './subject.ts';

/** Whose machines they are. */
export interface Guest {
  /** Its key is `actor` and this. */
  readonly id: string;
  readonly name: string;
}

/** Where a machine is and, unless it was only met there, by which step it came there. Bounded, not redacted. */
export interface Told {
  readonly of: Guest;
  readonly at: number;
  readonly machine: string;
  /** Which of several: empty for the first. */
  readonly part: string;
  readonly to: string;
  readonly isEnd: boolean;
  readonly step?: Pick<TransitionEntry, 'event' | 'from' | 'effects' | 'ignored'>;
}

/** What the page is told of a guest that is open, since it knows nothing of it. */
export interface Described {
  /** By machine, those that are no machine of ours. */
  readonly machines: readonly { readonly name: string; readonly about: string; readonly states: readonly StateSheet[] }[];
  /** What each of its machines keeps in mind, by its slot. */
  readonly contexts: readonly { readonly slot: string; readonly context: unknown }[];
}

/** Who has such machines. */
export interface Source {
  /** Tells who is there and what they do, until the function that is given back is called.
   *  @param tell is given the making of what is told, too, so that a fault of that is one of whoever looks */
  watch(tell: (make: () => Told) => void): () => void;
  /** @param key of the subject */
  describe(key: string): Described | undefined;
}
