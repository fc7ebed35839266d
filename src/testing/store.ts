/** A store that is slow, or fails, when a test wants it to. @module */
import type { Store, StoreOperation, StoreOperations, StoreReply } from '../core/store.ts';
import { Lane } from './lane.ts';

/** The faults of a store.
 *  @public
 *  @example
 *  const server = await startTestServer({ accounts: { juliet: 'secret' } });
 *  // The next change of a roster is answered with internal-server-error.
 *  server.store.failNext('roster.write');
 *  await server.stop(); */
export interface TestStore {
  /** Answers nothing from now on; requests wait in their order. */
  hold(): void;
  /** Carries out what has waited, and answers again. */
  release(): void;
  /** Fails at the next request, or at the next of one kind. */
  failNext(operation?: StoreOperation): void;
}

/** Another store, with faults. */
export class FaultyStore implements Store, TestStore {
  /** Requests that are being carried out; those that are held are not among them. */
  pending = 0;
  readonly #inner: Store;
  readonly #lane = new Lane();
  readonly #failing: (StoreOperation | undefined)[] = [];

  constructor(inner: Store) {
    this.#inner = inner;
  }

  async perform<O extends StoreOperation>(request: { readonly op: O } & StoreOperations[O]['request']): Promise<StoreReply<O>> {
    await new Promise<void>((passed) => this.#lane.pass(passed));
    const place = this.#failing.findIndex((operation) => operation === undefined || operation === request.op);
    if (place >= 0) {
      this.#failing.splice(place, 1);
      throw new Error('the test wants the store to fail');
    }
    this.pending += 1;
    return this.#inner.perform(request).finally(() => void (this.pending -= 1));
  }

  /** Asks past every fault: a test looks, it does not take part. */
  look<O extends StoreOperation>(request: { readonly op: O } & StoreOperations[O]['request']): Promise<StoreReply<O>> {
    return this.#inner.perform(request);
  }

  hold(): void {
    this.#lane.hold();
  }

  release(): void {
    this.#lane.release();
  }

  failNext(operation?: StoreOperation): void {
    this.#failing.push(operation);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
