/** The text of a trace: what is written is read again, and what is no trace is refused with the line.
 *  docs/reference/trace.md. @module */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TRACE_VERSION, TraceError, decodeTrace, encodeLine, encodeTrace } from '../../src/core/trace.ts';
import type { Trace, TraceStep } from '../../src/core/trace.ts';
import { storyOf, streamed } from '../inspector/story.ts';

const word = fc.string({ unit: 'binary' });
const transition = fc.record({
  machine: word, of: word, event: fc.record({ type: word }), from: fc.jsonValue(), to: fc.jsonValue(),
  effects: fc.array(fc.record({ type: word, params: fc.jsonValue() }, { requiredKeys: ['type'] }), { maxLength: 3 }), ignored: fc.boolean(),
});
const step = fc.record({
  at: fc.integer(), label: word, transitions: fc.array(transition, { maxLength: 3 }),
  shown: fc.array(fc.record({ to: word, what: word }), { maxLength: 3 }), input: fc.jsonValue(), broken: fc.array(word, { maxLength: 2 }),
  begun: fc.array(fc.record({ machine: word, of: word, state: fc.jsonValue() }), { maxLength: 2 }), queues: fc.array(fc.record({ name: word, items: fc.array(word) }), { maxLength: 2 }),
}, { requiredKeys: ['label', 'transitions', 'shown'] });
const header = fc.record({
  waystate: fc.constant('trace' as const), version: fc.constant(TRACE_VERSION as typeof TRACE_VERSION),
  kind: fc.constantFrom('explorer' as const, 'random' as const, 'simulation' as const, 'session' as const, 'watched' as const), title: word,
  theorem: fc.record({ name: word, statement: word, formula: word, spec: fc.array(word) }, { requiredKeys: ['name', 'statement'] }),
  fault: word, replay: fc.dictionary(word, fc.jsonValue(), { noNullPrototype: true }), again: word,
}, { requiredKeys: ['waystate', 'version', 'kind', 'title', 'replay'] });
const traces = fc.record({ header, steps: fc.array(step, { maxLength: 5 }) })
  .map(({ header: first, steps }) => ({ header: first, steps: steps.map((each, index) => ({ ...each, step: index + 1 })) }) as Trace);

describe('trace: text', () => {
  test('what is written is read again, whatever is in it, and has one line a step', () => {
    fc.assert(fc.property(traces, (trace) => {
      const text = encodeTrace(trace);
      expect(JSON.stringify(decodeTrace(text))).toBe(JSON.stringify(trace));
      expect(text.split('\n')).toHaveLength(trace.steps.length + 2);
      expect(encodeTrace(decodeTrace(text))).toBe(text);
    }), { numRuns: 300 });
  });

  test('the page reads the same, in whatever pieces it comes', async () => {
    await fc.assert(fc.asyncProperty(traces, fc.integer({ min: 1, max: 200 }), async (trace, size) => {
      const story = await storyOf(streamed(encodeTrace(trace), size));
      expect(JSON.stringify({ header: story.header, steps: trace.steps.map(({ step: number }) => story.step(number)) })).toBe(JSON.stringify(trace));
    }), { numRuns: 100 });
  });

  test.each([Infinity, -Infinity, NaN])('%s is refused when it is written, since it would be read as null', (number) => {
    expect(() => encodeLine({ ...example.header, replay: { limit: number } })).toThrow(new TraceError(`limit is ${number}, which a trace has no word for`));
  });
});

const example: Trace = {
  header: { waystate: 'trace', version: TRACE_VERSION, kind: 'random', title: 'An example', replay: { history: [] } },
  steps: [
    { step: 1, label: 'juliet/a connects', transitions: [{ machine: 'stream', of: 's0', event: { type: 'stream.ended' }, from: 'bound', to: 'draining', effects: [], ignored: false }], shown: [] },
    { step: 2, label: 'juliet/a: roster', transitions: [], shown: [{ to: 'juliet@localhost/a', what: '<iq/>' }] },
  ],
};
const [first = '', second = '', third = ''] = encodeTrace(example).split('\n');
const with_ = (line: string, change: object): string => JSON.stringify({ ...(JSON.parse(line) as object), ...change });
const changed = (change: object): string => `${with_(first, change)}\n${second}\n${third}\n`;
const changedStep = (change: { readonly [K in keyof TraceStep]?: unknown }): string => `${first}\n${second}\n${with_(third, change)}\n`;

describe('trace: what is no trace is refused with its line', () => {
  test('the example is one', () => {
    expect(decodeTrace(`${first}\n${second}\n${third}`)).toEqual(example);
  });

  test.each([
    ['nothing', '', 'line 1: this is not JSON'],
    ['something else', '{"log":[]}\n', 'line 1: this is not the header of a trace'],
    ['a list', '[]\n', 'line 1: this is not an object'],
    ['a newer version', changed({ version: 2 }), 'line 1: the version is 2; this build reads version 1'],
    ['no version', changed({ version: undefined }), 'line 1: the version is missing; this build reads version 1'],
    ['a kind that is not known', changed({ kind: 'dream' }), 'line 1: kind must be one of explorer, random, simulation, session, watched'],
    ['no title', changed({ title: undefined }), 'line 1: title must be a text'],
    ['a theorem without a statement', changed({ theorem: { name: 'x' } }), 'line 1: theorem must be an object with name and statement'],
    ['a formula that is no text', changed({ theorem: { name: 'x', statement: 'y', formula: 1 } }), 'line 1: theorem must be an object with name and statement'],
    ['a replay that is a list', changed({ replay: [] }), 'line 1: replay must be an object'],
    ['half a line at the end', `${first}\n${second}\n${third.slice(0, 30)}`, 'line 3: this is not JSON'],
    ['an empty line', `${first}\n\n${third}\n`, 'line 2: this is not JSON'],
    ['a step that is missing', `${first}\n${third}\n`, 'line 2: step 2 stands where step 1 belongs'],
    ['a step without number', changedStep({ step: 'two' }), 'line 3: step must be a whole number'],
    ['a time in words', changedStep({ at: 'noon' }), 'line 3: at must be a number'],
    ['no label', changedStep({ label: null }), 'line 3: label must be a text'],
    ['a transition without effects', changedStep({ transitions: [{ machine: 'x', of: 'y', event: { type: 'z' }, from: 1, to: 2, ignored: false }] }), 'line 3: transitions must be a list of transitions'],
    ['shown for nobody', changedStep({ shown: [{ what: 'x' }] }), 'line 3: shown must be a list of objects with to and what'],
    ['broken that is one name', changedStep({ broken: 'x' }), 'line 3: broken must be a list of names'],
    ['a beginning without a state', changedStep({ begun: [{ machine: 'x', of: 'y' }] }), 'line 3: begun must be a list of objects with machine, of and state'],
    ['a queue without items', changedStep({ queues: [{ name: 'x' }] }), 'line 3: queues must be a list of objects with name and items'],
  ])('%s, by the page in the same words', async (_what, text, message) => {
    expect(() => decodeTrace(text)).toThrow(new TraceError(message));
    await expect(storyOf(streamed(text))).rejects.toThrow(new Error(message));
  });

  test('a field that is not known is kept, and means nothing', () => {
    expect(decodeTrace(changed({ colour: 'red' })).header).toEqual({ ...example.header, colour: 'red' });
  });
});
