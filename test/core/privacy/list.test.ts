/** What a list says of a stanza, cell by cell. XEP-0016 §2.1, §2.2, XEP-0191 §4, §5. @module */
import { describe, expect, test } from 'vitest';
import { parseJid } from '../../../src/core/jid.ts';
import type { Jid } from '../../../src/core/jid.ts';
import { blockedBy, denialBy, namedKinds, subscriptionValues, unknownContact, withBlocks } from '../../../src/core/privacy/list.ts';
import type { PrivacyItem, PrivacyKind, PrivacyRule, RosterFacts } from '../../../src/core/privacy/list.ts';

const kinds: readonly PrivacyKind[] = [...namedKinds, 'other'];
const all: PrivacyRule = { type: 'all' };
const jid = (value: string): PrivacyRule => ({ type: 'jid', value });
const item = (action: 'allow' | 'deny', order: number, rule: PrivacyRule = all, of: readonly PrivacyKind[] = []): PrivacyItem => ({ action, order, rule, kinds: of });

function address(text: string): Jid {
  const parsed = parseJid(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

const romeo = address('romeo@a.example/orchard');
const isDenied = (list: readonly PrivacyItem[], kind: PrivacyKind, peer = romeo, facts: RosterFacts = unknownContact): boolean => denialBy(list, kind, peer, facts) !== undefined;

describe('kinds', () => {
  /** By the children of the item: which kinds it denies. */
  const cells: readonly (readonly [readonly PrivacyKind[], readonly PrivacyKind[]])[] = [
    [[], kinds],
    ...namedKinds.map((kind) => [[kind], [kind]] as const),
    [['message', 'presence-out'], ['message', 'presence-out']],
    [['presence-in', 'iq'], ['iq', 'presence-in']],
    [namedKinds, namedKinds],
  ];
  test.each(cells)('an item with %j denies %j and nothing else (XEP-0016 §2.1)', (children, denied) => {
    expect(kinds.filter((kind) => isDenied([item('deny', 1, all, children)], kind))).toEqual(denied);
  });

  test.each(kinds)('%s: an allowing item of the kind ends the search, one of another kind does not (§2.2)', (kind) => {
    const others = namedKinds.filter((each) => each !== kind);
    expect(isDenied([item('allow', 1, all, []), item('deny', 2)], kind)).toBe(false);
    expect(isDenied([item('allow', 1, all, others), item('deny', 2)], kind)).toBe(true);
  });
});

describe('JIDs', () => {
  const rules = ['romeo@a.example/orchard', 'romeo@a.example', 'a.example/orchard', 'a.example'] as const;
  /** By address: which of the rules match it. */
  const cells: readonly (readonly [string, readonly string[]])[] = [
    ['romeo@a.example/orchard', ['romeo@a.example/orchard', 'romeo@a.example', 'a.example']],
    ['romeo@a.example/hall', ['romeo@a.example', 'a.example']],
    ['romeo@a.example', ['romeo@a.example', 'a.example']],
    ['paris@a.example/orchard', ['a.example']],
    ['a.example/orchard', ['a.example/orchard', 'a.example']],
    ['a.example/hall', ['a.example']],
    ['a.example', ['a.example']],
    ['romeo@b.a.example/orchard', []],
    ['example', []],
  ];
  test.each(cells)('%s is matched by %j (XEP-0016 §2.1, XEP-0191 §5)', (from, matching) => {
    expect(rules.filter((rule) => isDenied([item('deny', 1, jid(rule))], 'message', address(from)))).toEqual(matching);
  });
});

describe('the roster', () => {
  test.each(subscriptionValues)('subscription %s is matched exactly (XEP-0016 §2.1)', (subscription) => {
    const rules = subscriptionValues.filter((value) => isDenied([item('deny', 1, { type: 'subscription', value })], 'iq', romeo, { subscription, groups: [] }));
    expect(rules).toEqual([subscription]);
  });

  test('who is unknown has the subscription none, and no group', () => {
    expect(isDenied([item('deny', 1, { type: 'subscription', value: 'none' })], 'iq')).toBe(true);
    expect(isDenied([item('deny', 1, { type: 'group', value: 'Enemies' })], 'iq')).toBe(false);
  });

  test('any group of the contact will do', () => {
    const facts: RosterFacts = { subscription: 'both', groups: ['Family', 'Enemies'] };
    expect(['Family', 'Enemies', 'enemies', 'Friends'].map((value) => isDenied([item('deny', 1, { type: 'group', value })], 'iq', romeo, facts))).toEqual([true, true, false, false]);
  });
});

describe('order', () => {
  test('the first item that matches decides, of whatever type, and the rest is allowed (XEP-0016 §2.2)', () => {
    const rules: readonly PrivacyRule[] = [jid('romeo@a.example'), jid('a.example'), { type: 'group', value: 'Friends' }, { type: 'subscription', value: 'both' }, all];
    const facts: RosterFacts = { subscription: 'both', groups: ['Friends'] };
    for (const first of rules) {
      for (const second of rules) {
        expect(isDenied([item('allow', 3, first), item('deny', 7, second)], 'message', romeo, facts)).toBe(false);
        expect(isDenied([item('deny', 3, first), item('allow', 7, second)], 'message', romeo, facts)).toBe(true);
      }
    }
    expect(isDenied([], 'message')).toBe(false);
    expect(isDenied([item('deny', 1, jid('paris@a.example'))], 'message')).toBe(false);
  });
});

describe('the block list within a list', () => {
  const mixed = [
    item('allow', 2, jid('nurse@a.example')), item('deny', 4, jid('paris@a.example')), item('deny', 5, jid('tybalt@a.example'), ['message']),
    item('deny', 6, { type: 'subscription', value: 'none' }),
  ];

  test('is its JIDs that are denied everything (XEP-0191 §4)', () => {
    expect(blockedBy(mixed)).toEqual(['paris@a.example']);
  });

  test('comes first when something is blocked, each JID once, and leaves the rest in its order', () => {
    const list = withBlocks(mixed, ['nurse@a.example', 'paris@a.example', 'nurse@a.example'], []);
    expect(blockedBy(list)).toEqual(['nurse@a.example', 'paris@a.example']);
    expect(list.map(({ order }) => order)).toEqual([1, 2, 3, 4, 5]);
    expect(list.slice(2).map(({ rule }) => rule)).toEqual([mixed[0], mixed[2], mixed[3]].map((each) => each?.rule));
    expect(isDenied(list, 'message', address('nurse@a.example/hall'))).toBe(true);
  });

  test('loses what is unblocked, and nothing that was no block', () => {
    const list = withBlocks(mixed, [], ['paris@a.example', 'tybalt@a.example', 'nurse@a.example']);
    expect(list.map(({ rule }) => rule)).toEqual([mixed[0], mixed[2], mixed[3]].map((each) => each?.rule));
  });
});
