/** Two accounts, each with its own subscription machine, and the two links between them: each is a queue
 *  in order, and may lose what it carries. One move is one atomic step: a user sends a stanza or removes
 *  the other from its roster, a server takes what has arrived, or that is lost. What the machines order
 *  becomes traffic. Spec: RFC 6121 §3, §A, §2.5.2. Not here: whether the two agree (agreement.ts). @module */
import { stepSubscription } from '../../../machines/subscription.ts';
import type { SubscriptionEvent } from '../../../machines/subscription.ts';
import type { Transition } from '../../../src/core/kernel.ts';
import { stepperOf } from '../check.ts';
import type { Substitutes } from '../check.ts';
import type { Move, System } from '../explore.ts';
import { MachineTable } from '../machine-table.ts';
import { Remedies, claimsOf, inbound, isAgreed, isGrounded, outbound, shownOf, transitionOf } from './agreement.ts';
import type { SubscriptionTable } from './agreement.ts';
import { STANZAS } from './appendix-a.ts';
import type { SubscriptionStanza } from './appendix-a.ts';

/** How much may happen. */
export interface PairScope {
  /** Stanzas that each user may send. */
  readonly sends: number;
  /** Stanzas that may be lost, of both links together. */
  readonly losses: number;
  /** Contacts that may be removed, by both users together. */
  readonly removals: number;
}

/** In words, by name. */
export const pairStatements = {
  'T7 agreement': 'When nothing is on its way, both rosters say the same of a subscription (to and from, pending out and pending in), unless something about it was lost, or a request crossed the cancellation before it.',
  'T7 grounded': 'When nothing is on its way and nothing was lost, whatever a user has or waits for by its own roster is in the contact\'s roster too, also when requests and cancellations have crossed.',
  'T7 loop': 'No answer brings about another answer.',
  'T7 unsubscribe': 'Whatever was lost, once the subscriber has sent "unsubscribe" both rosters agree that there is no subscription.',
  'T7 subscribe, approved': 'Whatever was lost, once the subscriber has asked again and the publisher has approved if it was asked, both rosters agree that there is a subscription.',
  'T7 subscribe, refused': 'Whatever was lost, once the subscriber has asked again and the publisher has refused if it was asked, both rosters agree.',
  'T7 unsubscribed': 'Whatever was lost, once a publisher has cancelled a subscription or refused a request that it knows of, both rosters agree that there is none.',
  'T7 probe': 'Whatever was lost, a probe ends a subscription that the publisher knows nothing of, unless a request for it waits there.',
  'T5 approval': 'A subscription is granted, or presence given, only to whom the user has approved, beforehand or on request, and has not refused since.',
  'T6 told': 'A contact has been told that the user is available exactly while it is subscribed.',
} as const;

const NAMES = ['u', 'v'] as const;
type Side = 0 | 1;
const SIDES: readonly Side[] = [0, 1];

/** The bytes of a state before its two queues; those of a pair are u's and v's. */
const MACHINE = 0;
const SENT = 2;
const APPROVES = 4;
const TOLD = 6;
/** Of the subscription whose subscriber it is. */
const CROSSED = 8;
const LOST = 10;
const LOSSES = 12;
const REMOVALS = 13;
const QUEUES = 14;
/** Added to the number of a stanza that a server has sent by itself. */
const ANSWER = 4;

const otherOf = (side: Side): Side => (side === 0 ? 1 : 0);
const numberOf = (stanza: SubscriptionStanza): number => STANZAS.indexOf(stanza) + 1;
const stanzaOf = (item: number): SubscriptionStanza => STANZAS[(item - 1) % ANSWER] ?? 'subscribe';
const isRequest = (stanza: SubscriptionStanza): boolean => stanza === 'subscribe' || stanza === 'unsubscribe';

/** What a statement is about, so that none holds for want of it. */
export type Witness = 'answer' | 'pre-approval used' | 'stanza lost' | 'contact removed' | 'both subscribed' | 'apart after a crossing' | 'apart after a loss';

/** The two of them. */
export class Pair implements System {
  readonly initial: Uint8Array;
  /** How often each thing has happened. */
  readonly seen = new Map<Witness, number>();
  readonly #scope: PairScope;
  readonly #capacity: number;
  readonly #table: SubscriptionTable;
  readonly #remedies: Remedies;
  readonly #state: Uint8Array;
  #broken: string[] = [];
  #shown: string[] = [];
  /** What the machines do, when somebody asks. */
  #did: Transition[] | undefined;

