/** The remote server of the composed system: its rooms, the two links to it, and whether it lives. A model,
 *  written for the checker; its states are numbered like those of a resource. @module */
import type { ToRoom } from './resource.ts';
import type { Scope } from './scope.ts';

/** A stanza between the servers, and the resource that it is from or for. */
export interface Item extends ToRoom {
  readonly resource: number;
}

/** A state of the remote server and of its links. */
export interface RemoteState {
  readonly isAlive: boolean;
  /** Transports of clients that have died, and messages that were sent: kept here, since they belong to no
   *  one resource. */
  readonly drops: number;
  readonly messages: number;
  /** By room and resource: the generation that is an occupant, or -1. */
  readonly occupants: readonly (readonly number[])[];
  readonly toRemote: readonly Item[];
  readonly fromRemote: readonly Item[];
}

/** All states of it that are reached, by number; 0 is the first. */
export class Remote {
  readonly #scope: Scope;
  readonly #states: RemoteState[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #sent = new Map<number, number>();
  readonly #changed = new Map<string, number[]>();

  constructor(scope: Scope) {
    this.#scope = scope;
    const nobody = Array.from({ length: scope.users * scope.resourcesPerUser }, () => -1);
    this.#numberOf({ isAlive: true, drops: 0, messages: 0, occupants: Array.from({ length: scope.rooms.remote }, () => nobody), toRemote: [], fromRemote: [] });
  }

  /** How many states have been reached. */
  get size(): number {
    return this.#states.length;
  }

  state(number: number): RemoteState {
    const state = this.#states[number];
    if (state === undefined) throw new RangeError(`no state ${number}`);
    return state;
  }

  /** Stanzas go on their way; -1 when the link has no room for them. What is sent to a dead server is lost.
   *  @param sendsNumber the same for the same stanzas */
  send(number: number, resource: number, sends: readonly ToRoom[], sendsNumber: number): number {
    const key = (number * 256 + sendsNumber) * 16 + resource;
    const known = this.#sent.get(key);
    if (known !== undefined) return known;
    const state = this.state(number);
    const toRemote = [...state.toRemote, ...sends.map((send) => ({ ...send, resource }))];
    const next = !state.isAlive ? number : toRemote.length > this.#scope.link ? -1 : this.#numberOf({ ...state, toRemote });
    this.#sent.set(key, next);
    return next;
  }

  /** A room takes the first stanza, and answers it: a welcome to whoever comes, a goodbye to an occupant
   *  that goes. */
  take(number: number): number {
    return this.#once('take', number, () => {
      const state = this.state(number);
      const [item, ...toRemote] = state.toRemote;
      if (item === undefined) return -1;
      const { room, resource, generation, isGone } = item;
      const occupants = state.occupants[room] ?? [];
      const was = occupants[resource] ?? -1;
      if (isGone && was === -1) return this.#numberOf({ ...state, toRemote });
      if (state.fromRemote.length >= this.#scope.link) return -1;
      const answer: Item = isGone ? { ...item, generation: was } : item;
      return this.#numberOf({ ...state, toRemote, fromRemote: [...state.fromRemote, answer], occupants: state.occupants.with(room, occupants.with(resource, isGone ? -1 : generation)) });
    });
  }

  /** The server takes the first stanza that has come. */
  deliver(number: number): number {
    return this.#once('deliver', number, () => {
      const state = this.state(number);
      return this.#numberOf({ ...state, fromRemote: state.fromRemote.slice(1) });
    });
  }

  /** It dies, with everything that is on its way. */
  die(number: number): number {
    return this.#once('die', number, () => {
      const { drops, messages, occupants } = this.state(number);
      return this.#numberOf({ isAlive: false, drops, messages, occupants: occupants.map((each) => each.map(() => -1)), toRemote: [], fromRemote: [] });
    });
  }

  /** A client's transport dies. */
  drop(number: number): number {
    return this.#once('drop', number, () => {
      const state = this.state(number);
      return this.#numberOf({ ...state, drops: state.drops + 1 });
    });
  }

  /** A message is sent. */
  note(number: number): number {
    return this.#once('message', number, () => {
      const state = this.state(number);
      return this.#numberOf({ ...state, messages: state.messages + 1 });
    });
  }

  /** The same with other names for the resources: what was `r` is `names[r]`.
   *  @param key the same for the same names */
  renamed(number: number, names: readonly number[], key: string): number {
    return this.#once(key, number, () => {
      const state = this.state(number);
      const rename = (item: Item): Item => ({ ...item, resource: names[item.resource] ?? 0 });
      const occupants = state.occupants.map((each) => each.reduce<number[]>((renamed, generation, resource) => renamed.with(names[resource] ?? 0, generation), each.map(() => -1)));
      return this.#numberOf({ ...state, occupants, toRemote: state.toRemote.map(rename), fromRemote: state.fromRemote.map(rename) });
    });
  }

  #once(change: string, number: number, next: () => number): number {
    let known = this.#changed.get(change);
    if (known === undefined) this.#changed.set(change, (known = []));
    return (known[number] ??= next());
  }

  #numberOf(state: RemoteState): number {
    const key = JSON.stringify(state);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#states.push(state) - 1;
    this.#numbers.set(key, number);
    return number;
  }
}
