/** docs/reference/conformance.md: each row says where something is and what shows it, or that it is not here; and what is said to do
 *  it cites the document. @module */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pages, root } from './pages.ts';

const [, ...parts] = (pages.find(({ path }) => path === 'docs/reference/conformance.md')?.text ?? '').split('\n## ');

const filesIn = (cell: string): readonly string[] => [...cell.matchAll(/`((?:machines|src|test)\/[^`]+)`/g)].map(([, file = '']) => file);

const rows = parts.flatMap((part) => {
  const document = /^(?:RFC \d+|XEP-\d+)/.exec(part)?.[0] ?? '';
  return [...part.matchAll(/^\| (§[^|]*) \| ([^|]*) \| ([^|]*) \|([^|]*)\|$/gm)].map(([, section = '', what = '', where = '', shown = '']) => ({ document, section, what, where, shown }));
});

test.each(rows)('docs: conformance: $document $section, $what', ({ document, where, shown }) => {
  if (where === 'not here') return expect(shown.trim()).toBe('');
  const [sources, tests] = [filesIn(where), filesIn(shown)];
  expect([...sources, ...tests].filter((file) => !existsSync(join(root, file)))).toEqual([]);
  expect(sources.filter((file) => !file.startsWith('test/') && readFileSync(join(root, file), 'utf8').includes(document))).not.toEqual([]);
  expect(tests.filter((file) => file.startsWith('test/'))).not.toEqual([]);
});

test('docs: conformance: every row is read, and each document has one', () => {
  expect(rows).toHaveLength(parts.join('\n').match(/^\| §/gm)?.length ?? 0);
  expect([...new Set(rows.map(({ document }) => document))]).toEqual(['RFC 6120', 'XEP-0220', 'XEP-0178', 'XEP-0288', 'XEP-0114', 'XEP-0045']);
});
