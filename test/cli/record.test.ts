/** The record of a server with real clients: it plays again to the same effects, and has no secret in it.
 *  docs/reference/trace.md, RFC 6120 §13.9.1. @module */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openRecord } from '../../src/cli/record.ts';
import { replay } from '../../src/cli/replay.ts';
import type { Outcome } from '../../src/cli/outcome.ts';
import { startServer } from '../../src/cli/start.ts';
import { TRACE_VERSION, decodeTrace } from '../../src/core/trace.ts';
import type { TraceHeader } from '../../src/core/trace.ts';
import { KeptLog } from '../runtime/running.ts';
import { decode, encode, scramClient } from '../runtime/sasl/client.ts';
import { Connection } from '../world/connection.ts';
import { settingsOf } from '../world/sockets.ts';

const directory = mkdtempSync(join(tmpdir(), 'waystate-records-'));
afterAll(() => rmSync(directory, { recursive: true }));

const password = 'Wherefore-art-thou?';
const newPassword = 'A-rose-by-any-other-name';
const body = 'good night, good night';
const sasl = 'urn:ietf:params:xml:ns:xmpp-sasl';

interface Recorded {
  readonly file: string;
  readonly text: string;
  readonly log: KeptLog;
}

/** Runs a server with a record, does something with its clients, and gives the record once the server has stopped. */
async function recordOf(name: string, record: object, act: (open: () => Promise<Connection>) => Promise<void>): Promise<Recorded> {
  const log = new KeptLog();
  const folder = join(directory, name);
  const server = await startServer(settingsOf(['c2sTls'], { memory: true, openRegistration: true, drainTimeoutMs: 100, limits: { closeTimeoutMs: 50 }, record: { directory: folder, ...record } }), { log });
  try {
    await act(() => Connection.open(server.addresses.c2sTls, 'tls'));
  } finally {
    await server.stop();
  }
  const [file = ''] = readdirSync(folder);
  return { file: join(folder, file), text: readFileSync(join(folder, file), 'utf8'), log };
}

const replayed = (file: string): Promise<Outcome> => replay(file, { print: () => {}, colours: false, json: false });

/** Makes an account over a connection of its own. */
async function registered(open: () => Promise<Connection>, name: string): Promise<void> {
  const stranger = await open();
  expect((await stranger.register(name, password)).attrs.type).toBe('result');
  stranger.send('</stream:stream>');
}

/** Waits for an element of this name, past all others. */
async function heard(connection: Connection, name: string): Promise<void> {
  while ((await connection.element()).name !== name);
}

/** Everything that a client knows how to do with a password, and a few messages. Gives all SASL data that was said. */
async function session(open: () => Promise<Connection>): Promise<readonly string[]> {
  const said: string[] = [];
  for (const name of ['romeo', 'juliet']) await registered(open, name);
  const scram = scramClient({ hash: 'sha256', username: 'juliet', password });
  const juliet = await open();
  await juliet.openStream();
  const first = encode(scram.first);
  const challenge = (await juliet.ask(`<auth xmlns="${sasl}" mechanism="SCRAM-SHA-256">${first}</auth>`)).getText();
  const final = encode(scram.final(decode(challenge)));
  const success = (await juliet.ask(`<response xmlns="${sasl}">${final}</response>`)).getText();
  said.push(first, challenge, final, success);
  await juliet.openStream();
  await juliet.ask('<iq id="b" type="set"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>balcony</resource></bind></iq>');
  juliet.send(`<presence><status>${body}</status></presence><message to="romeo@localhost" id="m1"><body>${body} &lt;3</body></message>`);
  juliet.send(`<iq id="p" type="set"><query xmlns="jabber:iq:register"><username>juliet</username><password>${newPassword}</password></query></iq>`);
  await heard(juliet, 'iq');
  const stranger = await open();
  await stranger.openStream();
  await stranger.ask(`<auth xmlns="${sasl}" mechanism="PLAIN">${encode(`\0romeo\0${newPassword}`)}</auth>`);
  said.push(encode(`\0romeo\0${newPassword}`), encode(`\0romeo\0${password}`));
  const romeo = await open();
  await romeo.logIn('romeo', password, 'orchard');
  romeo.send('<presence/>');
  await heard(romeo, 'message');
  romeo.send('</stream:stream>');
  juliet.drop();
  return said;
}

/** A text in base64, wherever in it the text begins. */
const base64Forms = (secret: string): string[] => [0, 1, 2].map((before) => encode('x'.repeat(before) + secret).slice(before === 0 ? 0 : before + 1, -4));

