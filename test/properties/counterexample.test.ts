/** The counterexamples of mutants and of negative controls, looked for anew: each is a way that ends where its statement is
 *  broken, and that can be taken again. The list of mutants is of this build. @module */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../machines/catalogue.ts';
import { counterexampleOf, counterexampleOfControl } from '../../properties/checker/counterexample.ts';
import type { Refuted } from '../../properties/checker/counterexample.ts';
import { entryOf } from '../../properties/checker/machines/alone.ts';
import { negativeControls } from '../../properties/checker/variants.ts';
import { checks } from '../../properties/checks.ts';
import { listOf } from '../../properties/mutants/list.ts';
import type { MutantList } from '../../properties/mutants/list.ts';
import { mutationsOf } from '../../properties/mutants/mutations.ts';
import { mutantNamed, mutantsOf } from '../../properties/mutants/operators.ts';
import type { Summary, Verdict } from '../../properties/mutants/run.ts';
import { replayers } from '../../properties/replay.ts';
import { TraceError, decodeTrace, encodeTrace } from '../../src/core/trace.ts';
import type { Trace, TraceStep } from '../../src/core/trace.ts';
import type { MutantsSheet } from '../../src/inspector/theorems.ts';

const read = <T>(path: string): T => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')) as T;
const list = read<MutantList>('src/inspector/page/mutants.json');
const summary = read<Summary>('docs/reference/reports/mutants.json');

/** Every mutant of the list that is killed, with the check that has killed it. */
const killed: readonly (Refuted & { readonly steps: number })[] = Object.entries(list.machines).flatMap(([machine, places]) => Object.entries(places).flatMap(([where, all]) => all.flatMap(([operator, steps, scope = -1, killer = -1]) => {
  const [check = '', statement = ''] = list.statements[killer] ?? [];
  return typeof steps === 'string' ? [] : [{ mutant: `${machine}: ${where}: ${operator}`, check, scope: list.scopes[scope] ?? '', statement, steps }];
})));
const namesOf = (machine: string): readonly string[] => Object.entries(list.machines[machine] ?? {}).flatMap(([where, all]) => all.map(([operator]) => `${machine}: ${where}: ${operator}`));
const replayed = (trace: Trace): readonly TraceStep[] => [...replayers.explorer?.(decodeTrace(encodeTrace(trace))) ?? []];

describe('the list of mutants', () => {
  test('has the form that the inspector\'s page reads', () => {
    const made: MutantsSheet = listOf(new Map());
    expect(made).toEqual({ scopes: [], statements: [], machines: {} });
  });

  test('names each by its place, a statement and a scope by a number', () => {
    const of = (where: string, operator: string): { machine: string; where: string; operator: string } => ({ machine: 'lamp', where, operator });
    const verdict: Verdict = { fate: 'killed', check: 'a check', scope: 'a scope', statement: 'one', steps: ['a', 'b'], killers: [{ check: 'a check', statement: 'two' }, { check: 'a check', statement: 'one' }] };
    expect(listOf(new Map<ReturnType<typeof of>, Verdict>([[of('off on press', 'drop'), verdict], [of('off on press', 'double'), { fate: 'same table' }]]))).toEqual({
      scopes: ['a scope'], statements: [['a check', 'one'], ['a check', 'two']], machines: { lamp: { 'off on press': [['drop', 2, 0, 0, 1], ['double', 'same table']] } },
    });
  });

  test('counts as the report does, by fate and by statement', () => {
    const counted = Object.fromEntries(Object.entries(list.machines).map(([machine, places]) => {
      const all = Object.values(places).flat();
      const of = (fate: string): number => all.filter((each) => each[1] === fate).length;
      return [machine, { mutants: all.length, killed: all.filter((each) => typeof each[1] === 'number').length, sameTable: of('same table'), equivalentInScope: of('equivalent in scope'), survivors: of('survivor') }];
    }));
    expect(counted).toEqual(summary.machines);
    const noticed: Record<string, Record<string, number>> = {};
    for (const each of Object.values(list.machines).flatMap((places) => Object.values(places).flat())) {
      for (const number of typeof each[1] === 'number' ? each.slice(3) as number[] : []) {
        const [check = '', statement = ''] = list.statements[number] ?? [];
        const of = (noticed[check] ??= {});
        of[statement] = (of[statement] ?? 0) + 1;
      }
    }
    expect(noticed).toEqual(summary.theorems);
  });

  test.each(catalogue)('$name: every mutant of it can be made now, and of no place that could be wrong is there none; if not, run npm run report', (entry) => {
    const now = mutationsOf(entry.step.machine.config as never);
    const made = new Set(now.map(({ where, operator }) => `${entry.name}: ${where}: ${operator}`));
    expect(namesOf(entry.name).filter((name) => !made.has(name))).toEqual([]);
    expect([...new Set(now.map(({ where }) => where))].filter((where) => list.machines[entry.name]?.[where] === undefined).filter((where) => !isMerged(entry.name, where))).toEqual([]);
  });

  test.each(['session', 'directed-presence', 'roster', 'iq', 'route', 'room', 'occupant'])('%s: they are those that are made now, no more and no fewer', (name) => {
    expect(namesOf(name)).toEqual(mutantsOf(entryOf(name)).map((mutant) => mutant.name));
  });
});

