/** The trace of a random history: how a failure is written down, and played again. Not here: how a history is
 *  found (theorem.ts), how it is played (world/world.ts). @module */
import { TRACE_VERSION, TraceError } from '../src/core/trace.ts';
import type { Trace, TraceStep } from '../src/core/trace.ts';
import type { History } from './arbitrary/history.ts';
import { judge } from './theorem.ts';
import type { Failure, Theorem } from './theorem.ts';
import { theorems } from './theorems.ts';
import { play } from './world/world.ts';
import type { CoreMaker } from './world/world.ts';
import { wrongCores } from './world/wrong-cores.ts';

/** What the header of such a trace has as its `replay`. */
interface RandomReplay {
  readonly history: History;
  /** The name of a wrong core; absent for the real one. */
  readonly core?: string;
}

/** Writes a failure down.
 *  @param options `core`: the name of the wrong core that failed; `again`: the command that plays the trace again
 *  @example
 *  writeFileSync(file, encodeTrace(traceOf(theorem, failure, { again: `npm run waystate -- replay ${file}` }))); */
export function traceOf(theorem: Theorem, { fault, history, seed, path }: Failure, { core, again }: { readonly core?: string; readonly again: string }): Trace {
  const { name, statement, formula, spec } = theorem;
  const replay = { history, ...(core !== undefined && { core }), seed, path };
  return {
    header: { waystate: 'trace', version: TRACE_VERSION, kind: 'random', title: `A history that breaks: ${name}`, theorem: { name, statement, formula, spec }, fault, replay, again },
    steps: stepsOf(theorem, { history, ...(core !== undefined && { core }) }),
  };
}

/** Plays the history of a trace on this build, and judges it by the theorem that the trace names.
 *  @throws TraceError when there is no such theorem or core, or no history */
export function replayRandom({ header }: Trace): readonly TraceStep[] {
  const { history, core } = header.replay as Partial<RandomReplay>;
  if (!Array.isArray(history) || !history.every(isAct)) throw new TraceError('line 1: replay.history must be a list of acts, each with by and deed');
  const theorem = theorems.find(({ name }) => name === header.theorem?.name);
  if (header.theorem !== undefined && theorem === undefined) throw new TraceError(`line 1: this build has no theorem "${header.theorem.name}"`);
  return stepsOf(theorem, { history: history as History, ...(core !== undefined && { core }) });
}

/** The last step breaks what is broken: a history is judged as a whole. */
function stepsOf(theorem: Theorem | undefined, { history, core }: RandomReplay): readonly TraceStep[] {
  const makeCore = core === undefined ? undefined : coreNamed(core);
  const steps: TraceStep[] = [];
  try {
    play(history, makeCore, (step) => steps.push(step));
  } catch (error) {
    steps.push({ step: steps.length + 1, label: 'the core fails', transitions: [], shown: [{ to: 'log', what: String(error) }] });
  }
  const last = steps.at(-1);
  if (theorem === undefined || last === undefined || judge(theorem, history, makeCore).fault === undefined) return steps;
  return [...steps.slice(0, -1), { ...last, broken: [theorem.name] }];
}

/** The wrong core of this name.
 *  @throws TraceError when there is none */
export function coreNamed(name: string): CoreMaker {
  const core = wrongCores.find((wrong) => wrong.name === name);
  if (core === undefined) throw new TraceError(`there is no wrong core "${name}"; there are ${wrongCores.map((wrong) => wrong.name).join(', ')}`);
  return core.make;
}

function isAct(act: unknown): boolean {
  const { by, deed } = (act ?? {}) as { readonly by?: { readonly name?: unknown; readonly resource?: unknown }; readonly deed?: { readonly do?: unknown } };
  return typeof by?.name === 'string' && typeof by.resource === 'string' && typeof deed?.do === 'string';
}
