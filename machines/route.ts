/** The life of a route: from resource binding until whoever it leads to has been told that it left.
 *  Spec: RFC 6120 §4.4, DESIGN D1, D5, D6. Presence is no event here: it never opens or closes a
 *  route. Not here: the route's generation, which the core keeps with it; who is eligible
 *  (whether.ts). @module */
import { assign, setup } from 'xstate';
import { stepOf } from './step.ts';
import type { Cite } from './step.ts';

/** What concerns a route; presence is not among it. */
export type RouteEvent =
  /** The session has ended in order: no new messages, only what is owed. */
  | { readonly type: 'drain.begun' }
  /** An answer is owed to this route, such as a room's last word. */
  | { readonly type: 'answer.owed' }
  | { readonly type: 'answer.settled' }
  /** Nothing can be delivered any more: a dead transport, or the full JID has a new route. */
  | { readonly type: 'route.abandoned' }
  /** More routes are draining than may; this one is the oldest. */
  | { readonly type: 'route.displaced' }
  | { readonly type: 'session.detached' }
  | { readonly type: 'session.attached' };

/** What is kept of the answers. */
export interface RouteContext {
  /** Answers that are owed to the route. */
  readonly owed: number;
}

/** The statechart; {@link stepRoute} advances it.
 *  @example
 *  import { createActor } from 'xstate';
 *  const balcony = createActor(routeMachine.provide({ delays: { drainTimeout: 5_000 } })).start();
 *  balcony.send({ type: 'answer.owed' });
 *  balcony.send({ type: 'drain.begun' });
 *  balcony.getSnapshot().value; // 'draining'
 *  balcony.send({ type: 'answer.settled' });
 *  balcony.getSnapshot().value; // 'closed' */
export const routeMachine = setup({
  types: { context: {} as RouteContext, events: {} as RouteEvent, meta: {} as Cite },
  actions: {
    /** Take the route out of the routing table: nothing is delivered to it any more. */
    closeRoute: () => {},
    /** Say goodbye in the name of each room that still owes its last word. */
    speakForRooms: () => {},
    /** Send what was queued while there was no stream. */
    deliverQueue: () => {},
    /** Decide about what was queued as if it had just come: for other resources, or for the store. */
    redistributeQueue: () => {},
    noteOwed: assign({ owed: ({ context }) => context.owed + 1 }),
    noteSettled: assign({ owed: ({ context }) => Math.max(0, context.owed - 1) }),
  },
  guards: {
    isOwed: ({ context }) => context.owed > 0,
    isLast: ({ context }) => context.owed <= 1,
  },
  delays: { drainTimeout: 0 },
}).createMachine({
  id: 'route',
  context: { owed: 0 },
  initial: 'open',
  states: {
    open: {
      description: 'Stanzas to the full JID are delivered; the resource is eligible for messages to the bare JID.',
      meta: { spec: ['RFC 6121 §8.5.3.1', 'DESIGN D1'] },
      on: {
        'answer.owed': { meta: { spec: 'XEP-0045 §7.14' }, actions: 'noteOwed' },
        'answer.settled': { meta: { spec: 'XEP-0045 §7.14' }, actions: 'noteSettled' },
        'drain.begun': [
          { target: 'draining', guard: 'isOwed', meta: { spec: 'DESIGN D5' } },
          { target: 'closed', meta: { spec: ['RFC 6120 §4.4', 'DESIGN D5'] }, actions: 'closeRoute' },
        ],
        'route.abandoned': { target: 'closed', meta: { spec: ['RFC 6120 §4.6', 'DESIGN D5'] }, actions: 'closeRoute' },
        'session.detached': { target: 'detached', meta: { spec: 'DESIGN D6' } },
      },
    },
    draining: {
      description: 'The session is over; answers that are owed are still delivered, and nothing else.',
      meta: { spec: ['RFC 6120 §4.4', 'DESIGN D5'] },
      after: { drainTimeout: { target: 'closed', meta: { spec: 'DESIGN D5' }, actions: ['speakForRooms', 'closeRoute'] } },
      on: {
        'answer.settled': [
          { target: 'closed', guard: 'isLast', meta: { spec: ['XEP-0045 §7.14', 'DESIGN D5'] }, actions: ['noteSettled', 'closeRoute'] },
          { meta: { spec: 'DESIGN D5' }, actions: 'noteSettled' },
        ],
        'route.abandoned': { target: 'closed', meta: { spec: 'DESIGN D5' }, actions: 'closeRoute' },
        'route.displaced': { target: 'closed', meta: { spec: 'DESIGN D5' }, actions: ['speakForRooms', 'closeRoute'] },
      },
    },
    detached: {
      description: 'The stream is lost and may be resumed; what arrives is queued.',
      meta: { spec: ['XEP-0198 §5', 'DESIGN D6'] },
      on: {
        'answer.owed': { meta: { spec: 'XEP-0045 §7.14' }, actions: 'noteOwed' },
        'answer.settled': { meta: { spec: 'XEP-0045 §7.14' }, actions: 'noteSettled' },
        'session.attached': { target: 'open', meta: { spec: 'XEP-0198 §5' }, actions: 'deliverQueue' },
        'route.abandoned': { target: 'closed', meta: { spec: 'DESIGN D6' }, actions: ['redistributeQueue', 'closeRoute'] },
      },
    },
    closed: {
      description: 'The route has left the routing table.',
      meta: { spec: 'DESIGN D1' },
      type: 'final',
    },
  },
});

/** Advances a route by one event; performs nothing.
 *  @example
 *  // A room owes Juliet its last word when she closes the stream: the route waits for it.
 *  const { state: owed } = stepRoute(stepRoute.initial, { type: 'answer.owed' });
 *  const { state: draining } = stepRoute(owed, { type: 'drain.begun' });
 *  draining.value; // 'draining'
 *  stepRoute(draining, { type: 'answer.settled' }).effects.at(-1); // { type: 'closeRoute' } */
export const stepRoute = stepOf(routeMachine);
