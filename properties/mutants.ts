/** `npm run mutants`: wrong versions of every machine, each of which a theorem must refute, or which can't
 *  be told from the machine. `--scope test` takes only the scopes of the tests, `--machine NAME` one
 *  machine, `--name TEXT` the mutants whose name has it, `--json FILE` writes the counts down, `--list FILE` each mutant with what
 *  became of it, `--every-killer` counts every statement that notices a mutant and not only the first. @module */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { catalogue } from '../machines/catalogue.ts';
import { checks } from './checks.ts';
import { listOf } from './mutants/list.ts';
import { mutantsOf } from './mutants/operators.ts';
import type { Mutant } from './mutants/operators.ts';
import { reportOf } from './mutants/report.ts';
import { Trial, summaryOf } from './mutants/run.ts';
import type { Extent, Verdict } from './mutants/run.ts';
import survivors from './mutants/survivors.json' with { type: 'json' };

const { values } = parseArgs({ options: { scope: { type: 'string' }, machine: { type: 'string' }, name: { type: 'string' }, json: { type: 'string' }, list: { type: 'string' }, 'every-killer': { type: 'boolean', default: false } } });
const extents: Readonly<Record<string, Extent>> = { test: 'test', 'pull-request': 'pull request' };
const extent = extents[values.scope ?? 'pull-request'];

const isAsked = (name: string): boolean => (values.machine === undefined || name.startsWith(`${values.machine}: `)) && name.includes(values.name ?? '');
const show = (line: string): void => {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line.slice(0, process.stdout.columns - 1)}`);
};

function run(taken: Extent): void {
  const began = performance.now();
  const verdicts = new Map<Omit<Mutant, 'step'>, Verdict>();
  const trial = new Trial(checks, taken, values['every-killer']);
  for (const entry of catalogue) {
    if (values.machine !== undefined && values.machine !== entry.name) continue;
    show(`${entry.name}: making its mutants`);
    for (const mutant of mutantsOf(entry).filter(({ name }) => isAsked(name))) {
      show(mutant.name);
      // Its machine is not kept: there are thousands.
      const { step: _step, ...kept } = mutant;
      verdicts.set(kept, trial.verdictOf(mutant));
    }
  }
  show('');
  const summary = summaryOf(verdicts, survivors.filter(({ name }: { name: string }) => isAsked(name)), taken);
  console.log(reportOf(summary));
  console.log(`\n${verdicts.size} mutants in ${Math.round((performance.now() - began) / 1000)} s, up to the scopes of a ${taken}`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(summary, undefined, 2)}\n`);
  if (values.list !== undefined) writeFileSync(values.list, `${JSON.stringify(listOf(verdicts))}\n`);
  process.exitCode = verdicts.size > 0 && summary.faults.length === 0 ? 0 : 1;
}

if (extent === undefined) {
  console.error(`--scope is ${Object.keys(extents).join(' or ')}`);
  process.exitCode = 1;
} else run(extent);
