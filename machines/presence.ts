/** The presence of one connected resource, as its own server sees it. Spec: RFC 6121 §4, XEP-0186.
 *  Not here: who subscribes (subscription.ts), presence sent to one entity (directed-presence.ts),
 *  whether the resource can be reached (route.ts): presence never opens or closes a route. @module */
import { assign, setup } from 'xstate';
import { stepOf } from './step.ts';
import type { Cite } from './step.ts';

/** What the client says of itself, and the end of its session. */
export type PresenceEvent =
  /** Presence without `to` and without `type`; the priority is 0 where none is given. */
  | { readonly type: 'presence.available'; readonly priority: number }
  | { readonly type: 'presence.unavailable' }
  /** From now on presence without `to` is broadcast to nobody. `probe`: the client wants to hear of its contacts. */
  | { readonly type: 'presence.invisible'; readonly probe: boolean }
  | { readonly type: 'presence.visible' }
  | { readonly type: 'session.ended' };

/** What is kept of the last presence. */
export interface PresenceContext {
  /** The priority of the last available presence, -128 to 127 (RFC 6121 §4.7.2.3). */
  readonly priority: number;
}

/** The statechart; {@link stepPresence} advances it.
 *  @example
 *  import { createActor } from 'xstate';
 *  const presence = createActor(presenceMachine).start();
 *  presence.send({ type: 'presence.available', priority: -1 });
 *  presence.getSnapshot().value; // 'availableNegative' */
