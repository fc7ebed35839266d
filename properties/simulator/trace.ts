/** A simulation as a trace, and a trace played again: the seed is all that it takes, so what is yielded is
 *  what happens now. Not here: the format (src/core/trace.ts), files (the command). @module */
import { standardFeatures } from '../../src/core/features/all.ts';
import { recorded } from '../../src/core/recording.ts';
import { createCore } from '../../src/core/server.ts';
import { TRACE_VERSION, TraceError } from '../../src/core/trace.ts';
import type { Trace, TraceHeader, TraceStep } from '../../src/core/trace.ts';
import { playing } from './simulation.ts';
import type { Outcome } from './simulation.ts';
import { serversOf } from './options.ts';

/** The command that plays a run again. */
export function againOf({ options: { seed, ticks, servers } }: Outcome, isGiven: boolean): string {
  return `npm run simulate -- --seed ${seed} --once${isGiven ? ` --ticks ${ticks}` : ''}${servers === serversOf(seed) ? '' : ` --servers ${servers}`}`;
}

/** The header of the trace of a run. */
export function headerOf(outcome: Outcome): TraceHeader {
  const { options: { seed, ticks, servers }, failure } = outcome;
  return {
    waystate: 'trace',
    version: TRACE_VERSION,
    kind: 'simulation',
    title: `A simulation from the seed ${seed}`,
    ...(failure && { theorem: { name: failure.theorem.name, statement: failure.theorem.statement, spec: failure.theorem.spec }, fault: failure.fault }),
    replay: { seed, ticks, servers },
    again: againOf(outcome, true),
  };
}

/** The whole trace of a run, which is played again for it. */
export function traceOf(outcome: Outcome): Trace {
  const header = headerOf(outcome);
  return { header, steps: [...replaySimulation({ header, steps: [] })] };
}

/** Plays a simulation again, up to its end or to what is wrong in it.
 *  @param trace its header is enough
 *  @throws TraceError when the header is not that of a simulation
 *  @example
 *  for (const { label } of replaySimulation(decodeTrace(text))) console.log(label); */
export function* replaySimulation({ header }: Trace): Generator<TraceStep, void> {
  const { seed, ticks, servers } = header.replay;
  if (header.kind !== 'simulation' || typeof seed !== 'number' || typeof ticks !== 'number' || (servers !== 1 && servers !== 2)) throw new TraceError('a simulation is played again by its seed, its ticks and the number of its servers');
  const lines: TraceStep[] = [];
  const play = playing({ seed, ticks, servers, makeCore: (config) => recorded(createCore(config, standardFeatures), (line) => lines.push(line) > 0, { keepBodies: true }) });
  let last: TraceStep | undefined;
  for (let next = play.next(); ; next = play.next()) {
    const { value, done } = next;
    if (done === true) {
      if (last !== undefined) yield value.failure === undefined ? last : { ...last, broken: [value.failure.theorem.name] };
      return;
    }
    if (last !== undefined) yield last;
    // The recording core counts from its own beginning, and by the clock on the wall.
    const line = 'crash' in value ? { label: 'the server crashes', transitions: [], shown: [] } : lines.shift();
    const { label = value.number.toString(), transitions = [], shown = [], ...rest } = line ?? {};
    last = { ...rest, transitions, shown, label: servers > 1 ? `${value.site}: ${label}` : label, step: value.number, at: value.at };
  }
}
