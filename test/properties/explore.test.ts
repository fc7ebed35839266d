/** The exhaustive check of the composed machines, in its smaller scopes; `npm run explore` has the rest.
 *  Checked up to these bounds, not beyond them. @module */
import { describe, expect, test } from 'vitest';
import { explore } from '../../properties/checker/explore.ts';
import { statements } from '../../properties/checker/monitors.ts';
import { scopes } from '../../properties/checker/scopes.ts';
import { StateSet } from '../../properties/checker/state-set.ts';
import { Composed } from '../../properties/checker/system.ts';
import { negativeControls } from '../../properties/checker/variants.ts';

describe('every interleaving', () => {
  test.each(scopes.filter(({ run }) => run === 'test'))('$name: nothing is broken, in as many states as before', ({ scope, pinned }) => {
    const system = new Composed(scope);
    const { states, transitions, depth, broken, isComplete } = explore(system);
    expect([...broken]).toEqual([]);
    expect([states, transitions, depth]).toEqual(pinned);
    expect(isComplete).toBe(true);
  });

  test('what the statements are about has happened, so none holds for want of it', () => {
    const seen = new Set(scopes.filter(({ run }) => run === 'test').flatMap(({ scope }) => {
      const system = new Composed(scope);
      explore(system);
      return [...system.seen.keys()];
    }));
    expect([...seen].sort()).toEqual(['close', 'decision', 'drain timed out', 'echo', 'echo came', 'goodbye', 'message', 'self available', 'self unavailable', 'welcome', 'welcome came']);
  });
});

describe('negative controls', () => {
  test.each(negativeControls)('$name: refutes $refutes in $steps steps', ({ variant, scope, refutes, steps }) => {
    expect(explore(new Composed(scope, variant), { until: refutes }).broken.get(refutes)?.length).toBe(steps);
  });

  test('every statement is refuted by one', () => {
    const refuted = new Set(negativeControls.map(({ refutes }) => refutes));
    expect(Object.keys(statements).filter((name) => !refuted.has(name as never))).toEqual([]);
  });
});

test('a set of states finds each state it was given, and numbers it once', () => {
  const set = new StateSet(3, 4);
  const states = Array.from({ length: 500 }, (_, index) => Uint8Array.of(index & 7, index >> 3, 7));
  expect(states.map((state) => set.add(state))).toEqual(states.map((_, index) => index));
  expect(states.map((state) => set.add(state))).toEqual(states.map((_, index) => -1 - index));
  const read = new Uint8Array(3);
  set.read(137, read);
  expect(read).toEqual(states[137]);
});
