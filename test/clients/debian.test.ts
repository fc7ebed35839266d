/** Clients that Debian brings, in other languages. Where one is not installed its tests are skipped, with
 *  the reason in their title; where WAYSTATE_REQUIRE_ALL is set, as in CI, that is a failure. @module */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountsOf, claims, reasonOf, referenceProgram } from './claims.ts';
import type { Row } from './claims.ts';
import { startClient } from './client.ts';
import type { Client } from './client.ts';
import { password, startServer } from './server.ts';
import type { TestServer } from './server.ts';
import { openTerminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';

const isThere = (command: string, ...args: readonly string[]): boolean => spawnSync(command, args).status === 0;

/** The packages that are missing, by what needs them. */
const lacking = {
  slixmpp: isThere('/usr/bin/python3', '-c', 'import slixmpp') ? undefined : 'python3-slixmpp',
  profanity: !isThere('profanity', '--version') ? 'profanity' : isThere('tmux', '-V') ? undefined : 'tmux',
  'go-sendxmpp': isThere('go-sendxmpp', '--version') ? undefined : 'go-sendxmpp',
};
const missing = Object.values(lacking).filter((name) => name !== undefined);

const slixmpp = ['/usr/bin/python3', new URL('programs/slixmpp_client.py', import.meta.url).pathname];
const rows: readonly Row[] = [
  { client: 'slixmpp', command: slixmpp, over: 'starttls', mechanism: 'SCRAM-SHA-256-PLUS', lacks: lacking.slixmpp },
  { client: 'slixmpp', command: slixmpp, over: 'tls', mechanism: 'SCRAM-SHA-256-PLUS', lacks: lacking.slixmpp },
];
const people = accountsOf({ client: 'profanity', over: 'starttls' });
// This version knows no SCRAM: it sends its password under TLS (PLAIN, RFC 4616).
const overGo = [
  { title: 'TCP with STARTTLS', over: 'starttls', options: [], accounts: accountsOf({ client: 'go', over: 'starttls' }) },
  { title: 'TCP with direct TLS', over: 'tls', options: ['--tls'], accounts: accountsOf({ client: 'go', over: 'tls' }) },
] as const;

let server: TestServer;

beforeAll(async () => {
  if (missing.length > 0) console.warn(`Not tested, because it is not installed: ${missing.join(', ')} (apt-get install)`);
  server = await startServer(['nurse', ...[...rows.map(accountsOf), people, ...overGo.map(({ accounts }) => accounts)].flatMap((pair) => Object.values(pair))]);
});

test.runIf(process.env['WAYSTATE_REQUIRE_ALL'])('every client is installed (WAYSTATE_REQUIRE_ALL)', () => {
  expect(missing).toEqual([]);
});

// Also where the last test is not among those that run.
afterAll(() => server.stop());

for (const row of rows) claims(row, () => server);

/** The other side, by the reference client. */
async function other(username: string): Promise<Client> {
  const client = startClient(referenceProgram, server.trust);
  await client.connect({ service: server.services.starttls, username, password, resource: 'balcony' });
  return client;
}

describe.skipIf(lacking.profanity)(`profanity over TCP with STARTTLS${reasonOf(lacking.profanity)}`, () => {
  const romeo = `${people.romeo}@localhost`;
  const juliet = `${people.juliet}@localhost`;
  let terminal: Terminal;
  let hers: Client;

  const connect = async (): Promise<void> => {
    await terminal.type(`/connect ${romeo} server 127.0.0.1 port ${new URL(server.services.starttls).port}`);
    await terminal.shows(/Enter password:/);
    await terminal.type(password);
    await terminal.shows(/\[TLS\] \[online\]/);
  };

  beforeAll(async () => {
    hers = await other(people.juliet);
    terminal = await openTerminal('profanity -l DEBUG -f log', server.trust);
    await terminal.shows(/Type '\/help'/);
    await connect();
  });

  afterAll(() => Promise.all([terminal.close(), hers.end()]));

  test('it logs in with SCRAM-SHA-256, over TLS that it trusts (RFC 7677, RFC 6120 §13.7)', async () => {
    expect(await readFile(join(terminal.home, 'log'), 'utf8')).toContain('SASL SCRAM-SHA-256 auth successful');
  });

  test('messages go both ways, also to who has sent no presence (RFC 6121 §8.5.2)', async () => {
    await terminal.type(`/msg ${juliet} She speaks.`);
    await hers.see({ kind: 'message', body: 'She speaks.' });
    await hers.message(romeo, 'O Romeo, Romeo!');
    await terminal.shows(/O Romeo, Romeo!/);
  });

  test('a contact is set, and the subscription becomes mutual (RFC 6121 §2, §3.1)', async () => {
    // Who has asked for the roster is told of approvals (RFC 6121 §3.1.6).
    await hers.roster();
    await hers.presence();
    await terminal.type(`/roster add ${juliet} Juliet`);
    await terminal.type(`/sub request ${juliet}`);
    await hers.see({ kind: 'presence', from: romeo, type: 'subscribe' });
    await hers.presence('subscribed', romeo);
    await hers.presence('subscribe', romeo);
    await terminal.shows(/Authorization request/);
    await terminal.type(`/sub allow ${juliet}`);
    await hers.see({ kind: 'presence', from: romeo, type: 'subscribed' });
    await terminal.type('/win 1');
    await terminal.type('/roster');
    await terminal.shows(new RegExp(`${juliet} \\(Juliet\\) - both`));
  });

  test('after it has come back it shows what waited for it (XEP-0160)', async () => {
    await terminal.type('/disconnect');
    await hers.see({ kind: 'presence', type: 'unavailable' });
    await hers.message(romeo, 'Parting is such sweet sorrow.');
    await connect();
    await terminal.type('/win 2');
    await terminal.shows(/Parting is such sweet sorrow\./);
  });
});

describe.skipIf(lacking['go-sendxmpp']).each(overGo)(`go-sendxmpp over $title${reasonOf(lacking['go-sendxmpp'])}`, ({ accounts, over, options }) => {
  const start = (username: string, ...args: readonly string[]) => {
    const login = ['--username', `${username}@localhost`, '--password', password, '--jserver', `localhost:${new URL(server.services[over]).port}`];
    return spawn('go-sendxmpp', [...login, ...options, ...args], { env: { ...process.env, ...server.trust }, stdio: ['pipe', 'pipe', 'inherit'] });
  };

  test('what it sends arrives, and it prints what it is sent (RFC 6121 §5)', async () => {
    const nurse = await other('nurse');
    start(accounts.romeo, 'nurse@localhost').stdin.end('Bid her devise some means.\n');
    await nurse.see({ kind: 'message', body: 'Bid her devise some means.' });
    const listening = start(accounts.juliet, '--listen');
    await nurse.message(`${accounts.juliet}@localhost`, 'Hie you hence.');
    const [line] = await once(createInterface(listening.stdout), 'line') as [string];
    expect(line).toContain('nurse@localhost: Hie you hence.');
    listening.kill();
    await nurse.end();
  });
});

test('SIGTERM ends the server in order, and nothing went wrong in it', async () => {
  expect(await server.stop()).toEqual({ code: 0, complaints: [] });
});
