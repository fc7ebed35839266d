/** The traces in the pages are traces, and there is one of each kind. docs/reference/trace.md. @module */
import { expect, test } from 'vitest';
import { decodeTrace } from '../../src/core/trace.ts';
import { codeBlocks } from './pages.ts';

test('docs: the examples of docs/reference/trace.md can be read, one of each kind', () => {
  const examples = codeBlocks.filter(({ page, language }) => page === 'docs/reference/trace.md' && language === 'json').map(({ code }) => decodeTrace(code));
  expect(examples.map(({ header }) => header.kind).sort()).toEqual(['explorer', 'random', 'session', 'simulation', 'watched']);
  expect(examples.every(({ steps }) => steps.length > 0)).toBe(true);
});
