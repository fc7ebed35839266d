/** Every schedule of the real core in small programmes, and cores that are wrong, which a theorem must
 *  refute. `npm run explore` has the larger programmes. Checked within the bounds of each programme, not
 *  beyond them. @module */
import { describe, expect, test } from 'vitest';
import { checkSchedules, scheduleTheorems } from '../../properties/checker/schedules/check.ts';
import { programmes } from '../../properties/checker/schedules/programmes.ts';
import { wrongCores } from '../../properties/checker/schedules/wrong-cores.ts';

const names = scheduleTheorems.map(({ name }) => name);

describe('every schedule', () => {
  const premises = new Map<string, number>();

  test.each(programmes.filter(({ run }) => run === 'test'))('$name: every theorem holds, in as many schedules and steps as before (THEOREMS T1-T6)', (programme) => {
    const { schedules, steps, broken, ...found } = checkSchedules(programme);
    for (const [name, times] of Object.entries(found.premises)) premises.set(name, (premises.get(name) ?? 0) + times);
    expect([...broken]).toEqual([]);
    expect([schedules, steps]).toEqual(programme.pinned);
  });

  test('the premise of every theorem has occurred, so none holds for want of it', () => {
    expect(names.filter((name) => (premises.get(name) ?? 0) === 0)).toEqual([]);
  });

  test('no two programmes have one name', () => {
    const all = programmes.map(({ name }) => name);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('wrong cores', () => {
  test.each(wrongCores)('one that $name is refuted by $refutes, and the dialogue is short', ({ programme: wanted, refutes, makeCore }) => {
    const programme = programmes.find(({ name }) => name === wanted);
    if (programme === undefined) throw new Error(`no programme ${wanted}`);
    const { broken } = checkSchedules(programme, { makeCore, until: refutes });
    for (const name of refutes) expect(broken.get(name)?.dialogue.length, name).toBeLessThanOrEqual(5);
  });

  test('refute every theorem', () => {
    const refuted = new Set(wrongCores.flatMap(({ refutes }) => refutes));
    expect(names.filter((name) => !refuted.has(name))).toEqual([]);
  });
});
