/** A foreign server as the far side of a stream between servers: a child process on a loopback address
 *  of its own, its data in a temporary directory, ended by its own process id. What is particular to
 *  one server is in prosody.ts and ejabberd.ts. @module */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signCertificate } from '../../src/runtime/self-signed.ts';
import { Connection } from '../world/connection.ts';
import type { Authority, Credentials } from './authority.ts';

/** How servers know each other: by certificates that an authority of both has signed (SASL EXTERNAL,
 *  RFC 6120 §13.7.2) and nothing else, or by dialback within TLS (XEP-0220), each with a certificate that nobody
 *  vouches for. */
export type Authentication = 'external' | 'dialback';

export interface PeerOptions {
  /** The loopback address that is this server's alone (loopback.ts). */
  readonly address: string;
  /** Where the domains of the others are, instead of DNS. Each is sought on port 5269. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly auth: Authentication;
  /** Who signs its certificate, and whom it trusts where `auth` is `external`. */
  readonly authority: Authority;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface Peer {
  /** The program, for a title: `Prosody`. */
  readonly name: string;
  readonly domain: string;
  /** The domain of its rooms (XEP-0045). */
  readonly rooms: string;
  /** For clients, in the clear; with PLAIN and SCRAM. */
  readonly c2s: Endpoint;
  readonly s2s: Endpoint;
  /** Makes an account, by in-band registration (XEP-0077 §3.1). */
  addAccount(name: string, password: string): Promise<void>;
  /** What it has written since the start, restarts included. It stays after the end. */
  log(): string;
  /** Ends it in order, and starts it again with the data that it had. */
  restart(): Promise<void>;
  /** Ends it in order, and removes its directory. */
  stop(): Promise<void>;
}

/** What one program needs in order to be a peer. */
export interface Program {
  readonly name: string;
  readonly domain: string;
  readonly rooms: string;
  /** Its files, by their path in its directory. */
  files(options: PeerOptions, directory: string, credentials: Credentials): Readonly<Record<string, string>>;
  command(directory: string): { readonly file: string; readonly args: readonly string[]; readonly env?: Readonly<Record<string, string>> };
}

export const clientPort = 5222;
/** Where no DNS says otherwise, a server is sought on this port (RFC 6120 §3.2.2). */
export const serverPort = 5269;

/** Where the domains are, in the form of /etc/hosts. */
export const hostsFile = (hosts: PeerOptions['hosts']): string => Object.entries(hosts).map(([name, address]) => `${address} ${name}\n`).join('');

/** How long a server may take to start, and to end once it is told to. */
const patienceMs = 30_000;

/** Starts a server; resolves when on both its ports a stream is answered.
 *  @throws when it ends or does not answer in time; the message has its log */
export async function startPeer(program: Program, options: PeerOptions): Promise<Peer> {
  const { name, domain, rooms } = program;
  const directory = await mkdtemp(join(tmpdir(), `waystate-${name.toLowerCase()}-`));
  const credentials = options.auth === 'external' ? await options.authority.issue([domain, rooms]) : await signCertificate(domain);
  for (const [path, text] of Object.entries(program.files(options, directory, credentials))) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text, { mode: 0o600 });
  }
  const c2s = { host: options.address, port: clientPort };
  const s2s = { host: options.address, port: serverPort };
  let log = '';
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const { file, args, env } = program.command(directory);
    const running = spawn(file, args, { cwd: directory, env: { ...process.env, HOME: directory, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    child = running;
    // Where the test breaks off, it does not outlive it.
    const kill = (): boolean => running.kill('SIGKILL');
    process.once('exit', kill);
    running.once('close', () => process.off('exit', kill));
    running.on('error', (error) => (log += `${error.message}\n`));
    for (const output of [running.stdout, running.stderr]) output.setEncoding('utf8').on('data', (text: string) => (log += text));
    const deadline = Date.now() + patienceMs;
    while (!(await answers(c2s, 'jabber:client', domain) && await answers(s2s, 'jabber:server', domain))) {
      if (hasEnded(running) || Date.now() > deadline) {
        await end();
        throw new Error(`${name} has not started:\n${log}`);
      }
      await sleep(20);
    }
  };

  const end = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined || hasEnded(running)) return;
    const ended = once(running, 'close');
    running.kill('SIGTERM');
    const last = setTimeout(() => running.kill('SIGKILL'), patienceMs);
    await ended;
    clearTimeout(last);
  };

  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  await start().catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  return {
    name, domain, rooms, c2s, s2s,
    async addAccount(account, password) {
      const connection = await Connection.open(`${c2s.host}:${c2s.port}`, 'plain', domain);
      const answer = await connection.register(account, password);
      connection.drop();
      if (answer.attrs.type !== 'result') throw new Error(`no account: ${answer.toString()}`);
    },
    log: () => log,
    async restart() {
      await end();
      await start();
    },
    async stop() {
      await end();
      await remove();
    },
  };
}

const hasEnded = (child: ChildProcess): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

/** Whether a stream that is opened is answered. That the port is bound is not enough: it can be long before
 *  anybody reads what arrives there. */
function answers(endpoint: Endpoint, namespace: string, domain: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(endpoint).once('data', () => resolve(true)).once('error', () => resolve(false)).once('close', () => resolve(false));
  socket.write(`<?xml version="1.0"?><stream:stream xmlns="${namespace}" xmlns:stream="http://etherx.jabber.org/streams" to="${domain}" version="1.0">`);
  const last = setTimeout(() => resolve(false), patienceMs);
  return promise.finally(() => {
    clearTimeout(last);
    socket.destroy();
  });
}
