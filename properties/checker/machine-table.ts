/** A machine as a table of small numbers: the real machine's steps, each taken once and remembered.
 *  The table is filled as it is asked, so it holds no more than what was reached. @module */
import type { AnyStateMachine, EventFrom, SnapshotFrom } from 'xstate';
import type { EffectOf, Stepper, TimerEvent } from '../../machines/step.ts';

/** A remembered step. */
export interface Cell<M extends AnyStateMachine> {
  readonly next: number;
  readonly effects: readonly EffectOf<M>[];
  readonly ignored: boolean;
}

/** Numbers the states of one machine, the initial one 0, and remembers its steps. */
export class MachineTable<M extends AnyStateMachine> {
  readonly #step: Stepper<M>;
  readonly #states: SnapshotFrom<M>[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #cells: Map<object, Cell<M>>[] = [];

  constructor(step: Stepper<M>) {
    this.#step = step;
    this.#numberOf(step.initial);
  }

  /** How many states have been reached. */
  get size(): number {
    return this.#states.length;
  }

  /** The state behind a number. */
  state(number: number): SnapshotFrom<M> {
    const state = this.#states[number];
    if (state === undefined) throw new RangeError(`no state ${number}`);
    return state;
  }

  /** One step of the machine.
   *  @param event one and the same object for the same event: steps are remembered by it */
  step(number: number, event: EventFrom<M> | TimerEvent): Cell<M> {
    const cells = this.#cells[number];
    let cell = cells?.get(event);
    if (cell === undefined) {
      const { state, effects, ignored } = this.#step(this.state(number), event);
      cell = { next: this.#numberOf(state), effects, ignored };
      cells?.set(event, cell);
    }
    return cell;
  }

  /** Every step that has been taken so far. */
  *taken(): Generator<{ readonly number: number; readonly event: object; readonly cell: Cell<M> }> {
    for (const [number, cells] of this.#cells.entries()) for (const [event, cell] of cells) yield { number, event, cell };
  }

  #numberOf(state: SnapshotFrom<M>): number {
    const { value, context } = state as { value: unknown; context: unknown };
    const key = JSON.stringify([value, context]);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#states.push(state) - 1;
    this.#numbers.set(key, number);
    this.#cells.push(new Map());
    return number;
  }
}
