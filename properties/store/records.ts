/** What is put into a store under test. @module */
import type { BareJid } from '../../machines/vocabulary.ts';
import type { Credentials, RoomListing, RoomRecord, RosterRecord } from '../../src/core/store.ts';

const juliet = 'juliet@capulet.example' as BareJid;
const romeo = 'romeo@montague.example' as BareJid;

/** Credentials that differ by their seed. */
export function credentials(seed = 'a'): Credentials {
  const keys = { salt: `${seed}==`, iterations: 4096, storedKey: `stored-${seed}`, serverKey: `server-${seed}` };
  return { 'SCRAM-SHA-1': keys, 'SCRAM-SHA-256': { ...keys, iterations: 10_000 } };
}

/** A roster record, listed and with both subscriptions unless it is said otherwise. */
export function record(contact: BareJid, rest: Partial<RosterRecord> = {}): RosterRecord {
  return { jid: contact, groups: [], subscription: 'both', approved: false, listed: true, ...rest };
}

/** What is kept of a room: its subject tells one record from another. */
export function roomRecord(room: BareJid, subject = ''): RoomRecord {
  return {
    room, creator: juliet, options: { 'muc#roomconfig_roomname': [subject], 'muc#roomconfig_roomowners': [] },
    affiliations: [{ jid: juliet, affiliation: 'owner', nick: 'Julïet' }, { jid: romeo, affiliation: 'outcast', reason: '' }],
    ...(subject === '' ? {} : { subject: { texts: [{ subject }, { lang: 'it', subject }], nick: 'Juliet', by: juliet, at: 1 } }),
  };
}

/** What a list says of that room. */
export const listing = (room: BareJid, name = ''): RoomListing => ({ room, creator: juliet, name, isPublic: name !== '' });
