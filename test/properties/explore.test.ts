/** The exhaustive check of the composed machines, in its smaller scopes; `npm run explore` has the rest.
 *  Checked up to these bounds, not beyond them. @module */
import { describe, expect, test } from 'vitest';
import { Composed } from '../../properties/checker/composed.ts';
import { explore } from '../../properties/checker/explore.ts';
import { statements } from '../../properties/checker/monitors.ts';
import { quietScope } from '../../properties/checker/scope.ts';
import type { Scope } from '../../properties/checker/scope.ts';
import { composedScopes } from '../../properties/checker/scopes.ts';
import { StateSet } from '../../properties/checker/state-set.ts';
import { negativeControls } from '../../properties/checker/variants.ts';

const small = composedScopes.filter(({ run }) => run === 'test');
const seen = new Set<string>();

describe('every interleaving', () => {
  test.each(small)('$name: nothing is broken, in as many states as before', ({ scope, pinned }) => {
    const system = new Composed(scope);
    const { states, transitions, depth, broken, isComplete } = explore(system);
    for (const what of system.seen().keys()) seen.add(what);
    expect([...broken]).toEqual([]);
    expect([states, transitions, depth]).toEqual(pinned);
    expect(isComplete).toBe(true);
  });

  test('what the statements are about has happened, so none holds for want of it', () => {
    expect([...seen].sort()).toEqual(['close', 'delivered', 'drain timed out', 'error', 'goodbye', 'processed', 'self available', 'self unavailable', 'stored', 'told available', 'told unavailable', 'welcome']);
  });
});

/** What the server and the rooms come to, in states in which no client's queue holds anything. Whether a
 *  client is cut off after its stream has closed is no matter to them. */
function reached(scope: Scope): Set<string> {
  const system = new Composed(scope);
  const { tables } = system.resources.generations;
  // The numbers of a machine's states depend on the order in which they are met; what they stand for does not.
  const named = (machines: object | null): unknown => machines && Object.entries(machines).map(([machine, numbers]) => {
    const table = (tables as Partial<Record<string, { state(number: number): { readonly value: unknown; readonly context: unknown } }>>)[machine];
    return table === undefined ? numbers : [numbers].flat().map((number) => [table.state(Number(number)).value, table.state(Number(number)).context]);
  });
  const states = new Set<string>();
  explore(system, {
    visit: (state) => {
      const parts = Array.from({ length: 2 }, (_, r) => system.resources.state((state[r * 2] ?? 0) | ((state[r * 2 + 1] ?? 0) << 8)));
      const remote = system.remote.state((state[4] ?? 0) | ((state[5] ?? 0) << 8) | ((state[6] ?? 0) << 16));
      if (parts.every(({ queue }) => queue.length === 0)) states.add(JSON.stringify([parts.map((part) => ({ ...part, phase: '', generation: named(part.generation), silent: named(part.silent) })), { ...remote, drops: 0 }]));
    },
  });
  return states;
}

describe('what makes the check smaller leaves nothing out', () => {
  const scope: Scope = { ...quietScope, messages: 1, drops: 1, budget: { ...quietScope.budget, unavailable: 0, leave: 0 } };

  test('with queues between clients and server the same states are reached', () => {
    const [withQueues, without] = [reached({ ...scope, queue: 2 }), reached(scope)];
    expect(without.size).toBeGreaterThan(1000);
    expect([...withQueues].filter((state) => !without.has(state))).toEqual([]);
    expect([...without].filter((state) => !withQueues.has(state))).toEqual([]);
  });

  test('with names taken as interchangeable, the states that each stands for add up', () => {
    const system = new Composed({ ...scope, symmetry: true });
    let all = 0;
    explore(system, { visit: (state) => (all += system.orbit(state)) });
    expect(all).toBe(explore(new Composed(scope)).states);
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
