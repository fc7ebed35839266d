/** The composed system: clients, their server, and a remote server with rooms, of the real machines and
 *  the real delivery decision, joined by the wires that the core uses. One move is one atomic step: a client
 *  sends, the server takes one stanza out of one queue, the remote server takes one, a timer runs out,
 *  something fails. Clients and rooms are models. What must hold is said in monitors.ts. @module */
import type { NonEmpty } from '../../machines/vocabulary.ts';
import { whetherToBare, whetherToFull } from '../../machines/whether.ts';
import { which } from '../../machines/which.ts';
import type { Substitutes } from './check.ts';
import type { Move, System } from './explore.ts';
import type { Variant } from './generation.ts';
import { brokenAtRest, brokenByMessage } from './monitors.ts';
import type { Observed } from './monitors.ts';
import { Remote } from './remote.ts';
import type { RemoteState } from './remote.ts';
import { Resources } from './resource.ts';
import type { ResourceMove } from './resource.ts';
import { nameOf } from './scope.ts';
import type { Scope } from './scope.ts';
import { namings } from './symmetry.ts';
import type { Naming } from './symmetry.ts';

/** What a delivery decision knows of a route. */
interface View {
  readonly isDraining: boolean;
  readonly hasOptedOut: boolean;
  readonly isAvailable: boolean;
  readonly priority: number;
}

/** A resource as a recipient: all that a decision, and its judge, look at. */
interface Standing {
  readonly view: View | undefined;
  readonly observed: Observed;
}

/** What a decision puts out, and breaks. */
interface Decision {
  times: number;
  readonly shown: string;
  readonly broken: readonly string[];
}

const NOTHING: readonly never[] = [];
/** Bytes of a resource's number, and of the remote server's. */
const WIDTH = 2;
const REMOTE_WIDTH = 3;

/** The system, within a scope. */
export class Composed implements System {
  readonly scope: Scope;
  readonly initial: Uint8Array;
  readonly resources: Resources;
  readonly remote: Remote;
  readonly canonical?: (state: Uint8Array) => void;
  readonly #variant: Variant;
  readonly #count: number;
  readonly #scratch: Uint8Array;
  readonly #names: readonly string[];
  readonly #namings: readonly Naming[];
  readonly #standings: Standing[] = [];
  readonly #standingOf: number[] = [];
  readonly #standingKeys = new Map<string, number>();
  readonly #decisions = new Map<number, Decision>();

