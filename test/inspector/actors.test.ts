/** Actors of an embedding program in the inspector: who they are, what they do, that they lose nothing by it, and that
 *  nothing is kept of them while nobody looks. @module */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assign, createActor, fromPromise, setup } from 'xstate';
import type { InspectionEvent } from 'xstate';
import { stepRoute } from '../../machines/route.ts';
import { defaultConfig } from '../../src/core/config.ts';
import { createCore } from '../../src/core/server.ts';
import { Actors } from '../../src/inspector/actors.ts';
import { bounded } from '../../src/inspector/bounded.ts';
import { Recorder, recorderLimits } from '../../src/inspector/recorder.ts';
import type { Source } from '../../src/inspector/source.ts';
import type { TransitionEntry } from '../../src/inspector/subject.ts';
import { listOf, openedOf, queryOf } from '../../src/inspector/view.ts';
import type { List, Opened } from '../../src/inspector/view.ts';

let actors: Actors;
let recorder: Recorder;
beforeEach(() => {
  actors = new Actors(() => 7);
  recorder = new Recorder(createCore({ domain: 'localhost', ...defaultConfig }, []), { keepBodies: false });
  recorder.source = actors;
});
afterEach(() => recorder.end());

const list = (words = ''): List => listOf(recorder, queryOf(new URLSearchParams({ kind: 'actor', q: words })));
const opened = (key = 'actor 1'): Opened => {
  const found = openedOf(recorder, key, 0);
  if (found === undefined) throw new Error(`There is no ${key}.`);
  return found;
};
const steps = (key?: string): TransitionEntry[] => opened(key).entries.filter((entry) => 'machine' in entry);

const child = setup({}).createMachine({ id: 'packing', initial: 'open', states: { open: { on: { CLOSE: 'shut' } }, shut: { type: 'final' } } });
const order = setup({
  types: { context: {} as { count: number; password: string }, events: {} as { type: 'PAY'; amount: number; token?: string } | { type: 'PACK' } | { type: 'CANCEL' } },
  actors: { child, wait: fromPromise(() => new Promise(() => {})) },
  actions: { bill: (_, _params: { amount: number }) => {}, count: assign({ count: ({ context }) => context.count + 1 }) },
}).createMachine({
  id: 'order', context: { count: 0, password: 'open sesame' }, initial: 'placed',
  states: {
    placed: { description: 'Waits for the money.', on: { PAY: { target: 'paid', actions: ['count', { type: 'bill', params: ({ event }) => ({ amount: event.amount }) }] } } },
    paid: { initial: 'waiting', invoke: { src: 'child', id: 'box' }, states: { waiting: {}, going: {} }, on: { PACK: '.going', CANCEL: 'cancelled' } },
    cancelled: { type: 'final' },
  },
});
const lamps = setup({}).createMachine({
  id: 'lamps', type: 'parallel',
  states: { left: { initial: 'off', states: { off: { on: { LEFT: 'on' } }, on: {} } }, right: { initial: 'off', states: { off: {}, on: {} } }, plug: {} },
});

