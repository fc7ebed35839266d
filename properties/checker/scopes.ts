/** The composed system as a check, and the bounds within which it is explored, smallest first. Each theorem
 *  is checked without failures too: a failure cleans up after a missing transition, and so hides it.
 *  @module */
import type { Check, CheckScope } from './check.ts';
import { Composed } from './composed.ts';
import { statements } from './monitors.ts';
import { boundsOf, quietScope } from './scope.ts';
import type { Scope } from './scope.ts';

const { budget } = quietScope;
const joins: Scope = { ...quietScope, budget: { ...budget, leave: 0 } };
const messages: Scope = { ...quietScope, messages: 2, rooms: { remote: 0, local: 0 } };
const silent: Scope = { ...quietScope, budget: { ...budget, available: 0, unavailable: 0 } };
const pairs: Scope = { ...quietScope, resourcesPerUser: 2, symmetry: true, messages: 1 };

/** A scope of the composed system. */
export interface ComposedScope extends CheckScope {
  readonly scope: Scope;
}

const of = (name: string, run: CheckScope['run'], scope: Scope, pinned?: CheckScope['pinned']): ComposedScope =>
  ({ name, run, scope, bounds: boundsOf(scope), ...(pinned === undefined ? {} : { pinned }), system: (substitutes) => new Composed(scope, {}, substitutes) });

export const composedScopes: readonly ComposedScope[] = [
  of('messages', 'test', messages, [298, 996, 10]),
  of('messages, opting out, a transport dies', 'test', { ...messages, drops: 1, budget: { ...budget, negative: 1 } }, [5473, 18_504, 13]),
  of('messages between two resources each', 'pull request', { ...pairs, rooms: { remote: 0, local: 0 }, messages: 2, drops: 1, budget: { ...budget, negative: 1 } }, [743_923, 6_243_658, 23]),
  of('a local room', 'pull request', { ...quietScope, rooms: { remote: 0, local: 1 }, messages: 1, drops: 1, budget: { ...budget, available: 2, unavailable: 2, join: 2, leave: 2 } }, [704_521, 3_891_842, 22]),
  of('a room', 'test', quietScope, [132_283, 497_384, 22]),
  of('a room, a transport dies', 'test', { ...joins, drops: 1 }, [43_240, 151_940, 21]),
  of('a room, the remote server dies', 'test', { ...joins, remoteMayDie: true }, [14_803, 55_220, 21]),
  of('two rooms', 'test', { ...silent, rooms: { remote: 2, local: 0 }, budget: { ...silent.budget, leave: 0 }, link: 4 }, [12_333, 33_484, 26]),
  of('a room that is left and entered again', 'test', { ...silent, budget: { ...silent.budget, join: 2, leave: 2 } }, [139_657, 419_682, 30]),
  of('a resource that is bound again', 'test', { ...silent, rebinds: 1, budget: { ...silent.budget, join: 2, leave: 0 } }, [32_171, 103_200, 24]),
  of('a room and messages, with client queues', 'pull request', { ...joins, messages: 1, queue: 3 }, [404_577, 1_635_216, 32]),
  of('a room that is left, with client queues', 'pull request', { ...quietScope, queue: 3 }, [1_562_025, 6_445_756, 34]),
  of('a resource that is bound again, all failures', 'pull request', { ...silent, rebinds: 1, drops: 1, remoteMayDie: true, symmetry: true, budget: { ...silent.budget, join: 2, leave: 1 } }, [768_179, 3_550_318, 32]),
  of('a remote and a local room, all failures', 'pull request', { ...joins, rooms: { remote: 1, local: 1 }, drops: 1, remoteMayDie: true, symmetry: true }, [140_286, 622_182, 24]),
  of('a room, streams that the server ends', 'pull request', { ...quietScope, budget: { ...budget, expel: 1 } }, [643_687, 2_806_984, 24]),
  of('a room and messages, all failures', 'pull request', { ...quietScope, messages: 1, drops: 1, remoteMayDie: true, symmetry: true }, [517_648, 2_817_647, 25]),
  of('two resources each, a room, a message, all failures', 'full', { ...pairs, drops: 1, remoteMayDie: true, budget: { ...budget, unavailable: 0, leave: 0 } }, [6_837_820, 43_717_809, 39]),
  of('two resources each, a room, unavailable presence, a message, a transport dies', 'full', { ...pairs, drops: 1, link: 1, budget: { ...budget, leave: 0 } }, [8_587_461, 56_231_415, 42]),
];

/** The composed system. */
export const composedCheck: Check = {
  name: 'composed system',
  about: 'Clients, their server, and a remote server with rooms: streams, sessions, presence, directed presence, farewells and routes together.',
  statements,
  machines: ['stream', 'session', 'presence', 'directed-presence', 'farewell', 'route'],
  scopes: composedScopes,
};
