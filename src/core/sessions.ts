/** The end of a session, carried from machine to machine: the session ends the presence, and drains
 *  or closes the route; the route's end lets the stream close. Spec: RFC 6120 §4.4, RFC 6121 §4.5.2,
 *  DESIGN D1, D5. Not here: the order of it, which is the machines'. @module */
import { wires } from '../../machines/wires.ts';
import { stepRoute } from '../../machines/route.ts';
import type { RouteEvent } from '../../machines/route.ts';
import { stepSession } from '../../machines/session.ts';
import type { SessionEvent } from '../../machines/session.ts';
import type { TimerEvent } from '../../machines/step.ts';
import { letGo } from './accounts.ts';
import { settleRequest } from './contacts.ts';
import { forgetLater, speakForRooms } from './farewells.ts';
import { invariant } from './invariant.ts';
import type { Kernel } from './kernel.ts';
import { releasePresence } from './held.ts';
import { finish } from './offline.ts';
import type { Resource } from './resources.ts';

/** Advances a session by one event and carries out what follows. */
export function advanceSession(kernel: Kernel, resource: Resource, event: SessionEvent): void {
  const { state, effects } = kernel.transit('session', resource.jid, stepSession, resource.session, event);
  resource.session = state;
  for (const effect of effects) {
    // Nothing enables resumption yet, so no session is ever resumable and no timer of it runs.
    invariant(effect.type !== 'startTimer' && effect.type !== 'cancelTimer', `session: ${effect.type} without resumption`);
    if (effect.type === 'endPresence') for (const id of [...resource.requests.keys()]) settleRequest(kernel, resource, id, { type: 'session.ended' });
    kernel.carry(wires.session[effect.type], resource);
  }
}

/** Advances a route by one event and carries out what follows. */
export function advanceRoute(kernel: Kernel, resource: Resource, event: RouteEvent | TimerEvent): void {
  // A room of this server has had its last word already; it may be held back behind what is stored.
  if (event.type === 'drain.begun') releasePresence(kernel, resource);
  const { state, effects } = kernel.transit('route', resource.jid, stepRoute, resource.route, event);
  resource.route = state;
  if (state.value === 'draining') kernel.draining.add(resource);
  for (const effect of effects) {
    switch (effect.type) {
      case 'closeRoute':
        closeRoute(kernel, resource);
        break;
      case 'startTimer': {
        const fired = { type: effect.params.timer };
        kernel.startTimer(timerOf(resource), effect.params.delay, () => advanceRoute(kernel, resource, fired));
        break;
      }
      case 'cancelTimer':
        kernel.cancelTimer(timerOf(resource));
        break;
      case 'speakForRooms':
        speakForRooms(kernel, resource);
        break;
      default:
        // Nothing resumes a route yet.
        invariant(false, `route: ${effect.type} without resumption`);
    }
  }
  if (event.type === 'drain.begun') makeRoom(kernel);
}

/** Only so many routes drain at a time; when there are more, the oldest is told in the rooms' names. */
function makeRoom(kernel: Kernel): void {
  const [oldest] = kernel.draining;
  if (oldest !== undefined && kernel.draining.size > kernel.config.drainingLimit) advanceRoute(kernel, oldest, { type: 'route.displaced' });
}

const timerOf = (resource: Resource): string => `route ${resource.generation}`;

function closeRoute(kernel: Kernel, resource: Resource): void {
  const { account } = resource;
  const resourcepart = resource.jid.slice(account.jid.length + 1);
  invariant(account.resources.get(resourcepart) === resource, 'a route that closes is in the routing table');
  account.resources.delete(resourcepart);
  kernel.draining.delete(resource);
  finish(kernel, resource);
  forgetLater(kernel, resource.jid);
  letGo(kernel, account);
  kernel.carry(wires.route.closeRoute, resource);
}