describe('actors: what is shown', () => {
  test('one that was there before anybody looked, and each that comes, with its states', () => {
    const first = createActor(order, { inspect: actors.inspect }).start();
    first.send({ type: 'PAY', amount: 3 });
    recorder.begin(0);
    createActor(order, { inspect: actors.inspect, id: 'order 8' }).start();
    expect(list().counts.actor).toBe(2);
    expect(Object.fromEntries(list().rows.map(({ name, states }) => [name.replace(/x:\d+/, 'x'), states]))).toEqual({
      'order x': { order: 'paid.waiting', 'packing box': 'open' }, order_8: { order: 'placed' },
    });
    expect(list('order:paid').rows.map(({ key }) => key)).toEqual(['actor 1']);
  });

  test('each step with its event, its actions and the states before and after; what means nothing is ignored', () => {
    recorder.begin(0);
    const actor = createActor(order, { inspect: actors.inspect }).start();
    actor.send({ type: 'PACK' });
    actor.send({ type: 'PAY', amount: 3 });
    actor.send({ type: 'PACK' });
    expect(steps().map(({ machine, part, event, from, to, ignored, at }) => [machine, part, event.type, from, to, ignored, at])).toEqual([
      ['order', '', 'xstate.init', 'placed', 'placed', false, 7], ['order', '', 'PACK', 'placed', 'placed', true, 7],
      ['packing', 'box', 'xstate.init', 'open', 'open', false, 7], ['order', '', 'PAY', 'placed', 'paid.waiting', false, 7], ['order', '', 'PACK', 'paid.waiting', 'paid.going', false, 7],
    ]);
    expect(steps()[3]?.effects).toEqual([{ type: 'bill', params: { amount: 3 } }, expect.objectContaining({ type: 'xstate.spawnChild' })]);
    expect(steps()[3]?.event).toEqual({ type: 'PAY', amount: 3 });
  });

  test('a timer of theirs is called as one of ours is', () => {
    recorder.begin(0);
    const machine = setup({}).createMachine({ id: 'egg', initial: 'raw', states: { raw: { after: { 60_000: 'done' }, on: { EAT: 'done' } }, done: {} } });
    const actor = createActor(machine, { inspect: actors.inspect }).start();
    actor.send({ type: 'EAT' });
    const timer = 'xstate.after.60000.egg.raw';
    expect(steps().flatMap(({ effects }) => effects)).toEqual([{ type: 'startTimer', params: { timer, delay: 60_000 } }, { type: 'cancelTimer', params: { timer } }]);
  });

  test('it is over when its root is done or stopped; a child leaves when it ends', () => {
    recorder.begin(0);
    const one = createActor(order, { inspect: actors.inspect }).start();
    const two = createActor(order, { inspect: actors.inspect }).start();
    one.send({ type: 'PAY', amount: 3 });
    (one.getSnapshot().children['box'] as unknown as { send(event: object): void }).send({ type: 'CLOSE' });
    expect(opened().row).toMatchObject({ isOver: false, states: { order: 'paid.waiting' } });
    expect(opened().row.states).not.toHaveProperty('packing box');
    one.send({ type: 'CANCEL' });
    two.stop();
    expect(opened().row).toMatchObject({ isOver: true, states: { order: 'cancelled' } });
    expect(opened('actor 2').row).toMatchObject({ isOver: true, states: { order: 'placed' } });
  });

  test('the states of a machine that is not known, and what each keeps in mind, without secrets', () => {
    const actor = createActor(order, { inspect: actors.inspect }).start();
    recorder.begin(0);
    actor.send({ type: 'PAY', amount: 3, token: 'open sesame' });
    const { described } = opened();
    expect(described?.machines.map(({ name, states }) => [name, states.map(({ path }) => path)])).toEqual([
      ['order', ['placed', 'paid', 'paid.waiting', 'paid.going', 'cancelled']], ['packing', ['open', 'shut']],
    ]);
    expect(described?.machines[0]?.states[0]?.description).toBe('Waits for the money.');
    expect(described?.contexts[0]).toEqual({ slot: 'order', context: { context: { count: 1, password: 'redacted' } } });
    expect(JSON.stringify(opened())).not.toContain('open sesame');
  });

  test('a machine of ours is known by its definition; one that has only its name is said to be theirs', () => {
    recorder.begin(0);
    const ours = createActor(stepRoute.machine.provide({}), { inspect: actors.inspect }).start();
    ours.send({ type: 'drain.begun' });
    createActor(setup({}).createMachine({ id: 'route', initial: 'here', states: { here: {} } }), { inspect: actors.inspect }).start();
    expect(opened().row.states).toEqual({ route: 'closed' });
    expect(opened().described?.machines).toEqual([]);
    expect(opened().entries.at(-1)).toMatchObject({ spec: ['RFC 6120 §4.4', 'DESIGN D5'] });
    expect(opened('actor 2').row.states).toEqual({ 'yours:route': 'here' });
  });

  test('a machine with regions is in several states at once; what is no machine only is there', () => {
    recorder.begin(0);
    createActor(lamps, { inspect: actors.inspect }).start().send({ type: 'LEFT' });
    createActor(fromPromise(() => new Promise(() => {})), { inspect: actors.inspect }).start();
    expect(opened().row.states).toEqual({ lamps: 'left.on & right.off & plug' });
    expect(opened('actor 2').row.states).toEqual({ actor: 'active' });
  });
});

