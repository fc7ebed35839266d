/** How each kind of trace is played again: the same thing is done anew, on this build, and told as steps.
 *  Not here: the comparison with what was recorded (src/cli/replay.ts). @module */
import { replaySession } from '../src/core/session-trace.ts';
import type { Trace, TraceKind, TraceStep } from '../src/core/trace.ts';
import { replayExplorer } from './checker/trace.ts';
import { replayRandom } from './random-trace.ts';
import { replaySimulation } from './simulator/trace.ts';

/** Plays a trace again. Throws a TraceError when its header can't be understood.
 *  @example
 *  const play = (trace: Trace): void => {
 *    const replay: Replayer | undefined = replayers[trace.header.kind];
 *    for (const step of replay?.(trace) ?? []) console.log(step.label);
 *  }; */
export type Replayer = (trace: Trace) => Iterable<TraceStep>;

/** By kind.
 *  @example
 *  const config = { domain: 'capulet.lit', ...defaultConfig };
 *  const steps: TraceStep[] = [];
 *  const core = recorded(createCore(config, standardFeatures), (step) => steps.push(step) > 0, { keepBodies: true });
 *  core.step({ type: 'server.stopping' }, 0);
 *  const header = sessionHeader({ config, features: standardFeatures, keepBodies: true });
 *  Array.from(replayers.session?.({ header, steps }) ?? [], ({ label }) => label); // ['the server is stopping'] */
export const replayers: Readonly<Partial<Record<TraceKind, Replayer>>> = {
  explorer: replayExplorer,
  random: replayRandom,
  session: replaySession,
  simulation: replaySimulation,
};
