/** What is judged of a schedule: a theorem in words and as a formula, and its judge. Not here: the judges
 *  themselves (message-theorems.ts, presence-theorems.ts). @module */
import type { Programme } from './programme.ts';
import type { Run } from './run.ts';
import type { Erasure } from './world.ts';

/** All that a judge may look at. */
export interface Evidence {
  readonly programme: Programme;
  readonly run: Run;
  /** The same schedule of the rest, without some deeds. */
  without(isErased: Erasure): Run;
}

/** A theorem about schedules. */
export interface ScheduleTheorem {
  /** Its number in the list of theorems: stable. */
  readonly name: string;
  readonly statement: string;
  readonly formula: string;
  readonly spec: readonly string[];
  /** What is wrong with a schedule; undefined when nothing is.
   *  @param premise to be called each time that the premise occurs */
  fault(evidence: Evidence, premise: () => void): string | undefined;
}
