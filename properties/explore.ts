/** `npm run explore`: every interleaving of each system, up to the bounds of each scope, over the machines
 *  themselves; every schedule of the real core, and of two of them, in its programmes; then the negative controls, each of
 *  which must be refuted. `--scope full` takes the large scopes too, `--only NAME` one check, `--json FILE`
 *  keeps a summary. @module */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { encodeTrace } from '../src/core/trace.ts';
import { checks } from './checks.ts';
import type { Check, CheckScope } from './checker/check.ts';
import { Composed } from './checker/composed.ts';
import { explore } from './checker/explore.ts';
import { statements } from './checker/monitors.ts';
import { checkFederated } from './checker/federated/check.ts';
import { federatedProgrammes } from './checker/federated/programmes.ts';
import { wrongSites } from './checker/federated/wrong-sites.ts';
import { checkSchedules } from './checker/schedules/check.ts';
import type { ScheduleCheck } from './checker/schedules/check.ts';
import { lineOf } from './checker/schedules/programme.ts';
import type { Programme } from './checker/schedules/programme.ts';
import { programmes } from './checker/schedules/programmes.ts';
import { composedCheck } from './checker/scopes.ts';
import { traceOf } from './checker/trace.ts';
import { negativeControls } from './checker/variants.ts';

const { values } = parseArgs({ options: { scope: { type: 'string', default: 'pull-request' }, only: { type: 'string' }, json: { type: 'string' }, traces: { type: 'string', default: 'traces' } } });
const isFull = values.scope === 'full';
const isWanted = (name: string): boolean => values.only === undefined || values.only === name;
const summary: object[] = [];
let failures = 0;

const dialogue = (way: readonly string[]): string => way.map((step, index) => `    ${String(index + 1).padStart(2)}  ${step}`).join('\n');
const fail = (line: string): void => {
  failures += 1;
  console.log(`  FAILED  ${line}`);
};

/** Keeps a counterexample as a trace file, and says how to play it again. */
function keep(check: Check, scope: string, way: readonly string[], broken: string): string {
  mkdirSync(values.traces, { recursive: true });
  const file = `${values.traces}/${check.name} ${broken}.jsonl`.replaceAll(' ', '-');
  writeFileSync(file, encodeTrace(traceOf(check, scope, way, { broken })));
  return `  again: npm run waystate -- replay ${file}`;
}

function checkScope(check: Check, { name, bounds, pinned, system: make }: CheckScope): void {
  console.log(`\n${check.name}: ${name}\n  bounds: ${bounds}`);
  const began = performance.now();
  const system = make();
  const found = explore(system, {
    progress: (states, depth, bytes) => {
      const rate = Math.round(states / ((performance.now() - began) / 1000));
      if (process.stdout.isTTY) process.stdout.write(`\r  ${states} states, ${rate} states/s, depth ${depth}, ${Math.round(bytes / 1e6)} MB `);
    },
  });
  const seconds = (performance.now() - began) / 1000;
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
  console.log(`  ${found.states} states, ${found.transitions} transitions, depth ${found.depth}, ${seconds.toFixed(1)} s, ${Math.round(found.states / seconds)} states/s, ${Math.round(found.memoryBytes / 1e6)} MB`);
  const seen = system instanceof Composed ? [...system.seen()] : [];
  if (seen.length > 0) console.log(`  seen: ${seen.map(([what, times]) => `${what} ${times}`).join(', ')}`);
  const counted = [found.states, found.transitions, found.depth];
  if (pinned !== undefined && pinned.join() !== counted.join()) fail(`the counts were ${pinned.join(', ')}: the system has changed`);
  for (const [broken, way] of found.broken) fail(`${broken}: ${check.statements[broken]}\n${dialogue(way)}\n${keep(check, name, way, broken)}`);
  if (found.broken.size === 0) console.log(`  checked up to these bounds: ${Object.keys(check.statements).join(', ')}`);
  summary.push({ check: check.name, scope: name, bounds, states: found.states, transitions: found.transitions, depth: found.depth, seconds, broken: [...found.broken.keys()], seen: Object.fromEntries(seen) });
}

function reportSchedules(check: string, { name, bounds, pinned }: Programme, { schedules, steps, premises, broken }: ScheduleCheck): void {
  const seen = Object.entries(premises).filter(([, times]) => times > 0);
  console.log(`  ${name}: ${schedules} schedules, ${steps} steps; ${seen.map(([what, times]) => `${what} ${times}`).join(', ')}\n    bounds: ${bounds}`);
  for (const [what, { fault, dialogue: way }] of broken) fail(`${what}: ${fault}\n${dialogue(way)}`);
  if (pinned.join() !== [schedules, steps].join()) fail(`the counts were ${pinned.join(', ')}: the core has changed`);
  summary.push({ check, scope: name, schedules, steps, premises, broken: [...broken.keys()] });
}

function checkCore(): void {
  console.log('\nThe real core: every schedule of each programme');
  for (const programme of programmes) reportSchedules('core schedules', programme, checkSchedules(programme));
}

function checkTwoCores(): void {
  console.log('\nTwo real cores and the lines between them: every schedule of each programme, but for the order of steps of different servers');
  for (const programme of federatedProgrammes) reportSchedules('schedules of two cores', programme, checkFederated(programme));
  console.log('\nWrong servers: each must be refuted');
  for (const { name, programme: wanted, refutes, moves, make } of wrongSites) {
    const programme = federatedProgrammes.find((each) => each.name === wanted);
    const broken = programme === undefined ? undefined : checkFederated(programme, { make, until: refutes }).broken;
    const missed = refutes.filter((each) => broken?.has(each) !== true);
    const longest = Math.max(0, ...refutes.map((each) => broken?.get(each)?.dialogue.length ?? 0));
    if (programme === undefined || missed.length > 0) fail(`one that ${name} is not refuted by ${missed.join(', ')}`);
    else if (longest !== moves) fail(`one that ${name}: the dialogue has ${longest} moves and not ${moves}`);
    else console.log(`\n  one that ${name}, in: ${wanted}\n  before: ${programme.before.flatMap((client) => client.does.map((deed) => lineOf(client, deed))).join('; ')}`);
    for (const each of refutes) if (broken?.has(each) === true) console.log(`  refutes ${each}: ${broken.get(each)?.fault}\n${dialogue(broken.get(each)?.dialogue ?? [])}`);
  }
}

function checkControls(): void {
  console.log('\nNegative controls: each must be refuted');
  for (const { name, about, variant, scope, refutes, steps } of negativeControls) {
    const way = explore(new Composed(scope, variant), { until: refutes }).broken.get(refutes);
    if (way === undefined) fail(`${name} is not refuted`);
    else if (way.length !== steps) fail(`${name}: the shortest way has ${way.length} steps and not ${steps}`);
    else console.log(`\n  ${name}: ${about}\n  refutes ${refutes} in ${steps} steps: ${statements[refutes]}\n${dialogue(way)}`);
  }
}

for (const check of checks) if (isWanted(check.name)) for (const scope of check.scopes) if (scope.run !== 'full' || isFull) checkScope(check, scope);
if (isWanted('core')) checkCore();
if (isWanted('two cores')) checkTwoCores();
if (isWanted(composedCheck.name)) checkControls();
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(summary, null, 1));
console.log(failures === 0 ? '\nChecked up to these bounds: every statement holds, and every negative control is refuted.' : `\n${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
