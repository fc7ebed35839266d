/** What whoever watches a simulation is told: every step of the core, everything the store carries out,
 *  and the crashes. Data only. @module */
import type { Effect } from '../../src/core/effect.ts';
import type { Input } from '../../src/core/input.ts';
import type { Fate } from '../../src/core/kernel.ts';

/** One step of one core. */
export interface Step {
  /** The domain of the server. */
  readonly site: string;
  /** From 1, over all servers, crashes included. */
  readonly number: number;
  /** Milliseconds since the beginning. */
  readonly at: number;
  readonly input: Input;
  readonly effects: readonly Effect[];
  /** The messages that were decided about. */
  readonly fates: readonly Fate[];
}

/** A server is gone, and everything that it had in memory. */
export interface Crash {
  readonly site: string;
  readonly number: number;
  readonly at: number;
  readonly crash: true;
}
