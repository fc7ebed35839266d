/** `npm run spin`: the composed system is explored a second time by SPIN, from a model in Promela. A scope
 *  passes when both explorers come to the same verdict with the same number of states, of transitions and
 *  the same depth; a negative control when both refute the same statement on an equally short way. SPIN
 *  knows nothing of names that are interchangeable, so a scope with symmetry is taken without it, and only
 *  with `--scope full`. `--limit N` bounds the states, `--json FILE` keeps a summary, `--keep DIR` the models.
 *  Where spin or gcc is missing nothing is checked, and that is no failure unless WAYSTATE_REQUIRE_ALL
 *  is set. Not here: the model (checker/promela). @module */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Composed } from './checker/composed.ts';
import { explore } from './checker/explore.ts';
import { promelaOf } from './checker/promela/promela.ts';
import { numberOf } from './checker/promela/world.ts';
import type { Scope } from './checker/scope.ts';
import { composedScopes } from './checker/scopes.ts';
import { negativeControls } from './checker/variants.ts';
import type { NegativeControl } from './checker/variants.ts';

/** What SPIN has found in a model. */
export interface SpinReport {
  readonly states: number;
  /** What its verifier prints: one more than the moves, for the initial state, and one for each state at rest. */
  readonly transitions: number;
  readonly depth: number;
  /** The moves to what is wrong, on the shortest way; undefined when nothing is. */
  readonly steps?: number;
  /** It came to a step of a machine that the explorer has never taken. */
  readonly isBeyond: boolean;
  readonly seconds: number;
}

/** What both explorers have counted. */
interface Counts {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly holds: boolean;
}

/** One row of the table: what was compared, and whether it is the same. */
export interface Comparison {
  readonly name: string;
  /** `too large`: there are more states than the limit allows, and SPIN was not run. */
  readonly outcome: 'same' | 'different' | 'too large';
  readonly explorer: Counts | { readonly steps: number | undefined };
  readonly spin?: Counts | { readonly steps: number | undefined };
  readonly isBeyond?: boolean;
  readonly seconds: { readonly explorer: number; readonly spin?: number };
}

/** Enough states for the steps of a control's machines, well past its counterexample. */
const CONTROL_STATES = 100_000;
/** What the verifier may take. */
const MEGABYTES = 8192;

/** The programs that are needed, and are not installed.
 *  @example
 *  if (missingPrograms().length > 0) console.log('apt-get install spin gcc'); */
export function missingPrograms(): string[] {
  const tried = { spin: '-V', gcc: '--version' };
  return Object.entries(tried).filter(([program, version]) => spawnSync(program, [version]).status !== 0).map(([program]) => program);
}

/** Lets SPIN verify a model, breadth first and without reduction.
 *  @param statement judge by this one only; otherwise by all
 *  @throws Error when SPIN or the compiler does not take the model, or the verifier does not come to an end */
