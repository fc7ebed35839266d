/** The states that the rows of a list are in, counted, so that a page can offer them to choose from. Not here: the list
 *  (view.ts). @module */
import type { Kind } from './subject.ts';

/** One state, and how many rows have it. */
export interface Facet {
  /** `machine:state`; of a message `fate:delivered` and the like. */
  readonly state: string;
  readonly count: number;
}

/** By whose states one chooses; those of the other machines follow from these, or are too many. */
const machines: Readonly<Record<Kind | 'message', ReadonlySet<string>>> = {
  session: new Set(['stream', 'presence', 'route']),
  room: new Set(['room', 'occupant']),
  link: new Set(['link', 'peer', 'component']),
  account: new Set(['subscription']),
  message: new Set(['fate']),
};

/** More than a machine has states: none is left out, whoever names them. */
const most = 24;

/** Counts them. */
export class Facets {
  readonly #machines: ReadonlySet<string>;
  readonly #counts = new Map<string, number>();

  constructor(kind: Kind | 'message') {
    this.#machines = machines[kind];
  }

  /** @param states those of a row, by machine or by machine and part */
  add(states: ReadonlyMap<string, string>): void {
    const own = new Set<string>();
    for (const [slot, state] of states) {
      const machine = machineOf(slot);
      if (this.#machines.has(machine)) own.add(`${machine}:${state}`);
    }
    for (const state of own) this.#counts.set(state, (this.#counts.get(state) ?? 0) + 1);
  }

  /** By machine, the most frequent first. */
  get all(): readonly Facet[] {
    const order = [...this.#machines];
    const placeOf = ({ state }: Facet): number => order.indexOf(state.slice(0, state.indexOf(':')));
    return [...this.#counts].map(([state, count]) => ({ state, count })).sort((a, b) => placeOf(a) - placeOf(b) || b.count - a.count).slice(0, most);
  }
}

/** Whether a row is in the states that were chosen: in one of them for each machine that they speak of. */
export function hasStates(states: ReadonlyMap<string, string>, chosen: readonly string[]): boolean {
  if (chosen.length === 0) return true;
  const own = new Set([...states].map(([slot, state]) => `${machineOf(slot)}:${state}`));
  const wanted = Map.groupBy(chosen, (state) => state.slice(0, state.indexOf(':')));
  return [...wanted.values()].every((any) => any.some((state) => own.has(state)));
}

const machineOf = (slot: string): string => {
  const space = slot.indexOf(' ');
  return space === -1 ? slot : slot.slice(0, space);
};
