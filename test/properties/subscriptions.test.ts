/** The subscription machine beside RFC 6121 Appendix A, two of it joined by links, and the wrong ones
 *  that both must refute. Checked up to the bounds of each scope, not beyond them. @module */
import { describe, expect, test } from 'vitest';
import { explore } from '../../properties/checker/explore.ts';
import type { System } from '../../properties/checker/explore.ts';
import { cellCounts, cellOf } from '../../properties/checker/subscriptions/appendix-a.ts';
import type { Direction, SubscriptionStanza } from '../../properties/checker/subscriptions/appendix-a.ts';
import { Pair, pairStatements } from '../../properties/checker/subscriptions/pair.ts';
import type { PairScope, Witness } from '../../properties/checker/subscriptions/pair.ts';
import { deviations, effectsOf, letterOf } from '../../properties/checker/subscriptions/prose.ts';
import { Tables, tableStatements } from '../../properties/checker/subscriptions/tables.ts';
import { wrongSubscriptions } from '../../properties/checker/subscriptions/variants.ts';
import { subscriptionChecks } from '../../properties/subscription.property.ts';

const scopes = subscriptionChecks.flatMap(({ name, scopes }) => scopes.filter(({ run }) => run === 'test').map((scope) => ({ ...scope, check: name })));

describe('subscriptions', () => {
  test.each(scopes)('$check: nothing is broken, in as many states as before ($bounds)', ({ system, pinned }) => {
    const { states, transitions, depth, broken, isComplete } = explore(system());
    expect([...broken]).toEqual([]);
    expect([states, transitions, depth]).toEqual(pinned);
    expect(isComplete).toBe(true);
  });

  test('no two moves out of one state have the same label', () => {
    const pair = new Pair({ sends: 1, losses: 1, removals: 1 });
    const state = pair.initial.slice();
    for (const step of ['u sends subscribe', 'v takes u\'s subscribe', 'v sends subscribe']) {
      let next = state.slice();
      pair.moves(state, ({ label, state: after }) => {
        if (label === step) next = after.slice();
      });
      state.set(next);
    }
    const labels: string[] = [];
    pair.moves(state, ({ label }) => labels.push(label));
    expect(labels).toEqual(['u removes v', 'v removes u', 'u takes v\'s subscribe', 'v\'s subscribe is lost']);
  });
});

describe('the tables (RFC 6121 §A)', () => {
  test('there are 72 cells, and 12 that pre-approval changes (RFC 6121 §3.4)', () => {
    expect(cellCounts).toEqual({ appendix: 72, preApproved: 12 });
  });

  test('a request and its footnote are read as they are printed (RFC 6121 §A.3.1)', () => {
    expect(cellOf('inbound', 'subscribe', 'none', false)).toEqual({ word: 'MUST', reply: 'nothing', next: 'nonePendingIn', isApproved: false });
    expect(cellOf('inbound', 'subscribe', 'both', false)).toEqual({ word: 'S.N.', reply: 'subscribed', next: 'both', isApproved: false });
    expect(cellOf('inbound', 'subscribe', 'to', true)).toEqual({ word: 'M.N.', reply: 'subscribed', next: 'both', isApproved: true });
  });

  test('the machine reaches all nine states, and no request stays pending beside a pre-approval (RFC 6121 §3.4.2)', () => {
    const tables = new Tables();
    const { states } = explore(tables);
    const reached = Array.from({ length: states }, (_, number) => tables.stateOf(number));
    const names = (isApproved: boolean): string[] => reached.filter((state) => state.isApproved === isApproved).map(({ name }) => name).sort();
    expect(names(false)).toEqual(['both', 'from', 'fromPendingOut', 'none', 'nonePendingIn', 'nonePendingOut', 'nonePendingOutIn', 'to', 'toPendingIn']);
    expect(names(true)).toEqual(['both', 'from', 'fromPendingOut', 'none', 'nonePendingOut', 'to']);
  });
});

describe('where the machine deviates from the letter', () => {
  const cells = deviations.flatMap((deviation) => deviation.in.map((state) => ({ ...deviation, state })));

  test.each(cells)('$on in $state: $effect is $is ($spec)', ({ on, state, isApproved = false, effect, is }) => {
    const [direction, stanza] = on.split(' ') as [Direction, SubscriptionStanza];
    expect(letterOf(direction, stanza, state, isApproved).includes(effect)).toBe(is === 'left out');
    expect(effectsOf(direction, stanza, state, isApproved).has(effect)).toBe(is === 'added');
  });
});

/** A pair in which a witness is what breaks: the explorer finds the shortest way to it. */
function showing(scope: PairScope, witness: Witness): System {
  const pair = new Pair(scope);
  let before = 0;
  return {
    initial: pair.initial,
    moves: (state, visit) => pair.moves(state, (move) => {
      const now = pair.seen.get(witness) ?? 0;
      visit({ ...move, broken: now > before ? [witness] : [] });
      before = now;
    }),
    atRest: () => [],
  };
}

describe('what the statements are about happens', () => {
  const all: PairScope = { sends: 2, losses: 1, removals: 1 };
  const lossless: PairScope = { sends: 2, losses: 0, removals: 0 };

  test.each<[Witness, PairScope, string[]]>([
    ['answer', all, ['u sends subscribe', 'v sends subscribed', 'v takes u\'s subscribe']],
    ['pre-approval used', all, ['u sends subscribe', 'v sends subscribed', 'v takes u\'s subscribe']],
    ['both subscribed', lossless, ['u sends subscribe', 'u sends subscribed', 'v takes u\'s subscribe', 'v sends subscribe', 'v sends subscribed', 'u takes v\'s subscribe', 'v takes u\'s subscribed', 'u takes v\'s subscribed']],
    ['stanza lost', all, ['u sends subscribe', 'u\'s subscribe is lost']],
    ['contact removed', all, ['u sends subscribe', 'u removes v']],
    ['apart after a loss', all, ['u sends subscribe', 'u\'s subscribe is lost']],
    ['apart after a crossing', lossless, ['u sends subscribe', 'u sends subscribe', 'v takes u\'s subscribe', 'v sends unsubscribed', 'v takes u\'s subscribe', 'u takes v\'s unsubscribed']],
  ])('%s (RFC 6121 §A)', (witness, scope, way) => {
    expect(explore(showing(scope, witness), { until: witness }).broken.get(witness)).toEqual(way);
  });
});

describe('wrong machines', () => {
  test.each(wrongSubscriptions)('$about Refutes $refutes in $steps steps', ({ machine, scope, refutes, steps }) => {
    const system = scope === undefined ? new Tables(machine) : new Pair(scope, machine);
    expect(explore(system, { until: refutes }).broken.get(refutes)?.length).toBe(steps);
  });

  test.each(wrongSubscriptions)('$about The tables refute it too', ({ machine }) => {
    const { broken } = explore(new Tables(machine));
    expect(broken.has('T7 table') || broken.has('T7 order')).toBe(true);
  });

  test('every statement is refuted by one', () => {
    const refuted = new Set<string>(wrongSubscriptions.map(({ refutes }) => refutes));
    expect([...Object.keys(tableStatements), ...Object.keys(pairStatements)].filter((name) => !refuted.has(name))).toEqual([]);
  });
});
