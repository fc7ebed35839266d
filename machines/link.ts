/** The link from one domain of this server to a domain of another: the stream that this server opens when there is
 *  something to send, and gives up when it can't. Spec: RFC 6120 §4 to §6, XEP-0178, XEP-0220, XEP-0288.
 *  Not here: what waits for the link and its order, addresses (core); streams that other servers open
 *  (peer.ts). @module */
import { setup, stateIn } from 'xstate';
import { stepOf } from './step.ts';
import type { Cite } from './step.ts';

/** What a link can do next by what its peer offers: begin TLS, or prove who it is. */
export type Offer = 'tls' | 'external' | 'dialback' | 'nothing';

/** What the core, the connection and the other server have to say to a link. */
export type LinkEvent =
  /** A stanza waits. */
  | { readonly type: 'stanza.queued' }
  /** The other server is to be asked about a key (XEP-0220 §2.2). */
  | { readonly type: 'verification.queued' }
  /** A stream that the other server has opened may carry stanzas to it as well (XEP-0288). */
  | { readonly type: 'stream.adopted' }
  | { readonly type: 'connection.opened' }
  | { readonly type: 'connection.refused'; readonly condition: LinkFailure }
  /** `next`: the best that is offered and permitted. */
  | { readonly type: 'features.received'; readonly next: Offer }
  | { readonly type: 'tls.proceeded' }
  | { readonly type: 'tls.refused' }
  | { readonly type: 'tls.established' }
  | { readonly type: 'sasl.succeeded' }
  /** `next`: what is left to try. */
  | { readonly type: 'sasl.failed'; readonly next: Offer }
  | { readonly type: 'key.accepted' }
  /** Bogus, or not to be verified (XEP-0220 §2.1, §2.5). */
  | { readonly type: 'key.rejected'; readonly condition: LinkFailure }
  /** Nothing has been carried for a while. */
  | { readonly type: 'link.idle' }
  | { readonly type: 'stream.failed' }
  | { readonly type: 'stream.ended' }
  | { readonly type: 'stream.lost' };

/** Why stanzas can't be carried (RFC 6120 §8.3.3.16, §8.3.3.17, XEP-0220 §2.1). */
export type LinkFailure = 'remote-server-not-found' | 'remote-server-timeout' | 'internal-server-error';

const offers = (offer: Offer) => ({ event }: { event: LinkEvent }): boolean => 'next' in event && event.next === offer;
const unreachable = { type: 'bounceQueue', params: { condition: 'remote-server-timeout' } } as const;

/** The statechart; {@link stepLink} advances it.
 *  @example
 *  import { createActor } from 'xstate';
 *  let connections = 0;
 *  const link = createActor(linkMachine.provide({ actions: { connect: () => void (connections += 1) }, delays: { linkTimeout: 30_000 } })).start();
 *  link.send({ type: 'stanza.queued' });
 *  link.getSnapshot().value; // { opening: 'connecting' }
 *  connections; // 1
 *  link.stop(); */
