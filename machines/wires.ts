/** The wires between the machines of one resource: which effect of one machine is which event of
 *  another. The core carries them over, and whoever checks the machines together reads the same table.
 *  Not here: effects that leave the machines, such as a stanza to send (core). @module */
import type { PresenceEvent } from './presence.ts';
import type { RouteEvent } from './route.ts';
import type { SessionEvent } from './session.ts';
import type { StreamEvent } from './stream.ts';

/** An event and the machine that it is for. */
export type Wire =
  | { readonly to: 'stream'; readonly event: StreamEvent }
  | { readonly to: 'session'; readonly event: SessionEvent }
  | { readonly to: 'presence'; readonly event: PresenceEvent }
  | { readonly to: 'route'; readonly event: RouteEvent };

/** By machine and effect. What `endSession` is to the session depends on how the stream ended, so its
 *  parameter names the event.
 *  @example
 *  wires.session.drainRoute; // { to: 'route', event: { type: 'drain.begun' } }
 *  wires.stream.endSession['stream.lost']; // { to: 'session', event: { type: 'stream.lost' } } */
export const wires = {
  stream: {
    endSession: {
      'stream.ended': { to: 'session', event: { type: 'stream.ended' } },
      'stream.lost': { to: 'session', event: { type: 'stream.lost' } },
      'resource.replaced': { to: 'session', event: { type: 'resource.replaced' } },
    },
    abandonRoute: { to: 'route', event: { type: 'route.abandoned' } },
  },
  session: {
    endPresence: { to: 'presence', event: { type: 'session.ended' } },
    drainRoute: { to: 'route', event: { type: 'drain.begun' } },
    closeRoute: { to: 'route', event: { type: 'route.abandoned' } },
    detachRoute: { to: 'route', event: { type: 'session.detached' } },
    attachRoute: { to: 'route', event: { type: 'session.attached' } },
  },
  farewell: {
    oweAnswer: { to: 'route', event: { type: 'answer.owed' } },
    settleAnswer: { to: 'route', event: { type: 'answer.settled' } },
  },
  route: {
    closeRoute: { to: 'stream', event: { type: 'route.closed' } },
  },
} as const satisfies Record<string, Record<string, Wire | Record<string, Wire>>>;