/** Whether all that can be wrong at a place can't be built, or has the table of a mutant of another place. */
function isMerged(machine: string, where: string): boolean {
  const entry = entryOf(machine);
  return mutantsOf(entry).every((mutant) => mutant.where !== where);
}

/** Two of each check: the first and the last. */
const samples = Object.values(Object.groupBy(killed, ({ check }) => check)).flatMap((all = []) => [...new Set([all[0], all.at(-1)])]).filter((each) => each !== undefined);

describe('counterexamples', () => {
  test('of every kind of check there is a sample', () => {
    const kinds = new Set(samples.map(({ check }) => check.replace(/^\S+ (?=alone|is well-formed)/, '')));
    expect([...kinds].sort()).toEqual(['alone', 'composed system', 'is well-formed', 'subscription tables', 'subscriptions']);
  });

  test.each(samples)('$check, $mutant: is as long as it was, ends where "$statement" is broken, and is taken again', ({ steps, ...refuted }) => {
    const trace = counterexampleOf(refuted);
    expect(trace.steps).toHaveLength(steps);
    expect(trace.steps.at(-1)?.broken).toContain(refuted.statement);
    expect(trace.header).toMatchObject({ theorem: { name: refuted.statement, statement: checks.find(({ name }) => name === refuted.check)?.statements[refuted.statement] }, replay: { mutant: refuted.mutant } });
    expect(trace.header.fault).toContain(refuted.mutant);
    expect(replayed(trace)).toEqual(JSON.parse(JSON.stringify(trace.steps)));
  });

  test('a machine alone tells what it did, and what it had to do', () => {
    const { header, steps } = counterexampleOf({ mutant: 'route: open on drain.begun #2: double closeRoute', check: 'route alone', scope: 'route, whatever happens', statement: 'T2.c drain' });
    expect(header.fault).toBe('A wrong machine: route: open on drain.begun #2: double closeRoute. What must be ordered: closeRoute.');
    expect(steps[1]?.transitions).toEqual([{ machine: 'route', of: 'somebody', event: { type: 'drain.begun' }, from: 'open', to: 'closed', effects: [{ type: 'closeRoute' }, { type: 'closeRoute' }], ignored: false }]);
  });

  test('what a table shows by itself is said in words (T12)', () => {
    const refuted = killed.find(({ statement }) => statement === 'T12 reached');
    expect(counterexampleOf(refuted as never).steps[0]?.shown[0]?.what).toMatch(/^nothing leads to negotiating\.secured; never taken: /);
  });

  test.each(negativeControls)('$name: that of a control is the shortest way', ({ name, refutes, steps }) => {
    const trace = counterexampleOfControl(name);
    expect([trace.steps.length, trace.header.theorem?.name]).toEqual([steps, refutes]);
  });

  test('what this build does not have, or what it does not refute, is a fault in words', () => {
    const refuted = killed[0] as Refuted;
    expect(() => counterexampleOf({ ...refuted, mutant: 'stream: nowhere: smile' })).toThrow(new TraceError('line 1: this build has no mutant "stream: nowhere: smile"'));
    expect(() => counterexampleOf({ ...refuted, mutant: 'moon: nowhere: smile' })).toThrow(TraceError);
    expect(() => counterexampleOf({ ...refuted, statement: 'success' })).toThrow(/the list of mutants is of another build/);
    expect(() => counterexampleOfControl('no-server')).toThrow(TraceError);
  });

  test('a replay with the mutant\'s name taken out is of the right machine, and breaks nothing', () => {
    const trace = counterexampleOf({ mutant: 'route: open on drain.begun #2: double closeRoute', check: 'route alone', scope: 'route, whatever happens', statement: 'T2.c drain' });
    const { mutant: _mutant, ...replay } = trace.header.replay;
    expect(replayed({ ...trace, header: { ...trace.header, replay } }).flatMap(({ broken }) => broken ?? [])).toEqual([]);
    expect(mutantNamed(entryOf('route'), 'route: open on drain.begun #2: double closeRoute').machine.id).toBe('route');
  });
});
