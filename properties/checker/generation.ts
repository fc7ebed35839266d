/** One generation of a resource: the machines that it has from resource binding to its end, carried
 *  along by the core's own wires. Not here: the client and its bounds (resource.ts), rooms, other
 *  resources. @module */
import { stepDirectedPresence } from '../../machines/directed-presence.ts';
import { stepFarewell } from '../../machines/farewell.ts';
import { stepPresence } from '../../machines/presence.ts';
import { stepRoute } from '../../machines/route.ts';
import { stepSession } from '../../machines/session.ts';
import { stepStream } from '../../machines/stream.ts';
import type { TimerEvent } from '../../machines/step.ts';
import { wires } from '../../machines/wires.ts';
import type { Wire } from '../../machines/wires.ts';
import { stepperOf } from './check.ts';
import type { Substitutes } from './check.ts';
import { MachineTable } from './machine-table.ts';

/** A deliberately wrong composition. */
export interface Variant {
  /** When a route is made; at resource binding unless it says otherwise. */
  readonly routeFrom?: 'presence';
  /** What presence does to a route, which it never may. */
  readonly onUnavailable?: Wire;
  readonly drainRoute?: Wire;
  readonly closeRoute?: 'forgotten';
  readonly timer?: 'never' | 'kept';
  /** What the server says for a room that has not answered in time. */
  readonly deadline?: 'silent';
  /** From whom stanzas are processed. */
  readonly processes?: 'available only';
  readonly self?: 'omitted';
  readonly directed?: 'forgotten' | 'doubled';
  readonly eligible?: 'available only' | 'draining too';
  /** Which goodbyes settle what a room owes. */
  readonly settles?: 'any goodbye' | 'the first of two';
  /** Whether a resource that is bound again knows what rooms still owe to its former session. */
  readonly former?: 'forgotten';
}

/** The numbers of the states of its machines. */
export interface Generation {
  readonly stream: number;
  readonly session: number;
  readonly presence: number;
  readonly route: number;
  /** The route is in the routing table. */
  readonly isRouted: boolean;
  /** The drain's timer runs. */
  readonly timer: boolean;
  /** By room. */
  readonly directed: readonly number[];
  /** By room; handed on to the next generation. */
  readonly farewell: readonly number[];
  /** By room of this server: whether it keeps the resource among its occupants. */
  readonly occupies: readonly boolean[];
}

/** What a step puts out, in order. */
export interface Output {
  readonly what: 'self available' | 'self unavailable' | 'message' | 'welcome' | 'goodbye' | 'error' | 'close' | 'told available' | 'told unavailable' | 'processed';
  readonly room?: number;
  /** `told unavailable`, because the resource is gone and not because the client says so. */
  readonly isByServer?: boolean;
}

/** Everything that the machines of a generation are told in this system: one object for each event. */
export const events = {
  streamEnded: { type: 'stream.ended' }, streamLost: { type: 'stream.lost' }, streamFailed: { type: 'stream.failed', condition: 'policy-violation' }, replaced: { type: 'resource.replaced' }, stanza: { type: 'stanza.received' },
  available: { type: 'presence.available', priority: 0 }, negative: { type: 'presence.available', priority: -1 }, unavailable: { type: 'presence.unavailable' },
  told: { type: 'directed.available' }, untold: { type: 'directed.unavailable' }, heard: { type: 'resource.available' }, gone: { type: 'resource.unavailable', broadcast: false },
  entered: { type: 'room.entered' }, left: { type: 'room.left' }, rebound: { type: 'session.replaced' },
} as const;

const expiry: TimerEvent = { type: 'xstate.after.drainTimeout.route.draining' };
const negotiation = [{ type: 'header.received', secure: true }, { type: 'auth.requested', mechanism: 'PLAIN', permitted: true }, { type: 'sasl.succeeded' }, { type: 'header.received', secure: true }, { type: 'bind.requested' }, { type: 'bind.succeeded' }] as const;

type EventsOf<T> = T extends MachineTable<infer M> ? Parameters<MachineTable<M>['step']>[1] : never;

