/** The compiled tables and the golden traces: each says what the machine does, and the traces see all of it.
 *  docs/reference/export.md. @module */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { catalogue } from '../../machines/catalogue.ts';
import { evaluate } from '../../src/export/expression.ts';
import { formats } from '../../src/export/formats.ts';
import { goldenOf, goldenText } from '../../src/export/golden.ts';
import { pathOf } from '../../src/export/plain.ts';
import { tableOf } from '../../src/export/table.ts';
import type { Branch, Table } from '../../src/export/table.ts';
import { eventsOf, reachedBy } from './reached.ts';

/** The first branch whose guard holds. */
function branchOf({ cells, guards }: Table, from: { readonly event: { readonly type: string }; readonly context: object; readonly state: string }): Branch | undefined {
  return cells[from.state]?.[from.event.type]?.find(({ guard }) => guard === undefined || Boolean(evaluate(guards[guard] ?? null, from)));
}

describe('export: the step table', () => {
  test.each(catalogue)('$name: in every state, to every event, the table answers as the machine does', (entry) => {
    const table = tableOf(entry);
    const differences: unknown[] = [];
    for (const { value, context, status } of reachedBy(entry)) {
      const state = pathOf(value);
      for (const event of eventsOf(entry)) {
        const snapshot = entry.step.machine.resolveState({ value, context, status });
        const { state: next, effects, ignored } = entry.step(snapshot, event as never);
        const branch = branchOf(table, { event, context, state });
        const ordered = branch?.do.flatMap((deed) => ('effect' in deed ? [deed.effect] : [])) ?? [];
        const [here, actual] = [[branch?.next ?? state, ordered, branch === undefined], [pathOf(next.value), effects.map(({ type }) => type), ignored]];
        if (JSON.stringify(here) !== JSON.stringify(actual)) differences.push({ state, context, event, here, actual });
      }
    }
    expect(differences).toEqual([]);
  });

  test.each(catalogue)('$name: it has every state and every event, and names nothing that it does not define', (entry) => {
    const { states, events, cells, guards, updates, delays, initial } = tableOf(entry);
    const branches = Object.values(cells).flatMap((row) => Object.values(row)).flat();
    expect(Object.keys(cells)).toEqual([...new Set(Object.keys(cells))]);
    expect([initial, ...branches.map(({ next }) => next)].filter((state) => !(state in states))).toEqual([]);
    expect([...new Set(Object.values(cells).flatMap((row) => Object.keys(row)))].sort()).toEqual(events);
    expect(branches.flatMap(({ guard }) => (guard === undefined ? [] : [guard])).filter((guard) => !(guard in guards))).toEqual([]);
    const deeds = branches.flatMap((branch) => branch.do);
    expect(deeds.filter((deed) => 'update' in deed && !(deed.update in updates))).toEqual([]);
    expect(deeds.filter((deed) => 'effect' in deed && deed.effect === 'startTimer' && !(String(deed.params?.['delay']) in delays))).toEqual([]);
    expect(Object.values(delays).filter((milliseconds) => milliseconds <= 0)).toEqual([]);
  });
});

test('export: what docs/reference/export.md shows of the route is what there is', () => {
  const route = catalogue.filter(({ name }) => name === 'route');
  const page = readFileSync(join(import.meta.dirname, '../../docs/reference/export.md'), 'utf8');
  const [table, trace] = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => JSON.parse(text) as object);
  expect(route.map(tableOf)).toMatchObject([table]);
  const { steps } = trace as { steps: readonly object[] };
  expect(route.flatMap((entry) => goldenOf(entry).traces.flatMap((each) => each.steps))).toContainEqual(steps[0]);
});

describe('export: golden traces', () => {
  test.each(catalogue)('$name: they take every branch of every cell, and are ignored wherever an event can be', (entry) => {
    const table = tableOf(entry);
    const { header, traces } = goldenOf(entry);
    const taken = new Set<Branch>();
    const met = new Set<string>();
    for (const { steps } of traces) {
      let { state, context } = header.initial;
      for (const { event, ...after } of steps) {
        const branch = branchOf(table, { event, context, state });
        if (branch !== undefined) taken.add(branch);
        met.add(`${state} ${JSON.stringify(event)}`);
        ({ state, context } = after);
      }
    }
    const missing = Object.entries(table.cells).flatMap(([state, row]) => Object.entries(row).flatMap(([event, branches]) => branches.filter((branch) => !taken.has(branch)).map(({ guard }) => `${state} ${event} ${guard ?? ''}`)));
    expect(missing).toEqual([]);
    expect(Object.keys(table.states).flatMap((state) => eventsOf(entry).map((event) => `${state} ${JSON.stringify(event)}`)).filter((cell) => !met.has(cell))).toEqual([]);
  });

  test('the same build writes the same traces, and another seed others', () => {
    for (const entry of catalogue) {
      expect(goldenText(goldenOf(entry))).toBe(goldenText(goldenOf(entry)));
      expect(goldenText(goldenOf(entry, 7))).not.toBe(goldenText(goldenOf(entry)));
    }
  });
});

const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.warn('Not tested, because it is not installed: python3 (apt-get install)');

test.runIf(process.env['WAYSTATE_REQUIRE_ALL'])('python3 is installed (WAYSTATE_REQUIRE_ALL)', () => {
  expect(hasPython).toBe(true);
});

describe.skipIf(!hasPython)(`export: an interpreter in Python${hasPython ? '' : ' (skipped: python3 not installed)'}`, () => {
  const directory = mkdtempSync(join(tmpdir(), 'waystate-export-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const program = join(import.meta.dirname, '../../docs/examples/table.py');
  for (const entry of catalogue) for (const { suffix, write } of [formats.table, formats.golden]) writeFileSync(join(directory, `${entry.name}${suffix}`), write(entry));
  const run = () => spawnSync('python3', [program, directory], { encoding: 'utf8' });

  test('it is at most 150 lines, and needs nothing but the standard library', () => {
    const text = readFileSync(program, 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
    expect([...text.matchAll(/^(?:import|from) (\w+)/gm)].map(([, name]) => name)).toEqual(['json', 'sys', 'pathlib']);
  });

  test('it takes every golden trace of every machine as XState does', () => {
    const { stdout, stderr, status } = run();
    expect([stderr, status]).toEqual(['', 0]);
    expect(stdout.match(/^pass /gm)).toHaveLength(catalogue.length);
  });

  test.each([
    ['a guard', '"<=":', '"<":'], ['an update', '"+":', '"-":'], ['an effect', '"speakForRooms"', '"deliverQueue"'], ['where it goes', '"next": "draining"', '"next": "closed"'],
  ])('a table with another %s does not pass: the traces see it', (_what, from, to) => {
    const file = join(directory, 'route.table.json');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(from);
    writeFileSync(file, text.replace(from, to));
    const { stdout, status } = run();
    writeFileSync(file, text);
    expect([stdout.match(/^FAIL {2}\w+/gm), status]).toEqual([['FAIL  route'], 1]);
    expect(stdout).toMatch(/(cover|random) \d+, step \d+: recorded /);
  });

  test('where there is nothing to run it fails', () => {
    const { stderr, status } = spawnSync('python3', [program, join(directory, 'nothing')], { encoding: 'utf8' });
    expect([stderr, status]).toEqual([`there is no table in ${join(directory, 'nothing')}\n`, 1]);
  });
});
