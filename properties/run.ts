/** `npm run properties`: every theorem over random histories. Options: `--runs N`, `--seed N`,
 *  `--only NAME` and `--path P`, which replay what a failure names. @module */
import { parseArgs } from 'node:util';
import { check } from './theorem.ts';
import { theorems } from './theorems.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '3000' }, seed: { type: 'string' }, only: { type: 'string' }, path: { type: 'string' } } });
const seed = values.seed === undefined ? Date.now() % 0x7fffffff : Number(values.seed);
console.log(`seed ${seed}`);
let failed = 0;
for (const theorem of theorems.filter(({ name }) => values.only === undefined || name === values.only)) {
  const began = performance.now();
  const { runs, premises, failure } = check(theorem, { runs: Number(values.runs), seed, ...(values.path === undefined ? {} : { path: values.path }) });
  const rate = Math.round(runs / ((performance.now() - began) / 1000));
  console.log(`\n${theorem.name}\n  ${theorem.statement}\n  ${theorem.formula}   (${theorem.spec.join(', ')})\n  bounds: ${theorem.bounds}`);
  if (failure === undefined && premises > 0) console.log(`  holds in ${runs} histories (${rate}/s); the premise occurred ${premises} times`);
  else {
    failed += 1;
    if (failure === undefined) console.log(`  VACUOUS  the premise never occurred in ${runs} histories`);
    else console.log(`  FAILED  ${failure.fault}\n${failure.dialogue}\n  again: npm run properties -- --only "${theorem.name}" --seed ${failure.seed} --path ${failure.path}`);
  }
}
console.log(failed === 0 ? '\nAll theorems hold in these histories.' : `\n${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
