/** The texts of the sections that are cited are there, and are those of their documents. @module */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { citedSections, numbersCited } from '../../docs/sections/cited.ts';
import { blocksOf, withoutPages } from '../../docs/sections/rfc.ts';
import { designFile, directory } from '../../docs/sections.ts';
import { citationsOf, fileOf } from '../../src/inspector/page/citation.js';
import type { SectionFile } from '../../src/inspector/section.ts';

const read = (name: string): SectionFile => JSON.parse(readFileSync(join(directory, name), 'utf8')) as SectionFile;
const names = readdirSync(directory).filter((name) => name.endsWith('.json'));
const files = new Map(names.map((name) => [name, read(name)]));

test('every citation that can come to a page has its text; if not, run node docs/sections.ts FOLDER', () => {
  const missing = citedSections().filter(({ document, number }) => {
    const section = files.get(`${fileOf(document)}.json`)?.sections[number];
    return section === undefined || (section.text.length === 0 && (section.parts ?? []).length === 0);
  });
  expect(missing.map(({ document, number, file }) => `${document} ${number} of ${file}`)).toEqual([]);
  expect(citedSections().length).toBeGreaterThan(500);
});

test('nothing is there that nobody cites, but for parts of what is cited', () => {
  const cited = numbersCited();
  const strays = [...files.values()].flatMap(({ document, sections }) => Object.keys(sections)
    .filter((number) => !(cited.get(document)?.has(number) ?? false) && !(cited.get(document)?.has(number.replace(/\.?[^.]*$/, '')) ?? false))
    .map((number) => `${document} ${number}`));
  expect(strays).toEqual([]);
});

test('each file says where it is from, and has the notice that its text must have', () => {
  const faults = [...files.values()].filter(({ document, source, notice, authors }) => {
    if (document === 'DESIGN') return source !== 'docs/explanation/design.md';
    return !source.startsWith('https://') || authors === '' || !notice.join(' ').includes(document.startsWith('RFC') ? 'BCP 78' : 'Permission is hereby granted');
  });
  expect(faults.map(({ document }) => document)).toEqual([]);
});

test('this project\'s decisions are as they are written down; if not, run node docs/sections.ts', () => {
  expect(readFileSync(join(directory, 'design.json'), 'utf8')).toBe(designFile());
});

describe('citations', () => {
  const places = (text: string): readonly string[] => citationsOf(text).map((part) => (typeof part === 'string' ? part : `${part.document}|${part.number}`));
  test('a document is named once for all its sections', () => {
    expect(places('RFC 6120 §4-§6, §10.4, XEP-0178, XEP-0220')).toEqual(['RFC 6120|4', '-', 'RFC 6120|6', ', ', 'RFC 6120|10.4', ', ', 'XEP-0178|', ', ', 'XEP-0220|']);
    expect(places('RFC 6121 §3, §A')).toEqual(['RFC 6121|3', ', ', 'RFC 6121|A']);
  });
  test('a decision is a decision wherever it stands', () => {
    expect(places('RFC 6120 §4.4, DESIGN D1, D5')).toEqual(['RFC 6120|4.4', ', ', 'DESIGN|D1', ', ', 'DESIGN|D5']);
  });
  test('what is no citation stays as it is, to the letter', () => {
    for (const text of ['', 'nothing', '§4 of nothing', 'RFC 6121 §8.5.4, table 1', '<b>XEP-0045 §7.14.</b>']) {
      expect(citationsOf(text).map((part) => (typeof part === 'string' ? part : part.text)).join('')).toBe(text);
    }
  });
});

describe('the text of an RFC', () => {
  const footer = ['', '', '', 'Saint-Andre                  Standards Track                   [Page 87]', '\f', 'RFC 6121                         XMPP IM                      March 2011', '', ''];
  test('a paragraph that was parted by a page is whole; one that ended with its page has ended', () => {
    const parted = ['   The server MUST deliver the stanza to the resource that was addressed', ...footer, '   by the sender.'];
    expect(blocksOf(withoutPages(parted))).toEqual([{ p: 'The server MUST deliver the stanza to the resource that was addressed by the sender.' }]);
    const ended = ['   The server MUST ignore it.', ...footer, '   For a message of another type, it is delivered.'];
    expect(blocksOf(withoutPages(ended))).toHaveLength(2);
  });
  test('examples and drawings stay as they were printed, items keep their marks', () => {
    expect(blocksOf(['   C: <presence', "         to='juliet'/>", '', '   1.  Else, if', '       not.'])).toEqual([{ pre: "C: <presence\n      to='juliet'/>" }, { item: 'Else, if not.', mark: '1.', depth: 0 }]);
  });
});
