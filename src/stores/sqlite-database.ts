/** Opens the file of the SQLite store, makes it when there is none, and says plainly why it can't.
 *  Not here: the tables (schema.ts), the thread that does it (sqlite-worker.ts). @module */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeDirectory } from './directory.ts';
import { migrate } from './schema.ts';

/** How the embedded store is kept.
 *  @public */
export interface SqliteStoreOptions {
  /** Where the file `waystate.db` is, or shall be made. */
  readonly directory: string;
  /** `full`, the default: an answered write outlives a power failure. `normal`: it outlives the end
   *  of the process; a power failure may take the last writes, but leaves no gap before them. */
  readonly synchronous?: 'full' | 'normal';
  /** How long a request waits for another process that holds the file: 5 seconds by default. */
  readonly busyTimeoutMs?: number;
}

/** The file of the store in its directory.
 *  @internal */
export function databaseFile(directory: string): string {
  return join(directory, 'waystate.db');
}

/** Opens the database, of the present schema and ready for statements.
 *  @throws Error with a message that names the file and the reason.
 *  @internal */
export function openDatabase(options: SqliteStoreOptions): DatabaseSync {
  const { directory, synchronous = 'full', busyTimeoutMs = 5000 } = options;
  const file = databaseFile(directory);
  let database: DatabaseSync | undefined;
  try {
    makeDirectory(directory, 0o700);
    createPrivately(file);
    database = new DatabaseSync(file, { timeout: busyTimeoutMs });
    migrate(database);
    useWriteAheadLog(database, busyTimeoutMs);
    database.exec(`PRAGMA foreign_keys = ON; PRAGMA synchronous = ${synchronous}`);
    return database;
  } catch (error) {
    database?.close();
    throw new Error(`cannot open the store ${file}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Makes the file before SQLite would, which makes it readable for everyone. An existing file is not
 *  even opened: to close it would take the locks of this process on it away (POSIX). */
function createPrivately(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** With a write-ahead log nobody who reads waits for one who writes. A new file changes to it once and
 *  must be nobody else's for that moment; when it isn't, SQLite may fail at once instead of waiting.
 *  @throws Error of SQLite when the file is still somebody else's after `patienceMs`.
 *  @internal */
export function useWriteAheadLog(database: Pick<DatabaseSync, 'exec'>, patienceMs: number): void {
  const stepMs = 10;
  for (let waitedMs = 0; ; waitedMs += stepMs) {
    try {
      return database.exec('PRAGMA journal_mode = WAL');
    } catch (error) {
      if (codeOf(error) !== busy || waitedMs >= patienceMs) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, stepMs);
    }
  }
}

const busy = 5;

/** SQLite's primary result codes that an operator can do something about. */
const reasons: ReadonlyMap<number, string> = new Map([
  [busy, 'another process keeps it locked'],
  [8, 'it may not be written to'],
  [13, 'the disk is full'],
  [14, 'it is not a file that this process may open'],
  [26, 'it is not an SQLite database'],
]);

function reasonOf(error: unknown): string {
  return reasons.get(codeOf(error)) ?? (error instanceof Error ? error.message : String(error));
}

function codeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : NaN;
}
