/** The stream of one client, from its transport to its end, as the server sees it.
 *  Spec: RFC 6120 §4 (streams), §5 (STARTTLS), §6 (SASL), §7 (resource binding).
 *  Not here: the SASL mechanisms (runtime), the session and the route that a bound stream has
 *  (session.ts, route.ts), XML (core). @module */
import { assign, setup } from 'xstate';
import { closingStates } from './closing.ts';
import type { SaslFailureCondition, StanzaErrorCondition, StreamErrorCondition, StreamErrorContent } from './vocabulary.ts';
import { stepOf } from './step.ts';
import type { Cite } from './step.ts';

/** What the peer, the transport, SASL and the session have to say to a stream. */
export type StreamEvent =
  /** A stream header that can be accepted. `secure`: it came over TLS. */
  | { readonly type: 'header.received'; readonly secure: boolean }
  | { readonly type: 'tls.requested'; readonly offered: boolean }
  | { readonly type: 'tls.established' }
  /** `permitted`: the channel is as confidential as the policy demands. */
  | { readonly type: 'auth.requested'; readonly mechanism: string; readonly data?: string; readonly permitted: boolean }
  | { readonly type: 'auth.responded'; readonly data?: string }
  | { readonly type: 'auth.aborted' }
  | { readonly type: 'sasl.challenged'; readonly data: string }
  | { readonly type: 'sasl.succeeded'; readonly data?: string }
  | { readonly type: 'sasl.failed'; readonly condition: SaslFailureCondition; readonly text?: string }
  | { readonly type: 'bind.requested' }
  | { readonly type: 'bind.succeeded' }
  | { readonly type: 'bind.failed'; readonly condition: StanzaErrorCondition }
  | { readonly type: 'stanza.received' }
  /** The peer, or the server's own policy, makes it impossible to go on (RFC 6120 §4.9). */
  | { readonly type: 'stream.failed'; readonly condition: StreamErrorCondition; readonly text?: string }
  /** Another stream has bound the same full JID. */
  | { readonly type: 'resource.replaced' }
  | { readonly type: 'stream.ended' }
  | { readonly type: 'stream.lost' }
  | { readonly type: 'route.closed' };

/** What is kept of the negotiation, and of the end. */
export interface StreamContext {
  /** Failed attempts at SASL on this stream. */
  readonly failures: number;
  /** Failed attempts to bind a resource. */
  readonly refusals: number;
  /** The stream error that is owed to the peer once the route has closed; null when the peer
   *  itself has ended the stream. */
  readonly owed: StreamErrorContent | null;
}

/** How often SASL may fail before the stream ends (RFC 6120 §6.4.5 recommends two to five). */
export const MAX_SASL_FAILURES = 3;

/** How often binding may fail before the stream ends: five retries follow the first attempt (RFC 6120 §7.7.3
 *  recommends five to ten). */
export const MAX_BIND_REFUSALS = 6;

const faultOf = ({ event }: { event: StreamEvent }): StreamErrorContent =>
  event.type === 'stream.failed'
    ? { condition: event.condition, ...(event.text === undefined ? {} : { text: event.text }) }
    : { condition: event.type === 'resource.replaced' ? 'conflict' : 'not-authorized' };
const owedOf = ({ context }: { context: StreamContext }): StreamErrorContent => context.owed ?? { condition: 'undefined-condition' };
const withData = ({ event }: { event: StreamEvent }): { data?: string } =>
  'data' in event && event.data !== undefined ? { data: event.data } : {};

/** The statechart; {@link stepStream} advances it.
 *  @example
 *  import { createActor } from 'xstate';
 *  const stream = createActor(streamMachine.provide({ delays: { unauthenticatedTimeout: 30_000 } })).start();
 *  stream.send({ type: 'header.received', secure: true });
 *  stream.send({ type: 'auth.requested', mechanism: 'SCRAM-SHA-256', permitted: true });
 *  stream.getSnapshot().value; // { negotiating: 'authenticating' }
 *  stream.stop(); */
