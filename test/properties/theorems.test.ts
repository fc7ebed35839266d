/** The theorems over random histories of the real core, in short and from a fixed seed; and wrong cores,
 *  which they must refute. `npm run properties` has as many runs as one likes. @module */
import { describe, expect, test } from 'vitest';
import { check } from '../../properties/theorem.ts';
import { theorems } from '../../properties/theorems.ts';
import { wrongCores } from '../../properties/world/wrong-cores.ts';

const seed = 6121;

describe('theorems', () => {
  test.each(theorems)('$name ($spec)', (theorem) => {
    const { failure, premises } = check(theorem, { runs: 150, seed });
    expect(failure).toBeUndefined();
    expect(premises).toBeGreaterThan(0);
  });
});

describe('wrong cores', () => {
  test.each(wrongCores.flatMap((core) => core.refutes.map((refuted) => ({ ...core, refuted }))))('one that $about is refuted ($refuted), and the dialogue is short', ({ make, refuted, longest = 6, within = 500 }) => {
    const theorem = theorems.find(({ name }) => name === refuted);
    if (theorem === undefined) throw new Error(`no theorem ${refuted}`);
    const { failure, runs } = check(theorem, { runs: within, seed, makeCore: make });
    expect(failure).toBeDefined();
    expect(runs).toBeLessThan(within);
    expect(failure?.dialogue.split('\n').length).toBeLessThanOrEqual(longest);
  });
});
