/** Words for writing Promela: names, lists of statements, conditions, moves. Not here: what is written with
 *  them (world.ts, judge.ts, moves.ts, promela.ts). @module */
import type { Wire } from '../../../machines/wires.ts';
import type { Variant } from '../generation.ts';
import type { Scope } from '../scope.ts';

/** What the model is made for. */
export interface Model {
  readonly scope: Scope;
  readonly variant: Variant;
  /** The number of the state of a stream that has a resource. */
  readonly bound: number;
}

/** The end of a drain, as the route's machine is told of it. */
export const expiry = { type: 'xstate.after.drainTimeout.route.draining' } as const;

/** An event as part of a name: its type, and what else it says. */
export const identifierOf = (event: object): string => Object.values(event).join('_').replaceAll('-1', 'below').replaceAll(/\W/g, '_');

/** Calls the inline that steps one machine by one event. */
export const call = (machine: string, event: object): string => `${machine}_${identifierOf(event)}()`;

/** Carries an event along a wire. */
export const carry = ({ to, event }: Wire): string => call(to, event);

/** 0 … many - 1. */
export const count = (many: number): readonly number[] => Array.from({ length: many }, (_, index) => index);

/** Statements, one after the other. */
export const all = (...texts: readonly (string | readonly string[])[]): string => texts.flat().filter((text) => text !== '').join(';\n    ');

/** A statement that is made only if a condition holds. */
export const when = (condition: string, text: string): string => `if :: ${condition} -> ${text} :: else -> skip fi`;

/** Whether any of some terms holds. */
export const some = (terms: readonly string[]): string => (terms.length === 0 ? 'false' : `(${terms.join(' || ')})`);

/** One atomic move, possible while its guard holds. It must not end in a loop. */
export const move = (about: string, guard: string, ...body: readonly (string | readonly string[])[]): string => `:: d_step { /* ${about} */ ${guard} ->\n    ${all(...body)} }`;

/** How many there are of what the arrays are over; an array has at least one place. */
export function sizesOf({ users, resourcesPerUser, rooms: { remote, local } }: Scope): { readonly resources: number; readonly rooms: number; readonly width: number } {
  return { resources: users * resourcesPerUser, rooms: remote + local, width: Math.max(1, remote + local) };
}

/** The same for every room, one after the other. */
export function toEveryRoom(scope: Scope, text: string): string {
  const { rooms } = sizesOf(scope);
  return rooms === 0 ? 'skip' : `do :: room < ${rooms} -> ${text}; room = room + 1 :: else -> break od; room = 0`;
}
