/** One machine alone among everything that may happen to it: the surroundings do whatever is possible, in
 *  any order, and an observer who sees only what happens and what is ordered remembers what matters. What
 *  must hold is said of that memory, never of the machine's own states. Not here: machines that work
 *  together (system.ts), what must hold of each machine (a file for each). @module */
import type { AnyStateMachine, SnapshotFrom } from 'xstate';
import { catalogue } from '../../../machines/catalogue.ts';
import type { CatalogueEntry } from '../../../machines/catalogue.ts';
import type { Stepper } from '../../../machines/step.ts';
import type { Transition } from '../../../src/core/kernel.ts';
import type { Check } from '../check.ts';
import type { Move, System } from '../explore.ts';
import { MachineTable } from '../machine-table.ts';

/** What an observer remembers: small numbers by name. A name that is also a delay's tells whether that
 *  timer runs, and is kept by {@link Alone}. */
export type Memory<F extends string> = Readonly<Record<F, number>>;

/** Something that may happen to the machine. */
export interface Occurrence<F extends string> {
  readonly label: string;
  readonly event: { readonly type: string };
  /** Whether it may happen now; where this is missing, it always may. */
  may?(memory: Memory<F>): boolean;
}

/** What stands for the orders of a step in which the event meant nothing to the machine. */
export const IGNORED = 'ignored';

/** One step, as it was seen. */
export interface Seen<F extends string> {
  readonly occurrence: Occurrence<F>;
  readonly before: Memory<F>;
  readonly after: Memory<F>;
  /** What was ordered, timers apart: each effect's type and the values of its parameters. */
  readonly orders: readonly string[];
  /** What the core reads of the machine's state afterwards. */
  readonly reads: string;
}

/** What must come of an occurrence, and the statement that says so. */
export interface Due<S extends string> {
  readonly statement: S;
  readonly oneOf: readonly (readonly string[])[];
}

/** That nothing must come of it. */
export const nothing: readonly (readonly string[])[] = [[], [IGNORED]];

/** A machine, its surroundings and its observer. */
export interface Setting<F extends string, S extends string> {
  /** The machine's name in the catalogue. */
  readonly machine: string;
  readonly about: string;
  /** What must hold, in words. */
  readonly statements: Readonly<Record<S, string>>;
  /** In words: what the surroundings may do. */
  readonly bounds: string;
  readonly pinned: readonly [states: number, transitions: number, depth: number];
  /** What is remembered at the beginning. */
  readonly memory: Memory<F>;
  readonly occurrences: readonly Occurrence<F>[];
  /** Brings the memory up to date. */
  remember(memory: Record<F, number>, occurrence: Occurrence<F>, orders: readonly string[]): void;
  /** What is due, where it depends on the occurrence and on what was before. */
  due(occurrence: Occurrence<F>, before: Memory<F>): Due<S>;
  /** What must hold of every step, whatever is due. */
  readonly always?: Readonly<Partial<Record<S, (seen: Seen<F>) => boolean>>>;
  /** What the core reads of a state, where it reads anything. */
  reads?(state: { readonly value: unknown; readonly context: unknown }): string;
  /** To whom an order goes, where it is not the only one to whom orders go: what goes to different
   *  ones in one step has no order that anyone can see. */
  partyOf?(order: string): string;
  /** Whether somebody acts upon it when the machine ignores an event. */
  isIgnoringSeen?(occurrence: Occurrence<F>, before: Memory<F>): boolean;
}

/** The entry of a machine in the catalogue.
 *  @throws RangeError when there is none */
export function entryOf(name: string): CatalogueEntry {
  const entry = catalogue.find((each) => each.name === name);
  if (entry === undefined) throw new RangeError(`no machine ${name}`);
  return entry;
}

/** The occurrence of a timer's end; the timer must run.
 *  @param timer as `startTimer` names it */
export function timesOut<F extends string>(timer: string): Occurrence<F> {
  const delay = delayOf(timer) as F;
  return { label: `${delay} is over`, event: { type: timer }, may: (memory) => memory[delay] === 1 };
}

/** Instead of a state's number: the machine is about to begin. */
const NOT_BEGUN = 0xffff;

const delayOf = (timer: string): string => timer.split('.')[2] ?? timer;

interface Effect {
  readonly type: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** The check of a machine alone.
 *  @example
 *  explore(checkAlone(setting).scopes[0].system()).broken.size // 0 */
export function checkAlone<F extends string, S extends string>(setting: Setting<F, S>): Check {
  const { machine, about, statements, bounds, pinned } = setting;
  return {
    name: `${machine} alone`, about, statements, machines: [machine],
    scopes: [{ name: `${machine}, whatever happens`, bounds, pinned, run: 'test', system: (substitutes) => new Alone(setting, substitutes?.[machine] ?? entryOf(machine).step) }],
  };
}

/** The system. Its bytes are the number of the machine's state, then the memory. */
export class Alone<F extends string, S extends string> implements System {
  readonly initial: Uint8Array;
  readonly #setting: Setting<F, S>;
  readonly #table: MachineTable<AnyStateMachine>;
  readonly #fields: readonly F[];
  readonly #initialEffects: readonly Effect[];

  constructor(setting: Setting<F, S>, step: Stepper<AnyStateMachine>) {
    this.#setting = setting;
    this.#table = new MachineTable(step);
    this.#fields = Object.keys(setting.memory) as F[];
    this.#initialEffects = step.initialEffects as readonly Effect[];
    this.initial = this.#encode(NOT_BEGUN, setting.memory);
  }

