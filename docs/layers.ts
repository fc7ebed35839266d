/** The layers of the house: which folder may import from which, and what the files really import. The house test holds the one
 *  to the other; the picture of the architecture is drawn from both. @module */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');

/** The folders that have sources. */
export const folders = ['machines', 'src', 'properties', 'docs', 'test'];

/** Every source file, by its path from the root. */
export const sourceFiles: readonly string[] = folders
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`))
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !name.startsWith('docs/reference/api/'));

/** Which folders a folder's files may import from, besides their own; packages apart. */
export const mayImport: readonly (readonly [folder: string, ...others: string[]])[] = [
  ['machines'],
  ['src/core', 'machines'],
  ['src/stores', 'src/core', 'machines'],
  ['src/runtime', 'src/core', 'machines'],
  ['src/inspector', 'src/core', 'machines'],
  ['src/export', 'src/core', 'machines'],
  ['src/testing', 'src/core', 'src/stores', 'src/runtime', 'machines'],
  ['src/cli', 'src', 'machines', 'properties'],
  ['properties', 'machines', 'src/core'],
];

/** The text of a source. */
export const sourceOf = (file: string): string => readFileSync(join(root, file), 'utf8');

/** What a file imports: project files by their path, packages by their name. */
export function importsOf(file: string): string[] {
  return [...sourceOf(file).matchAll(/(?:^|\s)(?:import|export)\s[^;'"]*?from\s+'([^']+)'|import\('([^']+)'\)|^import '([^']+)'/gm)]
    .map(([, a, b, c]) => a ?? b ?? c ?? '')
    .map((target) => (target.startsWith('.') ? relative(root, join(root, dirname(file), target)) : target));
}

/** Whether a path is, or is below, one of some others. */
export const isIn = (file: string, ...where: string[]): boolean => where.some((folder) => file === folder || file.startsWith(`${folder}/`));
