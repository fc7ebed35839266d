/** `npm run properties`: every theorem over random histories. Options: `--runs N`, `--seed N`, `--only NAME`
 *  and `--path P` narrow the search; `--core NAME` looks at a wrong core instead of ours; `--traces DIR`
 *  is where a failure is saved, `--json FILE` keeps a summary. @module */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeTrace } from '../src/core/trace.ts';
import { coreNamed, traceOf } from './random-trace.ts';
import { check } from './theorem.ts';
import type { Failure, Theorem } from './theorem.ts';
import { theorems } from './theorems.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3000' }, seed: { type: 'string' }, only: { type: 'string' }, path: { type: 'string' },
    core: { type: 'string' }, traces: { type: 'string', default: 'traces' }, json: { type: 'string' },
  },
});
const runs = Number(values.runs);
const seed = values.seed === undefined ? Date.now() % 0x7fffffff : Number(values.seed);
const chosen = theorems.filter(({ name }) => values.only === undefined || name === values.only);
const search = {
  runs, seed,
  ...(values.path !== undefined && { path: values.path }),
  ...(values.core !== undefined && { makeCore: coreNamed(values.core) }),
};

/** Tells on a terminal how far it is, a few times a second. */
function progressOf(began: number): (played: number) => void {
  let told = began;
  return (played) => {
    const now = performance.now();
    if (!process.stdout.isTTY || now - told < 200) return;
    told = now;
    const rate = Math.round(played / ((now - began) / 1000));
    process.stdout.write(`\r  ${played <= runs ? `${played} of ${runs} histories` : `shrinking: ${played - runs}`}, ${rate}/s \x1b[K`);
  };
}

/** Saves the trace of a failure, and prints the way to it. */
function tell(theorem: Theorem, failure: Failure): void {
  const file = join(values.traces, `${theorem.name.replace(/\W+/g, '-')}-${failure.seed}.jsonl`);
  const again = `npm run waystate -- replay ${/^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`}`;
  mkdirSync(values.traces, { recursive: true });
  writeFileSync(file, encodeTrace(traceOf(theorem, failure, { again, ...(values.core !== undefined && { core: values.core }) })));
  console.log(`  FAILED  ${failure.fault}\n${failure.dialogue}\n  trace: ${file}\n  again: ${again}`);
}

const summary: { readonly name: string; readonly runs: number; readonly seed: number; readonly premises: number }[] = [];

/** Checks one theorem; false when it does not hold, or nothing was seen of it. */
function holds(theorem: Theorem): boolean {
  console.log(`\n${theorem.name}\n  ${theorem.statement}\n  ${theorem.formula}   (${theorem.spec.join(', ')})\n  bounds: ${theorem.bounds}`);
  const began = performance.now();
  const verdict = check(theorem, { ...search, progress: progressOf(began) });
  const rate = Math.round(verdict.runs / ((performance.now() - began) / 1000));
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
  if (verdict.failure !== undefined) tell(theorem, verdict.failure);
  else if (verdict.premises === 0) console.log(`  VACUOUS  the premise never occurred in ${verdict.runs} histories`);
  else {
    summary.push({ name: theorem.name, runs: verdict.runs, seed, premises: verdict.premises });
    console.log(`  holds in ${verdict.runs} histories (${rate}/s); the premise occurred ${verdict.premises} times`);
    return true;
  }
  return false;
}

console.log(`seed ${seed}`);
const failed = chosen.filter((theorem) => !holds(theorem)).length;
if (chosen.length === 0) console.log(`there is no theorem "${values.only}"`);
else console.log(failed === 0 ? '\nAll theorems hold in these histories.' : `\n${failed} failed`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(summary, null, 1)}\n`);
process.exitCode = failed === 0 && chosen.length > 0 ? 0 : 1;
