/** A rush: more in one moment than is kept. It costs no more than what is kept, the rest is counted, and who is open comes
 *  first; and what makes a list of thousands cheap shows the same list. @module */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstOf } from '../../src/inspector/first.ts';
import { Recorder, recorderLimits } from '../../src/inspector/recorder.ts';
import { Ring } from '../../src/inspector/ring.ts';
import { listOf, openedOf, queryOf } from '../../src/inspector/view.ts';
import { Crowd, crowdCore } from './crowding.ts';

const limits = { ...recorderLimits, fatesAtOnce: 10, entriesAtOnce: 5, stretchMs: 1000 };

/** A crowd whose clock stands still until it is moved. */
function rush(): { readonly recorder: Recorder; readonly crowd: Crowd; readonly asked: () => number; move(): void } {
  const inner = crowdCore();
  let asked = 0;
  // Whoever listens for decisions makes the core put them into words.
  const core = { ...inner, observe: (observer: Parameters<typeof inner.observe>[0]) => inner.observe({ ...observer, ...(observer.onDecision && { onDecision: (decision: Parameters<NonNullable<typeof observer.onDecision>>[0]) => { asked += 1; observer.onDecision?.(decision); } }) }) };
  const recorder = new Recorder(core, { keepBodies: false }, limits);
  let now = 5000;
  const crowd = new Crowd({ core: recorder.core, sessions: 40, clock: () => now });
  recorder.begin(now);
  return { recorder, crowd, asked: () => asked, move: () => (now += 1000) };
}

describe('recorder: a rush', () => {
  test('so many messages are kept in one stretch of time, the others are counted, and not decided about in words', () => {
    const { recorder, crowd, asked, move } = rush();
    for (let n = 0; n < 50; n += 1) crowd.message();
    expect([recorder.fates.length, recorder.fates.dropped, asked()]).toEqual([10, 40, 10]);
    expect(listOf(recorder, queryOf(new URLSearchParams())).dropped.messages).toBe(40);
    move();
    crowd.message();
    expect([recorder.fates.length, recorder.fates.dropped, asked()]).toEqual([11, 40, 11]);
    expect(recorder.fates.items.at(-1)?.decision).toBeDefined();
    crowd.stop();
  });

  test('of who is open all messages are kept, within a bound, with their decisions', () => {
    const { recorder, crowd, move } = rush();
    const [session] = crowd.sessions;
    recorder.open(`session ${session?.stream}`);
    move();
    for (let n = 0; n < 50; n += 1) crowd.message();
    const kept = recorder.fates.items;
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.length).toBeLessThanOrEqual(15);
    const { jid = '', account = '' } = session ?? {};
    for (const { fate, decision } of kept.slice(10)) {
      expect([fate.from, fate.to, account].some((each) => each === jid || each === account)).toBe(true);
      expect(decision?.to).toBe(fate.to);
    }
    crowd.stop();
  });

  test('of one subject so many entries are kept in one stretch of time, and its states are right all the same', () => {
    const { recorder, crowd, move } = rush();
    const [session] = crowd.sessions;
    const key = `session ${session?.stream}`;
    recorder.open(key);
    move();
    const before = recorder.roll.get(key)?.log.last ?? 0;
    for (let n = 0; n < 40; n += 1) crowd.say(session, `<presence><priority>${n % 2 === 0 ? -1 : 1}</priority></presence>`);
    crowd.say(session, "<presence type='unavailable'/>");
    const opened = openedOf(recorder, key, before);
    expect(opened?.entries.length).toBe(5);
    expect(opened?.missed).toBeGreaterThan(40);
    expect(opened?.row.states['presence']).toBe('connected');
    crowd.stop();
  });

  test('of the id of a message so much is kept, and nothing of what it came in', () => {
    const { recorder, crowd } = rush();
    const [from, to] = crowd.sessions;
    crowd.say(from, `<message to='${to?.jid}' id='${'x'.repeat(5000)}'><body>o</body></message>`);
    expect(recorder.fates.items.at(-1)?.fate.id).toHaveLength(201);
    expect(recorder.fates.items.at(-1)?.decision?.id).toHaveLength(201);
    crowd.stop();
  });

  test('a session that binds while somebody looks has all its machines', () => {
    const { recorder, crowd } = rush();
    for (let n = 0; n < 4000; n += 1) crowd.act();
    const fresh = crowd.sessions.find(({ stream }) => Number(stream.slice(1)) > 40);
    expect([...(recorder.roll.get(`session ${fresh?.stream}`)?.states.keys() ?? [])]).toEqual(expect.arrayContaining(['stream', 'session', 'presence', 'roster', 'route']));
    crowd.stop();
  });
});

describe('view: a list of thousands', () => {
  test('the first of many are those that a sort puts first, equals in their order', () => {
    fc.assert(fc.property(fc.array(fc.record({ rank: fc.nat(20), name: fc.nat() })), fc.nat(30), (items, count) => {
      const order = (a: { rank: number }, b: { rank: number }): number => a.rank - b.rank;
      expect(firstOf(items, order, count)).toEqual(items.toSorted(order).slice(0, count));
    }));
  });

  test('a search sees a name and a state that have changed since the last one', () => {
    const { recorder, crowd } = rush();
    const found = (q: string): number => listOf(recorder, queryOf(new URLSearchParams({ q }))).matched;
    const [first] = crowd.sessions;
    expect([found(`user0@ presence:connected`), found('user0@ presence:available')]).toEqual([1, 0]);
    crowd.say(first, '<presence/>');
    expect([found(`user0@ presence:connected`), found('user0@ presence:available')]).toEqual([0, 1]);
    crowd.stop();
  });
});

describe('ring', () => {
  test('is a list of the newest, whatever is pushed, skipped, dropped and asked', () => {
    const act = fc.oneof(fc.constant('push' as const), fc.constant('skip' as const), fc.nat(60));
    fc.assert(fc.property(fc.array(act, { maxLength: 80 }), fc.integer({ min: 1, max: 5 }), fc.nat(90), fc.nat(6), (acts, capacity, since, limit) => {
      const ring = new Ring<{ n: number }>(capacity);
      let plain: number[] = [];
      let last = 0;
      for (const each of acts) {
        if (typeof each === 'number') {
          ring.dropThrough(each);
          plain = plain.filter((n) => n > each);
          continue;
        }
        last += 1;
        if (each === 'skip') ring.skip();
        else {
          ring.push((n) => ({ n }));
          plain = [...plain, last].slice(-capacity);
        }
      }
      const items = plain.filter((n) => n > since).slice(limit === 0 ? Infinity : -limit);
      expect([ring.items.map(({ n }) => n), ring.length, ring.last, ring.dropped]).toEqual([plain, plain.length, last, last - plain.length]);
      expect(ring.since(since, limit)).toEqual({ items: items.map((n) => ({ n })), missed: Math.max(0, last - since) - items.length });
    }));
  });
});
