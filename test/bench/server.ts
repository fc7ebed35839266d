/** Starts a server as a child process on a core of its own, waits until it accepts connections, and
 *  ends it again. Which servers there are is in servers/. @module */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_MS = 30_000;
const STOP_MS = 20_000;

/** How to start one server. */
export interface Recipe {
  readonly name: string;
  /** Why it cannot run here; undefined when it can. */
  missing(): string | undefined;
  /** Writes its configuration into an own folder and tells the command that serves `localhost` on a
   *  port of loopback; accounts in the folder survive a restart. */
  prepare(directory: string, port: number): Command;
}

/** A command to run as a child. */
export interface Command {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where the server writes its process id, when it is not the child itself. */
  readonly pidFile?: string;
}

/** A server that runs. */
export interface Running {
  readonly pid: number;
  readonly port: number;
  /** Ends it in order and waits for its end. */
  stop(): Promise<void>;
}

/** The prefix that pins a command to a core; empty when it cannot be pinned. */
export type Pin = (core: 'server' | 'generator') => readonly string[];

/** What this run has started and not yet seen end. */
const alive = new Set<number>();

/** Ends at once all that was started; for an interrupted run. */
export function killAll(): void {
  for (const pid of alive) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself in this very moment.
    }
  }
}

/** Spawns a child that `killAll` knows. */
export function spawnChild(argv: readonly string[], options: Parameters<typeof spawn>[2]): ChildProcess {
  const [command = '', ...args] = argv;
  const child = spawn(command, args, options);
  aliveUntilExit(child, child.pid);
  return child;
}

function aliveUntilExit(child: ChildProcess, pid: number | undefined): void {
  if (pid === undefined) return;
  alive.add(pid);
  child.once('exit', () => alive.delete(pid));
}

/** Whether a command can be found. */
export function installed(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v "$0"`, command]).status === 0;
}

/** Finds two cores, one for the server and one for the generator. */
export function pinning(): { readonly pin: Pin; readonly warning?: string } {
  const cores = allowedCores();
  const [server, generator] = cores;
  if (!installed('taskset')) return { pin: () => [], warning: 'taskset is not installed (Debian: util-linux): nothing is pinned to a core, so figures will scatter' };
  if (server === undefined || generator === undefined) return { pin: () => [], warning: 'only one core may be used: server and generator share it, so rates and latencies mean little' };
  return { pin: (core) => ['taskset', '-c', core === 'server' ? server : generator] };
}

/** The cores that this process may use, from a list such as `0-1,4`. */
function allowedCores(): string[] {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => String(first + i));
  });
}

/** Starts a server in its folder. Throws with the end of its output when it does not come up. */
export async function start(recipe: Recipe, directory: string, pin: Pin): Promise<Running> {
  mkdirSync(directory, { recursive: true });
  const port = await freePort();
  const { argv, env, pidFile } = recipe.prepare(directory, port);
  if (pidFile !== undefined) rmSync(pidFile, { force: true });
  const output = join(directory, 'output.txt');
  const file = openSync(output, 'a');
  const child = spawnChild([...pin('server'), ...argv], { stdio: ['ignore', file, file], env: { ...process.env, ...env } });
  closeSync(file);
  let failure: string | undefined;
  child.once('error', (error) => { failure = error.message; });
  child.once('exit', (code, signal) => { failure ??= `ended with ${signal ?? code}`; });
  for (const limit = performance.now() + START_MS; !(await accepts(port)); await sleep(50)) {
    if (performance.now() > limit) failure ??= `not reachable within ${START_MS / 1000} s`;
    if (failure === undefined) continue;
    child.kill('SIGKILL');
    throw new Error(`${recipe.name} did not start (${failure}): ${readFileSync(output, 'utf8').slice(-2000)}`);
  }
  const pid = pidFile === undefined ? child.pid : Number(readFileSync(pidFile, 'utf8'));
  if (pid === undefined) throw new Error(`${recipe.name} has no process id`);
  aliveUntilExit(child, pid);
  return { pid, port, stop: () => stop(child, pid) };
}

/** Asks the server to end, waits, and insists in the end. */
async function stop(child: ChildProcess, pid: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  process.kill(pid, 'SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}

/** A port of loopback that is free at this moment. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no free port'))));
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
