/** Random search on the composed system: it refutes what the exhaustive search refutes, within a stated number of
 *  histories, and nothing of the right system. The exhaustive search is explore.test.ts. @module */
import { describe, expect, test } from 'vitest';
import { Composed } from '../../properties/checker/composed.ts';
import { explore } from '../../properties/checker/explore.ts';
import { commandsOf, searchRandomly } from '../../properties/checker/random.ts';
import { quietScope } from '../../properties/checker/scope.ts';
import type { Scope } from '../../properties/checker/scope.ts';
import { negativeControls } from '../../properties/checker/variants.ts';

const seed = 6121;
const { budget } = quietScope;
const failures: Scope = { ...quietScope, messages: 2, drops: 1, remoteMayDie: true, budget: { ...budget, negative: 1, expel: 1 } };
const rebinding: Scope = { ...quietScope, rebinds: 1, rooms: { remote: 1, local: 1 }, budget: { ...budget, join: 2 } };
const pairs: Scope = { ...quietScope, resourcesPerUser: 2, messages: 2, queue: 3 };

describe('random histories', () => {
  test.each(negativeControls)('$name: refute $refutes within $within', ({ variant, scope, refutes, steps, within }) => {
    const { runs, dialogue } = searchRandomly(new Composed(scope, variant), { runs: within, seed, until: refutes });
    expect(runs).toBeLessThanOrEqual(within);
    // Shrunk to a handful of commands, and what follows from them.
    expect(dialogue?.length).toBeLessThanOrEqual(steps + 2);
  });

  test.each([['messages, a room and every failure', failures], ['a resource that is bound again, two rooms', rebinding], ['two resources each, with client queues', pairs]])('do not refute the right system: %s', (_what, scope) => {
    expect(searchRandomly(new Composed(scope), { runs: 2000, seed })).toEqual({ runs: 2000, dialogue: undefined });
  });

  test('are the same again from the same seed', () => {
    const [control] = negativeControls.filter(({ refutes }) => refutes === 'T2.f');
    const search = (): unknown => searchRandomly(new Composed(control?.scope ?? quietScope, control?.variant), { runs: control?.within ?? 0, seed, until: 'T2.f' });
    expect(search()).toEqual(search());
  });
});

describe('a script', () => {
  test.each([['messages, a room and every failure', failures], ['a resource that is bound again, two rooms', rebinding], ['two resources each, with client queues', pairs]])('can say all that clients and failures do, and nothing else: %s', (_what, scope) => {
    const system = new Composed(scope);
    const met = new Set<string>();
    explore(system, { limit: 20_000, visit: (state) => system.moves(state, ({ label }) => met.add(label)) });
    const world = /^(server takes|room \d takes|server learns)|'s drain times out$/;
    expect([...met].filter((label) => !world.test(label)).sort()).toEqual([...commandsOf(scope)].sort());
  });
});
