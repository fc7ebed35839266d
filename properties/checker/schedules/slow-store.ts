/** A store whose every answer is a choice of when. It answers the requests of one account in the order in
 *  which they were made, and those of different accounts in any order: no more than a store promises
 *  (src/core/store.ts). A request that is to wait until a stream's output has left the process (`after`)
 *  is made only then. Not here: what a request does (world/contents.ts). @module */
import type { BareJid } from '../../../machines/vocabulary.ts';
import type { Effect } from '../../../src/core/effect.ts';
import type { Input, StreamId } from '../../../src/core/input.ts';
import type { StoreOperation } from '../../../src/core/store.ts';
import { contentsOf } from '../../world/contents.ts';
import type { Contents } from '../../world/contents.ts';

type Asked = Extract<Effect, { type: 'store' }>;

/** A turn of the store: the request is made, answered, or failed. */
export interface StoreMove {
  readonly turn: 'sent' | 'answer' | 'fail';
  /** The request, by what it asks for and how often that was asked before: the same in two runs that
   *  differ in something else. */
  readonly request: string;
}

/** What may become of the output of a stream: it has left the process, or never will. */
export type Leaving = readonly ('sent' | 'fail')[];

interface Waiting {
  readonly name: string;
  readonly account: string;
  readonly asked: Asked;
  /** Whether it still waits for output to leave. */
  isBehind: boolean;
}

/** The requests that wait, and the store itself. */
export class SlowStore {
  readonly #contents: Contents;
  readonly #mayFail: StoreOperation | undefined;
  readonly #leaving: (stream: StreamId) => Leaving;
  readonly #times = new Map<string, number>();
  #waiting: Waiting[] = [];
  /** Requests that failed: never made, or refused. */
  readonly failures = { unsent: 0, store: 0 };

  constructor(accounts: Iterable<string>, mayFail: StoreOperation | undefined, leaving: (stream: StreamId) => Leaving) {
    this.#contents = contentsOf([...accounts] as BareJid[]);
    this.#mayFail = mayFail;
    this.#leaving = leaving;
  }

  /** Takes a request of the core. */
  ask(asked: Asked): void {
    const account = 'account' in asked.operation ? asked.operation.account : '';
    const what = `${asked.operation.op} of ${account}`;
    const time = (this.#times.get(what) ?? 0) + 1;
    this.#times.set(what, time);
    this.#waiting.push({ name: `${what}, ${time}`, account, asked, isBehind: asked.after !== undefined });
  }

  /** What may happen next, in a fixed order. */
  moves(): StoreMove[] {
    const moves: StoreMove[] = [];
    const served = new Set<string>();
    for (const { name, account, asked, isBehind } of this.#waiting) {
      if (isBehind) moves.push(...this.#leaving(asked.after ?? '').map((turn) => ({ turn, request: name })));
      else if (!served.has(account)) {
        served.add(account);
        moves.push({ turn: 'answer', request: name });
        if (asked.operation.op === this.#mayFail && this.failures.store === 0) moves.push({ turn: 'fail', request: name });
      }
    }
    return moves;
  }

  /** Makes a move.
   *  @returns what the core is told; undefined when it is told nothing, or the move is not possible */
  make({ turn, request }: StoreMove): Input | undefined {
    const waiting = this.#waiting.find(({ name }) => name === request);
    if (waiting === undefined || !this.moves().some((move) => move.turn === turn && move.request === request)) return undefined;
    this.#waiting = this.#waiting.filter((other) => other !== waiting);
    const { asked } = waiting;
    if (turn === 'sent') {
      this.#waiting.push({ ...waiting, isBehind: false });
      return undefined;
    }
    if (turn === 'answer') return { type: 'store.replied', request: asked.request, reply: this.#contents.perform(asked.operation) };
    this.failures[waiting.isBehind ? 'unsent' : 'store'] += 1;
    return { type: 'store.failed', request: asked.request };
  }

  /** The messages that are kept for an account, as they were written. */
  keptFor(account: string): readonly string[] {
    return this.#contents.offline(account as BareJid).map(({ xml }) => xml);
  }
}

/** A turn of the store as a person reads it. */
export function lineOfStore({ turn, request }: StoreMove): string {
  if (turn === 'sent') return `what was sent has left the process: ${request}`;
  return turn === 'fail' ? `the store fails: ${request}` : `the store answers: ${request}`;
}
