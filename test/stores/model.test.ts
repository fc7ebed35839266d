/** Random histories: each store replies what the model says, however the requests are grouped.
 *  @module */
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { checkStore } from '../../properties/store/check.ts';
import type { Store, StoreRequest } from '../../src/core/store.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { migrate } from '../../src/stores/schema.ts';
import { batchRunner } from '../../src/stores/sqlite-batch.ts';
import { sqliteOperations } from '../../src/stores/sqlite-operations.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { temporaryDirectory } from './fixtures.ts';

/** A store that runs each group at once, in this thread and in memory: many runs in little time. */
function inThisThread(): Store {
  const database = new DatabaseSync(':memory:');
  database.exec('PRAGMA foreign_keys = ON');
  migrate(database);
  const run = batchRunner(database, sqliteOperations(database));
  return {
    async perform(each) {
      const [outcome] = run([each as StoreRequest]);
      if (outcome === undefined || !('reply' in outcome)) throw new Error('rejected', { cause: outcome });
      return outcome.reply as never;
    },
    close: async () => database.close(),
  };
}

const stores: readonly (readonly [string, number, () => Promise<Store>])[] = [
  ['memory', 500, async () => memoryStore()],
  ['sqlite statements', 200, async () => inThisThread()],
  ['sqlite', 25, async () => {
    const directory = temporaryDirectory();
    const store = await sqliteStore({ directory });
    return { perform: (each) => store.perform(each), close: () => store.close().finally(() => rmSync(directory, { recursive: true })) };
  }],
];

/** A store that keeps the names of what it was asked, and whether it has refused. */
function seeing(store: Store, seen: Set<string>): Store {
  return {
    perform: (each) => store.perform(each).then((reply) => (seen.add(each.op), reply), (error: unknown) => {
      seen.add(`${each.op} refused`);
      throw error;
    }),
    close: () => store.close(),
  };
}

test.each(stores)('model: %s replies as its whole history says', async (_, runs, open) => {
  const seen = new Set<string>();
  const { failure } = await checkStore(async () => seeing(await open(), seen), { runs, seed: 5222 });
  expect(failure).toBeUndefined();
  expect(seen).toContain('document.write refused');
  expect(seen.size).toBeGreaterThan(14);
});

/** A store in memory with a fault: what it does with a request in place of the right thing. */
const faulty = (fault: (request: StoreRequest, store: Store) => Promise<unknown> | undefined): Store => {
  const store = memoryStore();
  return { perform: (each) => (fault(each as StoreRequest, store) ?? store.perform(each)) as never, close: () => store.close() };
};

describe('a store with a fault is found out, by few requests', () => {
  test.each<[string, string, () => Store]>([
    ['keeps no messages', 'offline.append', () => faulty((request) => (request.op === 'offline.append' ? Promise.resolve('stored') : undefined))],
    ['lets the version of a roster stand', 'roster.write', () => faulty((request, store) => (request.op === 'roster.write' ? store.perform(request).then(() => 1) : undefined))],
    ['makes an account twice', 'account.create', () => faulty((request, store) => (request.op === 'account.create' ? store.perform(request).then(() => true) : undefined))],
    ['answers later requests first', '', () => faulty((request, store) => (request.op === 'account.create' ? Promise.resolve().then(() => Promise.resolve()).then(() => store.perform(request)) : undefined))],
    ['gives versions again to who takes a name again', 'roster.write', () => {
      const versions = new Map<string, number>();
      return faulty((request, store) => {
        if (request.op === 'account.create') versions.delete(request.account);
        if (request.op !== 'roster.write' && request.op !== 'roster.remove') return undefined;
        const version = (versions.get(request.account) ?? 0) + 1;
        return store.perform(request).then(() => (versions.set(request.account, version), version));
      });
    }],
    ['answers after it was closed', 'after it was closed', () => ({ perform: (each) => memoryStore().perform(each), close: async () => {} })],
  ])('that %s', async (_title, words, open) => {
    const { failure } = await checkStore(open, { runs: 500, seed: 1 });
    expect(failure?.requests.flat().length).toBeLessThan(6);
    expect(failure?.fault).toContain(words);
  });
});
