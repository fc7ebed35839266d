/** A stream that another server has opened to this one, until its end. Stanzas come over it once the peer has proved that
 *  it is a domain, by its certificate or by dialback. Spec: RFC 6120 §4 to §6, XEP-0178, XEP-0220.
 *  Not here: for which pairs of domains it may speak, and whether a proof is good (core); streams that this server
 *  opens (link.ts). @module */
import { assign, setup } from 'xstate';
import { closingStates } from './closing.ts';
import { stepOf } from './step.ts';
import type { Cite } from './step.ts';
import type { StreamErrorCondition, StreamErrorContent } from './vocabulary.ts';

/** What the peer, its connection and whoever verifies its keys have to say. */
export type PeerEvent =
  | { readonly type: 'header.received' }
  | { readonly type: 'tls.requested'; readonly offered: boolean }
  | { readonly type: 'tls.established' }
  /** SASL EXTERNAL. `permitted`: the certificate vouches for the domain. */
  | { readonly type: 'auth.requested'; readonly permitted: boolean }
  /** A key that is to be verified (XEP-0220 §2.2). */
  | { readonly type: 'key.received' }
  | { readonly type: 'key.accepted' }
  | { readonly type: 'key.rejected' }
  /** A stanza from a domain that the peer has not proved to be. */
  | { readonly type: 'stanza.refused' }
  | { readonly type: 'stream.failed'; readonly condition: StreamErrorCondition; readonly text?: string }
  | { readonly type: 'stream.ended' }
  | { readonly type: 'stream.lost' };

/** What is kept of the negotiation. */
export interface PeerContext {
  /** Proofs that have failed on this stream. */
  readonly failures: number;
}

/** How many proofs may fail before the stream ends (RFC 6120 §6.4.5 recommends two to five). */
export const MAX_PROOF_FAILURES = 5;

const faultOf = ({ event }: { event: PeerEvent }): StreamErrorContent =>
  event.type === 'stream.failed'
    ? { condition: event.condition, ...(event.text === undefined ? {} : { text: event.text }) }
    : { condition: 'not-authorized' };
const error = (condition: StreamErrorCondition) => ({ type: 'sendStreamError', params: { condition } }) as const;

/** The statechart; {@link stepPeer} advances it.
 *  @example
 *  import { createActor } from 'xstate';
 *  const peer = createActor(peerMachine.provide({ delays: { unauthenticatedTimeout: 30_000 } })).start();
 *  peer.send({ type: 'header.received' });
 *  peer.send({ type: 'auth.requested', permitted: true });
 *  peer.send({ type: 'header.received' });
 *  peer.getSnapshot().value; // 'established' */
