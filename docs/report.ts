/** `npm run report`: runs every check with its summary kept in docs/reference/reports, and writes the page of
 *  the theorems anew. Takes about half an hour. @module */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const report = (name: string): string => join('docs', 'reference', 'reports', `${name}.json`);

/** In this order; the page last. */
const commands: readonly (readonly string[])[] = [
  ['properties/run.ts', '--seed', '6121', '--json', report('properties')],
  ['properties/explore.ts', '--scope', 'full', '--json', report('explore')],
  ['properties/spin.ts', '--json', report('spin')],
  ['properties/mutants.ts', '--every-killer', '--json', report('mutants'), '--list', join('src', 'inspector', 'page', 'mutants.json')],
  ['docs/theorems.ts'],
];

for (const command of commands) {
  console.log(`\n> node ${command.join(' ')}`);
  const { status } = spawnSync(process.execPath, ['--max-old-space-size=4096', ...command], { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    process.exitCode = 1;
    break;
  }
}
