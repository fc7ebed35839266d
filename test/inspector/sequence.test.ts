/** The sequence diagram as data: who tells whom what, where it lies, what of it is in sight. No browser. @module */
import { describe, expect, test } from 'vitest';
import { decodeTrace } from '../../src/core/trace.ts';
import { arrowsOf, arrowsOfTrace } from '../../src/inspector/page/arrows.js';
import type { Arrow } from '../../src/inspector/page/arrows.js';
import { cut, inSight, placesOf, rowsOf } from '../../src/inspector/page/rows.js';
import { openingOf, stanzaWords } from '../../src/inspector/page/stanza.js';
import { fileName } from '../../src/inspector/page/take.js';
import { sheets } from '../../src/inspector/sheets.ts';
import { openedOf } from '../../src/inspector/view.ts';
import { watchedTrace } from '../../src/inspector/watched.ts';
import type { Subject } from '../../src/inspector/subject.ts';
import { readScenario, runScenario } from '../scenarios/scenario.ts';
import { watching } from './watching.ts';

const told = ({ from, to, text, state }: Arrow): string => `${from} → ${to}: ${text}${state === undefined ? '' : ` [${state}]`}`;

/** What an inspector has of juliet's session, after a dialogue. */
async function juliet(text: string): Promise<{ readonly arrows: readonly Arrow[]; readonly lifelines: readonly string[]; readonly subject: Subject }> {
  const { world, recorder } = watching();
  await runScenario(readScenario(`account juliet\naccount romeo\njuliet/balcony connects\n${text}`).lines, world);
  await world.settle();
  const opened = openedOf(recorder, 'session s1', 0);
  const { arrows, lifelines } = arrowsOf(opened?.entries ?? [], { sheets, name: 'juliet@localhost/balcony', messages: opened?.messages ?? [] });
  return { arrows, lifelines: lifelines.map(({ id }) => id), subject: recorder.roll.session('s1') as Subject };
}

describe('sequence: who tells whom', () => {
  test('the end of a stream goes from machine to machine as the wires say (machines/wires.ts)', async () => {
    const { arrows, lifelines } = await juliet('juliet/balcony closes');
    const turn = arrows.findLast(({ text }) => text === 'stream.ended')?.turn;
    expect(arrows.filter((arrow) => arrow.turn === turn && arrow.kind === 'event').map(told)).toEqual([
      'client → stream: stream.ended [draining]', 'stream → session: stream.ended [ended]', 'session → presence: session.ended [ended]',
      'session → route: drain.begun [closed]', 'route → stream: route.closed [closed]',
    ]);
    expect(lifelines).toEqual(['client', 'stream', 'session', 'presence', 'route', 'peers']);
  });

  test('a stanza goes to the stream, an event from there, an effect to others, an answer back', async () => {
    const { arrows } = await juliet('juliet/balcony sends\n  <presence/>');
    expect(arrows.slice(-4).map(told)).toEqual(['stream → presence: presence.available [available]', 'presence → peers: broadcastAvailable', 'presence → peers: sendProbes', 'stream → client: presence']);
    expect(arrows.map(told)).toContain('client → stream: presence');
    expect(arrows.find(({ text }) => text === 'presence.available')?.detail).toMatchObject({ spec: expect.arrayContaining([expect.stringMatching(/^RFC 6121/)]), facts: expect.arrayContaining([['priority', '0']]) });
  });

  test('what somebody else says comes from them, and of a message it is told what became of it', async () => {
    const { arrows } = await juliet(`romeo/orchard connects
juliet/balcony sends
  <message to="romeo@localhost" type="chat" id="a"><body>o</body></message>
romeo/orchard sends
  <message to="juliet@localhost" type="chat" id="b"><body>o</body></message>`);
    const texts = arrows.map(told);
    expect(texts).toContain('client → stream: message chat → romeo@localhost');
    expect(texts).toContain('stream → peers: delivered');
    expect(texts).toContain('peers → client: message chat from romeo@localhost/orchard');
  });

  test('a machine that takes part has a lifeline, a timer comes by itself, an ignored event is marked', () => {
    const entry = { n: 1, turn: 1, at: 0, machine: 'route', part: '', from: 'draining', to: 'closed', effects: [], ignored: false, event: { type: 'xstate.after.drainTimeout.route.draining' } };
    const { arrows, lifelines } = arrowsOf([entry, { ...entry, n: 2, turn: 2, machine: 'farewell', event: { type: 'room.left' }, from: 'none', to: 'none', ignored: true }], { sheets });
    expect(arrows.map(told)).toEqual(['route → route: after drainTimeout [closed]', 'peers → farewell: room.left']);
    expect(arrows.map(({ isIgnored }) => isIgnored)).toEqual([false, true]);
    expect(lifelines.map(({ id }) => id)).toContain('farewell');
  });

  test('an order of one turn is not taken for that of another', () => {
    const entry = { n: 1, turn: 1, at: 0, part: '', ignored: false };
    const { arrows } = arrowsOf([
      { ...entry, machine: 'session', from: 'connected', to: 'ended', event: { type: 'stream.ended' }, effects: [{ type: 'drainRoute' }] },
      { ...entry, n: 2, turn: 2, machine: 'route', from: 'open', to: 'draining', event: { type: 'drain.begun' }, effects: [] },
    ], { sheets });
    expect(arrows.map(({ from }) => from)).toEqual(['stream', 'stream']);
  });

  test('a trace is drawn of the same: each step a note, each machine a lifeline, each who is told another', async () => {
    const { subject } = await juliet('juliet/balcony sends\n  <presence/>\njuliet/balcony closes');
    const { steps } = decodeTrace(watchedTrace(subject));
    const { arrows, lifelines } = arrowsOfTrace(steps, { sheets });
    expect(arrows.filter(({ kind }) => kind === 'note')).toHaveLength(steps.length);
    expect(arrows.map(told)).toContain('session juliet@localhost/balcony → route juliet@localhost/balcony: drain.begun [closed]');
    expect(arrows.map(told)).toContain('route juliet@localhost/balcony → stream s1: route.closed [closed]');
    expect(lifelines).toContainEqual({ id: 'to juliet@localhost/balcony', name: 'juliet@localhost/balcony' });
  });

  test('a trace of very many has no more than so many lifelines', () => {
    const transitions = Array.from({ length: 100 }, (_, index) => ({ machine: 'route', of: `r${index}@x/y`, event: { type: 'drain.begun' }, from: 'open', to: 'closed', effects: [], ignored: false }));
    const { arrows, lifelines } = arrowsOfTrace([{ step: 1, label: 'all go', transitions, shown: [] }], { sheets });
    expect(lifelines).toHaveLength(41);
    expect(arrows).toHaveLength(101);
    expect(arrows.every(({ from, to }) => lifelines.some(({ id }) => id === to) && lifelines.some(({ id }) => id === from))).toBe(true);
  });
});

