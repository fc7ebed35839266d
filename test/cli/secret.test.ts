/** Secrets: made once, kept for their owner alone, and seen nowhere. @module */
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/cli/config.ts';
import { keptSecret, makeSecret } from '../../src/cli/secret.ts';
import { startServer } from '../../src/cli/start.ts';
import { KeptLog } from '../runtime/running.ts';

let directory: string;
beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'waystate-secret-'))));
afterEach(() => rm(directory, { recursive: true }));

describe('secret: the server\'s own', () => {
  test('it is the same from start to start, and for its owner alone', async () => {
    const data = join(directory, 'data');
    const secret = await keptSecret(data);
    expect(secret).toMatch(/^[\w-]{64}$/);
    expect(await keptSecret(data)).toBe(secret);
    expect((await stat(join(data, 'secret'))).mode & 0o777).toBe(0o600);
    expect(await readdir(data)).toEqual(['secret']);
  });

  test('two that start together have the same', async () => {
    const secrets = await Promise.all(Array.from({ length: 8 }, () => keptSecret(directory)));
    expect(new Set(secrets).size).toBe(1);
  });

  test('what others could read is theirs no more', async () => {
    await writeFile(join(directory, 'secret'), 'x'.repeat(40));
    await chmod(join(directory, 'secret'), 0o644);
    expect(await keptSecret(directory)).toBe('x'.repeat(40));
    expect((await stat(join(directory, 'secret'))).mode & 0o777).toBe(0o600);
  });

  test('a file that was cut short is refused, not replaced', async () => {
    await writeFile(join(directory, 'secret'), 'short');
    await expect(keptSecret(directory)).rejects.toThrow(/^The secret in .*secret is shorter than 32 characters\./);
    expect(await readFile(join(directory, 'secret'), 'utf8')).toBe('short');
  });

  test('a link that leads nowhere is not followed', async () => {
    const elsewhere = join(directory, 'elsewhere');
    await symlink(elsewhere, join(directory, 'secret'));
    await expect(keptSecret(directory)).rejects.toThrow();
    expect(await readdir(directory)).toEqual(['secret']);
  });

  test('no two are alike', () => {
    expect(makeSecret()).not.toBe(makeSecret());
  });
});

describe('secret: nowhere to be seen', () => {
  test.each([['in the configuration', (_file: string) => ({ secret: 'between-you-and-me' })], ['in a file', (file: string) => ({ secretFile: file })]])('neither the server\'s nor a component\'s that is %s is in a record or the log', async (_title, secretOf) => {
    const file = join(directory, 'component');
    await writeFile(file, 'between-you-and-me\n');
    const [data, record] = [join(directory, 'data'), join(directory, 'record')];
    const options = {
      host: '127.0.0.1', ports: { c2s: 0, c2sTls: false, http: false, https: false, component: 0 }, data,
      components: [{ domain: 'gate.localhost', ...secretOf(file) }], record: { directory: record }, limits: { closeTimeoutMs: 20 },
    };
    const log = new KeptLog();
    const server = await startServer(loadConfig({ options, flags: new Map() }), { log });
    await server.stop();
    const own = (await readFile(join(data, 'secret'), 'utf8')).trim();
    const [name = ''] = await readdir(record);
    const recorded = await readFile(join(record, name), 'utf8');
    expect(recorded).toContain('gate.localhost');
    for (const text of [recorded, JSON.stringify(log.lines)]) for (const secret of [own, 'between-you-and-me']) expect(text).not.toContain(secret);
  });

  test('a component without a secret in its file is refused', async () => {
    await writeFile(join(directory, 'component'), '\n');
    const options = { memory: true, ports: { c2s: 0, component: 0 }, components: [{ domain: 'gate.localhost', secretFile: join(directory, 'component') }] };
    await expect(startServer(loadConfig({ options, flags: new Map() }), { log: new KeptLog() })).rejects.toThrow(/^The secret of the component gate\.localhost is missing/);
  });
});