export const presenceMachine = setup({
  types: { context: {} as PresenceContext, events: {} as PresenceEvent, meta: {} as Cite },
  actions: {
    /** Send the presence to all who are subscribed to it, and to the user's own resources (RFC 6121 §4.2.2, §4.4.2). */
    broadcastAvailable: () => {},
    /** Tell the same that the resource is unavailable (RFC 6121 §4.5.2). */
    broadcastUnavailable: () => {},
    /** Send the client its own unavailable presence. */
    echoUnavailable: () => {},
    /** Tell those who know of the resource by directed presence alone (RFC 6121 §4.6.3). */
    endDirected: () => {},
    /** Ask for the presence of the user's contacts (RFC 6121 §4.3). */
    sendProbes: () => {},
    /** Deliver the requests to subscribe that wait for an answer (RFC 6121 §3.1.3). */
    deliverRequests: () => {},
    /** Deliver the messages that were stored (XEP-0160). */
    deliverOffline: () => {},
    notePriority: assign({ priority: ({ context, event }) => (event.type === 'presence.available' ? event.priority : context.priority) }),
  },
  guards: {
    isNegative: ({ event }) => event.type === 'presence.available' && event.priority < 0,
    wantsProbes: ({ event }) => event.type === 'presence.invisible' && event.probe,
  },
}).createMachine({
  id: 'presence',
  context: { priority: 0 },
  initial: 'connected',
  states: {
    connected: {
      description: 'A connected resource that is not available: nobody is told of it, and it can be reached all the same.',
      meta: { spec: ['RFC 6120 §7.1', 'RFC 6121 §4.6.3'] },
      on: {
        'presence.available': [
          { target: 'availableNegative', guard: 'isNegative', meta: { spec: ['RFC 6121 §4.2.2', 'RFC 6121 §4.7.2.3'] },
            actions: ['notePriority', 'broadcastAvailable', 'sendProbes', 'deliverRequests'] },
          { target: 'available', meta: { spec: ['RFC 6121 §4.2.2', 'XEP-0160 §2'] },
            actions: ['notePriority', 'broadcastAvailable', 'sendProbes', 'deliverRequests', 'deliverOffline'] },
        ],
        'presence.unavailable': { meta: { spec: ['RFC 6121 §4.5.2', 'DESIGN D4'] }, actions: ['echoUnavailable', 'endDirected'] },
        'presence.invisible': [
          { target: 'hidden', guard: 'wantsProbes', meta: { spec: 'XEP-0186 §3.1' }, actions: ['endDirected', 'sendProbes'] },
          { target: 'hidden', meta: { spec: 'XEP-0186 §3.1' }, actions: 'endDirected' },
        ],
        'session.ended': { target: 'ended', meta: { spec: ['RFC 6121 §4.6.3', 'DESIGN D4'] }, actions: 'endDirected' },
      },
    },
    available: {
      description: 'An available resource; messages to the bare JID may be delivered to it.',
      meta: { spec: 'RFC 6121 §4.2' },
      on: {
        'presence.available': [
          { target: 'availableNegative', guard: 'isNegative', meta: { spec: ['RFC 6121 §4.4.2', 'RFC 6121 §4.7.2.3'] }, actions: ['notePriority', 'broadcastAvailable'] },
          { meta: { spec: 'RFC 6121 §4.4.2' }, actions: ['notePriority', 'broadcastAvailable'] },
        ],
        'presence.unavailable': { target: 'connected', meta: { spec: ['RFC 6121 §4.5.2', 'DESIGN D4'] }, actions: ['broadcastUnavailable', 'endDirected'] },
        'presence.invisible': [
          { target: 'invisible', guard: 'wantsProbes', meta: { spec: 'XEP-0186 §3.1' }, actions: ['broadcastUnavailable', 'endDirected', 'sendProbes'] },
          { target: 'invisible', meta: { spec: 'XEP-0186 §3.1' }, actions: ['broadcastUnavailable', 'endDirected'] },
        ],
        'session.ended': { target: 'ended', meta: { spec: 'RFC 6121 §4.5.2' }, actions: ['broadcastUnavailable', 'endDirected'] },
      },
    },
    availableNegative: {
      description: 'An available resource that has opted out of messages to the bare JID by a negative priority.',
      meta: { spec: ['RFC 6121 §4.7.2.3', 'DESIGN D3'] },
      on: {
        'presence.available': [
          { guard: 'isNegative', meta: { spec: 'RFC 6121 §4.4.2' }, actions: ['notePriority', 'broadcastAvailable'] },
          { target: 'available', meta: { spec: ['RFC 6121 §4.4.2', 'XEP-0160 §2'] }, actions: ['notePriority', 'broadcastAvailable', 'deliverOffline'] },
        ],
        'presence.unavailable': { target: 'connected', meta: { spec: ['RFC 6121 §4.5.2', 'DESIGN D4'] }, actions: ['broadcastUnavailable', 'endDirected'] },
        'presence.invisible': [
          { target: 'invisibleNegative', guard: 'wantsProbes', meta: { spec: 'XEP-0186 §3.1' }, actions: ['broadcastUnavailable', 'endDirected', 'sendProbes'] },
          { target: 'invisibleNegative', meta: { spec: 'XEP-0186 §3.1' }, actions: ['broadcastUnavailable', 'endDirected'] },
        ],
        'session.ended': { target: 'ended', meta: { spec: 'RFC 6121 §4.5.2' }, actions: ['broadcastUnavailable', 'endDirected'] },
      },
    },
    hidden: {
      description: 'A connected resource in invisible mode that is not available; it hears of its contacts, and nobody hears of it.',
      meta: { spec: 'XEP-0186 §3.1.1' },
      on: {
        'presence.available': [
          { target: 'invisibleNegative', guard: 'isNegative', meta: { spec: ['XEP-0186 §3.1.1', 'RFC 6121 §4.7.2.3'] }, actions: ['notePriority', 'deliverRequests'] },
          { target: 'invisible', meta: { spec: ['XEP-0186 §3.1.1', 'XEP-0160 §2'] }, actions: ['notePriority', 'deliverRequests', 'deliverOffline'] },
        ],
        'presence.unavailable': { meta: { spec: 'XEP-0186 §3.1.1' }, actions: ['echoUnavailable', 'endDirected'] },
        'presence.invisible': { guard: 'wantsProbes', meta: { spec: 'XEP-0186 §3.1' }, actions: 'sendProbes' },
        'presence.visible': { target: 'connected', meta: { spec: 'XEP-0186 §3.2' } },
        'session.ended': { target: 'ended', meta: { spec: ['XEP-0186 §3.1.1', 'RFC 6121 §4.6.3'] }, actions: 'endDirected' },
      },
    },
    invisible: {
      description: 'A resource that has said that it is available, in invisible mode: it takes messages as an available one does, and nobody is told of it.',
      meta: { spec: 'XEP-0186 §3.1.1' },
      on: {
        'presence.available': [
          { target: 'invisibleNegative', guard: 'isNegative', meta: { spec: ['XEP-0186 §3.1.1', 'RFC 6121 §4.7.2.3'] }, actions: 'notePriority' },
          { meta: { spec: 'XEP-0186 §3.1.1' }, actions: 'notePriority' },
        ],
        'presence.unavailable': { target: 'hidden', meta: { spec: 'XEP-0186 §3.1.1' }, actions: ['echoUnavailable', 'endDirected'] },
        'presence.invisible': { guard: 'wantsProbes', meta: { spec: 'XEP-0186 §3.1' }, actions: 'sendProbes' },
        'presence.visible': { target: 'connected', meta: { spec: 'XEP-0186 §3.2' } },
        'session.ended': { target: 'ended', meta: { spec: ['XEP-0186 §3.1.1', 'RFC 6121 §4.6.3'] }, actions: 'endDirected' },
      },
    },
    invisibleNegative: {
      description: 'An invisible resource that has opted out of messages to the bare JID by a negative priority.',
      meta: { spec: ['XEP-0186 §3.1.1', 'RFC 6121 §4.7.2.3'] },
      on: {
        'presence.available': [
          { guard: 'isNegative', meta: { spec: 'XEP-0186 §3.1.1' }, actions: 'notePriority' },
          { target: 'invisible', meta: { spec: ['XEP-0186 §3.1.1', 'XEP-0160 §2'] }, actions: ['notePriority', 'deliverOffline'] },
        ],
        'presence.unavailable': { target: 'hidden', meta: { spec: 'XEP-0186 §3.1.1' }, actions: ['echoUnavailable', 'endDirected'] },
        'presence.invisible': { guard: 'wantsProbes', meta: { spec: 'XEP-0186 §3.1' }, actions: 'sendProbes' },
        'presence.visible': { target: 'connected', meta: { spec: 'XEP-0186 §3.2' } },
        'session.ended': { target: 'ended', meta: { spec: ['XEP-0186 §3.1.1', 'RFC 6121 §4.6.3'] }, actions: 'endDirected' },
      },
    },
    ended: {
      description: 'The session is over, and everyone who was told of the resource has been told so.',
      meta: { spec: 'RFC 6121 §4.5.2' },
      type: 'final',
    },
  },
});

/** Advances the presence of one resource by one event; performs nothing.
 *  @example
 *  const { state, effects } = stepPresence(stepPresence.initial, { type: 'presence.available', priority: 5 });
 *  state.value; // 'available'
 *  effects.map(({ type }) => type); // ['broadcastAvailable', 'sendProbes', 'deliverRequests', 'deliverOffline'] */
export const stepPresence = stepOf(presenceMachine);
