/** T12: each machine of the catalogue is well-formed, by exhaustion over its alphabet. What is excepted
 *  is listed here, with its reason. Not here: what the machines must do (the other files). @module */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { catalogue } from '../../../machines/catalogue.ts';
import type { CatalogueEntry } from '../../../machines/catalogue.ts';
import type { Stepper } from '../../../machines/step.ts';
import type { Transition } from '../../../src/core/kernel.ts';
import type { Check, CheckScope } from '../check.ts';
import type { Move, System } from '../explore.ts';
import { classesOf, isFollowed, stepTableOf } from './step-table.ts';
import type { StepTable } from './step-table.ts';

const statements = {
  'T12 reached': 'Every state of the machine is reached.',
  'T12 taken': 'Every transition is taken: of two candidates for one event, neither hides the other.',
  'T12 total': 'Where a table of the specification has every cell, so has the machine: no event is ignored.',
  'T12 leaves': 'From every state there is a way to the end, or back to the beginning, but for what lasts as long as its session.',
  'T12 distinct': 'No two states behave alike, but for those that are listed.',
  'T12 bounded': 'What is kept stays bounded, but for what the world bounds.',
} as const;

type Statement = keyof typeof statements;

/** Machines whose specification lists every cell. */
const total: Readonly<Record<string, string>> = { subscription: 'RFC 6121 §A.2 and §A.3 list every state and stanza' };

/** States that behave alike, and why they are two. */
export const alike: Readonly<Record<string, readonly { readonly states: readonly [string, string]; readonly reason: string }[]>> = {
  stream: [{
    states: ['negotiating.unsecured', 'negotiating.unauthenticated'],
    reason: 'A client whose SASL has failed in the clear may do what it might before; the machine says that it has failed, and its count says how often.',
  }],
  iq: [{ states: ['answered', 'expired'], reason: 'Both are the end; whoever inspects a request wants to know which.' }],
};

/** Machines that neither end nor begin again, and why. */
export const unending: Readonly<Record<string, string>> = { roster: 'a resource stays interested until its session ends, and its interest goes with it' };

/** Counters that the machine does not bound itself, and who does. */
export const boundedByTheWorld: Readonly<Record<string, string>> = {
  route: 'one answer is owed by each room, and the core limits whom a resource may tell (directedLimit)',
  roster: 'each push is a request, and the core limits those (requestLimit)',
  farewell: 'a visit begins only when the client has left before, and the room answers in order',
};

/** What is wrong with a row, and how, in words. */
interface Fault {
  readonly statement: Statement;
  readonly words: string;
}

/** A machine's own table as a system: a move is an event. */
class Table implements System {
  readonly initial = Uint8Array.of(0, 0);
  readonly #entry: CatalogueEntry;
  readonly #table: StepTable;
  /** What is wrong, by the row in which it shows. */
  readonly #faults: ReadonlyMap<number, readonly Fault[]>;
  readonly #step: Stepper<AnyStateMachine>;

  constructor(entry: CatalogueEntry, step: Stepper<AnyStateMachine>) {
    this.#entry = entry;
    this.#step = step;
    this.#table = stepTableOf(step, entry.alphabet as never);
    this.#faults = faultsOf(entry, step.machine, this.#table);
  }

