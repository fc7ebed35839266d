/** docs/guides/run.md, "Two servers on one machine": its commands, run as they stand, but for other ports and another
 *  directory. @module */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeBlocks, pages, root } from './pages.ts';

const guide = 'docs/guides/run.md';
const text = pages.find(({ path }) => path === guide)?.text ?? '';
const lineOf = (heading: string): number => text.slice(0, text.indexOf(`\n## ${heading}\n`)).split('\n').length;
const blocks = codeBlocks.filter(({ page, line }) => page === guide && line > lineOf('Two servers on one machine') && line < lineOf('Other servers'));
const [configure = '', verona = '', mantua = '', use = ''] = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code);
const outcome = blocks.find(({ language }) => language === 'text')?.code;

let directory: string;
const servers: ChildProcess[] = [];
/** The guide's ports, and those of this test. */
const ports = new Map<string, number>();

const here = (command: string): string => [...ports].reduce((all, [port, free]) => all.replaceAll(port, String(free)), command.replaceAll('two/', `${directory}/`).replace('mkdir -p two\n', ''));
const run = (command: string): Promise<{ readonly stdout: string }> => promisify(execFile)('bash', ['-euc', here(command)], { cwd: root });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

/** Runs a command that goes on, until it has said where it listens. */
async function start(command: string): Promise<void> {
  const server = spawn('bash', ['-euc', here(command)], { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  servers.push(server);
  let said = '';
  for await (const piece of server.stdout) {
    said += String(piece);
    if (said.includes('Ctrl-C stops it')) return;
  }
  throw new Error(`it has ended: ${said}`);
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waystate-two-'));
  for (const port of new Set(configure.match(/\b[67]\d{3}\b/g))) ports.set(port, await freePort());
  await run(configure);
  await Promise.all([start(verona), start(mantua)]);
}, 30_000);

afterAll(async () => {
  for (const server of servers) {
    const ended = once(server, 'exit');
    process.kill(-(server.pid ?? 0), 'SIGTERM');
    await ended;
  }
  await rm(directory, { recursive: true });
});

test('docs: two servers on one machine find each other by the commands of docs/guides/run.md', async () => {
  expect((await run(use)).stdout).toContain(outcome);
}, 30_000);
