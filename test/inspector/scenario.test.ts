/** What an inspector has seen, written down: as a scenario that the runner of scenarios runs, and as a trace that can
 *  be read and not played again. docs/guides/scenarios.md, docs/reference/trace.md. @module */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { replay } from '../../src/cli/replay.ts';
import { decodeTrace } from '../../src/core/trace.ts';
import { scenarioOf } from '../../src/inspector/scenario.ts';
import type { Subject } from '../../src/inspector/subject.ts';
import { watchedTrace } from '../../src/inspector/watched.ts';
import { readScenario, runScenario } from '../scenarios/scenario.ts';
import { InProcess } from '../world/in-process.ts';
import { ask, cookieOf, Listening, lookedAt, person } from './looking.ts';
import { watching } from './watching.ts';

/** Plays a dialogue, and gives the sessions as an inspector has seen them, by name. */
async function seen(text: string, options: Parameters<typeof watching>[0] = {}): Promise<ReadonlyMap<string, Subject>> {
  const { world, recorder } = watching(options);
  await runScenario(readScenario(text).lines, world);
  await world.settle();
  await world.dispose();
  return new Map([...recorder.roll.subjects].map((subject) => [subject.name, subject]));
}

async function runs(scenario: string): Promise<string[]> {
  const told: string[] = [];
  const world = new InProcess();
  await runScenario(readScenario(scenario).lines, world, (line) => void told.push(line));
  await world.dispose();
  return told;
}

const balcony = `account juliet
account romeo
juliet/balcony connects
romeo/orchard connects
juliet/balcony sends
  <presence><show>away</show></presence>
  <message to="romeo@localhost/orchard" type="chat" id="1"><body>Ay me</body></message>
romeo/orchard receives
  <message id="1"/>
romeo/orchard sends
  <message to="juliet@localhost" type="chat" id="2"><body>She speaks</body></message>
  <presence to="juliet@localhost/balcony"/>
juliet/balcony receives in any order
  <presence from="juliet@localhost/balcony"/>
  <message id="2"/>
  <presence from="romeo@localhost/orchard"/>
juliet/balcony closes
juliet/balcony receives
  <presence type="unavailable"/>
juliet/balcony is closed
`;

describe('copy as a scenario', () => {
  test('a session is a dialogue that runs, others speaking for themselves', async () => {
    const scenario = scenarioOf((await seen(balcony)).get('juliet@localhost/balcony') as Subject) ?? '';
    const { title, lines } = readScenario(scenario);
    expect(title).toBe('What juliet@localhost/balcony did and heard, as an inspector has seen it');
    expect(lines.map(({ words }) => words)).toEqual([
      'account juliet', 'account romeo', 'juliet/balcony connects', 'juliet/balcony sends', 'juliet/balcony receives',
      'romeo/orchard connects', 'romeo/orchard sends', 'juliet/balcony receives', 'romeo/orchard sends', 'juliet/balcony receives',
      'juliet/balcony closes', 'juliet/balcony receives', 'juliet/balcony is closed',
    ]);
    const told = await runs(scenario);
    expect(told.filter((line) => line.startsWith('juliet/balcony ←')).map((line) => /^juliet\/balcony ← <\/?([\w:]+)/.exec(line)?.[1])).toEqual(['presence', 'message', 'presence', 'presence', 'stream:stream']);
  });

  test('what is written in it is dots, unless it is kept', async () => {
    const dotted = scenarioOf((await seen(balcony)).get('juliet@localhost/balcony') as Subject) ?? '';
    expect(dotted).toContain('<body>.....</body>');
    expect(dotted).not.toContain('speaks');
    const kept = scenarioOf((await seen(balcony, { keepBodies: true })).get('juliet@localhost/balcony') as Subject) ?? '';
    expect(kept).toContain('<body>She speaks</body>');
    await runs(kept);
  });

  test.each([
    'article-1-no-presence', 'message-priorities', 'offline-messages', 'subscription-handshake', 'directed-presence', 'unavailable-echo',
  ])('%s: each of its sessions runs by itself', async (name) => {
    const sessions = [...(await seen(readFileSync(join(import.meta.dirname, `../scenarios/${name}.txt`), 'utf8'))).values()].filter(({ kind }) => kind === 'session');
    expect(sessions.length).toBeGreaterThan(0);
    for (const session of sessions) await runs(scenarioOf(session) ?? 'there is none');
  });

  test('who was available and had the roster before anybody looked is so first', async () => {
    const { world, recorder } = watching({ sessions: 0 });
    await world.account('juliet');
    const juliet = await world.connect('juliet', 'balcony');
    juliet.send('<iq id="r" type="get"><query xmlns="jabber:iq:roster"/></iq><presence><priority>-2</priority></presence>');
    await world.settle();
    recorder.open('session s1');
    juliet.send('<iq id="s" type="set"><query xmlns="jabber:iq:roster"><item jid="nurse@localhost"/></query></iq>');
    await world.settle();
    const scenario = scenarioOf(recorder.roll.session('s1') as Subject) ?? '';
    expect(scenario).toContain('<presence><priority>-1</priority></presence>');
    await runs(scenario);
  });

  test('names that mean something to the reader of scenarios mean nothing', async () => {
    const hostile = '{here} # is&#10;cut &lt;off&gt;';
    const sessions = await seen(`account account\naccount/x connects`, { keepBodies: true });
    expect(readScenario(scenarioOf(sessions.get('account@localhost/x') as Subject) ?? '').lines.map(({ words }) => words)).toEqual(['account person1', 'person1/x connects']);
    const { world, recorder } = watching({ keepBodies: true });
    await world.account('juliet');
    const juliet = await world.connect('juliet', '{a} b#c');
    juliet.send(`<message to='juliet@localhost' id='absent' type='chat'><body>${hostile}</body></message>`);
    await world.settle();
    const scenario = scenarioOf(recorder.roll.session('s1') as Subject) ?? '';
    expect(scenario).toContain('juliet#1 connects');
    expect(await runs(scenario)).toHaveLength(3);
  });

  test('a domain of another name becomes that of scenarios', async () => {
    const { Recorder } = await import('../../src/inspector/recorder.ts');
    let recorder: InstanceType<typeof Recorder> | undefined;
    const world = new InProcess({ config: { domain: 'verona.example', secret: 'of this test' }, around: (core) => (recorder = new Recorder(core, { keepBodies: false })).core });
    recorder?.begin(world.now);
    recorder?.open('session s1');
    await world.account('juliet');
    const juliet = await world.connect('juliet', 'balcony');
    juliet.send('<presence/><iq id="d" to="verona.example" type="get"><ping xmlns="urn:xmpp:ping"/></iq>');
    await world.settle();
    const scenario = scenarioOf(recorder?.roll.session('s1') as Subject) ?? '';
    expect(scenario.slice(scenario.indexOf('\n'))).not.toContain('verona');
    await runs(scenario);
  });

  test('of a room, or of somebody who has not logged in, there is none', async () => {
    const { world, recorder } = watching();
    world.client(world.open(), 'nobody').send('<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" to="localhost" version="1.0">');
    expect(scenarioOf(recorder.roll.session('s1') as Subject)).toBeUndefined();
  });
});

