/** All schedules of a programme, one after the other: stateless search. The core can't be copied, but it is
 *  deterministic and quick, so each schedule is played from the start: follow a path of choices, take the
 *  first one from there on, then go back to the last moment at which there is another. Nothing is
 *  pruned; the programmes are small instead. @module */
import { defaultConfig } from '../../../src/core/config.ts';
import { standardFeatures } from '../../../src/core/features/all.ts';
import { createCore } from '../../../src/core/server.ts';
import type { Core } from '../../../src/core/server.ts';
import type { Programme } from './programme.ts';
import type { Run } from './run.ts';
import { World } from './world.ts';
import type { Erasure, Move } from './world.ts';

/** Which core is looked at, or what stands in for it. */
export type CoreMaker = () => Core;

/** The core that this project ships. */
export const realCore: CoreMaker = () => createCore({ domain: 'localhost', ...defaultConfig }, standardFeatures);

/** A schedule and what came of it. */
export interface Played {
  readonly moves: readonly Move[];
  readonly run: Run;
}

/** Plays every schedule of a programme, in a fixed order. */
export function* schedulesOf(programme: Programme, makeCore: CoreMaker): Generator<Played> {
  /** At each moment which move is chosen, and out of how many. */
  let path: { readonly chosen: number; readonly of: number }[] = [];
  for (;;) {
    const world = new World(programme, makeCore());
    const moves: Move[] = [];
    for (let choices = world.moves(); choices.length > 0; choices = world.moves()) {
      const chosen = path[moves.length]?.chosen ?? 0;
      path[moves.length] = { chosen, of: choices.length };
      const move = choices[chosen];
      if (move === undefined) throw new Error('a core that is not deterministic has no schedules');
      moves.push(move);
      world.make(move);
    }
    yield { moves, run: world.finish() };
    while (path.length > 0 && isLast(path.at(-1))) path.pop();
    const last = path.at(-1);
    if (last === undefined) return;
    path = [...path.slice(0, -1), { chosen: last.chosen + 1, of: last.of }];
  }
}

const isLast = (choice: { readonly chosen: number; readonly of: number } | undefined): boolean => choice !== undefined && choice.chosen + 1 >= choice.of;

/** Plays a schedule again without some deeds; moves that mean nothing there are left out. What the store is
 *  asked beyond the schedule it answers at the end. */
export function replay(programme: Programme, moves: readonly Move[], makeCore: CoreMaker, isErased?: Erasure): Run {
  const world = new World(programme, makeCore(), isErased);
  for (const move of moves) world.make(move);
  return world.finish();
}
