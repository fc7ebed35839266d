/** `npm run simulate`: whole servers with their clients, their network and their clock, from one seed.
 *  Options: `--seed N` (one is drawn, and printed, when none is given), `--minutes M` (seeds N, N+1, …
 *  until they are over), `--ticks T` (instead of the number that the seed gives), `--runs N` (that many
 *  seeds, however long it takes), `--servers N` (one or two; every third seed has one otherwise), `--once`,
 *  `--traces DIR` (where the trace of a failure goes). @module */
import { randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeTrace } from '../src/core/trace.ts';
import { dialogueOf } from './simulator/dialogue.ts';
import { describeOptions, drawOptions } from './simulator/options.ts';
import { simulate } from './simulator/simulation.ts';
import type { Outcome } from './simulator/simulation.ts';
import type { Crash, Step } from './simulator/step.ts';
import { againOf, traceOf } from './simulator/trace.ts';

/** How many of the last steps a failure shows. */
const SHOWN = 40;

const { values } = parseArgs({
  options: { seed: { type: 'string' }, minutes: { type: 'string', default: '1' }, ticks: { type: 'string' }, once: { type: 'boolean', default: false }, runs: { type: 'string' }, servers: { type: 'string' }, traces: { type: 'string', default: 'traces' } },
});
const numberOf = (name: 'seed' | 'minutes' | 'ticks' | 'runs' | 'servers'): number | undefined => {
  const text = values[name];
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isFinite(number) || number < 0 || (name !== 'minutes' && !Number.isSafeInteger(number))) {
    console.error(`--${name} takes a number that is not negative${name === 'minutes' ? '' : ', without a fraction'}, and not "${text}"`);
    process.exit(2);
  }
  return number;
};
const ticks = numberOf('ticks');
const servers = serversGiven();
const first = numberOf('seed') ?? randomInt(2 ** 32);
const most = numberOf('runs');
const deadline = performance.now() + (numberOf('minutes') ?? 1) * 60_000;

function serversGiven(): 1 | 2 | undefined {
  const number = numberOf('servers');
  if (number === undefined || number === 1 || number === 2) return number;
  console.error(`--servers takes 1 or 2, and not ${number}`);
  return process.exit(2);
}

function runOne(seed: number): Outcome {
  console.log(`\n${describeOptions(drawOptions(seed, ticks, servers))}`);
  const recent: (Step | Crash)[] = [];
  const began = performance.now();
  const outcome = simulate({ seed, ...(ticks === undefined ? {} : { ticks }), ...(servers === undefined ? {} : { servers }) }, (step) => {
    recent.push(step);
    if (recent.length > SHOWN) recent.shift();
  });
  const seconds = (performance.now() - began) / 1_000;
  console.log(`  ${outcome.ticks} ticks, ${outcome.steps} steps of the core, ${Math.round(outcome.simulatedMs / 1_000)} s in ${seconds.toFixed(2)} s (${Math.round(outcome.simulatedMs / 1_000 / seconds)} times real time, ${Math.round(outcome.steps / seconds)} steps/s), hash ${outcome.digest}`);
  if (outcome.failure !== undefined) fail(outcome, recent);
  return outcome;
}

function fail(outcome: Outcome, recent: readonly (Step | Crash)[]): void {
  const { failure, names, options } = outcome;
  if (failure === undefined) return;
  const { name, statement, exempt, spec } = failure.theorem;
  console.log(`\nFAILED  ${name} (${spec.join(', ')})\n  ${statement}\n  exempt: ${exempt}\n  ${failure.fault}\n\n${dialogueOf(recent, names)}\n\n${describeOptions(options)}`);
  const file = join(values.traces, `simulation-${options.seed}.jsonl`);
  mkdirSync(values.traces, { recursive: true });
  writeFileSync(file, encodeTrace(traceOf(outcome)));
  console.log(`\n  again: ${againOf(outcome, ticks !== undefined)}\n  trace: ${file}`);
}

const premises: Record<string, number> = {};
let failed = 0;
let runs = 0;
for (let seed = first; ; seed += 1) {
  const outcome = runOne(seed);
  runs += 1;
  if (outcome.failure !== undefined) failed += 1;
  for (const [name, times] of Object.entries(outcome.premises)) premises[name] = (premises[name] ?? 0) + times;
  if (values.once || failed > 0 || (most === undefined ? performance.now() > deadline : runs >= most)) break;
}
console.log(`\n${Object.entries(premises).map(([name, times]) => `  ${name}: put to the test ${times} times`).join('\n')}`);
console.log(failed === 0 ? `\nAll theorems hold in ${runs} ${runs === 1 ? 'run' : 'runs'} from seed ${first}.` : `\n${failed} of ${runs} failed`);
process.exitCode = failed === 0 ? 0 : 1;