describe('save as a trace', () => {
  test('a stanza that came in begins a step, with what it caused and what was shown', async () => {
    const { header, steps } = decodeTrace(watchedTrace((await seen(balcony)).get('juliet@localhost/balcony') as Subject));
    expect(header).toMatchObject({ kind: 'watched', title: 'What an inspector has seen of juliet@localhost/balcony', replay: {} });
    const presence = steps.find(({ label }) => label === 'juliet@localhost/balcony sends presence');
    expect(presence?.input).toMatchObject({ type: 'stream.element', stream: 's1', element: '<presence><show>away</show></presence>' });
    const closing = steps.find(({ transitions: [first] }) => first?.event.type === 'stream.ended');
    expect(closing?.label).toBe('stream.ended comes to the stream of juliet@localhost/balcony');
    expect(closing?.transitions.slice(0, 3).map(({ machine, of, event }) => [machine, of, event.type])).toEqual([
      ['stream', 's1', 'stream.ended'], ['session', 'juliet@localhost/balcony', 'stream.ended'], ['presence', 'juliet@localhost/balcony', 'session.ended'],
    ]);
    expect(closing?.shown.map(({ to }) => to)).toEqual(['juliet@localhost/balcony']);
    const heard = steps.find(({ shown }) => shown.some(({ what }) => what.includes('id="2"')));
    expect([heard?.input, heard?.label]).toEqual([undefined, 'juliet@localhost/balcony is sent message chat to juliet@localhost']);
    expect(steps.some(({ transitions }) => transitions.some(({ to }) => (to as { negotiating?: string }).negotiating === 'authenticated'))).toBe(true);
    expect(JSON.stringify(steps)).not.toContain('She speaks');
  });

  test('waystate replay says that it can be looked at only, and ends with 2', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'waystate-watched-'));
    const file = join(directory, 'a.jsonl');
    writeFileSync(file, watchedTrace((await seen(balcony)).get('juliet@localhost/balcony') as Subject));
    const outcome = await replay(file, { print: () => {}, colours: false, json: false });
    rmSync(directory, { recursive: true });
    expect(outcome).toEqual({ exitCode: 2, complaint: `${file}: this is what an inspector has seen of one session; it can be looked at, not played again` });
  });

  test('both are served behind the cookie, and nothing of who is not there', async () => {
    const { server } = await lookedAt();
    const address = server.inspector ?? '';
    const cookie = await cookieOf(address);
    await person(server, 'juliet', 'balcony');
    const listening = new Listening(address, cookie, 'kind=session');
    await listening.tells('juliet@localhost/balcony');
    const key = /"key":"(session [^"]+)"/.exec(listening.text)?.[1] ?? '';
    const paths = [`/scenario?open=${encodeURIComponent(key)}`, `/traces/${encodeURIComponent(`session:${key}`)}`];
    const [scenario, trace] = await Promise.all(paths.map((path) => ask(address, { path, headers: { cookie } })));
    expect(scenario?.text).toContain('account juliet\njuliet/balcony connects');
    expect(decodeTrace(trace?.text ?? '').header.kind).toBe('watched');
    for (const path of paths) expect((await ask(address, { path })).status).toBe(401);
    for (const path of ['/scenario', '/scenario?open=session%20none', '/traces/session:none', '/traces/constructor:x', '/traces/%', '/traces/x']) expect((await ask(address, { path, headers: { cookie } })).status).toBe(404);
    listening.close();
    await server.stop();
  });
});
