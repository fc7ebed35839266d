/** The three messages of @statelyai/inspect over a real WebSocket: their shapes, who may hear them, of whom, what is left
 *  out, and that a reader that is slow costs nobody anything. @module */
import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMachine } from 'xstate';
import type { AnyStateMachine } from 'xstate';
import { WebSocket } from 'ws';
import { catalogue } from '../../machines/catalogue.ts';
import type { RunningServer } from '../../src/cli/serve.ts';
import { defaultConfig } from '../../src/core/config.ts';
import { createCore } from '../../src/core/server.ts';
import { Recorder } from '../../src/inspector/recorder.ts';
import { Told } from '../../src/inspector/stately.ts';
import { actorMessage, actorOf } from '../../src/inspector/stately-messages.ts';
import { Subject } from '../../src/inspector/subject.ts';
import { sheets, statePath, stateValue, statesOf } from '../../src/inspector/sheets.ts';
import type { TransitionEntry } from '../../src/inspector/subject.ts';
import { ask, cookieOf, lookedAt, password, person } from './looking.ts';

let server: RunningServer;
let address: URL;
const open: WebSocket[] = [];
beforeEach(async () => {
  ({ server } = await lookedAt());
  address = new URL(server.inspector ?? '');
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.terminate();
  await server.stop();
});

type Heard = Readonly<Record<string, unknown>> & { readonly type: string; readonly sessionId: string; readonly snapshot?: { readonly value: unknown }; readonly event?: { readonly type: string } };

/** Another inspector. */
class Tool {
  readonly heard: Heard[] = [];
  readonly socket: WebSocket;

  constructor(query: string, headers: Readonly<Record<string, string>> = {}, token = address.searchParams.get('token')) {
    this.socket = new WebSocket(`ws://${address.host}/stately?${query}${token === null ? '' : `&token=${token}`}`, { headers });
    open.push(this.socket);
    this.socket.on('message', (data: Buffer) => this.heard.push(JSON.parse(data.toString()) as Heard));
  }

  /** The first message that is so, when it has come. */
  async hears(isSo: (message: Heard) => boolean): Promise<Heard> {
    for (;;) {
      const found = this.heard.find(isSo);
      if (found !== undefined) return found;
      await once(this.socket, 'message');
    }
  }

  get text(): string {
    return JSON.stringify(this.heard);
  }
}

/** The status that an upgrade is answered with. */
async function statusOf(query: string, headers: Readonly<Record<string, string>> = {}, token: string | null = address.searchParams.get('token')): Promise<number> {
  const { socket } = new Tool(query, headers, token);
  const { promise, resolve } = Promise.withResolvers<number>();
  socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0)).on('open', () => resolve(101)).on('error', () => {});
  return promise;
}

const stateOf = (tool: Tool, sessionId: string, value: unknown): Promise<Heard> =>
  tool.hears((message) => message.type === '@xstate.snapshot' && message.sessionId === sessionId && JSON.stringify(message.snapshot?.value) === JSON.stringify(value));

describe('stately: who may listen', () => {
  test('with the token of the address, or the cookie of the page', async () => {
    expect(await statusOf('session=c1')).toBe(101);
    expect(await statusOf('session=c1', { cookie: await cookieOf(address.href) }, null)).toBe(101);
    expect(await statusOf('session=c1', { origin: address.origin })).toBe(101);
  });

  test('with neither, with another token, or from a page of another origin, nobody', async () => {
    expect(await statusOf('session=c1', {}, null)).toBe(401);
    expect(await statusOf('session=c1', {}, 'A'.repeat(43))).toBe(401);
    for (const origin of ['https://stately.ai', 'null', 'http://localhost:1']) expect(await statusOf('session=c1', { origin })).toBe(403);
    expect(await statusOf('session=c1', { host: 'evil.example' })).toBe(403);
  });

  test('of somebody, and not of everybody', async () => {
    expect(await statusOf('')).toBe(400);
    expect(await statusOf(Array.from({ length: 33 }, (_, n) => `session=c${n}`).join('&'))).toBe(400);
  });

  test('so many at a time', async () => {
    const statuses = [];
    for (let n = 0; n < 9; n += 1) statuses.push(await statusOf('session=c1'));
    expect(statuses).toEqual([...Array.from({ length: 8 }, () => 101), 503]);
  });

  test('nowhere else is there a WebSocket, and there nothing but one', async () => {
    const other = new WebSocket(`ws://${address.host}/live?token=${address.searchParams.get('token')}`);
    const [, response] = await once(other.on('error', () => {}), 'unexpected-response') as [unknown, { readonly statusCode: number }];
    expect(response.statusCode).toBe(404);
    expect((await ask(address.href, { path: '/stately', headers: { cookie: await cookieOf(address.href) } })).status).toBe(426);
  });
});

