/** One resource of the composed system: its client within its bounds, the generation it has, and what an
 *  observer remembers of it. What it can do in a state depends on nothing else, so each state is
 *  numbered and its moves are worked out once. Not here: how the moves of several come together
 *  (composed.ts). @module */
import type { Substitutes } from './check.ts';
import { Generations, events } from './generation.ts';
import type { Generation, Output, Variant } from './generation.ts';
import { brokenByStep } from './monitors.ts';
import type { Cause, Observed, Statement } from './monitors.ts';
import { nameOf } from './scope.ts';
import type { Budget, Scope } from './scope.ts';

/** What a client is to its server. */
export type Phase = 'absent' | 'open' | 'ended' | 'cut' | 'gone';

/** A state of a resource, in full. */
export interface ResourceState {
  readonly phase: Phase;
  readonly used: Readonly<Record<Exclude<keyof Budget, 'join' | 'leave'>, number>>;
  readonly joins: readonly number[];
  readonly leaves: readonly number[];
  readonly rebinds: number;
  /** What the client has sent and the server has not taken. */
  readonly queue: readonly string[];
  readonly generation: Generation | null;
  /** The same generation, had it sent no presence: only its machines that presence could touch. */
  readonly silent: { readonly stream: number; readonly session: number; readonly route: number; readonly isRouted: boolean } | null;
  readonly told: readonly number[];
  readonly isThere: readonly boolean[];
}

/** For a room of the remote server: that a generation of the resource is there, or is gone. */
export interface ToRoom {
  readonly room: number;
  readonly generation: number;
  readonly isGone: boolean;
}

/** What a resource can do, or what can happen to it. */
export interface ResourceMove {
  /** By resource, in words. */
  readonly labels: readonly string[];
  readonly next: number;
  readonly sends: readonly ToRoom[];
  /** The same for the same {@link sends}; 0 for none. */
  readonly sendsNumber: number;
  readonly shown: string;
  readonly outputs: readonly Output[];
  readonly broken: readonly Statement[];
  /** A message that the server has to decide about. */
  readonly message?: 'bare' | 'full';
  /** What is bounded for all resources together, and what is counted. */
  readonly kind?: 'drop' | 'deadline' | 'message';
  /** How often it has been taken. */
  times: number;
}

const acts = ['available', 'negative', 'unavailable'] as const;
const NOTHING: readonly never[] = [];

/** All states that one resource reaches, by number; 0 is the first. Every resource of a system shares it. */
export class Resources {
  readonly generations: Generations;
  readonly #scope: Scope;
  readonly #states: ResourceState[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #moves: (readonly ResourceMove[] | undefined)[] = [];
  readonly #heard = new Map<number, ResourceMove>();
  readonly #sends = new Map<string, number>([['[]', 0]]);
  readonly #labels = new Map<string, readonly string[]>();
  readonly #observed: (Observed | undefined)[] = [];

  constructor(scope: Scope, variant: Variant, substitutes?: Substitutes) {
    this.#scope = scope;
    this.generations = new Generations(scope.rooms, variant, substitutes);
    const none = Array.from({ length: scope.rooms.remote + scope.rooms.local }, () => 0);
    this.#numberOf({ phase: 'absent', used: { available: 0, negative: 0, unavailable: 0, expel: 0 }, joins: none, leaves: none, rebinds: 0, queue: [], generation: null, silent: null, told: none, isThere: none.map(() => false) });
  }

  /** How many states have been reached. */
  get size(): number {
    return this.#states.length;
  }

  state(number: number): ResourceState {
    const state = this.#states[number];
    if (state === undefined) throw new RangeError(`no state ${number}`);
    return state;
  }

