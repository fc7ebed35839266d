/** The traces that the inspector offers are what the machines do today: each is made anew and is the same, and each
 *  plays again. docs/examples.ts. @module */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { examples, staleExamples } from '../../docs/examples.ts';
import { replay } from '../../src/cli/replay.ts';
import { decodeTrace } from '../../src/core/trace.ts';

const folder = join(import.meta.dirname, '../../src/inspector/page/traces');
const fresh = await examples();
const played = (name: string): ReturnType<typeof replay> => replay(join(folder, name), { print: () => {}, colours: false, json: false });

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
