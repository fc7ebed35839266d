/** The subscription between a user and one contact, seen by the user's server: the nine states of
 *  RFC 6121 §A.1 and the tables of §A.2 (what the user sends) and §A.3 (what the contact sends), cell
 *  by cell. Where §3.2.3 and §3.3.3 disagree with tables 7 and 9, the tables hold (DESIGN D3). The
 *  repetition is the point: each line is a line of a table.
 *  Not here: roster items and pushes (roster.ts, core), presence itself (presence.ts). @module */
import { assign, setup } from 'xstate';
import { stepOf } from './step.ts';
import type { Cite } from './step.ts';

/** A subscription stanza, sent by the user (outbound) or by the contact (inbound). */
export type SubscriptionEvent = {
  readonly type: `${'outbound' | 'inbound'}.${'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed'}`;
};

/** What is kept beside the nine states. */
export interface SubscriptionContext {
  /** The user has approved a request that has not come yet (RFC 6121 §3.4). */
  readonly approved: boolean;
}

/** The statechart; {@link stepSubscription} advances it.
 *  @example
 *  import { createActor } from 'xstate';
 *  const romeo = createActor(subscriptionMachine).start();
 *  romeo.send({ type: 'inbound.subscribe' });
 *  romeo.getSnapshot().value; // 'nonePendingIn'
 *  romeo.send({ type: 'outbound.subscribed' });
 *  romeo.getSnapshot().value; // 'from' */
