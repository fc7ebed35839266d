/** Clients, their server and a remote server with a room, composed of the real machines and the real
 *  delivery decision, joined by the wires that the core uses. One move is one atomic step: a client
 *  sends, the server takes one stanza out of one queue, the remote server takes one, a timer runs out,
 *  something fails. Clients and the room are models. What the machines order becomes output; what must
 *  hold of it is said in monitors.ts. @module */
import { stepDirectedPresence } from '../../machines/directed-presence.ts';
import { stepPresence } from '../../machines/presence.ts';
import { stepRoute } from '../../machines/route.ts';
import { stepSession } from '../../machines/session.ts';
import { stepStream } from '../../machines/stream.ts';
import type { TimerEvent } from '../../machines/step.ts';
import type { NonEmpty } from '../../machines/vocabulary.ts';
import { whetherToBare, whetherToFull } from '../../machines/whether.ts';
import { which } from '../../machines/which.ts';
import { wires } from '../../machines/wires.ts';
import type { Wire } from '../../machines/wires.ts';
import type { Move, System } from './explore.ts';
import { MachineTable } from './machine-table.ts';
import { brokenAtRest, brokenByStep } from './monitors.ts';
import type { Observed, Output } from './monitors.ts';
import { ITEMS, Layout, NONE, PHASE, push, shift } from './scope.ts';
import type { Item, Scope } from './scope.ts';

/** A deliberately wrong composition. */
export interface Variant {
  /** When a route is made; at resource binding unless it says otherwise. */
  readonly routeFrom?: 'presence';
  /** What presence does to a route, which it never may. */
  readonly onUnavailable?: Wire;
  readonly drainRoute?: Wire;
  readonly closeRoute?: 'forgotten';
  readonly timer?: 'never';
  readonly self?: 'omitted';
  readonly directed?: 'forgotten' | 'doubled';
  readonly eligible?: 'available only' | 'draining too';
}

const events = {
  bindRequested: { type: 'bind.requested' }, bindSucceeded: { type: 'bind.succeeded' }, streamEnded: { type: 'stream.ended' }, streamLost: { type: 'stream.lost' },
  available: { type: 'presence.available', priority: 0 }, negative: { type: 'presence.available', priority: -1 }, unavailable: { type: 'presence.unavailable' },
  told: { type: 'directed.available' }, untold: { type: 'directed.unavailable' }, heard: { type: 'resource.available' }, gone: { type: 'resource.unavailable', broadcast: false },
  owed: { type: 'answer.owed' }, settled: { type: 'answer.settled' },
} as const;

/** A stream after negotiation, about to bind; the way there is the same for all. */
function negotiated(table: MachineTable<typeof stepStream.machine>): number {
  const way = [{ type: 'header.received', secure: true }, { type: 'auth.requested', mechanism: 'PLAIN', permitted: true }, { type: 'sasl.succeeded' }, { type: 'header.received', secure: true }] as const;
  return way.reduce((state, event) => table.step(state, event).next, 0);
}

/** The composed system. */
export class Composed implements System {
  readonly layout: Layout;
  readonly initial: Uint8Array;
  readonly tables = {
    stream: new MachineTable(stepStream), session: new MachineTable(stepSession), presence: new MachineTable(stepPresence),
    directed: new MachineTable(stepDirectedPresence), route: new MachineTable(stepRoute),
  };
  /** How often each thing that a statement is about has happened: none may be 0 where it is claimed. */
  readonly seen = new Map<Output['what'] | 'drain timed out', number>();
  readonly #variant: Variant;
  readonly #negotiated: number;
  readonly #next: Uint8Array;
  #before: Uint8Array = new Uint8Array();
  #outputs: Output[] = [];
  #isPossible = true;
  #expired = NONE;

  constructor(scope: Scope, variant: Variant = {}) {
    this.layout = new Layout(scope);
    this.#variant = variant;
    this.#negotiated = negotiated(this.tables.stream);
    this.#next = new Uint8Array(this.layout.length);
    this.initial = new Uint8Array(this.layout.length);
    this.initial[this.layout.remoteAlive] = 1;
    for (let r = 0; r < this.layout.resources; r += 1) for (const field of ['stream', 'session', 'presence', 'directed', 'route'] as const) this.initial[this.layout.at(r, field)] = NONE;
  }

