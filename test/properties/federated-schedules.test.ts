/** Every schedule of two real cores in small programmes, with rooms of a model and of this project, and servers that are wrong, which
 *  a theorem must refute. `npm run explore` has the larger programmes. Checked within the bounds of each programme,
 *  not beyond them. @module */
import { describe, expect, test } from 'vitest';
import { checkFederated, federatedTheorems } from '../../properties/checker/federated/check.ts';
import { compareRooms } from '../../properties/checker/federated/compare.ts';
import { federatedProgrammes } from '../../properties/checker/federated/programmes.ts';
import type { FederatedProgramme } from '../../properties/checker/federated/programme.ts';
import { roomProgrammes } from '../../properties/checker/federated/room-programmes.ts';
import { FederatedWorld, commutes, isMishap } from '../../properties/checker/federated/world.ts';
import type { FederatedMove } from '../../properties/checker/federated/world.ts';
import { wrongSites } from '../../properties/checker/federated/wrong-sites.ts';
import { schedulesOf } from '../../properties/checker/schedules/schedules.ts';

const names = federatedTheorems.map(({ name }) => name);

function programmeOf(wanted: string): FederatedProgramme {
  const programme = federatedProgrammes.find(({ name }) => name === wanted);
  if (programme === undefined) throw new Error(`no programme ${wanted}`);
  return programme;
}

describe('every schedule of two servers', () => {
  const premises = new Map<string, number>();

  test.each(federatedProgrammes.filter(({ run }) => run === 'test'))('$name: every theorem holds, in as many schedules and steps as before (THEOREMS T1-T6, T10)', (programme) => {
    const { schedules, steps, broken, ...found } = checkFederated(programme);
    for (const [name, times] of Object.entries(found.premises)) premises.set(name, (premises.get(name) ?? 0) + times);
    expect([...broken]).toEqual([]);
    expect([schedules, steps]).toEqual(programme.pinned);
  });

  test('the premise of every theorem has occurred, so none holds for want of it', () => {
    expect(names.filter((name) => (premises.get(name) ?? 0) === 0)).toEqual([]);
  });

  test('no two programmes have one name', () => {
    const all = federatedProgrammes.map(({ name }) => name);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('of two schedules that differ only in the order of steps of different servers one is played', () => {
  const whole = ['directed presence across, and then the end', 'a message that comes back', 'a remote room with two occupants, in a room of ours', 'unavailable and the end in one write', 'a block across'];
  /** What each server does, in its order, and what goes wrong, before which of the steps of both. */
  const classOf = (moves: readonly FederatedMove[]): string => JSON.stringify(['verona.test', 'mantua.test'].map((site) => moves.filter((move) => move.site === site)).concat([moves.flatMap((move, place) => (isMishap(move) ? [{ ...move, place }] : []))]));

  test.each(whole)('%s: each class of schedules is there, and the clients hear the same in all of it', (name) => {
    const programme = programmeOf(name);
    const isCalm = programme.mayExpire === undefined && programme.mayFallSilent === undefined;
    const heard = new Map<string, string>();
    const reduced = [...schedulesOf(() => new FederatedWorld(programme), commutes)];
    const outcomes = (run: (typeof reduced)[number]['run']): string => JSON.stringify(run.sessions.map((session) => session.heard.map(({ xml, name: what }) => xml || what)));
    for (const { moves, run } of schedulesOf(() => new FederatedWorld(programme))) {
      const before = heard.get(classOf(moves));
      expect(before ?? outcomes(run)).toBe(outcomes(run));
      heard.set(classOf(moves), outcomes(run));
    }
    expect(new Set(reduced.map(({ run }) => outcomes(run)))).toEqual(new Set(heard.values()));
    if (!isCalm) return;
    expect(new Set(reduced.map(({ moves }) => classOf(moves)))).toEqual(new Set(heard.keys()));
    expect(reduced.length).toBe(heard.size);
  });
});

describe('the model of the rooms and the rooms of this project', () => {
  /** Where a room answers late because its own server is slow, or its server stops, the model shows more than we do. */
  const isWider = ['the server of the rooms stops', 'a remote room with two occupants', 'two rooms of the own server', 'a room of the own server, and the same full JID again'];

  test.each(roomProgrammes)('$name: nobody hears of our rooms what the model would not let them hear, and the other way round', (programme) => {
    const { both, onlyModel, onlyReal } = compareRooms(programme);
    expect(both).toBeGreaterThan(0);
    expect(onlyReal).toEqual([]);
    expect(onlyModel.length > 0).toBe(isWider.includes(programme.name));
  });
});

describe('wrong servers', () => {
  test.each(wrongSites)('one that $name is refuted by $refutes, and the dialogue is short', ({ programme, refutes, make, moves }) => {
    const { broken } = checkFederated(programmeOf(programme), { make, until: refutes });
    expect(Math.max(...refutes.map((name) => broken.get(name)?.dialogue.length ?? Infinity))).toBe(moves);
  });

  test('refute every theorem', () => {
    const refuted = new Set(wrongSites.flatMap(({ refutes }) => refutes));
    expect(names.filter((name) => !refuted.has(name))).toEqual([]);
  });
});