  constructor(scope: PairScope, substitutes?: Substitutes) {
    this.#scope = scope;
    this.#capacity = 2 * (scope.sends + 2 * scope.removals);
    this.#table = new MachineTable(stepperOf(substitutes, 'subscription', stepSubscription));
    this.#remedies = new Remedies(this.#table);
    this.initial = new Uint8Array(QUEUES + 2 * (1 + this.#capacity));
    this.#state = this.initial.slice();
  }

  moves(state: Uint8Array, visit: (move: Move) => void): void {
    const attempt = (label: string, act: () => void): void => this.#attempt(state, visit, label, act);
    for (const side of SIDES) {
      const other = otherOf(side);
      const [name, otherName] = [NAMES[side], NAMES[other]];
      if ((state[SENT + side] ?? 0) < this.#scope.sends) {
        for (const stanza of STANZAS) attempt(`${name} sends ${stanza}`, () => this.#send(side, stanza));
      }
      if ((state[REMOVALS] ?? 0) < this.#scope.removals && state[MACHINE + side] !== 0) attempt(`${name} removes ${otherName}`, () => this.#remove(side));
      const first = this.#queued(state, side)[0];
      if (first === undefined) continue;
      attempt(`${otherName} takes ${name}'s ${stanzaOf(first)}`, () => this.#take(side));
      if ((state[LOSSES] ?? 0) < this.#scope.losses) attempt(`${name}'s ${stanzaOf(first)} is lost`, () => this.#lose(side));
    }
  }

  /** A contact that is removed takes no step: its machine is made anew. */
  did(before: Uint8Array, label: string): readonly Transition[] {
    let did: readonly Transition[] = [];
    this.#did = [];
    this.moves(before, (move) => {
      if (move.label === label) did = this.#did ?? [];
      this.#did = [];
    });
    this.#did = undefined;
    return did;
  }

  /** A state that nothing leaves has empty links, and was looked at when they became so. */
  atRest(): readonly string[] {
    return [];
  }

  #attempt(before: Uint8Array, visit: (move: Move) => void, label: string, act: () => void): void {
    this.#state.set(before.subarray(0, this.#state.length));
    this.#broken = [];
    this.#shown = [];
    act();
    if (SIDES.every((side) => this.#queued(this.#state, side).length === 0)) for (const side of SIDES) this.#settle(side);
    visit({ label, state: this.#state, shown: this.#shown.join(', '), broken: this.#broken });
  }

  #send(side: Side, stanza: SubscriptionStanza): void {
    this.#state[SENT + side] = (this.#state[SENT + side] ?? 0) + 1;
    if (stanza === 'subscribed') this.#state[APPROVES + side] = 1;
    if (stanza === 'unsubscribed') this.#state[APPROVES + side] = 0;
    this.#step(side, outbound[stanza], numberOf(stanza), false);
  }

  /** Ends what there is, and what is asked for, as the core does it (§2.5.2; of what is asked for it says nothing). */
  #remove(side: Side): void {
    const { to, from, pendingOut, pendingIn } = claimsOf(this.#table, this.#state[MACHINE + side] ?? 0);
    this.#state[REMOVALS] = (this.#state[REMOVALS] ?? 0) + 1;
    this.#state[APPROVES + side] = 0;
    this.#state[TOLD + side] = 0;
    this.#state[MACHINE + side] = 0;
    const ended: SubscriptionStanza[] = [];
    if (to || pendingOut) ended.push('unsubscribe');
    if (from || pendingIn) ended.push('unsubscribed');
    for (const stanza of ended) {
      this.#shown.push(`${NAMES[side]}: ${stanza}`);
      this.#put(side, numberOf(stanza));
    }
    this.#count('contact removed');
  }

  #take(side: Side): void {
    const item = this.#shift(side);
    this.#step(otherOf(side), inbound[stanzaOf(item)], item, item > ANSWER);
  }

  #lose(side: Side): void {
    const subscriber = isRequest(stanzaOf(this.#shift(side))) ? side : otherOf(side);
    this.#state[LOST + subscriber] = 1;
    this.#state[LOSSES] = (this.#state[LOSSES] ?? 0) + 1;
    this.#count('stanza lost');
  }

  /** @param isAnswer whether the event is an answer itself */
  #step(side: Side, event: SubscriptionEvent, item: number, isAnswer: boolean): void {
    const before = this.#state[MACHINE + side] ?? 0;
    const { next, effects } = this.#table.step(before, event);
    this.#did?.push(transitionOf(this.#table, before, event, NAMES[side]));
    this.#state[MACHINE + side] = next;
    for (const { type } of effects) {
      this.#shown.push(`${NAMES[side]}: ${shownOf(this.#table, next, type)}`);
      if (type === 'routeStanza') this.#put(side, item);
      if (type === 'replySubscribed') this.#answer(side, 'subscribed', isAnswer);
      if (type === 'replyUnsubscribed') this.#answer(side, 'unsubscribed', isAnswer);
      if (type === 'sendAvailable') this.#state[TOLD + side] = 1;
      if (type === 'sendUnavailable') {
        if (this.#state[TOLD + side] === 0) this.#broken.push('T6 told');
        this.#state[TOLD + side] = 0;
      }
    }
    this.#judge(side, before, next);
  }

  /** What must hold of one side after each of its steps. */
  #judge(side: Side, before: number, next: number): void {
    const { from } = claimsOf(this.#table, next);
    const isApproved = this.#table.state(next).context.approved;
    if (this.#state[APPROVES + side] === 0 && (from || isApproved || this.#state[TOLD + side] === 1)) this.#broken.push('T5 approval');
    if (from !== (this.#state[TOLD + side] === 1)) this.#broken.push('T6 told');
    if (isApproved && from && !claimsOf(this.#table, before).from) this.#count('pre-approval used');
  }

  #answer(side: Side, stanza: SubscriptionStanza, isToAnswer: boolean): void {
    if (isToAnswer) this.#broken.push('T7 loop');
    this.#put(side, numberOf(stanza) + ANSWER);
    this.#count('answer');
  }

  /** What must hold of the subscription of one side to the other, when nothing is on its way. */
  #settle(side: Side): void {
    const [subscriber, publisher] = [this.#state[MACHINE + side] ?? 0, this.#state[MACHINE + otherOf(side)] ?? 0];
    const [mine, theirs] = [claimsOf(this.#table, subscriber), claimsOf(this.#table, publisher)];
    const isLost = this.#state[LOST + side] === 1;
    this.#broken.push(...this.#remedies.failing(subscriber, publisher));
    if (isAgreed(mine, theirs)) {
      this.#state[LOST + side] = 0;
      this.#state[CROSSED + side] = 0;
      if (mine.to && mine.from) this.#count('both subscribed');
      return;
    }
    this.#count(isLost ? 'apart after a loss' : 'apart after a crossing');
    if (!isLost && this.#state[CROSSED + side] === 0) this.#broken.push('T7 agreement');
    if (!isLost && !isGrounded(mine, theirs)) this.#broken.push('T7 grounded');
  }

  #count(witness: Witness): void {
    this.seen.set(witness, (this.seen.get(witness) ?? 0) + 1);
  }

  #queueOf(side: Side): number {
    return QUEUES + side * (1 + this.#capacity);
  }

  #queued(state: Uint8Array, side: Side): Uint8Array {
    const at = this.#queueOf(side);
    return state.subarray(at + 1, at + 1 + (state[at] ?? 0));
  }

  /** Puts a stanza on a side's link, and notes when a request and the cancellation before it cross. */
  #put(side: Side, item: number): void {
    const stanza = stanzaOf(item);
    const coming = [...this.#queued(this.#state, otherOf(side))].map(stanzaOf);
    if (stanza === 'subscribe' && coming.includes('unsubscribed')) this.#state[CROSSED + side] = 1;
    if (stanza === 'unsubscribed' && coming.includes('subscribe')) this.#state[CROSSED + otherOf(side)] = 1;
    const at = this.#queueOf(side);
    const length = this.#state[at] ?? 0;
    if (length === this.#capacity) {
      this.#broken.push('T7 loop');
      return;
    }
    this.#state[at + 1 + length] = item;
    this.#state[at] = length + 1;
  }

  #shift(side: Side): number {
    const at = this.#queueOf(side);
    const length = this.#state[at] ?? 0;
    const first = this.#state[at + 1] ?? 0;
    this.#state.copyWithin(at + 1, at + 2, at + 1 + length);
    this.#state[at + length] = 0;
    this.#state[at] = length - 1;
    return first;
  }
}
