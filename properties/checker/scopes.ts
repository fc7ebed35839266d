/** The bounds within which the composed system is explored, smallest first. Each theorem is checked
 *  without failures too: a failure cleans up after a missing transition, and so hides it. @module */
import { quietScope } from './scope.ts';
import type { Scope } from './scope.ts';

/** A scope, and what is known of it. */
export interface NamedScope {
  readonly name: string;
  readonly scope: Scope;
  /** States, transitions and depth, once they have been counted: a difference is a change of the system. */
  readonly pinned?: readonly [states: number, transitions: number, depth: number];
  /** In which run it is: with the tests, with a pull request, or only in full. */
  readonly run: 'test' | 'pull request' | 'full';
}

const { budget } = quietScope;
const joins: Scope = { ...quietScope, budget: { ...budget, leave: 0 } };
const messages: Scope = { ...quietScope, budget: { ...budget, join: 0, leave: 0, message: 1 } };

export const scopes: readonly NamedScope[] = [
  { name: 'messages, no failures', scope: messages, pinned: [18_769, 64_664, 20], run: 'test' },
  { name: 'messages, opting out, a transport dies', scope: { ...messages, drops: 1, budget: { ...messages.budget, negative: 1 } }, pinned: [508_725, 1_845_392, 24], run: 'pull request' },
  { name: 'a room, no failures', scope: joins, pinned: [67_713, 242_832, 30], run: 'test' },
  { name: 'a room, a transport dies', scope: { ...joins, drops: 1 }, pinned: [139_891, 515_544, 30], run: 'test' },
  { name: 'a room, the remote server dies', scope: { ...joins, remoteMayDie: true }, pinned: [104_094, 406_941, 31], run: 'test' },
  { name: 'a room that is left, no failures', scope: quietScope, pinned: [1_562_025, 6_445_756, 34], run: 'pull request' },
  { name: 'a room and messages, no failures', scope: { ...joins, budget: { ...joins.budget, message: 1 } }, pinned: [1_049_601, 4_482_200, 34], run: 'pull request' },
  { name: 'a room that is left, and messages, all failures', scope: { ...quietScope, drops: 1, remoteMayDie: true, budget: { ...budget, message: 1 } }, run: 'full' },
];
