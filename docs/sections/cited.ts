/** What is cited in the sources: every text in quotes that begins with a section. @module */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { citationsOf } from '../../src/inspector/page/citation.js';
import type { Citation } from '../../src/inspector/page/citation.js';

const root = join(import.meta.dirname, '..', '..');

/** Where a citation reaches a page from: machines, fates, reasons, theorems. */
const folders = ['machines', 'src/core', 'src/inspector', 'properties'];

/** Every citation, with the file that has it. */
export function citedSections(): readonly (Citation & { readonly file: string })[] {
  const files = folders.flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`)).filter((name) => name.endsWith('.ts'));
  return files.flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/'((?:RFC \d+ §|XEP-\d{4} §|DESIGN D)[^'\n]*)'/g)]
    // What stands behind a colon is the rule in words (`RFC 6121 §8.5.2.2.1: headline`).
    .flatMap(([, text = '']) => citationsOf(text.split(':', 1)[0] ?? ''))
    .filter((part) => typeof part !== 'string').map((part) => ({ ...part, file })));
}

/** The numbers that are cited of each document. */
export function numbersCited(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { document, number } of citedSections()) found.set(document, (found.get(document) ?? new Set()).add(number));
  return found;
}
