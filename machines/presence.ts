/** The presence of one connected resource, as its own server sees it. Spec: RFC 6121 §4.
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
  | { readonly type: 'session.ended' };

/** What is kept of the last presence. */
export interface PresenceContext {
  /** The priority of the last available presence, -128 to 127 (RFC 6121 §4.7.2.3). */
  readonly priority: number;
}

/** The statechart; {@link stepPresence} advances it. */
export const presenceMachine = setup({
  types: { context: {} as PresenceContext, events: {} as PresenceEvent, meta: {} as Cite },
  actions: {
    broadcastAvailable: () => {},
    broadcastUnavailable: () => {},
    echoUnavailable: () => {},
    endDirected: () => {},
    sendProbes: () => {},
    deliverRequests: () => {},
    deliverOffline: () => {},
    notePriority: assign({ priority: ({ context, event }) => (event.type === 'presence.available' ? event.priority : context.priority) }),
  },
  guards: {
    isNegative: ({ event }) => event.type === 'presence.available' && event.priority < 0,
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
        'session.ended': { target: 'ended', meta: { spec: 'RFC 6121 §4.5.2' }, actions: ['broadcastUnavailable', 'endDirected'] },
      },
    },
    ended: {
      description: 'The session is over, and everyone who was told of the resource has been told so.',
      meta: { spec: 'RFC 6121 §4.5.2' },
      type: 'final',
    },
  },
});

/** Advances the presence of one resource by one event; performs nothing. */
export const stepPresence = stepOf(presenceMachine);
