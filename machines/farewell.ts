/** The farewell that a room owes to a full JID: the word that its resource has left. A room answers in
 *  order, so what it still owed when the full JID was bound again comes first, and settles nothing for
 *  the newer route. Spec: XEP-0045 §7, RFC 6120 §10.1, DESIGN D1, D5.
 *  Not here: what the resource has told the room (directed-presence.ts), how long its route waits
 *  (route.ts), the room itself. @module */
import { assign, setup } from 'xstate';
import { stepOf } from './step.ts';
import type { Cite } from './step.ts';

/** What the resource tells the room, and what the room answers. */
export type FarewellEvent =
  | { readonly type: 'directed.available' }
  /** By the client itself, or because the resource has become unavailable or has gone. */
  | { readonly type: 'directed.unavailable' }
  /** The room shows the occupant itself (status 110). */
  | { readonly type: 'room.entered' }
  /** The room does not let the resource in. */
  | { readonly type: 'room.refused' }
  /** The room says that the occupant has left, of its own will or not. */
  | { readonly type: 'room.left' }
  /** The full JID has been bound again: what is owed, is owed to a route that is gone. */
  | { readonly type: 'session.replaced' };

/** What is kept of the visits, since a client may leave and come back before the room has answered. */
export interface FarewellContext {
  /** Visits of this session that have been begun, and of which the room has not said the end. */
  readonly visits: number;
  /** Those of former sessions, which it says before. */
  readonly former: number;
  /** The last of all has been ended by the resource. */
  readonly isLeaving: boolean;
}

/** The statechart; {@link stepFarewell} advances it.
 *  @example
 *  import { createActor } from 'xstate';
 *  const farewell = createActor(farewellMachine).start();
 *  farewell.send({ type: 'directed.available' });
 *  farewell.send({ type: 'room.entered' });
 *  farewell.getSnapshot().value; // 'present' */
export const farewellMachine = setup({
  types: { context: {} as FarewellContext, events: {} as FarewellEvent, meta: {} as Cite },
  actions: {
    /** The room owes a last word to the full JID: its route waits for it. */
    oweAnswer: () => {},
    /** The room owes nothing more. */
    settleAnswer: () => {},
    noteVisit: assign({ visits: ({ context }) => context.visits + 1, isLeaving: false }),
    noteLeaving: assign({ isLeaving: true }),
    noteEnd: assign({ visits: ({ context }) => context.visits - 1 }),
    noteFormerEnd: assign({ former: ({ context }) => context.former - 1 }),
    noteNone: assign({ visits: 0, former: 0, isLeaving: false }),
    noteFormer: assign({ visits: 0, former: ({ context }) => context.former + context.visits, isLeaving: true }),
  },
  guards: {
    isFirst: ({ context }) => context.isLeaving && context.visits === 0,
    isLeaving: ({ context }) => context.isLeaving,
    isLastOfFormer: ({ context }) => context.former === 1 && context.visits === 0,
    isOfFormer: ({ context }) => context.former > 0,
    isLast: ({ context }) => context.visits <= 1,
  },
}).createMachine({
  id: 'farewell',
  context: { visits: 0, former: 0, isLeaving: false },
  initial: 'none',
  states: {
    none: {
      description: 'The room owes nothing.',
      meta: { spec: 'DESIGN D5' },
      on: {
        'directed.available': { target: 'asked', meta: { spec: 'XEP-0045 §7.2' }, actions: ['noteVisit', 'oweAnswer'] },
      },
    },
    asked: {
      description: 'The resource has asked to enter; the room has not shown it in yet.',
      meta: { spec: 'XEP-0045 §7.2' },
      on: {
        'directed.available': [
          { guard: 'isFirst', meta: { spec: 'XEP-0045 §7.2' }, actions: ['noteVisit', 'oweAnswer'] },
          { guard: 'isLeaving', meta: { spec: 'XEP-0045 §7.2' }, actions: 'noteVisit' },
        ],
        'directed.unavailable': { meta: { spec: 'XEP-0045 §7.14' }, actions: 'noteLeaving' },
        'room.entered': { target: 'present', meta: { spec: 'XEP-0045 §7.2' } },
        'room.refused': [
          { target: 'none', guard: 'isLastOfFormer', meta: { spec: 'DESIGN D1' }, actions: 'noteNone' },
          { guard: 'isOfFormer', meta: { spec: 'DESIGN D1' }, actions: 'noteFormerEnd' },
          { target: 'none', guard: 'isLast', meta: { spec: 'XEP-0045 §7.2' }, actions: ['noteNone', 'settleAnswer'] },
          { meta: { spec: 'XEP-0045 §7.2' }, actions: 'noteEnd' },
        ],
        'session.replaced': { meta: { spec: 'DESIGN D1' }, actions: 'noteFormer' },
      },
    },
    present: {
      description: 'The room counts the resource among its occupants.',
      meta: { spec: 'XEP-0045 §7.2' },
      on: {
        'directed.available': [
          { guard: 'isFirst', meta: { spec: 'XEP-0045 §7.2' }, actions: ['noteVisit', 'oweAnswer'] },
          { guard: 'isLeaving', meta: { spec: 'XEP-0045 §7.2' }, actions: 'noteVisit' },
        ],
        'directed.unavailable': { meta: { spec: 'XEP-0045 §7.14' }, actions: 'noteLeaving' },
        'room.left': [
          { target: 'none', guard: 'isLastOfFormer', meta: { spec: 'DESIGN D1' }, actions: 'noteNone' },
          { target: 'asked', guard: 'isOfFormer', meta: { spec: 'DESIGN D1' }, actions: 'noteFormerEnd' },
          { target: 'none', guard: 'isLast', meta: { spec: 'XEP-0045 §7.14' }, actions: ['noteNone', 'settleAnswer'] },
          { target: 'asked', meta: { spec: 'XEP-0045 §7.14' }, actions: 'noteEnd' },
        ],
        'session.replaced': { meta: { spec: 'DESIGN D1' }, actions: 'noteFormer' },
      },
    },
  },
});

/** Advances what one room owes to one full JID by one event; performs nothing.
 *  @example
 *  // From the join on, the room owes Juliet a last word; that it refuses her is one.
 *  const { state: asked, effects } = stepFarewell(stepFarewell.initial, { type: 'directed.available' });
 *  effects; // [{ type: 'oweAnswer' }]
 *  stepFarewell(asked, { type: 'room.refused' }).effects; // [{ type: 'settleAnswer' }] */
export const stepFarewell = stepOf(farewellMachine);
