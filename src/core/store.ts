/** What the core asks of a store, and what a store answers: data only, so that a request can cross
 *  a thread or a network. A store carries out the requests of one account, or of one room, in the order in which
 *  they were made, and answers a write only when it is durable. @module */
import type { Affiliation, BareJid, SubscriptionState } from '../../machines/vocabulary.ts';

/** The salted keys of one SCRAM mechanism (RFC 5802 §3); `salt` and keys are base64. */
export interface ScramKeys {
  readonly salt: string;
  readonly iterations: number;
  readonly storedKey: string;
  readonly serverKey: string;
}

/** What is kept of a password: no more than SCRAM needs to check it. */
export interface Credentials {
  readonly 'SCRAM-SHA-1': ScramKeys;
  readonly 'SCRAM-SHA-256': ScramKeys;
}

/** One contact as the roster keeps it (RFC 6121 §2.1.2, §A.1). */
export interface RosterRecord {
  readonly jid: BareJid;
  readonly name?: string;
  readonly groups: readonly string[];
  readonly subscription: SubscriptionState;
  /** Pre-approved (RFC 6121 §3.4). */
  readonly approved: boolean;
  /** False for a contact that is known only by its pending request (RFC 6121 §3.1.3). */
  readonly listed: boolean;
  /** The pending request, as it came (RFC 6121 §3.1.3 rule 4). */
  readonly request?: string;
}

/** A roster and its version (RFC 6121 §2.6); the version grows with each write. */
export interface RosterSnapshot {
  readonly version: number;
  readonly records: readonly RosterRecord[];
}

/** One message kept for later (XEP-0160). `at` is milliseconds since the epoch. `sequence` grows with each message of
 *  the account, and no number comes twice, also when all were removed: a resource is sent none up to the last it had. */
export interface OfflineMessage {
  readonly sequence: number;
  readonly at: number;
  readonly xml: string;
}

/** The oldest messages, and whether there are others. */
export interface OfflinePage {
  readonly messages: readonly OfflineMessage[];
  readonly more: boolean;
}

/** What lasts between a user and a room (XEP-0045 §5.2, §7.10). */
export interface AffiliationRecord {
  /** A bare JID, or a domain. */
  readonly jid: BareJid;
  readonly affiliation: Affiliation;
  /** The registered nick. */
  readonly nick?: string;
  readonly reason?: string;
}

/** The subject of a room, one text for each language. */
export interface SubjectRecord {
  readonly texts: readonly { readonly lang?: string; readonly subject: string }[];
  /** Under which nick it was set, by whom, and when. */
  readonly nick: string;
  readonly by: BareJid;
  readonly at: number;
}

/** What is kept of a persistent room (XEP-0045 §4.2). */
export interface RoomRecord {
  readonly room: BareJid;
  readonly creator: BareJid;
  /** The options of the room's form, by their names (XEP-0045 §16.5.3), each with its values. */
  readonly options: Readonly<Record<string, readonly string[]>>;
  readonly affiliations: readonly AffiliationRecord[];
  readonly subject?: SubjectRecord;
}

/** What a list of rooms says of one. */
export interface RoomListing {
  readonly room: BareJid;
  readonly creator: BareJid;
  readonly name: string;
  /** Whether it is shown to everybody. */
  readonly isPublic: boolean;
}

/** Every request, and the reply that belongs to it. What an account has goes with it; to write a roster, a document or lists for one that
 *  does not exist is refused: the promise rejects. Versions of a roster and sequences of messages grow, and none comes again for the same
 *  address, also when its account was removed and made anew (RFC 6121 §2.6): remember the highest, or count for all accounts together. */
