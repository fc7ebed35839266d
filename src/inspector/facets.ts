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

/** How many rows have a state, and the last that was counted: a room has many occupants, and is one row. */
interface Tally {
  count: number;
  row: number;
}

/** Counts them, some times a second, over all that the words of a search have found. */
export class Facets {
  readonly #tallies: ReadonlyMap<string, Map<string, Tally>>;
  #row = 0;

  constructor(kind: Kind | 'message') {
    this.#tallies = new Map([...machines[kind]].map((machine) => [machine, new Map()]));
  }

  /** @param states those of a row, by machine or by machine and part */
  add(states: ReadonlyMap<string, string>): void {
    this.#row += 1;
    for (const [slot, state] of states) {
      const tallies = this.#tallies.get(machineOf(slot));
      if (tallies === undefined) continue;
      const tally = tallies.get(state);
      if (tally === undefined) tallies.set(state, { count: 1, row: this.#row });
      else if (tally.row !== this.#row) {
        tally.count += 1;
        tally.row = this.#row;
      }
    }
  }

  /** By machine, the most frequent first. */
  get all(): readonly Facet[] {
    const all = [...this.#tallies].flatMap(([machine, tallies]) => [...tallies].map(([state, { count }]) => ({ state: `${machine}:${state}`, count })).sort((a, b) => b.count - a.count));
    return all.slice(0, most);
  }
}

/** Whether rows are in the states that were chosen: in one of them for each machine that they speak of.
 *  @param chosen as `machine:state` */
export function inStates(chosen: readonly string[]): (states: ReadonlyMap<string, string>) => boolean {
  const split = chosen.map((each) => [each.slice(0, each.indexOf(':')), each.slice(each.indexOf(':') + 1)] as const);
  const wanted = [...Map.groupBy(split, ([machine]) => machine)].map(([machine, pairs]) => ({ machine, any: new Set(pairs.map(([, state]) => state)) }));
  return (states) => wanted.every(({ machine, any }) => {
    for (const [slot, state] of states) if (any.has(state) && machineOf(slot) === machine) return true;
    return false;
  });
}

function machineOf(slot: string): string {
  const space = slot.indexOf(' ');
  return space === -1 ? slot : slot.slice(0, space);
}
