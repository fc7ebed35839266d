/** The server of the composed system: the machines of each resource, carried along by the core's own
 *  wires, on the bytes of a state. Not here: clients, the room and what may fail (system.ts). @module */
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
import { MachineTable } from './machine-table.ts';
import type { Output } from './monitors.ts';
import { ITEMS, Layout, NONE, PHASE, push, shift } from './scope.ts';

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

const expiry: TimerEvent = { type: 'xstate.after.drainTimeout.route.draining' };

/** A stream after negotiation, about to bind; the way there is the same for all. */
function negotiated(table: MachineTable<typeof stepStream.machine>): number {
  const way = [{ type: 'header.received', secure: true }, { type: 'auth.requested', mechanism: 'PLAIN', permitted: true }, { type: 'sasl.succeeded' }, { type: 'header.received', secure: true }] as const;
  return way.reduce((state, event) => table.step(state, event).next, 0);
}

/** The server. One step works on {@link state}; what comes of it is in {@link outputs}. */
export class Server {
  readonly layout: Layout;
  readonly tables = {
    stream: new MachineTable(stepStream), session: new MachineTable(stepSession), presence: new MachineTable(stepPresence),
    directed: new MachineTable(stepDirectedPresence), route: new MachineTable(stepRoute),
  };
  /** The state of a stream that is about to bind. */
  readonly negotiated: number;
  readonly state: Uint8Array;
  outputs: Output[] = [];
  /** False once a queue was too short for the step: then it can't be taken now. */
  isPossible = true;
  readonly #variant: Variant;

  constructor(layout: Layout, variant: Variant) {
    this.layout = layout;
    this.#variant = variant;
    this.negotiated = negotiated(this.tables.stream);
    this.state = new Uint8Array(layout.length);
  }

  /** Begins a step from a state. */
  begin(state: Uint8Array): void {
    this.state.set(state);
    this.outputs = [];
    this.isPossible = true;
  }

  get(r: number, field: Parameters<Layout['at']>[1]): number {
    return this.state[this.layout.at(r, field)] ?? 0;
  }

  set(r: number, field: Parameters<Layout['at']>[1], value: number): void {
    this.state[this.layout.at(r, field)] = value;
  }

  /** Appends to a queue. */
  push(at: number, item: number): void {
    this.isPossible &&= push(this.state, at, this.layout.scope.queue, item);
  }

  /** Takes the first stanza of a client's queue. */
  take(r: number): void {
    const item = ITEMS[shift(this.state, this.layout.at(r, 'queued'))];
    const stream = this.tables.stream.state(this.get(r, 'stream')).value;
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

  /** Learns that a transport is dead. */
  lose(r: number): void {
    this.set(r, 'phase', PHASE.gone);
    this.#stream(r, events.streamLost);
  }

  /** Lets a drain time out. */
  expire(r: number): void {
    this.set(r, 'timer', 0);
    this.#route(r, expiry);
  }

  /** Takes the first stanza that came from the remote server. */
  takeRemote(): void {
    const item = shift(this.state, this.layout.inQueue) - 1;
    const r = item >> 1;
    const isEcho = (item & 1) === 1;
    this.outputs.push({ to: r, what: isEcho ? 'echo came' : 'welcome came' });
    this.#put(r, isEcho ? 'echo' : 'welcome');
    if (!isEcho) return;
    this.set(r, 'told', 0);
    this.#route(r, events.settled);
  }

  #stream(r: number, event: Parameters<MachineTable<typeof stepStream.machine>['step']>[1]): void {
    const { next, effects } = this.tables.stream.step(this.get(r, 'stream'), event);
    this.set(r, 'stream', next);
    for (const effect of effects) {
      if (effect.type === 'bindResource') this.#bind(r);
      else if (effect.type === 'endSession') this.#carry(r, wires.stream.endSession[effect.params.event]);
      else if (effect.type === 'abandonRoute') this.#carry(r, wires.stream.abandonRoute);
      else if (effect.type === 'closeStream') this.outputs.push({ to: r, what: 'close' });
    }
  }

  #bind(r: number): void {
    for (const field of ['session', 'presence', 'directed'] as const) this.set(r, field, 0);
    if (this.#variant.routeFrom !== 'presence') this.set(r, 'route', 0);
    this.#stream(r, events.bindSucceeded);
  }

