/** What is kept while somebody looks: bounded everywhere, counted where something had to go, redacted; and that a
 *  reader that is slow is only told less. @module */
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Feed } from '../../src/inspector/feed.ts';
import { Recorder, recorderLimits } from '../../src/inspector/recorder.ts';
import { Ring } from '../../src/inspector/ring.ts';
import { Roll } from '../../src/inspector/roll.ts';
import { sheets, statePath, takenOf } from '../../src/inspector/sheets.ts';
import { listOf, openedOf, queryOf } from '../../src/inspector/view.ts';
import type { Core, Observer } from '../../src/core/server.ts';
import type { Transition } from '../../src/core/kernel.ts';

/** A core that tells what it is made to tell. */
class ToldCore implements Core {
  readonly observers = new Set<Observer>();
  step = (): [] => [];
  census = (): never => {
    throw new Error('nobody asks');
  };
  standing = (): [] => [];
  places = (): [] => [];
  waiting = (): [] => [];
  sight = (): undefined => undefined;
  observe(observer: Observer): () => void {
    this.observers.add(observer);
    return () => void this.observers.delete(observer);
  }
  tell(transition: Partial<Transition>): void {
    const whole = { machine: 'stream', of: 'c1', event: { type: 'stanza.received' }, from: 'bound', to: 'bound', effects: [], ignored: false, ...transition };
    for (const observer of this.observers) observer.onTransition?.(whole);
  }
  fate(id: string, to = 'b@x'): void {
    for (const observer of this.observers) observer.onFate?.({ type: 'chat', id, from: 'a@x/r', to, fate: 'stored' });
  }
}

let core: ToldCore;
const limits = { ...recorderLimits, subjects: 4, ended: 2, entries: 10, total: 15, fates: 3 };
function looking(): Recorder {
  const recorder = new Recorder(core, { keepBodies: false }, limits);
  recorder.begin(0);
  return recorder;
}
beforeEach(() => void (core = new ToldCore()));

describe('recorder: bounds', () => {
  test('nothing is observed until somebody looks, nor afterwards', () => {
    const recorder = new Recorder(core, { keepBodies: false });
    expect(core.observers.size).toBe(0);
    recorder.begin(0);
    recorder.begin(0);
    expect([...core.observers].filter(({ onTransition }) => onTransition !== undefined).length).toBe(1);
    core.tell({});
    recorder.end();
    expect([core.observers.size, [...recorder.roll.subjects].length]).toEqual([0, 0]);
  });

  test('of one subject the last entries are kept, and a page is told how many it missed', () => {
    const recorder = looking();
    for (let n = 0; n < 25; n += 1) core.tell({});
    const opened = openedOf(recorder, 'session c1', 3);
    expect(opened?.entries.map(({ n }) => n)).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24, 25]);
    expect(opened).toMatchObject({ missed: 12, last: 25, row: { transitions: 25 } });
  });

  test('of all together the last entries are kept, whoever they are of', () => {
    const recorder = looking();
    for (let n = 0; n < 10; n += 1) core.tell({ of: 'c1' });
    for (let n = 0; n < 9; n += 1) core.tell({ of: 'c2' });
    const kept = [...recorder.roll.subjects].map(({ log }) => log.items.length);
    expect(kept).toEqual([6, 9]);
    expect(recorder.roll.get('session c1')?.log.dropped).toBe(4);
  });

  test('so many subjects, those that are over leave first; who finds no room is counted', () => {
    const recorder = looking();
    for (const of of ['c1', 'c2', 'c3', 'c4', 'c5']) core.tell({ of });
    expect(recorder.roll.unlisted).toBe(1);
    core.tell({ of: 'c2', to: 'closed' });
    core.tell({ of: 'c6' });
    expect([...recorder.roll.subjects].map(({ name }) => name)).toEqual(['c1', 'c3', 'c4', 'c6']);
    expect(listOf(recorder, queryOf(new URLSearchParams()))).toMatchObject({ matched: 4, dropped: { unlisted: 1 } });
  });

  test('messages too, and how many had to go', () => {
    const recorder = looking();
    for (const id of ['a', 'b', 'c', 'd']) core.fate(id);
    const { messages, dropped } = listOf(recorder, queryOf(new URLSearchParams({ kind: 'message' })));
    expect(messages.map(({ id }) => id)).toEqual(['d', 'c', 'b']);
    expect(dropped.messages).toBe(1);
  });

  test('a link has the messages that go between its two domains, in its direction', () => {
    const recorder = looking();
    core.tell({ machine: 'link', of: 'x mantua.test', from: 'idle', to: 'open' });
    core.tell({ machine: 'link', of: 'mantua.test x', from: 'idle', to: 'open' });
    core.fate('out', 'b@mantua.test/r');
    core.fate('within', 'b@x');
    const idsOf = (key: string): unknown => openedOf(recorder, key, 0)?.messages.map(({ id }) => id);
    expect([idsOf('link x mantua.test'), idsOf('link mantua.test x')]).toEqual([['out'], []]);
  });

  test('of machines that a session has one of for each contact only so many states are kept', () => {
    const recorder = looking();
    for (let n = 0; n < 100; n += 1) core.tell({ machine: 'occupant', of: `verona@rooms.x/nick ${n}`, from: 'outside', to: 'participant' });
    expect(recorder.roll.get('room verona@rooms.x')?.states.size).toBe(32);
  });

  test('a ring forgets, and knows it', () => {
    const ring = new Ring<{ n: number }>(3);
    for (let n = 0; n < 5; n += 1) ring.push((number) => ({ n: number }));
    expect(ring.since(0, 2)).toEqual({ items: [{ n: 4 }, { n: 5 }], missed: 3 });
    ring.dropThrough(4);
    expect([ring.items, ring.dropped]).toEqual([[{ n: 5 }], 4]);
    expect(ring.since(9, 2)).toEqual({ items: [], missed: 0 });
  });
});

