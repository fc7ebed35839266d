/** The replay of more messages than may wait for one client. XEP-0160 §2, DESIGN §4. @module */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BareJid } from '../../machines/vocabulary.ts';
import { startServer } from '../../src/cli/start.ts';
import { deriveCredentials } from '../../src/runtime/sasl/credentials.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { Connection } from '../world/connection.ts';
import { quiet, settingsOf } from '../world/sockets.ts';

const account = 'juliet@localhost' as BareJid;
const messages = 200;
const filler = 'x'.repeat(40_000);

test('runtime: a store that holds twice what may wait for a client is replayed whole and in order, to a client that is slow to read', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'waystate-replay-'));
  const store = await sqliteStore({ directory, synchronous: 'normal' });
  await store.perform({ op: 'account.create', account, credentials: await deriveCredentials('secret') });
  for (let number = 0; number < messages; number += 1) {
    await store.perform({ op: 'offline.append', account, at: 0, limit: messages, xml: `<message id="${number}"><body>${filler}</body></message>` });
  }
  await store.close();
  const server = await startServer(settingsOf(['c2s'], { data: directory, insecurePlain: true }), { log: quiet });
  const juliet = await Connection.open(server.addresses.c2s, 'plain');
  await juliet.logIn('juliet', 'secret');
  juliet.send('<presence/>');
  juliet.socket.pause();
  setTimeout(() => juliet.socket.resume(), 300);
  const heard: string[] = [];
  while (heard.length < messages) {
    const { name, attrs } = await juliet.element();
    if (name === 'message') heard.push(attrs.id ?? '');
  }
  expect(heard).toEqual(Array.from({ length: messages }, (_, number) => String(number)));
  expect((await juliet.ask('<iq id="ping" type="get"><ping xmlns="urn:xmpp:ping"/></iq>')).attrs.id).toBe('ping');
  juliet.send('</stream:stream>');
  expect((await juliet.element()).attrs.type).toBe('unavailable');
  expect(await juliet.next()).toBe('closed');
  await server.stop();
  // Nothing is left, and nothing would be delivered twice.
  const after = await sqliteStore({ directory });
  expect(await after.perform({ op: 'offline.read', account, maxBytes: 1 })).toEqual({ messages: [], more: false });
  await after.close();
  rmSync(directory, { recursive: true });
});
