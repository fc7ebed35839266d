/** The tables of the benchmark. @module */
import { describe, expect, test } from 'vitest';
import { scenarios } from './plan.ts';
import { comparison, median } from './report.ts';
import type { Result } from './report.ts';

const results = (server: string, ...values: number[]): Result[] =>
  values.map((value, i) => ({ server, run: i + 1, measure: 'chat', figures: { value } }));
const chat = scenarios.filter((scenario) => scenario.name === 'chat');
const line = (all: readonly Result[], servers: readonly string[]): string[] =>
  (comparison(chat, servers, all).split('\n')[2] ?? '').split('|').map((cell) => cell.trim()).slice(1, -1);

describe('bench: report', () => {
  test.each([
    ['an odd number of runs', [3, 1, 2], 2],
    ['an even number of runs', [4, 1, 2, 3], 2.5],
    ['no run at all', [], undefined],
  ])('bench: the median of %s', (_, values, expected) => {
    expect(median(results('Waystate', ...values), 'Waystate', 'chat', 'value')).toBe(expected);
  });

  test('bench: a mark that was met is told beside the ratio to the peer', () => {
    const all = [...results('Waystate', 20), ...results('Prosody', 40)];
    expect(line(all, ['Waystate', 'Prosody'])).toEqual(['chat', 'µs per message', '20', '40', '0.50', '≤ 20', 'yes']);
  });

  test('bench: a mark that was missed is told', () => {
    expect(line(results('Waystate', 20.1), ['Waystate'])).toEqual(['chat', 'µs per message', '20.1', '≤ 20', 'NO']);
  });

  test('bench: a scenario that failed leaves its cells empty', () => {
    expect(line(results('Prosody', 40), ['Waystate', 'Prosody'])).toEqual(['chat', 'µs per message', '', '40', '', '≤ 20', '']);
  });
});
