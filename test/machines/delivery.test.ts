/** The delivery decision, its two halves: whether (RFC 6121 §8.5, DESIGN D3) and which. @module */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MessageType, NonEmpty } from '../../machines/vocabulary.ts';
import { toNobody, whetherToBare, whetherToFull } from '../../machines/whether.ts';
import type { Eligibility } from '../../machines/whether.ts';
import { which } from '../../machines/which.ts';
import type { PresenceView } from '../../machines/which.ts';

const types = ['normal', 'chat', 'groupchat', 'headline', 'error'] as const satisfies readonly MessageType[];
const open: Eligibility = { isDraining: false, hasOptedOut: false };
const negative: Eligibility = { isDraining: false, hasOptedOut: true };
const draining: Eligibility = { isDraining: true, hasOptedOut: false };

/** RFC 6121 §8.5.4, table 1, with the choices of DESIGN D3: O store, E bounce, S drop, D that route, M
 *  the eligible ones. The last column is for type error, of which the table does not speak. */
const table: readonly (readonly [condition: string, routes: readonly Eligibility[], to: 'bare' | 'match' | 'no match', fates: string])[] = [
  ['no active resources', [], 'bare', 'O O E S S'],
  ['no active resources', [], 'no match', 'E O E S S'],
  ['negative resources only', [negative, negative], 'bare', 'O O E S S'],
  ['negative resources only', [negative], 'match', 'D D D D D'],
  ['negative resources only', [negative], 'no match', 'E O E S S'],
  ['one resource', [open], 'bare', 'M M E M S'],
  ['one resource', [open], 'match', 'D D D D D'],
  ['one resource', [open], 'no match', 'E M E S S'],
  ['more than one resource', [open, open, negative], 'bare', 'M M E M S'],
  ['more than one resource', [open, open, negative], 'match', 'D D D D D'],
  ['more than one resource', [open, open, negative], 'no match', 'E M E S S'],
  ['draining routes only (U6)', [draining], 'bare', 'O O E S S'],
  ['draining routes only (U6)', [draining], 'match', 'E O E S S'],
];
const letters = { route: 'D', eligible: 'M', store: 'O', bounce: 'E', drop: 'S' } as const;

describe('whether', () => {
  test.each(table.map(([condition, routes, to, fates]) => ({ condition, routes, to, fates })))('$condition, to $to: $fates (RFC 6121 §8.5.4)', ({ routes, to, fates }) => {
    const found = types.map((type) => letters[(to === 'bare' ? whetherToBare(type, routes) : whetherToFull(type, to === 'match' ? routes[0] : undefined, routes)).reach]);
    expect(found.join(' ')).toBe(fates);
  });

  test('no such account: bounced, but for headlines and errors (RFC 6121 §8.5.1, §8.5.4)', () => {
    expect(types.map((type) => letters[toNobody[type].reach]).join(' ')).toBe('E E E S S');
  });

  test('a route that has not opted out and does not drain is eligible, whatever else there is (THEOREMS T1.a)', () => {
    const route = fc.record({ isDraining: fc.boolean(), hasOptedOut: fc.boolean() });
    fc.assert(fc.property(fc.array(route), fc.constantFrom('normal', 'chat'), (routes, type) => {
      const eligible = routes.filter(({ isDraining, hasOptedOut }) => !isDraining && !hasOptedOut);
      const reach = whetherToBare(type, routes);
      expect(reach.reach === 'eligible' ? reach.routes : []).toEqual(eligible);
    }), { seed: 1 });
  });
});

describe('which', () => {
  const view = fc.record({ isAvailable: fc.boolean(), priority: fc.integer({ min: 0, max: 3 }) });
  const views = fc.array(view, { minLength: 1 }) as unknown as fc.Arbitrary<NonEmpty<PresenceView>>;

  test('given a route, chooses at least one of those given (THEOREMS T1.c)', () => {
    fc.assert(fc.property(views, fc.constantFrom(...types), (eligible, type) => {
      const chosen = which(type, eligible);
      expect(chosen.length).toBeGreaterThan(0);
      expect(chosen.every((route) => eligible.includes(route))).toBe(true);
    }), { seed: 1 });
  });

  test('available before connected, then all with the highest priority; a headline goes to all available (RFC 6121 §8.5.2.1.1)', () => {
    fc.assert(fc.property(views, fc.constantFrom('normal' as const, 'chat' as const, 'headline' as const), (eligible, type) => {
      const available = eligible.filter(({ isAvailable }) => isAvailable);
      const highest = Math.max(...available.map(({ priority }) => priority));
      const expected = available.length === 0 ? eligible : type === 'headline' ? available : available.filter(({ priority }) => priority === highest);
      expect(which(type, eligible)).toEqual(expected);
    }), { seed: 1 });
  });
});
