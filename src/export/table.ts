/** A machine compiled to a table: for each state and event the branches in the order in which they are tried, each with
 *  its guard, what it does in order, and the next state. XState itself is asked, with every answer that the guards can
 *  give, so levels, timers and priorities are right by construction. docs/reference/export.md describes the format.
 *  @module */
import type { CatalogueEntry } from '../../machines/catalogue.ts';
import { stepOf } from '../../machines/step.ts';
import { defaultConfig } from '../core/config.ts';
import { evaluate, pathsOf } from './expression.ts';
import type { Expression } from './expression.ts';
import { modelOf } from './model.ts';
import { pathOf, plainMachine } from './plain.ts';
import { portableOf } from './portable.ts';
import type { Named } from './portable.ts';

/** One thing that a branch does: the context is changed, or an effect is ordered. */
export type Deed =
  | { readonly update: string }
  | { readonly effect: string; readonly params?: Named };

/** What happens to an event, if the guard holds. */
export interface Branch {
  readonly guard?: string;
  readonly do: readonly Deed[];
  readonly next: string;
}

/** A state of the table. */
export interface TableState {
  readonly description: string;
  readonly final?: true;
}

/** A machine as a table. */
export interface Table {
  readonly format: 'waystate-table';
  readonly version: 1;
  readonly machine: string;
  readonly about: string;
  readonly spec: string;
  readonly states: Readonly<Record<string, TableState>>;
  readonly events: readonly string[];
  readonly context: object;
  /** By the name that `startTimer` gives, in milliseconds, as the core has them by default. */
  readonly delays: Readonly<Record<string, number>>;
  readonly initial: string;
  readonly initialEffects: readonly Deed[];
  readonly guards: Named;
  readonly updates: Readonly<Record<string, Named>>;
  /** By state and event. What has no cell is ignored, and so is what no branch takes. */
  readonly cells: Readonly<Record<string, Readonly<Record<string, readonly Branch[]>>>>;
}

type Snapshot = CatalogueEntry['step']['initial'];

/** Compiles a machine.
 *  @example
 *  tableOf(route).cells.open['drain.begun']; // [{ guard: 'isOwed', do: [], next: 'draining' }, …] */
export function tableOf(entry: CatalogueEntry): Table {
  const { name, about, spec } = entry;
  const { guards, updates } = portableOf(name);
  const refused = new Set<string>();
  let granted = new Set<string>();
  let here = '';
  const step = stepOf(plainMachine(entry, (guard) => {
    const expression = guards[guard] ?? null;
    // What only asks for the state has its answer in each cell.
    if (isOfState(expression)) return Boolean(evaluate(expression, { event: {}, context: {}, state: here }));
    return !refused.has(guard) && granted.add(guard) === granted;
  }));
  const events = step.machine.events.filter((event) => event !== '').sort();

  /** Each guard that is asked says yes first, and no from then on. */
  function branchesOf(state: Snapshot, type: string, found: (next: Snapshot) => void): Branch[] {
    const branches: Branch[] = [];
    refused.clear();
    here = pathOf(state.value);
    for (;;) {
      granted = new Set();
      const { state: next, effects, ignored } = step(state, { type } as never);
      if (ignored) return branches;
      const [guard, ...others] = granted;
      if (others.length > 0) throw new Error(`${name}: one branch for ${type} asks ${guard} and ${others.join()}`);
      found(next);
      branches.push({ ...(guard !== undefined && { guard }), do: effects.map(deedOf), next: pathOf(next.value) });
      if (guard === undefined) return branches;
      refused.add(guard);
    }
  }

  const states = new Map<string, Snapshot>([[pathOf(step.initial.value), step.initial]]);
  const cells: Record<string, Record<string, readonly Branch[]>> = {};
  for (const [path, state] of states) {
    const row = events.map((event) => [event, branchesOf(state, event, (next) => {
      if (!states.has(pathOf(next.value))) states.set(pathOf(next.value), next);
    })] as const);
    cells[path] = Object.fromEntries(row.filter(([, branches]) => branches.length > 0));
  }
  return {
    format: 'waystate-table', version: 1, machine: name, about, spec,
    states: Object.fromEntries(modelOf(entry).states.filter(({ id }) => states.has(id)).map(({ id, description, kind }) => [id, { description, ...(kind === 'final' && { final: true as const }) }])),
    events, context: step.initial.context as object, delays: delaysOf(entry),
    initial: pathOf(step.initial.value), initialEffects: step.initialEffects.map(deedOf),
    guards: Object.fromEntries(Object.entries(guards).filter(([, expression]) => !isOfState(expression))), updates, cells,
  };
}

const isOfState = (expression: Expression): boolean => pathsOf(expression).length > 0 && pathsOf(expression).every((path) => path === 'state');

function deedOf(effect: unknown): Deed {
  const { type, params } = effect as { readonly type: string; readonly params?: Named };
  return type.startsWith('note') ? { update: type } : { effect: type, ...(params !== undefined && { params }) };
}

/** How long a machine's timers run, by name. */
export function delaysOf({ step }: CatalogueEntry): Readonly<Record<string, number>> {
  const defaults: Readonly<Record<string, number>> = { ...defaultConfig.delays };
  return Object.fromEntries(Object.keys(step.machine.implementations.delays).map((name) => [name, defaults[name] ?? 0]));
}
