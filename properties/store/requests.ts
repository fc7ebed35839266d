/** Random requests to a store: few accounts, contacts and keys, so that they meet. @module */
import fc from 'fast-check';
import type { BareJid } from '../../machines/vocabulary.ts';
import type { StoreRequest } from '../../src/core/store.ts';
import { credentials, listing, record, roomRecord } from './records.ts';

const jid = (text: string): BareJid => text as BareJid;
const account = fc.constantFrom(jid('a@d.example'), jid('b@d.example'), jid('ü@e.example'));
const text = fc.oneof(fc.constantFrom('', '<x/>'), fc.string({ unit: 'grapheme', maxLength: 9 }));
const seed = fc.constantFrom('p', 'q').map(credentials);
const contact = fc.constantFrom(jid('a@d.example'), jid('c@f.example'));
const rosterRecord = fc.record({
  jid: contact, groups: fc.array(text, { maxLength: 2 }), subscription: fc.constantFrom('none', 'both', 'toPendingIn'),
  approved: fc.boolean(), listed: fc.boolean(), name: text, request: text,
}, { requiredKeys: ['jid', 'groups', 'subscription', 'approved', 'listed'] }).map(({ jid: of, ...rest }) => record(of, rest));
const small = fc.nat({ max: 6 });
/** The names that the server's own documents have (StoreOperations), and one of an extension. */
const documents = [{ space: 'vcard-temp', key: '' }, { space: 'jabber:iq:private', key: 'storage:bookmarks storage' }, { space: 'urn:example:motto', key: '' }] as const;
const op = <O extends StoreRequest['op']>(value: O) => fc.constant(value);

const request: fc.Arbitrary<StoreRequest> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: op('account.create'), account, credentials: seed }) },
  { weight: 1, arbitrary: fc.record({ op: op('account.remove'), account }) },
  { weight: 1, arbitrary: fc.record({ op: op('account.list'), domain: fc.constantFrom('d.example', 'e.example', 'example') }) },
  { weight: 2, arbitrary: fc.record({ op: op('account.read'), account }) },
  { weight: 1, arbitrary: fc.record({ op: op('credentials.read'), account }) },
  { weight: 1, arbitrary: fc.record({ op: op('credentials.write'), account, credentials: seed }) },
  { weight: 2, arbitrary: fc.record({ op: op('roster.read'), account }) },
  { weight: 3, arbitrary: fc.record({ op: op('roster.write'), account, record: rosterRecord }) },
  { weight: 1, arbitrary: fc.record({ op: op('roster.remove'), account, jid: contact }) },
  { weight: 5, arbitrary: fc.record({ op: op('offline.append'), account, at: small, xml: text, limit: small, screened: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ op: op('offline.read'), account, maxBytes: small }) },
  { weight: 1, arbitrary: fc.record({ op: op('offline.remove'), account, upTo: small }) },
  { weight: 1, arbitrary: fc.tuple(account, fc.constantFrom(...documents)).map(([of, name]) => ({ op: 'document.read', account: of, ...name }) as const) },
  { weight: 2, arbitrary: fc.tuple(account, fc.constantFrom(...documents), text).map(([of, name, xml]) => ({ op: 'document.write', account: of, ...name, xml }) as const) },
  { weight: 1, arbitrary: fc.record({ op: op('privacy.read'), account }) },
  { weight: 2, arbitrary: fc.record({ op: op('privacy.write'), account, xml: fc.option(text) }) },
  { weight: 1, arbitrary: fc.record({ op: op('room.list'), domain: fc.constantFrom('d.example', 'e.example') }) },
  { weight: 1, arbitrary: fc.record({ op: op('room.read'), room: account }) },
  { weight: 2, arbitrary: fc.tuple(account, text).map(([room, subject]) => ({ op: 'room.write', record: roomRecord(room, subject), listing: listing(room, subject) }) as const) },
  { weight: 1, arbitrary: fc.record({ op: op('room.remove'), room: account }) },
);

/** Requests in groups; those of a group are made without awaiting one another. */
export const requestGroups: fc.Arbitrary<readonly (readonly StoreRequest[])[]> = fc.array(fc.array(request, { maxLength: 12, size: 'max' }), { maxLength: 5, size: 'max' });
