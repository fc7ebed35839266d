/** `waystate replay`: plays a trace again on this build, step by step, and says whether it went as it is
 *  recorded. Not here: what a trace is (src/core/trace.ts), how each kind is played again (properties/replay.ts), how a
 *  step looks (trace-text.ts). @module */
import { isDeepStrictEqual } from 'node:util';
import { replayers } from '../../properties/replay.ts';
import { TraceError, decodeTrace, encodeLine } from '../core/trace.ts';
import type { Trace, TraceHeader, TraceStep } from '../core/trace.ts';
import { done, failed, misused, type Outcome } from './outcome.ts';
import { printable } from './printable.ts';
import { traceTextOf } from './trace-file.ts';
import { headerText, stepText } from './trace-text.ts';

/** What is to be done after a step. */
export type Answer = 'next' | 'all' | 'quit';

/** Where a replay is shown. */
export interface ReplayContext {
  readonly print: (text: string) => void;
  readonly colours: boolean;
  /** JSON lines in place of text: a trace again. */
  readonly json: boolean;
  /** Asks what to do after a step; left out, all is shown at once. */
  readonly ask?: () => Promise<Answer>;
}

/** Plays the trace of a file again.
 *  @returns 0 when all went as it is recorded, 1 at a difference, 2 when the file is no trace that can be played
 *  @example
 *  const { exitCode } = await replay('traces/a.jsonl', { print: console.log, colours: false, json: true }); */
export async function replay(file: string, context: ReplayContext): Promise<Outcome> {
  try {
    return await play(decodeTrace(traceTextOf(file)), context);
  } catch (error) {
    if (error instanceof TraceError) return misused(`${file}: ${error.message}`);
    throw error;
  }
}

async function play(trace: Trace, context: ReplayContext): Promise<Outcome> {
  const { header, steps } = trace;
  if (header.kind === 'watched') throw new TraceError('this is what an inspector has seen of one session; it can be looked at, not played again');
  const replayer = replayers[header.kind];
  if (replayer === undefined) throw new TraceError(`this build can't play a trace of kind ${header.kind} again`);
  const isText = !context.json;
  context.print(isText ? headerText(header, steps.length) : encodeLine(header).trimEnd());
  let { ask } = context;
  let played = 0;
  let difference: string | undefined;
  let isBroken = false;
  for (const fresh of replayer(trace)) {
    const line = encodeLine(fresh);
    const step = JSON.parse(line) as TraceStep; // as it would be read, with nothing undefined in it
    context.print(isText ? stepText(step, context) : line.trimEnd());
    difference ??= differenceOf(steps[played], step);
    isBroken ||= step.broken !== undefined && step.broken.length > 0;
    played += 1;
    const answer = played < steps.length ? await ask?.() : 'next';
    if (answer === 'all') ask = undefined;
    if (answer === 'quit') return verdictOf(header, { played, difference, isBroken, hasEnded: false }, isText);
  }
  const missing = steps[played];
  if (missing !== undefined) difference ??= `Step ${missing.step} is recorded (${printable(missing.label)}), and is not played.`;
  return verdictOf(header, { played, difference, isBroken, hasEnded: true }, isText);
}

/** The first thing in which two steps differ, in a sentence. */
function differenceOf(recorded: TraceStep | undefined, step: TraceStep): string | undefined {
  if (recorded === undefined) return `Step ${step.step} is played (${printable(step.label)}), and is not recorded.`;
  const compared = [
    ['what happens', [recorded.label], [step.label]],
    ['the time', [recorded.at], [step.at]],
    ['its input', [recorded.input], [step.input]],
    ['what the machines do', recorded.transitions, step.transitions],
    ['what comes out', recorded.shown, step.shown],
    ['what is broken', recorded.broken ?? [], step.broken ?? []],
    // Older records say neither.
    ['what begins', ...both(recorded.begun, step.begun)],
    ['what waits', ...both(recorded.queues, step.queues)],
  ] as const;
  for (const [what, before, now] of compared) {
    const count = Math.max(before.length, now.length);
    for (let index = 0; index < count; index += 1) {
      if (isDeepStrictEqual(before[index], now[index])) continue;
      return `Step ${step.step} (${printable(step.label)}) differs in ${what}:\n  recorded  ${wordsOf(before[index])}\n  now       ${wordsOf(now[index])}`;
    }
  }
  return undefined;
}

const both = <T>(one: readonly T[] | undefined, other: readonly T[] | undefined): readonly [readonly T[], readonly T[]] => (one === undefined || other === undefined ? [[], []] : [one, other]);
const wordsOf = (value: unknown): string => (value === undefined ? 'nothing' : printable(JSON.stringify(value)));

interface Played {
  readonly played: number;
  readonly difference: string | undefined;
  readonly isBroken: boolean;
  readonly hasEnded: boolean;
}

function verdictOf({ theorem }: TraceHeader, { played, difference, isBroken, hasEnded }: Played, isText: boolean): Outcome {
  const fault = !hasEnded || (theorem === undefined && !isBroken) ? '' : isBroken ? ' The fault is still there.' : ' The fault is not there any more.';
  if (difference !== undefined) return failed(`${difference}\nThe replay differs from the trace.${fault}`);
  const verdict = `The replay went as recorded: ${hasEnded ? 'all' : 'the first'} ${played} steps.${fault}`;
  return isText ? done(verdict) : done(undefined, verdict); // what is JSON stays JSON
}