describe('sequence: a stanza in words', () => {
  test.each([
    ["<message to='a@b' type='chat'><body>.</body></message>", 'message chat'], ['<iq type="get"><query xmlns="jabber:iq:roster"/></iq>', 'iq get roster'],
    ['<iq type="set"><query xmlns="http://jabber.org/protocol/disco#info"/></iq>', 'iq set disco#info'], ['<presence/>', 'presence'], ['<iq type="result"/>', 'iq result'],
    ['<stream:error><conflict xmlns="urn:x"/></stream:error>', 'stream:error conflict'], ['no stanza', 'no stanza'], ['', ''], ['<', '<'],
  ])('%s is %s', (xml, words) => {
    expect(stanzaWords(xml)).toBe(words);
  });

  test('attributes are read as XML has them, whatever is in them', () => {
    expect(openingOf(`<a b='"&lt;&amp;lt;>' c = "'"/>`)?.attrs).toEqual(new Map([['b', '"<&lt;>'], ['c', "'"]]));
  });

  test('a file has a name that every system takes', () => {
    expect([fileName('juliet@localhost/balcony'), fileName('../../x\0'), fileName(''), fileName('/').length]).toEqual(['juliet-localhost-balcony', '..-..-x-', 'session', 1]);
  });
});

describe('sequence: where it lies', () => {
  const arrows = Array.from({ length: 5_000 }, (_, index): Arrow => ({ n: index, turn: Math.floor(index / 3), from: 'a', to: 'b', text: 'x', kind: 'event', ...(index % 4 === 0 && { state: 's' }), detail: { facts: [] } }));

  test('rows follow each other, and of thousands only those in sight are there', () => {
    const rows = rowsOf(arrows);
    for (const [index, row] of rows.entries()) expect(row.top).toBeGreaterThanOrEqual(rows[index - 1]?.bottom ?? 0);
    const [first, end] = inSight(rows, 60_000, 60_600);
    expect(end - first).toBeGreaterThan(8);
    expect(end - first).toBeLessThan(30);
    expect(rows.filter(({ top, bottom }) => bottom >= 60_000 && top <= 60_600)).toEqual(rows.slice(first, end));
    expect(inSight(rows, -10, -5)).toEqual([0, 0]);
    expect(inSight(rows, 1e9, 1e9)).toEqual([5_000, 5_000]);
    expect(inSight([], 0, 100)).toEqual([0, 0]);
  });

  test('lifelines stand apart, and a label that is too long is cut', () => {
    const { places, width } = placesOf([{ id: 'client', name: 'client' }, { id: 'stream', name: 'stream' }, { id: 'peers', name: 'peers' }], 390);
    const [client = 0, stream = 0, peers = 0] = [...places.values()];
    expect([stream - client > peers - stream, peers < width]).toEqual([true, true]);
    expect(width).toBe(390);
    expect(placesOf(Array.from({ length: 9 }, (_, id) => ({ id: String(id), name: '' })), 390).width).toBeGreaterThan(800);
    expect(cut('presence.available', 200)).toBe('presence.available');
    expect(cut('𝕏'.repeat(100), 66)).toBe(`${'𝕏'.repeat(9)}…`);
  });
});