  /** When it begins it has not done anything yet. */
  did(before: Uint8Array, label: string): readonly Transition[] {
    const number = numberIn(before);
    const event = this.#setting.occurrences.find((occurrence) => occurrence.label === label)?.event;
    if (number === NOT_BEGUN || event === undefined) return [];
    const { next, effects, ignored } = this.#table.step(number, event);
    return [{ machine: this.#setting.machine, of: 'somebody', event, from: this.#table.state(number).value, to: this.#table.state(next).value, effects, ignored }];
  }

  due(before: Uint8Array, label: string): { readonly statement: string; readonly words: string } | undefined {
    const occurrence = this.#setting.occurrences.find((each) => each.label === label);
    if (numberIn(before) === NOT_BEGUN || occurrence === undefined) return undefined;
    const { statement, oneOf } = this.#setting.due(occurrence, this.#memoryIn(before));
    const orders = new Set(oneOf.map((each) => (each.length === 0 || each[0] === IGNORED ? 'nothing' : each.join(', '))));
    return { statement, words: `What must be ordered: ${[...orders].join('; or else ')}.` };
  }

  moves(state: Uint8Array, visit: (move: Move) => void): void {
    const number = numberIn(state);
    const before = this.#memoryIn(state);
    if (number === NOT_BEGUN) return visit(this.#begin(before));
    for (const occurrence of this.#setting.occurrences) if (occurrence.may?.(before) ?? true) visit(this.#move(number, before, occurrence));
  }

  /** Something may always happen to a machine that is alone. */
  atRest(): readonly string[] {
    return [];
  }

  /** The machine begins: nothing is due, and what must always hold must hold now. */
  #begin(before: Memory<F>): Move {
    const after: Record<F, number> = { ...before };
    this.#keepTimers(after, this.#initialEffects);
    const seen: Seen<F> = { occurrence: { label: 'the machine begins', event: { type: '' } }, before, after, orders: [], reads: this.#readsOf(0) };
    return { label: seen.occurrence.label, state: this.#encode(0, after), shown: this.#shown(seen, this.#initialEffects), broken: this.#brokenAlways(seen) };
  }

  #memoryIn(state: Uint8Array): Record<F, number> {
    return Object.fromEntries(this.#fields.map((field, index) => [field, state[index + 2] ?? 0])) as Record<F, number>;
  }

  #readsOf(number: number): string {
    return this.#setting.reads?.(this.#table.state(number) as SnapshotFrom<AnyStateMachine>) ?? '';
  }

  #move(number: number, before: Memory<F>, occurrence: Occurrence<F>): Move {
    const { next, effects, ignored } = this.#table.step(number, occurrence.event);
    const orders = ignored ? [IGNORED] : (effects as readonly Effect[]).filter(({ type }) => !type.endsWith('Timer')).map(nameOf);
    const after: Record<F, number> = { ...before };
    const ended = delayOf(occurrence.event.type) as F;
    if (occurrence.event.type.startsWith('xstate.after.')) after[ended] = 0;
    this.#keepTimers(after, effects as readonly Effect[]);
    this.#setting.remember(after, occurrence, orders);
    const seen: Seen<F> = { occurrence, before, after, orders, reads: this.#readsOf(next) };
    return { label: occurrence.label, state: this.#encode(next, after), shown: this.#shown(seen, effects as readonly Effect[]), broken: this.#broken(seen) };
  }

  #broken(seen: Seen<F>): readonly string[] {
    const broken = this.#brokenAlways(seen);
    const { statement, oneOf } = this.#setting.due(seen.occurrence, seen.before);
    const isDone = oneOf.some((orders) => orders.length === seen.orders.length && orders.every((order, index) => order === seen.orders[index]));
    return isDone || broken.includes(statement) ? broken : [...broken, statement];
  }

  #brokenAlways(seen: Seen<F>): readonly S[] {
    const rules = Object.entries(this.#setting.always ?? {}) as [S, (seen: Seen<F>) => boolean][];
    return rules.filter(([, holds]) => !holds(seen)).map(([name]) => name);
  }

  #shown({ occurrence, before, orders, reads }: Seen<F>, effects: readonly Effect[]): string {
    const { partyOf, isIgnoringSeen } = this.#setting;
    const isSilent = orders[0] === IGNORED && isIgnoringSeen?.(occurrence, before) !== true;
    const byParty = Object.groupBy(isSilent ? [] : orders, (order) => partyOf?.(order) ?? '');
    const timers = effects.filter(({ type }) => type.endsWith('Timer')).map(nameOf);
    return [...Object.entries(byParty).sort(([a], [b]) => (a < b ? -1 : 1)).map(([party, all]) => `${party}: ${all?.join(', ')}`), ...timers, reads].join('; ');
  }

  #keepTimers(memory: Record<F, number>, effects: readonly Effect[]): void {
    for (const { type, params } of effects) {
      if (type === 'startTimer' || type === 'cancelTimer') memory[delayOf(String(params?.timer)) as F] = type === 'startTimer' ? 1 : 0;
    }
  }

  #encode(number: number, memory: Memory<F>): Uint8Array {
    return Uint8Array.of(number >> 8, number & 255, ...this.#fields.map((field) => memory[field]));
  }
}

const numberIn = (state: Uint8Array): number => (state[0] ?? 0) * 256 + (state[1] ?? 0);

function nameOf({ type, params }: Effect): string {
  return params === undefined ? type : [type, ...Object.values(params)].join(' ');
}