/** The tables of the machines that a generation has; real ones, but for what stands in for them. */
export function tablesOf(substitutes?: Substitutes) {
  return {
    stream: new MachineTable(stepperOf(substitutes, 'stream', stepStream)), session: new MachineTable(stepperOf(substitutes, 'session', stepSession)),
    presence: new MachineTable(stepperOf(substitutes, 'presence', stepPresence)), directed: new MachineTable(stepperOf(substitutes, 'directed-presence', stepDirectedPresence)),
    farewell: new MachineTable(stepperOf(substitutes, 'farewell', stepFarewell)), route: new MachineTable(stepperOf(substitutes, 'route', stepRoute)),
  };
}
export type Tables = ReturnType<typeof tablesOf>;

/** Steps generations. Each call works on {@link at}, and appends to {@link outputs}. */
export class Generations {
  readonly tables: Tables;
  readonly #variant: Variant;
  readonly #rooms: { readonly remote: number; readonly all: number };
  readonly #bound: number;
  at!: { -readonly [K in keyof Generation]: Generation[K] extends readonly (infer T)[] ? T[] : Generation[K] };
  outputs: Output[] = [];

  constructor(rooms: { readonly remote: number; readonly local: number }, variant: Variant, substitutes?: Substitutes) {
    this.tables = tablesOf(substitutes);
    this.#variant = variant;
    this.#rooms = { remote: rooms.remote, all: rooms.remote + rooms.local };
    this.#bound = negotiation.reduce((state, event) => this.tables.stream.step(state, event).next, 0);
  }

