/** The account commands, run as an operator runs them, against a store on disk. @module */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BareJid } from '../../machines/vocabulary.ts';
import { addAccount, changePassword, listAccounts, removeAccount, type AccountContext } from '../../src/cli/account.ts';
import type { JsonObject } from '../../src/cli/config-source.ts';
import { loadConfig } from '../../src/cli/config.ts';
import type { Outcome } from '../../src/cli/outcome.ts';
import { parseBare } from '../../src/core/jid.ts';
import type { Credentials } from '../../src/core/store.ts';
import { scramKeys } from '../../src/runtime/sasl/credentials.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { waystate, type Ended } from './command-line.ts';

const directory = mkdtempSync(join(tmpdir(), 'waystate-account-'));
const data = join(directory, 'data');
const secret = 'sesame-open-4711';
afterAll(() => rmSync(directory, { recursive: true }));

const account = (args: readonly string[], more: Parameters<typeof waystate>[1] = {}): Promise<Ended> =>
  waystate(['account', ...args, ...(args.includes('--data') || args.includes('--config') ? [] : ['--data', data])], more);

async function credentialsOf(jid: string): Promise<Credentials | null> {
  const store = await sqliteStore({ directory: data });
  try {
    return await store.perform({ op: 'credentials.read', account: parseBare(jid) as BareJid });
  } finally {
    await store.close();
  }
}

/** Whether a password opens the account (RFC 5802 §3: StoredKey). */
async function opens(jid: string, password: string): Promise<boolean> {
  const keys = (await credentialsOf(jid))?.['SCRAM-SHA-256'];
  if (!keys) return false;
  const derived = await scramKeys('SCRAM-SHA-256', password, Buffer.from(keys.salt, 'base64'), keys.iterations);
  return derived.storedKey === keys.storedKey;
}

describe('account: from nothing to a list', () => {
  const seen: Ended[] = [];
  beforeAll(async () => {
    seen.push(await account(['add', 'Juliet@LOCALHOST', '--password-stdin'], { input: `${secret}\n` }));
  });

  test('add makes the store and the account, its JID prepared (RFC 7622 §3)', async () => {
    expect(seen[0]).toEqual({ code: 0, stdout: 'juliet@localhost has an account now.\n', stderr: '' });
    expect(await opens('juliet@localhost', secret)).toBe(true);
  });

  test('add works while another process has the store open', async () => {
    const server = await sqliteStore({ directory: data });
    try {
      const ended = await account(['add', 'romeo@localhost'], { env: { WAYSTATE_PASSWORD: secret } });
      seen.push(ended);
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(await server.perform({ op: 'account.list', domain: 'localhost' })).toContain('romeo@localhost');
    } finally {
      await server.close();
    }
  });

  test('add does not replace an account', async () => {
    const ended = await account(['add', 'juliet@localhost', '--password-stdin'], { input: 'another' });
    expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('waystate: juliet@localhost has an account already.') as string });
    expect(await opens('juliet@localhost', secret)).toBe(true);
  });

  test('passwd gives another password', async () => {
    const ended = await account(['passwd', 'romeo@localhost', '--password-stdin'], { input: `${secret}-2\r\n` });
    seen.push(ended);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect([await opens('romeo@localhost', secret), await opens('romeo@localhost', `${secret}-2`)]).toEqual([false, true]);
  });

  test('a generated password is shown once and opens the account', async () => {
    const { code, stdout } = await account(['add', 'nurse@localhost', '--generate']);
    const password = /shown this once: (\S{23})\n$/.exec(stdout)?.[1] ?? '';
    expect(code).toBe(0);
    expect(await opens('nurse@localhost', password)).toBe(true);
  });

  test('list names the accounts of one domain, one on a line', async () => {
    const ended = await account(['list']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout.trim().split('\n').sort()).toEqual(['juliet@localhost', 'nurse@localhost', 'romeo@localhost']);
    expect(await account(['list', '--domain', 'example.org'])).toEqual({ code: 0, stdout: '', stderr: 'waystate: There is no account at example.org yet.\n' });
  });

  test('remove wants to be sure, and removes', async () => {
    expect(await account(['remove', 'nurse@localhost'])).toMatchObject({ code: 2, stderr: expect.stringContaining('add --yes') as string });
    expect(await credentialsOf('nurse@localhost')).not.toBeNull();
    // Of its subscriptions nothing is left for whoever takes the name (RFC 6121 §11).
    const store = await sqliteStore({ directory: data });
    const [nurse, juliet] = ['nurse@localhost' as BareJid, 'juliet@localhost' as BareJid];
    const both = { groups: [], subscription: 'both', approved: false, listed: true } as const;
    await store.perform({ op: 'roster.write', account: nurse, record: { jid: juliet, ...both } });
    await store.perform({ op: 'roster.write', account: juliet, record: { jid: nurse, ...both } });
    await store.close();
    expect(await account(['remove', 'nurse@localhost', '--yes'])).toEqual({ code: 0, stdout: 'nurse@localhost is removed.\n', stderr: '' });
    expect(await credentialsOf('nurse@localhost')).toBeNull();
    const after = await sqliteStore({ directory: data });
    expect((await after.perform({ op: 'roster.read', account: juliet })).records).toEqual([{ jid: nurse, ...both, subscription: 'none' }]);
    await after.close();
  });

  test('the password is nowhere: not in an output, not in a file', () => {
    expect(seen).toHaveLength(3);
    for (const { stdout, stderr } of seen) expect(stdout + stderr).not.toContain(secret);
    const files = readdirSync(data);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(readFileSync(join(data, file)).includes(secret), file).toBe(false);
  });
});

