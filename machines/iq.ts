/** One request that the server has made of a client: it is answered, or it expires; never both.
 *  Spec: RFC 6120 §8.2.3. Not here: the requests that the server answers itself, which are answered
 *  in the step that carries them out, or when the store has replied (core). @module */
import { setup } from 'xstate';
import { stepOf } from './step.ts';
import type { Cite } from './step.ts';

/** How a request comes to its end. */
export type IqEvent =
  /** A result or an error with the request's `id`, from the entity that was asked. */
  | { readonly type: 'answer.received' }
  | { readonly type: 'session.ended' };

/** The statechart; {@link stepIq} advances it.
 *  @example
 *  import { createActor } from 'xstate';
 *  const request = createActor(iqMachine.provide({ delays: { requestTimeout: 60_000 } })).start();
 *  request.send({ type: 'answer.received' });
 *  request.getSnapshot().value; // 'answered' */
export const iqMachine = setup({
  types: { events: {} as IqEvent, meta: {} as Cite },
  actions: {
    /** Nothing is awaited any more: the answer has come, or its time is up. */
    settle: () => {},
  },
  delays: { requestTimeout: 0 },
}).createMachine({
  id: 'iq',
  initial: 'pending',
  states: {
    pending: {
      description: 'The request is out; its answer is awaited.',
      meta: { spec: 'RFC 6120 §8.2.3' },
      after: { requestTimeout: { target: 'expired', meta: { spec: 'RFC 6120 §8.2.3' }, actions: 'settle' } },
      on: {
        'answer.received': { target: 'answered', meta: { spec: 'RFC 6120 §8.2.3' }, actions: 'settle' },
        'session.ended': { target: 'expired', meta: { spec: 'RFC 6120 §8.2.3' } },
      },
    },
    answered: {
      description: 'The answer has come.',
      meta: { spec: 'RFC 6120 §8.2.3' },
      type: 'final',
    },
    expired: {
      description: 'No answer came in time, or the entity has gone; a late one is ignored.',
      meta: { spec: 'RFC 6120 §8.2.3' },
      type: 'final',
    },
  },
});

/** Advances one request by one event; performs nothing.
 *  @example
 *  const { state: answered, effects } = stepIq(stepIq.initial, { type: 'answer.received' });
 *  effects.at(-1); // { type: 'settle' }
 *  stepIq(answered, { type: 'answer.received' }).ignored; // true */
export const stepIq = stepOf(iqMachine);
