/** Privacy lists, and what one of them says of a stanza: the one decision that blocking, privacy and
 *  invisibility by lists have in common. Spec: XEP-0016 §2.1, §2.2, XEP-0191 §5. Not here: which list is in
 *  force (filter.ts), how lists are written (document.ts). @module */
import type { Jid } from '../jid.ts';

/** What the children of an item can name. Messages, iqs and presence notifications that come in, and presence
 *  notifications that go out to those who are subscribed (XEP-0016 §2.1). */
export const namedKinds = ['message', 'iq', 'presence-in', 'presence-out'] as const;

/** A kind of stanza, to the lists. `other`: what no child of an item names, and only an item without children
 *  concerns: subscription stanzas, probes and errors of presence, and everything that the user sends itself
 *  (XEP-0016 §2.13). */
export type PrivacyKind = (typeof namedKinds)[number] | 'other';

/** How a roster item may be named by its subscription (XEP-0016 §2.1). */
export const subscriptionValues = ['both', 'to', 'from', 'none'] as const;

/** The subscription of a contact, without what is pending. */
export type Subscription = (typeof subscriptionValues)[number];

/** Whom an item concerns. */
export type PrivacyRule =
  /** A prepared JID: a full one, a bare one, a domain. */
  | { readonly type: 'jid'; readonly value: string }
  | { readonly type: 'group'; readonly value: string }
  | { readonly type: 'subscription'; readonly value: Subscription }
  /** Everybody: the fall-through case. */
  | { readonly type: 'all' };

/** One `<item/>` (XEP-0016 §2.1). */
export interface PrivacyItem {
  readonly action: 'allow' | 'deny';
  readonly order: number;
  readonly rule: PrivacyRule;
  /** The kinds that its children name; none: it concerns all of them, both ways. */
  readonly kinds: readonly PrivacyKind[];
}

/** The items of a list, in ascending order. */
export type PrivacyList = readonly PrivacyItem[];

/** What the roster says of the other side. */
export interface RosterFacts {
  readonly subscription: Subscription;
  readonly groups: readonly string[];
}

/** Of who is not in the roster (XEP-0016 §2.1). */
export const unknownContact: RosterFacts = { subscription: 'none', groups: [] };

/** The item that denies a stanza; undefined when it is allowed. The first item that matches decides, and where
 *  there is none the stanza is allowed (XEP-0016 §2.2).
 *  @param peer the other side: the sender of what comes in, the addressee of what goes out */
export function denialBy(list: PrivacyList, kind: PrivacyKind, peer: Jid, facts: RosterFacts): PrivacyItem | undefined {
  const { byJid, others } = sortedOut(list);
  let decisive: PrivacyItem | undefined;
  const consider = (item: PrivacyItem): void => {
    if ((item.kinds.length === 0 || item.kinds.includes(kind)) && (decisive === undefined || item.order < decisive.order)) decisive = item;
  };
  // A JID is matched by its full JID, its bare JID and its domain (XEP-0016 §2.1).
  for (const address of new Set([peer.full, peer.bare, peer.domain])) if (address !== undefined) byJid.get(address)?.forEach(consider);
  for (const item of others) if (isAbout(item.rule, facts)) consider(item);
  return decisive?.action === 'deny' ? decisive : undefined;
}

function isAbout(rule: PrivacyRule, { subscription, groups }: RosterFacts): boolean {
  return rule.type === 'all' || (rule.type === 'group' ? groups.includes(rule.value) : rule.value === subscription);
}

/** A list that may be long, for a look at each stanza: what is about one address is found by it. */
interface SortedOut {
  readonly byJid: ReadonlyMap<string, readonly PrivacyItem[]>;
  readonly others: readonly PrivacyItem[];
}

const known = new WeakMap<PrivacyList, SortedOut>();

function sortedOut(list: PrivacyList): SortedOut {
  const before = known.get(list);
  if (before !== undefined) return before;
  const sorted: SortedOut = {
    byJid: Map.groupBy(list.filter(({ rule }) => rule.type === 'jid'), ({ rule }) => (rule.type === 'jid' ? rule.value : '')),
    others: list.filter(({ rule }) => rule.type !== 'jid'),
  };
  known.set(list, sorted);
  return sorted;
}

/** Whether an item is one of the block list's: a JID, and all of its stanzas (XEP-0191 §4). */
export function isBlock({ action, rule, kinds }: PrivacyItem): boolean {
  return action === 'deny' && rule.type === 'jid' && kinds.length === 0;
}

/** The JIDs that a list blocks, as the block list shows them (XEP-0191 §4). */
export function blockedBy(list: PrivacyList): readonly string[] {
  return list.flatMap((item) => (isBlock(item) && item.rule.type === 'jid' ? [item.rule.value] : []));
}

/** A list with these JIDs blocked first, and those not any more. The items are numbered anew (XEP-0191 §4:
 *  blocked items come first). */
export function withBlocks(list: PrivacyList, added: readonly string[], removed: readonly string[]): PrivacyList {
  const gone = new Set([...added, ...removed]);
  const rest = list.filter((item) => !(isBlock(item) && item.rule.type === 'jid' && gone.has(item.rule.value)));
  const blocks = [...new Set(added)].map((value): PrivacyItem => ({ action: 'deny', order: 0, rule: { type: 'jid', value }, kinds: [] }));
  return [...blocks, ...rest].map((item, index) => ({ ...item, order: index + 1 }));
}
