/** The generator's own judgement: a benchmark that overlooks a lost stanza measures nothing. @module */
import { describe, expect, test } from 'vitest';
import { Framer } from './framer.ts';
import { numbered, SequenceCounter } from './sequence.ts';

const messages = (numbers: readonly number[]): Buffer => Buffer.from(numbers.map((n) => `<message><body>${numbered(n)} ~ x</body></message>`).join(''));

/** Pushes bytes in pieces of one size and tells what arrived. */
function count(bytes: Buffer, size: number): { next: number; arrivals: [count: number, first: number][] } {
  const arrivals: [number, number][] = [];
  const counter = new SequenceCounter((some, first) => arrivals.push([some, first]));
  for (let i = 0; i < bytes.length; i += size) counter.push(bytes.subarray(i, i + size));
  return { next: counter.next, arrivals };
}

describe('bench: numbered stanzas', () => {
  test('bench: all that arrives in one read is told at once', () => {
    expect(count(messages([0, 1, 2]), 1000)).toEqual({ next: 3, arrivals: [[3, 0]] });
  });

  test.each([1, 2, 3, 7, 11, 64])('bench: reads of %i bytes lose and repeat nothing', (size) => {
    const { next, arrivals } = count(messages([0, 1, 2, 3, 4]), size);
    expect(next).toBe(5);
    expect(arrivals.reduce((sum, [some]) => sum + some, 0)).toBe(5);
  });

  test.each([
    ['a lost stanza', [0, 2]],
    ['a repeated stanza', [0, 1, 1]],
    ['a reordered stanza', [1, 0]],
  ])('bench: %s is noticed (RFC 6120 §10.1)', (_, numbers) => {
    expect(() => count(messages(numbers), 1000)).toThrow('lost, repeated or reordered');
  });
});

describe('bench: framer', () => {
  const stream = `<?xml version='1.0'?><stream:stream id='a>b'><stream:features><x a="'>"/></stream:features><presence/><message><body>hi</body></message></stream:stream>`;
  const expected = [`<stream:features><x a="'>"/></stream:features>`, '<presence/>', '<message><body>hi</body></message>', 'end'];

  test.each([1, 5, 1000])('bench: reads of %i characters give the same first-level elements', (size) => {
    const seen: string[] = [];
    const framer = new Framer({ element: (xml) => seen.push(xml), end: () => seen.push('end') });
    for (let i = 0; i < stream.length; i += size) framer.push(stream.slice(i, i + size));
    expect(seen).toEqual(expected);
  });

  test('bench: a stream restarted by its listener begins anew (RFC 6120 §4.3.3)', () => {
    const seen: string[] = [];
    const framer = new Framer({ element: (xml) => (seen.push(xml), framer.restart()), end: () => seen.push('end') });
    framer.push('<stream:stream><success/>');
    framer.push('<stream:stream><stream:features/>');
    expect(seen).toEqual(['<success/>', '<stream:features/>']);
  });
});