  moves(state: Uint8Array, visit: (move: Move) => void): void {
    const row = rowIn(state);
    this.#table.rows[row]?.cells.forEach(({ next }, index) => {
      const faults = [...(this.#faults.get(row) ?? []), ...(this.#faults.get(next) ?? [])];
      visit({ label: JSON.stringify(this.#entry.alphabet[index]), state: Uint8Array.of(next >> 8, next & 255), shown: [...new Set(faults.map(({ words }) => words))].join('; '), broken: faults.map(({ statement }) => statement) });
    });
  }

  did(before: Uint8Array, label: string): readonly Transition[] {
    const from = this.#table.rows[rowIn(before)]?.state;
    const event = this.#entry.alphabet.find((each) => JSON.stringify(each) === label);
    if (from === undefined || event === undefined) return [];
    const { state, effects, ignored } = this.#step(from, event as never);
    return [{ machine: this.#entry.name, of: 'somebody', event, from: from.value, to: state.value, effects, ignored }];
  }

  /** A state beyond what is followed is at rest. */
  atRest(state: Uint8Array): readonly string[] {
    return (this.#faults.get(rowIn(state)) ?? []).map(({ statement }) => statement);
  }
}

const rowIn = (state: Uint8Array): number => (state[0] ?? 0) * 256 + (state[1] ?? 0);

/** What is wrong with a table, by row; what is wrong with the whole is wrong with the first row. */
function faultsOf({ name, alphabet }: CatalogueEntry, machine: AnyStateMachine, table: StepTable): ReadonlyMap<number, readonly Fault[]> {
  const faults = new Map<number, Fault[]>();
  const found = (row: number, statement: Statement, words: string): void => void faults.set(row, [...(faults.get(row) ?? []), { statement, words }]);
  const leaves = leavingRows(table);
  const twins = twinRows(name, table);
  table.rows.forEach(({ state, cells }, row) => {
    const here = nameOf(state.value);
    if (name in total && cells.some(({ shown }) => shown === 'ignored')) found(row, 'T12 total', `something is ignored in ${here}`);
    if (isFollowed(state) && !leaves.has(row) && !(name in unending)) found(row, 'T12 leaves', `nothing leads from ${here} to the end, or back to the beginning`);
    if (twins.has(row)) found(row, 'T12 distinct', `${here} behaves as ${twins.get(row)} does`);
    if (!isFollowed(state) && !(name in boundedByTheWorld)) found(row, 'T12 bounded', `what is kept grows on and on: ${JSON.stringify(state.context)}`);
  });
  const reached = new Set(table.rows.flatMap(({ state }) => state._nodes.map((node: AnyStateNode) => node.id)));
  const missed = nodesOf(machine.root).filter(({ id }) => !reached.has(id));
  if (missed.length > 0) found(0, 'T12 reached', `nothing leads to ${missed.map(({ path }) => path.join('.')).join(', ')}`);
  const taken = new Set(table.rows.filter(({ state }) => isFollowed(state)).flatMap(({ state }) => alphabet.flatMap((event) => machine.getTransitionData(state as never, event as never))));
  const idle = nodesOf(machine.root).flatMap((node) => [...node.transitions.values()].flatMap((all) => all.flatMap((transition, index) => (taken.has(transition as never) ? [] : [`${node.path.join('.')} on ${transition.eventType}${all.length > 1 ? ` #${index + 1}` : ''}`]))));
  if (idle.length > 0) found(0, 'T12 taken', `never taken: ${idle.join(', ')}`);
  return faults;
}

/** Rows from which the end or the beginning can be reached. */
function leavingRows({ rows }: StepTable): ReadonlySet<number> {
  const leaving = new Set<number>(rows.flatMap(({ state }, row) => (row === 0 || state.status === 'done' ? [row] : [])));
  for (let size = 0; size !== leaving.size;) {
    size = leaving.size;
    rows.forEach(({ cells }, row) => {
      if (cells.some(({ next }) => leaving.has(next))) leaving.add(row);
    });
  }
  return leaving;
}

/** Rows whose state behaves like another state with the same context, wherever both occur: with that state's name. */
function twinRows(name: string, table: StepTable): ReadonlyMap<number, string> {
  const classes = classesOf(table);
  const valueOf = (row: number): string => nameOf(table.rows[row]?.state.value);
  return new Map(table.rows.flatMap(({ state }, index) => {
    const pair = [valueOf(classes.indexOf(classes[index] ?? 0)), valueOf(index)] as const;
    const isListed = (alike[name] ?? []).some(({ states }) => states.every((each) => pair.includes(each)));
    return !isFollowed(state) || pair[0] === pair[1] || isListed ? [] : [[index, pair[0]] as const];
  }));
}

/** `negotiating.opened`. */
function nameOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? Object.entries(value).map(([name, inner]) => `${name}.${nameOf(inner)}`).join() : String(value);
}

function nodesOf(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}

function scopeOf(entry: CatalogueEntry, pinned: CheckScope['pinned']): CheckScope {
  const { name, step, alphabet } = entry;
  return {
    name: `the table of ${name}`, bounds: `every state, ${alphabet.length} events, counters up to 6`, run: 'test', ...(pinned === undefined ? {} : { pinned }),
    system: (substitutes) => new Table(entry, substitutes?.[name] ?? step),
  };
}

/** States, transitions and depth of each table. */
const pinned: Readonly<Record<string, CheckScope['pinned']>> = {
  stream: [164, 3772, 14], session: [4, 24, 2], presence: [13, 91, 3], 'directed-presence': [3, 15, 1], subscription: [15, 120, 4], roster: [9, 24, 8], iq: [3, 9, 1], farewell: [207, 1086, 26], route: [29, 216, 8],
  link: [11, 264, 4], peer: [35, 525, 7], component: [5, 45, 2],
  room: [4, 28, 1], occupant: [4, 108, 1],
};

/** The tables of the machines. A machine's own check is made for it alone, so that another one is not
 *  looked at for its sake. */
export const wellFormedChecks: readonly Check[] = catalogue.map((entry) => ({
  name: `${entry.name} is well-formed`, about: `The table of the machine ${entry.name}, cell by cell.`, statements, machines: [entry.name], scopes: [scopeOf(entry, pinned[entry.name])],
}));
