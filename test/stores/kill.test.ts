/** A process is killed in the middle of its work, and what it was told is there. A kill shows what the
 *  process had handed to the system; that SQLite also waits for the disk is a setting
 *  (sqlite-database.test.ts). @module */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrations } from '../../src/stores/schema.ts';
import { databaseFile } from '../../src/stores/sqlite-database.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { create, jid, juliet, temporaryDirectory } from './fixtures.ts';

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => rmSync(directory, { recursive: true }));

type Victim = ChildProcessByStdio<null, Readable, null>;

function start(task: 'write' | 'migrate', round = 0): Victim {
  const script = fileURLToPath(new URL('victim.ts', import.meta.url));
  return spawn(process.execPath, [script, task, directory, `${round}`], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Kills a process some milliseconds after its first line, or after its start; returns what it told. */
async function killed(victim: Victim, from: 'start' | 'first line', afterMs: number): Promise<string[]> {
  if (from === 'first line') await new Promise((resolve) => victim.stdout.once('readable', resolve));
  const told = text(victim.stdout);
  const gone = new Promise((resolve) => victim.once('exit', (_, signal) => resolve(signal)));
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  victim.kill('SIGKILL');
  expect(await gone).toBe('SIGKILL');
  const lines = (await told).split('\n');
  // What follows the last line feed was cut off by the kill.
  return lines.slice(0, -1);
}

/** The same pseudo-random numbers below 1 in every run (Park and Miller). */
function* random(seed: number): Generator<number, never> {
  for (let state = seed; ; ) yield (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

function assertIntact(): void {
  const database = new DatabaseSync(databaseFile(directory), { readOnly: true });
  expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
  expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length });
  database.close();
}

/** The places of one account as they must be: rounds in order, and of each round every third message
 *  from its first on, since three accounts take turns. */
function withoutGaps(places: readonly (readonly [number, number])[]): unknown {
  const rounds = [...new Set(places.map(([round]) => round))].sort((a, b) => a - b);
  return rounds.flatMap((round) => {
    const counts = places.filter((place) => place[0] === round).map(([, count]) => count);
    return counts.map((_, index) => [round, Math.min(...counts) + 3 * index]);
  });
}

test('kill: every acknowledged write is there, in order, and the file is whole', async () => {
  const numbers = random(20_260_101);
  const acknowledged: string[] = [];
  for (let round = 0; round < 10; round++) {
    const isEarly = round % 5 === 0;
    const lines = await killed(start('write', round), isEarly ? 'start' : 'first line', numbers.next().value * (isEarly ? 300 : 120));
    acknowledged.push(...lines.filter((line) => line !== 'open'));
    const store = await sqliteStore({ directory });
    const kept: string[] = [];
    for (const account of await store.perform({ op: 'account.list', domain: 'd.example' })) {
      const { messages } = await store.perform({ op: 'offline.read', account, maxBytes: Infinity });
      expect(await store.perform({ op: 'account.read', account })).toEqual({ exists: true, offline: messages.length });
      const places = messages.map(({ xml }) => xml.split(' ').map(Number) as [number, number]);
      expect(places).toEqual(withoutGaps(places));
      kept.push(...messages.map(({ xml }) => `${account} ${xml}`));
    }
    await store.close();
    const keptLines = new Set(kept);
    expect(acknowledged.filter((line) => !keptLines.has(line))).toEqual([]);
    assertIntact();
  }
  expect(acknowledged.length).toBeGreaterThan(100);
}, 60_000);

test('kill: a migration that is cut off leaves the old schema and all that it held', async () => {
  const before = await sqliteStore({ directory });
  await create((request) => before.perform(request));
  await before.perform({ op: 'offline.append', account: juliet, at: 1, xml: '<message/>', limit: 9 });
  await before.close();
  for (const afterMs of [0, 40]) {
    expect(await killed(start('migrate'), 'first line', afterMs)).toEqual(['half']);
    assertIntact();
    const store = await sqliteStore({ directory });
    const { messages: [message] } = await store.perform({ op: 'offline.read', account: jid(juliet), maxBytes: Infinity });
    expect(message?.xml).toBe('<message/>');
    await store.close();
  }
});
