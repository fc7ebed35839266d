/** A server made of a configuration: what only the parts together show. @module */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test, vi } from 'vitest';
import { loadConfig } from '../../src/cli/config.ts';
import type { JsonObject } from '../../src/cli/config-source.ts';
import type { RunningServer } from '../../src/cli/serve.ts';
import { startServer } from '../../src/cli/start.ts';
import { signCertificate } from '../../src/runtime/self-signed.ts';
import { header, Peer } from '../runtime/peer.ts';
import { KeptLog } from '../runtime/running.ts';

let directory: string | undefined;
let server: RunningServer | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await server?.stop();
  if (directory !== undefined) await rm(directory, { recursive: true });
  server = directory = undefined;
});

async function started(settings: JsonObject): Promise<{ readonly server: RunningServer; readonly log: KeptLog; readonly peer: Peer }> {
  const log = new KeptLog();
  const options = { host: '127.0.0.1', ports: { c2s: 0, c2sTls: false, http: false, https: false }, insecurePlain: true, drainTimeoutMs: 50, limits: { closeTimeoutMs: 20 }, ...settings };
  server = await startServer(loadConfig({ options, flags: new Map() }), { log });
  const peer = await Peer.connect(Number(server.addresses.c2s?.split(':').at(-1)));
  await peer.send(header).hears('</stream:features>');
  return { server, log, peer };
}

test.each([[true, 'ANONYMOUS'], [false, 'PLAIN']])('start: where auth.anonymous is %s the last mechanism is %s (XEP-0175 §3)', async (anonymous, last) => {
  const { peer } = await started({ memory: true, auth: { anonymous } });
  expect(peer.text.match(/<mechanism>[^<]+/g)?.at(-1)).toBe(`<mechanism>${last}`);
});

test('start: every port is opened for its kind, and greets in its namespace', async () => {
  const components = [{ domain: 'gate.localhost', secret: 'between-us' }];
  const { server: running } = await started({ memory: true, ports: { c2s: 0, c2sTls: false, http: false, https: false, s2s: 0, s2sTls: 0, component: 0 }, components });
  expect(Object.keys(running.addresses)).toEqual(['c2s', 's2s', 's2sTls', 'component']);
});

test('start: authorities that are none are named with their key, at the start and at a renewal', async () => {
  directory = await mkdtemp(join(tmpdir(), 'waystate-start-'));
  const ca = join(directory, 'ca.pem');
  await writeFile(ca, 'nothing');
  await expect(started({ memory: true, s2s: { ca } })).rejects.toThrow(`${ca} (s2s.ca) has no certificate in PEM`);
  await writeFile(ca, (await signCertificate('s2.test')).cert);
  const { server: running } = await started({ memory: true, s2s: { ca } });
  await running.renewCertificates();
  await rm(ca);
  await expect(running.renewCertificates()).rejects.toMatchObject({ code: 'ENOENT' });
});

test('start: when the thread of the store ends that is told once, and a log-in that needed it is logged (RFC 6120 §6.5.11)', async () => {
  directory = await mkdtemp(join(tmpdir(), 'waystate-start-'));
  const post = vi.spyOn(Worker.prototype, 'postMessage');
  const { server: running, log, peer } = await started({ data: directory });
  const login = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${Buffer.from('\0juliet\0secret').toString('base64')}</auth>`;
  await peer.send(login).hears('<not-authorized');
  const [thread] = post.mock.contexts;
  if (!(thread instanceof Worker)) throw new Error('the store was not asked');
  await thread.terminate();
  expect(await running.failure).toMatchObject({ message: 'the thread of the store has ended' });
  await peer.send(login).hears('<temporary-auth-failure');
  const errors = log.lines.filter(({ level }) => level === 'error');
  expect(errors).toMatchObject([{ sentence: 'a SASL exchange failed', facts: { err: { message: 'the thread of the store has ended' } } }]);
});