export const subscriptionMachine = setup({
  types: { context: {} as SubscriptionContext, events: {} as SubscriptionEvent, meta: {} as Cite },
  actions: {
    /** Route what the user has sent to the contact. */
    routeStanza: () => {},
    /** Deliver what the contact has sent to the user's interested resources. */
    deliverStanza: () => {},
    /** Deliver the contact's request to the user's available resources, and keep it until it is answered. */
    deliverRequest: () => {},
    /** Answer the contact with `subscribed`, in the user's name. */
    replySubscribed: () => {},
    /** Answer the contact with `unsubscribed`, in the user's name. */
    replyUnsubscribed: () => {},
    /** Send the contact the presence of each of the user's available resources. */
    sendAvailable: () => {},
    /** Send the contact unavailable presence of each of the user's available resources. */
    sendUnavailable: () => {},
    /** Keep the roster item as it is now, and push it to the user's interested resources. */
    pushItem: () => {},
    noteApproved: assign({ approved: true }),
    noteUnapproved: assign({ approved: false }),
  },
  guards: { isApproved: ({ context }) => context.approved },
}).createMachine({
  id: 'subscription',
  context: { approved: false },
  initial: 'none',
  states: {
    none: {
      description: 'Neither is subscribed to the other, and neither has asked; also a contact that is in no roster.',
      meta: { spec: 'RFC 6121 §A.1' },
      on: {
        'outbound.subscribe': { target: 'nonePendingOut', meta: { spec: 'RFC 6121 §A.2.1' }, actions: ['routeStanza', 'pushItem'] },
        'outbound.unsubscribe': { meta: { spec: 'RFC 6121 §A.2.2' }, actions: 'routeStanza' },
        'outbound.subscribed': [
          { guard: 'isApproved', meta: { spec: 'RFC 6121 §3.4.2' } },
          { meta: { spec: ['RFC 6121 §A.2.3', 'RFC 6121 §3.4.2'] }, actions: ['noteApproved', 'pushItem'] },
        ],
        'outbound.unsubscribed': [
          { guard: 'isApproved', meta: { spec: ['RFC 6121 §A.2.4', 'RFC 6121 §3.2.2'] }, actions: ['noteUnapproved', 'pushItem'] },
          { meta: { spec: 'RFC 6121 §A.2.4' } },
        ],
        'inbound.subscribe': [
          { target: 'from', guard: 'isApproved', meta: { spec: ['RFC 6121 §A.3.1', 'RFC 6121 §3.4.2'] }, actions: ['replySubscribed', 'pushItem', 'sendAvailable'] },
          { target: 'nonePendingIn', meta: { spec: ['RFC 6121 §A.3.1', 'RFC 6121 §3.1.3'] }, actions: 'deliverRequest' },
        ],
        'inbound.unsubscribe': { meta: { spec: 'RFC 6121 §A.3.2' } },
        'inbound.subscribed': { meta: { spec: 'RFC 6121 §A.3.3' } },
        'inbound.unsubscribed': { meta: { spec: 'RFC 6121 §A.3.4' } },
      },
    },
    nonePendingOut: {
      description: 'The user has asked for a subscription and has no answer yet.',
      meta: { spec: 'RFC 6121 §A.1' },
      on: {
        'outbound.subscribe': { meta: { spec: 'RFC 6121 §A.2.1' }, actions: 'routeStanza' },
        'outbound.unsubscribe': { target: 'none', meta: { spec: 'RFC 6121 §A.2.2' }, actions: ['routeStanza', 'pushItem'] },
        'outbound.subscribed': [
          { guard: 'isApproved', meta: { spec: 'RFC 6121 §3.4.2' } },
          { meta: { spec: ['RFC 6121 §A.2.3', 'RFC 6121 §3.4.2'] }, actions: ['noteApproved', 'pushItem'] },
        ],
        'outbound.unsubscribed': [
          { guard: 'isApproved', meta: { spec: ['RFC 6121 §A.2.4', 'RFC 6121 §3.2.2'] }, actions: ['noteUnapproved', 'pushItem'] },
          { meta: { spec: 'RFC 6121 §A.2.4' } },
        ],
        'inbound.subscribe': [
          { target: 'fromPendingOut', guard: 'isApproved', meta: { spec: ['RFC 6121 §A.3.1', 'RFC 6121 §3.4.2'] }, actions: ['replySubscribed', 'pushItem', 'sendAvailable'] },
          { target: 'nonePendingOutIn', meta: { spec: ['RFC 6121 §A.3.1', 'RFC 6121 §3.1.3'] }, actions: 'deliverRequest' },
        ],
        'inbound.unsubscribe': { meta: { spec: 'RFC 6121 §A.3.2' } },
        'inbound.subscribed': { target: 'to', meta: { spec: ['RFC 6121 §A.3.3', 'RFC 6121 §3.1.6'] }, actions: ['deliverStanza', 'pushItem'] },
        'inbound.unsubscribed': { target: 'none', meta: { spec: ['RFC 6121 §A.3.4', 'RFC 6121 §3.2.3'] }, actions: ['deliverStanza', 'pushItem'] },
      },
    },
    nonePendingIn: {
      description: 'The contact has asked for a subscription, and the user has not answered yet.',
      meta: { spec: 'RFC 6121 §A.1' },
      on: {
        'outbound.subscribe': { target: 'nonePendingOutIn', meta: { spec: 'RFC 6121 §A.2.1' }, actions: ['routeStanza', 'pushItem'] },
        'outbound.unsubscribe': { meta: { spec: 'RFC 6121 §A.2.2' }, actions: 'routeStanza' },
        'outbound.subscribed': { target: 'from', meta: { spec: ['RFC 6121 §A.2.3', 'RFC 6121 §3.1.5'] }, actions: ['routeStanza', 'pushItem', 'sendAvailable'] },
        'outbound.unsubscribed': { target: 'none', meta: { spec: ['RFC 6121 §A.2.4', 'RFC 6121 §3.2.2'] }, actions: ['noteUnapproved', 'routeStanza'] },
        'inbound.subscribe': { meta: { spec: 'RFC 6121 §A.3.1' } },
        'inbound.unsubscribe': { target: 'none', meta: { spec: 'RFC 6121 §A.3.2' }, actions: ['deliverStanza', 'replyUnsubscribed'] },
        'inbound.subscribed': { meta: { spec: 'RFC 6121 §A.3.3' } },
        'inbound.unsubscribed': { meta: { spec: 'RFC 6121 §A.3.4' } },
      },
    },
    nonePendingOutIn: {
      description: 'Both have asked, and neither has answered yet.',
      meta: { spec: 'RFC 6121 §A.1' },
      on: {
        'outbound.subscribe': { meta: { spec: 'RFC 6121 §A.2.1' }, actions: 'routeStanza' },
        'outbound.unsubscribe': { target: 'nonePendingIn', meta: { spec: 'RFC 6121 §A.2.2' }, actions: ['routeStanza', 'pushItem'] },
        'outbound.subscribed': { target: 'fromPendingOut', meta: { spec: ['RFC 6121 §A.2.3', 'RFC 6121 §3.1.5'] }, actions: ['routeStanza', 'pushItem', 'sendAvailable'] },
        'outbound.unsubscribed': { target: 'nonePendingOut', meta: { spec: ['RFC 6121 §A.2.4', 'RFC 6121 §3.2.2'] }, actions: ['noteUnapproved', 'routeStanza'] },
        'inbound.subscribe': { meta: { spec: 'RFC 6121 §A.3.1' } },
        'inbound.unsubscribe': { target: 'nonePendingOut', meta: { spec: 'RFC 6121 §A.3.2' }, actions: ['deliverStanza', 'replyUnsubscribed'] },
        'inbound.subscribed': { target: 'toPendingIn', meta: { spec: ['RFC 6121 §A.3.3', 'RFC 6121 §3.1.6'] }, actions: ['deliverStanza', 'pushItem'] },
        'inbound.unsubscribed': { target: 'nonePendingIn', meta: { spec: ['RFC 6121 §A.3.4', 'RFC 6121 §3.2.3'] }, actions: ['deliverStanza', 'pushItem'] },
      },
    },
    to: {
      description: 'The user is subscribed to the contact.',
      meta: { spec: 'RFC 6121 §A.1' },
      on: {
        'outbound.subscribe': { meta: { spec: 'RFC 6121 §A.2.1' }, actions: 'routeStanza' },
        'outbound.unsubscribe': { target: 'none', meta: { spec: 'RFC 6121 §A.2.2' }, actions: ['routeStanza', 'pushItem'] },
        'outbound.subscribed': [
          { guard: 'isApproved', meta: { spec: 'RFC 6121 §3.4.2' } },
          { meta: { spec: ['RFC 6121 §A.2.3', 'RFC 6121 §3.4.2'] }, actions: ['noteApproved', 'pushItem'] },
        ],
        'outbound.unsubscribed': [
          { guard: 'isApproved', meta: { spec: ['RFC 6121 §A.2.4', 'RFC 6121 §3.2.2'] }, actions: ['noteUnapproved', 'pushItem'] },
          { meta: { spec: 'RFC 6121 §A.2.4' } },
        ],
        'inbound.subscribe': [
          { target: 'both', guard: 'isApproved', meta: { spec: ['RFC 6121 §A.3.1', 'RFC 6121 §3.4.2'] }, actions: ['replySubscribed', 'pushItem', 'sendAvailable'] },
          { target: 'toPendingIn', meta: { spec: ['RFC 6121 §A.3.1', 'RFC 6121 §3.1.3'] }, actions: 'deliverRequest' },
        ],
        'inbound.unsubscribe': { meta: { spec: 'RFC 6121 §A.3.2' } },
        'inbound.subscribed': { meta: { spec: 'RFC 6121 §A.3.3' } },
        'inbound.unsubscribed': { target: 'none', meta: { spec: ['RFC 6121 §A.3.4', 'RFC 6121 §3.2.3'] }, actions: ['deliverStanza', 'pushItem'] },
      },
    },
    toPendingIn: {
      description: 'The user is subscribed to the contact, who has asked for the same and has no answer yet.',
      meta: { spec: 'RFC 6121 §A.1' },
      on: {
        'outbound.subscribe': { meta: { spec: 'RFC 6121 §A.2.1' }, actions: 'routeStanza' },
        'outbound.unsubscribe': { target: 'nonePendingIn', meta: { spec: 'RFC 6121 §A.2.2' }, actions: ['routeStanza', 'pushItem'] },
        'outbound.subscribed': { target: 'both', meta: { spec: ['RFC 6121 §A.2.3', 'RFC 6121 §3.1.5'] }, actions: ['routeStanza', 'pushItem', 'sendAvailable'] },
        'outbound.unsubscribed': { target: 'to', meta: { spec: ['RFC 6121 §A.2.4', 'RFC 6121 §3.2.2'] }, actions: ['noteUnapproved', 'routeStanza'] },
        'inbound.subscribe': { meta: { spec: 'RFC 6121 §A.3.1' } },
        'inbound.unsubscribe': { target: 'to', meta: { spec: 'RFC 6121 §A.3.2' }, actions: ['deliverStanza', 'replyUnsubscribed'] },
        'inbound.subscribed': { meta: { spec: 'RFC 6121 §A.3.3' } },
        'inbound.unsubscribed': { target: 'nonePendingIn', meta: { spec: ['RFC 6121 §A.3.4', 'RFC 6121 §3.2.3'] }, actions: ['deliverStanza', 'pushItem'] },
      },
    },
    from: {
      description: 'The contact is subscribed to the user.',
      meta: { spec: 'RFC 6121 §A.1' },
      on: {
        'outbound.subscribe': { target: 'fromPendingOut', meta: { spec: 'RFC 6121 §A.2.1' }, actions: ['routeStanza', 'pushItem'] },
        'outbound.unsubscribe': { meta: { spec: 'RFC 6121 §A.2.2' }, actions: 'routeStanza' },
        'outbound.subscribed': { meta: { spec: ['RFC 6121 §A.2.3', 'RFC 6121 §3.4.2'] } },
        'outbound.unsubscribed': { target: 'none', meta: { spec: ['RFC 6121 §A.2.4', 'RFC 6121 §3.2.2'] }, actions: ['noteUnapproved', 'sendUnavailable', 'routeStanza', 'pushItem'] },
        'inbound.subscribe': { meta: { spec: ['RFC 6121 §A.3.1', 'RFC 6121 §3.1.3'] }, actions: ['replySubscribed', 'sendAvailable'] },
        'inbound.unsubscribe': { target: 'none', meta: { spec: ['RFC 6121 §A.3.2', 'RFC 6121 §3.3.3'] }, actions: ['deliverStanza', 'pushItem', 'sendUnavailable', 'replyUnsubscribed'] },
        'inbound.subscribed': { meta: { spec: 'RFC 6121 §A.3.3' } },
        'inbound.unsubscribed': { meta: { spec: 'RFC 6121 §A.3.4' } },
      },
    },
    fromPendingOut: {
      description: 'The contact is subscribed to the user, who has asked for the same and has no answer yet.',
      meta: { spec: 'RFC 6121 §A.1' },
      on: {
        'outbound.subscribe': { meta: { spec: 'RFC 6121 §A.2.1' }, actions: 'routeStanza' },
        'outbound.unsubscribe': { target: 'from', meta: { spec: 'RFC 6121 §A.2.2' }, actions: ['routeStanza', 'pushItem'] },
        'outbound.subscribed': { meta: { spec: ['RFC 6121 §A.2.3', 'RFC 6121 §3.4.2'] } },
        'outbound.unsubscribed': { target: 'nonePendingOut', meta: { spec: ['RFC 6121 §A.2.4', 'RFC 6121 §3.2.2'] }, actions: ['noteUnapproved', 'sendUnavailable', 'routeStanza', 'pushItem'] },
        'inbound.subscribe': { meta: { spec: ['RFC 6121 §A.3.1', 'RFC 6121 §3.1.3'] }, actions: ['replySubscribed', 'sendAvailable'] },
        'inbound.unsubscribe': { target: 'nonePendingOut', meta: { spec: ['RFC 6121 §A.3.2', 'RFC 6121 §3.3.3'] }, actions: ['deliverStanza', 'pushItem', 'sendUnavailable', 'replyUnsubscribed'] },
        'inbound.subscribed': { target: 'both', meta: { spec: ['RFC 6121 §A.3.3', 'RFC 6121 §3.1.6'] }, actions: ['deliverStanza', 'pushItem'] },
        'inbound.unsubscribed': { target: 'from', meta: { spec: ['RFC 6121 §A.3.4', 'RFC 6121 §3.2.3'] }, actions: ['deliverStanza', 'pushItem'] },
      },
    },
    both: {
      description: 'Each is subscribed to the other.',
      meta: { spec: 'RFC 6121 §A.1' },
      on: {
        'outbound.subscribe': { meta: { spec: 'RFC 6121 §A.2.1' }, actions: 'routeStanza' },
        'outbound.unsubscribe': { target: 'from', meta: { spec: 'RFC 6121 §A.2.2' }, actions: ['routeStanza', 'pushItem'] },
        'outbound.subscribed': { meta: { spec: ['RFC 6121 §A.2.3', 'RFC 6121 §3.4.2'] } },
        'outbound.unsubscribed': { target: 'to', meta: { spec: ['RFC 6121 §A.2.4', 'RFC 6121 §3.2.2'] }, actions: ['noteUnapproved', 'sendUnavailable', 'routeStanza', 'pushItem'] },
        'inbound.subscribe': { meta: { spec: ['RFC 6121 §A.3.1', 'RFC 6121 §3.1.3'] }, actions: ['replySubscribed', 'sendAvailable'] },
        'inbound.unsubscribe': { target: 'to', meta: { spec: ['RFC 6121 §A.3.2', 'RFC 6121 §3.3.3'] }, actions: ['deliverStanza', 'pushItem', 'sendUnavailable', 'replyUnsubscribed'] },
        'inbound.subscribed': { meta: { spec: 'RFC 6121 §A.3.3' } },
        'inbound.unsubscribed': { target: 'from', meta: { spec: ['RFC 6121 §A.3.4', 'RFC 6121 §3.2.3'] }, actions: ['deliverStanza', 'pushItem'] },
      },
    },
  },
});

/** Advances one subscription by one stanza; performs nothing.
 *  @example
 *  const { state, effects } = stepSubscription(stepSubscription.initial, { type: 'outbound.subscribe' });
 *  state.value; // 'nonePendingOut'
 *  effects; // [{ type: 'routeStanza' }, { type: 'pushItem' }] */
export const stepSubscription = stepOf(subscriptionMachine);
