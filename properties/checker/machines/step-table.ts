/** The whole table of a machine over its alphabet, and when two tables are the same: bisimulation, as
 *  seen from outside by what is ordered and what is kept. Not here: how a machine is advanced
 *  (machines/step.ts). @module */
import type { AnyStateMachine, SnapshotFrom } from 'xstate';
import type { Stepper } from '../../../machines/step.ts';

/** Events, as the catalogue has them. */
export type Alphabet = readonly { readonly type: string }[];

/** Counters are followed up to here; a state beyond is known by its context alone. */
export const FARTHEST = 6;

/** A state of a table. */
export interface Row {
  readonly state: SnapshotFrom<AnyStateMachine>;
  /** By event of the alphabet; none where the state is beyond what is followed. */
  readonly cells: readonly { readonly next: number; readonly shown: string }[];
}

/** What is ordered at the beginning, and the rows in the order in which they are found. */
export interface StepTable {
  readonly initially: string;
  readonly rows: readonly Row[];
}

/** Whether no counter of a state has gone too far to be followed. */
export function isFollowed(state: SnapshotFrom<AnyStateMachine>): boolean {
  return Object.values(state.context as object).every((value) => typeof value !== 'number' || Math.abs(value) <= FARTHEST);
}

/** Steps a machine through its alphabet, from every state that this leads to. */
export function stepTableOf(step: Stepper<AnyStateMachine>, alphabet: Alphabet): StepTable {
  const numbers = new Map<string, number>();
  const states: SnapshotFrom<AnyStateMachine>[] = [];
  const numberOf = (state: SnapshotFrom<AnyStateMachine>): number => {
    const key = JSON.stringify([state.value, state.context]);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, states.length);
    return states.push(state) - 1;
  };
  numberOf(step.initial);
  const rows: Row[] = [];
  for (let state = states[0]; state !== undefined; state = states[rows.length]) {
    const at = state;
    const cells = isFollowed(at) ? alphabet.map((event) => {
      const { state: next, effects, ignored } = step(at, event as never);
      return { next: numberOf(next), shown: ignored ? 'ignored' : JSON.stringify(effects) };
    }) : [];
    rows.push({ state, cells });
  }
  return { initially: JSON.stringify(step.initialEffects), rows };
}

/** For each row the number of its class: rows of one class can't be told apart from outside. A machine
 *  that has ended keeps nothing. */
export function classesOf({ rows }: StepTable): readonly number[] {
  let classes: readonly number[] = rows.map(() => 0);
  for (let count = 0; ;) {
    const numbers = new Map<string, number>();
    const finer = rows.map(({ state, cells }, index) => {
      const kept = state.status === 'done' ? '' : JSON.stringify(state.context);
      const key = [classes[index], state.status, kept, ...cells.map(({ next, shown }) => `${shown}→${classes[next]}`)].join('\n');
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      return number;
    });
    classes = finer;
    if (numbers.size === count) return classes;
    count = numbers.size;
  }
}

/** A table in a form that is the same for tables that can't be told apart. */
export function signatureOf(table: StepTable): string {
  const classes = classesOf(table);
  const lines = new Map<number, string>();
  // Rows are found breadth first, and classes are numbered as their rows are found: no other order is left.
  table.rows.forEach(({ state, cells }, index) => {
    const number = classes[index] ?? 0;
    if (!lines.has(number)) lines.set(number, [state.status, state.status === 'done' ? '' : JSON.stringify(state.context), ...cells.map(({ next, shown }) => `${shown}→${classes[next]}`)].join('\n'));
  });
  return [table.initially, ...[...lines].sort(([a], [b]) => a - b).map(([, line]) => line)].join('\n\n');
}

/** Whether two machines can't be told apart over an alphabet.
 *  @example
 *  sameTable(stepIq, substitute, iq.alphabet); */
export function sameTable(a: Stepper<AnyStateMachine>, b: Stepper<AnyStateMachine>, alphabet: Alphabet): boolean {
  return signatureOf(stepTableOf(a, alphabet)) === signatureOf(stepTableOf(b, alphabet));
}
