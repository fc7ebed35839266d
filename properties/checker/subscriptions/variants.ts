/** Subscription machines that get it wrong, each in one cell: the negative controls of the two checks. Two
 *  of them follow the letter of §3.2.3 and §3.3.3 where Appendix A says otherwise (DESIGN D3). @module */
import type { AnyStateMachine } from 'xstate';
import type { Stepper } from '../../../machines/step.ts';
import { stepSubscription } from '../../../machines/subscription.ts';
import type { SubscriptionEvent } from '../../../machines/subscription.ts';
import type { SubscriptionState } from '../../../machines/vocabulary.ts';
import type { Substitutes } from '../check.ts';
import type { PairScope, pairStatements } from './pair.ts';
import type { SubscriptionEffect } from './prose.ts';
import type { tableStatements } from './tables.ts';

/** A wrong machine, what it breaks, and the bounds in which that shows. */
export interface WrongSubscription {
  /** What it does wrong, in a sentence. */
  readonly about: string;
  readonly machine: Substitutes;
  readonly refutes: keyof typeof pairStatements | keyof typeof tableStatements;
  /** Without one, it is held against the tables. */
  readonly scope?: PairScope;
  /** Of the shortest way there. */
  readonly steps: number;
}

/** The real machine but for one cell, whatever is pre-approved. */
function but(state: SubscriptionState, type: SubscriptionEvent['type'], next: SubscriptionState, effects: readonly SubscriptionEffect[] = []): Substitutes {
  const step = (before: typeof stepSubscription.initial, event: SubscriptionEvent): ReturnType<typeof stepSubscription> => {
    if (before.value !== state || event.type !== type) return stepSubscription(before, event);
    return { state: stepSubscription.machine.resolveState({ value: next, context: before.context }), effects: effects.map((type) => ({ type, params: undefined })), ignored: false };
  };
  const { machine, initial, initialEffects } = stepSubscription;
  return { subscription: Object.assign(step, { machine, initial, initialEffects }) as unknown as Stepper<AnyStateMachine> };
}

const lossless: PairScope = { sends: 2, losses: 0, removals: 0 };
const lossy: PairScope = { sends: 2, losses: 1, removals: 0 };

const deafToRenewal = but('from', 'inbound.subscribe', 'from');

export const wrongSubscriptions: readonly WrongSubscription[] = [
  { about: 'A request that has been refused stays pending, as the letter of §3.2.3 has it.', machine: but('nonePendingOut', 'inbound.unsubscribed', 'nonePendingOut'), refutes: 'T7 agreement', scope: lossless, steps: 4 },
  { about: 'A request that has been withdrawn stays pending, as the letter of §3.3.3 has it.', machine: but('nonePendingIn', 'inbound.unsubscribe', 'nonePendingIn'), refutes: 'T7 agreement', scope: lossless, steps: 4 },
  { about: 'A cancellation is kept to oneself.', machine: but('from', 'outbound.unsubscribed', 'none', ['sendUnavailable', 'pushItem']), refutes: 'T7 grounded', scope: lossless, steps: 5 },
  { about: 'A cancellation of what is not there is answered with another.', machine: but('none', 'inbound.unsubscribed', 'none', ['replyUnsubscribed']), refutes: 'T7 loop', scope: lossless, steps: 5 },
  { about: 'Giving up a subscription that one does not have is told to nobody.', machine: but('none', 'outbound.unsubscribe', 'none'), refutes: 'T7 unsubscribe', scope: lossy, steps: 4 },
  { about: 'A request of a subscriber is ignored, since it is subscribed.', machine: deafToRenewal, refutes: 'T7 subscribe, approved', scope: lossy, steps: 4 },
  { about: 'A request of a subscriber is ignored, since it is subscribed.', machine: deafToRenewal, refutes: 'T7 subscribe, refused', scope: lossy, steps: 4 },
  { about: 'A refusal is kept to oneself.', machine: but('nonePendingIn', 'outbound.unsubscribed', 'none'), refutes: 'T7 unsubscribed', scope: lossless, steps: 2 },
  { about: 'The end of a subscription is ignored by the subscriber.', machine: but('to', 'inbound.unsubscribed', 'to'), refutes: 'T7 probe', scope: lossy, steps: 6 },
  { about: 'Every request is approved, whoever asks.', machine: but('none', 'inbound.subscribe', 'from', ['replySubscribed', 'pushItem', 'sendAvailable']), refutes: 'T5 approval', scope: lossless, steps: 2 },
  { about: 'A subscription ends, and the contact goes on believing that the user is there.', machine: but('from', 'outbound.unsubscribed', 'none', ['routeStanza', 'pushItem']), refutes: 'T6 told', scope: lossless, steps: 4 },
  { about: 'A pre-approval is sent to the contact.', machine: but('none', 'outbound.subscribed', 'none', ['routeStanza', 'pushItem']), refutes: 'T7 table', steps: 1 },
  { about: 'An approval is taken that nobody asked for.', machine: but('none', 'inbound.subscribed', 'to', ['deliverStanza', 'pushItem']), refutes: 'T7 table', steps: 1 },
  { about: 'The roster changes before its user hears why.', machine: but('nonePendingOut', 'inbound.subscribed', 'to', ['pushItem', 'deliverStanza']), refutes: 'T7 order', steps: 2 },
];
