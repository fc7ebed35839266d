/** A theorem: what holds, in words and as a formula, over which histories, and how one sees that its
 *  premise occurred. Not here: the exhaustive check (checker/), the trace of a failure
 *  (random-trace.ts). @module */
import fc from 'fast-check';
import { dialogueOf } from './arbitrary/history.ts';
import type { History } from './arbitrary/history.ts';
import type { Run } from './world/run.ts';
import { play } from './world/world.ts';
import type { CoreMaker } from './world/world.ts';

/** Something that must hold of every history. */
export interface Theorem {
  /** Stable: replays and pages refer to it. */
  readonly name: string;
  readonly statement: string;
  readonly formula: string;
  readonly spec: readonly string[];
  readonly bounds: string;
  readonly given: fc.Arbitrary<History>;
  /** Histories that are played beside, for a theorem that speaks of more than one. */
  readonly beside?: (history: History) => readonly History[];
  /** What is wrong with a run; undefined when nothing is.
   *  @param beside the runs of the histories that are played beside, in their order */
  readonly fault: (run: Run, history: History, beside: readonly Run[]) => string | undefined;
  /** How often the premise occurred in a run. */
  readonly witness: (run: Run, history: History) => number;
}

/** How a theorem failed: the smallest history that was found, and what is wrong with it. */
export interface Failure {
  readonly fault: string;
  readonly history: History;
  readonly dialogue: string;
  readonly seed: number;
  readonly path: string;
}

/** What came of checking one. */
export interface Verdict {
  readonly theorem: Theorem;
  readonly runs: number;
  readonly premises: number;
  /** Undefined when it holds. */
  readonly failure: Failure | undefined;
}

/** How long, and from which seed, to look. */
export interface CheckOptions {
  readonly runs: number;
  readonly seed: number;
  readonly path?: string;
  /** Another core than ours. */
  readonly makeCore?: CoreMaker;
  /** Told of each history that was played, those of the shrinking included. */
  readonly progress?: (played: number) => void;
}

/** Checks a theorem over random histories of a core.
 *  @example
 *  const oneFate = theorems.find(({ name }) => name === 'every message has one fate')!;
 *  const { runs, failure } = check(oneFate, { runs: 10, seed: 1 });
 *  runs; // 10
 *  failure; // undefined */
export function check(theorem: Theorem, { runs, seed, path, makeCore, progress }: CheckOptions): Verdict {
  let premises = 0;
  let played = 0;
  const faultOf = (history: History): string | undefined => {
    played += 1;
    progress?.(played);
    const { run, fault } = judge(theorem, history, makeCore);
    if (run !== undefined) premises += theorem.witness(run, history);
    return fault;
  };
  const outcome = fc.check(fc.property(theorem.given, (history) => faultOf(history) === undefined), { numRuns: runs, seed, ...(path === undefined ? {} : { path }) });
  const [found] = outcome.counterexample ?? [];
  if (found === undefined) return { theorem, runs: outcome.numRuns, premises, failure: undefined };
  const history = smallest(found, (smaller) => faultOf(smaller) !== undefined);
  const fault = judge(theorem, history, makeCore).fault ?? 'the history has another outcome each time';
  const failure = { fault, history, dialogue: dialogueOf(history), seed: outcome.seed, path: outcome.counterexamplePath ?? '' };
  return { theorem, runs: outcome.numRuns, premises, failure };
}

/** A history without any act that it can spare: what shrinking leaves may still have some. */
function smallest(history: History, isFaulty: (history: History) => boolean): History {
  const spared = history.findIndex((_, index) => isFaulty(history.toSpliced(index, 1)));
  return spared < 0 ? history : smallest(history.toSpliced(spared, 1), isFaulty);
}

/** Plays a history on a core and says what is wrong with it; a core that throws is wrong, whatever was asked.
 *  @returns the run, unless it came to no end */
export function judge(theorem: Theorem, history: History, makeCore: CoreMaker | undefined): { readonly run?: Run; readonly fault?: string } {
  let run: Run | undefined;
  try {
    run = play(history, makeCore);
    const fault = theorem.fault(run, history, (theorem.beside?.(history) ?? []).map((each) => play(each, makeCore)));
    return fault === undefined ? { run } : { run, fault };
  } catch (error) {
    return { ...(run && { run }), fault: `the core fails: ${String(error)}` };
  }
}
