/** Random search on the composed system, beside the exhaustive one: for scopes that are too large to explore, and as a
 *  second opinion on the others. A history is a script, of client commands and failures only, and apart from
 *  it a schedule, of the steps of servers and links between them; at its end the world is drained. So a failure shrinks
 *  to what the clients did. Not here: the exploration (explore.ts), random histories of the real core
 *  (properties/theorem.ts). @module */
import fc from 'fast-check';
import type { Composed } from './composed.ts';
import { nameOf } from './scope.ts';
import type { Scope } from './scope.ts';

/** What a search is given. */
export interface RandomSearch {
  /** Histories to play at most. */
  readonly runs: number;
  readonly seed: number;
  /** The name of what is to be broken; without it, anything will do. */
  readonly until?: string;
}

/** What a search has found. */
export interface RandomFinding {
  /** Histories played, up to the first that breaks it; those of the shrinking apart. */
  readonly runs: number;
  /** The labels of the moves of the shrunk history, up to the one that breaks it. */
  readonly dialogue: readonly string[] | undefined;
}

/** What is done, and in which order the world follows. */
interface History {
  /** Labels of moves; one that is not possible when its turn comes is passed over. */
  readonly script: readonly string[];
  /** Turn by turn: 0 for the next of the script, 1 for the first step of the world that is possible … */
  readonly schedule: readonly number[];
}

/** A move, kept: the system uses its state again. */
interface Step {
  readonly label: string;
  readonly state: Uint8Array;
  readonly broken: readonly string[];
}

/** Plays random histories until one breaks what is looked for, and shrinks it.
 *  @param system the system, which may be used again: it only remembers what it has worked out
 *  @example
 *  const { runs, dialogue } = searchRandomly(new Composed(scope, { routeFrom: 'presence' }), { runs: 1000, seed: 1, until: 'T1.a' }); */
export function searchRandomly(system: Composed, { runs, seed, until }: RandomSearch): RandomFinding {
  const commands = commandsOf(system.scope);
  const histories = historiesOf(commands);
  const isCommand = new Set(commands);
  const search = fc.check(fc.property(histories, (history) => play(system, isCommand, history, until) === undefined), { numRuns: runs, seed });
  const [history] = search.counterexample ?? [];
  return { runs: search.numRuns, dialogue: history === undefined ? undefined : play(system, isCommand, history, until) };
}

/** The moves that clients and failures make, by label: all others are steps of the world.
 *  @example
 *  commandsOf(quietScope) // ['a1 connects', 'a1: available', …] */
export function commandsOf(scope: Scope): readonly string[] {
  const { users, resourcesPerUser, rooms, budget, messages, rebinds, queue, drops, remoteMayDie } = scope;
  const roomNumbers = Array.from({ length: rooms.remote + rooms.local }, (_, room) => room + 1);
  const commands = Array.from({ length: users * resourcesPerUser }, (_, resource) => {
    const name = nameOf(scope, resource);
    const recipient = ((Math.floor(resource / resourcesPerUser) + 1) % users) * resourcesPerUser;
    // The full JID is chosen when the server processes the message: at once, or out of a queue, or never.
    const recipients = ['', ...Array.from({ length: queue > 0 ? 0 : resourcesPerUser }, (_, index) => ` ${nameOf(scope, recipient + index)}`)];
    const said = [
      ...(['available', 'negative', 'unavailable'] as const).filter((act) => budget[act] > 0),
      ...(['join', 'leave'] as const).filter((act) => budget[act] > 0).flatMap((act) => roomNumbers.map((room) => `${act} ${room}`)),
      ...(messages > 0 ? ['message to bare JID', ...recipients.map((to) => `message to full JID${to}`)] : []),
      '</stream>',
    ];
    return [
      `${name} connects`, ...(rebinds > 0 ? [`${name} connects again`] : []), ...said.map((item) => `${name}: ${item}`),
      ...(budget.expel > 0 ? [`server ends ${name}'s stream`] : []), ...(drops > 0 ? [`${name} is cut off`] : []),
    ];
  });
  return [...commands.flat(), ...(remoteMayDie ? ['remote server dies'] : [])];
}

function historiesOf(commands: readonly string[]): fc.Arbitrary<History> {
  return fc.record({
    script: fc.array(fc.constantFrom(...commands), { maxLength: 24, size: 'max' }),
    schedule: fc.array(fc.nat({ max: 3 }), { maxLength: 24, size: 'max' }),
  });
}

/** Plays a history, and then the world to its rest.
 *  @returns the labels up to the first move that breaks what is looked for; undefined when none does */
function play(system: Composed, isCommand: ReadonlySet<string>, { script, schedule }: History, until: string | undefined): string[] | undefined {
  const isFound = (broken: readonly string[]): boolean => (until === undefined ? broken.length > 0 : broken.includes(until));
  const dialogue: string[] = [];
  const left = script.values();
  const turns = schedule.values();
  let state = system.initial;
  for (;;) {
    const possible = movesOf(system, state);
    const world = possible.filter(({ label }) => !isCommand.has(label)).sort((a, b) => Number(isTimeout(a)) - Number(isTimeout(b)));
    const turn = (turns.next().value ?? 0) % (world.length + 1);
    const step = world[turn - 1] ?? nextOf(left, possible) ?? world[0];
    if (step === undefined) return isFound(system.atRest(state)) ? dialogue : undefined;
    dialogue.push(step.label);
    if (isFound(step.broken)) return dialogue;
    state = step.state;
  }
}

/** What is late comes last in a drain, so that no room's answer is too late unless the schedule says so. */
const isTimeout = ({ label }: Step): boolean => label.endsWith('drain times out');

/** The next command that is possible. */
function nextOf(left: IterableIterator<string>, possible: readonly Step[]): Step | undefined {
  for (const command of left) {
    const step = possible.find(({ label }) => label === command);
    if (step !== undefined) return step;
  }
  return undefined;
}

function movesOf(system: Composed, state: Uint8Array): Step[] {
  const steps: Step[] = [];
  system.moves(state, ({ label, state: next, broken }) => steps.push({ label, state: next.slice(), broken }));
  return steps;
}
