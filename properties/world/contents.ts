/** What a simulated store keeps: plain maps that outlive a crash. Spec: src/core/store.ts. Not here: when
 *  a request is carried out, and whether (simulator/store.ts, checker/schedules/slow-store.ts, world.ts);
 *  durability, which is the business of the real ones (src/stores). @module */
import type { BareJid } from '../../machines/vocabulary.ts';
import type { OfflineMessage, OfflinePage, RosterRecord, StoreReply, StoreRequest } from '../../src/core/store.ts';

interface Kept {
  version: number;
  readonly roster: Map<BareJid, RosterRecord>;
  sequence: number;
  offline: OfflineMessage[];
  readonly documents: Map<string, string>;
  privacy: string | null;
}

/** The durable part of a store; a wrong one can stand in for it. */
export interface Contents {
  /** Carries out a request, at once and wholly. */
  perform(request: StoreRequest): StoreReply;
  roster(account: BareJid): readonly RosterRecord[];
  /** The messages that wait, oldest first. */
  offline(account: BareJid): readonly OfflineMessage[];
}

/** Makes the contents of a store with these accounts. */
export function contentsOf(accounts: readonly BareJid[]): Contents {
  const all = new Map<BareJid, Kept>(accounts.map((account) => [account, { version: 0, roster: new Map(), sequence: 0, offline: [], documents: new Map(), privacy: null }]));
  const rooms = new Map<BareJid, Extract<StoreRequest, { op: 'room.write' }>>();
  return {
    perform: (request) => ('account' in request ? perform(all.get(request.account), request) : performForRooms(rooms, request)),
    roster: (account) => [...(all.get(account)?.roster.values() ?? [])],
    offline: (account) => all.get(account)?.offline ?? [],
  };
}

function performForRooms(rooms: Map<BareJid, Extract<StoreRequest, { op: 'room.write' }>>, request: StoreRequest): StoreReply {
  switch (request.op) {
    case 'room.list':
      return [...rooms.values()].map(({ listing }) => listing);
    case 'room.read':
      return rooms.get(request.room)?.record ?? null;
    case 'room.write':
      rooms.set(request.record.room, request);
      return null;
    case 'room.remove':
      rooms.delete(request.room);
      return null;
    default:
      return refuse(request);
  }
}

function perform(kept: Kept | undefined, request: StoreRequest): StoreReply {
  switch (request.op) {
    case 'account.read':
      return { exists: kept !== undefined, offline: kept?.offline.length ?? 0, ...((kept?.privacy ?? null) !== null && { guarded: true }) };
    case 'roster.read':
      return { version: kept?.version ?? 0, records: [...(kept?.roster.values() ?? [])] };
    case 'offline.read':
      return pageOf(kept?.offline ?? [], request.maxBytes);
    case 'offline.append':
      return append(kept, request);
    case 'privacy.read':
      return kept?.privacy ?? null;
    case 'document.read':
      return kept?.documents.get(`${request.space} ${request.key}`) ?? null;
    default:
      return kept === undefined ? refuse(request) : change(kept, request);
  }
}

function change(kept: Kept, request: StoreRequest): StoreReply {
  switch (request.op) {
    case 'roster.write':
      kept.roster.set(request.record.jid, request.record);
      return (kept.version += 1);
    case 'roster.remove':
      kept.roster.delete(request.jid);
      return (kept.version += 1);
    case 'offline.remove':
      kept.offline = kept.offline.filter(({ sequence }) => sequence > request.upTo);
      return null;
    case 'privacy.write':
      kept.privacy = request.xml;
      return null;
    case 'document.write':
      kept.documents.set(`${request.space} ${request.key}`, request.xml);
      return null;
    default:
      return refuse(request);
  }
}

function append(kept: Kept | undefined, { at, xml, limit, screened }: Extract<StoreRequest, { op: 'offline.append' }>): StoreReply {
  if (kept === undefined) return 'no-account';
  if (kept.privacy !== null && screened !== true) return 'guarded';
  if (kept.offline.length >= limit) return 'full';
  kept.sequence += 1;
  kept.offline.push({ sequence: kept.sequence, at, xml });
  return 'stored';
}

function pageOf(messages: readonly OfflineMessage[], maxBytes: number): OfflinePage {
  let bytes = 0;
  const page = messages.filter(({ xml }, index) => (bytes += xml.length) <= maxBytes || index === 0);
  return { messages: page, more: page.length < messages.length };
}

function refuse({ op }: StoreRequest): never {
  throw new RangeError(`nobody asks for ${op} here`);
}
