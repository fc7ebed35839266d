/** Servers that get it wrong, each in one way: the negative controls of the checker. A checker that
 *  does not refute all of them checks too little. Two of them are Openfire's. @module */
import { wires } from '../../machines/wires.ts';
import type { Variant } from './generation.ts';
import type { Statement } from './monitors.ts';
import { quietScope } from './scope.ts';
import type { Scope } from './scope.ts';

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
  /** Random histories within which it is refuted too: four times the most that a seed from 1 to 10 has needed. */
  readonly within: number;
}

const joins: Scope = { ...quietScope, budget: { ...quietScope.budget, leave: 0 } };
const messages: Scope = { ...quietScope, messages: 1, rooms: { remote: 0, local: 0 } };
const both: Scope = { ...joins, messages: 1 };
const dying: Scope = { ...joins, remoteMayDie: true };
const dropping: Scope = { ...joins, drops: 1 };
const returning: Scope = { ...quietScope, budget: { ...quietScope.budget, join: 2, leave: 1 } };
const rebinding: Scope = { ...returning, rebinds: 1 };
const twoRooms: Scope = { ...joins, rooms: { remote: 2, local: 0 } };

export const negativeControls: readonly NegativeControl[] = [
  { name: 'openfire-route-on-initial-presence', about: 'There is no route to a resource before its initial presence.', variant: { routeFrom: 'presence' }, scope: messages, refutes: 'T1.a', steps: 3, within: 160 },
  { name: 'openfire-route-on-initial-presence, compared', about: 'There is no route to a resource before its initial presence, so presence decides.', variant: { routeFrom: 'presence' }, scope: messages, refutes: 'T1.b', steps: 3, within: 160 },
  { name: 'openfire-route-on-initial-presence, in a room', about: 'There is no route to a resource before its initial presence, so a room\'s goodbye is lost.', variant: { routeFrom: 'presence' }, scope: quietScope, refutes: 'T2.c echo', steps: 4, within: 80 },
  { name: 'openfire-4.6.0-route-removed-on-unavailable', about: 'Unavailable presence removes the route (OF-2012).', variant: { onUnavailable: wires.stream.abandonRoute }, scope: joins, refutes: 'T2.a', steps: 3, within: 140 },
  { name: 'openfire-4.6.0-route-removed-on-unavailable, a message', about: 'Unavailable presence removes the route, so a message is stored although its recipient is connected (OF-2012).', variant: { onUnavailable: wires.stream.abandonRoute }, scope: messages, refutes: 'T1.a', steps: 5, within: 6_200 },
  { name: 'openfire-4.6.0-route-removed-on-unavailable, in a room', about: 'Unavailable presence removes the route, so a room\'s goodbye is lost (OF-2012).', variant: { onUnavailable: wires.stream.abandonRoute }, scope: joins, refutes: 'T2.c echo', steps: 6, within: 420 },
  { name: 'stored-although-connected', about: 'A message is stored although a resource is connected, because none is available.', variant: { eligible: 'available only' }, scope: messages, refutes: 'T1.a', steps: 3, within: 160 },
  { name: 'heard-once-available', about: 'What a resource sends is processed only once it is available.', variant: { processes: 'available only' }, scope: messages, refutes: 'T1.d', steps: 2, within: 50 },
  { name: 'no-drain', about: 'The route closes with the stream, whatever is owed to it.', variant: { drainRoute: wires.session.closeRoute }, scope: joins, refutes: 'T2.c', steps: 3, within: 110 },
  { name: 'drain-ends-at-first-goodbye', about: 'A drain ends with the first goodbye, though two rooms owe one.', variant: { settles: 'the first of two' }, scope: twoRooms, refutes: 'T2.c', steps: 9, within: 330 },
  { name: 'silent-deadline', about: 'At the deadline the route closes, and nobody speaks for the room.', variant: { deadline: 'silent' }, scope: joins, refutes: 'T2.c', steps: 4, within: 190 },
  { name: 'no-deadline', about: 'A drain has no deadline.', variant: { timer: 'never' }, scope: dying, refutes: 'T2.e', steps: 6, within: 250 },
  { name: 'draining-accepts-messages', about: 'A route that drains takes new messages.', variant: { eligible: 'draining too' }, scope: both, refutes: 'T1.a', steps: 5, within: 2_600 },
  { name: 'any-goodbye-settles', about: 'A late goodbye settles what is owed for a later visit.', variant: { settles: 'any goodbye' }, scope: returning, refutes: 'T2.c', steps: 9, within: 3_800 },
  { name: 'former-session-forgotten', about: 'A goodbye that a room owed to a former session settles what it owes to the newer one.', variant: { former: 'forgotten' }, scope: rebinding, refutes: 'T2.f', steps: 9, within: 15_000 },
  { name: 'directed-presence-forgotten', about: 'Who was told by directed presence is not told of the end, if the resource was never available.', variant: { directed: 'forgotten' }, scope: joins, refutes: 'T6 ghost', steps: 8, within: 190 },
  { name: 'unavailable-twice', about: 'Who was told by directed presence is told of the end again and again.', variant: { directed: 'doubled' }, scope: quietScope, refutes: 'T6 doubled', steps: 4, within: 680 },
  { name: 'leaked-route', about: 'A lost transport leaves its route.', variant: { closeRoute: 'forgotten' }, scope: dropping, refutes: 'T8 eof', steps: 3, within: 40 },
  { name: 'leaked-route, in a room', about: 'A lost transport leaves its route, and a room\'s goodbye is sent into the void.', variant: { closeRoute: 'forgotten' }, scope: dropping, refutes: 'T2.d', steps: 6, within: 100 },
  { name: 'leaked-timer', about: 'The timer of a drain runs on after the route has closed.', variant: { timer: 'kept' }, scope: joins, refutes: 'T8', steps: 7, within: 110 },
  { name: 'no-self-presence', about: 'A resource is not told of its own end.', variant: { self: 'omitted' }, scope: joins, refutes: 'T2.b', steps: 3, within: 60 },
];
