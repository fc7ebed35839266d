/** What every store must do: the suite that memory.test.ts and sqlite.test.ts run.
 *  Not here: random histories (model.test.ts), durability (kill.test.ts). @module */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import { accountContract, documentContract, textContract } from './contract-accounts.ts';
import { offlineContract, roomContract, rosterContract } from './contract-lists.ts';
import { contentOf, create, fill, jid, juliet, listing, nothing, record, romeo, roomRecord, verona } from './fixtures.ts';
import type { Perform } from './fixtures.ts';

/** A store under test. */
export interface OpenStore {
  readonly store: Store;
  /** Closes the store and opens it again, where it keeps anything. */
  readonly reopen?: () => Promise<Store>;
  readonly dispose: () => Promise<void>;
}

/** Runs the suite against one kind of store. */
export function storeContract(name: string, open: () => Promise<OpenStore>): void {
  describe(name, () => {
    let opened: OpenStore;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.dispose());
    const perform: Store['perform'] = (request) => opened.store.perform(request);
    accountContract(perform);
    rosterContract(perform);
    offlineContract(perform);
    documentContract(perform);
    textContract(perform);
    roomContract(perform);
    orderContract(perform);
    closingContract(() => opened);
  });
}

function orderContract(perform: Perform): void {
  test('order: requests of one account are carried out as they were made, whether awaited or not', async () => {
    const accounts = Array.from({ length: 5 }, (_, index) => jid(`a${index}@d.example`));
    const replies: Promise<unknown>[] = accounts.map((account) => create(perform, account));
    for (let count = 0; count < 100; count++) {
      for (const account of accounts) {
        replies.push(perform({ op: 'offline.append', account, at: count, xml: `<m n='${count}'/>`, limit: 60 }));
      }
    }
    const counts = accounts.map((account) => perform({ op: 'account.read', account }));
    const lasts = accounts.map((account) => perform({ op: 'account.remove', account }));
    const appended = (await Promise.all(replies)).slice(accounts.length);
    expect(appended).toEqual(appended.map((_, index) => (index < 60 * accounts.length ? 'stored' : 'full')));
    expect(await Promise.all(counts)).toEqual(accounts.map(() => ({ exists: true, offline: 60 })));
    expect(await Promise.all(lasts)).toEqual(accounts.map(() => true));
  });

  test('order: replies arrive in the order of the requests', async () => {
    await create(perform);
    const arrived: number[] = [];
    await Promise.all(Array.from({ length: 600 }, async (_, index) => {
      await perform({ op: 'roster.write', account: juliet, record: record(romeo, { name: `${index}` }) });
      arrived.push(index);
    }));
    expect(arrived).toEqual(arrived.map((_, index) => index));
    const roster = await perform({ op: 'roster.read', account: juliet });
    expect(roster).toEqual({ version: 600, records: [record(romeo, { name: '599' })] });
  });

  test('order: a request that fails takes none of its neighbours with it', async () => {
    const results = await Promise.allSettled([
      create(perform),
      perform({ op: 'offline.append', account: juliet, at: 1, xml: '<a/>', limit: 9 }),
      perform({ op: 'roster.write', account: romeo, record: record(juliet) }),
      perform({ op: 'offline.append', account: juliet, at: 2, xml: '<b/>', limit: 9 }),
      perform({ op: 'account.read', account: juliet }),
    ]);
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'rejected')))
      .toEqual([true, 'stored', 'rejected', 'stored', { exists: true, offline: 2 }]);
  });

  test('order: a reply never arrives before the request has been made', async () => {
    let hasReplied = false;
    const reply = create(perform).then(() => (hasReplied = true));
    expect(hasReplied).toBe(false);
    await reply;
  });
}

function closingContract(opened: () => OpenStore): void {
  test('closing: what was asked for before is finished', async () => {
    const { store } = opened();
    const asked = Array.from({ length: 300 }, (_, index) => create((request) => store.perform(request), jid(`a${index}@d.example`)));
    const closed = store.close();
    expect(await Promise.all(asked)).toEqual(asked.map(() => true));
    await closed;
  });

  test('closing: what is asked for after it is refused, and a second time does no harm', async () => {
    const { store } = opened();
    const closed = store.close();
    await expect(store.perform({ op: 'account.read', account: juliet })).rejects.toThrow('the store is closed');
    await closed;
    await expect(store.perform({ op: 'account.read', account: juliet })).rejects.toThrow('the store is closed');
    await store.close();
  });

}

/** What a store that outlives its process must do besides. */
export function durableContract(open: () => Promise<OpenStore & Required<Pick<OpenStore, 'reopen'>>>): void {
  test('closing: what a store keeps is there when it is opened again', async () => {
    const { store, reopen, dispose } = await open();
    await fill((request) => store.perform(request));
    await store.perform({ op: 'room.write', record: roomRecord(verona, 'Mantua'), listing: listing(verona, 'Verona') });
    const before = await contentOf((request) => store.perform(request));
    const again = await reopen();
    expect(await contentOf((request) => again.perform(request))).toEqual(before);
    expect(before).not.toEqual(nothing);
    expect(await again.perform({ op: 'room.read', room: verona })).toStrictEqual(roomRecord(verona, 'Mantua'));
    expect(await again.perform({ op: 'room.list', domain: 'rooms.example' })).toStrictEqual([listing(verona, 'Verona')]);
    await dispose();
  });
}
