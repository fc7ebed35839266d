/** The server for tests of clients: what it holds back, what it lets see, and that it leaves nothing behind. @module */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { replaySession } from '../../src/core/session-trace.ts';
import { decodeTrace } from '../../src/core/trace.ts';
import { startTestServer } from '../../src/testing/server.ts';
import type { TestServer } from '../../src/testing/server.ts';
import { certificate } from './running.ts';

const ours: TestServer[] = [];
afterEach(async () => {
  for (const server of ours.splice(0)) await server.stop();
});

async function serving(options: Parameters<typeof startTestServer>[0] = {}): Promise<TestServer> {
  const server = await startTestServer({ accounts: { juliet: 'secret', romeo: 'secret' }, ...options });
  ours.push(server);
  return server;
}

const header = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'>";

interface Raw { readonly socket: Socket; heard(): string; say(xml: string): Promise<void> }

async function raw(server: TestServer): Promise<Raw> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1').setEncoding('utf8');
  let heard = '';
  socket.on('data', (text: string) => void (heard += text));
  socket.on('error', () => {});
  await once(socket, 'connect');
  return {
    socket, heard: () => heard,
    async say(xml) {
      socket.write(xml);
      await server.settled();
    },
  };
}

async function loggedIn(server: TestServer, name: string): Promise<Raw> {
  const client = await raw(server);
  await client.say(header);
  await client.say(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${btoa(`\0${name}\0secret`)}</auth>`);
  await client.say(header);
  await client.say("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>");
  await client.say('<presence/>');
  return client;
}

describe('test server', () => {
  test('starts and stops in less than half a second, with a client that says nothing more, and leaves no handle', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name)).length;
    const begun = performance.now();
    const server = await serving();
    const { socket } = await raw(server);
    await server.stop();
    expect(performance.now() - begun).toBeLessThan(500);
    socket.destroy();
    await expect.poll(() => socket.closed).toBe(true);
    expect(process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name)).length).toBeLessThanOrEqual(before);
  });

  test('several run beside each other, and the same seed makes the same stream ids', async () => {
    const ids = await Promise.all(['a', 'a', 'b'].map(async (seed) => {
      const client = await raw(await serving({ seed }));
      client.socket.write(header);
      await expect.poll(() => client.heard()).toContain('</stream:features>');
      return / id=['"]([^'"]*)/.exec(client.heard())?.[1];
    }));
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  test('the same seed makes the same salts and nonces (RFC 5802 §5.1)', async () => {
    const challenges = await Promise.all(['a', 'a', 'b'].map(async (seed) => {
      const client = await raw(await serving({ seed }));
      await client.say(header);
      await client.say(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'>${btoa('n,,n=juliet,r=of-the-client')}</auth>`);
      return atob(/<challenge[^>]*>([^<]*)/.exec(client.heard())?.[1] ?? '');
    }));
    expect(challenges[0]).toMatch(/^r=of-the-client.{24},s=.{20,},i=4096$/);
    expect(challenges[1]).toBe(challenges[0]);
    expect(challenges[2]).not.toBe(challenges[0]);
  });

  test('with a certificate offers STARTTLS, and what comes over it is met like anything else', async () => {
    const server = await serving({ tls: await certificate() });
    const client = await raw(server);
    await client.say(header);
    expect(client.heard()).toContain('<starttls');
    await client.say("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    expect(client.heard()).toContain('<proceed');
    client.socket.removeAllListeners('data');
    const secured = connectTls({ socket: client.socket, rejectUnauthorized: false });
    let heard = '';
    secured.on('data', (data: Buffer) => void (heard += data.toString())).on('error', () => {});
    await once(secured, 'secureConnect');
    for (const xml of [header, `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${btoa('\0juliet\0secret')}</auth>`, header, "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"]) {
      secured.write(xml);
      await server.settled();
    }
    expect(heard).toContain('<jid>juliet@localhost/');
    void server.interfere({ on: 'received', fault: 'drop', matches: (stanza) => stanza.is('message') });
    secured.write("<message to='juliet@localhost' id='lost'/><message to='juliet@localhost' id='kept'/>");
    await server.settled();
    expect([heard.includes('id="lost"'), heard.includes('id="kept"')]).toEqual([false, true]);
    secured.destroy();
  });

  test('a trace has as many steps as it may have, from the first on', async () => {
    const server = await serving({ traceSteps: 5 });
    await loggedIn(server, 'juliet');
    const { steps } = decodeTrace(server.trace());
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
  });

  test('ends a stream without a word, in order, or with an error', async () => {
    const server = await serving();
    for (const [end, word] of [[() => server.cut('juliet@localhost'), ''], [() => server.close('juliet@localhost/r'), '</stream:stream>'], [() => server.fail('juliet@localhost', 'system-shutdown'), '<system-shutdown']] as const) {
      const client = await loggedIn(server, 'juliet');
      const before = client.heard().length;
      end();
      await once(client.socket, 'end');
      expect(client.heard().slice(before)).toContain(word);
      if (word === '') expect(client.heard().length).toBe(before);
      client.socket.destroy();
      await server.settled();
      expect(() => server.cut('juliet@localhost')).toThrow('no client juliet@localhost is connected');
    }
  });

  test('holds back log-ins, the store and what goes to a client, and nothing of it is lost', async () => {
    const server = await serving();
    const [juliet, romeo] = [await loggedIn(server, 'juliet'), await loggedIn(server, 'romeo')];
    server.stall('juliet@localhost');
    for (const text of ['one', 'two']) await romeo.say(`<message to='juliet@localhost/r'><body>${text}</body></message>`);
    expect(juliet.heard()).not.toContain('one');
    server.unstall('juliet@localhost');
    await server.settled();
    expect(juliet.heard()).toMatch(/one.*two/s);

    server.store.hold();
    await romeo.say("<iq type='set' id='r1'><query xmlns='jabber:iq:roster'><item jid='juliet@localhost'/></query></iq>");
    expect(romeo.heard()).not.toContain('r1');
    server.store.release();
    await server.settled();
    expect(romeo.heard()).toContain('r1');
    expect((await server.roster('romeo')).map(({ jid }) => jid)).toEqual(['juliet@localhost']);
  });

  test('refuses one log-in, and not the next', async () => {
    const server = await serving();
    server.logins.refuseNext('account-disabled');
    const client = await raw(server);
    const auth = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${btoa('\0juliet\0secret')}</auth>`;
    await client.say(header);
    await client.say(auth);
    expect(client.heard()).toContain('<account-disabled');
    await client.say(auth);
    expect(client.heard()).toContain('<success');
  });

  test('a stanza of a client is met before the server: dropped, doubled, or late with all behind it', async () => {
    const server = await serving();
    const [juliet, romeo] = [await loggedIn(server, 'juliet'), await loggedIn(server, 'romeo')];
    const to = "<message to='juliet@localhost/r'><body>";
    for (const fault of ['drop', 'duplicate', { delayMs: 1_000 }] as const) {
      void server.interfere({ on: 'received', fault, matches: (stanza, jid) => stanza.is('message') && jid === 'romeo@localhost/r' });
      await romeo.say(`${to}${JSON.stringify(fault).replaceAll('"', '')}</body></message>`);
    }
    await romeo.say(`${to}behind</body></message>`);
    const bodies = (): string[] => [...juliet.heard().matchAll(/<body>(.*?)<\/body>/g)].map(([, body = '']) => body);
    expect(bodies()).toEqual(['duplicate', 'duplicate']);
    await server.clock.advance(999);
    expect(bodies()).toHaveLength(2);
    await server.clock.advance(1);
    expect(bodies()).toEqual(['duplicate', 'duplicate', '{delayMs:1000}', 'behind']);
  });

  test('time is the test\'s: who does not log in is let go when its time is up, and not before', async () => {
    const server = await serving();
    const client = await raw(server);
    await client.say(header);
    await server.clock.advance(29_999);
    expect(server.clients.map(({ isOpen }) => isOpen)).toEqual([true]);
    await server.clock.advance(1);
    await server.settled();
    expect(client.heard()).toContain('<stream:error>');
  });

  test('its trace is replayed to the same steps, and neither it nor what a client said holds a password', async () => {
    const server = await serving();
    const juliet = await loggedIn(server, 'juliet');
    await juliet.say("<message to='romeo@localhost'><body>kept</body></message>");
    const text = server.trace();
    const trace = decodeTrace(text);
    expect([...replaySession(trace)]).toEqual(trace.steps);
    const [client] = server.clients;
    expect(client).toMatchObject({ jid: 'juliet@localhost/r', isOpen: true });
    expect(client?.received.join('')).toContain('kept');
    for (const seen of [text, client?.received.join('')]) expect(seen).not.toContain(btoa('\0juliet\0secret'));
    expect(await server.offline('romeo')).toHaveLength(1);
  });
});