  moves(state: Uint8Array, visit: (move: Move) => void): void {
    this.#before = state;
    const { layout } = this;
    const { scope } = layout;
    for (let r = 0; r < layout.resources; r += 1) {
      const name = layout.nameOf(r);
      const phase = state[layout.at(r, 'phase')];
      if (phase === PHASE.absent) this.#try(visit, `${name} connects`, () => this.#connect(r));
      if (phase === PHASE.open) {
        for (const item of ['available', 'negative', 'unavailable', 'join', 'leave'] as const) {
          if ((state[layout.at(r, item)] ?? 0) < scope.budget[item]) this.#try(visit, `${name}: ${item}`, () => this.#say(r, item));
        }
        if ((state[layout.at(r, 'message')] ?? 0) < scope.budget.message) {
          for (const item of ['messageBare', 'messageFull'] as const) this.#try(visit, `${name}: ${item}`, () => this.#say(r, item));
        }
        this.#try(visit, `${name}: </stream>`, () => this.#say(r, 'end'));
        if ((state[layout.drops] ?? 0) < scope.drops) this.#try(visit, `${name} is cut off`, () => this.#cut(r));
      }
      if ((state[layout.at(r, 'queued')] ?? 0) > 0) this.#try(visit, `server takes ${name}'s ${ITEMS[state[layout.at(r, 'queued') + 1] ?? 0]}`, () => this.#take(r));
      else if (phase === PHASE.cut) this.#try(visit, `server learns that ${name} is cut off`, () => this.#lose(r));
      if (state[layout.at(r, 'timer')] === 1) this.#try(visit, `${name}'s drain times out`, () => this.#expire(r));
    }
    if (state[layout.remoteAlive] === 1) {
      if ((state[layout.outQueue] ?? 0) > 0) {
        const { name, isGone } = this.#itemOf(state[layout.outQueue + 1] ?? 0);
        this.#try(visit, `room takes ${name}'s ${isGone ? 'unavailable' : 'join'}`, () => this.#room());
      }
      if (scope.remoteMayDie) this.#try(visit, 'remote server dies', () => this.#remoteDies());
    }
    if ((state[layout.inQueue] ?? 0) > 0) {
      const { name, isGone } = this.#itemOf(state[layout.inQueue + 1] ?? 0);
      this.#try(visit, `server takes the room's ${isGone ? 'goodbye' : 'welcome'} to ${name}`, () => this.#takeRemote());
    }
  }

