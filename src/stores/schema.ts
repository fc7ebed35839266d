/** The tables of the SQLite store, and how an older file gets them. A migration, once released, is
 *  never edited: a change is one more at the end of the list. Not here: the statements that read and
 *  write the tables (sqlite-operations.ts). @module */
import type { DatabaseSync } from 'node:sqlite';

/** What marks a file as ours (`PRAGMA application_id`): "Ways".
 *  @internal */
export const applicationId = 0x57617973;

/** The scripts that lead from an empty file to the present schema, in order; the number of those
 *  that a file has had is its `PRAGMA user_version`.
 *  @internal */
export const migrations: readonly string[] = [
  `
  -- The counters are here, in a short row, so that one statement finds the account, checks the
  -- limit and counts. offline_waiting is the number of rows that offline has for the account.
  CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    jid TEXT NOT NULL UNIQUE,
    roster_version INTEGER NOT NULL,
    offline_sequence INTEGER NOT NULL,
    offline_waiting INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  -- The highest numbers of removed accounts: a new account of an old name goes on above them, so
  -- that no roster version that a client has cached (RFC 6121 §2.6) ever comes again.
  CREATE TABLE retired (
    roster_version INTEGER NOT NULL,
    offline_sequence INTEGER NOT NULL
  ) STRICT;
  INSERT INTO retired VALUES (0, 0);

  -- keys is the JSON of core/store.ts, Credentials.
  CREATE TABLE credentials (
    account INTEGER PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    keys TEXT NOT NULL
  ) STRICT;

  -- record is the JSON of core/store.ts, RosterRecord.
  CREATE TABLE roster (
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    jid TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (account, jid)
  ) STRICT;

  -- With a rowid: messages of all accounts go to the end of the table, and only short index
  -- entries to the middle of a tree; half the cost of clustering them by account.
  CREATE TABLE offline (
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    xml TEXT NOT NULL,
    PRIMARY KEY (account, sequence)
  ) STRICT;

  CREATE TABLE document (
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    space TEXT NOT NULL,
    key TEXT NOT NULL,
    xml TEXT NOT NULL,
    PRIMARY KEY (account, space, key)
  ) STRICT;

  PRAGMA application_id = ${applicationId};
  `,
  `
  -- record and listing are the JSON of core/store.ts, RoomRecord and RoomListing: a room is read whole, and a
  -- list of rooms reads nothing of their affiliations.
  CREATE TABLE room (
    jid TEXT PRIMARY KEY,
    record TEXT NOT NULL,
    listing TEXT NOT NULL
  ) STRICT;
  `,
];

/** Brings a file to the present schema in one transaction, so that a process that dies half-way
 *  leaves the old schema whole.
 *  @throws Error when the file is of a newer schema or of another program.
 *  @internal */
export function migrate(database: DatabaseSync, list: readonly string[] = migrations): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    assertOurs(database);
    const version = numberOf(database, 'PRAGMA user_version');
    if (version > list.length) {
      throw new Error(`its schema has number ${version}, and this release knows schemas up to ${list.length}; a newer release of Waystate wrote it`);
    }
    if (version < list.length) {
      for (const script of list.slice(version)) database.exec(script);
      database.exec(`PRAGMA user_version = ${list.length}`);
    }
    database.exec('COMMIT');
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK');
  }
}

/** Refuses a database of another program, which a wrong `--data` may well point to. */
function assertOurs(database: DatabaseSync): void {
  const id = numberOf(database, 'PRAGMA application_id');
  const isEmpty = numberOf(database, 'SELECT count(*) FROM sqlite_schema') === 0;
  if (id !== applicationId && !(id === 0 && isEmpty)) throw new Error('it is the database of another program');
}

function numberOf(database: DatabaseSync, sql: string): number {
  const row = database.prepare(sql).get() ?? {};
  return Number(Object.values(row)[0]);
}
