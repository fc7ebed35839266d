/** Breadth-first exploration of a system, to the last state that its bounds allow: what is wrong is
 *  found on the shortest way to it. Not here: the systems (composed.ts and others), what must hold of them
 *  (the systems say so themselves, step by step). @module */
import type { Transition } from '../../src/core/kernel.ts';
import { StateSet } from './state-set.ts';

/** One step of a system: its name, the state that it leads to, and what is wrong with it. */
export interface Move {
  /** What happens, in words; no two moves out of one state have the same. */
  readonly label: string;
  /** Whatever the system puts here is copied at once; it may be used again for the next move. */
  readonly state: Uint8Array;
  /** What can be seen of the step from outside; two systems are the same while this is. */
  readonly shown: string;
  /** The names of what is broken by this step. */
  readonly broken: readonly string[];
}

/** A system to explore. Its states are bytes, all of the same length. */
export interface System {
  readonly initial: Uint8Array;
  /** Calls back with each step that is possible in a state. */
  moves(state: Uint8Array, visit: (move: Move) => void): void;
  /** The names of what is wrong with a state that nothing can leave. */
  atRest(state: Uint8Array): readonly string[];
  /** Turns a state into the one that stands for all that differ from it in names only. */
  canonical?(state: Uint8Array): void;
  /** What the machines do in the move of this label, where the system can tell. */
  did?(before: Uint8Array, label: string): readonly Transition[];
  /** What must come of the move of this label, and the statement that says so, where the system can tell. */
  due?(before: Uint8Array, label: string): { readonly statement: string; readonly words: string } | undefined;
}

/** What was found. */
export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** States that nothing can leave. */
  readonly atRest: number;
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
  /** Stop once this is broken, or once anything is. */
  readonly until?: string | 'anything';
  /** Called with each state, in the order in which they are found. */
  readonly visit?: (state: Uint8Array) => void;
  /** Called now and then. */
  readonly progress?: (states: number, depth: number, memoryBytes: number) => void;
}

/** Visits every state that can be reached.
 *  @example
 *  // Juliet may have two messages on their way to Romeo, who reads one after the other.
 *  const system: System = {
 *    initial: Uint8Array.of(0),
 *    moves([waiting = 0], visit) {
 *      if (waiting < 2) visit({ label: 'juliet sends', state: Uint8Array.of(waiting + 1), shown: '', broken: [] });
 *      if (waiting > 0) visit({ label: 'romeo reads', state: Uint8Array.of(waiting - 1), shown: '', broken: [] });
 *    },
 *    atRest: () => ['there is always something to do'],
 *  };
 *  const { states, transitions, broken } = explore(system);
 *  [states, transitions, broken.size]; // [3, 4, 0] */
export function explore(system: System, { limit = Infinity, until, visit, progress }: ExploreOptions = {}): Exploration {
  const seen = new StateSet(system.initial.length);
  const parents = new Numbers();
  const broken = new Map<string, readonly string[]>();
  const isDone = (): boolean => until !== undefined && (until === 'anything' ? broken.size > 0 : broken.has(until));
  const first = system.initial.slice();
  system.canonical?.(first);
  seen.add(first);
  parents.push(-1);
  const state = first.slice();
  const next = first.slice();
  let transitions = 0;
  let depth = 0;
  let atRest = 0;
  let levelEnds = 1;
  let number = 0;
  for (; number < seen.size && seen.size <= limit && !isDone(); number += 1) {
    if (number === levelEnds) {
      depth += 1;
      levelEnds = seen.size;
    }
    if ((number & 0xffff) === 0xffff) progress?.(seen.size, depth, seen.memoryBytes + parents.memoryBytes);
    seen.read(number, state);
    visit?.(state);
    let isAtRest = true;
    let found: Set<string> | undefined;
    system.moves(state, (move) => {
      isAtRest = false;
      transitions += 1;
      for (const name of move.broken) if (!broken.has(name)) (found ??= new Set()).add(name);
      next.set(move.state);
      system.canonical?.(next);
      if (seen.add(next) >= 0) parents.push(number);
    });
    for (const name of found ?? []) broken.set(name, wayTo(system, seen, parents, number, name));
    if (isAtRest) {
      atRest += 1;
      for (const name of system.atRest(state)) if (!broken.has(name)) broken.set(name, wayTo(system, seen, parents, number));
    }
  }
  return { states: seen.size, transitions, depth, atRest, memoryBytes: seen.memoryBytes + parents.memoryBytes, broken, isComplete: number === seen.size };
}

/** The labels of the steps from the first state to one: gone again, since they are not kept.
 *  @param last what the last step breaks; without it, the way ends at the state itself */
function wayTo(system: System, seen: StateSet, parents: Numbers, target: number, last?: string): string[] {
  const numbers: number[] = [];
  for (let at = target; at > 0; at = parents.at(at)) numbers.unshift(at);
  const labels: string[] = [];
  let state: Uint8Array = system.initial.slice();
  const wanted = state.slice();
  const canonical = state.slice();
  for (const number of numbers) {
    seen.read(number, wanted);
    let following: Uint8Array | undefined;
    system.moves(state, (move) => {
      canonical.set(move.state);
      system.canonical?.(canonical);
      if (following !== undefined || canonical.some((byte, index) => byte !== wanted[index])) return;
      following = move.state.slice();
      labels.push(move.label);
    });
    if (following === undefined) throw new Error(`state ${number} is not found again: the system is not deterministic`);
    state = following;
  }
  let isFound = last === undefined;
  system.moves(state, ({ label, broken }) => {
    if (isFound || !broken.includes(last ?? '')) return;
    isFound = true;
    labels.push(label);
  });
  return labels;
}

/** A list of small numbers that grows. */
class Numbers {
  #items = new Int32Array(1 << 12);
  #size = 0;

  get memoryBytes(): number {
    return this.#items.byteLength;
  }

  at(index: number): number {
    return this.#items[index] ?? -1;
  }

  push(item: number): void {
    if (this.#size === this.#items.length) {
      const grown = new Int32Array(this.#size * 2);
      grown.set(this.#items);
      this.#items = grown;
    }
    this.#items[this.#size] = item;
    this.#size += 1;
  }
}
