/** What is judged of a schedule: a theorem in words and as a formula, and its judge. Not here: the judges
 *  themselves (message-theorems.ts, presence-theorems.ts). @module */
import type { Programme } from './programme.ts';
import type { Run } from './run.ts';
import type { Erasure } from './clients.ts';

/** All that a judge may look at. */
export interface Evidence<P extends Programme = Programme, R extends Run = Run> {
  readonly programme: P;
  readonly run: R;
  /** The same schedule of the rest, without some deeds. */
  without(isErased: Erasure): R;
}

/** A theorem about schedules. */
export interface ScheduleTheorem<P extends Programme = Programme, R extends Run = Run> {
  /** Its number in the list of theorems: stable. */
  readonly name: string;
  readonly statement: string;
  readonly formula: string;
  readonly spec: readonly string[];
  /** What is wrong with a schedule; undefined when nothing is.
   *  @param premise to be called each time that the premise occurs */
  fault(evidence: Evidence<P, R>, premise: () => void): string | undefined;
}