describe('recorder: what it makes of what it is told', () => {
  test('what SASL exchanges is left out (RFC 6120 §13.9.1)', () => {
    const recorder = looking();
    core.tell({ event: { type: 'sasl.succeeded', data: 'dj1zZWNyZXQ=' } as Transition['event'], effects: [{ type: 'sendSuccess', params: { data: 'dj1zZWNyZXQ=' } }] as unknown as Transition['effects'] });
    expect(JSON.stringify(openedOf(recorder, 'session c1', 0))).not.toContain('dj1zZWNyZXQ');
  });

  test('what it fails to keep is counted, and nobody else hears of it', () => {
    const recorder = looking();
    const loop: { type: string; again?: unknown } = { type: 'stanza.received' };
    loop.again = loop;
    expect(() => core.tell({ event: loop })).not.toThrow();
    expect(listOf(recorder, queryOf(new URLSearchParams())).dropped.faults).toBe(1);
  });

  test('a fate has the decision about its message, also when others were decided about meanwhile', () => {
    const recorder = looking();
    const about = { type: 'chat' as const, from: 'a@x/r', to: 'b@x' };
    const decide = (id: string): void => core.observers.forEach((observer) => observer.onDecision?.({ ...about, id, isToFull: false, routes: [], reach: 'store', eligible: [], chosen: [] }));
    decide('a');
    decide('b');
    core.fate('b');
    core.fate('a');
    core.fate('c');
    expect(recorder.fates.items.map(({ fate, decision }) => [fate.id, decision?.id])).toEqual([['b', 'b'], ['a', 'a'], ['c', undefined]]);
  });

  test('a full JID may have spaces: the longest that is known is meant', () => {
    const roll = new Roll(limits);
    roll.enter({ stream: 'c1', jid: 'a@x/my' as never, states: {} }, 0);
    roll.enter({ stream: 'c2', jid: 'a@x/my phone' as never, states: {} }, 0);
    const found = roll.ownerOf('directed-presence', 'a@x/my phone b@y/two words', 0);
    expect([found?.subject.key, found?.part]).toEqual(['session c2', 'b@y/two words']);
    expect(roll.ownerOf('directed-presence', 'nobody@x/r b@y', 0)).toBeUndefined();
  });

  test('a search takes words of the name and of the states, all of them', () => {
    const recorder = looking();
    core.tell({ of: 'c1' });
    core.tell({ of: 'c2', to: { negotiating: 'opened' } });
    const found = (q: string): string[] => listOf(recorder, queryOf(new URLSearchParams({ q }))).rows.map(({ name }) => name);
    expect([found('STREAM:bound'), found('c2 negotiating.opened'), found('c2 bound')]).toEqual([['c1'], ['c2'], []]);
  });

  test.each(['offset=-1&limit=1e9&since=x', 'kind=__proto__&sort=constructor', `q=${'x '.repeat(5000)}`])('a query that makes no sense asks for the usual: %s', (text) => {
    const query = queryOf(new URLSearchParams(text));
    expect(query).toMatchObject({ kind: 'session', sort: 'recent', offset: 0, since: 0 });
    expect(query.limit).toBeLessThanOrEqual(200);
    expect(query.words.length).toBeLessThanOrEqual(8);
  });

  test('a transition has the section of the definition, by the state and the event (RFC 6120 §4.4)', () => {
    expect(takenOf('route', 'drain.begun', 'open', 'closed')).toMatchObject({ id: 'open/drain.begun/1', spec: ['RFC 6120 §4.4', 'DESIGN D5'] });
    expect(takenOf('route', 'drain.begun', 'open', 'draining')).toMatchObject({ id: 'open/drain.begun/0', spec: ['DESIGN D5'] });
    expect(takenOf('route', 'xstate.after.drainTimeout.route.draining', 'draining', 'closed')?.id).toBe('draining/after drainTimeout/0');
    expect(takenOf('route', 'no.such', 'open', 'open')).toBeUndefined();
    expect(statePath({ negotiating: 'opened' })).toBe('negotiating.opened');
  });

  test('every transition of every machine has a section', () => {
    const without = [...sheets.values()].flatMap(({ name, transitions }) => transitions.filter(({ source, event, target }) => (takenOf(name, event, source, target ?? source)?.spec ?? []).length === 0).map(({ source }) => `${name} ${source}`));
    expect(without).toEqual([]);
  });
});