describe('stately: what is told', () => {
  test('each machine of the session as an actor that stands where it stands, with its definition', async () => {
    await person(server, 'juliet', 'balcony');
    const tool = new Tool('session=c1');
    await stateOf(tool, 'c1/route', 'open');
    const actor = await tool.hears(({ type, sessionId }) => type === '@xstate.actor' && sessionId === 'c1/route');
    expect(actor).toEqual({
      type: '@xstate.actor', name: 'route', sessionId: 'c1/route', rootId: 'c1/stream', parentId: 'c1/stream', id: null,
      createdAt: expect.stringMatching(/^\d{13}$/) as string, _version: expect.any(String) as string, definition: expect.any(String) as string,
      snapshot: { status: 'active', value: 'open', context: {}, children: {}, historyValue: {}, tags: [] },
    });
    const root = await tool.hears(({ type, sessionId }) => type === '@xstate.actor' && sessionId === 'c1/stream');
    expect(root).not.toHaveProperty('parentId');
    expect(new Set(tool.heard.map(({ type }) => type))).toEqual(new Set(['@xstate.actor', '@xstate.snapshot']));
  });

  test('then each event and the state after it, and whose effect it was (machines/wires.ts)', async () => {
    const juliet = await person(server, 'juliet', 'balcony');
    const tool = new Tool(`session=${encodeURIComponent('juliet@localhost/balcony')}`);
    await stateOf(tool, 'c1/stream', 'bound');
    juliet.send('<presence/>');
    await stateOf(tool, 'c1/presence', 'available');
    const at = tool.heard.findIndex(({ type, event }) => type === '@xstate.event' && event?.type === 'presence.available');
    expect(tool.heard[at]).toMatchObject({ sessionId: 'c1/presence', rootId: 'c1/stream', id: null, event: { type: 'presence.available', priority: 0 } });
    expect(tool.heard[at]).not.toHaveProperty('sourceId');
    expect(tool.heard[at + 1]).toMatchObject({ type: '@xstate.snapshot', sessionId: 'c1/presence', event: { type: 'presence.available' }, snapshot: { value: 'available' } });
    juliet.send('</stream:stream>');
    await stateOf(tool, 'c1/route', 'closed');
    const sources = tool.heard.filter(({ type, sourceId }) => type === '@xstate.event' && sourceId !== undefined).map(({ sourceId, sessionId, event }) => `${String(sourceId)} ${event?.type} ${sessionId}`);
    expect(sources).toEqual(expect.arrayContaining(['c1/stream stream.ended c1/session', 'c1/session session.ended c1/presence', 'c1/session drain.begun c1/route', 'c1/route route.closed c1/stream']));
    expect(tool.heard.findLast(({ type, sessionId }) => type === '@xstate.snapshot' && sessionId === 'c1/route')).toMatchObject({ snapshot: { status: 'done' } });
  });

  test('of the chosen sessions only, and of one that comes later from its first step', async () => {
    const tool = new Tool('session=c2');
    await once(tool.socket, 'open');
    await person(server, 'juliet', 'balcony');
    await person(server, 'romeo', 'orchard');
    await tool.hears(({ type, sessionId, snapshot }) => type === '@xstate.actor' && sessionId === 'c2/route' && snapshot?.value === 'open');
    expect(tool.heard[0]).toMatchObject({ type: '@xstate.actor', sessionId: 'c2/stream' });
    expect(tool.heard.filter(({ sessionId }) => !sessionId.startsWith('c2/'))).toEqual([]);
  });

  test('without passwords, SASL data or what people write', async () => {
    const tool = new Tool('session=c1&session=c2');
    await once(tool.socket, 'open');
    const juliet = await person(server, 'juliet', 'balcony');
    juliet.send("<message to='juliet@localhost' type='chat'><body>parting is such sweet sorrow</body></message><presence><status>parting is such sweet sorrow</status></presence>");
    await stateOf(tool, 'c1/presence', 'available');
    await tool.hears(({ event }) => event?.type === 'auth.requested');
    for (const secret of [password, 'sweet sorrow', Buffer.from(`\0juliet\0${password}`).toString('base64')]) expect(tool.text).not.toContain(secret);
    expect(tool.text).toContain('redacted');
  });

  test('and it is not listened to: what it says changes nothing, and too much of it ends it', async () => {
    await person(server, 'juliet', 'balcony');
    const tool = new Tool('session=c1');
    await stateOf(tool, 'c1/route', 'open');
    tool.socket.send(JSON.stringify({ type: '@xstate.event', sessionId: 'c1/stream', event: { type: 'stream.lost' } }));
    tool.socket.send('x'.repeat(2_000));
    await once(tool.socket, 'close');
    const again = new Tool('session=c1');
    await stateOf(again, 'c1/stream', 'bound');
  });
});

