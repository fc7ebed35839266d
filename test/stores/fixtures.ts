/** Accounts, records and a content to put into a store under test. @module */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BareJid } from '../../machines/vocabulary.ts';
import { credentials, record } from '../../properties/store/records.ts';
import type { Store } from '../../src/core/store.ts';

export { credentials, listing, record, roomRecord } from '../../properties/store/records.ts';

/** How a test speaks to its store. */
export type Perform = Store['perform'];

/** A text as a bare JID. */
export const jid = (text: string): BareJid => text as BareJid;

export const juliet = jid('juliet@capulet.example');
export const romeo = jid('romeo@montague.example');
/** A room. */
export const verona = jid('verona@rooms.example');

/** A new directory for a store; the test removes it. */
export const temporaryDirectory = (): string => mkdtempSync(join(tmpdir(), 'waystate-store-'));

/** Creates an account. */
export const create = (perform: Perform, account = juliet): Promise<boolean> =>
  perform({ op: 'account.create', account, credentials: credentials() });

/** Puts something of every kind into an account. */
export async function fill(perform: Perform, account = juliet): Promise<void> {
  await create(perform, account);
  await perform({ op: 'roster.write', account, record: record(romeo) });
  await perform({ op: 'offline.append', account, at: 1, xml: '<message/>', limit: 9 });
  await perform({ op: 'document.write', account, space: 'vcard-temp', key: 'vCard', xml: '<vCard/>' });
}

/** All that is kept for an account. */
export async function contentOf(perform: Perform, account = juliet): Promise<unknown> {
  return Promise.all([
    perform({ op: 'account.read', account }),
    perform({ op: 'credentials.read', account }),
    perform({ op: 'roster.read', account }).then(({ records }) => records),
    perform({ op: 'offline.read', account, maxBytes: Infinity }).then(({ messages }) => messages.map(({ xml }) => xml)),
    perform({ op: 'document.read', account, space: 'vcard-temp', key: 'vCard' }),
  ]);
}

/** The content of an account that does not exist. */
export const nothing = [{ exists: false, offline: 0 }, null, [], [], null];
