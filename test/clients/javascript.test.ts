/** The client libraries that npm brings, over every transport that each of them speaks. @module */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountsOf, claims, referenceProgram } from './claims.ts';
import type { Row } from './claims.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

const strophe = [process.execPath, new URL('programs/strophe.ts', import.meta.url).pathname];

const rows: readonly Row[] = [
  { client: '@xmpp/client', command: referenceProgram, over: 'starttls', mechanism: 'SCRAM-SHA-1' },
  { client: '@xmpp/client', command: referenceProgram, over: 'tls', mechanism: 'SCRAM-SHA-1' },
  { client: '@xmpp/client', command: referenceProgram, over: 'ws', mechanism: 'SCRAM-SHA-1' },
  { client: '@xmpp/client', command: referenceProgram, over: 'wss', mechanism: 'SCRAM-SHA-1' },
  { client: 'strophe.js', command: strophe, over: 'ws', mechanism: 'SCRAM-SHA-256' },
  { client: 'strophe.js', command: strophe, over: 'wss', mechanism: 'SCRAM-SHA-256' },
];

let server: TestServer;

beforeAll(async () => {
  server = await startServer(rows.flatMap((row) => Object.values(accountsOf(row))));
});

// Also where the last test is not among those that run.
afterAll(() => server.stop());

for (const row of rows) claims(row, () => server);

test('SIGTERM ends the server in order, and nothing went wrong in it', async () => {
  expect(await server.stop()).toEqual({ code: 0, complaints: [] });
});
