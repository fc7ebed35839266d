/** A theorem: what holds, in words and as a formula, over which histories, and how one sees that its
 *  premise occurred. Not here: the exhaustive check (checker/). @module */
import fc from 'fast-check';
import { dialogueOf } from './arbitrary/history.ts';
import type { History } from './arbitrary/history.ts';
import { play } from './world/world.ts';
import type { CoreMaker, Run } from './world/world.ts';

export interface Theorem {
  /** Stable: replays and pages refer to it. */
  readonly name: string;
  readonly statement: string;
  readonly formula: string;
  readonly spec: readonly string[];
  readonly bounds: string;
  readonly given: fc.Arbitrary<History>;
  /** What is wrong with a run; undefined when nothing is. */
  readonly fault: (run: Run, history: History, makeCore: CoreMaker | undefined) => string | undefined;
  /** How often the premise occurred in a run. */
  readonly witness: (run: Run, history: History) => number;
}

/** What came of checking one. */
export interface Verdict {
  readonly theorem: Theorem;
  readonly runs: number;
  readonly premises: number;
  /** Undefined when it holds. */
  readonly failure: { readonly fault: string; readonly dialogue: string; readonly seed: number; readonly path: string } | undefined;
}

/** How long, and from which seed, to look. */
export interface CheckOptions {
  readonly runs: number;
  readonly seed: number;
  readonly path?: string;
  /** Another core than ours. */
  readonly makeCore?: CoreMaker;
}

/** Checks a theorem over random histories.
 *  @example
 *  check(noGhosts, { runs: 1000, seed: 1 }).failure?.dialogue */
export function check(theorem: Theorem, { runs, seed, path, makeCore }: CheckOptions): Verdict {
  let premises = 0;
  const faultOf = (history: History): string | undefined => {
    const run = makeCore === undefined ? play(history) : play(history, makeCore);
    premises += theorem.witness(run, history);
    return theorem.fault(run, history, makeCore);
  };
  const outcome = fc.check(fc.property(theorem.given, (history) => faultOf(history) === undefined), { numRuns: runs, seed, ...(path === undefined ? {} : { path }) });
  const [history] = outcome.counterexample ?? [];
  const failure = history === undefined ? undefined : { fault: faultOf(history) ?? 'an exception', dialogue: dialogueOf(history), seed: outcome.seed, path: outcome.counterexamplePath ?? '' };
  return { theorem, runs: outcome.numRuns, premises, failure };
}
