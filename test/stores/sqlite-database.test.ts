/** The settings that the promises of the embedded store rest on. @module */
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { databaseFile, openDatabase, useWriteAheadLog } from '../../src/stores/sqlite-database.ts';
import { temporaryDirectory } from './fixtures.ts';

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => rmSync(directory, { recursive: true }));

const durability = [
  ['full, unless it is said otherwise', {}, 2],
  ['full', { synchronous: 'full' }, 2],
  ['normal', { synchronous: 'normal' }, 1],
] as const;

test.each(durability)('settings: how often the disk is waited for: %s', (_, options, level) => {
  const database = openDatabase({ directory, busyTimeoutMs: 1234, ...options });
  const settings = ['synchronous', 'journal_mode', 'foreign_keys', 'busy_timeout']
    .map((name) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  expect(settings).toEqual([level, 'wal', 1, 1234]);
  database.close();
});

test('settings: the change to a write-ahead log waits for another process that has the new file', () => {
  const [ours, other] = [new DatabaseSync(databaseFile(directory)), new DatabaseSync(databaseFile(directory))];
  other.exec('CREATE TABLE song (title TEXT); BEGIN IMMEDIATE');
  let attempts = 0;
  const exec = (sql: string): void => {
    if (++attempts === 3) other.exec('COMMIT');
    ours.exec(sql);
  };
  useWriteAheadLog({ exec }, 1000);
  expect(attempts).toBe(3);
  expect(ours.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  ours.close();
  other.close();
});

test.skipIf(process.platform !== 'linux').each(['/proc/waystate', '/proc/waystate/data', '/dev/null/data'])('settings: a directory that can\'t be made is named at once: %s', (impossible) => {
  expect(() => openDatabase({ directory: impossible })).toThrow(`cannot open the store ${join(impossible, 'waystate.db')}`);
});

test('settings: directories that are missing are made, for nobody else to read', () => {
  openDatabase({ directory: join(directory, 'a', 'b') }).close();
  expect(statSync(join(directory, 'a')).mode & 0o777).toBe(0o700);
});

test('settings: the file is in the directory that was named', () => {
  expect(databaseFile('data')).toBe(join('data', 'waystate.db'));
});
