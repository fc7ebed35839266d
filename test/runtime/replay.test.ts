/** The replay of more messages than may wait for one client. XEP-0160 §2, DESIGN §4. @module */
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseConfig } from '../../src/cli/config.ts';
import { startServer } from '../../src/cli/start.ts';
import { parseBare } from '../../src/core/jid.ts';
import { deriveCredentials } from '../../src/runtime/sasl/credentials.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { readStream } from '../world/stream.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const header = '<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" to="localhost" version="1.0">';
const messages = 200;
const filler = 'x'.repeat(40_000);

test('runtime: a store that holds twice what may wait for a client is replayed whole and in order, to a client that is slow to read', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'waystate-replay-'));
  const account = parseBare('juliet@localhost');
  if (account === undefined) throw new Error('no address');
  const store = await sqliteStore({ directory });
  await store.perform({ op: 'account.create', account, credentials: await deriveCredentials('secret') });
  for (let number = 0; number < messages; number += 1) {
    await store.perform({ op: 'offline.append', account, at: 0, limit: messages, xml: `<message id="${number}"><body>${filler}</body></message>` });
  }
  await store.close();
  const settings = { data: directory, insecurePlain: true, store: { synchronous: 'normal' }, ports: { c2s: 0, c2sTls: false, http: false, https: false } };
  const server = await startServer(parseConfig(JSON.stringify(settings), 'test.json'), { log: quiet });
  const [host = '', port = ''] = (server.addresses.c2s ?? '').split(':');
  const socket = connect({ host, port: Number(port) });
  const heard: string[] = [];
  const done = Promise.withResolvers<void>();
  let read = stream();
  // What is to be said once the n-th element has come.
  const script: Readonly<Record<number, () => void>> = {
    1: () => socket.write(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${btoa('\0juliet\0secret')}</auth>`),
    2: () => {
      read = stream();
      socket.write(header);
    },
    3: () => socket.write('<iq id="b" type="set"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>'),
    4: () => {
      socket.write('<presence/>');
      socket.pause();
      setTimeout(() => socket.resume(), 300);
    },
  };
  let count = 0;
  function stream(): (text: string) => void {
    return readStream((item) => {
      if (item === 'closed' || item.name === 'error') return done.reject(new Error(String(item)));
      count += 1;
      script[count]?.();
      if (item.name === 'message') heard.push(item.attrs.id ?? '');
      if (heard.length === messages) done.resolve();
    });
  }
  socket.setEncoding('utf8').on('data', (text: string) => read(text));
  socket.write(header);
  try {
    await done.promise;
    expect(heard).toEqual(Array.from({ length: messages }, (_, number) => String(number)));
  } finally {
    socket.end('</stream:stream>');
    await once(socket, 'close');
    await server.stop();
  }
  // Nothing is left, and nothing is delivered twice.
  const after = await sqliteStore({ directory });
  expect(await after.perform({ op: 'offline.read', account, maxBytes: 1 })).toEqual({ messages: [], more: false });
  await after.close();
  rmSync(directory, { recursive: true });
});