describe('actors: none is the worse for it', () => {
  const cyclic: Record<string, unknown> = { name: 'x'.repeat(100_000), many: Array.from({ length: 100_000 }, (_, n) => ({ n })), buffer: Buffer.alloc(1 << 20) };
  cyclic['self'] = cyclic;
  const traps = new Proxy({}, { ownKeys: () => { throw new Error('no keys'); }, has: () => { throw new Error('nothing'); } });
  const throwing = { get field() { throw new Error('no field'); } };

  test.each([['cyclic and huge', cyclic], ['full of traps', { traps }], ['throwing when it is read', throwing], ['deep', deep(50_000)]])('a context and an event that are %s', (_title, data) => {
    recorder.begin(0);
    const seen: unknown[] = [];
    const machine = setup({ types: { context: {} as { data: unknown }, events: {} as { type: 'GO'; data: unknown } } }).createMachine({
      id: 'odd', context: { data }, initial: 'a', states: { a: { on: { GO: { target: 'b', actions: () => seen.push(data) } } }, b: { type: 'final' } },
    });
    const actor = createActor(machine, { inspect: actors.inspect }).start();
    actor.send({ type: 'GO', data });
    expect([actor.getSnapshot().value, seen.length]).toEqual(['b', 1]);
    expect(JSON.stringify(opened()).length).toBeLessThan(60_000);
    expect(opened().row.name).toMatch(/^odd/);
  });

  test('a machine that throws: its error is its own, and is shown', async () => {
    recorder.begin(0);
    const machine = setup({ actions: { fail: () => { throw new Error('out of order'); } } }).createMachine({ id: 'bad', initial: 'a', states: { a: { on: { GO: { actions: 'fail' } } } } });
    const actor = createActor(machine, { inspect: actors.inspect });
    const errors: unknown[] = [];
    actor.subscribe({ error: (error) => errors.push(error) });
    actor.start().send({ type: 'GO' });
    expect(errors).toEqual([new Error('out of order')]);
    await Promise.resolve();
    expect(opened().row).toMatchObject({ isOver: true, states: { bad: 'error' } });
    expect(JSON.stringify(opened().described)).toContain('Error: out of order');
  });

  test('an inspector that fails: the actor goes on, and the fault is counted', () => {
    const failing: Source['watch'] = (tell) => actors.watch((make) => tell(() => {
      make();
      throw new Error('a fault of the inspector');
    }));
    recorder.source = { watch: failing, describe: () => { throw new Error('another'); } };
    recorder.begin(0);
    const actor = createActor(order, { inspect: actors.inspect }).start();
    actor.send({ type: 'PAY', amount: 1 });
    expect(actor.getSnapshot().value).toEqual({ paid: 'waiting' });
    expect(recorder.faults).toBeGreaterThan(0);
    expect(recorder.describe('actor 1')).toBeUndefined();
  });

  test('what comes in another order, or half, is no harm', () => {
    recorder.begin(0);
    for (const event of [{ type: '@xstate.snapshot' }, { type: '@xstate.action', actorRef: {} }, { type: '@xstate.snapshot', actorRef: { system: {} }, event: null }, {}]) {
      expect(() => actors.inspect(event as InspectionEvent)).not.toThrow();
    }
  });

  test('so many are listed, those that are over leave first', () => {
    recorder = new Recorder(createCore({ domain: 'localhost', ...defaultConfig }, []), { keepBodies: false }, { ...recorderLimits, subjects: 3 });
    recorder.source = actors;
    recorder.begin(0);
    const made = Array.from({ length: 4 }, () => createActor(order, { inspect: actors.inspect }).start());
    expect(list()).toMatchObject({ matched: 3, dropped: { unlisted: 1 } });
    made[0]?.stop();
    createActor(order, { inspect: actors.inspect }).start();
    expect(list().rows.map(({ key }) => key).sort()).toEqual(['actor 2', 'actor 3', 'actor 5']);
  });
});

describe('actors: while nobody looks', () => {
  test('nothing is read of an event, and an actor that is let go is not held', async () => {
    const untouched = new Proxy({}, { ownKeys: () => { throw new Error('it was read'); } });
    let isFinal = 0;
    const registry = new FinalizationRegistry(() => (isFinal += 1));
    (() => {
      const actor = createActor(order, { inspect: actors.inspect }).start();
      actor.send({ type: 'PAY', amount: 1, token: untouched as string });
      registry.register(actor, undefined);
      actor.stop();
    })();
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (let turn = 0; turn < 50 && isFinal === 0; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve));
      collect();
    }
    expect(isFinal).toBe(1);
    recorder.begin(0);
    expect(list().counts.actor).toBe(0);
  });

  test('when the last has gone, the events of before are forgotten and those of after not kept', () => {
    recorder.begin(0);
    const actor = createActor(order, { inspect: actors.inspect }).start();
    recorder.end();
    actor.send({ type: 'PAY', amount: 1 });
    recorder.begin(0);
    expect(opened().row).toMatchObject({ transitions: 0, states: { order: 'paid.waiting' } });
  });
});

describe('actors: bounds', () => {
  test('what is kept of a value is small, and is JSON', () => {
    expect(bounded({ n: 3n, s: Symbol('a'), f: function next() {}, d: new Map([['k', new Set([1])]]), b: new Uint8Array(3), u: undefined })).toEqual({ n: '3', s: 'Symbol(a)', f: 'function next', d: [['k', [1]]], b: '3 bytes', u: undefined });
    expect(bounded({ a: { b: { c: { d: { e: { f: { g: 1 } } } } } } })).toEqual({ a: { b: { c: { d: { e: { f: '…' } } } } } });
  });
});

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = { value };
  return value;
}