describe('stately: the shapes', () => {
  test.each(catalogue)('the definition of $name makes a machine with the same states', ({ name, step }) => {
    const { definition } = actorMessage(actorOf({ kind: 'session', key: 'session c1' }, name), statePath(step.initial.value), 0);
    const again = createMachine(JSON.parse(String(definition)) as never) as AnyStateMachine;
    expect(statesOf(again)).toEqual(statesOf(step.machine));
    expect(statesOf(again)).not.toHaveLength(0);
  });

  test('a state is told as its machine has it', () => {
    const values = [...sheets.values()].flatMap(({ states }) => states.map(({ path }) => path));
    expect(values.filter((path) => statePath(stateValue(path)) !== path)).toEqual([]);
    for (const value of ['idle', { a: { b: 'c' } }, { lamp: 'on', door: { shut: 'locked' } }, { a: {}, b: 'c' }]) expect(stateValue(statePath(value))).toEqual(value);
  });
});

describe('stately: one that reads slowly', () => {
  /** Takes nothing until it is told to. */
  class SlowSocket extends EventEmitter {
    readonly OPEN = 1;
    readonly readyState = 1;
    readonly sent: Heard[] = [];
    bufferedAmount = 0;
    #sent: (() => void)[] = [];
    send(text: string, sent: () => void): void {
      this.bufferedAmount += text.length;
      this.sent.push(JSON.parse(text) as Heard);
      this.#sent.push(sent);
    }
    read(): void {
      this.bufferedAmount = 0;
      for (const sent of this.#sent.splice(0)) sent();
    }
  }
  const step = (from: string, to: string, n = 1): TransitionEntry => ({ n, turn: n, at: 1, machine: 'route', part: '', event: { type: 'drain.begun' }, from, to, effects: [], ignored: false });
  let socket: SlowSocket;
  let subject: Subject;
  let told: Told;
  let waiting: number;

  beforeEach(() => {
    const recorder = new Recorder(createCore({ domain: 'localhost', ...defaultConfig }, []), { keepBodies: false });
    recorder.begin(0);
    recorder.roll.enter({ stream: 'c1', jid: undefined, states: { stream: 'bound', route: 'open' } }, 0);
    subject = recorder.roll.get('session c1') as Subject;
    socket = new SlowSocket();
    waiting = 200_000;
    told = new Told(socket as unknown as WebSocket, recorder, new Set(['session c1']), () => 0, { connections: 1, sessions: 1, actors: 10, waiting });
    told.catchUp();
    socket.read();
  });

  test('is sent no more than may wait; then how much it missed, and how the machines stand', () => {
    let most = 0;
    for (let n = 0; n < 5_000; n += 1) {
      told.note(subject, step('open', 'open'));
      most = Math.max(most, socket.bufferedAmount);
    }
    expect(most).toBeGreaterThan(waiting);
    expect(most).toBeLessThan(waiting + 1_000);
    const sent = socket.sent.length;
    subject.place('route', '', 'draining');
    told.note(subject, step('open', 'draining'));
    expect(socket.sent).toHaveLength(sent);
    socket.read();
    const dropped = 5_001 - socket.sent.slice(0, sent).filter(({ type }) => type === '@xstate.event').length;
    expect(socket.sent.slice(sent)).toMatchObject([{ sessionId: 'c1/stream', _dropped: dropped }, { type: '@xstate.snapshot', sessionId: 'c1/route', snapshot: { value: 'draining' } }]);
    told.note(subject, step('draining', 'closed'));
    expect(socket.sent.at(-1)).toMatchObject({ sessionId: 'c1/route', snapshot: { value: 'closed' } });
    expect(socket.sent.at(-1)).not.toHaveProperty('_dropped');
  });

  test('has so many machines at a time; those beyond are counted', () => {
    for (let n = 0; n < 20; n += 1) told.note(subject, { ...step('present', 'present'), machine: 'farewell', part: `nick ${n}` });
    expect(new Set(socket.sent.filter(({ type }) => type === '@xstate.actor').map(({ sessionId }) => sessionId)).size).toBe(10);
    told.note(subject, step('open', 'open'));
    expect(socket.sent.find((message) => '_dropped' in message)).toMatchObject({ _dropped: 12 });
  });
});
