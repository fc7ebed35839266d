/** The embedded store: SQLite in a thread of its own, so that the event loop never waits for the
 *  disk. Not here: the thread (sqlite-worker.ts), how requests travel to it (batched-store.ts).
 *  @module */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { WorkerOptions } from 'node:worker_threads';
import type { Store } from '../core/store.ts';
import { BatchedStore } from './batched-store.ts';
import type { SqliteStoreOptions } from './sqlite-database.ts';

/** The embedded store, whose thread may fail as a whole.
 *  @public */
export interface EmbeddedStore extends Store {
  /** Settles, with the reason, when the store has ended by itself: whatever it is asked from then on is
   *  refused. Never settles otherwise. */
  readonly failure: Promise<Error>;
}

/** Opens the embedded store, and makes it when there is none. Several processes may have it open,
 *  such as the server and `waystate account`.
 *  @param options - the directory, and how durable a write is
 *  @returns A store whose requests of one turn of the event loop share one transaction.
 *  @throws Error that names the file and the reason: not a database, no permission, locked, of
 *  another program, or written by a newer release.
 *  @public
 *  @example
 *  const store = await sqliteStore({ directory: './data' });
 *  const account = parseBare('juliet@capulet.lit')!;
 *  await store.perform({ op: 'account.create', account, credentials: await deriveCredentials('secret') }); // true
 *  await store.close(); */
export async function sqliteStore(options: SqliteStoreOptions): Promise<EmbeddedStore> {
  // The sources run as .ts and the published package as .js: the thread is of the same kind.
  const entry = new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url);
  const store = new BatchedStore(new Worker(entry, { workerData: options, ...threadOptions }));
  await store.opened;
  return store;
}

/** The flags of this process may be meant for its main script alone. What the thread makes is mostly
 *  short-lived, and its collector, left alone, may take 170 MB more before it cares. */
const threadOptions: WorkerOptions = {
  name: 'waystate store',
  execArgv: [],
  resourceLimits: { maxYoungGenerationSizeMb: 8 },
};
