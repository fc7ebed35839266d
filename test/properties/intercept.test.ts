/** Extensions that are asked about every stanza and have nothing against it: all theorems hold as without them, whether they answer at
 *  once or ask the store first (docs/decisions/0019). @module */
import { describe, expect, test } from 'vitest';
import { check, theorems } from '../../properties/index.ts';
import { ask, createCore, defaultConfig, parseBare, standardFeatures } from '../../src/core/index.ts';
import type { Feature, StanzaVerdict, Task } from '../../src/core/index.ts';

const asked = new Map<string, number>();
const count = (name: string): void => void asked.set(name, (asked.get(name) ?? 0) + 1);

const silent: Feature = {
  name: 'silent',
  stanza: () => count('silent') as undefined,
};

const slow: Feature = {
  name: 'slow',
  * stanza(_host, { from }): Task<StanzaVerdict> {
    const account = parseBare(from.bare);
    if (account !== undefined) yield* ask({ op: 'document.read', account, space: 'urn:example:slow', key: '' });
    count('slow');
    return undefined;
  },
};

describe.each([silent, slow])('an extension that lets everything go on, $name', (feature) => {
  const makeCore = () => createCore({ domain: 'localhost', ...defaultConfig }, [...standardFeatures, feature]);

  test.each(theorems)('$name', { timeout: 60_000 }, (theorem) => {
    const { failure, premises } = check(theorem, { runs: 60, seed: 19, makeCore });
    expect(failure === undefined ? undefined : `${failure.fault}\n${failure.dialogue}`).toBeUndefined();
    expect(premises).toBeGreaterThan(0);
  });

  test('it was asked', () => {
    expect(asked.get(feature.name)).toBeGreaterThan(1_000);
  });
});
