/** docs/reference/requirements.md: nothing that the server must do is without a place and a test, or a reason. @module */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keywordOf, sentencesOf, traced } from '../../docs/requirements/extract.ts';
import { countsOf, isNamed, isStrict } from '../../docs/requirements/page.ts';
import { keysOf, obliged, readClaims, traceOf } from '../../docs/requirements/trace.ts';
import { pages, readStatements, requirements } from '../../docs/requirements.ts';
import { catalogue } from '../../machines/catalogue.ts';
import { modelOf } from '../../src/export/model.ts';
import { root } from './pages.ts';

const statements = readStatements();
const all = requirements();

test('each strict statement of the server has a place and a test that is named for it, or is excepted with a reason', () => {
  const bare = all.filter((each) => each.who === 'server' && isStrict(each) && each.not === undefined && ((each.where ?? []).length === 0 || !isNamed(each)));
  expect(bare.map(({ id }) => id)).toEqual([]);
});

test('a MUST that no claim is about is found', () => {
  const [first = { id: '', keyword: '', sentence: '', title: '' }] = statements;
  expect(traceOf([{ ...first, sentence: 'The server MUST answer.' }], new Map())[0]).not.toHaveProperty('where');
});

test('what is named is there: files, tests, states of machines', () => {
  const states = new Set(catalogue.flatMap((entry) => modelOf(entry).states.map(({ id }) => `${entry.name}:${id}`)));
  const theorems = readFileSync(join(root, 'src/inspector/page/theorems.json'), 'utf8');
  const isThere = (name: string): boolean => {
    const [file = '', words = ''] = name.split(/: (.*)/s);
    if (file.includes('/')) return existsSync(join(root, file)) && readFileSync(join(root, file), 'utf8').includes(words);
    return states.has(name) || theorems.includes(`"${name.split(': ').at(-1)}"`);
  };
  const names = new Set(all.flatMap(({ where = [], shown = [] }) => [...where, ...shown]));
  expect([...names].filter((name) => !isThere(name))).toEqual([]);
  expect(all.flatMap(({ shown = [] }) => shown).filter((name) => name.includes('/') && !name.startsWith('test/'))).toEqual([]);
});

test('each claim is about a statement that there is', () => {
  const about = new Set(statements.flatMap(({ id }) => keysOf(id)));
  expect([...readClaims().keys()].filter((key) => !about.has(key))).toEqual([]);
});

test('the pages follow from the statements and the claims; if not, run node docs/requirements.ts', () => {
  for (const [path, text] of pages(all)) expect(readFileSync(path, 'utf8') === text, path).toBe(true);
});

test('each document has statements, each with its word and a name of its own', () => {
  expect([...new Set(statements.map(({ id }) => id.replace(/ §.*$/, '')))]).toEqual(Object.keys(traced));
  expect(new Set(statements.map(({ id }) => id)).size).toBe(statements.length);
  expect(statements.filter(({ sentence, keyword }) => keywordOf(sentence) !== keyword)).toEqual([]);
});

test('the counts of README.md are those of the page', () => {
  const [count, own, strict, placed, , excepted] = countsOf(all);
  expect(readFileSync(join(root, 'README.md'), 'utf8').replaceAll('\n', ' ')).toContain(`of ${count} statements of seven specifications ${own} oblige the server, ${strict} of them strictly: ${placed} of these name where they are done and the test that asserts them, ${excepted} are excepted with a reason.`);
});

describe('reading', () => {
  test('a sentence ends with a stop before a capital, and not behind an abbreviation', () => {
    expect(sentencesOf('It MAY wait (e.g. Romeo). The server MUST NOT. 5 is no capital.')).toEqual(['It MAY wait (e.g. Romeo).', 'The server MUST NOT. 5 is no capital.']);
  });
  test('the strictest word counts, and only in capitals', () => {
    expect([keywordOf('It SHOULD, and MUST NOT.'), keywordOf('it must'), keywordOf('MAYBE')]).toEqual(['MUST NOT', undefined, undefined]);
  });
  test('who is obliged is the subject', () => {
    expect(['A client MUST bind.', "The user's server MUST send.", 'The initiating entity MUST wait.', 'When the client asks, the server MUST answer.', 'If the client gave one, the value MUST be it.'].map(obliged)).toEqual(['client', 'server', 'initiating entity', 'server', 'server']);
  });
});
