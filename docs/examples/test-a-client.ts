/** Tests of a client library against a server in the same process: `node --test test-a-client.ts`. @module */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { client, xml } from '@xmpp/client';
import type { XmppClient } from '@xmpp/client';
import { startTestServer } from 'waystate/server';
import type { TestServer } from 'waystate/server';

let server: TestServer;
let clients: XmppClient[] = [];

beforeEach(async () => {
  server = await startTestServer({ accounts: { juliet: 'secret', romeo: 'secret' } });
});

afterEach(async () => {
  for (const each of clients) each.reconnect.stop();
  clients = [];
  await server.stop();
});

/** A client that is online, and shows it. */
async function online(username: string, service = server.url): Promise<XmppClient> {
  const xmpp = client({ service, domain: server.domain, resource: 'test', username, password: 'secret' });
  clients.push(xmpp);
  xmpp.reconnect.delay = 10;
  xmpp.on('error', () => {}); // a cut is what the test is about
  await xmpp.start();
  await xmpp.send(xml('presence'));
  await server.settled();
  return xmpp;
}

test('it comes back after its connection was cut', async () => {
  const juliet = await online('juliet');
  const back = once(juliet, 'online');
  server.cut('juliet@localhost');
  await back;
  assert.deepEqual(server.clients.map(({ isOpen }) => isOpen), [false, true]);
});

test('it hears that it took too long to log in, and no test waits for half a minute', async () => {
  server.logins.hold();
  const xmpp = client({ service: server.url, domain: server.domain, username: 'juliet', password: 'secret' });
  clients.push(xmpp);
  const failed = once(xmpp, 'error');
  xmpp.start().catch(() => {});
  await server.settled();
  await server.clock.advance(30_000);
  const [error] = await failed as [Error];
  assert.match(error.message, /policy-violation|connection-timeout/);
});

test('it gives up a ping that takes too long, and does not mind the late answer', async () => {
  const juliet = await online('juliet');
  const late = server.interfere({ on: 'sent', fault: { delayMs: 40_000 }, matches: ({ attrs }) => attrs.id === 'p1' });
  mock.timers.enable({ apis: ['setTimeout'] }); // no settled() from here …
  const refused = assert.rejects(juliet.iqCaller.request(xml('iq', { type: 'get', id: 'p1' }, xml('ping', { xmlns: 'urn:xmpp:ping' })), 30_000), /Timeout/);
  await late;
  mock.timers.tick(30_000);
  await refused;
  mock.timers.reset(); // … to here
  await server.clock.advance(40_000);
  assert.equal(juliet.status, 'online');
});

test('it gets what was sent while it was away', async () => {
  const romeo = await online('romeo');
  await romeo.send(xml('message', { to: 'juliet@localhost', type: 'chat' }, xml('body', {}, 'Wherefore art thou?')));
  await server.settled();
  assert.equal((await server.offline('juliet')).length, 1);

  const juliet = await online('juliet', server.webSocketUrl);
  assert.match(server.clients.at(-1)?.sent.join('\n') ?? '', /Wherefore art thou\?/);
  assert.equal((await server.offline('juliet')).length, 0);
  assert.equal(juliet.jid?.toString(), 'juliet@localhost/test');
});

test('it does without a message that gets lost, and without one that comes twice', async () => {
  const [romeo, juliet] = [await online('romeo'), await online('juliet')];
  const heard: string[] = [];
  juliet.on('stanza', (stanza) => void (stanza.is('message') && heard.push(stanza.getChildText('body'))));
  const isMessage = { matches: (stanza: { is(name: string): boolean }) => stanza.is('message') };
  for (const fault of ['drop', 'duplicate', { delayMs: 5_000 }] as const) {
    const met = server.interfere({ on: 'sent', fault, ...isMessage });
    await romeo.send(xml('message', { to: 'juliet@localhost', type: 'chat' }, xml('body', {}, JSON.stringify(fault))));
    await met;
  }
  await server.settled();
  assert.deepEqual(heard, ['"duplicate"', '"duplicate"']);
  await server.clock.advance(5_000);
  assert.equal(heard.at(-1), '{"delayMs":5000}');
});

test('it is told of a store that fails', async () => {
  const juliet = await online('juliet');
  server.store.failNext('roster.write');
  const added = juliet.iqCaller.request(xml('iq', { type: 'set' }, xml('query', { xmlns: 'jabber:iq:roster' }, xml('item', { jid: 'romeo@localhost' }))));
  await assert.rejects(added, /internal-server-error/);
  assert.deepEqual(await server.roster('juliet'), []);
});