export const streamMachine = setup({
  types: { context: {} as StreamContext, events: {} as StreamEvent, meta: {} as Cite },
  actions: {
    /** Send the response header (RFC 6120 §4.7). */
    openStream: () => {},
    /** Send the features that the stream has now. */
    offerFeatures: () => {},
    /** Send `<proceed/>`, and begin the TLS handshake behind it. */
    proceedTls: () => {},
    /** Send `<failure/>`: STARTTLS can not be had. */
    refuseTls: () => {},
    /** Begin an exchange of the mechanism, with what the client has sent at once. */
    beginSasl: (_, _params: { mechanism: string; data?: string }) => {},
    /** Hand the exchange what the client has sent next. */
    continueSasl: (_, _params: { data?: string }) => {},
    /** Forget the exchange. */
    abandonSasl: () => {},
    /** Send `<challenge/>`. */
    sendChallenge: (_, _params: { data: string }) => {},
    /** Send `<success/>`. */
    sendSuccess: (_, _params: { data?: string }) => {},
    /** Send `<failure/>` with the condition. */
    refuseSasl: (_, _params: { condition: SaslFailureCondition; text?: string }) => {},
    /** Forget what the header has said, and read a new one. */
    restartStream: () => {},
    /** Bind the resource, with the name that was asked for or one of the server's making, and begin its session. */
    bindResource: () => {},
    /** Send the full JID. */
    sendBindResult: () => {},
    /** Answer the request to bind with an error. */
    refuseBind: (_, _params: { condition: StanzaErrorCondition }) => {},
    /** Process the stanza at hand. */
    processStanza: () => {},
    /** End the session of the resource; `event` is how the stream has ended. */
    endSession: (_, _params: { event: 'stream.ended' | 'stream.lost' | 'resource.replaced' }) => {},
    /** Send the stream error; the header first, if there was none. */
    sendStreamError: (_, _params: StreamErrorContent) => {},
    /** Close the route at once: nothing can be delivered any more. */
    abandonRoute: () => {},
    /** Send the closing tag; nothing goes out behind it. */
    closeStream: () => {},
    /** End the transport, once all that was sent is out. */
    disconnect: () => {},
    noteFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    noteRefusal: assign({ refusals: ({ context }) => context.refusals + 1 }),
    noteError: assign({ owed: (args) => faultOf(args) }),
  },
  guards: {
    isSecure: ({ event }) => event.type === 'header.received' && event.secure,
    isOffered: ({ event }) => event.type === 'tls.requested' && event.offered,
    isPermitted: ({ event }) => event.type === 'auth.requested' && event.permitted,
    isLastBind: ({ context }) => context.refusals + 1 >= MAX_BIND_REFUSALS,
    isExpelled: ({ context }) => context.owed !== null,
    isLastAttempt: ({ context }) => context.failures + 1 >= MAX_SASL_FAILURES,
  },
  delays: { unauthenticatedTimeout: 0, closeTimeout: 0 },
}).createMachine({
  id: 'stream',
  context: { failures: 0, refusals: 0, owed: null },
  initial: 'negotiating',
  states: {
    negotiating: {
      description: 'The peer is not yet a connected resource; it has a bounded time to become one.',
      meta: { spec: 'RFC 6120 §4.3' },
      initial: 'opened',
      after: {
        unauthenticatedTimeout: { target: 'closing', meta: { spec: ['RFC 6120 §4.9.3.4', 'RFC 6120 §13.12'] },
          actions: [{ type: 'sendStreamError', params: { condition: 'connection-timeout' } }, 'closeStream'] },
      },
      on: {
        'stream.failed': { target: 'closing', meta: { spec: 'RFC 6120 §4.9.1.1' },
          actions: [{ type: 'sendStreamError', params: faultOf }, 'closeStream'] },
        'tls.requested': { target: 'closing', meta: { spec: 'RFC 6120 §5.4.2.2' }, actions: ['refuseTls', 'closeStream'] },
        'stanza.received': { target: 'closing', meta: { spec: 'RFC 6120 §4.9.3.12' },
          actions: [{ type: 'sendStreamError', params: { condition: 'not-authorized' } }, 'closeStream'] },
        'stream.ended': { target: 'closed', meta: { spec: 'RFC 6120 §4.4' }, actions: ['closeStream', 'disconnect'] },
        'stream.lost': { target: 'closed', meta: { spec: 'RFC 6120 §4.6' } },
      },
      states: {
        opened: {
          description: 'The transport is there, in the clear or under TLS; no stream header has come over it.',
          meta: { spec: ['RFC 6120 §4.2', 'RFC 6120 §5.4.3.3'] },
          on: {
            'header.received': [
              { target: 'secured', guard: 'isSecure', meta: { spec: 'RFC 6120 §5.4.3.3' }, actions: ['openStream', 'offerFeatures'] },
              { target: 'unsecured', meta: { spec: 'RFC 6120 §4.3.2' }, actions: ['openStream', 'offerFeatures'] },
            ],
          },
        },
        unsecured: {
          description: 'The stream is open in the clear; STARTTLS is offered, and SASL where the policy permits it.',
          meta: { spec: 'RFC 6120 §5.3' },
          on: {
            'tls.requested': { target: 'securing', guard: 'isOffered', meta: { spec: 'RFC 6120 §5.4.2.3' }, actions: 'proceedTls' },
            'auth.requested': [
              { target: 'authenticating', guard: 'isPermitted', meta: { spec: 'RFC 6120 §6.4.2' },
                actions: { type: 'beginSasl', params: ({ event }) => ({ mechanism: event.mechanism, ...withData({ event }) }) } },
              { meta: { spec: 'RFC 6120 §6.5.4' }, actions: { type: 'refuseSasl', params: { condition: 'encryption-required' } } },
            ],
          },
        },
        securing: {
          description: 'TLS is being negotiated; not a byte of XML may pass.',
          meta: { spec: 'RFC 6120 §5.4.3' },
          on: { 'tls.established': { target: 'opened', meta: { spec: 'RFC 6120 §5.4.3.3' } } },
        },
        secured: {
          description: 'The stream is open under TLS; SASL is offered.',
          meta: { spec: 'RFC 6120 §6.3.1' },
          on: {
            'auth.requested': { target: 'authenticating', meta: { spec: 'RFC 6120 §6.4.2' },
              actions: { type: 'beginSasl', params: ({ event }) => ({ mechanism: event.mechanism, ...withData({ event }) }) } },
          },
        },
        authenticating: {
          description: 'A SASL exchange is under way.',
          meta: { spec: 'RFC 6120 §6.4' },
          on: {
            'auth.requested': [
              { target: '#stream.closing', guard: 'isLastAttempt', meta: { spec: ['RFC 6120 §6.4.2', 'RFC 6120 §6.4.5'] },
                actions: ['abandonSasl', { type: 'sendStreamError', params: { condition: 'policy-violation' } }, 'closeStream'] },
              { guard: 'isPermitted', meta: { spec: 'RFC 6120 §6.4.2' },
                actions: ['noteFailure', 'abandonSasl', { type: 'beginSasl', params: ({ event }) => ({ mechanism: event.mechanism, ...withData({ event }) }) }] },
            ],
            'auth.responded': { meta: { spec: 'RFC 6120 §6.4.3' }, actions: { type: 'continueSasl', params: withData } },
            'auth.aborted': [
              { target: '#stream.closing', guard: 'isLastAttempt', meta: { spec: 'RFC 6120 §6.4.5' },
                actions: ['abandonSasl', { type: 'refuseSasl', params: { condition: 'aborted' } }, { type: 'sendStreamError', params: { condition: 'policy-violation' } }, 'closeStream'] },
              { target: 'unauthenticated', meta: { spec: ['RFC 6120 §6.4.4', 'RFC 6120 §6.5.1'] },
                actions: ['noteFailure', 'abandonSasl', { type: 'refuseSasl', params: { condition: 'aborted' } }] },
            ],
            'sasl.challenged': { meta: { spec: 'RFC 6120 §6.4.3' }, actions: { type: 'sendChallenge', params: ({ event }) => ({ data: event.data }) } },
            'sasl.succeeded': { target: 'authenticated', meta: { spec: 'RFC 6120 §6.4.6' },
              actions: [{ type: 'sendSuccess', params: withData }, 'restartStream'] },
            'sasl.failed': [
              { target: '#stream.closing', guard: 'isLastAttempt', meta: { spec: 'RFC 6120 §6.4.5' },
                actions: [{ type: 'refuseSasl', params: ({ event }) => ({ condition: event.condition, ...(event.text === undefined ? {} : { text: event.text }) }) },
                  { type: 'sendStreamError', params: { condition: 'policy-violation' } }, 'closeStream'] },
              { target: 'unauthenticated', meta: { spec: 'RFC 6120 §6.4.5' },
                actions: ['noteFailure', { type: 'refuseSasl', params: ({ event }) => ({ condition: event.condition, ...(event.text === undefined ? {} : { text: event.text }) }) }] },
            ],
          },
        },
        unauthenticated: {
          description: 'SASL has failed; the peer may try again a few times.',
          meta: { spec: 'RFC 6120 §6.4.5' },
          on: {
            'tls.requested': { target: 'securing', guard: 'isOffered', meta: { spec: ['RFC 6120 §5.4.1', 'RFC 6120 §5.4.2.3'] }, actions: 'proceedTls' },
            'auth.requested': [
              { target: 'authenticating', guard: 'isPermitted', meta: { spec: 'RFC 6120 §6.4.5' },
                actions: { type: 'beginSasl', params: ({ event }) => ({ mechanism: event.mechanism, ...withData({ event }) }) } },
              { meta: { spec: 'RFC 6120 §6.5.4' }, actions: { type: 'refuseSasl', params: { condition: 'encryption-required' } } },
            ],
          },
        },
        authenticated: {
          description: 'SASL has succeeded; the peer must open the stream anew.',
          meta: { spec: 'RFC 6120 §6.4.6' },
          on: {
            'header.received': { target: 'binding', meta: { spec: ['RFC 6120 §6.4.6', 'RFC 6120 §7.3.1'] }, actions: ['openStream', 'offerFeatures'] },
          },
        },
        binding: {
          description: 'The stream belongs to an account; it has no resource yet, and may send no stanza but the request for one.',
          meta: { spec: 'RFC 6120 §7.1' },
          on: {
            'bind.requested': { meta: { spec: ['RFC 6120 §7.6', 'RFC 6120 §7.7'] }, actions: 'bindResource' },
            'bind.failed': [
              { target: '#stream.closing', guard: 'isLastBind', meta: { spec: 'RFC 6120 §7.7.3' },
                actions: [{ type: 'refuseBind', params: ({ event }) => ({ condition: event.condition }) },
                  { type: 'sendStreamError', params: { condition: 'policy-violation' } }, 'closeStream'] },
              { meta: { spec: ['RFC 6120 §7.6.2', 'RFC 6120 §7.7.2'] }, actions: ['noteRefusal', { type: 'refuseBind', params: ({ event }) => ({ condition: event.condition }) }] },
            ],
            'bind.succeeded': { target: '#stream.bound', meta: { spec: ['RFC 6120 §7.6.1', 'RFC 6120 §7.7.1'] }, actions: 'sendBindResult' },
          },
        },
      },
    },
    bound: {
      description: 'A connected resource: stanzas flow.',
      meta: { spec: 'RFC 6120 §7.1' },
      on: {
        'stanza.received': { meta: { spec: 'RFC 6120 §8' }, actions: 'processStanza' },
        'bind.requested': { meta: { spec: 'RFC 6120 §7.1' }, actions: { type: 'refuseBind', params: { condition: 'not-allowed' } } },
        'stream.ended': { target: 'draining', meta: { spec: ['RFC 6120 §4.4', 'DESIGN D5'] }, actions: { type: 'endSession', params: { event: 'stream.ended' } } },
        'stream.failed': { target: 'draining', meta: { spec: ['RFC 6120 §4.9.1.1', 'DESIGN D5'] }, actions: ['noteError', { type: 'endSession', params: { event: 'stream.ended' } }] },
        'resource.replaced': { target: 'closing', meta: { spec: ['RFC 6120 §7.7.2.2', 'RFC 6120 §4.9.3.3'] },
          actions: [{ type: 'endSession', params: { event: 'resource.replaced' } }, { type: 'sendStreamError', params: { condition: 'conflict' } }, 'closeStream'] },
        'stream.lost': { target: 'closed', meta: { spec: 'RFC 6120 §4.6' }, actions: { type: 'endSession', params: { event: 'stream.lost' } } },
      },
    },
    draining: {
      description: 'The stream is to end; answers that are owed to its route go out before the closing tag.',
      meta: { spec: ['RFC 6120 §4.4', 'DESIGN D5'] },
      on: {
        'route.closed': [
          { target: 'closing', guard: 'isExpelled', meta: { spec: ['RFC 6120 §4.9.1.1', 'DESIGN D5'] },
            actions: [{ type: 'sendStreamError', params: owedOf }, 'closeStream'] },
          { target: 'closed', meta: { spec: ['RFC 6120 §4.4', 'DESIGN D5'] }, actions: ['closeStream', 'disconnect'] },
        ],
        'resource.replaced': [
          { target: 'closing', guard: 'isExpelled', meta: { spec: ['RFC 6120 §7.7.2.2', 'DESIGN D5'] },
            actions: ['abandonRoute', { type: 'sendStreamError', params: owedOf }, 'closeStream'] },
          { target: 'closed', meta: { spec: ['RFC 6120 §7.7.2.2', 'DESIGN D5'] }, actions: ['abandonRoute', 'closeStream', 'disconnect'] },
        ],
        'stream.lost': { target: 'closed', meta: { spec: ['RFC 6120 §4.6', 'DESIGN D5'] }, actions: 'abandonRoute' },
      },
    },
    ...closingStates,
  },
});

/** Advances a stream by one event; performs nothing.
 *  @example
 *  const { state, effects } = stepStream(stepStream.initial, { type: 'header.received', secure: false });
 *  state.value; // { negotiating: 'unsecured' }
 *  effects; // [{ type: 'openStream' }, { type: 'offerFeatures' }] */
export const stepStream = stepOf(streamMachine);
