/** The order of a stream whose other end is no client: what comes over it is processed one by one, and what a stanza needs
 *  of the store holds up the next ones. Messages on their way to the store may follow each other, since the store
 *  keeps their order. Spec: RFC 6120 §10.1. Not here: the order of what a domain sends over several streams (lanes.ts). @module */
import type { Kernel } from '../kernel.ts';
import type { StreamId } from '../input.ts';
import type { Task } from '../task.ts';
import type { Lanes } from './lanes.ts';

/** Something to be processed in its turn. */
export interface Turn {
  /** The domain that has sent it, where the peer may speak for it. */
  readonly domain?: string | undefined;
  /** It is a message for the store as things stand. */
  isForStore(): boolean;
  begin(): Task | undefined;
  /** The store has failed. */
  failed(): void;
}

/** What has come over one stream, and waits. */
export class Inbox {
  readonly #kernel: Kernel;
  readonly #stream: StreamId;
  #waiting: Turn[] = [];
  #tasks = 0;
  #isStoring = false;
  #isPaused = false;
  #isProceeding = false;

  readonly #lanes: Lanes;

  constructor(kernel: Kernel, stream: StreamId, lanes: Lanes) {
    this.#lanes = lanes;
    this.#kernel = kernel;
    this.#stream = stream;
  }

  /** How much waits. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Processes something now, or once what came before is done with. */
  take(turn: Turn): void {
    this.#waiting.push(turn);
    if (turn.domain !== undefined) this.#lanes.enter(turn.domain, this);
    this.proceed();
    if (this.#isPaused || this.#waiting.length < this.#kernel.config.backlogLimit) return;
    this.#isPaused = true;
    this.#kernel.effects.push({ type: 'pause', stream: this.#stream });
  }

  /** Forgets what waits. */
  clear(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { domain } of waiting.reverse()) if (domain !== undefined) this.#lanes.forget(domain, this);
  }

  /** Processes what may be processed now. */
  proceed(): void {
    // What is processed may be done with at once: then the loop that is at work goes on.
    if (this.#isProceeding) return;
    this.#isProceeding = true;
    try {
      for (let next = this.#waiting[0]; next !== undefined && this.#mayBegin(next); next = this.#waiting[0]) {
        this.#waiting.shift();
        this.#kernel.concerned = this.#stream;
        this.#begin(next);
      }
    } finally {
      this.#isProceeding = false;
    }
    if (!this.#isPaused || this.#waiting.length >= this.#kernel.config.backlogLimit / 2) return;
    this.#isPaused = false;
    this.#kernel.effects.push({ type: 'resume', stream: this.#stream });
  }

  #mayBegin(turn: Turn): boolean {
    if (turn.domain !== undefined && !this.#lanes.mayBegin(turn.domain, this)) return false;
    return this.#tasks === 0 || (this.#isStoring && this.#tasks < this.#kernel.config.backlogLimit && turn.isForStore());
  }

  /** Who waits for a stanza does not wait for one at which an invariant broke. */
  #start(turn: Turn): Task | undefined {
    try {
      return turn.begin();
    } catch (error) {
      this.#leave(turn.domain);
      throw error;
    }
  }

  #leave(domain: string | undefined): void {
    if (domain !== undefined) this.#lanes.leave(domain);
  }

  #begin(turn: Turn): void {
    const { domain } = turn;
    if (domain !== undefined) this.#lanes.begin(domain);
    const task = this.#start(turn);
    if (task === undefined) return this.#leave(domain);
    this.#tasks += 1;
    this.#isStoring = turn.isForStore();
    const done = (): void => {
      this.#tasks -= 1;
      this.#leave(domain);
      this.#kernel.concerned = this.#stream;
      this.proceed();
    };
    this.#kernel.run(task, done, () => {
      turn.failed();
      done();
    });
  }
}
