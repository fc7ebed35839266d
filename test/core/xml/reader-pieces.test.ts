/** How the bytes of a stream are cut makes no difference, and no bytes make a crash. @module */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ReaderEvent } from '../../../src/core/xml/reader.ts';
import { StreamReader } from '../../../src/core/xml/reader.ts';
import { dataOf, header, streamBytes } from './streams.ts';

const limits = fc.constantFrom(
  { maxStanzaBytes: 100_000, maxDepth: 50, maxAttributes: 50 },
  { maxStanzaBytes: 200, maxDepth: 2, maxAttributes: 3 },
  { maxStanzaBytes: 164, maxDepth: 5, maxAttributes: 5 },
);

/** What one reader makes of these pieces, as data. */
function readAll(pieces: Iterable<Uint8Array>, reader: StreamReader): unknown[] {
  const events: ReaderEvent[] = [];
  for (const piece of pieces) events.push(...reader.push(piece));
  return events.map(dataOf);
}

function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    yield bytes.slice(at, at + length);
    at += length;
  }
}

it('pieces: any cut of any bytes gives the events of the whole (RFC 6120 §4.1)', () => {
  let sound = 0;
  fc.assert(fc.property(streamBytes, limits, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (bytes, limit, lengths) => {
    const whole = readAll([bytes], new StreamReader(limit));
    expect(readAll(cut(bytes, lengths), new StreamReader(limit))).toEqual(whole);
    expect(readAll(cut(bytes, [1]), new StreamReader(limit))).toEqual(whole);
    if (whole.length > 2) sound += 1;
  }), { numRuns: 3_000 });
  expect(sound).toBeGreaterThan(300);
});

it('pieces: any bytes at all are read or refused, and all the same in pieces', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), limits, (bytes, limit) => {
    const whole = readAll([bytes], new StreamReader(limit));
    expect(readAll(cut(bytes, [1]), new StreamReader(limit))).toEqual(whole);
  }), { numRuns: 2_000 });
});

it('pieces: the buffer they came in can be used again', () => {
  const bytes = new TextEncoder().encode(`${header}<a b='é😀'>😀é<é/></a></stream:stream>`);
  const reader = new StreamReader({ maxStanzaBytes: 1_000, maxDepth: 5, maxAttributes: 5 });
  const buffer = Buffer.alloc(1);
  const events = [...bytes].flatMap((byte) => {
    buffer[0] = byte;
    return reader.push(buffer);
  });
  expect(events.map(dataOf)).toEqual(readAll([bytes], new StreamReader(reader.limits)));
  expect(events).toHaveLength(3);
});

it('pieces: a fault or an end is the last event', () => {
  fc.assert(fc.property(streamBytes, limits, (bytes, limit) => {
    const reader = new StreamReader(limit);
    const events = [...reader.push(bytes), ...reader.push(bytes)];
    const last = events.findIndex((event) => event.type === 'error' || event.type === 'end');
    expect(last === -1 || last === events.length - 1).toBe(true);
  }), { numRuns: 1_000 });
});
