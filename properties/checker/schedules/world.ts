/** The real core in the hands of a schedule: at each moment there are some moves, somebody chooses one, and
 *  the core takes a step. Nothing is asynchronous, so the same moves give the same run. Not here: who
 *  chooses (schedules.ts), what clients say and hear (clients.ts). @module */
import type { Input } from '../../../src/core/input.ts';
import type { Fate } from '../../../src/core/kernel.ts';
import type { Core } from '../../../src/core/server.ts';
import { Clients } from './clients.ts';
import type { Erasure } from './clients.ts';
import { bareOf, lineOf } from './programme.ts';
import type { Client, Deed, Programme } from './programme.ts';
import { heardIn } from './run.ts';
import type { Run } from './run.ts';
import type { Game } from './schedules.ts';
import { SlowStore, lineOfStore } from './slow-store.ts';
import type { StoreMove } from './slow-store.ts';

/** A turn: of a client, whose next deed it is, or of the store. */
export type Move = StoreMove | { readonly turn: 'client'; readonly client: number; readonly deed: number };

/** One run under way. */
export class World implements Game<Move, Run> {
  readonly #core: Core;
  readonly #programme: Programme;
  readonly #isErased: Erasure;
  readonly #store: SlowStore;
  readonly #next: number[];
  readonly #clients: Clients;
  readonly #fates: (Fate & { at: number })[] = [];
  readonly #restedAt: number[] = [];
  readonly #reports: string[] = [];
  #steps = 0;
  #ids = 0;

  /** Begins with what has happened before. */
  constructor(programme: Programme, core: Core, isErased: Erasure = () => false) {
    this.#core = core;
    this.#programme = programme;
    this.#isErased = isErased;
    this.#next = programme.clients.map(() => 0);
    this.#clients = new Clients({ domain: 'localhost', step: (input) => this.#step(input), steps: () => this.#steps });
    const accounts = new Set([...programme.before, ...programme.clients].map(({ jid }) => bareOf(jid)));
    this.#store = new SlowStore(accounts, programme.mayFail, (stream) => this.#clients.leavingOf(stream));
    core.observe({ onFate: (fate) => this.#fates.push({ ...fate, at: this.#steps }) });
    for (const client of programme.before) {
      for (const deed of client.does) {
        this.#do(client, deed, `before-${(this.#ids += 1)}`);
        this.#settle();
      }
    }
  }

  /** What may happen next, in a fixed order: a client's next deed once its resource is bound, and the
   *  store's turns. */
  moves(): Move[] {
    const moves: Move[] = this.#store.moves();
    this.#programme.clients.forEach((client, index) => {
      const deed = client.does[this.#next[index] ?? 0];
      if (deed !== undefined && this.#clients.mayDo(client, deed)) moves.push({ turn: 'client', client: index, deed: this.#next[index] ?? 0 });
    });
    return moves;
  }

  /** Makes a move; one that means nothing at this moment is left out. */
  make(move: Move): void {
    if (move.turn !== 'client') {
      const input = this.#store.make(move);
      if (input !== undefined) this.#step(input);
      return;
    }
    const client = this.#programme.clients[move.client];
    const deed = client?.does[move.deed];
    if (client === undefined || deed === undefined) return;
    this.#next[move.client] = move.deed + 1;
    this.#do(client, deed, `${move.client}-${move.deed}`);
  }

  /** A move as a person reads it. */
  lineOf(move: Move): string {
    if (move.turn !== 'client') return lineOfStore(move);
    const client = this.#programme.clients[move.client];
    const deed = client?.does[move.deed];
    return client === undefined || deed === undefined ? '' : lineOf(client, deed);
  }

  /** Comes to an end: the store answers everything, and the sessions close one after the other. */
  finish(): Run {
    this.#settle();
    for (const session of this.#clients.unended()) {
      this.#clients.say(session, { do: 'close' }, '');
      this.#settle();
    }
    const { sessions } = this.#clients;
    const accounts = new Set(sessions.map(({ jid }) => bareOf(jid)));
    for (const { jid } of this.#programme.clients) accounts.add(bareOf(jid));
    const kept = new Map([...accounts].map((account) => [account, this.#store.keptFor(account).map((xml) => heardIn(xml, 0).id)]));
    return {
      sessions, fates: this.#fates, restedAt: this.#restedAt, kept, failures: this.#store.failures,
      reports: this.#reports, census: this.#core.census(), steps: this.#steps,
    };
  }

  #do(client: Client, deed: Deed, id: string): void {
    if (!this.#isErased(client, deed)) this.#clients.do(client, deed, id);
  }

  #settle(): void {
    for (let [move] = this.#store.moves(); move !== undefined; [move] = this.#store.moves()) {
      const input = this.#store.make(move);
      if (input !== undefined) this.#step(input);
    }
    this.#restedAt.push(this.#steps);
  }

  #step(input: Input): void {
    this.#steps += 1;
    for (const effect of this.#core.step(input, this.#steps)) {
      if (effect.type === 'store') this.#store.ask(effect);
      else if (effect.type === 'report') this.#reports.push(String(effect.error));
      else if (effect.type === 'close') this.#clients.hearClosed(effect.stream);
      else if (effect.type === 'send') this.#clients.hear(effect.stream, effect.xml);
    }
  }
}
