/** Whether two rosters say the same of one subscription, and whether a further exchange would make them.
 *  The subscriber's side says `to` or pending out, the publisher's `from` or pending in.
 *  Not here: how the two get where they are (pair.ts). @module */
import type { stepSubscription } from '../../../machines/subscription.ts';
import type { SubscriptionEvent } from '../../../machines/subscription.ts';
import type { Transition } from '../../../src/core/kernel.ts';
import type { MachineTable } from '../machine-table.ts';
import { STANZAS } from './appendix-a.ts';
import type { SubscriptionStanza } from './appendix-a.ts';

/** The machine of one side, its states numbered. */
export type SubscriptionTable = MachineTable<typeof stepSubscription.machine>;

const eventsOf = <D extends 'outbound' | 'inbound'>(direction: D): Readonly<Record<SubscriptionStanza, SubscriptionEvent>> =>
  Object.fromEntries(STANZAS.map((stanza) => [stanza, { type: `${direction}.${stanza}` }])) as unknown as Readonly<Record<SubscriptionStanza, SubscriptionEvent>>;

/** The events of the machine, one object for each. */
export const outbound = eventsOf('outbound');
/** What comes from the other side. */
export const inbound = eventsOf('inbound');

/** What a roster says of both subscriptions. */
export interface Claims {
  readonly to: boolean;
  readonly pendingOut: boolean;
  readonly from: boolean;
  readonly pendingIn: boolean;
}

/** Reads the nine states (RFC 6121 §A.1). */
export function claimsOf(table: SubscriptionTable, number: number): Claims {
  const name = table.state(number).value;
  return { to: name.startsWith('to') || name === 'both', from: name.startsWith('from') || name === 'both', pendingOut: name.includes('Out'), pendingIn: name.endsWith('In') };
}

/** One step of a side's machine. */
export function transitionOf(table: SubscriptionTable, number: number, event: SubscriptionEvent, of: string): Transition {
  const { next, effects, ignored } = table.step(number, event);
  return { machine: 'subscription', of, event, from: table.state(number).value, to: table.state(next).value, effects, ignored };
}

/** What a user's clients see of an effect: a roster push shows the item as it is then (RFC 6121 §2.1.2). */
export function shownOf(table: SubscriptionTable, number: number, effect: string): string {
  if (effect !== 'pushItem') return effect;
  const { to, from, pendingOut } = claimsOf(table, number);
  const subscription = to ? (from ? 'both' : 'to') : from ? 'from' : 'none';
  return `pushItem ${subscription}${pendingOut ? ' ask' : ''}${table.state(number).context.approved ? ' approved' : ''}`;
}

/** Both say that there is a subscription, or that one is asked for, or that there is neither. */
export const isAgreed = (subscriber: Claims, publisher: Claims): boolean =>
  subscriber.to === publisher.from && subscriber.pendingOut === publisher.pendingIn;

/** Whatever the subscriber believes to have or to wait for, it has or waits for. */
export const isGrounded = (subscriber: Claims, publisher: Claims): boolean =>
  (!subscriber.to || publisher.from) && (!subscriber.pendingOut || publisher.pendingIn);

/** Who sends, in an exchange. */
type Side = 'subscriber' | 'publisher';

/** Two sides that talk until there is nothing more to say. */
class Exchange {
  readonly #table: SubscriptionTable;
  readonly #states: Record<Side, number>;

  constructor(table: SubscriptionTable, subscriber: number, publisher: number) {
    this.#table = table;
    this.#states = { subscriber, publisher };
  }

  claims(side: Side): Claims {
    return claimsOf(this.#table, this.#states[side]);
  }

  sends(side: Side, stanza: SubscriptionStanza): this {
    this.#step(side, outbound[stanza], stanza, 4);
    return this;
  }

  /** A stanza that the other side's server makes up by itself. */
  takes(side: Side, stanza: SubscriptionStanza, hops = 3): void {
    this.#step(side, inbound[stanza], stanza, hops);
  }

  /** @param hops how often an answer may bring about another: machines that never stop are refuted elsewhere */
  #step(side: Side, event: SubscriptionEvent, stanza: SubscriptionStanza, hops: number): void {
    const { next, effects } = this.#table.step(this.#states[side], event);
    this.#states[side] = next;
    const other = side === 'subscriber' ? 'publisher' : 'subscriber';
    if (hops === 0) return;
    for (const { type } of effects) {
      if (type === 'routeStanza') this.takes(other, stanza, hops - 1);
      if (type === 'replySubscribed') this.takes(other, 'subscribed', hops - 1);
      if (type === 'replyUnsubscribed') this.takes(other, 'unsubscribed', hops - 1);
    }
  }

  isAgreed(): boolean {
    return isAgreed(this.claims('subscriber'), this.claims('publisher'));
  }
}

/** The exchanges that bring two rosters together again, and when each of them must: whatever was lost. */
const remedies = {
  /** The subscriber gives up: "unsubscribe" is routed in every state (§A.2.2). */
  'T7 unsubscribe': (exchange: Exchange) => exchange.sends('subscriber', 'unsubscribe').isAgreed(),
  /** The subscriber asks again, and the publisher approves if it is asked (§A.2.1, §A.3.1 note 2). */
  'T7 subscribe, approved': (exchange: Exchange) => {
    exchange.sends('subscriber', 'subscribe');
    if (exchange.claims('publisher').pendingIn) exchange.sends('publisher', 'subscribed');
    return exchange.isAgreed() && exchange.claims('subscriber').to;
  },
  /** The subscriber asks again, and the publisher refuses if it is asked (§A.2.1, §A.2.4). */
  'T7 subscribe, refused': (exchange: Exchange) => {
    exchange.sends('subscriber', 'subscribe');
    if (exchange.claims('publisher').pendingIn) exchange.sends('publisher', 'unsubscribed');
    return exchange.isAgreed();
  },
  /** The publisher cancels or refuses what it knows of (§A.2.4); of what it does not, "unsubscribed" is not routed. */
  'T7 unsubscribed': (exchange: Exchange) => {
    const { from, pendingIn } = exchange.claims('publisher');
    return !(from || pendingIn) || exchange.sends('publisher', 'unsubscribed').isAgreed();
  },
  /** The subscriber's server probes, and the publisher's answers one that is not subscribed (§4.3.2 rule 1), unless
   *  its request waits for the publisher, whose answer settles the matter. */
  'T7 probe': (exchange: Exchange) => {
    const { from, pendingIn } = exchange.claims('publisher');
    if (pendingIn) return true;
    if (exchange.claims('subscriber').to && !from) exchange.takes('subscriber', 'unsubscribed');
    return !exchange.claims('subscriber').to || from;
  },
} as const satisfies Record<string, (exchange: Exchange) => boolean>;

/** Which remedies fail two rosters between which nothing is on its way; remembered, since they are few. */
export class Remedies {
  readonly #table: SubscriptionTable;
  readonly #failing = new Map<number, readonly string[]>();

  constructor(table: SubscriptionTable) {
    this.#table = table;
  }

  /** The names of the statements that do not hold. */
  failing(subscriber: number, publisher: number): readonly string[] {
    const key = subscriber * 256 + publisher;
    let failing = this.#failing.get(key);
    if (failing === undefined) {
      failing = Object.entries(remedies).filter(([, heals]) => !heals(new Exchange(this.#table, subscriber, publisher))).map(([name]) => name);
      this.#failing.set(key, failing);
    }
    return failing;
  }
}
