/** A store that is slow, stalls, fails, and survives a crash of the server: a request is carried out at
 *  some time after it was made, in the order of its account, and answered at some time after that. What
 *  was not carried out when the server crashes is carried out all the same, or not: for each account a
 *  first part of it is. Spec: src/core/store.ts. Not here: what is kept (world/contents.ts). @module */
import type { BareJid } from '../../machines/vocabulary.ts';
import type { StoreReply, StoreRequest } from '../../src/core/store.ts';
import type { Agenda } from './agenda.ts';
import type { Contents } from '../world/contents.ts';
import type { Options } from './options.ts';
import type { Random } from './random.ts';

/** How a request ended: its reply, or undefined when it failed and nothing of it is kept. */
export type Answered = (reply: StoreReply | undefined) => void;

interface Asked {
  readonly request: StoreRequest;
  readonly answered: Answered;
}

/** What the store needs of its world. */
export interface StoreParts {
  readonly agenda: Agenda;
  readonly random: Random;
  readonly options: Options['store'];
  readonly contents: Contents;
  /** Told of what was carried out, in that order. */
  readonly onPerformed: (request: StoreRequest, reply: StoreReply) => void;
}

/** One store, which every incarnation of the server asks. */
export class SimulatedStore {
  readonly #parts: StoreParts;
  /** By account, what is not carried out yet. */
  #waiting = new Map<string, Asked[]>();
  /** By account, when the last answer comes. */
  readonly #answeredAt = new Map<string, number>();
  readonly #working = new Set<string>();
  #incarnation = 0;
  #stalledUntil = 0;
  #failsUntil = 0;
  #isHealed = false;
  /** Accounts whose messages could not be read or forgotten since they last could: nobody tries again before
   *  another message, or another presence, gives the occasion (src/core/offline.ts). */
  readonly owing = new Set<BareJid>();

  constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  /** Asks for one thing; the answer comes later, and never after a crash. */
  ask(request: StoreRequest, answered: Answered): void {
    const account = accountOf(request);
    const waiting = this.#waiting.get(account) ?? [];
    waiting.push({ request, answered });
    this.#waiting.set(account, waiting);
    this.#work(account);
  }

  /** The server is gone: what it has asked for is carried out or not, and answered to nobody. */
  crash(): void {
    const waiting = this.#waiting;
    this.#waiting = new Map();
    this.#incarnation += 1;
    this.#working.clear();
    for (const asked of waiting.values()) {
      for (const { request } of asked.slice(0, this.#parts.random.below(asked.length + 1))) this.#perform(request);
    }
  }

  /** Carries out nothing for a while. */
  stall(forMs: number): void {
    this.#stalledUntil = this.#parts.agenda.now + forMs;
  }

  /** Fails at everything for a while. */
  fail(forMs: number): void {
    this.#failsUntil = this.#parts.agenda.now + forMs;
  }

  /** From now on nothing fails any more. */
  heal(): void {
    this.#stalledUntil = 0;
    this.#failsUntil = 0;
    this.#isHealed = true;
  }

  #work(account: string): void {
    if (this.#working.has(account)) return;
    this.#working.add(account);
    const { agenda, random, options } = this.#parts;
    const incarnation = this.#incarnation;
    const begin = Math.max(0, this.#stalledUntil - agenda.now);
    agenda.after(begin + random.below(options.latency + 1), () => {
      if (incarnation !== this.#incarnation) return;
      this.#working.delete(account);
      const next = this.#waiting.get(account)?.shift();
      if (next !== undefined) this.#carryOut(account, next);
      if ((this.#waiting.get(account)?.length ?? 0) > 0) this.#work(account);
    });
  }

  #carryOut(account: string, { request, answered }: Asked): void {
    const { agenda, random, options } = this.#parts;
    const isFailing = !this.#isHealed && (agenda.now < this.#failsUntil || random.chance(options.failing));
    const reply = isFailing ? undefined : this.#perform(request);
    if (isFailing && 'account' in request && (request.op === 'offline.read' || request.op === 'offline.remove')) this.owing.add(request.account);
    const incarnation = this.#incarnation;
    const at = Math.max(this.#answeredAt.get(account) ?? 0, agenda.now + random.below(options.latency + 1));
    this.#answeredAt.set(account, at);
    agenda.after(at - agenda.now, () => {
      if (incarnation === this.#incarnation) answered(reply);
    });
  }

  #perform(request: StoreRequest): StoreReply {
    const reply = this.#parts.contents.perform(request);
    if (request.op === 'offline.read') this.owing.delete(request.account);
    this.#parts.onPerformed(request, reply);
    return reply;
  }
}

const accountOf = (request: StoreRequest): string => ('account' in request ? request.account : '');
