/** Golden traces of a machine: what it really does, step by step, for whoever builds it a second time. Walks that
 *  together take every branch of every cell come first, then random ones. The same build writes the same traces.
 *  docs/reference/export.md describes the format. @module */
import type { CatalogueEntry } from '../../machines/catalogue.ts';
import { pathOf } from './plain.ts';
import { portableOf } from './portable.ts';

/** What a machine was after an event, and what it ordered. */
export interface GoldenState {
  readonly state: string;
  readonly effects: readonly { readonly type: string; readonly params?: object }[];
  readonly context: object;
}

/** One event and its answer. */
export interface GoldenStep extends GoldenState {
  readonly event: { readonly type: string };
  readonly ignored?: true;
}

/** The first line of a file. */
export interface GoldenHeader {
  readonly format: 'waystate-golden';
  readonly version: 1;
  readonly machine: string;
  readonly traces: number;
  /** Of the random walks. */
  readonly seed: number;
  /** Where every trace begins. */
  readonly initial: GoldenState;
}

/** Each other line: steps from the beginning. */
export interface GoldenTrace {
  readonly trace: string;
  readonly steps: readonly GoldenStep[];
}

/** The traces of a machine. */
export interface GoldenSuite {
  readonly header: GoldenHeader;
  readonly traces: readonly GoldenTrace[];
}

type Snapshot = CatalogueEntry['step']['initial'];
type Event = GoldenStep['event'];

/** Counters are followed up to here: further than any guard looks. */
const MOST = 7;
const LONGEST = 60;
const RANDOM_WALKS = 12;
const SEED = 6120;

/** Walks through a machine.
 *  @example
 *  goldenOf(route).traces[0].steps[0]; // { event: { type: 'answer.owed' }, state: 'open', effects: [], context: { owed: 1 } } */
export function goldenOf(entry: CatalogueEntry, seed = SEED): GoldenSuite {
  const { name, step } = entry;
  const traces = [...coveringWalks(entry), ...randomWalks(entry, seed)];
  const { initial, initialEffects } = step;
  return {
    header: { format: 'waystate-golden', version: 1, machine: name, traces: traces.length, seed, initial: shown(initial, initialEffects) },
    traces,
  };
}

/** As a file: JSON lines. */
export const goldenText = ({ header, traces }: GoldenSuite): string => [header, ...traces].map((line) => `${JSON.stringify(line)}\n`).join('');

const eventsOf = ({ name, alphabet }: CatalogueEntry): readonly Event[] => [...alphabet, ...portableOf(name).events] as readonly Event[];

function shown(state: Snapshot, effects: readonly unknown[]): GoldenState {
  return { state: pathOf(state.value), effects: effects.map(effectOf), context: state.context as object };
}

/** No parameters and empty ones are the same. */
function effectOf(effect: unknown): GoldenState['effects'][number] {
  const { type, params = {} } = effect as GoldenState['effects'][number];
  return Object.keys(params).length === 0 ? { type } : { type, params };
}

function take({ step }: CatalogueEntry, from: Snapshot, event: Event): { readonly next: Snapshot; readonly taken: GoldenStep } {
  const { state: next, effects, ignored } = step(from, event as never);
  return { next, taken: { event, ...(ignored && { ignored }), ...shown(next, effects) } };
}

/** A step of the graph of all states, and what is seen when it is taken. */
interface Edge {
  readonly taken: GoldenStep;
  readonly to: string;
  /** The branch of the table that this is, and the event in full. */
  readonly branch: string;
}

const keyOf = (state: Snapshot): string => JSON.stringify([pathOf(state.value), state.context]);
const isBounded = (state: Snapshot): boolean => Object.values(state.context as object).every((value) => typeof value !== 'number' || value <= MOST);

function graphOf(entry: CatalogueEntry): ReadonlyMap<string, readonly Edge[]> {
  const states = new Map([[keyOf(entry.step.initial), entry.step.initial]]);
  const graph = new Map<string, readonly Edge[]>();
  for (const [key, state] of states) {
    graph.set(key, eventsOf(entry).flatMap((event) => {
      const { next, taken } = take(entry, state, event);
      if (!isBounded(next)) return [];
      if (!states.has(keyOf(next))) states.set(keyOf(next), next);
      return [{ taken, to: keyOf(next), branch: JSON.stringify([pathOf(state.value), event, taken.state, taken.effects, taken.ignored]) }];
    }));
  }
  return graph;
}

/** From where a walk is, it goes to the nearest branch that none has taken. */
function coveringWalks(entry: CatalogueEntry): GoldenTrace[] {
  const graph = graphOf(entry);
  const covered = new Set<string>();
  const start = keyOf(entry.step.initial);
  const walks: GoldenTrace[] = [];
  for (;;) {
    const edges: Edge[] = [];
    while (edges.length < LONGEST) {
      const way = nearest(graph, edges.at(-1)?.to ?? start, covered);
      if (way === undefined) break;
      edges.push(...way);
      for (const { branch } of way) covered.add(branch);
    }
    if (edges.length === 0) return walks;
    walks.push({ trace: `cover ${walks.length + 1}`, steps: edges.map(({ taken }) => taken) });
  }
}

/** The shortest way whose last step is not covered. */
function nearest(graph: ReadonlyMap<string, readonly Edge[]>, from: string, covered: ReadonlySet<string>): readonly Edge[] | undefined {
  const ways = new Map<string, readonly Edge[]>([[from, []]]);
  for (const [key, way] of ways) {
    for (const edge of graph.get(key) ?? []) {
      if (!covered.has(edge.branch)) return [...way, edge];
      if (!ways.has(edge.to)) ways.set(edge.to, [...way, edge]);
    }
  }
  return undefined;
}

/** Mostly what means something and does not end the machine, so that a walk comes far. */
function randomWalks(entry: CatalogueEntry, seed: number): GoldenTrace[] {
  const draw = numbers(seed);
  const events = eventsOf(entry);
  return Array.from({ length: RANDOM_WALKS }, (_, index) => {
    const steps: GoldenStep[] = [];
    let state = entry.step.initial;
    for (let attempts = 0; attempts < LONGEST * 4 && steps.length < LONGEST; attempts += 1) {
      const event = events[Math.floor(draw() * events.length)];
      if (event === undefined) break;
      const { next, taken } = take(entry, state, event);
      if ((taken.ignored === true || next.status === 'done') && draw() < 0.9) continue;
      steps.push(taken);
      state = next;
    }
    return { trace: `random ${index + 1}`, steps };
  });
}

/** Numbers from 0 to 1 that look random and are not (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