export const linkMachine = setup({
  types: { events: {} as LinkEvent, meta: {} as Cite },
  actions: {
    /** Find the server of the domain, and connect to it. */
    connect: () => {},
    /** Send the initial header. */
    openStream: () => {},
    /** Send `<starttls/>`. */
    requestTls: () => {},
    /** Begin the TLS handshake. */
    startTls: () => {},
    /** Authenticate by the certificate (SASL EXTERNAL, XEP-0178 §3). */
    sendExternal: () => {},
    /** Expect the peer's new header. */
    restartStream: () => {},
    /** Send the key of dialback (XEP-0220 §2.1.1). */
    sendKey: () => {},
    /** Send all that waits, in its order. */
    flushQueue: () => {},
    /** Answer all that waits with an error. */
    bounceQueue: (_, _params: { condition: LinkFailure }) => {},
    /** Send the closing tag; nothing goes out behind it. */
    closeStream: () => {},
    /** End the transport, once all that was sent is out. */
    disconnect: () => {},
  },
  guards: {
    isConnecting: stateIn({ opening: 'connecting' }),
    isTlsNext: (args) => offers('tls')(args),
    isExternalNext: (args) => offers('external')(args),
    isDialbackNext: (args) => offers('dialback')(args),
  },
  delays: { linkTimeout: 0, closeTimeout: 0 },
}).createMachine({
  id: 'link',
  initial: 'idle',
  states: {
    idle: {
      description: 'Nothing is to be carried, and there is no stream.',
      meta: { spec: 'RFC 6120 §10.4' },
      on: {
        'stanza.queued': { target: 'opening', meta: { spec: ['RFC 6120 §10.4', 'RFC 6120 §3.2'] }, actions: 'connect' },
        'verification.queued': { target: 'opening', meta: { spec: 'XEP-0220 §2.2' }, actions: 'connect' },
        'stream.adopted': { target: 'up', meta: { spec: 'XEP-0288 §2.2' } },
      },
    },
    opening: {
      description: 'The stream is on its way; what is to be carried waits, for a bounded time.',
      meta: { spec: ['RFC 6120 §4.3', 'RFC 6120 §8.3.3.17'] },
      initial: 'connecting',
      after: {
        linkTimeout: [
          { target: 'leaving', guard: 'isConnecting', meta: { spec: 'RFC 6120 §8.3.3.17' }, actions: [unreachable, 'disconnect'] },
          { target: 'closing', meta: { spec: ['RFC 6120 §4.4', 'RFC 6120 §8.3.3.17'] }, actions: [unreachable, 'closeStream'] },
        ],
      },
      on: {
        'stream.failed': { target: 'closing', meta: { spec: ['RFC 6120 §4.9.1', 'RFC 6120 §8.3.3.17'] }, actions: [unreachable, 'closeStream'] },
        'stream.ended': { target: 'leaving', meta: { spec: ['RFC 6120 §4.4', 'RFC 6120 §8.3.3.17'] }, actions: [unreachable, 'closeStream', 'disconnect'] },
        'stream.lost': { target: 'idle', meta: { spec: ['RFC 6120 §4.6', 'RFC 6120 §8.3.3.17'] }, actions: unreachable },
      },
      states: {
        connecting: {
          description: 'The other server\'s address is looked up, and a connection is made.',
          meta: { spec: 'RFC 6120 §3.2' },
          on: {
            'connection.opened': { target: 'opened', meta: { spec: 'RFC 6120 §4.3.1' }, actions: 'openStream' },
            'connection.refused': { target: '#link.idle', meta: { spec: ['RFC 6120 §8.3.3.16', 'RFC 6120 §8.3.3.17'] },
              actions: { type: 'bounceQueue', params: ({ event }) => ({ condition: event.condition }) } },
            // There is no stream yet that a closing tag could close.
            'stream.failed': { target: '#link.leaving', meta: { spec: ['RFC 6120 §3.2', 'RFC 6120 §8.3.3.17'] }, actions: [unreachable, 'disconnect'] },
          },
        },
        opened: {
          description: 'This server\'s header is sent; the other one\'s features are awaited.',
          meta: { spec: ['RFC 6120 §4.3.2', 'RFC 6120 §4.7'] },
          on: {
            'features.received': [
              { target: 'requesting', guard: 'isTlsNext', meta: { spec: 'RFC 6120 §5.4.2.1' }, actions: 'requestTls' },
              { target: 'authenticating', guard: 'isExternalNext', meta: { spec: ['RFC 6120 §6.4.2', 'XEP-0178 §3'] }, actions: 'sendExternal' },
              { target: 'proving', guard: 'isDialbackNext', meta: { spec: 'XEP-0220 §2.1' }, actions: 'sendKey' },
              { target: '#link.closing', meta: { spec: 'RFC 6120 §8.3.3.17' }, actions: [unreachable, 'closeStream'] },
            ],
          },
        },
        requesting: {
          description: 'TLS has been asked for.',
          meta: { spec: 'RFC 6120 §5.4.2' },
          on: {
            'tls.proceeded': { target: 'securing', meta: { spec: 'RFC 6120 §5.4.2.3' }, actions: 'startTls' },
            'tls.refused': { target: '#link.closing', meta: { spec: ['RFC 6120 §5.4.2.2', 'RFC 6120 §8.3.3.17'] }, actions: [unreachable, 'closeStream'] },
          },
        },
        securing: {
          description: 'The TLS handshake is under way.',
          meta: { spec: 'RFC 6120 §5.4.3' },
          on: { 'tls.established': { target: 'opened', meta: { spec: 'RFC 6120 §5.4.3.3' }, actions: 'openStream' } },
        },
        authenticating: {
          description: 'The other server looks at this one\'s certificate.',
          meta: { spec: ['RFC 6120 §6.4', 'XEP-0178 §3'] },
          on: {
            'sasl.succeeded': { target: 'restarted', meta: { spec: 'RFC 6120 §6.4.6' }, actions: ['restartStream', 'openStream'] },
            'sasl.failed': [
              { target: 'proving', guard: 'isDialbackNext', meta: { spec: ['XEP-0178 §3', 'XEP-0220 §2.1'] }, actions: 'sendKey' },
              { target: '#link.closing', meta: { spec: ['RFC 6120 §6.4.5', 'RFC 6120 §8.3.3.17'] }, actions: [unreachable, 'closeStream'] },
            ],
          },
        },
        restarted: {
          description: 'SASL has succeeded; the features of the new stream are awaited.',
          meta: { spec: 'RFC 6120 §6.4.6' },
          on: { 'features.received': { target: '#link.up', meta: { spec: 'RFC 6120 §4.3.5' }, actions: 'flushQueue' } },
        },
        proving: {
          description: 'The other server has been given a key, and asks whether it is this domain\'s.',
          meta: { spec: 'XEP-0220 §2.1' },
          on: {
            'key.accepted': { target: '#link.up', meta: { spec: 'XEP-0220 §2.1' }, actions: 'flushQueue' },
            'key.rejected': { target: '#link.closing', meta: { spec: ['XEP-0220 §2.1', 'RFC 6120 §8.3.3.17'] }, actions: [{ type: 'bounceQueue', params: ({ event }) => ({ condition: event.condition }) }, 'closeStream'] },
          },
        },
      },
    },
    up: {
      description: 'Stanzas are carried as they come.',
      meta: { spec: 'RFC 6120 §10.4' },
      on: {
        'link.idle': { target: 'closing', meta: { spec: 'RFC 6120 §4.6' }, actions: 'closeStream' },
        'stream.failed': { target: 'closing', meta: { spec: 'RFC 6120 §4.9.1' }, actions: 'closeStream' },
        'stream.ended': { target: 'leaving', meta: { spec: 'RFC 6120 §4.4' }, actions: ['closeStream', 'disconnect'] },
        'stream.lost': { target: 'idle', meta: { spec: 'RFC 6120 §4.6' } },
      },
    },
    closing: {
      description: 'The closing tag is sent; once the other server has sent its own, it has read everything. What is queued waits for the next stream.',
      meta: { spec: ['RFC 6120 §4.4', 'RFC 6120 §10.1'] },
      after: { closeTimeout: { target: 'leaving', meta: { spec: 'RFC 6120 §4.4' }, actions: 'disconnect' } },
      on: {
        'stream.ended': { target: 'leaving', meta: { spec: 'RFC 6120 §4.4' }, actions: 'disconnect' },
        'stream.failed': { target: 'leaving', meta: { spec: 'RFC 6120 §4.9.1' }, actions: 'disconnect' },
        'stream.lost': { target: 'idle', meta: { spec: 'RFC 6120 §4.6' } },
      },
    },
    leaving: {
      description: 'The connection is about to be gone, or not to be made; one that is made all the same is of no use.',
      meta: { spec: 'RFC 6120 §4.4' },
      after: { closeTimeout: { target: 'idle', meta: { spec: 'RFC 6120 §4.4' } } },
      on: {
        'stream.lost': { target: 'idle', meta: { spec: 'RFC 6120 §4.4' } },
        'connection.refused': { target: 'idle', meta: { spec: 'RFC 6120 §3.2' } },
      },
    },
  },
});

/** Advances a link by one event; performs nothing.
 *  @example
 *  // Juliet writes to Romeo at another server, of which the DNS knows nothing.
 *  const { state: connecting } = stepLink(stepLink.initial, { type: 'stanza.queued' });
 *  const { state, effects } = stepLink(connecting, { type: 'connection.refused', condition: 'remote-server-not-found' });
 *  state.value; // 'idle'
 *  effects.at(-1); // { type: 'bounceQueue', params: { condition: 'remote-server-not-found' } } */
export const stepLink = stepOf(linkMachine);
