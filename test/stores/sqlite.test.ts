/** The embedded store: the contract, and what only a file and a thread can get wrong. Not here: what
 *  a kill leaves behind (kill.test.ts), the transactions (sqlite-batch.test.ts). @module */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import ts from 'typescript';
import type { Store } from '../../src/core/store.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { durableContract, storeContract } from './contract.ts';
import { create, juliet, romeo, temporaryDirectory } from './fixtures.ts';

const openKept = async () => {
  const directory = temporaryDirectory();
  let store = await sqliteStore({ directory });
  return {
    store,
    async reopen() {
      await store.close();
      return (store = await sqliteStore({ directory }));
    },
    async dispose() {
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
};

storeContract('sqlite', openKept);
durableContract(openKept);

let root: string;
let directory: string;
let opened: Store[];
const open = async (busyTimeoutMs = 5000): Promise<Store> => {
  const store = await sqliteStore({ directory, busyTimeoutMs });
  opened.push(store);
  return store;
};

beforeEach(() => {
  directory = root = temporaryDirectory();
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((store) => store.close()));
  rmSync(root, { recursive: true });
});

describe('sqlite, the file', () => {
  test('file: directory and files are for their owner alone', async () => {
    directory = join(directory, 'new', 'data');
    const store = await open();
    await create((request) => store.perform(request));
    const names = readdirSync(directory);
    expect(names).toContain('waystate.db-wal');
    for (const name of names) expect([name, statSync(join(directory, name)).mode & 0o077]).toEqual([name, 0]);
    expect(statSync(directory).mode & 0o077).toBe(0);
  });

  test('file: the mode that its owner gave it stays', async () => {
    await (await open()).close();
    chmodSync(join(directory, 'waystate.db'), 0o640);
    await open();
    expect(statSync(join(directory, 'waystate.db')).mode & 0o777).toBe(0o640);
  });

  test('file: closing leaves one file, without a log beside it', async () => {
    const store = await open();
    await create((request) => store.perform(request));
    await store.close();
    expect(readdirSync(directory)).toEqual(['waystate.db']);
  });

  test('file: what one opener writes the other reads', async () => {
    const [server, commandLine] = [await open(), await open()];
    await Promise.all(Array.from({ length: 20 }, async (_, index) => {
      const store = index % 2 === 0 ? server : commandLine;
      await store.perform({ op: index === 0 ? 'account.create' : 'account.read', account: juliet, credentials: { } as never });
    }));
    expect(await commandLine.perform({ op: 'account.read', account: juliet })).toEqual({ exists: true, offline: 0 });
    expect(await commandLine.perform({ op: 'account.remove', account: juliet })).toBe(true);
    expect(await server.perform({ op: 'offline.append', account: juliet, at: 1, xml: '', limit: 1 })).toBe('no-account');
  });
});

describe('sqlite, a file that cannot be the store', () => {
  const file = (): string => join(directory, 'waystate.db');
  const other = (sql: string): void => {
    const database = new DatabaseSync(file());
    database.exec(sql);
    database.close();
  };
  const cases: readonly (readonly [string, () => void, RegExp])[] = [
    ['text', () => writeFileSync(file(), 'a letter to Juliet\n'.repeat(500)), /is not an SQLite database/],
    ['a directory', () => mkdirSync(file()), /is not a file that this process may open/],
    ['a newer schema', () => other('PRAGMA application_id = 0x57617973; PRAGMA user_version = 99'), /schema has number 99.*newer release/],
    ["another program's database", () => other('CREATE TABLE song (title TEXT)'), /database of another program/],
    ["another program's empty database", () => other('PRAGMA application_id = 7'), /database of another program/],
  ];
  test.each(cases)('refusal: %s is refused with its name and left as it was', async (_, make, reason) => {
    make();
    const before = statSync(file()).isFile() ? readFileSync(file()) : undefined;
    const refusal: Error = await open().then(() => expect.unreachable(), (error: Error) => error);
    expect(refusal.message).toMatch(reason);
    expect(refusal.message).toContain(file());
    if (before !== undefined) expect(readFileSync(file())).toEqual(before);
  });

  test('refusal: a directory that is a file is refused with its name', async () => {
    writeFileSync(join(directory, 'data'), '');
    directory = join(directory, 'data');
    await expect(open()).rejects.toThrow(file());
  });

  test('refusal: a file that is locked for good is given up with its name', async () => {
    const other = new DatabaseSync(file());
    other.exec('BEGIN EXCLUSIVE');
    await expect(open(50)).rejects.toThrow(`cannot open the store ${file()}: another process keeps it locked`);
    other.close();
    await open(50);
  });
});

describe('sqlite, the thread', () => {
  test('thread: the event loop turns while a request waits for another process', async () => {
    const store = await open();
    const other = new DatabaseSync(join(directory, 'waystate.db'));
    other.exec('BEGIN IMMEDIATE');
    let hasReplied = false;
    const reply = create((request) => store.perform(request)).finally(() => (hasReplied = true));
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(hasReplied).toBe(false);
    other.exec('ROLLBACK');
    expect(await reply).toBe(true);
    other.close();
  });

  test('thread: a request that waited in vain is rejected, and the next one is not', async () => {
    const store = await open(20);
    const other = new DatabaseSync(join(directory, 'waystate.db'));
    other.exec('BEGIN IMMEDIATE');
    await expect(create((request) => store.perform(request))).rejects.toThrow(/locked/);
    expect(await store.perform({ op: 'account.read', account: juliet })).toEqual({ exists: false, offline: 0 });
    other.close();
    expect(await create((request) => store.perform(request))).toBe(true);
  });

  test('thread: a request that the file refuses is undone alone', async () => {
    const store = await open();
    const append = (at: number) => store.perform({ op: 'offline.append', account: romeo, at, xml: `${at}`, limit: 9 });
    await create((request) => store.perform(request), romeo);
    const results = await Promise.allSettled([append(1), append(1.5), append(2)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await store.perform({ op: 'account.read', account: romeo })).toEqual({ exists: true, offline: 2 });
    const { messages } = await store.perform({ op: 'offline.read', account: romeo, maxBytes: Infinity });
    expect(messages.map(({ xml }) => xml)).toEqual(['1', '2']);
  });

  test('thread: opening and writing print nothing', () => {
    const entry = new URL('../../src/stores/sqlite.ts', import.meta.url).href;
    expect(run(entry)).toEqual({ status: 0, stderr: '', stdout: '' });
  });

  test('thread: the built store starts its built thread', () => {
    const sources = new URL('../../src/stores/', import.meta.url);
    writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
    for (const name of readdirSync(sources)) {
      const source = readFileSync(new URL(name, sources), 'utf8');
      const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2024, rewriteRelativeImportExtensions: true };
      writeFileSync(join(directory, name.replace(/\.ts$/, '.js')), ts.transpileModule(source, { compilerOptions }).outputText);
    }
    expect(run(join(directory, 'sqlite.js'))).toEqual({ status: 0, stderr: '', stdout: '' });
  });

  /** Opens a store in a process of its own, one with flags that no thread could take. */
  function run(entry: string): { status: number | null; stderr: string; stdout: string } {
    const script = `
      const { sqliteStore } = await import(${JSON.stringify(entry)});
      const store = await sqliteStore({ directory: ${JSON.stringify(join(directory, 'data'))} });
      await store.perform({ op: 'account.create', account: 'a@b.example', credentials: {} });
      await store.close();`;
    const flags = ['--stack-trace-limit=50', '--title=store', '--input-type=module', '--eval', script];
    const { status, stderr, stdout } = spawnSync(process.execPath, flags, { encoding: 'utf8', env: {} });
    return { status, stderr, stdout };
  }
});
