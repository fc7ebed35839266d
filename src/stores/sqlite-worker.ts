/** The thread of the SQLite store: takes batches, carries them out, answers when they are durable.
 *  Started by sqlite.ts only; the other end of its port is batched-store.ts. @module */
import { parentPort, workerData } from 'node:worker_threads';
import type { StoreRequest } from '../core/store.ts';
import { batchRunner } from './sqlite-batch.ts';
import { openDatabase } from './sqlite-database.ts';
import type { SqliteStoreOptions } from './sqlite-database.ts';
import { sqliteOperations } from './sqlite-operations.ts';

/** What the thread is told: a batch, which it answers with the outcomes, or null, to close.
 *  @internal */
export type ToThread = readonly StoreRequest[] | null;

if (parentPort === null) throw new Error('sqlite-worker is the entry of a thread');
const port = parentPort;

// An error here ends the thread, and reaches the other side as the worker's `error` event.
const database = openDatabase(workerData as SqliteStoreOptions);
const run = batchRunner(database, sqliteOperations(database));
port.on('message', (message: ToThread) => {
  if (message === null) close();
  else port.postMessage(run(message));
});
port.postMessage(null);

/** The last connection to a database writes its log back and removes it; one that isn't the last
 *  writes back what it can. */
function close(): void {
  database.exec('PRAGMA wal_checkpoint');
  database.close();
  port.close();
}
