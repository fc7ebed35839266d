/** Too many stanzas, elements and connections. Spec: RFC 6120 §13.12, XEP-0205.
 *  Not here: one stanza that is too much (limits.test.ts), what waits to be read (slow.test.ts). @module */
import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../src/core/config.ts';
import { standardFeatures } from '../../src/core/features/all.ts';
import { NS } from '../../src/core/namespaces.ts';
import { createCore } from '../../src/core/server.ts';
import { saslAuthenticator } from '../../src/runtime/sasl/authenticator.ts';
import { deriveCredentials } from '../../src/runtime/sasl/credentials.ts';
import { startServer } from '../../src/runtime/server.ts';
import type { RunningServer } from '../../src/runtime/server.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { bound, closingTag, header, opened } from './dialogue.ts';
import { connectTcp } from './raw-client.ts';
import type { RawClient, StreamClient } from './raw-client.ts';
import { besiege, expectExpelled } from './siege.ts';

const most = 20;
const stanzasPerSecond = 1_000;
const siege = besiege({ limits: { maxConnectionsPerAddress: most, stanzasPerSecond, burstMs: 100 } });

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** Each attack comes from an address of its own, which shares no count with the others. */
const from = (localAddress: string, port = siege.port('c2s')): Promise<StreamClient> => connectTcp(port, { localAddress });

/** Connects until it is let in: the server learns of an end a little after its cause. */
async function untilServed(localAddress: string): Promise<StreamClient> {
  for (;;) {
    try {
      return await opened(await from(localAddress));
    } catch {
      await nextTurn();
    }
  }
}

describe('flood: of stanzas', () => {
  it('flood: what comes too fast is read later, and nothing of it is lost (RFC 6120 §13.12 rule 6)', async () => {
    const client = await bound(await siege.tcp(), 'mallory', 'flood');
    client.send(upTo(stanzasPerSecond).map((n) => `<message to='mallory@localhost/flood' id='${n}'/>`).join(''));
    await client.hears(`id="${stanzasPerSecond - 1}"`);
    const ids = [...client.heard.matchAll(/<message [^>]*id="(\d+)"/g)].map((match) => Number(match[1]));
    expect(ids).toEqual(upTo(stanzasPerSecond));
    client.destroy();
  });

  it('flood: elements of a stranger are counted (RFC 6120 §13.12 rule 5)', async () => {
    const client = await opened(await siege.tcp());
    await expectExpelled(client.send(`<iq type='get' id='1'><query xmlns='${NS.register}'/></iq>`.repeat(101)), 'policy-violation');
  });

  it('flood: presence directed to more entities than may be told is a resource-constraint (RFC 6121 §4.6)', async () => {
    const client = await bound(await siege.tcp(), 'mallory', 'herald');
    client.send(upTo(201).map((n) => `<presence id='p${n}' to='nobody-${n}@localhost'/>`).join(''));
    expect(await client.hears('</presence>')).toContain('id="p200"');
    expect(client.heard).toContain('<resource-constraint');
    client.destroy();
  });
});

describe('flood: of connections', () => {
  it('flood: a connection too many of one address is turned away, and other addresses are not (RFC 6120 §13.12 rule 1)', async () => {
    const clients: RawClient[] = [];
    for (const _ of upTo(most)) clients.push(await opened(await from('127.0.0.2')));
    await expectExpelled(await from('127.0.0.2'), 'policy-violation');
    await (await from('127.0.0.2', siege.port('c2sTls'))).ended;
    await (await from('127.0.0.2', siege.port('http'))).ended;
    clients.push(await opened(await from('127.0.0.3')));
    const [first] = clients;
    first?.send(closingTag);
    await first?.ended;
    first?.destroy();
    clients.push(await untilServed('127.0.0.2'));
    for (const client of clients) client.destroy();
  });

  it('flood: the surplus of an address is turned away however often it comes back (RFC 6120 §13.12 rule 1)', async () => {
    const clients: RawClient[] = [];
    for (const _ of upTo(most)) clients.push(await opened(await from('127.0.0.4')));
    for (const _ of upTo(10)) {
      const surplus = await Promise.all(upTo(20).map(async () => (await from('127.0.0.4')).send(header())));
      await Promise.all(surplus.map((client) => expectExpelled(client, 'policy-violation')));
    }
    for (const client of clients) client.destroy();
  });

  it('flood: of thousands of connections that come and go, no stream is left (RFC 6120 §13.12 rule 1)', async () => {
    const server = await plainServer();
    const port = server.addresses[0]?.port ?? 0;
    for (const n of upTo(150)) {
      await Promise.all(upTo(20).map(async (i) => manners[(n + i) % manners.length]?.(await connectTcp(port))));
      // Node accepts one a turn; when some hundreds wait, the kernel lets the next ones wait for a second.
      for (const _ of upTo(20)) await nextTurn();
    }
    while (server.streams > 0) await nextTurn();
    await (await connectTcp(port)).send(`${header()}${closingTag}`).hears(closingTag);
    await server.stop();
  });
});

/** How to come and go. */
const manners: readonly ((client: StreamClient) => void)[] = [
  (client) => client.destroy(),
  (client) => void client.socket.resetAndDestroy(),
  (client) => client.send(header()).destroy(),
  (client) => void client.send(header()).socket.resetAndDestroy(),
  (client) => void client.send(`${header()}${closingTag}`).socket.end(),
  (client) => void client.send('<').socket.end(),
  (client) => void client.send(header()).hears('</stream:features>').then(() => client.destroy(), () => {}),
];

/** A server that tells how many streams it has; nobody has an account on it. */
function plainServer(): Promise<RunningServer> {
  const store = memoryStore();
  const pass = (): void => {};
  return startServer({
    core: createCore({ ...defaultConfig, domain: 'localhost' }, standardFeatures), store, authenticator: saslAuthenticator({ store }), deriveCredentials,
    log: { debug: pass, info: pass, warn: pass, error: pass }, domain: 'localhost', listeners: [{ kind: 'c2s', host: '127.0.0.1', port: 0 }], limits: { closeTimeoutMs: 20 },
  });
}