export interface StoreOperations {
  'account.list': { request: { readonly domain: string }; reply: readonly BareJid[] };
  /** Creates an account; answers false when there is one already. */
  'account.create': { request: { readonly account: BareJid; readonly credentials: Credentials }; reply: boolean };
  /** Removes an account and everything that is kept for it; answers false when there was none. */
  'account.remove': { request: { readonly account: BareJid }; reply: boolean };
  /** Whether the account exists, how many messages wait for it, and whether it is guarded by privacy lists. */
  'account.read': { request: { readonly account: BareJid }; reply: { readonly exists: boolean; readonly offline: number; readonly guarded?: true } };
  'credentials.read': { request: { readonly account: BareJid }; reply: Credentials | null };
  /** Replaces the credentials; answers false when there is no such account. */
  'credentials.write': { request: { readonly account: BareJid; readonly credentials: Credentials }; reply: boolean };
  'roster.read': { request: { readonly account: BareJid }; reply: RosterSnapshot };
  /** Writes one record; answers the new version. */
  'roster.write': { request: { readonly account: BareJid; readonly record: RosterRecord }; reply: number };
  /** Removes one record; answers the new version. */
  'roster.remove': { request: { readonly account: BareJid; readonly jid: BareJid }; reply: number };
  /** Keeps a message unless `limit` of them wait already, or the account does not exist. For an account that has
   *  privacy lists the asker must say that it has asked them (`screened`); it is answered `guarded` otherwise. */
  'offline.append': { request: { readonly account: BareJid; readonly at: number; readonly xml: string; readonly limit: number; readonly screened?: boolean }; reply: 'stored' | 'full' | 'no-account' | 'guarded' };
  /** The messages that wait, oldest first: as many as have `maxBytes` together (UTF-16 code units will
   *  do for bytes), and at least one if there is one. */
  'offline.read': { request: { readonly account: BareJid; readonly maxBytes: number }; reply: OfflinePage };
  /** Forgets the messages up to and including this one. */
  'offline.remove': { request: { readonly account: BareJid; readonly upTo: number }; reply: null };
  /** A document that is kept for the account; `space` and `key` name it: `vcard-temp` and an empty key its vCard (XEP-0054),
   *  `jabber:iq:private` and the element's namespace and name, with a blank between, a private one (XEP-0049). Null when there is none. */
  'document.read': { request: { readonly account: BareJid; readonly space: string; readonly key: string }; reply: string | null };
  /** The rooms of a domain. */
  'room.list': { request: { readonly domain: string }; reply: readonly RoomListing[] };
  'room.read': { request: { readonly room: BareJid }; reply: RoomRecord | null };
  /** Keeps a room, in the place of what is kept of it already. */
  'room.write': { request: { readonly record: RoomRecord; readonly listing: RoomListing }; reply: null };
  'room.remove': { request: { readonly room: BareJid }; reply: null };
  /** Keeps a document, in the place of what is kept under its name. */
  'document.write': { request: { readonly account: BareJid; readonly space: string; readonly key: string; readonly xml: string }; reply: null };
  /** The privacy lists of the account (XEP-0016); null when it has none. */
  'privacy.read': { request: { readonly account: BareJid }; reply: string | null };
  /** Replaces them; null: the account is not guarded any more. */
  'privacy.write': { request: { readonly account: BareJid; readonly xml: string | null }; reply: null };
}

/** The name of an operation. */
export type StoreOperation = keyof StoreOperations;

/** A request: its operation's name beside its parameters. */
export type StoreRequest = { [O in StoreOperation]: { readonly op: O } & StoreOperations[O]['request'] }[StoreOperation];

/** The reply to an operation. */
export type StoreReply<O extends StoreOperation = StoreOperation> = StoreOperations[O]['reply'];

/** A place where accounts live.
 *  @example
 *  const store: Store = memoryStore();
 *  const account = parseBare('juliet@capulet.lit')!;
 *  (await store.perform({ op: 'account.read', account })).exists; // false
 *  await store.close(); */
export interface Store {
  /** Carries out one request. Rejects when the store fails; then nothing of the request was kept. */
  perform<O extends StoreOperation>(request: { readonly op: O } & StoreOperations[O]['request']): Promise<StoreReply<O>>;
  /** Finishes what was asked for, then lets go of files and threads. */
  close(): Promise<void>;
}
