/** A Node that is too old is told so in a sentence. @module */
import { expect, test } from 'vitest';
import { nodeFault } from '../../src/cli/node-version.ts';

test.each([['22.15.0', undefined], ['24.0.0', undefined], ['22.14.9', '22.14.9'], ['20.20.2', '20.20.2'], ['9.30.0', '9.30.0']])('cli: Node %s', (version, told) => {
  expect(nodeFault(version)).toBe(told === undefined ? undefined : `Waystate needs Node 22.15 or later; this is ${told}.`);
});