describe('feed: a page that reads slowly', () => {
  /** A page that takes nothing until it is told to. */
  class SlowPage extends EventEmitter {
    readonly told: string[] = [];
    writableNeedDrain = false;
    write(text: string): void {
      this.told.push(text);
    }
    end(): void {}
  }
  let feed: Feed;
  let recorder: Recorder;
  let page: SlowPage;
  beforeEach(() => {
    vi.useFakeTimers();
    recorder = new Recorder(core, { keepBodies: false }, limits);
    feed = new Feed({ recorder, clock: () => 0, intervalMs: 10, lingerMs: 100 });
    page = new SlowPage();
    feed.join(page as unknown as ServerResponse, queryOf(new URLSearchParams({ open: 'session c1' })));
  });
  afterEach(() => {
    feed.stop();
    vi.useRealTimers();
  });

  test('is sent nothing more, and later how much it missed', () => {
    page.writableNeedDrain = true;
    for (let n = 0; n < 100; n += 1) {
      core.tell({});
      vi.advanceTimersByTime(10);
    }
    expect(page.told).toHaveLength(1);
    page.writableNeedDrain = false;
    vi.advanceTimersByTime(10);
    expect(JSON.parse(page.told[1]?.slice(6) ?? '')).toMatchObject({ skipped: 100, opened: { missed: 90, last: 100 } });
  });

  test('is sent nothing while nothing happens, but a sign of life', () => {
    vi.advanceTimersByTime(10 * 130);
    expect(page.told.slice(1)).toEqual([':\n\n', ':\n\n']);
  });

  test('when the last page has left the core is left alone, a moment later', () => {
    page.emit('close');
    vi.advanceTimersByTime(99);
    expect(recorder.isLooking).toBe(true);
    vi.advanceTimersByTime(1);
    expect([recorder.isLooking, core.observers.size, vi.getTimerCount()]).toEqual([false, 0, 0]);
  });
});
