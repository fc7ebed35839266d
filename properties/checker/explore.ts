/** Breadth-first exploration of a system, to the last state that its bounds allow: what is wrong is
 *  found on the shortest way to it. Not here: the systems (system.ts), what must hold of them
 *  (the systems say so themselves, step by step). @module */
import { StateSet } from './state-set.ts';

/** One step of a system: its name, the state that it leads to, and what is wrong with it. */
export interface Move {
  readonly label: string;
  /** Whatever the system puts here is copied at once; it may be used again for the next move. */
  readonly state: Uint8Array;
  /** The name of what is broken by this step. */
  readonly broken: string | undefined;
}

/** A system to explore. Its states are bytes, all of the same length. */
export interface System {
  readonly initial: Uint8Array;
  /** Calls back with each step that is possible in a state. */
  moves(state: Uint8Array, visit: (move: Move) => void): void;
  /** What is wrong with a state that nothing can leave. */
  atRest(state: Uint8Array): string | undefined;
}

/** What was found. */
export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly memoryBytes: number;
  /** By the name of what is broken: the shortest way to it. */
  readonly broken: ReadonlyMap<string, readonly string[]>;
  /** False when the limit of states was reached first. */
  readonly isComplete: boolean;
}

/** How far to go. */
export interface ExploreOptions {
  /** Stop at this many states. */
  readonly limit?: number;
  /** Stop once this is broken. */
  readonly until?: string;
  /** Called now and then. */
  readonly progress?: (states: number, depth: number, memoryBytes: number) => void;
}

/** Visits every state that can be reached.
 *  @example
 *  const { states, broken } = explore(system); */
export function explore(system: System, { limit = Infinity, until, progress }: ExploreOptions = {}): Exploration {
  const seen = new StateSet(system.initial.length);
  const parents: number[] = [-1];
  const labels: string[] = [''];
  const broken = new Map<string, readonly string[]>();
  const way = (number: number, last?: string): string[] => {
    const steps = last === undefined ? [] : [last];
    for (let at = number; at > 0; at = parents[at] ?? -1) steps.unshift(labels[at] ?? '');
    return steps;
  };
  seen.add(system.initial);
  const state = system.initial.slice();
  let transitions = 0;
  let depth = 0;
  let levelEnds = 1;
  for (let number = 0; number < seen.size && seen.size <= limit; number += 1) {
    if (number === levelEnds) {
      depth += 1;
      levelEnds = seen.size;
      progress?.(seen.size, depth, seen.memoryBytes);
    }
    seen.read(number, state);
    let isAtRest = true;
    system.moves(state, (move) => {
      isAtRest = false;
      transitions += 1;
      if (move.broken !== undefined && !broken.has(move.broken)) broken.set(move.broken, way(number, move.label));
      const added = seen.add(move.state);
      if (added >= 0) {
        parents.push(number);
        labels.push(move.label);
      }
    });
    const fault = isAtRest ? system.atRest(state) : undefined;
    if (fault !== undefined && !broken.has(fault)) broken.set(fault, way(number));
    if (until !== undefined && broken.has(until)) break;
  }
  return { states: seen.size, transitions, depth, memoryBytes: seen.memoryBytes + parents.length * 16, broken, isComplete: !(until !== undefined && broken.has(until)) && seen.size <= limit };
}
