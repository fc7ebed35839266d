/** The check of a programme: every schedule is played and judged; of what is broken the shortest dialogue is
 *  kept. Checked within the bounds of the programme, not beyond. Not here: the programmes
 *  (programmes.ts), the search (schedules.ts). @module */
import { inOrder, oneFate, presenceDecidesNothing, reachesEligible } from './message-theorems.ts';
import { goodbyeFirst, mayAct, noLeak, noTrace, nothingBroken, nothingLeft, oneGoodbye } from './presence-theorems.ts';
import type { Programme } from './programme.ts';
import type { Evidence, ScheduleTheorem } from './schedule-theorem.ts';
import { realCore, replay, schedulesOf } from './schedules.ts';
import type { CoreMaker } from './schedules.ts';
import type { Run } from './run.ts';
import { World } from './world.ts';
import type { Move } from './world.ts';

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

/** Plays and judges every schedule of a programme.
 *  @param options `makeCore`: another core than ours; `until`: these theorems are broken, which is enough
 *  @example
 *  for (const programme of programmes) console.log(programme.name, checkSchedules(programme).schedules); */
export function checkSchedules(programme: Programme, { makeCore = realCore, until }: { readonly makeCore?: CoreMaker; readonly until?: readonly string[] } = {}): ScheduleCheck {
  const premises: Record<string, number> = Object.fromEntries(scheduleTheorems.map(({ name }) => [name, 0]));
  /** The shortest schedule that breaks a theorem. */
  const shortest = new Map<ScheduleTheorem, readonly Move[]>();
  let schedules = 0;
  let steps = 0;
  for (const { moves, run } of schedulesOf(programme, makeCore)) {
    schedules += 1;
    steps += run.steps;
    const evidence = evidenceOf(programme, moves, run, makeCore);
    for (const theorem of scheduleTheorems) {
      const fault = theorem.fault(evidence, () => (premises[theorem.name] = (premises[theorem.name] ?? 0) + 1));
      if (fault !== undefined && moves.length < (shortest.get(theorem)?.length ?? Infinity)) shortest.set(theorem, moves);
    }
    const names = new Set([...shortest.keys()].map(({ name }) => name));
    if (until?.every((name) => names.has(name)) === true) break;
  }
  const broken = new Map([...shortest].map(([theorem, moves]) => [theorem.name, shortened(programme, theorem, moves, makeCore)]));
  return { schedules, steps, premises, broken };
}

function evidenceOf(programme: Programme, moves: readonly Move[], run: Run, makeCore: CoreMaker): Evidence {
  return { programme, run, without: (isErased) => replay(programme, moves, makeCore, isErased) };
}

/** Leaves out moves, one after the other, as long as the theorem stays broken. */
function shortened(programme: Programme, theorem: ScheduleTheorem, found: readonly Move[], makeCore: CoreMaker): Broken {
  const faultOf = (moves: readonly Move[]): string | undefined =>
    theorem.fault(evidenceOf(programme, moves, replay(programme, moves, makeCore), makeCore), () => {});
  let moves = found;
  let fault = faultOf(moves);
  for (let place = moves.length - 1; place >= 0; place -= 1) {
    const fewer = moves.filter((_, index) => index !== place);
    const still = faultOf(fewer);
    if (still !== undefined) [moves, fault] = [fewer, still];
  }
  return { fault: fault ?? 'it does not break again: the core is not deterministic', dialogue: dialogueOf(programme, moves, makeCore) };
}

function dialogueOf(programme: Programme, moves: readonly Move[], makeCore: CoreMaker): string[] {
  const world = new World(programme, makeCore());
  return moves.map((move) => world.lineOf(move));
}
