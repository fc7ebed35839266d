/** The life of a room, from its creation to its end. Spec: XEP-0045 §10.
 *  Not here: who is in it (occupant.ts), what its options say (core). @module */
import { setup } from 'xstate';
import { stepOf } from './step.ts';
import type { Cite } from './step.ts';

/** What happens to the room as a whole. */
export type RoomEvent =
  /** An owner has submitted a configuration, be it an empty one. `occupied`: somebody is in the room. */
  | { readonly type: 'configuration.submitted'; readonly persistent: boolean; readonly occupied: boolean }
  | { readonly type: 'configuration.cancelled' }
  /** An affiliation, a registered nick or the subject is another. */
  | { readonly type: 'record.changed' }
  /** The last occupant has left. */
  | { readonly type: 'room.emptied' }
  | { readonly type: 'room.destroyed' };

/** The statechart; {@link stepRoom} advances it.
 *  @example
 *  import { createActor } from 'xstate';
 *  const garden = createActor(roomMachine).start();
 *  garden.send({ type: 'configuration.submitted', persistent: false, occupied: true });
 *  garden.getSnapshot().value; // 'temporary'
 *  garden.send({ type: 'room.emptied' });
 *  garden.getSnapshot().value; // 'destroyed' */
export const roomMachine = setup({
  types: { events: {} as RoomEvent, meta: {} as Cite },
  actions: {
    /** Write the room down. */
    keepRoom: () => {},
    /** Remove what is kept of it. */
    forgetRoom: () => {},
    /** Remove every occupant; each is told. */
    expelOccupants: () => {},
  },
  guards: {
    isPersistent: ({ event }) => event.type === 'configuration.submitted' && event.persistent,
    isOccupied: ({ event }) => event.type === 'configuration.submitted' && event.occupied,
  },
}).createMachine({
  id: 'room',
  initial: 'locked',
  states: {
    locked: {
      description: 'Its creator is in, and nobody else may enter before the room is configured.',
      meta: { spec: ['XEP-0045 §10.1.1', 'XEP-0045 §7.2.10'] },
      on: {
        'configuration.submitted': [
          { target: 'persistent', guard: 'isPersistent', meta: { spec: 'XEP-0045 §10.1.3' }, actions: 'keepRoom' },
          { target: 'temporary', meta: { spec: ['XEP-0045 §10.1.2', 'XEP-0045 §10.1.3'] } },
        ],
        'configuration.cancelled': { target: 'destroyed', meta: { spec: 'XEP-0045 §10.1.3' }, actions: 'expelOccupants' },
        'room.emptied': { target: 'destroyed', meta: { spec: 'XEP-0045 §10.1.3' }, actions: 'expelOccupants' },
        'room.destroyed': { target: 'destroyed', meta: { spec: 'XEP-0045 §10.9' }, actions: 'expelOccupants' },
      },
    },
    temporary: {
      description: 'It is open, and ends when its last occupant leaves.',
      meta: { spec: ['XEP-0045 §4.2', 'XEP-0045 §7.14'] },
      on: {
        'configuration.submitted': { target: 'persistent', guard: 'isPersistent', meta: { spec: 'XEP-0045 §10.2' }, actions: 'keepRoom' },
        'room.emptied': { target: 'destroyed', meta: { spec: 'XEP-0045 §7.14' } },
        'room.destroyed': { target: 'destroyed', meta: { spec: 'XEP-0045 §10.9' }, actions: 'expelOccupants' },
      },
    },
    persistent: {
      description: 'It is open, and stays when everybody has left, and when the server starts anew.',
      meta: { spec: 'XEP-0045 §4.2' },
      on: {
        'configuration.submitted': [
          { guard: 'isPersistent', meta: { spec: 'XEP-0045 §10.2' }, actions: 'keepRoom' },
          { target: 'temporary', guard: 'isOccupied', meta: { spec: 'XEP-0045 §10.2' }, actions: 'forgetRoom' },
          { target: 'destroyed', meta: { spec: ['XEP-0045 §10.2', 'XEP-0045 §7.14'] }, actions: 'forgetRoom' },
        ],
        'record.changed': { meta: { spec: 'XEP-0045 §5.2' }, actions: 'keepRoom' },
        'room.destroyed': { target: 'destroyed', meta: { spec: 'XEP-0045 §10.9' }, actions: ['forgetRoom', 'expelOccupants'] },
      },
    },
    destroyed: {
      type: 'final',
      description: 'There is no such room any more.',
      meta: { spec: 'XEP-0045 §10.9' },
    },
  },
});

/** Advances one room by one event; performs nothing.
 *  @example
 *  const { state, effects } = stepRoom(stepRoom.initial, { type: 'configuration.submitted', persistent: true, occupied: true });
 *  effects; // [{ type: 'keepRoom' }]
 *  stepRoom(state, { type: 'room.destroyed' }).effects; // [{ type: 'forgetRoom' }, { type: 'expelOccupants' }] */
export const stepRoom = stepOf(roomMachine);
