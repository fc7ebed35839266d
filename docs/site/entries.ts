/** What the search of the site looks through: each heading of each page with what stands below it, and each export.
 *  Not here: how it is ranked (ranking.js). @module */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listOfExports } from '../typedoc-plugin.ts';
import type { ApiExport } from '../typedoc-plugin.ts';
import type { Heading, Rendered } from './markdown.ts';
import type { Source } from './sources.ts';

/** One thing that can be found. */
export type Entry = readonly [address: string, page: string, title: string, text: string, names: readonly string[], terms: readonly string[], weight: number];

/** What explains comes before what mentions: records and long tables mention everything. */
const weights: readonly (readonly [RegExp, number])[] = [
  [/^explanation\//, 1.4], [/^reference\/machines\/[^i]/, 1.3],
  [/^readme\.html/, 0.7], [/^decisions\//, 0.5], [/^changelog\.html|^reference\/(?:requirements|conformance|api-report|theorems)\.html/, 0.25],
];
const weightOf = (address: string): number => weights.find(([pattern]) => pattern.test(address))?.[1] ?? 1;
const weightOfExport = 0.6;

/** The headings of the pages; a machine is one thing, and its page is found as a whole. */
export function entriesOf(pages: readonly (Rendered & { readonly source: Source })[]): readonly Entry[] {
  return pages.flatMap(({ source: { address, title: page, section }, headings }) => {
    const entryOf = (to: string, title: string, under: readonly Heading[]): Entry =>
      [to, page, title, under.map(({ text }) => text).join(' ').replace(/\s+/g, ' ').trim(), all(under, 'names'), all(under, 'terms'), weightOf(address)];
    if (section === 'Machines' && page.startsWith('Machine: ')) return [entryOf(address, page, headings)];
    return headings.map((heading) => entryOf(`${address}${heading.level === 1 ? '' : `#${heading.anchor}`}`, heading.title, [heading]));
  });
}

const all = (under: readonly Heading[], what: 'names' | 'terms'): readonly string[] => [...new Set(under.flatMap((heading) => [...heading[what]]))];

/** The exports, as TypeDoc has listed them.
 *  @param folder what TypeDoc has written
 *  @param address where it is in the site */
export function exportsIn(folder: string, address: string): readonly ApiExport[] {
  const exports = JSON.parse(readFileSync(join(folder, listOfExports), 'utf8')) as readonly ApiExport[];
  return exports.map((each) => ({ ...each, address: `${address}/${each.address}` }));
}

/** The exports. */
export function entriesOfExports(exports: readonly ApiExport[]): readonly Entry[] {
  return exports.map(({ address, from, name, text }): Entry => [address, from, name, text, [], [], weightOfExport]);
}
