/** The session of one connected resource: from resource binding to the end of the resource, over one
 *  stream or, where it is resumable, over several. Spec: RFC 6120 §7, XEP-0198 §5.
 *  Not here: the resource's presence (presence.ts), its route (route.ts), acknowledgements. @module */
import { setup } from 'xstate';
import { stepOf } from './step.ts';
import type { Cite } from './step.ts';

/** What concerns a session, whatever stream it has. */
export type SessionEvent =
  /** The stream ends in order: the client's closing tag, a shutdown, a stream error. */
  | { readonly type: 'stream.ended' }
  /** The transport is dead. */
  | { readonly type: 'stream.lost' }
  /** Another stream has bound the same full JID. */
  | { readonly type: 'resource.replaced' }
  | { readonly type: 'resumption.enabled' }
  | { readonly type: 'session.resumed' };

/** The statechart; {@link stepSession} advances it.
 *  @example
 *  import { createActor } from 'xstate';
 *  const session = createActor(sessionMachine).start();
 *  session.send({ type: 'stream.ended' });
 *  session.getSnapshot().status; // 'done' */
export const sessionMachine = setup({
  types: { events: {} as SessionEvent, meta: {} as Cite },
  actions: {
    /** The resource is unavailable: whoever saw it is told. */
    endPresence: () => {},
    /** Give the route nothing new; what is owed to it is still delivered. */
    drainRoute: () => {},
    /** Close the route at once. */
    closeRoute: () => {},
    /** Keep the route while its stream may be resumed; what arrives is queued. */
    detachRoute: () => {},
    /** Give the route the stream that has been resumed. */
    attachRoute: () => {},
  },
  delays: { resumptionTimeout: 0 },
}).createMachine({
  id: 'session',
  initial: 'connected',
  states: {
    connected: {
      description: 'A connected resource; its session ends with its stream.',
      meta: { spec: 'RFC 6120 §7.1' },
      on: {
        'resumption.enabled': { target: 'resumable', meta: { spec: 'XEP-0198 §3' } },
        'stream.ended': { target: 'ended', meta: { spec: ['RFC 6121 §4.5.2', 'DESIGN D5'] }, actions: ['endPresence', 'drainRoute'] },
        'stream.lost': { target: 'ended', meta: { spec: 'RFC 6121 §4.5.2' }, actions: ['endPresence', 'closeRoute'] },
        'resource.replaced': { target: 'ended', meta: { spec: 'RFC 6120 §7.7.2.2' }, actions: ['endPresence', 'closeRoute'] },
      },
    },
    resumable: {
      description: 'A connected resource that may lose its stream and come back.',
      meta: { spec: 'XEP-0198 §5' },
      on: {
        'stream.ended': { target: 'ended', meta: { spec: ['XEP-0198 §5', 'DESIGN D5'] }, actions: ['endPresence', 'drainRoute'] },
        'stream.lost': { target: 'detached', meta: { spec: ['XEP-0198 §5', 'DESIGN D6'] }, actions: 'detachRoute' },
        'resource.replaced': { target: 'ended', meta: { spec: 'RFC 6120 §7.7.2.2' }, actions: ['endPresence', 'closeRoute'] },
      },
    },
    detached: {
      description: 'The stream is lost, and nobody is told yet: the client may resume.',
      meta: { spec: ['XEP-0198 §5', 'DESIGN D6'] },
      after: {
        resumptionTimeout: { target: 'ended', meta: { spec: ['XEP-0198 §5', 'DESIGN D6'] }, actions: ['endPresence', 'closeRoute'] },
      },
      on: {
        'session.resumed': { target: 'resumable', meta: { spec: 'XEP-0198 §5' }, actions: 'attachRoute' },
        'resource.replaced': { target: 'ended', meta: { spec: 'RFC 6120 §7.7.2.2' }, actions: ['endPresence', 'closeRoute'] },
      },
    },
    ended: {
      description: 'The resource is no longer connected; its route may still be draining.',
      meta: { spec: 'RFC 6121 §4.5.2' },
      type: 'final',
    },
  },
});

/** Advances a session by one event; performs nothing.
 *  @example
 *  // In order: the route drains. The transport is dead: there is nothing to wait for.
 *  stepSession(stepSession.initial, { type: 'stream.ended' }).effects; // [{ type: 'endPresence' }, { type: 'drainRoute' }]
 *  stepSession(stepSession.initial, { type: 'stream.lost' }).effects; // [{ type: 'endPresence' }, { type: 'closeRoute' }] */
export const stepSession = stepOf(sessionMachine);
