/** A store that keeps everything in memory and forgets it at the end of the process: for tests, for
 *  embedding and for `--memory`. Not here: durability (sqlite.ts). @module */
import type { BareJid } from '../../machines/vocabulary.ts';
import type { Credentials, OfflineMessage, RoomListing, RoomRecord, RosterRecord, Store } from '../core/store.ts';
import { carryOut, noAccount, pageOf, storeClosed } from './operations.ts';
import type { Operations } from './operations.ts';

interface Account {
  credentials: Credentials;
  rosterVersion: number;
  readonly roster: Map<BareJid, RosterRecord>;
  offlineSequence: number;
  offline: OfflineMessage[];
  readonly documents: Map<string, string>;
  privacy: string | null;
}

/** The accounts, and the highest numbers of those that were removed: a new account of an old name
 *  goes on above them, so that no version a contact list was cached under ever comes again. */
interface Memory {
  readonly accounts: Map<BareJid, Account>;
  readonly rooms: Map<BareJid, { readonly record: RoomRecord; readonly listing: RoomListing }>;
  retiredVersion: number;
  retiredSequence: number;
}

/** Makes a store of plain maps. Its replies come asynchronously, as those of every store do.
 *  @returns A store without accounts; it rejects a write for an account that it does not have.
 *  @public
 *  @example
 *  const store = memoryStore();
 *  const account = parseBare('juliet@capulet.lit')!;
 *  await store.perform({ op: 'account.create', account, credentials: await deriveCredentials('secret') }); // true
 *  await store.perform({ op: 'account.list', domain: 'capulet.lit' }); // ['juliet@capulet.lit']
 *  await store.close(); */
export function memoryStore(): Store {
  const memory: Memory = { accounts: new Map(), rooms: new Map(), retiredVersion: 0, retiredSequence: 0 };
  const operations: Operations = {
    ...accountOperations(memory),
    ...rosterOperations(memory),
    ...offlineOperations(memory),
    ...documentOperations(memory),
    ...privacyOperations(memory),
    ...roomOperations(memory),
  };
  let closed = false;
  return {
    async perform(request) {
      if (closed) throw storeClosed();
      return carryOut(operations, request);
    },
    async close() {
      closed = true;
    },
  };
}

function existing(memory: Memory, jid: BareJid): Account {
  const account = memory.accounts.get(jid);
  if (account === undefined) throw noAccount(jid);
  return account;
}

type Of<Noun extends string> = Pick<Operations, Extract<keyof Operations, `${Noun}.${string}`>>;

function accountOperations(memory: Memory): Of<'account' | 'credentials'> {
  const { accounts } = memory;
  return {
    'account.list': ({ domain }) =>
      [...accounts.keys()].filter((jid) => jid.slice(jid.indexOf('@') + 1) === domain),
    'account.create': ({ account, credentials }) => {
      if (accounts.has(account)) return false;
      accounts.set(account, {
        credentials,
        rosterVersion: memory.retiredVersion,
        roster: new Map(),
        offlineSequence: memory.retiredSequence,
        offline: [],
        documents: new Map(),
        privacy: null,
      });
      return true;
    },
    'account.remove': ({ account }) => {
      const removed = accounts.get(account);
      if (removed === undefined) return false;
      memory.retiredVersion = Math.max(memory.retiredVersion, removed.rosterVersion);
      memory.retiredSequence = Math.max(memory.retiredSequence, removed.offlineSequence);
      return accounts.delete(account);
    },
    'account.read': ({ account }) => {
      const found = accounts.get(account);
      return { exists: found !== undefined, offline: found?.offline.length ?? 0, ...((found?.privacy ?? null) !== null && { guarded: true }) };
    },
    'credentials.read': ({ account }) => accounts.get(account)?.credentials ?? null,
    'credentials.write': ({ account, credentials }) => {
      const found = accounts.get(account);
      if (found !== undefined) found.credentials = credentials;
      return found !== undefined;
    },
  };
}

function rosterOperations(memory: Memory): Of<'roster'> {
  return {
    'roster.read': ({ account }) => {
      const found = memory.accounts.get(account);
      return { version: found?.rosterVersion ?? 0, records: [...(found?.roster.values() ?? [])] };
    },
    'roster.write': ({ account, record }) => {
      const found = existing(memory, account);
      found.roster.set(record.jid, record);
      return ++found.rosterVersion;
    },
    'roster.remove': ({ account, jid }) => {
      const found = existing(memory, account);
      found.roster.delete(jid);
      return ++found.rosterVersion;
    },
  };
}

function offlineOperations(memory: Memory): Of<'offline'> {
  return {
    'offline.append': ({ account, at, xml, limit, screened }) => {
      const found = memory.accounts.get(account);
      if (found === undefined) return 'no-account';
      if (found.privacy !== null && screened !== true) return 'guarded';
      if (found.offline.length >= limit) return 'full';
      found.offline.push({ sequence: ++found.offlineSequence, at, xml });
      return 'stored';
    },
    'offline.read': ({ account, maxBytes }) => pageOf(memory.accounts.get(account)?.offline ?? [], maxBytes),
    'offline.remove': ({ account, upTo }) => {
      const found = memory.accounts.get(account);
      if (found !== undefined) found.offline = found.offline.filter(({ sequence }) => sequence > upTo);
      return null;
    },
  };
}

function documentOperations(memory: Memory): Of<'document'> {
  const name = (space: string, key: string): string => JSON.stringify([space, key]);
  return {
    'document.read': ({ account, space, key }) =>
      memory.accounts.get(account)?.documents.get(name(space, key)) ?? null,
    'document.write': ({ account, space, key, xml }) => {
      existing(memory, account).documents.set(name(space, key), xml);
      return null;
    },
  };
}

function roomOperations({ rooms }: Memory): Of<'room'> {
  return {
    'room.list': ({ domain }) => [...rooms.values()].map(({ listing }) => listing).filter(({ room }) => room.slice(room.indexOf('@') + 1) === domain),
    'room.read': ({ room }) => rooms.get(room)?.record ?? null,
    'room.write': ({ record, listing }) => {
      rooms.set(record.room, { record, listing });
      return null;
    },
    'room.remove': ({ room }) => {
      rooms.delete(room);
      return null;
    },
  };
}

function privacyOperations(memory: Memory): Of<'privacy'> {
  return {
    'privacy.read': ({ account }) => memory.accounts.get(account)?.privacy ?? null,
    'privacy.write': ({ account, xml }) => {
      existing(memory, account).privacy = xml;
      return null;
    },
  };
}