  constructor(scope: Scope, variant: Variant = {}, substitutes?: Substitutes) {
    this.scope = scope;
    this.#variant = variant;
    this.#count = scope.users * scope.resourcesPerUser;
    this.resources = new Resources(scope, variant, substitutes);
    this.remote = new Remote(scope);
    this.#names = Array.from({ length: this.#count }, (_, r) => nameOf(scope, r));
    this.#namings = namings(scope);
    this.initial = new Uint8Array(this.#count * WIDTH + REMOTE_WIDTH);
    this.#scratch = this.initial.slice();
    if (scope.symmetry) this.canonical = (state) => this.#toCanonical(state);
  }

  moves(state: Uint8Array, visit: (move: Move) => void): void {
    const remote = this.#remoteOf(state);
    const { isAlive, drops, messages, toRemote, fromRemote } = this.remote.state(remote);
    for (let r = 0; r < this.#count; r += 1) {
      for (const move of this.resources.moves(resourceOf(state, r))) {
        if ((move.kind === 'drop' && drops >= this.scope.drops) || (move.kind === 'message' && messages >= this.scope.messages)) continue;
        if (move.message === undefined) this.#visit(state, r, move, visit, move.labels[r] ?? '', move.shown, move.broken);
        else this.#decide(state, r, move, visit);
      }
    }
    if (isAlive) {
      const [item] = toRemote;
      const taken = item === undefined ? -1 : this.remote.take(remote);
      if (item !== undefined && taken !== -1) this.#visitRemote(state, taken, visit, `room ${item.room + 1} takes ${this.#names[item.resource]}'s ${item.isGone ? 'unavailable' : 'join'}`);
      if (this.scope.remoteMayDie) this.#visitRemote(state, this.remote.die(remote), visit, 'remote server dies');
    }
    const [item] = fromRemote;
    if (item !== undefined) {
      const move = this.resources.hears(resourceOf(state, item.resource), item);
      this.#visit(state, item.resource, move, visit, `server takes room ${item.room + 1}'s ${item.isGone ? 'goodbye' : 'welcome'} to ${this.#names[item.resource]}`, move.shown, move.broken, this.remote.deliver(remote));
    }
  }

  atRest(state: Uint8Array): readonly string[] {
    const { occupants } = this.remote.state(this.#remoteOf(state));
    return Array.from({ length: this.#count }, (_, r) => {
      const number = resourceOf(state, r);
      const { generation } = this.resources.state(number);
      return brokenAtRest(this.resources.observed(number), [...occupants.map((each) => each[r] !== -1), ...(generation?.occupies ?? [])]);
    }).flat();
  }

  /** How often each thing that a statement is about has happened. */
  seen(): ReadonlyMap<string, number> {
    const seen = new Map<string, number>();
    const note = (what: string, times: number): void => {
      if (times > 0) seen.set(what, (seen.get(what) ?? 0) + times);
    };
    for (const { outputs, kind, times } of this.resources.known()) {
      for (const { what } of outputs) note(what, times);
      if (kind === 'deadline') note('drain timed out', times);
    }
    for (const { shown, times } of this.#decisions.values()) note(shown === 'store' ? 'stored' : 'delivered', times);
    return seen;
  }

  /** The remote server, and what is on the links to it. */
  remoteOf(state: Uint8Array): RemoteState {
    return this.remote.state(this.#remoteOf(state));
  }

  /** How many states differ from a canonical one in names only, itself included. */
  orbit(state: Uint8Array): number {
    return new Set(this.#namings.map((naming) => this.#renamed(state, naming).join())).size;
  }

  /** A message of one resource: to the next user's bare JID, or to any of its full JIDs. */
  #decide(state: Uint8Array, sender: number, move: ResourceMove, visit: (move: Move) => void): void {
    const { users, resourcesPerUser } = this.scope;
    const first = ((Math.floor(sender / resourcesPerUser) + 1) % users) * resourcesPerUser;
    for (let addressed = move.message === 'bare' ? -1 : 0; addressed < (move.message === 'bare' ? 0 : resourcesPerUser); addressed += 1) {
      const decision = this.#decision(state, first, addressed);
      decision.times += 1;
      const { shown, broken } = decision;
      const to = addressed === -1 ? '' : ` ${this.#names[first + addressed] ?? ''}`;
      this.#visit(state, sender, move, visit, `${move.labels[sender] ?? ''}${to}`, `message: ${shown}`, move.broken.length === 0 ? broken : [...move.broken, ...broken]);
    }
  }

  #decision(state: Uint8Array, first: number, addressed: number): Decision {
    const { resourcesPerUser } = this.scope;
    let key = addressed + 1;
    for (let index = 0; index < resourcesPerUser; index += 1) key = key * 4096 + this.#standing(resourceOf(state, first + index));
    const known = this.#decisions.get(key);
    if (known !== undefined) return known;
    const standings = Array.from({ length: resourcesPerUser }, (_, index) => this.#standings[this.#standing(resourceOf(state, first + index))]).filter((standing) => standing !== undefined);
    const routes = standings.flatMap(({ view }, index) => (view === undefined ? [] : [{ ...view, index }]));
    const match = routes.find(({ index }) => index === addressed);
    const reach = addressed === -1 ? whetherToBare('chat', routes) : whetherToFull('chat', match, routes);
    const chosen = reach.reach === 'route' ? [reach.route] : reach.reach === 'eligible' ? which('chat', reach.routes as NonEmpty<(typeof routes)[number]>) : [];
    const isReached = (index: number): boolean => chosen.some((route) => route.index === index);
    const broken: string[] = brokenByMessage(standings.map(({ observed }, index) => ({ observed, isReached: isReached(index), isAddressed: index === addressed })), this.scope.budget.negative === 0);
    if (standings.some(({ observed }, index) => isReached(index) && ['closing', 'closed'].includes(observed.stream))) broken.push('T2.d');
    const decision: Decision = { times: 0, shown: chosen.length === 0 ? reach.reach : chosen.map(({ index }) => index + 1).join(' '), broken };
    this.#decisions.set(key, decision);
    return decision;
  }

  /** The number of a resource's standing, which many of its states share. */
  #standing(resource: number): number {
    const known = this.#standingOf[resource];
    if (known !== undefined) return known;
    const observed = this.resources.observed(resource);
    const priority = this.#priorityOf(resource);
    const isAvailable = observed.presence === 'available' || observed.presence === 'availableNegative';
    const isHidden = !observed.isRouted || (this.#variant.eligible === 'available only' && !isAvailable);
    const view = isHidden ? undefined : { isDraining: observed.route === 'draining' && this.#variant.eligible !== 'draining too', hasOptedOut: observed.presence === 'availableNegative', isAvailable, priority };
    const standing: Standing = { view, observed: { ...observed, told: [], isThere: [], hasTimer: false } };
    const key = JSON.stringify(standing);
    const number = this.#standingKeys.get(key) ?? this.#standings.push(standing) - 1;
    this.#standingKeys.set(key, number);
    this.#standingOf[resource] = number;
    return number;
  }

  #priorityOf(resource: number): number {
    const { generation } = this.resources.state(resource);
    return generation === null ? 0 : this.resources.generations.tables.presence.state(generation.presence).context.priority;
  }

  /** Calls back with a move of a resource, unless what it sends finds no room on the link. */
  #visit(state: Uint8Array, r: number, move: ResourceMove, visit: (move: Move) => void, label: string, shown: string, broken: readonly string[], from = this.#remoteOf(state)): void {
    let remote = move.sendsNumber === 0 ? from : this.remote.send(from, r, move.sends, move.sendsNumber);
    if (remote === -1) return;
    if (move.kind === 'drop') remote = this.remote.drop(remote);
    else if (move.kind === 'message') remote = this.remote.note(remote);
    move.times += 1;
    const next = this.#scratch;
    next.set(state);
    writeNumber(next, r * WIDTH, WIDTH, move.next);
    writeNumber(next, this.#count * WIDTH, REMOTE_WIDTH, remote);
    visit({ label, state: next, shown, broken });
  }

  #visitRemote(state: Uint8Array, remote: number, visit: (move: Move) => void, label: string): void {
    const next = this.#scratch;
    next.set(state);
    writeNumber(next, this.#count * WIDTH, REMOTE_WIDTH, remote);
    visit({ label, state: next, shown: '', broken: NOTHING });
  }

  #remoteOf(state: Uint8Array): number {
    const at = this.#count * WIDTH;
    return (state[at] ?? 0) | ((state[at + 1] ?? 0) << 8) | ((state[at + 2] ?? 0) << 16);
  }

  /** The least of all states that differ in names only: by the resources first, which is quickly seen. */
  #toCanonical(state: Uint8Array): void {
    const remote = this.#remoteOf(state);
    let least = this.#namings[0];
    let leastRemote = remote;
    for (const naming of this.#namings) {
      if (least === undefined || naming === this.#namings[0]) continue;
      let difference = 0;
      for (let at = 0; at < this.#count && difference === 0; at += 1) difference = resourceOf(state, naming.former[at] ?? 0) - resourceOf(state, least.former[at] ?? 0);
      if (difference > 0) continue;
      const renamed = this.remote.renamed(remote, naming.names, naming.key);
      if (difference === 0 && renamed >= leastRemote) continue;
      least = naming;
      leastRemote = renamed;
    }
    if (least !== undefined && least !== this.#namings[0]) state.set(this.#renamed(state, least));
  }

  #renamed(state: Uint8Array, { names, key }: Naming): Uint8Array {
    const renamed = state.slice();
    names.forEach((name, r) => writeNumber(renamed, name * WIDTH, WIDTH, resourceOf(state, r)));
    writeNumber(renamed, this.#count * WIDTH, REMOTE_WIDTH, this.remote.renamed(this.#remoteOf(state), names, key));
    return renamed;
  }
}

function resourceOf(state: Uint8Array, r: number): number {
  return (state[r * WIDTH] ?? 0) | ((state[r * WIDTH + 1] ?? 0) << 8);
}

function writeNumber(state: Uint8Array, at: number, width: number, number: number): void {
  if (number >= 2 ** (8 * width)) throw new RangeError(`${number} states of one part are more than fit into ${width} bytes`);
  for (let i = 0; i < width; i += 1) state[at + i] = number >>> (8 * i);
}
