/** Runs the command line as a child process, as an operator does. @module */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;

/** Where children keep what they compiled: each of the many starts then takes half as long. */
const compiled = join(tmpdir(), 'waystate-compile-cache');

/** How a command ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `waystate` to its end. Standard input is a pipe, so there is no terminal to ask on. */
export async function waystate(args: readonly string[], { input = '', env = {} as Readonly<Record<string, string>> } = {}): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, NODE_COMPILE_CACHE: compiled, ...env } });
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit') as Promise<[number | null]>]);
  return { code, stdout, stderr };
}
