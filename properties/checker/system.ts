/** Clients, their server and a remote server with a room, composed of the real machines and the real
 *  delivery decision, joined by the wires that the core uses. One move is one atomic step: a client
 *  sends, the server takes one stanza out of one queue, the remote server takes one, a timer runs out,
 *  something fails. Clients and the room are models. What the machines order becomes output; what must
 *  hold of it is said in monitors.ts. @module */
import type { Move, System } from './explore.ts';
import { brokenAtRest, brokenByStep } from './monitors.ts';
import type { Observed, Output } from './monitors.ts';
import type { MachineTable } from './machine-table.ts';
import { ITEMS, Layout, NONE, PHASE, shift } from './scope.ts';
import type { Item, Scope } from './scope.ts';
import { Server } from './server.ts';
import type { Variant } from './server.ts';

/** The composed system. */
export class Composed implements System {
  readonly layout: Layout;
  readonly initial: Uint8Array;
  /** How often each thing that a statement is about has happened: none may be 0 where it is claimed. */
  readonly seen = new Map<Output['what'] | 'drain timed out', number>();
  readonly #server: Server;
  #before: Uint8Array = new Uint8Array();

  constructor(scope: Scope, variant: Variant = {}) {
    this.layout = new Layout(scope);
    this.#server = new Server(this.layout, variant);
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
      if ((state[layout.at(r, 'queued')] ?? 0) > 0) this.#try(visit, `server takes ${name}'s ${ITEMS[state[layout.at(r, 'queued') + 1] ?? 0]}`, () => this.#server.take(r));
      else if (phase === PHASE.cut) this.#try(visit, `server learns that ${name} is cut off`, () => this.#server.lose(r));
      if (state[layout.at(r, 'timer')] === 1) this.#try(visit, `${name}'s drain times out`, () => this.#server.expire(r), r);
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
      this.#try(visit, `server takes the room's ${isGone ? 'goodbye' : 'welcome'} to ${name}`, () => this.#server.takeRemote());
    }
  }

  /** Whose an item between the servers is, and whether it is about being gone. */
  #itemOf(item: number): { readonly name: string; readonly isGone: boolean } {
    return { name: this.layout.nameOf((item - 1) >> 1), isGone: ((item - 1) & 1) === 1 };
  }

  atRest(state: Uint8Array): string | undefined {
    return brokenAtRest(this.#observe(state));
  }

  #try(visit: (move: Move) => void, label: string, act: () => void, expired = NONE): void {
    const server = this.#server;
    server.begin(this.#before);
    act();
    if (!server.isPossible) return;
    for (const { what } of server.outputs) this.#count(what);
    if (expired !== NONE) this.#count('drain timed out');
    const broken = brokenByStep(this.#observe(this.#before), this.#observe(server.state), server.outputs, expired);
    visit({ label, state: server.state, broken });
  }

  #count(what: Output['what'] | 'drain timed out'): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  #observe(bytes: Uint8Array): Observed {
    const { layout } = this;
    const { tables } = this.#server;
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

  #connect(r: number): void {
    this.#server.set(r, 'phase', PHASE.open);
    this.#server.set(r, 'stream', this.#server.negotiated);
    this.#server.push(this.layout.at(r, 'queued'), ITEMS.indexOf('bind'));
  }

  #say(r: number, item: Item): void {
    const server = this.#server;
    if (item === 'end') server.set(r, 'phase', PHASE.ended);
    else {
      const field = item === 'messageBare' || item === 'messageFull' ? 'message' : (item as 'available');
      server.set(r, field, server.get(r, field) + 1);
    }
    server.push(this.layout.at(r, 'queued'), ITEMS.indexOf(item));
  }

  #cut(r: number): void {
    this.#server.set(r, 'phase', PHASE.cut);
    this.#server.state[this.layout.drops] = (this.#server.state[this.layout.drops] ?? 0) + 1;
  }

  /** The room takes a join or a leave, and answers it. */
  #room(): void {
    const { state } = this.#server;
    const item = shift(state, this.layout.outQueue) - 1;
    const bit = 1 << (item >> 1);
    const occupants = state[this.layout.occupants] ?? 0;
    const isUnavailable = (item & 1) === 1;
    if (isUnavailable && (occupants & bit) === 0) return;
    state[this.layout.occupants] = isUnavailable ? occupants & ~bit : occupants | bit;
    this.#server.push(this.layout.inQueue, item + 1);
  }

  #remoteDies(): void {
    const { outQueue, inQueue, remoteAlive, occupants } = this.layout;
    const { state } = this.#server;
    state[remoteAlive] = 0;
    state[occupants] = 0;
    for (const at of [outQueue, inQueue]) while ((state[at] ?? 0) > 0) shift(state, at);
  }
}