export const peerMachine = setup({
  types: { context: {} as PeerContext, events: {} as PeerEvent, meta: {} as Cite },
  actions: {
    /** Send the response header. */
    openStream: () => {},
    /** Send the features that the stream has now. */
    offerFeatures: () => {},
    /** Send `<proceed/>`, and begin the TLS handshake behind it. */
    proceedTls: () => {},
    /** Send `<failure/>`: STARTTLS can not be had. */
    refuseTls: () => {},
    /** Send `<success/>`: the certificate vouches for the domain. */
    sendSuccess: () => {},
    /** Send `<failure/>`: it does not. */
    refuseSasl: () => {},
    /** Forget what the header has said, and read a new one. */
    restartStream: () => {},
    /** Ask the server that is authoritative for the domain whether the key is its own (XEP-0220 §2.3). */
    verifyKey: () => {},
    /** Say that the key is valid: the peer may speak for the domain. */
    confirmKey: () => {},
    /** Say that it is not, or why nobody knows. */
    refuseKey: () => {},
    /** Give the peer the limits of those who are known. */
    admit: () => {},
    /** Send the stream error; the header first, if there was none. */
    sendStreamError: (_, _params: StreamErrorContent) => {},
    /** Send the closing tag; nothing goes out behind it. */
    closeStream: () => {},
    /** End the transport, once all that was sent is out. */
    disconnect: () => {},
    noteFailure: assign({ failures: ({ context }) => context.failures + 1 }),
  },
  guards: {
    isOffered: ({ event }) => event.type === 'tls.requested' && event.offered,
    isPermitted: ({ event }) => event.type === 'auth.requested' && event.permitted,
    isLastProof: ({ context }) => context.failures + 1 >= MAX_PROOF_FAILURES,
  },
  delays: { unauthenticatedTimeout: 0, closeTimeout: 0 },
}).createMachine({
  id: 'peer',
  context: { failures: 0 },
  initial: 'negotiating',
  states: {
    negotiating: {
      description: 'The peer has not proved to be any domain; it has a bounded time to do so.',
      meta: { spec: 'RFC 6120 §4.3' },
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
          description: 'The peer\'s header is awaited.',
          meta: { spec: 'RFC 6120 §4.7' },
          on: { 'header.received': { target: 'offered', meta: { spec: 'RFC 6120 §4.3.2' }, actions: ['openStream', 'offerFeatures'] } },
        },
        offered: {
          description: 'The peer knows what it may do: begin TLS, show its certificate, or give a key.',
          meta: { spec: ['RFC 6120 §4.3.2', 'XEP-0220 §2.2'] },
          on: {
            'tls.requested': [
              { target: 'securing', guard: 'isOffered', meta: { spec: 'RFC 6120 §5.4.2.3' }, actions: 'proceedTls' },
              { target: '#peer.closing', meta: { spec: 'RFC 6120 §5.4.2.2' }, actions: ['refuseTls', 'closeStream'] },
            ],
            'auth.requested': [
              { target: 'authenticated', guard: 'isPermitted', meta: { spec: ['RFC 6120 §6.4.6', 'XEP-0178 §3'] }, actions: ['sendSuccess', 'restartStream'] },
              { target: '#peer.closing', guard: 'isLastProof', meta: { spec: 'RFC 6120 §6.4.5' }, actions: ['refuseSasl', error('policy-violation'), 'closeStream'] },
              { meta: { spec: ['RFC 6120 §6.4.5', 'XEP-0178 §3'] }, actions: ['noteFailure', 'refuseSasl'] },
            ],
            'key.received': { meta: { spec: 'XEP-0220 §2.2' }, actions: 'verifyKey' },
            'key.accepted': { target: '#peer.established', meta: { spec: 'XEP-0220 §2.2' }, actions: ['confirmKey', 'admit'] },
            'key.rejected': [
              { target: '#peer.closing', guard: 'isLastProof', meta: { spec: 'RFC 6120 §6.4.5' }, actions: ['refuseKey', error('policy-violation'), 'closeStream'] },
              { meta: { spec: 'XEP-0220 §2.2' }, actions: ['noteFailure', 'refuseKey'] },
            ],
          },
        },
        securing: {
          description: 'The TLS handshake is under way.',
          meta: { spec: 'RFC 6120 §5.4.3' },
          on: { 'tls.established': { target: 'opened', meta: { spec: 'RFC 6120 §5.4.3.3' } } },
        },
        authenticated: {
          description: 'The certificate is good; the peer must open the stream anew.',
          meta: { spec: 'RFC 6120 §6.4.6' },
          on: { 'header.received': { target: '#peer.established', meta: { spec: 'RFC 6120 §6.4.6' }, actions: ['openStream', 'offerFeatures', 'admit'] } },
        },
      },
    },
    established: {
      description: 'The peer is at least one domain; its stanzas are taken, and it may prove to be others.',
      meta: { spec: ['RFC 6120 §10.5', 'XEP-0220 §2.6'] },
      on: {
        'key.received': { meta: { spec: 'XEP-0220 §2.6' }, actions: 'verifyKey' },
        'key.accepted': { meta: { spec: 'XEP-0220 §2.6' }, actions: 'confirmKey' },
        'key.rejected': [
          { target: 'closing', guard: 'isLastProof', meta: { spec: 'RFC 6120 §6.4.5' }, actions: ['refuseKey', error('policy-violation'), 'closeStream'] },
          { meta: { spec: 'XEP-0220 §2.6' }, actions: ['noteFailure', 'refuseKey'] },
        ],
        'stanza.refused': { target: 'closing', meta: { spec: ['RFC 6120 §4.9.3.9', 'RFC 6120 §8.1.2.2'] }, actions: [error('invalid-from'), 'closeStream'] },
        'stream.failed': { target: 'closing', meta: { spec: 'RFC 6120 §4.9.1.1' }, actions: [{ type: 'sendStreamError', params: faultOf }, 'closeStream'] },
        'stream.ended': { target: 'closed', meta: { spec: 'RFC 6120 §4.4' }, actions: ['closeStream', 'disconnect'] },
        'stream.lost': { target: 'closed', meta: { spec: 'RFC 6120 §4.6' } },
      },
    },
    ...closingStates,
  },
});

/** Advances the stream of another server by one event; performs nothing.
 *  @example
 *  const { state: offered } = stepPeer(stepPeer.initial, { type: 'header.received' });
 *  const { state, effects } = stepPeer(offered, { type: 'key.received' });
 *  state.value; // { negotiating: 'offered' }
 *  effects; // [{ type: 'verifyKey' }] */
export const stepPeer = stepOf(peerMachine);
