/** What RFC 6121 §3 has a server do beside Appendix A (roster pushes, presence, to whom a stanza is
 *  delivered), and where our machine deviates from it on purpose. Not here: the appendix itself
 *  (appendix-a.ts), the comparison (tables.ts). @module */
import type { EffectOf, Section } from '../../../machines/step.ts';
import type { subscriptionMachine } from '../../../machines/subscription.ts';
import type { SubscriptionState } from '../../../machines/vocabulary.ts';
import { cellOf } from './appendix-a.ts';
import type { Direction, SubscriptionStanza } from './appendix-a.ts';

/** What the machine can order, by name. */
export type SubscriptionEffect = Exclude<EffectOf<typeof subscriptionMachine>['type'], 'startTimer' | 'cancelTimer'>;

/** A place where the machine does more or less than the letter of the RFC. */
export interface Deviation {
  readonly on: `${Direction} ${SubscriptionStanza}`;
  readonly in: readonly SubscriptionState[];
  /** Only where the contact is pre-approved. */
  readonly isApproved?: true;
  readonly effect: SubscriptionEffect;
  readonly is: 'added' | 'left out';
  /** Whose letter it is. */
  readonly spec: Section;
  readonly reason: string;
}

/** All of them, one row for each stanza and effect; what is not in this table is as the RFC has it. */
export const deviations: readonly Deviation[] = [
  { on: 'outbound subscribe', in: ['nonePendingOut', 'nonePendingOutIn', 'to', 'toPendingIn', 'fromPendingOut', 'both'], effect: 'pushItem', is: 'left out', spec: 'RFC 6121 §3.1.2', reason: 'The item is as it was, and a push is for an item that is new, updated or gone (§2.1.6).' },
  { on: 'outbound unsubscribe', in: ['none', 'nonePendingIn', 'from'], effect: 'pushItem', is: 'left out', spec: 'RFC 6121 §3.3.2', reason: 'The item is as it was (§2.1.6).' },
  { on: 'outbound unsubscribed', in: ['nonePendingIn', 'nonePendingOutIn', 'toPendingIn'], effect: 'pushItem', is: 'left out', spec: 'RFC 6121 §3.2.2', reason: 'A pending request is in no roster item, so the item is as it was (§A.1).' },
  { on: 'outbound subscribed', in: ['none', 'nonePendingOut', 'to'], isApproved: true, effect: 'pushItem', is: 'left out', spec: 'RFC 6121 §3.4.2', reason: 'The contact was pre-approved already, and the item is as it was (§2.1.6).' },
  { on: 'outbound unsubscribed', in: ['nonePendingIn', 'nonePendingOutIn', 'toPendingIn'], effect: 'sendUnavailable', is: 'left out', spec: 'RFC 6121 §3.2.2', reason: 'Whoever is refused was never told that the user is available, and is told nothing now (§11).' },
  { on: 'inbound subscribe', in: ['from', 'fromPendingOut', 'both'], effect: 'sendAvailable', is: 'added', spec: 'RFC 6121 §3.1.3', reason: 'A subscriber that asks again has lost its subscription, and with it what it knew of the user\'s presence.' },
];

const isFrom = (state: SubscriptionState): boolean => state.startsWith('from') || state === 'both';

/** The effects of an outbound stanza by the letter: §3.1.2, §3.1.5, §3.2.2, §3.3.2, §3.4.2. */
function outbound(stanza: SubscriptionStanza, state: SubscriptionState, isApproved: boolean): SubscriptionEffect[] {
  const { word, isApproved: isThen } = cellOf('outbound', stanza, state, isApproved);
  if (word === 'MUST') {
    if (stanza === 'subscribed') return ['routeStanza', 'pushItem', 'sendAvailable'];
    return stanza === 'unsubscribed' ? ['routeStanza', 'pushItem', 'sendUnavailable'] : ['routeStanza', 'pushItem'];
  }
  const isPreApproval = stanza === 'subscribed' && isThen && !isFrom(state);
  return isPreApproval || isThen !== isApproved ? ['pushItem'] : [];
}

/** The effects of an inbound stanza by the letter: §3.1.3, §3.1.6, §3.2.3, §3.3.3, §3.4.2. */
function inbound(stanza: SubscriptionStanza, state: SubscriptionState, isApproved: boolean): SubscriptionEffect[] {
  const { word, reply, next } = cellOf('inbound', stanza, state, isApproved);
  if (reply === 'subscribed') return next === state ? ['replySubscribed'] : ['replySubscribed', 'pushItem', 'sendAvailable'];
  if (word !== 'MUST') return [];
  if (stanza === 'subscribe') return ['deliverRequest'];
  if (stanza !== 'unsubscribe') return ['deliverStanza', 'pushItem'];
  return isFrom(state) ? ['deliverStanza', 'pushItem', 'sendUnavailable', 'replyUnsubscribed'] : ['deliverStanza', 'replyUnsubscribed'];
}

/** What the letter of the RFC has a server do. */
export function letterOf(direction: Direction, stanza: SubscriptionStanza, state: SubscriptionState, isApproved: boolean): readonly SubscriptionEffect[] {
  return direction === 'outbound' ? outbound(stanza, state, isApproved) : inbound(stanza, state, isApproved);
}

/** What the machine has to order: the letter of the RFC, with our deviations.
 *  @example
 *  effectsOf('inbound', 'subscribed', 'nonePendingOut', false) // a set of deliverStanza and pushItem */
export function effectsOf(direction: Direction, stanza: SubscriptionStanza, state: SubscriptionState, isApproved: boolean): ReadonlySet<string> {
  const effects = new Set<string>(letterOf(direction, stanza, state, isApproved));
  for (const deviation of deviations) {
    const applies = deviation.on === `${direction} ${stanza}` && deviation.in.includes(state) && (isApproved || deviation.isApproved === undefined);
    if (applies && deviation.is === 'added') effects.add(deviation.effect);
    else if (applies) effects.delete(deviation.effect);
  }
  return effects;
}

/** What has to come before what, in one step. */
export const orders: readonly (readonly [first: SubscriptionEffect, second: SubscriptionEffect, direction: Direction, spec: Section])[] = [
  ['deliverStanza', 'pushItem', 'inbound', 'RFC 6121 §3.1.6'],
  ['sendUnavailable', 'routeStanza', 'outbound', 'RFC 6121 §3.2.2'],
  ['sendUnavailable', 'replyUnsubscribed', 'inbound', 'RFC 6121 §3.2.2'],
  ['routeStanza', 'pushItem', 'outbound', 'RFC 6121 §3.1.2'],
  ['routeStanza', 'sendAvailable', 'outbound', 'RFC 6121 §3.1.5'],
  ['replySubscribed', 'sendAvailable', 'inbound', 'RFC 6121 §3.1.5'],
];