describe('record: a server with real clients', () => {
  let said: readonly string[] = [];
  let recorded: Recorded | undefined;
  const whole = async (): Promise<Recorded> => (recorded ??= await recordOf('whole', {}, async (open) => {
    said = await session(open);
  }));

  test('plays again on a fresh core to the same effects, twice', async () => {
    const { file, text } = await whole();
    const { header, steps } = decodeTrace(text);
    const verdict = { exitCode: 0, output: `The replay went as recorded: all ${steps.length} steps.` };
    expect([await replayed(file), await replayed(file)]).toEqual([verdict, verdict]);
    expect(header).toMatchObject({ kind: 'session', replay: { config: { domain: 'localhost' }, keepBodies: false } });
    const shown = steps.flatMap((step) => step.shown.map(({ what }) => what)).join('\n');
    for (const what of ['account.create', 'credentials.write', 'offline.append', 'offline.read', '<stream:features>', 'startTimer', `<challenge xmlns="${sasl}">redacted</challenge>`, 'disconnect']) expect(shown).toContain(what);
    expect(steps.flatMap(({ transitions }) => transitions.map(({ machine }) => machine))).toEqual(expect.arrayContaining(['stream', 'session', 'presence', 'route']));
  });

  test('has no password, no SASL data and no credentials in it, plain or in base64 (RFC 6120 §13.9.1)', async () => {
    const { text, log } = await whole();
    expect(said.every((data) => data.length > 10)).toBe(true);
    const secrets = [password, newPassword, ...[password, newPassword].flatMap(base64Forms), ...said];
    expect(secrets.filter((secret) => text.includes(secret) || JSON.stringify(log.lines).includes(secret))).toEqual([]);
    const flat = text.replaceAll('\\"', '"');
    expect(flat).not.toMatch(/"(storedKey|serverKey|salt|password)":"(?!redacted")/);
    for (const name of ['storedKey', 'serverKey', 'salt', 'password']) expect(flat).toContain(`"${name}":"redacted"`);
  });

  test('has dots for what was written, as many as it had characters, and may be read by its owner only', async () => {
    const { text, file } = await whole();
    expect(text).not.toContain(body);
    expect(text).toContain(`<body>${'.'.repeat(`${body} &lt;3`.length)}</body>`);
    expect([statSync(file).mode & 0o777, statSync(join(file, '..')).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  test('a change of one effect in the file is found', async () => {
    const { file, text } = await whole();
    const tampered = `${file}.tampered`;
    writeFileSync(tampered, text.replace('offline.append', 'offline.remove'));
    const { exitCode, complaint } = await replayed(tampered);
    expect([exitCode, complaint]).toEqual([1, expect.stringMatching(/^Step \d+ \(.*\) differs in what comes out:\n {2}recorded .*offline\.remove.*\n {2}now .*offline\.append/)]);
  });

  test('with bodies it has what was written, and still no secret', async () => {
    const { file, text } = await recordOf('bodies', { bodies: true }, async (open) => {
      said = await session(open);
    });
    expect(await replayed(file)).toMatchObject({ exitCode: 0 });
    expect(text).toContain(`<body>${body} &lt;3</body>`);
    expect([password, newPassword, ...[password, newPassword].flatMap(base64Forms), ...said].filter((secret) => text.includes(secret))).toEqual([]);
  });

  test('ends at its limit with a line in the log; the server goes on, and what there is plays again', async () => {
    const maxBytes = 65_536;
    const { file, text, log } = await recordOf('full', { maxBytes }, async (open) => {
      await registered(open, 'juliet');
      const juliet = await open();
      await juliet.logIn('juliet', password, 'balcony');
      for (let number = 0; number < 40; number += 1) juliet.send(`<message to="juliet@localhost/balcony"><body>${'x'.repeat(2_000)}</body></message>`);
      for (let number = 0; number < 40; number += 1) expect((await juliet.element()).name).toBe('message');
    });
    expect(text.length).toBeLessThanOrEqual(maxBytes);
    expect(text.length).toBeGreaterThan(maxBytes / 2);
    expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([{ sentence: 'the record has reached record.maxBytes and ends here; the server goes on', facts: { maxBytes, file } }]);
    expect(await replayed(file)).toMatchObject({ exitCode: 0 });
  });

  test('without a directory nothing is recorded', async () => {
    const log = new KeptLog();
    const server = await startServer(settingsOf(['c2sTls'], { memory: true }), { log });
    await server.stop();
    expect(log.lines.filter(({ sentence }) => sentence.includes('record'))).toEqual([]);
  });
});

test('record: a directory that can\'t be made is told at the start', () => {
  const header: TraceHeader = { waystate: 'trace', version: TRACE_VERSION, kind: 'session', title: '', replay: {} };
  expect(() => openRecord({ directory: '/dev/null/records', maxBytes: 1e6, header, log: new KeptLog() })).toThrow(/ENOTDIR/);
});
