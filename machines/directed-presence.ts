/** What one resource has told one entity by directed presence. Spec: RFC 6121 §4.6.
 *  Not here: presence broadcast (presence.ts). The entity's own unavailable presence changes nothing
 *  here (RFC 6121 §4.6.1 has a SHOULD): it may be the late answer to an earlier leave, and forgetting
 *  the entity for it would leave a ghost. @module */
import { setup } from 'xstate';
import { stepOf } from './step.ts';
import type { Cite } from './step.ts';

/** What the resource says to the entity, and what becomes of the resource. */
export type DirectedPresenceEvent =
  | { readonly type: 'directed.available' }
  | { readonly type: 'directed.unavailable' }
  /** Available presence was broadcast; a subscriber has heard it again. */
  | { readonly type: 'resource.available' }
  /** The resource has become unavailable, or has gone. `broadcast`: the entity hears of it as a
   *  subscriber. */
  | { readonly type: 'resource.unavailable'; readonly broadcast: boolean };

/** The statechart; {@link stepDirectedPresence} advances it.
 *  @example
 *  import { createActor } from 'xstate';
 *  const friar = createActor(directedPresenceMachine).start();
 *  friar.send({ type: 'directed.available' });
 *  friar.getSnapshot().value; // 'told' */
export const directedPresenceMachine = setup({
  types: { events: {} as DirectedPresenceEvent, meta: {} as Cite },
  actions: {
    /** Route the presence to the entity. */
    routePresence: () => {},
    /** Tell the entity that the resource is unavailable. */
    sendUnavailable: () => {},
  },
  guards: {
    isBroadcast: ({ event }) => event.type === 'resource.unavailable' && event.broadcast,
  },
}).createMachine({
  id: 'directedPresence',
  initial: 'untold',
  states: {
    untold: {
      description: 'The entity has been told nothing by directed presence.',
      meta: { spec: 'RFC 6121 §4.6.1' },
      on: {
        'directed.available': { target: 'told', meta: { spec: 'RFC 6121 §4.6.3' }, actions: 'routePresence' },
        'directed.unavailable': { target: 'withdrawn', meta: { spec: 'RFC 6121 §4.6.3' }, actions: 'routePresence' },
      },
    },
    told: {
      description: 'The entity believes that the resource is available, and is owed the news that it is not.',
      meta: { spec: ['RFC 6121 §4.6.3', 'DESIGN D4'] },
      on: {
        'directed.available': { meta: { spec: 'RFC 6121 §4.6.3' }, actions: 'routePresence' },
        'directed.unavailable': { target: 'withdrawn', meta: { spec: 'RFC 6121 §4.6.1' }, actions: 'routePresence' },
        'resource.unavailable': [
          { target: 'untold', guard: 'isBroadcast', meta: { spec: 'RFC 6121 §4.6.3' } },
          { target: 'untold', meta: { spec: ['RFC 6121 §4.6.3', 'DESIGN D4'] }, actions: 'sendUnavailable' },
        ],
      },
    },
    withdrawn: {
      description: 'The entity has been told that the resource is unavailable to it; a broadcast need not say it again.',
      meta: { spec: ['RFC 6121 §4.6.1', 'RFC 6121 §4.6.3'] },
      on: {
        'directed.available': { target: 'told', meta: { spec: 'RFC 6121 §4.6.3' }, actions: 'routePresence' },
        'directed.unavailable': { meta: { spec: 'RFC 6121 §4.6.3' }, actions: 'routePresence' },
        'resource.available': { target: 'untold', meta: { spec: 'RFC 6121 §4.6.3' } },
        'resource.unavailable': { target: 'untold', meta: { spec: 'RFC 6121 §4.6.3' } },
      },
    },
  },
});

/** Advances what one entity has been told by one event; performs nothing.
 *  @example
 *  // Juliet has told the friar, who is no contact, that she is there; then her resource goes.
 *  const { state: told } = stepDirectedPresence(stepDirectedPresence.initial, { type: 'directed.available' });
 *  stepDirectedPresence(told, { type: 'resource.unavailable', broadcast: false }).effects; // [{ type: 'sendUnavailable' }] */
export const stepDirectedPresence = stepOf(directedPresenceMachine);
