/** The operations of the store as SQL statements, prepared once. Each is carried out inside a
 *  transaction that sqlite-batch.ts opens; the tables are in schema.ts. @module */
import type { DatabaseSync } from 'node:sqlite';
import type { BareJid } from '../../machines/vocabulary.ts';
import type { Credentials, OfflineMessage, RoomListing, RoomRecord, RosterRecord } from '../core/store.ts';
import { noAccount, pageOf } from './operations.ts';
import type { Operations } from './operations.ts';

/** Prepares every statement of the store.
 *  @internal */
export function sqliteOperations(database: DatabaseSync): Operations {
  return {
    ...accountOperations(database),
    ...credentialsOperations(database),
    ...rosterOperations(database),
    ...offlineOperations(database),
    ...documentOperations(database),
    ...roomOperations(database),
  };
}

type Of<Noun extends string> = Pick<Operations, Extract<keyof Operations, `${Noun}.${string}`>>;

function accountOperations(database: DatabaseSync): Of<'account'> {
  // The first @ is the separator: a localpart can't contain one (RFC 7622 §3.3).
  const list = database.prepare("SELECT jid FROM account WHERE substr(jid, instr(jid, '@') + 1) = ? ORDER BY jid");
  const create = database.prepare(`
    INSERT INTO account (jid, roster_version, offline_sequence)
    SELECT ?, roster_version, offline_sequence FROM retired WHERE true
    ON CONFLICT (jid) DO NOTHING RETURNING id`);
  const addCredentials = database.prepare('INSERT INTO credentials (account, keys) VALUES (?, ?)');
  const retire = database.prepare(`
    UPDATE retired SET
      roster_version = max(retired.roster_version, account.roster_version),
      offline_sequence = max(retired.offline_sequence, account.offline_sequence)
    FROM account WHERE account.jid = ?`);
  const remove = database.prepare('DELETE FROM account WHERE jid = ?');
  const read = database.prepare('SELECT offline_waiting AS waiting FROM account WHERE jid = ?');
  return {
    'account.list': ({ domain }) => list.all(domain).map((row) => row['jid'] as BareJid),
    'account.create': ({ account, credentials }) => {
      const created = create.get(account) as { id: number } | undefined;
      if (created === undefined) return false;
      addCredentials.run(created.id, JSON.stringify(credentials));
      return true;
    },
    'account.remove': ({ account }) => {
      retire.run(account);
      return remove.run(account).changes === 1;
    },
    'account.read': ({ account }) => {
      const row = read.get(account) as { waiting: number } | undefined;
      return { exists: row !== undefined, offline: row?.waiting ?? 0 };
    },
  };
}

function credentialsOperations(database: DatabaseSync): Of<'credentials'> {
  const read = database.prepare('SELECT keys FROM credentials WHERE account = (SELECT id FROM account WHERE jid = ?)');
  const write = database.prepare('UPDATE credentials SET keys = ? WHERE account = (SELECT id FROM account WHERE jid = ?)');
  return {
    'credentials.read': ({ account }) => {
      const row = read.get(account) as { keys: string } | undefined;
      return row === undefined ? null : (JSON.parse(row.keys) as Credentials);
    },
    'credentials.write': ({ account, credentials }) => write.run(JSON.stringify(credentials), account).changes === 1,
  };
}

function rosterOperations(database: DatabaseSync): Of<'roster'> {
  type Row = { readonly id: number; readonly version: number } | undefined;
  const version = database.prepare('SELECT id, roster_version AS version FROM account WHERE jid = ?');
  const read = database.prepare('SELECT record FROM roster WHERE account = ?');
  const advance = database.prepare(`
    UPDATE account SET roster_version = roster_version + 1
    WHERE jid = ? RETURNING id, roster_version AS version`);
  const write = database.prepare(`
    INSERT INTO roster (account, jid, record) VALUES (?, ?, ?)
    ON CONFLICT (account, jid) DO UPDATE SET record = excluded.record`);
  const remove = database.prepare('DELETE FROM roster WHERE account = ? AND jid = ?');
  return {
    'roster.read': ({ account }) => {
      const found = version.get(account) as Row;
      if (found === undefined) return { version: 0, records: [] };
      const records = read.all(found.id).map(({ record }) => JSON.parse(record as string) as RosterRecord);
      return { version: found.version, records };
    },
    'roster.write': ({ account, record }) => {
      const advanced = advance.get(account) as Row;
      if (advanced === undefined) throw noAccount(account);
      write.run(advanced.id, record.jid, JSON.stringify(record));
      return advanced.version;
    },
    'roster.remove': ({ account, jid }) => {
      const advanced = advance.get(account) as Row;
      if (advanced === undefined) throw noAccount(account);
      remove.run(advanced.id, jid);
      return advanced.version;
    },
  };
}