  /** A resource that has just been bound; the way there is the same for all.
   *  @param former the generation that had the full JID before, if there was one */
  bind(former?: Generation): Generation {
    const { all } = this.#rooms;
    const directed = Array.from({ length: all }, () => 0);
    const farewell = former === undefined || this.#variant.former === 'forgotten' ? directed : former.farewell.map((state) => this.tables.farewell.step(state, events.rebound).next);
    return { stream: this.#bound, session: 0, presence: 0, route: 0, isRouted: this.#variant.routeFrom !== 'presence', timer: false, directed, farewell, occupies: former?.occupies ?? directed.map(() => false) };
  }

  /** Begins a step. */
  begin(from: Generation): void {
    this.at = { ...from, directed: [...from.directed], farewell: [...from.farewell], occupies: [...from.occupies] };
    this.outputs = [];
  }

  stream(event: EventsOf<Tables['stream']>): void {
    const { next, effects } = this.tables.stream.step(this.at.stream, event);
    this.at.stream = next;
    for (const effect of effects) {
      if (effect.type === 'endSession') this.#carry(wires.stream.endSession[effect.params.event]);
      else if (effect.type === 'abandonRoute') this.#carry(wires.stream.abandonRoute);
      else if (effect.type === 'closeStream') this.outputs.push({ what: 'close' });
      else if (effect.type === 'sendStreamError') this.outputs.push({ what: 'error' });
    }
  }

  /** Whether the stream hands on a stanza that has come.
   *  @param isPresence it is presence to nobody in particular */
  processes(isPresence: boolean): boolean {
    const { next, effects } = this.tables.stream.step(this.at.stream, events.stanza);
    this.at.stream = next;
    const processes = effects.some(({ type }) => type === 'processStanza') && (this.#variant.processes !== 'available only' || isPresence || this.isAvailable());
    if (processes) this.outputs.push({ what: 'processed' });
    return processes;
  }

  presence(event: EventsOf<Tables['presence']>): void {
    const wasAvailable = this.isAvailable();
    const { next, effects } = this.tables.presence.step(this.at.presence, event);
    this.at.presence = next;
    for (const { type } of effects) {
      if (type === 'broadcastAvailable') {
        this.at.isRouted ||= this.#variant.routeFrom === 'presence' && this.at.route === 0;
        this.put('self available');
        for (let room = 0; room < this.#rooms.all; room += 1) this.directed(room, events.heard);
      } else if (type === 'broadcastUnavailable' || type === 'echoUnavailable') {
        if (this.#variant.self !== 'omitted') this.put('self unavailable');
      } else if (type === 'endDirected' && (this.#variant.directed !== 'forgotten' || wasAvailable)) {
        for (let room = 0; room < this.#rooms.all; room += 1) this.directed(room, events.gone);
      }
    }
    if (wasAvailable && event.type === 'presence.unavailable' && this.#variant.onUnavailable !== undefined) this.#carry(this.#variant.onUnavailable);
  }

  /** What the resource tells a room, or what becomes of the resource. */
  directed(room: number, event: EventsOf<Tables['directed']>): void {
    const { next, effects } = this.tables.directed.step(this.at.directed[room] ?? 0, event);
    if (this.#variant.directed !== 'doubled' || event !== events.gone) this.at.directed[room] = next;
    for (const { type } of effects) {
      const isAvailable = type === 'routePresence' && event === events.told;
      this.#farewell(room, isAvailable ? events.told : events.untold);
      this.outputs.push({ what: isAvailable ? 'told available' : 'told unavailable', room, ...(type === 'sendUnavailable' ? { isByServer: true } : {}) });
      if (room >= this.#rooms.remote) this.#visit(room, isAvailable);
    }
  }

  /** A room of this server answers at once. */
  #visit(room: number, isAvailable: boolean): void {
    if (!isAvailable && this.at.occupies[room] !== true) return;
    this.at.occupies[room] = isAvailable;
    this.hear(room, !isAvailable);
  }

  /** What the room says to the resource. */
  hear(room: number, isGoodbye: boolean): void {
    this.put(isGoodbye ? 'goodbye' : 'welcome', room);
    this.#farewell(room, isGoodbye ? events.left : events.entered);
    if (isGoodbye && this.#variant.settles === 'any goodbye' && this.at.farewell[room] !== 0) this.#carry(wires.farewell.settleAnswer);
    if (isGoodbye && this.#variant.settles === 'the first of two') for (let each = 0; each < this.#rooms.all; each += 1) this.#carry(wires.farewell.settleAnswer);
  }

  #farewell(room: number, event: EventsOf<Tables['farewell']>): void {
    const { next, effects } = this.tables.farewell.step(this.at.farewell[room] ?? 0, event);
    this.at.farewell[room] = next;
    for (const { type } of effects) if (type === 'oweAnswer' || type === 'settleAnswer') this.#carry(wires.farewell[type]);
  }

  /** Lets the drain time out. */
  expire(): void {
    this.at.timer = false;
    this.#route(expiry);
  }

  isAvailable(): boolean {
    const { value } = this.tables.presence.state(this.at.presence);
    return value === 'available' || value === 'availableNegative';
  }

  put(what: Output['what'], room?: number): void {
    if (this.at.isRouted) this.outputs.push(room === undefined ? { what } : { what, room });
  }

  #carry({ to, event }: Wire): void {
    if (to === 'stream') return this.stream(event);
    if (to === 'presence') return this.presence(event);
    if (to === 'route') return this.#route(event);
    const { next, effects } = this.tables.session.step(this.at.session, event);
    this.at.session = next;
    for (const { type } of effects) {
      if (type === 'startTimer' || type === 'cancelTimer') continue;
      if (type === 'closeRoute' && this.#variant.closeRoute === 'forgotten') continue;
      this.#carry((type === 'drainRoute' && this.#variant.drainRoute) || wires.session[type]);
    }
  }

  #route(event: EventsOf<Tables['route']>): void {
    if (!this.at.isRouted) return;
    const { next, effects } = this.tables.route.step(this.at.route, event);
    this.at.route = next;
    for (const { type } of effects) {
      if (type === 'startTimer' && this.#variant.timer !== 'never') this.at.timer = true;
      else if (type === 'cancelTimer') this.at.timer &&= this.#variant.timer === 'kept';
      else if (type === 'speakForRooms') this.#speakForRooms();
      else if (type === 'closeRoute') {
        this.at.isRouted = false;
        this.#carry(wires.route.closeRoute);
      }
    }
  }

  /** In the name of each room that has not answered. */
  #speakForRooms(): void {
    if (this.#variant.deadline === 'silent') return;
    this.at.farewell.forEach((state, room) => {
      if (this.tables.farewell.state(state).value !== 'none') this.put('goodbye', room);
    });
  }
}
