/** What every machine does with every event in every state: each cell is the machine itself, asked. The golden files of
 *  the tests are written from it, and the tables of the page, where states that differ only in what is kept of them are
 *  one (`page/machines/NAME.json`, which docs/generate.ts writes, so that a server never has to ask). @module */
import type { CatalogueEntry } from '../../machines/catalogue.ts';
import { sheets, statePath, takenOf } from './sheets.ts';

/** Counters are followed up to here. */
const MOST = 2;

type Snapshot = CatalogueEntry['step']['initial'];
type Event = CatalogueEntry['alphabet'][number];
type Step = ReturnType<CatalogueEntry['step']>;

/** What happens: nothing; an error as the answer; effects at most; another state. */
export type Outcome = 'ignored' | 'refused' | 'stay' | 'move';

/** One answer to an event. */
export interface Answer {
  readonly outcome: Outcome;
  /** The state that it leads to; absent when the machine stays. */
  readonly target?: string;
  readonly effects: readonly string[];
  /** The transition that was taken, by its name in the diagram, and the guard that allowed it. */
  readonly transition?: string;
  readonly guard?: string;
}

/** A table of a machine: for each event of its alphabet, for each of its states, the answers that there are. */
export interface Matrix {
  readonly states: readonly string[];
  readonly rows: readonly { readonly event: string; readonly cells: readonly (readonly Answer[])[] }[];
}

const contextOf = (state: Snapshot): string => (Object.keys(state.context).length === 0 ? '' : ` ${JSON.stringify(state.context)}`);

/** A state with what is kept of it: two that have the same name are the same. */
export const keyOf = (state: Snapshot): string => statePath(state.value) + (state.status === 'done' ? '' : contextOf(state));

/** An event with its parameters. */
export function eventText(event: { readonly type: string }): string {
  const { type, ...params } = event;
  return type.replace('xstate.after.', 'after ') + (Object.keys(params).length === 0 ? '' : ` ${JSON.stringify(params)}`);
}

const isBounded = (state: Snapshot): boolean => Object.values(state.context as object).every((v) => typeof v !== 'number' || v <= MOST);

/** All states that the alphabet leads to, in the order in which they are found. */
export function reachedBy({ step, alphabet }: CatalogueEntry): readonly Snapshot[] {
  const found = new Map<string, Snapshot>([[keyOf(step.initial), step.initial]]);
  for (const state of found.values()) {
    for (const event of alphabet) {
      const next = step(state, event).state;
      if (isBounded(next) && !found.has(keyOf(next))) found.set(keyOf(next), next);
    }
  }
  return [...found.values()];
}

/** What became of a step. */
export function outcomeOf(from: Snapshot, { state, effects, ignored }: Step): Outcome {
  if (ignored) return 'ignored';
  if ((effects as readonly { readonly type: string }[]).some(({ type }) => type.startsWith('refuse'))) return 'refused';
  return keyOf(state) === keyOf(from) ? 'stay' : 'move';
}

/** The table of a machine. */
export function matrixOf(entry: CatalogueEntry): Matrix {
  const byPath = Map.groupBy(reachedBy(entry), ({ value }) => statePath(value));
  const states = (sheets.get(entry.name)?.states ?? []).map(({ path }) => path).filter((path) => byPath.has(path));
  const rows = entry.alphabet.map((event) => ({
    event: eventText(event as Event & { readonly type: string }),
    cells: states.map((path) => distinct((byPath.get(path) ?? []).map((state) => answerOf(entry, state, event)))),
  }));
  return { states, rows };
}

function answerOf(entry: CatalogueEntry, state: Snapshot, event: Event): Answer {
  const step = entry.step(state, event);
  const from = statePath(state.value);
  const to = statePath(step.state.value);
  const effects = [...new Set((step.effects as readonly { readonly type: string }[]).map(({ type }) => type))];
  const outcome = outcomeOf(state, step);
  if (outcome === 'ignored') return { outcome, effects };
  const { id, guard } = takenOf(entry.name, (event as { readonly type: string }).type, from, to, effects) ?? {};
  return {
    outcome: outcome === 'move' && to === from ? 'stay' : outcome, effects,
    ...(to !== from && { target: to }), ...(id !== undefined && { transition: id }), ...(guard !== undefined && { guard }),
  };
}

/** Each answer once, in the order in which the machine tries them. */
const distinct = (answers: readonly Answer[]): readonly Answer[] => [...new Map(answers.map((answer) => [JSON.stringify(answer), answer])).values()]
  .sort((a, b) => (a.transition ?? '').localeCompare(b.transition ?? ''));
