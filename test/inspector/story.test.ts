/** Where everybody stands at any step of a trace, as the page works it out. docs/reference/trace.md. Not here: what it shows
 *  of it (browser-traces.test.ts), what it refuses (test/core/trace.test.ts). @module */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeTrace } from '../../src/core/trace.ts';
import type { TraceHeader, TraceStep } from '../../src/core/trace.ts';
import { replaySimulation } from '../../properties/simulator/trace.ts';
import { isFinal, statePath } from '../../src/inspector/sheets.ts';
import { storyOf, streamed } from './story.ts';
import type { Story } from './story.ts';

const header: TraceHeader = { waystate: 'trace', version: 1, kind: 'session', title: 'x', replay: {} };
const moves = (machine: string, of: string, from: string, to: string): TraceStep['transitions'][number] => ({ machine, of, event: { type: 'e' }, from, to, effects: [], ignored: false });
const step = (number: number, transitions: TraceStep['transitions'], rest: Partial<TraceStep> = {}): TraceStep => ({ step: number, label: `step ${number}`, transitions, shown: [], ...rest });
const told = (steps: readonly TraceStep[]): Promise<Story> => storyOf(streamed(encodeTrace({ header, steps })));
const statesAt = (story: Story, owner: string, number: number): string[] => story.placedAt(owner, number, isFinal).map(({ line, state, isNew }) => `${line.machine}${line.part && ` ${line.part}`} ${state}${isNew ? ' *' : ''}`);

test('before its first transition a machine stands where that comes from', async () => {
  const story = await told([step(1, []), step(2, [moves('route', 'a', 'open', 'draining')])]);
  expect([1, 2].map((number) => statesAt(story, 'a', number))).toEqual([['route open *'], ['route draining *']]);
});

test('a session has the full JID that its stream has bound, and its machines from then on; bound again, it is another', async () => {
  const binds = (stream: string): Partial<TraceStep> => ({ shown: [{ to: stream, what: '<iq><bind><jid>juliet@localhost/a &amp;b</jid></bind></iq>' }], begun: [{ machine: 'route', of: 'juliet@localhost/a &b', state: 'open' }] });
  const story = await told([
    step(1, [moves('stream', 'c1', 'negotiating', 'bound')], binds('c1')),
    step(2, [moves('route', 'juliet@localhost/a &b', 'open', 'closed'), moves('stream', 'c1', 'bound', 'closed')]),
    step(3, [], { input: { type: 'stream.opened', stream: 'c2' } }),
    step(4, [moves('stream', 'c2', 'negotiating', 'bound')], binds('c2')),
    step(5, [moves('farewell', 'juliet@localhost/a &b garden@rooms', 'none', 'asked')]),
  ]);
  expect([...story.owners.keys()].map((owner) => story.nameOf(owner))).toEqual(['juliet@localhost/a &b', 'juliet@localhost/a &b']);
  expect(statesAt(story, 'c1', 5)).toEqual(['stream closed', 'route closed']);
  expect(statesAt(story, 'c2', 2)).toEqual([]);
  expect(statesAt(story, 'c2', 3)).toEqual(['stream negotiating *']);
  expect(statesAt(story, 'c2', 5)).toEqual(['stream bound', 'route open', 'farewell garden@rooms asked *']);
});

test('queues stay as they are until a step says otherwise', async () => {
  const queues = [{ name: 'a → b', items: ['x'] }];
  const story = await told([step(1, []), step(2, [], { queues }), step(3, []), step(4, [], { queues: [] })]);
  expect([1, 2, 3, 4].map((number) => story.queuesAt(number).length)).toEqual([0, 1, 1, 0]);
});

test('steps are found by all their words, by machine and by owner', async () => {
  const story = await told([step(1, [moves('route', 'a', 'open', 'draining')]), step(2, [moves('route', 'b', 'open', 'closed')], { broken: ['T2.a'] }), step(3, [])]);
  const nothing = { text: '', machine: '', owner: '' };
  expect(story.find(nothing)).toBe(undefined);
  expect(story.find({ ...nothing, text: 'ROUTE:draining a' })).toEqual([1]);
  expect(story.find({ ...nothing, machine: 'route' })).toEqual([1, 2]);
  expect(story.find({ ...nothing, owner: 'b' })).toEqual([2]);
  expect(story.find({ ...nothing, text: 't2.a nobody' })).toEqual([]);
  expect(story.broken).toEqual([2]);
});

test('of two simulated servers every state is what a fold from the beginning says', async () => {
  const play = { header: { ...header, kind: 'simulation', replay: { seed: 4, ticks: 400, servers: 2 } }, steps: [] } as const;
  const steps = [...replaySimulation(play)];
  const story = await storyOf(streamed(encodeTrace({ header: play.header, steps })));
  const last = new Map<string, string>();
  for (const { label, transitions } of steps) for (const { machine, of, to } of transitions) if (machine === 'stream') last.set(`${label.split(': ')[0]}: ${of}`, statePath(to));
  expect(last.size).toBeGreaterThan(3);
  for (const [owner, state] of last) expect(statesAt(story, owner, steps.length)[0]).toMatch(new RegExp(`^stream ${state}( \\*)?$`));
  expect([...story.owners.keys()].some((owner) => story.nameOf(owner).includes('/'))).toBe(true);
});

test('the examples that the page offers are those that are there', () => {
  const page = join(import.meta.dirname, '../../src/inspector/page');
  const offered = [...readFileSync(join(page, 'traces.js'), 'utf8').matchAll(/'example:([\w-]+)'/g)].map(([, name]) => name);
  expect(offered).toEqual(['article', 'openfire-no-route', 'openfire-route-removed']);
  for (const name of offered) expect(readFileSync(join(page, 'traces', `${name}.jsonl`), 'utf8')).toContain('"waystate":"trace"');
});