function offlineOperations(database: DatabaseSync): Of<'offline'> {
  const reserve = database.prepare(`
    UPDATE account SET offline_sequence = offline_sequence + 1, offline_waiting = offline_waiting + 1
    WHERE jid = ? AND offline_waiting < ? RETURNING id, offline_sequence AS sequence`);
  const exists = database.prepare('SELECT id FROM account WHERE jid = ?');
  const append = database.prepare('INSERT INTO offline (account, sequence, at, xml) VALUES (?, ?, ?, ?)');
  const read = database.prepare(`
    SELECT sequence, at, xml FROM offline
    WHERE account = (SELECT id FROM account WHERE jid = ?) ORDER BY sequence`);
  const remove = database.prepare('DELETE FROM offline WHERE account = (SELECT id FROM account WHERE jid = ?) AND sequence <= ?');
  const release = database.prepare('UPDATE account SET offline_waiting = offline_waiting - ? WHERE jid = ?');
  return {
    'offline.append': ({ account, at, xml, limit }) => {
      const place = reserve.get(account, limit) as { id: number; sequence: number } | undefined;
      if (place === undefined) return exists.get(account) === undefined ? 'no-account' : 'full';
      append.run(place.id, place.sequence, at, xml);
      return 'stored';
    },
    'offline.read': ({ account, maxBytes }) => pageOf(rowsOf(read.iterate(account)), maxBytes),
    'offline.remove': ({ account, upTo }) => {
      const { changes } = remove.run(account, upTo);
      if (changes !== 0) release.run(changes, account);
      return null;
    },
  };
}

/** Rows one by one, so that no more is read than is asked for. */
function* rowsOf(rows: Iterable<Record<string, unknown>>): Generator<OfflineMessage> {
  for (const row of rows) yield { ...row } as unknown as OfflineMessage;
}

function documentOperations(database: DatabaseSync): Of<'document'> {
  const read = database.prepare(`
    SELECT xml FROM document
    WHERE account = (SELECT id FROM account WHERE jid = ?) AND space = ? AND key = ?`);
  const write = database.prepare(`
    INSERT INTO document (account, space, key, xml)
    SELECT id, ?, ?, ? FROM account WHERE jid = ?
    ON CONFLICT (account, space, key) DO UPDATE SET xml = excluded.xml`);
  return {
    'document.read': ({ account, space, key }) => {
      const row = read.get(account, space, key) as { xml: string } | undefined;
      return row?.xml ?? null;
    },
    'document.write': ({ account, space, key, xml }) => {
      if (write.run(space, key, xml, account).changes !== 1) throw noAccount(account);
      return null;
    },
  };
}

function roomOperations(database: DatabaseSync): Of<'room'> {
  const list = database.prepare("SELECT listing FROM room WHERE substr(jid, instr(jid, '@') + 1) = ? ORDER BY jid");
  const read = database.prepare('SELECT record FROM room WHERE jid = ?');
  const write = database.prepare(`
    INSERT INTO room (jid, record, listing) VALUES (?, ?, ?)
    ON CONFLICT (jid) DO UPDATE SET record = excluded.record, listing = excluded.listing`);
  const remove = database.prepare('DELETE FROM room WHERE jid = ?');
  return {
    'room.list': ({ domain }) => list.all(domain).map(({ listing }) => JSON.parse(listing as string) as RoomListing),
    'room.read': ({ room }) => {
      const row = read.get(room) as { record: string } | undefined;
      return row === undefined ? null : (JSON.parse(row.record) as RoomRecord);
    },
    'room.write': ({ record, listing }) => {
      write.run(record.room, JSON.stringify(record), JSON.stringify(listing));
      return null;
    },
    'room.remove': ({ room }) => {
      remove.run(room);
      return null;
    },
  };
}
