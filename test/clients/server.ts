/** The real server as an operator starts it: a child process with its store on disk, TLS with its
 *  self-signed certificate, and every way in on a free port of loopback. @module */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';
import { parseJid } from '../../src/core/jid.ts';
import { deriveCredentials } from '../../src/runtime/sasl/credentials.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';

/** The ways in, by the service that a client is given. */
export interface Services {
  readonly starttls: string;
  readonly tls: string;
  readonly ws: string;
  readonly wss: string;
}

/** A server under test. */
export interface TestServer {
  readonly services: Services;
  /** What makes a program trust the certificate: Node, and whatever heeds OpenSSL's variable. */
  readonly trust: Readonly<Record<string, string>>;
  /** SIGTERM, once; resolves when everything is cleared away. */
  stop(): Promise<Stopped>;
}

/** How a server ended. */
export interface Stopped {
  readonly code: number | null;
  /** What it has logged as going wrong. */
  readonly complaints: readonly string[];
}

/** The password of every account here. */
export const password = 'art thou not Romeo';

const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const anyPort = ['--c2s-port', '0', '--c2s-tls-port', '0', '--http-port', '0', '--https-port', '0'];

/** Starts a server.
 *  @param accounts the localparts of the accounts that it has */
export async function startServer(accounts: readonly string[]): Promise<TestServer> {
  const data = await mkdtemp(join(tmpdir(), 'waystate-clients-'));
  await createAccounts(data, accounts);
  const child = spawn(process.execPath, [main, 'serve', '--data', data, '--host', '127.0.0.1', ...anyPort], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const log: Facts[] = [];
  const { c2s, c2sTls, http, https } = await serving(createInterface(child.stderr), log);
  let stopped: Promise<Stopped> | undefined;
  const stop = async (): Promise<Stopped> => {
    child.kill('SIGTERM');
    const [code] = await ended;
    await rm(data, { recursive: true });
    return { code, complaints: log.filter(({ level }) => level !== 'info').map((facts) => JSON.stringify(facts)) };
  };
  const certificate = join(data, 'tls', 'self-signed.crt');
  return {
    // By its name, since that is what the certificate is for.
    services: {
      starttls: `xmpp://localhost:${portOf(c2s)}`, tls: `xmpps://localhost:${portOf(c2sTls)}`,
      ws: `ws://localhost:${portOf(http)}/xmpp-websocket`, wss: `wss://localhost:${portOf(https)}/xmpp-websocket`,
    },
    trust: { NODE_EXTRA_CA_CERTS: certificate, SSL_CERT_FILE: certificate },
    stop: () => (stopped ??= stop()),
  };
}

/** As `account add` does it, without a process for each. */
async function createAccounts(directory: string, accounts: readonly string[]): Promise<void> {
  const credentials = await deriveCredentials(password, 4096);
  const store = await sqliteStore({ directory, synchronous: 'normal' });
  for (const local of accounts) {
    const account = parseJid(`${local}@localhost`)?.bare;
    if (account !== undefined) await store.perform({ op: 'account.create', account, credentials });
  }
  await store.close();
}

/** A line of the log. */
type Facts = Readonly<Record<string, string>>;

/** Keeps the log, and waits for the addresses that the server writes to it once it listens. */
function serving(lines: Interface, log: Facts[]): Promise<Facts> {
  const { promise, resolve, reject } = Promise.withResolvers<Facts>();
  lines.on('line', (line) => {
    // A process that dies of an error says so in its own words.
    const facts = line.startsWith('{') ? (JSON.parse(line) as Facts) : { level: 'fatal', line };
    log.push(facts);
    if (facts['msg'] === 'serving') resolve(facts);
  });
  lines.once('close', () => reject(new Error(`The server did not start: ${JSON.stringify(log)}`)));
  return promise;
}

const portOf = (address: string | undefined): string => address?.split(':').at(-1) ?? '';
