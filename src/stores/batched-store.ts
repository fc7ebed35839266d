/** A store whose work another thread does. The requests of one turn of the event loop travel as one
 *  message; while it is under way the next ones gather, so that the batches grow with the load.
 *  Not here: what the thread does with a batch (sqlite-worker.ts). @module */
import type { Worker } from 'node:worker_threads';
import type { Store, StoreOperation, StoreOperations, StoreReply, StoreRequest } from '../core/store.ts';
import { isWrite, storeClosed } from './operations.ts';
import type { Outcome } from './sqlite-batch.ts';
import type { ToThread } from './sqlite-worker.ts';

interface Pending {
  readonly request: StoreRequest;
  readonly resolve: (reply: StoreReply) => void;
  readonly reject: (error: unknown) => void;
}

/** The most requests in one batch: bounds the time of a transaction and the size of a message. */
const batchLimit = 256;

/** The least time from the beginning of a batch that writes to the next batch. A lone write never
 *  waits; a stream of them, each in its own turn, shares its commits, which cost more processor time
 *  than all else: at 3000 writes a second this halves it. */
const pauseMs = 2;

/** The near side of a store thread.
 *  @internal */
export class BatchedStore implements Store {
  /** Settles when the thread has opened the store, or could not. */
  readonly opened: Promise<void>;
  /** Settles when the thread has ended without having been told to, or amid that; never otherwise. */
  readonly failure: Promise<Error>;
  readonly #worker: Worker;
  readonly #opening = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #failed = Promise.withResolvers<Error>();
  #waiting: Pending[] = [];
  /** The batch that the thread has; empty when it has none. */
  #underway: Pending[] = [];
  #isFlushDue = false;
  /** When the last batch that writes was sent. */
  #wroteAt = -Infinity;
  /** Why no request is taken any more. */
  #refusal: Error | undefined;
  #isClosing = false;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.opened = this.#opening.promise;
    this.failure = this.#failed.promise;
    let cause: unknown;
    worker.on('error', (error) => (cause = error));
    worker.on('exit', (code) => this.#end(code, cause));
    worker.on('message', (outcomes: readonly Outcome[] | null) => this.#settle(outcomes));
  }

  perform<O extends StoreOperation>(request: { readonly op: O } & StoreOperations[O]['request']): Promise<StoreReply<O>> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    return new Promise<StoreReply<O>>((resolve, reject) => {
      // The reply that comes back is that of this request's operation.
      this.#waiting.push({ request: request as StoreRequest, resolve: resolve as Pending['resolve'], reject });
      this.#flushSoon();
    });
  }

  close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      this.#refusal ??= storeClosed();
      this.#flushSoon();
    }
    return this.#ended.promise;
  }

  /** After the callbacks of this turn, which may well ask for more, or after the pause. */
  #flushSoon(): void {
    if (this.#isFlushDue || this.#underway.length > 0) return;
    this.#isFlushDue = true;
    const restMs = this.#wroteAt + pauseMs - performance.now();
    if (restMs > 0) setTimeout(() => this.#flush(), restMs);
    else setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushDue = false;
    if (this.#waiting.length === 0) {
      if (this.#isClosing) this.#worker.postMessage(null satisfies ToThread);
      return;
    }
    const batch = this.#waiting.splice(0, batchLimit);
    try {
      this.#worker.postMessage(batch.map(({ request }) => request) satisfies ToThread);
      this.#underway = batch;
      if (batch.some(({ request }) => isWrite[request.op])) this.#wroteAt = performance.now();
    } catch (error) {
      this.#sortOut(batch, error);
    }
  }

  /** Rejects what can't be sent (only what isn't plain data, which the types exclude), and puts the
   *  rest back in its place. */
  #sortOut(batch: readonly Pending[], error: unknown): void {
    const plain = batch.filter(({ request }) => isPlainData(request));
    const kept = plain.length < batch.length ? plain : [];
    for (const each of batch) if (!kept.includes(each)) each.reject(error);
    this.#waiting.unshift(...kept);
    this.#flushSoon();
  }

  #settle(outcomes: readonly Outcome[] | null): void {
    if (outcomes === null) return this.#opening.resolve();
    const settled = this.#underway;
    this.#underway = [];
    settled.forEach(({ resolve, reject }, index) => {
      const outcome = outcomes[index] as Outcome;
      if ('reply' in outcome) resolve(outcome.reply);
      else reject(outcome.error);
    });
    if (this.#waiting.length > 0 || this.#isClosing) this.#flushSoon();
  }

  /** The thread is gone: because it was told to, or with the cause that its last error gave. */
  #end(code: number, cause: unknown): void {
    const pending = [...this.#underway, ...this.#waiting];
    if (this.#isClosing && pending.length === 0 && code === 0) return this.#ended.resolve();
    const failure = new Error('the thread of the store has ended', { cause: cause ?? `exit code ${code}` });
    this.#refusal = failure;
    this.#opening.reject(cause ?? failure);
    this.#failed.resolve(failure);
    for (const { reject } of pending) reject(failure);
    this.#underway = this.#waiting = [];
    if (this.#isClosing) this.#ended.reject(failure);
    else this.#ended.resolve();
  }
}

function isPlainData(request: StoreRequest): boolean {
  try {
    structuredClone(request);
    return true;
  } catch {
    return false;
  }
}