  #carry(r: number, { to, event }: Wire): void {
    if (to === 'stream') return this.#stream(r, event);
    if (to === 'presence') return this.#presence(r, event);
    if (to === 'route') return this.#route(r, event);
    const { next, effects } = this.tables.session.step(this.get(r, 'session'), event);
    this.set(r, 'session', next);
    for (const { type } of effects) {
      if (type === 'startTimer' || type === 'cancelTimer') continue;
      if (type === 'closeRoute' && this.#variant.closeRoute === 'forgotten') continue;
      this.#carry(r, (type === 'drainRoute' && this.#variant.drainRoute) || wires.session[type]);
    }
  }

  #presence(r: number, event: Parameters<MachineTable<typeof stepPresence.machine>['step']>[1]): void {
    const wasAvailable = this.#isAvailable(r);
    const { next, effects } = this.tables.presence.step(this.get(r, 'presence'), event);
    this.set(r, 'presence', next);
    for (const { type } of effects) {
      if (type === 'broadcastAvailable') {
        if (this.get(r, 'route') === NONE) this.set(r, 'route', 0);
        this.#put(r, 'self available');
        this.#directed(r, events.heard);
      } else if (type === 'broadcastUnavailable' || type === 'echoUnavailable') {
        if (this.#variant.self !== 'omitted') this.#put(r, 'self unavailable');
      } else if (type === 'endDirected' && (this.#variant.directed !== 'forgotten' || wasAvailable)) this.#directed(r, events.gone);
    }
    if (wasAvailable && event.type === 'presence.unavailable' && this.#variant.onUnavailable !== undefined) this.#carry(r, this.#variant.onUnavailable);
  }

  #directed(r: number, event: Parameters<MachineTable<typeof stepDirectedPresence.machine>['step']>[1]): void {
    const { next, effects } = this.tables.directed.step(this.get(r, 'directed'), event);
    if (this.#variant.directed !== 'doubled' || event !== events.gone) this.set(r, 'directed', next);
    for (const { type } of effects) {
      const isAvailable = type === 'routePresence' && event === events.told;
      if (isAvailable && this.get(r, 'told') === 0) {
        this.set(r, 'told', 1);
        this.#route(r, events.owed);
      }
      if (type === 'sendUnavailable') this.outputs.push({ to: r, what: 'goodbye' });
      this.push(this.layout.outQueue, 1 + r * 2 + (isAvailable ? 0 : 1));
    }
  }

  #route(r: number, event: Parameters<MachineTable<typeof stepRoute.machine>['step']>[1]): void {
    if (this.get(r, 'route') === NONE) return;
    const { next, effects } = this.tables.route.step(this.get(r, 'route'), event);
    this.set(r, 'route', next);
    for (const { type } of effects) {
      if (type === 'startTimer' && this.#variant.timer !== 'never') this.set(r, 'timer', 1);
      else if (type === 'cancelTimer') this.set(r, 'timer', 0);
      else if (type === 'speakForRooms') this.#put(r, 'echo');
      else if (type === 'closeRoute') this.#carry(r, wires.route.closeRoute);
    }
  }

  #isAvailable(r: number): boolean {
    const number = this.get(r, 'presence');
    const value = number === NONE ? undefined : this.tables.presence.state(number).value;
    return value === 'available' || value === 'availableNegative';
  }

  #put(r: number, what: Output['what']): void {
    const number = this.get(r, 'route');
    if (number !== NONE && this.tables.route.state(number).value !== 'closed') this.outputs.push({ to: r, what });
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
    this.outputs.push({ to: isFull ? first : NONE, what: 'decision', user, reached: chosen.map(({ resource }) => resource) });
    for (const { resource } of chosen) this.#put(resource, 'message');
  }

  #viewOf(r: number): { resource: number; isDraining: boolean; hasOptedOut: boolean; isAvailable: boolean; priority: number } | undefined {
    const number = this.get(r, 'route');
    const value = number === NONE ? 'closed' : this.tables.route.state(number).value;
    const isAvailable = this.#isAvailable(r);
    if (value === 'closed' || (this.#variant.eligible === 'available only' && !isAvailable)) return undefined;
    const presence = this.tables.presence.state(this.get(r, 'presence'));
    return { resource: r, isDraining: value === 'draining' && this.#variant.eligible !== 'draining too', hasOptedOut: presence.value === 'availableNegative', isAvailable, priority: presence.context.priority };
  }
}
