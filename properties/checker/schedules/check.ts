/** The check of a programme: every schedule is played and judged; of what is broken the shortest dialogue is
 *  kept. Checked within the bounds of the programme, not beyond. Not here: the programmes
 *  (programmes.ts), the search (schedules.ts). @module */
import { realCore } from './core-maker.ts';
import type { CoreMaker } from './core-maker.ts';
import { inOrder, oneFate, presenceDecidesNothing, reachesEligible } from './message-theorems.ts';
import { goodbyeFirst, mayAct, noLeak, noTrace, nothingBroken, nothingLeft, oneGoodbye } from './presence-theorems.ts';
import type { Programme } from './programme.ts';
import type { Evidence, ScheduleTheorem } from './schedule-theorem.ts';
import { replay, schedulesOf } from './schedules.ts';
import type { Begin, Commuting } from './schedules.ts';
import type { Run } from './run.ts';
import { World } from './world.ts';

/** What is judged of each schedule. */
export const scheduleTheorems: readonly ScheduleTheorem[] = [
  reachesEligible, presenceDecidesNothing, mayAct, goodbyeFirst, oneFate, inOrder, noLeak, noTrace, oneGoodbye, nothingLeft, nothingBroken,
];

/** A theorem that does not hold, and how one sees it. */
export interface Broken {
  readonly fault: string;
  /** What is done, in order. */
  readonly dialogue: string[];
}

/** What came of a check. */
export interface ScheduleCheck {
  readonly schedules: number;
  /** Steps of the core in all of them. */
  readonly steps: number;
  /** How often the premise of each theorem occurred. */
  readonly premises: Record<string, number>;
  /** By the theorem's name. */
  readonly broken: Map<string, Broken>;
}

/** What is to be checked. */
export interface Subject<P extends Programme, Move, R extends Run> {
  readonly programme: P;
  readonly begin: Begin<Move, R>;
  readonly commutes?: Commuting<Move>;
  readonly theorems: readonly ScheduleTheorem<P, R>[];
  /** These theorems are broken, which is enough. */
  readonly until?: readonly string[];
}

/** Plays and judges every schedule of a programme.
 *  @param options `makeCore`: another core than ours; `until`: these theorems are broken, which is enough
 *  @example
 *  for (const programme of programmes) console.log(programme.name, checkSchedules(programme).schedules); */
export function checkSchedules(programme: Programme, { makeCore = realCore, until }: { readonly makeCore?: CoreMaker; readonly until?: readonly string[] } = {}): ScheduleCheck {
  return check({ programme, begin: (isErased) => new World(programme, makeCore(), isErased), theorems: scheduleTheorems, ...(until && { until }) });
}

/** Plays and judges every schedule of anything. */
export function check<P extends Programme, Move, R extends Run>(subject: Subject<P, Move, R>): ScheduleCheck {
  const { begin, commutes, theorems, until } = subject;
  const premises: Record<string, number> = Object.fromEntries(theorems.map(({ name }) => [name, 0]));
  /** The shortest schedule that breaks a theorem. */
  const shortest = new Map<ScheduleTheorem<P, R>, readonly Move[]>();
  let schedules = 0;
  let steps = 0;
  for (const { moves, run } of schedulesOf(begin, commutes)) {
    schedules += 1;
    steps += run.steps;
    const evidence = evidenceOf(subject, moves, run);
    for (const theorem of theorems) {
      const fault = theorem.fault(evidence, () => (premises[theorem.name] = (premises[theorem.name] ?? 0) + 1));
      if (fault !== undefined && moves.length < (shortest.get(theorem)?.length ?? Infinity)) shortest.set(theorem, moves);
    }
    const names = new Set([...shortest.keys()].map(({ name }) => name));
    if (until?.every((name) => names.has(name)) === true) break;
  }
  const broken = new Map([...shortest].map(([theorem, moves]) => [theorem.name, shortened(subject, theorem, moves)]));
  return { schedules, steps, premises, broken };
}

function evidenceOf<P extends Programme, Move, R extends Run>({ programme, begin }: Subject<P, Move, R>, moves: readonly Move[], run: R): Evidence<P, R> {
  return { programme, run, without: (isErased) => replay(begin, moves, isErased) };
}

/** Leaves out moves, one after the other, as long as the theorem stays broken. */
function shortened<P extends Programme, Move, R extends Run>(subject: Subject<P, Move, R>, theorem: ScheduleTheorem<P, R>, found: readonly Move[]): Broken {
  const faultOf = (moves: readonly Move[]): string | undefined =>
    theorem.fault(evidenceOf(subject, moves, replay(subject.begin, moves)), () => {});
  let moves = found;
  let fault = faultOf(moves);
  for (let place = moves.length - 1; place >= 0; place -= 1) {
    const fewer = moves.filter((_, index) => index !== place);
    const still = faultOf(fewer);
    if (still !== undefined) [moves, fault] = [fewer, still];
  }
  return { fault: fault ?? 'it does not break again: the core is not deterministic', dialogue: dialogueOf(subject, moves) };
}

function dialogueOf<P extends Programme, Move, R extends Run>({ begin }: Subject<P, Move, R>, moves: readonly Move[]): string[] {
  const game = begin();
  return moves.map((move) => game.lineOf(move));
}
