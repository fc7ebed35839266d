/** What a server counts, and what the program sends by it, over real sockets. @module */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultConfig } from '../../src/core/config.ts';
import { standardFeatures } from '../../src/core/features/all.ts';
import { parseBare } from '../../src/core/jid.ts';
import { createCore } from '../../src/core/server.ts';
import { Metrics } from '../../src/runtime/metrics.ts';
import { startServer } from '../../src/runtime/server.ts';
import type { RunningServer } from '../../src/runtime/server.ts';
import { deriveCredentials } from '../../src/runtime/sasl/credentials.ts';
import { saslAuthenticator } from '../../src/runtime/sasl/authenticator.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { header, Peer } from './peer.ts';
import { KeptLog } from './running.ts';

let server: RunningServer;
let metrics: Metrics;
let log: KeptLog;
beforeEach(async () => {
  const core = createCore({ domain: 'localhost', ...defaultConfig }, standardFeatures);
  const store = memoryStore();
  metrics = new Metrics(core);
  log = new KeptLog();
  const account = parseBare('juliet@localhost');
  if (account !== undefined) await store.perform({ op: 'account.create', account, credentials: await deriveCredentials('a secret') });
  server = await startServer({
    core, store, deriveCredentials, log, metrics, domain: 'localhost', stopTimeoutMs: 50, insecurePlain: true, limits: { maxConnectionsPerAddress: 2 },
    authenticator: saslAuthenticator({ store }), listeners: [{ kind: 'c2s', host: '127.0.0.1', port: 0 }],
  });
});
afterEach(() => server.stop());

async function visit(password: string, answer: '<success' | '<failure'): Promise<Peer> {
  const peer = await Peer.connect(server.addresses[0]?.port ?? 0);
  await peer.send(header).hears('</stream:features>');
  await peer.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${Buffer.from(`\0juliet\0${password}`).toString('base64')}</auth>`).hears(answer);
  return peer;
}

async function bound(): Promise<Peer> {
  const peer = await visit('a secret', '<success');
  await peer.send(header).hears('urn:ietf:params:xml:ns:xmpp-bind');
  await peer.send("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>balcony</resource></bind></iq>").hears('</jid>');
  return peer;
}

/** A metric's samples, by their labels. */
const counted = (name: string): Readonly<Record<string, number>> =>
  Object.fromEntries(metrics.values().find((metric) => metric.name === name)?.samples.map(({ labels, value }) => [Object.values(labels).join(), value]) ?? []);

describe('metrics', () => {
  test('count logins, elements, messages by fate, and what is there at the moment', async () => {
    await visit('wrong', '<failure');
    const juliet = await bound();
    await juliet.send("<message to='juliet@localhost/balcony' type='chat'><body>o</body></message><made-up/>").hears('<stream:error');
    expect(counted('waystate_logins_total')).toEqual({ 'not-authorized': 1, 'succeeded': 1 });
    expect(counted('waystate_messages_total')).toEqual({ delivered: 1 });
    expect(counted('waystate_elements_received_total')).toEqual({ iq: 1, message: 1, other: 3 });
    expect(counted('waystate_elements_sent_total')).toMatchObject({ iq: 1, message: 1 });
    expect(counted('waystate_streams_opened_total')).toEqual({ client: 2 });
    expect(counted('waystate_streams')).toEqual({ '': 2 });
  });

  test('count connections that the limits keep out, and streams that peers break', async () => {
    const peers = [await Peer.connect(server.addresses[0]?.port ?? 0), await Peer.connect(server.addresses[0]?.port ?? 0)];
    await (await Peer.connect(server.addresses[0]?.port ?? 0)).hears('policy-violation');
    await peers[0]?.send('GET / HTTP/1.1').hears('not-well-formed');
    expect(counted('waystate_connections_refused_total')).toEqual({ 'too many connections of this address': 1 });
    expect(counted('waystate_streams_faulty_total')).toEqual({ 'not-well-formed': 1 });
  });

  test('are text that a collector reads, with a line of help for each; a counter without labels is there from the start', () => {
    const lines = metrics.text().split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.filter((line) => !/^(# HELP waystate_\w+ .+\.|# TYPE waystate_\w+ (counter|gauge)|waystate_\w+(\{\w+="[^"]*"\})? \d+)$/.test(line))).toEqual([]);
    expect(lines).toContain('waystate_store_failures_total 0');
    expect(lines).toContain('waystate_resources 0');
  });

  test('a label is written so that it stays one', () => {
    metrics.refused('a "quoted"\nreason \\');
    expect(metrics.text()).toContain('waystate_connections_refused_total{reason="a \\"quoted\\"\\nreason \\\\"} 1\n');
  });
});

describe('server.send', () => {
  test('sends what the program says to whoever is connected', async () => {
    const juliet = await bound();
    server.send("<message to='juliet@localhost' id='n' xmlns='jabber:client'><body>Lady, come from that nest</body></message>");
    await juliet.hears('</message>');
    expect(juliet.text).toContain('<message to="juliet@localhost" id="n" from="localhost"><body>Lady, come from that nest</body></message>');
  });

  test.each([
    ['<stream/>', '<stream/> is no stanza'], ['<message/>', '\'\' is no address'], ['<message to="@"/>', '\'@\' is no address'], ['<message to="juliet@localhost" from="//"/>', '\'//\' is no address'],
  ])('%s is refused: %s', (xml, words) => {
    expect(() => server.send(xml)).toThrow(new TypeError(words));
  });

  test('what comes from somebody else\'s address is not sent, and the log says so', async () => {
    server.send("<message from='pope@rome.test' to='juliet@localhost'/>");
    expect(log.lines.filter(({ level }) => level === 'error').map(({ facts }) => String(facts['err']))).toEqual(['InvariantViolation: \'pope@rome.test\' is no address of this server']);
  });

  test('after a stop there is nobody to send to', async () => {
    await server.stop();
    expect(() => server.send("<message to='juliet@localhost'/>")).toThrow('the server has been stopped');
  });
});
