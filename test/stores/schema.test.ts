/** The schema of the embedded store and the way to it. Not here: a kill in the middle (kill.test.ts).
 *  @module */
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, expect, test } from 'vitest';
import { migrate, migrations } from '../../src/stores/schema.ts';

let database: DatabaseSync;
beforeEach(() => {
  database = new DatabaseSync(':memory:');
});

const version = (): unknown => database.prepare('PRAGMA user_version').get()?.['user_version'];
const tables = (): unknown[] => database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all().map(({ name }) => name);

test('schema: an empty file gets every migration, and a second time changes nothing', () => {
  migrate(database);
  expect(version()).toBe(migrations.length);
  const before = tables();
  expect(before).toContain('offline');
  migrate(database);
  expect(tables()).toEqual(before);
});

test('schema: every table is strict', () => {
  migrate(database);
  const notStrict = database.prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'").all();
  expect(notStrict).toEqual([]);
});

test('schema: an older file gets what it lacks and keeps what it has', () => {
  migrate(database);
  database.exec("INSERT INTO account (jid, roster_version, offline_sequence) VALUES ('juliet@capulet.example', 7, 0)");
  migrate(database, [...migrations, 'ALTER TABLE account ADD COLUMN note TEXT', 'CREATE TABLE later (x INTEGER) STRICT']);
  expect(version()).toBe(migrations.length + 2);
  expect(database.prepare('SELECT jid, roster_version, note FROM account').get())
    .toEqual({ jid: 'juliet@capulet.example', roster_version: 7, note: null });
});

test('schema: a migration that fails leaves the old schema whole', () => {
  migrate(database);
  const before = tables();
  const list = [...migrations, 'CREATE TABLE half (x INTEGER) STRICT', 'CREATE TABLE half (x INTEGER) STRICT'];
  expect(() => migrate(database, list)).toThrow(/already exists/);
  expect([version(), tables(), database.isTransaction]).toEqual([migrations.length, before, false]);
});

test('schema: a newer file is refused and left as it was', () => {
  const newer = [...migrations, 'CREATE TABLE later (x INTEGER) STRICT'];
  migrate(database, newer);
  expect(() => migrate(database)).toThrow(`its schema has number ${newer.length}, and this release knows schemas up to ${migrations.length}`);
  expect([version(), database.isTransaction]).toEqual([newer.length, false]);
});