describe('account: what goes wrong', () => {
  const nowhere = join(directory, 'nowhere');
  const generate = { generate: true } as const;

  /** What a command is called with here: no terminal, and something on standard input. */
  const context = (input = '', options: JsonObject = { data }): AccountContext => {
    const stdin = Readable.from([input]);
    return { config: loadConfig({ options, flags: new Map() }), sources: { stdin, env: {}, terminal: { input: stdin, output: new PassThrough() } } };
  };

  test.each<[string, number, () => Promise<Outcome>, string]>([
    ['no account to change', 1, () => changePassword(context(), 'tybalt@localhost', generate), 'tybalt@localhost has no account in '],
    ['no account to remove', 1, () => removeAccount(context(), 'tybalt@localhost', { yes: true }), 'tybalt@localhost has no account in '],
    ['no directory to change in', 1, () => changePassword(context('', { data: nowhere }), 'a@localhost', generate), 'There is no data directory '],
    ['no directory to remove from', 1, () => removeAccount(context('', { data: nowhere }), 'a@localhost', { yes: true }), 'There is no data directory '],
    ['no directory to list', 1, () => listAccounts(context('', { data: nowhere })), 'There is no data directory '],
    ['a server that keeps all in memory', 2, () => addAccount(context('', { memory: true }), 'a@localhost', generate), 'Name a directory with --data.'],
    ['a domain for an account', 2, () => addAccount(context(), 'localhost', generate), '"localhost" is not the JID of an account'],
    ['a full JID', 2, () => addAccount(context(), 'a@localhost/balcony', generate), '"a@localhost/balcony" is not the JID of an account'],
    ['a JID that is none (RFC 7622 §3.3)', 2, () => addAccount(context(), 'a b@localhost', generate), '"a b@localhost" is not the JID of an account'],
    ['an empty password', 1, () => addAccount(context('\n'), 'a@localhost', { passwordStdin: true }), 'The password can\'t be used. '],
    ['a password with a control character', 1, () => addAccount(context('hush\u0007hush'), 'a@localhost', { passwordStdin: true }), 'The password can\'t be used. '],
    ['a password that is too long', 1, () => addAccount(context('hush'.repeat(500)), 'a@localhost', { passwordStdin: true }), 'The password can\'t be used. '],
    ['no password at all', 2, () => addAccount(context(), 'a@localhost', {}), 'There is no terminal to ask for a password on'],
    ['no word that it is meant', 2, () => removeAccount(context(), 'a@localhost', {}), 'There is no terminal to ask on whether you are sure'],
  ])('%s ends with %i', async (_title, exitCode, run, complaint) => {
    const outcome = await run();
    expect(outcome).toEqual({ exitCode, complaint: expect.stringContaining(complaint) as string });
    expect(outcome.complaint).not.toMatch(/hush|\n/);
  });

  test.each([
    ['two sources of a password', ['a@localhost', '--password-stdin', '--generate'], 'option \'--password-stdin\' cannot be used with option \'--generate\''],
    ['a password as an argument', ['a@localhost', 'hush'], 'too many arguments for \'add\'.'],
    ['a password as an option', ['a@localhost', '--password', 'hush'], 'unknown option \'--password\''],
  ])('%s ends with 2 and does not repeat it', async (_title, args, complaint) => {
    const ended = await account(['add', ...args]);
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(`waystate: ${complaint}`) as string });
    expect(ended.stderr).not.toContain('hush');
  });

  test('only add may make a directory', () => {
    expect(existsSync(nowhere)).toBe(false);
  });

  test('the configuration names the directory, the domain and the iterations', async () => {
    const file = join(directory, 'server.json');
    writeFileSync(file, '{ "domain": "example.org", "data": "data", "auth": { "iterations": 5000 } }');
    const ended = await account(['add', 'mercutio@localhost', '--generate', '--config', file]);
    expect(ended).toMatchObject({ code: 0, stderr: 'waystate: Note that mercutio@localhost can log in only where its domain is served; the configuration says example.org.\n' });
    expect((await credentialsOf('mercutio@localhost'))?.['SCRAM-SHA-1'].iterations).toBe(5000);
  });

  test('a store that can\'t be opened is named in one line', async () => {
    const file = join(directory, 'a-file');
    writeFileSync(file, '');
    const ended = await account(['add', 'a@localhost', '--generate', '--data', file]);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(/^waystate: .*a-file.*\n$/);
  });
});
