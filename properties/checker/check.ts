/** A check: a system of machines, what must hold of it, and the bounds within which it is explored.
 *  Whoever explores, mutates or reports reads checks, and nothing else. @module */
import type { Stepper } from '../../machines/step.ts';
import type { AnyStateMachine } from 'xstate';
import type { System } from './explore.ts';

/** Machines by their catalogue name that stand in for the real ones; none for the real system. */
export type Substitutes = Readonly<Partial<Record<string, Stepper<AnyStateMachine>>>>;

/** Bounds, and what is known of the system within them. */
export interface CheckScope {
  readonly name: string;
  /** In words, printed beside every tick. */
  readonly bounds: string;
  /** States, transitions and depth, once they have been counted: a difference is a change of the system. */
  readonly pinned?: readonly [states: number, transitions: number, depth: number];
  /** In which run it is: with the tests, with a pull request, or only in full. */
  readonly run: 'test' | 'pull request' | 'full';
  /** Makes the system anew. */
  system(substitutes?: Substitutes): System;
}

/** A system and its theorems. */
export interface Check {
  readonly name: string;
  /** What is looked at, in a sentence. */
  readonly about: string;
  /** What must hold, in words, by the name that a move reports as broken. */
  readonly statements: Readonly<Record<string, string>>;
  /** The catalogue names of the machines in it. */
  readonly machines: readonly string[];
  /** The smallest first. */
  readonly scopes: readonly CheckScope[];
}

/** The machine that a system takes: the substitute where there is one.
 *  @example
 *  const step = stepperOf(substitutes, 'route', stepRoute); */
export function stepperOf<M extends AnyStateMachine>(substitutes: Substitutes | undefined, name: string, real: Stepper<M>): Stepper<M> {
  return (substitutes?.[name] as Stepper<M> | undefined) ?? real;
}