  /** Everything that it can do by itself. */
  moves(number: number): readonly ResourceMove[] {
    return (this.#moves[number] ??= this.#movesOf(this.state(number)));
  }

  /** A room's answer comes for it.
   *  @param generation the one that the room means */
  hears(number: number, { room, generation, isGone }: ToRoom): ResourceMove {
    const key = ((number * 8 + room) * 8 + generation) * 2 + (isGone ? 1 : 0);
    let move = this.#heard.get(key);
    if (move === undefined) {
      const state = this.state(number);
      const cause = isGone && generation !== state.rebinds ? 'late goodbye' : 'room';
      move = this.#step(state, state, '', cause, () => this.generations.hear(room, isGone));
      this.#heard.set(key, move);
    }
    return move;
  }

  /** Every move that has been worked out. */
  known(): readonly ResourceMove[] {
    return [...this.#moves.flatMap((moves) => moves ?? []), ...this.#heard.values()];
  }

  observed(number: number): Observed {
    return (this.#observed[number] ??= this.#observe(this.state(number)));
  }

  #movesOf(state: ResourceState): ResourceMove[] {
    const { phase, rebinds, queue, generation } = state;
    const moves: ResourceMove[] = [];
    if (phase === 'absent' || (generation !== null && rebinds < this.#scope.rebinds)) moves.push(this.#connect(state));
    if (phase === 'open') for (const item of this.#items(state)) moves.push(this.#say(state, item));
    if (queue.length > 0) moves.push(this.#take({ ...state, queue: queue.slice(1) }, state, queue[0] ?? '', `server takes their ${queue[0]}`));
    if (generation === null) return moves.filter((move) => move.next !== -1);
    const { tables } = this.generations;
    if (phase === 'open' && state.used.expel < this.#scope.budget.expel) moves.push(this.#step(use(state, 'expel'), state, 'server ends their stream', 'end', () => this.generations.stream(events.streamFailed), undefined, events.streamFailed));
    if ((phase === 'open' || phase === 'ended') && tables.stream.state(generation.stream).value !== 'closed') moves.push({ ...this.#still({ ...state, phase: 'cut' }, 'they are cut off'), kind: 'drop' });
    if (phase === 'cut' && queue.length === 0) moves.push(this.#step({ ...state, phase: 'gone' }, state, 'server learns that they are cut off', 'eof', () => this.generations.stream(events.streamLost), undefined, events.streamLost));
    if (generation.timer) moves.push({ ...this.#step(state, state, 'their drain times out', 'deadline', () => this.generations.expire()), kind: 'deadline' });
    return moves.filter((move) => move.next !== -1);
  }

  /** What an open client may send. */
  #items({ used, joins, leaves }: ResourceState): string[] {
    const { budget } = this.#scope;
    return [
      ...acts.filter((act) => used[act] < budget[act]),
      ...joins.flatMap((times, room) => (times < budget.join ? [`join ${room + 1}`] : [])),
      ...leaves.flatMap((times, room) => (times < budget.leave ? [`leave ${room + 1}`] : [])),
      ...(this.#scope.messages > 0 ? ['message to bare JID', 'message to full JID'] : []),
      '</stream>',
    ];
  }

  #connect(state: ResourceState): ResourceMove {
    const { generation, rebinds } = state;
    const again: ResourceState = { ...state, phase: 'open', rebinds: generation === null ? rebinds : rebinds + 1, told: state.told.map(() => 0), isThere: state.isThere.map(() => false) };
    if (generation === null && this.#scope.queue > 0) return this.#still({ ...again, queue: ['bind'] }, 'they connect');
    const bound: ResourceState = { ...again, generation: this.generations.bind(), silent: { stream: this.generations.bind().stream, session: 0, route: 0, isRouted: true } };
    if (generation === null) return this.#still(bound, 'they connect');
    const ending = this.#step(state, state, 'they connect again', 'replaced', () => this.generations.stream(events.replaced), undefined, events.replaced);
    const ended = this.state(ending.next).generation ?? generation;
    return { ...ending, next: this.#numberOf({ ...bound, generation: this.generations.bind(ended) }) };
  }

  #say(state: ResourceState, item: string): ResourceMove {
    const [act = '', room = '1'] = item.split(' ');
    const index = Number(room) - 1;
    const sent: ResourceState = act === '</stream>' ? { ...state, phase: 'ended' }
      : act === 'join' ? { ...state, joins: state.joins.with(index, (state.joins[index] ?? 0) + 1) }
        : act === 'leave' ? { ...state, leaves: state.leaves.with(index, (state.leaves[index] ?? 0) + 1) }
          : act === 'message' ? state : use(state, act as 'available');
    const said = this.#scope.queue === 0 ? this.#take(sent, state, item, `they: ${item}`)
      : sent.queue.length < this.#scope.queue ? this.#still({ ...sent, queue: [...sent.queue, item] }, `they: ${item}`) : { ...this.#still(state, ''), next: -1 };
    return act === 'message' ? { ...said, kind: 'message' } : said;
  }

  /** The server takes a stanza. */
  #take(sent: ResourceState, before: ResourceState, item: string, label: string): ResourceMove {
    const { generations } = this;
    if (item === 'bind') return this.#still({ ...sent, generation: generations.bind(), silent: { stream: generations.bind().stream, session: 0, route: 0, isRouted: true } }, label);
    if (item === '</stream>') return this.#step(sent, before, label, 'end', () => generations.stream(events.streamEnded), undefined, events.streamEnded);
    const [act = '', room = '1'] = item.split(' ');
    const index = Number(room) - 1;
    const ordered = ({ available: 'self available', negative: 'self available', unavailable: 'self unavailable', join: 'told available', leave: 'told unavailable' } as const)[act];
    const move = this.#step(sent, before, label, 'stanza', () => {
      if (!generations.processes(act in events)) return;
      if (act === 'join' || act === 'leave') generations.directed(index, act === 'join' ? events.told : events.untold);
      else if (act !== 'message') generations.presence(events[act as 'available']);
    }, ordered);
    return act === 'message' && move.outputs.some(({ what }) => what === 'processed') ? { ...move, message: item === 'message to full JID' ? 'full' : 'bare' } : move;
  }

  /** A step in which the server has no part. */
  #still(next: ResourceState, label: string): ResourceMove {
    return { labels: this.#labelled(label), next: this.#numberOf(next), sends: NOTHING, sendsNumber: 0, shown: '', outputs: NOTHING, broken: NOTHING, times: 0 };
  }

  #labelled(label: string): readonly string[] {
    let labels = this.#labels.get(label);
    if (labels === undefined) {
      labels = Array.from({ length: this.#scope.users * this.#scope.resourcesPerUser }, (_, resource) => {
        const name = nameOf(this.#scope, resource);
        return label.replace('they connect', `${name} connects`).replace('they are', `${name} is`).replace('they:', `${name}:`).replace('their', `${name}'s`);
      });
      this.#labels.set(label, labels);
    }
    return labels;
  }

  #sendsNumber(sends: readonly ToRoom[]): number {
    const key = JSON.stringify(sends);
    const number = this.#sends.get(key) ?? this.#sends.size;
    this.#sends.set(key, number);
    return number;
  }

  /** A step of the server: {@link act} works on the generation.
   *  @param silently the event that the generation without presence has too */
  #step(sent: ResourceState, before: ResourceState, label: string, cause: Cause, act: () => void, ordered?: Output['what'], silently?: Parameters<Generations['stream']>[0]): ResourceMove {
    const { generation, silent } = sent;
    if (generation === null || silent === null) return this.#still(sent, label);
    const { generations } = this;
    let without = silent;
    if (silently !== undefined) {
      generations.begin({ ...generations.bind(), ...silent });
      generations.stream(silently);
      const { stream, session, route, isRouted } = generations.at;
      without = { stream, session, route, isRouted };
    }
    generations.begin(generation);
    act();
    const { at, outputs } = generations;
    const told = [...sent.told];
    const isThere = [...sent.isThere];
    const sends: ToRoom[] = [];
    for (const { what, room = -1 } of outputs) {
      if (what === 'told available') {
        if (isThere[room] !== true) told[room] = (told[room] ?? 0) + 1;
        isThere[room] = true;
      } else if (what === 'told unavailable') isThere[room] = false;
      else if (what === 'goodbye' && cause !== 'deadline' && cause !== 'late goodbye') told[room] = Math.max(0, (told[room] ?? 0) - 1);
      if (what.startsWith('told') && room < this.#scope.rooms.remote) sends.push({ room, generation: sent.rebinds, isGone: what === 'told unavailable' });
    }
    const after: ResourceState = { ...sent, generation: at, silent: without, told, isThere };
    const next = this.#numberOf(after);
    const broken = brokenByStep(this.#observe(before), this.#observe(after), outputs, cause, ordered);
    const shown = outputs.filter(({ what }) => what !== 'processed').map(({ what, room }) => (room === undefined ? what : `${what} ${room + 1}`)).join(', ');
    return { labels: this.#labelled(label), next, sends, sendsNumber: this.#sendsNumber(sends), shown, outputs, broken, times: 0 };
  }

  #observe({ phase, generation, silent, told, isThere }: ResourceState): Observed {
    const { tables } = this.generations;
    const isLive = phase !== 'gone';
    if (generation === null || silent === null) return { isLive, stream: 'none', session: 'none', presence: 'none', route: 'none', isRouted: false, hasTimer: false, told, isThere, isEligibleWithoutPresence: false };
    return {
      isLive,
      stream: String(tables.stream.state(generation.stream).value),
      session: String(tables.session.state(generation.session).value),
      presence: String(tables.presence.state(generation.presence).value),
      route: String(tables.route.state(generation.route).value),
      isRouted: generation.isRouted,
      hasTimer: generation.timer,
      told,
      isThere,
      isEligibleWithoutPresence: silent.isRouted && tables.route.state(silent.route).value === 'open',
    };
  }

  #numberOf(state: ResourceState): number {
    const key = JSON.stringify(state);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#states.push(state) - 1;
    this.#numbers.set(key, number);
    return number;
  }
}

function use(state: ResourceState, what: keyof ResourceState['used']): ResourceState {
  return { ...state, used: { ...state.used, [what]: state.used[what] + 1 } };
}
