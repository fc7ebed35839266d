/** The order of a stream whose other end is no client: what comes over it is processed one by one, and what a stanza needs
 *  of the store holds up the next ones. Messages on their way to the store may follow each other, since the store
 *  keeps their order. Spec: RFC 6120 §10.1. @module */
import type { Kernel } from '../kernel.ts';
import type { StreamId } from '../input.ts';
import type { Task } from '../task.ts';

/** Something to be processed in its turn. */
export interface Turn {
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

  constructor(kernel: Kernel, stream: StreamId) {
    this.#kernel = kernel;
    this.#stream = stream;
  }

  /** Processes something now, or once what came before is done with. */
  take(turn: Turn): void {
    this.#waiting.push(turn);
    this.#proceed();
    if (this.#isPaused || this.#waiting.length < this.#kernel.config.backlogLimit) return;
    this.#isPaused = true;
    this.#kernel.effects.push({ type: 'pause', stream: this.#stream });
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting = [];
  }

  #proceed(): void {
    // What is processed may be done with at once: then the loop that is at work goes on.
    if (this.#isProceeding) return;
    this.#isProceeding = true;
    try {
      for (let next = this.#waiting[0]; next !== undefined && this.#mayBegin(next); next = this.#waiting[0]) {
        this.#waiting.shift();
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
    return this.#tasks === 0 || (this.#isStoring && this.#tasks < this.#kernel.config.backlogLimit && turn.isForStore());
  }

  #begin(turn: Turn): void {
    const task = turn.begin();
    if (task === undefined) return;
    this.#tasks += 1;
    this.#isStoring = turn.isForStore();
    const done = (): void => {
      this.#tasks -= 1;
      this.#kernel.concerned = this.#stream;
      this.#proceed();
    };
    this.#kernel.run(task, done, () => {
      turn.failed();
      done();
    });
  }
}
