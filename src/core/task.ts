/** Work that waits for the store: a generator that yields requests and is resumed with the replies.
 *  Not here: who resumes it (server.ts). @module */
import type { Credentials, StoreOperation, StoreOperations, StoreReply, StoreRequest } from './store.ts';

/** To have the salted keys of a password derived, which takes a while. */
export interface Derivation {
  readonly op: 'credentials.derive';
  readonly password: string;
}

/** Work in steps. What it yields is asked of the store; a request that fails is thrown into it as a
 *  {@link StoreFailure}. Between two yields nothing else happens. */
export type Task<R = void> = Generator<StoreRequest | Derivation, R, StoreReply | Credentials>;

/** The store could not carry out a request; nothing of it was kept.
 *  @example
 *  function* isKnown(account: BareJid): Task<boolean> {
 *    try {
 *      return (yield* ask({ op: 'account.read', account })).exists;
 *    } catch (error) {
 *      if (error instanceof StoreFailure) return false;
 *      throw error;
 *    }
 *  }
 *  const task = isKnown(parseBare('juliet@capulet.lit')!);
 *  task.next();
 *  task.throw(new StoreFailure('the disk is full')).value; // false */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure';
}

/** Asks the store, inside a task.
 *  @example
 *  function* isKnown(account: BareJid): Task<boolean> {
 *    const { exists } = yield* ask({ op: 'account.read', account });
 *    return exists;
 *  }
 *  const task = isKnown(parseBare('juliet@capulet.lit')!);
 *  task.next().value; // { op: 'account.read', account: 'juliet@capulet.lit' }
 *  task.next({ exists: true, offline: 0 }).value; // true */
export function* ask<O extends StoreOperation>(request: { readonly op: O } & StoreOperations[O]['request']): Task<StoreReply<O>> {
  return (yield request as unknown as StoreRequest) as StoreReply<O>;
}

/** Derives the salted keys of a password, inside a task.
 *  @example
 *  function* admit(account: BareJid, password: string): Task<boolean> {
 *    return yield* ask({ op: 'account.create', account, credentials: yield* derive(password) });
 *  }
 *  admit(parseBare('juliet@capulet.lit')!, 'secret').next().value; // { op: 'credentials.derive', password: 'secret' } */
export function* derive(password: string): Task<Credentials> {
  return (yield { op: 'credentials.derive', password }) as Credentials;
}

/** Begins a task: what it does before it first asks is done at once.
 *  @returns the rest of it */
export function begin<R>(task: Task<R>): Task<R> {
  const first = task.next();
  return (function* (): Task<R> {
    let next = first;
    while (next.done !== true) {
      let reply: StoreReply | Credentials;
      try {
        reply = yield next.value;
      } catch (failure) {
        next = task.throw(failure);
        continue;
      }
      next = task.next(reply);
    }
    return next.value;
  })();
}
