/** A detached string is the same string. @module */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { detached } from '../../src/core/detached.ts';

it('detached: the copy is equal, whatever it consists of', () => {
  const text = fc.string({ unit: fc.oneof(fc.constantFrom('"', '\\', '\ud800', '\u2028', '\u0000'), fc.string({ unit: 'binary', maxLength: 1 })), maxLength: 40 });
  fc.assert(fc.property(text, (any) => { expect(detached(any)).toBe(any); }));
});
