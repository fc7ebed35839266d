/** How long a server inside a program takes to start and to stop, and what it leaves behind: `node test/bench/lifecycle.ts`. With nobody
 *  connected, with clients that close their stream when the server says goodbye, and with clients that don't. @module */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createCore, defaultConfig, deriveCredentials, parseBare, saslAuthenticator, sqliteStore, standardFeatures, startServer } from '../../src/index.ts';
import { Recorder, createInspector } from '../../src/inspector/index.ts';

const { values } = parseArgs({ options: { turns: { type: 'string', default: '7' }, clients: { type: 'string', default: '200' } } });
const turns = Number(values.turns);
const clients = Number(values.clients);

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const header = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'>";
const median = (figures: readonly number[]): number => figures.toSorted((a, b) => a - b)[figures.length >> 1] ?? 0;
const handles = (): number => process.getActiveResourcesInfo().filter((name) => /TCP|Timeout|TLS|MessagePort|Worker/.test(name)).length;

/** A client that logs in and becomes available.
 *  @param isPolite whether it closes its stream when the server does */
async function enter(port: number, resource: string, isPolite: boolean): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8').on('error', () => {});
  let heard = '';
  const hears = async (words: string): Promise<void> => {
    while (!heard.includes(words)) heard += String((await once(socket, 'data'))[0]);
    heard = '';
  };
  socket.write(header);
  await hears('</stream:features>');
  socket.write(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${Buffer.from('\0juliet\0a secret').toString('base64')}</auth>`);
  await hears('<success');
  socket.write(header);
  await hears('</stream:features>');
  socket.write(`<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`);
  await hears('</jid>');
  socket.write('<presence/>');
  await hears('<presence');
  socket.on('data', (text) => {
    if (isPolite && String(text).includes('</stream:stream>')) socket.end('</stream:stream>');
  });
  return socket;
}

/** One life.
 *  @returns milliseconds to start and to stop, and handles that are left */
async function live(count: number, isPolite: boolean): Promise<readonly [started: number, stopped: number, left: number]> {
  const directory = mkdtempSync(join(tmpdir(), 'lifecycle-'));
  const before = handles();
  const begun = performance.now();
  const store = await sqliteStore({ directory });
  const recorder = new Recorder(createCore({ domain: 'localhost', ...defaultConfig, resourceLimit: 10_000 }, standardFeatures), { keepBodies: false });
  const server = await startServer({
    core: recorder.core, store, deriveCredentials, log: silent, domain: 'localhost', authenticator: saslAuthenticator({ store }), insecurePlain: true, stopTimeoutMs: 500,
    limits: { maxConnectionsPerAddress: 10_000 },
    listeners: [{ kind: 'c2s', host: '127.0.0.1', port: 0 }, { kind: 'http', host: '127.0.0.1', port: 0 }],
  });
  const inspector = createInspector({ recorder });
  const started = performance.now() - begun;
  const account = parseBare('juliet@localhost');
  if (account === undefined) throw new Error('juliet is a name');
  await store.perform({ op: 'account.create', account, credentials: await deriveCredentials('a secret') });
  const sockets = await Promise.all(Array.from({ length: count }, (_, n) => enter(server.addresses[0]?.port ?? 0, `r${n}`, isPolite)));
  const asked = performance.now();
  inspector.stop();
  await server.stop();
  await store.close();
  const stopped = performance.now() - asked;
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 50));
  rmSync(directory, { recursive: true });
  return [started, stopped, handles() - before];
}

console.log('clients                          start, ms   stop, ms   most, ms   handles left');
for (const [title, count, isPolite] of [['nobody', 0, true], [`${clients} that say goodbye`, clients, true], ['5 that do not', 5, false]] as const) {
  const lives: (readonly [number, number, number])[] = [];
  for (let turn = 0; turn < turns; turn += 1) lives.push(await live(count, isPolite));
  const stops = lives.map(([, stopped]) => stopped);
  console.log(title.padEnd(32), [median(lives.map(([started]) => started)), median(stops), Math.max(...stops)].map((ms) => ms.toFixed(0).padStart(9)).join('  '), String(Math.max(...lives.map(([, , left]) => left))).padStart(13));
}
