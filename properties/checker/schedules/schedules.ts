/** All schedules of a game, one after the other: stateless search. The core can't be copied, but it is
 *  deterministic and quick, so each schedule is played from the start: follow a path of choices, take the
 *  first one from there on, then go back to the last moment at which there is another. Where two moves commute, that is
 *  where either order gives the same run, one order is enough: moves that have been tried sleep until something happens
 *  that they don't commute with (Godefroid's sleep sets). Nothing else is pruned; the programmes are small
 *  instead. @module */
import type { Erasure } from './clients.ts';

/** Something in which there are some moves at each moment. */
export interface Game<Move, Outcome> {
  /** What may happen next, in a fixed order. */
  moves(): readonly Move[];
  /** Makes a move; one that means nothing at this moment is left out. */
  make(move: Move): void;
  /** Comes to an end. */
  finish(): Outcome;
  /** A move as a person reads it. */
  lineOf(move: Move): string;
}

/** Begins a game. */
export type Begin<Move, Outcome> = (isErased?: Erasure) => Game<Move, Outcome>;

/** Whether two moves that are both possible give the same in either order. */
export type Commuting<Move> = (a: Move, b: Move) => boolean;

/** A schedule and what came of it. */
export interface Played<Move, Outcome> {
  readonly moves: readonly Move[];
  readonly run: Outcome;
}

interface Choice<Move> {
  /** The moves to be tried, and which of them is. */
  readonly awake: readonly Move[];
  readonly chosen: number;
  /** The moves that have been tried before something that they commute with. */
  readonly asleep: readonly Move[];
}

/** Plays every schedule of a game, in a fixed order.
 *  @param commutes by default no two moves do */
export function* schedulesOf<Move, Outcome>(begin: Begin<Move, Outcome>, commutes: Commuting<Move> = () => false): Generator<Played<Move, Outcome>> {
  let path: Choice<Move>[] = [];
  for (;;) {
    const game = begin();
    const moves: Move[] = [];
    let isComplete = true;
    for (let possible = game.moves(); possible.length > 0; possible = game.moves()) {
      const choice = path[moves.length] ?? choiceAfter(path.at(-1), possible, commutes);
      const move = choice.awake[choice.chosen];
      isComplete = move !== undefined;
      if (move === undefined) break;
      path[moves.length] = choice;
      moves.push(move);
      game.make(move);
    }
    if (isComplete) yield { moves, run: game.finish() };
    while (path.length > 0 && isLast(path.at(-1))) path.pop();
    const last = path.at(-1);
    if (last === undefined) return;
    path = [...path.slice(0, -1), { ...last, chosen: last.chosen + 1 }];
  }
}

/** Without a move that is awake, every schedule that goes on from here is another one in a different order. */
function choiceAfter<Move>(before: Choice<Move> | undefined, possible: readonly Move[], commutes: Commuting<Move>): Choice<Move> {
  const made = before?.awake[before.chosen];
  const asleep = before === undefined || made === undefined ? [] : [...before.asleep, ...before.awake.slice(0, before.chosen)].filter((move) => commutes(move, made));
  const names = new Set(asleep.map((move) => JSON.stringify(move)));
  return { awake: possible.filter((move) => !names.has(JSON.stringify(move))), chosen: 0, asleep };
}

const isLast = <Move>(choice: Choice<Move> | undefined): boolean => choice !== undefined && choice.chosen + 1 >= choice.awake.length;

/** Plays a schedule again without some deeds; moves that mean nothing there are left out. What the store is
 *  asked beyond the schedule it answers at the end. */
export function replay<Move, Outcome>(begin: Begin<Move, Outcome>, moves: readonly Move[], isErased?: Erasure): Outcome {
  const game = begin(isErased);
  for (const move of moves) game.make(move);
  return game.finish();
}