  /** Whose an item between the servers is, and whether it is about being gone. */
  #itemOf(item: number): { readonly name: string; readonly isGone: boolean } {
    return { name: this.layout.nameOf((item - 1) >> 1), isGone: ((item - 1) & 1) === 1 };
  }

  atRest(state: Uint8Array): string | undefined {
    return brokenAtRest(this.#observe(state));
  }

  #try(visit: (move: Move) => void, label: string, act: () => void): void {
    this.#next.set(this.#before);
    this.#outputs = [];
    this.#isPossible = true;
    this.#expired = NONE;
    act();
    if (!this.#isPossible) return;
    for (const { what } of this.#outputs) this.#count(what);
    if (this.#expired !== NONE) this.#count('drain timed out');
    const broken = brokenByStep(this.#observe(this.#before), this.#observe(this.#next), this.#outputs, this.#expired);
    visit({ label, state: this.#next, broken });
  }

  #count(what: Output['what'] | 'drain timed out'): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  #observe(bytes: Uint8Array): Observed {
    const { layout, tables } = this;
    const valueOf = (table: MachineTable<never>, number: number | undefined): string => (number === undefined || number === NONE ? 'none' : String((table.state(number) as { value: unknown }).value));
    return {
      remoteAlive: bytes[layout.remoteAlive] === 1,
      isQuiet: (bytes[layout.outQueue] ?? 0) === 0 && (bytes[layout.inQueue] ?? 0) === 0,
      resources: Array.from({ length: layout.resources }, (_, r) => ({
        isLive: bytes[layout.at(r, 'phase')] !== PHASE.cut && bytes[layout.at(r, 'phase')] !== PHASE.gone,
        stream: valueOf(tables.stream as never, bytes[layout.at(r, 'stream')]),
        session: valueOf(tables.session as never, bytes[layout.at(r, 'session')]),
        presence: valueOf(tables.presence as never, bytes[layout.at(r, 'presence')]),
        route: valueOf(tables.route as never, bytes[layout.at(r, 'route')]),
        isTold: bytes[layout.at(r, 'told')] === 1,
        isOccupant: ((bytes[layout.occupants] ?? 0) & (1 << r)) !== 0,
        hasTimer: bytes[layout.at(r, 'timer')] === 1,
      })),
    };
  }

  #get(r: number, field: Parameters<Layout['at']>[1]): number {
    return this.#next[this.layout.at(r, field)] ?? 0;
  }

  #set(r: number, field: Parameters<Layout['at']>[1], value: number): void {
    this.#next[this.layout.at(r, field)] = value;
  }

  // What clients do.

  #connect(r: number): void {
    this.#set(r, 'phase', PHASE.open);
    this.#set(r, 'stream', this.#negotiated);
    push(this.#next, this.layout.at(r, 'queued'), this.layout.scope.queue, ITEMS.indexOf('bind'));
  }

  #say(r: number, item: Item): void {
    if (item === 'end') this.#set(r, 'phase', PHASE.ended);
    else {
      const field = item === 'messageBare' || item === 'messageFull' ? 'message' : (item as 'available');
      this.#set(r, field, this.#get(r, field) + 1);
    }
    this.#isPossible &&= push(this.#next, this.layout.at(r, 'queued'), this.layout.scope.queue, ITEMS.indexOf(item));
  }

  #cut(r: number): void {
    this.#set(r, 'phase', PHASE.cut);
    this.#next[this.layout.drops] = (this.#next[this.layout.drops] ?? 0) + 1;
  }

  // What the server does.

  #take(r: number): void {
    const item = ITEMS[shift(this.#next, this.layout.at(r, 'queued'))];
    const stream = this.tables.stream.state(this.#get(r, 'stream')).value;
    if (item === 'bind') return this.#stream(r, events.bindRequested);
    if (item === 'end') return this.#stream(r, events.streamEnded);
    if (stream !== 'bound') return;
    switch (item) {
      case 'available': return this.#presence(r, events.available);
      case 'negative': return this.#presence(r, events.negative);
      case 'unavailable': return this.#presence(r, events.unavailable);
      case 'join': return this.#directed(r, events.told);
      case 'leave': return this.#directed(r, events.untold);
      case 'messageBare': return this.#deliver(r, false);
      case 'messageFull': return this.#deliver(r, true);
    }
  }

  #lose(r: number): void {
    this.#set(r, 'phase', PHASE.gone);
    this.#stream(r, events.streamLost);
  }

  #expire(r: number): void {
    this.#expired = r;
    this.#set(r, 'timer', 0);
    this.#route(r, expiry);
  }

  #stream(r: number, event: Parameters<MachineTable<typeof stepStream.machine>['step']>[1]): void {
    const { next, effects } = this.tables.stream.step(this.#get(r, 'stream'), event);
    this.#set(r, 'stream', next);
    for (const effect of effects) {
      if (effect.type === 'bindResource') this.#bind(r);
      else if (effect.type === 'endSession') this.#carry(r, wires.stream.endSession[effect.params.event]);
      else if (effect.type === 'abandonRoute') this.#carry(r, wires.stream.abandonRoute);
      else if (effect.type === 'closeStream') this.#outputs.push({ to: r, what: 'close' });
    }
  }

  #bind(r: number): void {
    for (const field of ['session', 'presence', 'directed'] as const) this.#set(r, field, 0);
    if (this.#variant.routeFrom !== 'presence') this.#set(r, 'route', 0);
    this.#stream(r, events.bindSucceeded);
  }

  #carry(r: number, { to, event }: Wire): void {
    if (to === 'stream') return this.#stream(r, event);
    if (to === 'presence') return this.#presence(r, event);
    if (to === 'route') return this.#route(r, event);
    const { next, effects } = this.tables.session.step(this.#get(r, 'session'), event);
    this.#set(r, 'session', next);
    for (const { type } of effects) {
      if (type === 'startTimer' || type === 'cancelTimer') continue;
      if (type === 'closeRoute' && this.#variant.closeRoute === 'forgotten') continue;
      this.#carry(r, (type === 'drainRoute' && this.#variant.drainRoute) || wires.session[type]);
    }
  }

  #presence(r: number, event: Parameters<MachineTable<typeof stepPresence.machine>['step']>[1]): void {
    const wasAvailable = this.#isAvailable(r);
    const { next, effects } = this.tables.presence.step(this.#get(r, 'presence'), event);
    this.#set(r, 'presence', next);
    for (const { type } of effects) {
      if (type === 'broadcastAvailable') {
        if (this.#get(r, 'route') === NONE) this.#set(r, 'route', 0);
        this.#put(r, 'self available');
        this.#directed(r, events.heard);
      } else if (type === 'broadcastUnavailable' || type === 'echoUnavailable') {
        if (this.#variant.self !== 'omitted') this.#put(r, 'self unavailable');
      } else if (type === 'endDirected' && (this.#variant.directed !== 'forgotten' || wasAvailable)) this.#directed(r, events.gone);
    }
    if (wasAvailable && event.type === 'presence.unavailable' && this.#variant.onUnavailable !== undefined) this.#carry(r, this.#variant.onUnavailable);
  }

  #directed(r: number, event: Parameters<MachineTable<typeof stepDirectedPresence.machine>['step']>[1]): void {
    const { next, effects } = this.tables.directed.step(this.#get(r, 'directed'), event);
    if (this.#variant.directed !== 'doubled' || event !== events.gone) this.#set(r, 'directed', next);
    for (const { type } of effects) {
      const isAvailable = type === 'routePresence' && event === events.told;
      if (isAvailable && this.#get(r, 'told') === 0) {
        this.#set(r, 'told', 1);
        this.#route(r, events.owed);
      }
      if (type === 'sendUnavailable') this.#outputs.push({ to: r, what: 'goodbye' });
      this.#isPossible &&= push(this.#next, this.layout.outQueue, this.layout.scope.queue, 1 + r * 2 + (isAvailable ? 0 : 1));
    }
  }

  #route(r: number, event: Parameters<MachineTable<typeof stepRoute.machine>['step']>[1]): void {
    if (this.#get(r, 'route') === NONE) return;
    const { next, effects } = this.tables.route.step(this.#get(r, 'route'), event);
    this.#set(r, 'route', next);
    for (const { type } of effects) {
      if (type === 'startTimer' && this.#variant.timer !== 'never') this.#set(r, 'timer', 1);
      else if (type === 'cancelTimer') this.#set(r, 'timer', 0);
      else if (type === 'speakForRooms') this.#put(r, 'echo');
      else if (type === 'closeRoute') this.#carry(r, wires.route.closeRoute);
    }
  }

  #isAvailable(r: number): boolean {
    const number = this.#get(r, 'presence');
    const value = number === NONE ? undefined : this.tables.presence.state(number).value;
    return value === 'available' || value === 'availableNegative';
  }

  #put(r: number, what: Output['what']): void {
    const number = this.#get(r, 'route');
    if (number !== NONE && this.tables.route.state(number).value !== 'closed') this.#outputs.push({ to: r, what });
  }

  /** A message to the next user: to its bare JID, or to its first resource. */
  #deliver(sender: number, isFull: boolean): void {
    const { layout } = this;
    const user = (layout.userOf(sender) + 1) % layout.scope.users;
    const first = user * layout.scope.resourcesPerUser;
    const routes = Array.from({ length: layout.scope.resourcesPerUser }, (_, index) => this.#viewOf(first + index)).filter((route) => route !== undefined);
    const match = routes.find(({ resource }) => resource === first);
    const reach = isFull ? whetherToFull('chat', match, routes) : whetherToBare('chat', routes);
    const chosen = reach.reach === 'route' ? [reach.route] : reach.reach === 'eligible' ? which('chat', reach.routes as NonEmpty<(typeof routes)[number]>) : [];
    this.#outputs.push({ to: isFull ? first : NONE, what: 'decision', user, reached: chosen.map(({ resource }) => resource) });
    for (const { resource } of chosen) this.#put(resource, 'message');
  }

  #viewOf(r: number): { resource: number; isDraining: boolean; hasOptedOut: boolean; isAvailable: boolean; priority: number } | undefined {
    const number = this.#get(r, 'route');
    const value = number === NONE ? 'closed' : this.tables.route.state(number).value;
    const isAvailable = this.#isAvailable(r);
    if (value === 'closed' || (this.#variant.eligible === 'available only' && !isAvailable)) return undefined;
    const presence = this.tables.presence.state(this.#get(r, 'presence'));
    return { resource: r, isDraining: value === 'draining' && this.#variant.eligible !== 'draining too', hasOptedOut: presence.value === 'availableNegative', isAvailable, priority: presence.context.priority };
  }

  // What the remote server does.

  #room(): void {
    const item = shift(this.#next, this.layout.outQueue) - 1;
    const r = item >> 1;
    const bit = 1 << r;
    const occupants = this.#next[this.layout.occupants] ?? 0;
    const isUnavailable = (item & 1) === 1;
    if (isUnavailable && (occupants & bit) === 0) return;
    this.#next[this.layout.occupants] = isUnavailable ? occupants & ~bit : occupants | bit;
    this.#isPossible &&= push(this.#next, this.layout.inQueue, this.layout.scope.queue, item + 1);
  }

  #remoteDies(): void {
    const { outQueue, inQueue, remoteAlive, occupants } = this.layout;
    this.#next[remoteAlive] = 0;
    this.#next[occupants] = 0;
    for (const at of [outQueue, inQueue]) while ((this.#next[at] ?? 0) > 0) shift(this.#next, at);
  }

  #takeRemote(): void {
    const item = shift(this.#next, this.layout.inQueue) - 1;
    const r = item >> 1;
    const isEcho = (item & 1) === 1;
    this.#outputs.push({ to: r, what: isEcho ? 'echo came' : 'welcome came' });
    this.#put(r, isEcho ? 'echo' : 'welcome');
    if (!isEcho) return;
    this.#set(r, 'told', 0);
    this.#route(r, events.settled);
  }
}

const expiry: TimerEvent = { type: 'xstate.after.drainTimeout.route.draining' };
