/** Writes docs/reference/requirements.json, requirements.md beside it, and the inspector's requirements.json: every normative
 *  statement of what is traced (requirements/extract.ts), and what becomes of it (requirements/trace.ts). `node docs/requirements.ts FOLDER`
 *  reads the specifications, as docs/sections.ts does; without a folder the statements stay as they were read. @module */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Requirement } from '../src/inspector/requirement.ts';
import { extract } from './requirements/extract.ts';
import type { Statement } from './requirements/extract.ts';
import { requirementsPage } from './requirements/page.ts';
import { readClaims, traceOf } from './requirements/trace.ts';

const file = join(import.meta.dirname, 'reference', 'requirements.json');

const lines = (rows: readonly unknown[]): string => `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;

/** The statements as they were read. */
export const readStatements = (): readonly Statement[] => JSON.parse(readFileSync(file, 'utf8')) as readonly Statement[];

/** The statements, and what becomes of each. */
export const requirements = (): readonly Requirement[] => traceOf(readStatements(), readClaims());

/** The files that follow from the statements and the claims, by their paths. */
export function pages(all: readonly Requirement[]): ReadonlyMap<string, string> {
  return new Map([
    [join(import.meta.dirname, 'reference', 'requirements.md'), requirementsPage(all)],
    [join(import.meta.dirname, '..', 'src', 'inspector', 'page', 'requirements.json'), lines(all)],
  ]);
}

if (process.argv[1] === import.meta.filename) {
  const [, , folder] = process.argv;
  if (folder !== undefined) writeFileSync(file, lines(extract(folder)));
  for (const [path, text] of pages(requirements())) writeFileSync(path, text);
}
