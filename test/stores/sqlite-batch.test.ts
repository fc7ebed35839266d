/** One batch, one transaction: what is answered is kept, and what is kept is answered. @module */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StoreRequest } from '../../src/core/store.ts';
import { migrate } from '../../src/stores/schema.ts';
import { batchRunner } from '../../src/stores/sqlite-batch.ts';
import type { BatchRunner } from '../../src/stores/sqlite-batch.ts';
import { sqliteOperations } from '../../src/stores/sqlite-operations.ts';
import { credentials, juliet, temporaryDirectory } from './fixtures.ts';

let directory: string;
let database: DatabaseSync;
let run: BatchRunner;

beforeEach(() => {
  directory = temporaryDirectory();
  database = new DatabaseSync(join(directory, 'waystate.db'), { timeout: 20 });
  migrate(database);
  run = batchRunner(database, sqliteOperations(database));
});
afterEach(() => {
  database.close();
  rmSync(directory, { recursive: true });
});

const create: StoreRequest = { op: 'account.create', account: juliet, credentials: credentials() };
const append = (xml: string): StoreRequest => ({ op: 'offline.append', account: juliet, at: 0, xml, limit: 99 });
const read: StoreRequest = { op: 'account.read', account: juliet };
const kinds = (batch: readonly StoreRequest[]): unknown[] => run(batch).map((outcome) => ('reply' in outcome ? outcome.reply : 'error'));

test('batch: nothing of it is seen from outside until all of it is committed', () => {
  const seen: unknown[] = [];
  const other = new DatabaseSync(join(directory, 'waystate.db'));
  database.exec('PRAGMA journal_mode = WAL');
  const look = other.prepare('SELECT offline_waiting FROM account');
  database.function('look', () => {
    seen.push(look.get());
    return 0;
  });
  database.exec('CREATE TEMP TRIGGER looking AFTER INSERT ON main.offline BEGIN SELECT look(); END');
  expect(kinds([create, append('1'), append('2')])).toEqual([true, 'stored', 'stored']);
  expect(seen).toEqual([undefined, undefined]);
  expect(look.get()).toEqual({ offline_waiting: 2 });
  other.close();
});

test('batch: one that reads and then writes is not overtaken by another process in between', () => {
  run([create]);
  database.exec('PRAGMA journal_mode = WAL');
  const other = new DatabaseSync(join(directory, 'waystate.db'), { timeout: 0 });
  const operations = sqliteOperations(database);
  const overtaken = batchRunner(database, {
    ...operations,
    'account.read': (request) => {
      const reply = operations['account.read'](request);
      expect(() => other.exec('DELETE FROM account')).toThrow(/locked/);
      return reply;
    },
  });
  expect(overtaken([read, append('1')])).toEqual([{ reply: { exists: true, offline: 0 } }, { reply: 'stored' }]);
  other.close();
});

test('batch: on a full disk no more is answered than is kept, and the rest of the time goes on', () => {
  run([create]);
  database.exec('PRAGMA max_page_count = 60');
  const outcomes = kinds([append('1'), append('x'.repeat(1_000_000)), append('3')]);
  expect(outcomes[1]).toBe('error');
  const stored = outcomes.filter((outcome) => outcome === 'stored').length;
  expect(kinds([read])).toEqual([{ exists: true, offline: stored }]);
  expect(kinds([append('4')])).toEqual(['stored']);
});

test('batch: when the commit fails every request fails, and nothing is kept', () => {
  run([create]);
  const reader = new DatabaseSync(join(directory, 'waystate.db'));
  reader.exec('BEGIN; SELECT * FROM account');
  expect(kinds([append('1'), read])).toEqual(['error', 'error']);
  reader.exec('COMMIT');
  expect(kinds([read])).toEqual([{ exists: true, offline: 0 }]);
  expect(kinds([append('2')])).toEqual(['stored']);
  reader.close();
});
