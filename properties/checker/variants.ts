/** Servers that get it wrong, each in one way: the negative controls of the checker. A checker that
 *  does not refute all of them checks too little. Two of them are Openfire's. @module */
import { wires } from '../../machines/wires.ts';
import type { Statement } from './monitors.ts';
import { quietScope } from './scope.ts';
import type { Scope } from './scope.ts';
import type { Variant } from './server.ts';

/** A wrong server, what it breaks, and the scope in which that shows. */
export interface NegativeControl {
  readonly name: string;
  /** What it does wrong, in a sentence. */
  readonly about: string;
  readonly variant: Variant;
  readonly scope: Scope;
  /** The statement that is refuted, and the steps of the shortest way there. */
  readonly refutes: Statement;
  readonly steps: number;
}

const joins: Scope = { ...quietScope, budget: { ...quietScope.budget, leave: 0 } };
const messages: Scope = { ...quietScope, budget: { ...quietScope.budget, join: 0, leave: 0, message: 1 } };
const both: Scope = { ...joins, budget: { ...joins.budget, message: 1 } };

export const negativeControls: readonly NegativeControl[] = [
  { name: 'openfire-route-on-initial-presence', about: 'There is no route to a resource before its initial presence.', variant: { routeFrom: 'presence' }, scope: messages, refutes: 'T1.a', steps: 6 },
  { name: 'openfire-route-on-initial-presence, in a room', about: 'There is no route to a resource before its initial presence, so it drains for no room.', variant: { routeFrom: 'presence' }, scope: quietScope, refutes: 'T2.c', steps: 8 },
  { name: 'openfire-4.6.0-route-removed-on-unavailable', about: 'Unavailable presence removes the route (OF-2012).', variant: { onUnavailable: wires.stream.abandonRoute }, scope: joins, refutes: 'T2.a', steps: 6 },
  { name: 'openfire-4.6.0-route-removed-on-unavailable, in a room', about: 'Unavailable presence removes the route, so a room\'s goodbye is lost (OF-2012).', variant: { onUnavailable: wires.stream.abandonRoute }, scope: joins, refutes: 'T2.c echo', steps: 12 },
  { name: 'stored-although-connected', about: 'A message is stored although a resource is connected, because none is available.', variant: { eligible: 'available only' }, scope: messages, refutes: 'T1.a', steps: 6 },
  { name: 'no-drain', about: 'The route closes with the stream, whatever is owed to it.', variant: { drainRoute: wires.session.closeRoute }, scope: joins, refutes: 'T2.c', steps: 6 },
  { name: 'no-deadline', about: 'A drain has no deadline.', variant: { timer: 'never' }, scope: { ...joins, remoteMayDie: true }, refutes: 'T2.e', steps: 11 },
  { name: 'draining-accepts-messages', about: 'A route that drains takes new messages.', variant: { eligible: 'draining too' }, scope: both, refutes: 'T1.a', steps: 10 },
  { name: 'directed-presence-forgotten', about: 'Who was told by directed presence is not told of the end, if the resource was never available.', variant: { directed: 'forgotten' }, scope: joins, refutes: 'T6 ghost', steps: 13 },
  { name: 'unavailable-twice', about: 'Who was told by directed presence is told of the end again and again.', variant: { directed: 'doubled' }, scope: quietScope, refutes: 'T6 doubled', steps: 12 },
  { name: 'leaked-route', about: 'A lost transport leaves its route.', variant: { closeRoute: 'forgotten' }, scope: { ...joins, drops: 1 }, refutes: 'T8', steps: 8 },
  { name: 'leaked-route, in a room', about: 'A lost transport leaves its route, and a room\'s goodbye is sent into the void.', variant: { closeRoute: 'forgotten' }, scope: { ...joins, drops: 1 }, refutes: 'T2.d', steps: 8 },
  { name: 'no-self-presence', about: 'A resource is not told of its own end.', variant: { self: 'omitted' }, scope: joins, refutes: 'T2.b', steps: 6 },
];
