/** The stream of a component, which serves a domain of its own. Spec: XEP-0114 §3. Not here: which components there are,
 *  and whether a handshake is good (core). @module */
import { setup } from 'xstate';
import { closingStates } from './closing.ts';
import { stepOf } from './step.ts';
import type { Cite } from './step.ts';
import type { StreamErrorCondition, StreamErrorContent } from './vocabulary.ts';

/** What the component and its connection have to say. */
export type ComponentEvent =
  | { readonly type: 'header.received' }
  /** `permitted`: it knows the secret. */
  | { readonly type: 'handshake.received'; readonly permitted: boolean }
  /** A stanza that comes before the handshake, or in the name of another domain. */
  | { readonly type: 'stanza.refused' }
  | { readonly type: 'stream.failed'; readonly condition: StreamErrorCondition; readonly text?: string }
  | { readonly type: 'stream.ended' }
  | { readonly type: 'stream.lost' };

const faultOf = ({ event }: { event: ComponentEvent }): StreamErrorContent =>
  event.type === 'stream.failed'
    ? { condition: event.condition, ...(event.text === undefined ? {} : { text: event.text }) }
    : { condition: 'not-authorized' };
const error = (condition: StreamErrorCondition) => ({ type: 'sendStreamError', params: { condition } }) as const;

/** The statechart; {@link stepComponent} advances it.
 *  @example
 *  import { createActor } from 'xstate';
 *  const component = createActor(componentMachine.provide({ delays: { unauthenticatedTimeout: 30_000 } })).start();
 *  component.send({ type: 'header.received' });
 *  component.send({ type: 'handshake.received', permitted: true });
 *  component.getSnapshot().value; // 'established' */
export const componentMachine = setup({
  types: { events: {} as ComponentEvent, meta: {} as Cite },
  actions: {
    /** Send the response header, with the id that the handshake is made from. */
    openStream: () => {},
    /** Send `<handshake/>`: the component knows the secret (XEP-0114 §3). */
    sendHandshake: () => {},
    /** Let the component serve its domain. */
    admit: () => {},
    /** Send the stream error; the header first, if there was none. */
    sendStreamError: (_, _params: StreamErrorContent) => {},
    /** Send the closing tag; nothing goes out behind it. */
    closeStream: () => {},
    /** End the transport, once all that was sent is out. */
    disconnect: () => {},
  },
  guards: {
    isPermitted: ({ event }) => event.type === 'handshake.received' && event.permitted,
  },
  delays: { unauthenticatedTimeout: 0, closeTimeout: 0 },
}).createMachine({
  id: 'component',
  initial: 'negotiating',
  states: {
    negotiating: {
      description: 'The component has a bounded time to show that it knows the secret.',
      meta: { spec: 'XEP-0114 §3' },
      initial: 'opened',
      after: { unauthenticatedTimeout: { target: 'closing', meta: { spec: ['RFC 6120 §4.9.3.4', 'RFC 6120 §13.12'] }, actions: [error('connection-timeout'), 'closeStream'] } },
      on: {
        'stanza.refused': { target: 'closing', meta: { spec: 'RFC 6120 §4.9.3.12' }, actions: [error('not-authorized'), 'closeStream'] },
        'stream.failed': { target: 'closing', meta: { spec: 'RFC 6120 §4.9.1.1' }, actions: [{ type: 'sendStreamError', params: faultOf }, 'closeStream'] },
        'stream.ended': { target: 'closed', meta: { spec: 'RFC 6120 §4.4' }, actions: ['closeStream', 'disconnect'] },
        'stream.lost': { target: 'closed', meta: { spec: 'RFC 6120 §4.6' } },
      },
      states: {
        opened: {
          description: 'The component\'s header is awaited.',
          meta: { spec: 'XEP-0114 §3' },
          on: { 'header.received': { target: 'challenged', meta: { spec: 'XEP-0114 §3' }, actions: 'openStream' } },
        },
        challenged: {
          description: 'The component knows the id of its stream, from which it makes the handshake.',
          meta: { spec: 'XEP-0114 §3' },
          on: {
            'handshake.received': [
              { target: '#component.established', guard: 'isPermitted', meta: { spec: 'XEP-0114 §3' }, actions: ['sendHandshake', 'admit'] },
              { target: '#component.closing', meta: { spec: ['XEP-0114 §3', 'RFC 6120 §4.9.3.12'] }, actions: [error('not-authorized'), 'closeStream'] },
            ],
          },
        },
      },
    },
    established: {
      description: 'The component serves its domain.',
      meta: { spec: 'XEP-0114 §3' },
      on: {
        'stanza.refused': { target: 'closing', meta: { spec: 'RFC 6120 §4.9.3.9' }, actions: [error('invalid-from'), 'closeStream'] },
        'stream.failed': { target: 'closing', meta: { spec: 'RFC 6120 §4.9.1.1' }, actions: [{ type: 'sendStreamError', params: faultOf }, 'closeStream'] },
        'stream.ended': { target: 'closed', meta: { spec: 'RFC 6120 §4.4' }, actions: ['closeStream', 'disconnect'] },
        'stream.lost': { target: 'closed', meta: { spec: 'RFC 6120 §4.6' } },
      },
    },
    ...closingStates,
  },
});

/** Advances the stream of a component by one event; performs nothing.
 *  @example
 *  const { state, effects } = stepComponent(stepComponent.initial, { type: 'header.received' });
 *  state.value; // { negotiating: 'challenged' }
 *  effects; // [{ type: 'openStream' }] */
export const stepComponent = stepOf(componentMachine);
