/** One resource's interest in its account's roster. Spec: RFC 6121 §2.
 *  Not here: what the roster holds (core), the state of one contact (subscription.ts). @module */
import { assign, setup } from 'xstate';
import { stepOf } from './step.ts';
import type { Cite } from './step.ts';

/** What concerns one resource's copy of the roster. */
export type RosterEvent =
  | { readonly type: 'roster.requested' }
  | { readonly type: 'roster.changed' }
  /** The client has answered a push, with a result or an error, or its time is over. */
  | { readonly type: 'push.settled' };

/** What is kept of the pushes. */
export interface RosterContext {
  /** Pushes that the client has not yet acknowledged. */
  readonly owed: number;
}

/** The statechart; {@link stepRoster} advances it.
 *  @example
 *  import { createActor } from 'xstate';
 *  let pushes = 0;
 *  const roster = createActor(rosterMachine.provide({ actions: { pushRoster: () => void (pushes += 1) } })).start();
 *  roster.send({ type: 'roster.changed' });
 *  pushes; // 0
 *  roster.send({ type: 'roster.requested' });
 *  roster.send({ type: 'roster.changed' });
 *  pushes; // 1 */
export const rosterMachine = setup({
  types: { context: {} as RosterContext, events: {} as RosterEvent, meta: {} as Cite },
  actions: {
    /** Send the roster. */
    sendRoster: () => {},
    /** Push the item that has changed. */
    pushRoster: () => {},
    notePush: assign({ owed: ({ context }) => context.owed + 1 }),
    noteSettled: assign({ owed: ({ context }) => context.owed - 1 }),
  },
  guards: { isLast: ({ context }) => context.owed === 1 },
}).createMachine({
  id: 'roster',
  context: { owed: 0 },
  initial: 'connected',
  states: {
    connected: {
      description: 'A connected resource that has not asked for the roster; it is pushed nothing.',
      meta: { spec: 'RFC 6121 §2.2' },
      on: {
        'roster.requested': { target: 'interested', meta: { spec: ['RFC 6121 §2.1.3', 'RFC 6121 §2.2'] }, actions: 'sendRoster' },
      },
    },
    interested: {
      description: 'An interested resource, up to date: each change of the roster is pushed to it.',
      meta: { spec: 'RFC 6121 §2.2' },
      on: {
        'roster.requested': { meta: { spec: 'RFC 6121 §2.2' }, actions: 'sendRoster' },
        'roster.changed': { target: 'pushOwed', meta: { spec: 'RFC 6121 §2.1.6' }, actions: ['notePush', 'pushRoster'] },
      },
    },
    pushOwed: {
      description: 'An interested resource that has not acknowledged every push.',
      meta: { spec: 'RFC 6121 §2.1.6' },
      on: {
        'roster.requested': { meta: { spec: 'RFC 6121 §2.2' }, actions: 'sendRoster' },
        'roster.changed': { meta: { spec: 'RFC 6121 §2.1.6' }, actions: ['notePush', 'pushRoster'] },
        'push.settled': [
          { target: 'interested', guard: 'isLast', meta: { spec: 'RFC 6121 §2.1.6' }, actions: 'noteSettled' },
          { meta: { spec: 'RFC 6121 §2.1.6' }, actions: 'noteSettled' },
        ],
      },
    },
  },
});

/** Advances one resource's interest by one event; performs nothing.
 *  @example
 *  const { state: interested, effects } = stepRoster(stepRoster.initial, { type: 'roster.requested' });
 *  effects; // [{ type: 'sendRoster' }]
 *  stepRoster(interested, { type: 'roster.changed' }).effects; // [{ type: 'pushRoster' }] */
export const stepRoster = stepOf(rosterMachine);