export function verify(model: string, statement?: string): SpinReport {
  const folder = mkdtempSync(join(tmpdir(), 'waystate-spin-'));
  const began = performance.now();
  const run = (program: string, ...args: readonly string[]): string => {
    const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program}: ${error?.message ?? `${stdout}${stderr}`.slice(0, 2000)}`);
    return stdout;
  };
  try {
    writeFileSync(join(folder, 'model.pml'), model);
    // Without -o2, SPIN leaves out variables that are only written: its states would be fewer.
    run('spin', `-DONLY=${statement === undefined ? 0 : numberOf(statement)}`, '-o2', '-a', 'model.pml');
    // One statement is refuted sooner than a compiler that optimises is done.
    run('gcc', statement === undefined ? '-O1' : '-O0', '-DBFS', '-DNOREDUCE', '-DSAFETY', '-DNOFAIR', `-DMEMLIM=${MEGABYTES}`, '-o', 'pan', 'pan.c');
    return reportOf(run(join(folder, 'pan'), '-n'), (performance.now() - began) / 1000);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Reads what the verifier prints. A move that breaks something is counted; being at rest is no move. */
function reportOf(printed: string, seconds: number): SpinReport {
  const number = (pattern: RegExp): number => {
    const [, digits] = pattern.exec(printed) ?? [];
    if (digits === undefined) throw new Error(`the verifier has not come to an end: ${printed.slice(0, 2000)}`);
    return Number(digits);
  };
  const counted = { states: number(/([\d.e+]+) states, stored/), transitions: number(/([\d.e+]+) transitions/), depth: number(/depth reached (\d+)/), seconds };
  if (number(/errors: (\d+)/) === 0) return { ...counted, isBeyond: false };
  const [, expression = '', at] = /assertion violated (.*) \(at depth (\d+)\)/.exec(printed) ?? [];
  if (at === undefined) throw new Error(`the verifier fails: ${printed.slice(0, 2000)}`);
  return { ...counted, isBeyond: /^\(?(0|false)\)?$/.test(expression), steps: Number(at) + (expression.includes('atRest') ? 0 : 1) };
}

/** Explores a scope twice.
 *  @param options `limit`: not at all when there are more states; `keep`: is given the model
 *  @example
 *  compareScope('a room', quietScope).outcome; // 'same' */
export function compareScope(name: string, scope: Scope, { limit = Infinity, keep }: { limit?: number; keep?: (model: string) => void } = {}): Comparison {
  const began = performance.now();
  const system = new Composed({ ...scope, symmetry: false });
  const { states, transitions, depth, atRest, broken, isComplete } = explore(system, { limit });
  const seconds = (performance.now() - began) / 1000;
  const explorer: Counts = { states, transitions, depth, holds: broken.size === 0 };
  if (!isComplete) return { name, outcome: 'too large', explorer, seconds: { explorer: seconds } };
  const model = promelaOf(system);
  keep?.(model);
  const found = verify(model);
  const spin: Counts = { states: found.states, transitions: found.transitions - atRest - 1, depth: found.depth, holds: found.steps === undefined };
  // The verifier prints eight digits.
  const isSame = found.transitions === Number((transitions + atRest + 1).toPrecision(8)) && found.states === Number(states.toPrecision(8)) && spin.depth === depth && spin.holds && explorer.holds;
  return { name, outcome: isSame ? 'same' : 'different', explorer, spin, isBeyond: found.isBeyond, seconds: { explorer: seconds, spin: found.seconds } };
}

/** Refutes a wrong server twice. */
export function compareControl({ name, scope, variant, refutes, steps }: NegativeControl, keep?: (model: string) => void): Comparison {
  const began = performance.now();
  const system = new Composed(scope, variant);
  const way = explore(system, { limit: CONTROL_STATES }).broken.get(refutes);
  const seconds = (performance.now() - began) / 1000;
  const model = promelaOf(system, variant);
  keep?.(model);
  const found = verify(model, refutes);
  const isSame = way?.length === steps && found.steps === steps && !found.isBeyond;
  return { name, outcome: isSame ? 'same' : 'different', isBeyond: found.isBeyond, explorer: { steps: way?.length }, spin: { steps: found.steps }, seconds: { explorer: seconds, spin: found.seconds } };
}

const inWords = (counted: Comparison['explorer']): string => ('steps' in counted ? `${counted.steps ?? 'no'} steps`
  : `${counted.states} states, ${counted.transitions} transitions, depth ${counted.depth}, ${counted.holds ? 'everything holds' : 'refuted'}`);

function print({ name, outcome, isBeyond, explorer, spin, seconds }: Comparison, what = ''): void {
  const times = `${seconds.explorer.toFixed(1)} s and ${(seconds.spin ?? 0).toFixed(1)} s`;
  if (spin === undefined) console.log(`  not compared  ${name}: it has more states than the limit`);
  else if (outcome === 'same') console.log(`  same    ${name}: ${what}${inWords(spin)}; ${times}`);
  else console.log(`  FAILED  ${name}: ${what}explorer ${inWords(explorer)}; SPIN ${inWords(spin)}${isBeyond === true ? ', at a step that the explorer has never taken' : ''}; ${times}`);
}

/** Compares everything, and says how it went. */
function main(): boolean {
  const { values } = parseArgs({ options: { scope: { type: 'string', default: 'pull-request' }, limit: { type: 'string', default: '8000000' }, json: { type: 'string' }, keep: { type: 'string' } } });
  const missing = missingPrograms();
  if (missing.length > 0) {
    console.log(`Skipped: the comparison with SPIN, because there is no ${missing.join(' and no ')} (apt-get install spin gcc)`);
    return (process.env['WAYSTATE_REQUIRE_ALL'] ?? '') === '';
  }
  const { keep } = values;
  const keepAs = (name: string) => (model: string): void => {
    if (keep === undefined) return;
    mkdirSync(keep, { recursive: true });
    writeFileSync(join(keep, `${name.replaceAll(/[^\w.]+/g, '-')}.pml`), model);
  };
  console.log('The composed system: its explorer, and SPIN');
  const wanted = composedScopes.filter(({ run, scope }) => values.scope === 'full' || (run !== 'full' && !scope.symmetry));
  const scopes = wanted.map(({ name, scope }) => {
    const comparison = compareScope(name, scope, { limit: Number(values.limit), keep: keepAs(name) });
    print(comparison);
    return comparison;
  });
  console.log('\nNegative controls: both refute the same statement, in as many steps');
  const controls = negativeControls.map((control) => {
    const comparison = compareControl(control, keepAs(control.name));
    print(comparison, `${control.refutes} in `);
    return { ...comparison, refutes: control.refutes };
  });
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ spin: spawnSync('spin', ['-V'], { encoding: 'utf8' }).stdout.trim(), scopes, controls }, null, 1));
  const failed = [...scopes, ...controls].filter(({ outcome }) => outcome === 'different').length;
  console.log(failed === 0 ? '\nBoth explorers agree on everything that was compared.' : `\n${failed} failed`);
  return failed === 0;
}

if (import.meta.main) process.exitCode = main() ? 0 : 1;
