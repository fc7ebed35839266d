/** Mutation operators, the comparison of tables, the lockstep of two systems, and what is made of it all.
 *  `npm run mutants` has all mutants of all machines. @module */
import { describe, expect, test } from 'vitest';
import { createMachine } from 'xstate';
import type { AnyStateMachine } from 'xstate';
import { stepOf } from '../../machines/step.ts';
import type { Stepper } from '../../machines/step.ts';
import type { Check } from '../../properties/checker/check.ts';
import { explore } from '../../properties/checker/explore.ts';
import { entryOf } from '../../properties/checker/machines/alone.ts';
import { aloneChecks, machineChecks } from '../../properties/checker/machines/checks.ts';
import { sameTable } from '../../properties/checker/machines/step-table.ts';
import { Asked } from '../../properties/mutants/asked.ts';
import { DIFFERS, Lockstep } from '../../properties/mutants/lockstep.ts';
import { mutationsOf } from '../../properties/mutants/mutations.ts';
import type { StateConfig } from '../../properties/mutants/mutations.ts';
import { mutantNamed, mutantsOf } from '../../properties/mutants/operators.ts';
import { Trial, summaryOf } from '../../properties/mutants/run.ts';

/** A lamp that goes out by itself. */
const lamp: StateConfig = {
  id: 'lamp', initial: 'off',
  states: {
    off: { on: { press: [{ target: 'on', guard: 'isDark', actions: ['click', 'shine'] }, { actions: 'click' }] } },
    on: { on: { press: { target: 'off', actions: 'click' } }, after: { evening: { target: 'off' } } },
  },
};

describe('operators', () => {
  test('one mutation for each way in which a definition can be wrong, in its order', () => {
    expect(mutationsOf(lamp).map(({ where, operator }) => `${where}: ${operator}`)).toEqual([
      'the machine: begin in on',
      'off on press #1: drop the transition', 'off on press #1: swap with the next candidate',
      'off on press #1: remove the target', 'off on press #1: retarget to off',
      'off on press #1: remove the guard isDark', 'off on press #1: never isDark', 'off on press #1: negate isDark',
      'off on press #1: drop click', 'off on press #1: double click', 'off on press #1: swap click and shine', 'off on press #1: drop shine', 'off on press #1: double shine',
      'off on press #2: drop the transition', 'off on press #2: retarget to on', 'off on press #2: drop click', 'off on press #2: double click',
      'on after evening: drop the timer',
      'on on press: drop the transition', 'on on press: remove the target', 'on on press: retarget to on', 'on on press: drop click', 'on on press: double click',
      'on on evening: remove the target', 'on on evening: retarget to on',
    ]);
  });

  test.each(['session', 'presence', 'route', 'roster'])('%s: the same mutants each time, each with a name of its own, and its machine as it was', (name) => {
    const entry = entryOf(name);
    const before = JSON.stringify(entry.step.machine.config);
    const mutants = mutantsOf(entry);
    const names = mutants.flatMap((mutant) => [mutant.name, ...mutant.merged]);
    expect(mutantsOf(entry).flatMap((mutant) => [mutant.name, ...mutant.merged])).toEqual(names);
    expect(new Set(names).size).toBe(names.length);
    expect(JSON.stringify(entry.step.machine.config)).toBe(before);
  });

  test('a mutant that is not there is an error', () => {
    expect(() => mutantNamed(entryOf('iq'), 'iq: pending: smile')).toThrow(RangeError);
  });
});

describe('tables', () => {
  const { step, alphabet } = entryOf('route');
  const mutant = (name: string): Stepper<AnyStateMachine> => mutantNamed(entryOf('route'), name);

  test('a machine has the table of a copy of itself, and of one that differs only where it has ended', () => {
    expect(sameTable(step, stepOf(createMachine(step.machine.config as never, step.machine.implementations as never) as unknown as AnyStateMachine), alphabet as never)).toBe(true);
    expect(sameTable(step, mutant('route: draining on answer.settled #1: drop noteSettled'), alphabet as never)).toBe(true);
  });

  test.each([
    ['an order that is missing', 'route: detached on session.attached: drop deliverQueue'],
    ['orders that are swapped', 'route: draining on drainTimeout: swap speakForRooms and closeRoute'],
    ['another state', 'route: open on session.detached: retarget to draining'],
    ['a timer that is missing', 'route: draining after drainTimeout: drop the timer'],
    ['another beginning', 'route: the machine: begin in detached'],
    ['a count that is not kept', 'route: open on answer.owed: drop noteOwed'],
  ])('%s makes another table', (_about, name) => {
    expect(sameTable(step, mutant(name), alphabet as never)).toBe(false);
  });
});

const sessionAlone = aloneChecks.find(({ machines }) => machines[0] === 'session') as Check;
const [scope] = sessionAlone.scopes;

describe('mutants and machines', () => {
  const without = (name: string): Lockstep => new Lockstep(scope?.system() as never, scope?.system({ session: mutantNamed(entryOf('session'), name) }) as never);

  test('in lockstep a machine does not differ from itself', () => {
    const { broken, isComplete } = explore(new Lockstep(scope?.system() as never, scope?.system() as never));
    expect([[...broken], isComplete]).toEqual([[], true]);
  });

  test('in lockstep a mutant differs on the shortest way', () => {
    expect(explore(without('session: detached on session.resumed: drop attachRoute'), { until: DIFFERS }).broken.get(DIFFERS))
      .toEqual(['the machine begins', 'resumption is enabled', 'the stream is lost', 'the session is resumed']);
  });

  test('a mutant that answers what a system asks as the machine does is the same there', () => {
    const { step } = entryOf('session');
    const asked = new Asked(sessionAlone, scope as never);
    expect(asked.isSame('session', step)).toBe(true);
    expect(asked.isSame('session', mutantNamed(entryOf('session'), 'session: detached on session.resumed: drop attachRoute'))).toBe(false);
  });

  test('every mutant of the small machines is killed, but for those that can\'t be told from them', () => {
    const trial = new Trial(machineChecks, 'test');
    const verdicts = new Map(['session', 'presence', 'directed-presence', 'roster', 'iq', 'route'].flatMap((name) => mutantsOf(entryOf(name))).map((mutant) => [mutant, trial.verdictOf(mutant)]));
    const { machines, survivors, equivalentInScope, faults } = summaryOf(verdicts, [], 'test');
    expect([survivors, equivalentInScope, faults]).toEqual([[], [], []]);
    expect(Object.values(machines).every(({ killed, mutants }) => killed >= mutants - 1)).toBe(true);
  });

  test('a mutant that nobody looks at survives', () => {
    const [mutant] = mutantsOf(entryOf('session'));
    expect(new Trial([], 'test').verdictOf(mutant as never)).toMatchObject({ fate: 'survivor', steps: [] });
  });

  test('survivors and the list of those that may survive agree, and there are few', () => {
    const [one, other] = mutantsOf(entryOf('iq'));
    const survivor = { fate: 'survivor', scope: 'a scope', steps: ['a step'] } as const;
    const verdicts = new Map([[one, survivor], [other, { fate: 'same table' }]] as never);
    const faults = summaryOf(verdicts as never, [{ name: other?.name ?? '', reason: 'none' }], 'test').faults;
    expect(faults).toEqual([
      `${one?.name}: survives, and is not among those that may`,
      `${other?.name}: is listed, and does not survive`,
      '1 of 2 survive: no less than 3 %',
    ]);
  });
});
