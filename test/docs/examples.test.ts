/** The traces that the inspector offers are what the machines do today: each is made anew and is the same, and each
 *  plays again. docs/examples.ts. @module */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { examples, staleExamples } from '../../docs/examples.ts';
import { replay } from '../../src/cli/replay.ts';
import { decodeTrace, encodeTrace } from '../../src/core/trace.ts';
import type { TraceStep } from '../../src/core/trace.ts';

const folder = join(import.meta.dirname, '../../src/inspector/page/traces');
const fresh = await examples();
const played = (file: string): ReturnType<typeof replay> => replay(join(folder, file), { print: () => {}, colours: false, json: false });
const directory = mkdtempSync(join(tmpdir(), 'waystate-examples-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('the examples are not stale: otherwise run node docs/generate.ts', async () => {
  expect(await staleExamples()).toEqual([]);
});

test.each([...fresh.keys()])('%s goes again as it is recorded', async (name) => {
  const { exitCode, output } = await played(name);
  expect([exitCode, output]).toEqual([0, expect.stringMatching(name === 'article.jsonl' ? /all \d+ steps\.$/ : /The fault is still there\.$/)]);
});

test('the article\'s case has what it is to show, and is short (DESIGN D1, D3, D5)', () => {
  const { steps } = decodeTrace(fresh.get('article.jsonl') ?? '');
  const ofRoute = steps.flatMap(({ step, transitions }) => transitions.filter(({ machine, from, to }) => machine === 'route' && from !== to).map(({ to }) => [step, to] as const));
  expect(ofRoute.map(([, to]) => to)).toEqual(['draining', 'closed']);
  const heard = steps.filter(({ shown }) => shown.some(({ to, what }) => to === 'juliet' && what.startsWith('<message'))).map(({ step }) => step);
  const presence = steps.filter(({ transitions }) => transitions.some(({ machine }) => machine === 'presence')).map(({ step }) => step);
  expect(heard).toHaveLength(2);
  expect(heard[0]).toBeLessThan(presence[0] ?? 0);
  expect(heard[1]).toBeGreaterThan(presence[1] ?? Infinity);
  expect(steps.length).toBeLessThanOrEqual(40);
});

test.each<[string, (step: TraceStep) => TraceStep, number, RegExp | undefined]>([
  ['another queue is found out', (step) => (step.queues === undefined ? step : { ...step, queues: [] }), 1, /^Step 4 .* differs in what waits:\n {2}recorded {2}nothing/],
  ['another beginning is found out', (step) => (step.begun === undefined ? step : { ...step, begun: [] }), 1, /^Step 1 .* differs in what begins:\n {2}recorded {2}nothing/],
  ['an older trace, which says neither, plays as it did', ({ begun: _, queues: __, ...step }) => step, 0, undefined],
])('%s', async (_what, change, code, complaint) => {
  const { header, steps } = decodeTrace(fresh.get('openfire-route-removed.jsonl') ?? '');
  const file = join(directory, 'changed.jsonl');
  writeFileSync(file, encodeTrace({ header, steps: steps.map(change) }));
  const outcome = await replay(file, { print: () => {}, colours: false, json: false });
  expect(outcome.exitCode).toBe(code);
  if (complaint !== undefined) expect(outcome.complaint).toMatch(complaint);
});
