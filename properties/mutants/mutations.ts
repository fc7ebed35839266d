/** Mutation operators: small wrong versions of a machine, made from its own definition. Each operator
 *  takes one transition, or one state, and gets it wrong in one way. Not here: which of the machines so
 *  made differ (operators.ts), and what refutes them (run.ts). @module */

/** A transition, as XState's configuration has it. */
export interface TransitionConfig {
  target?: string;
  guard?: unknown;
  actions?: unknown;
  meta?: unknown;
}

/** A state, as XState's configuration has it. */
export interface StateConfig {
  id?: string;
  initial?: string;
  type?: string;
  states?: Record<string, StateConfig>;
  on?: Record<string, TransitionConfig | TransitionConfig[]>;
  after?: Record<string, TransitionConfig | TransitionConfig[]>;
  [key: string]: unknown;
}

/** A change to a definition. */
export interface Mutation {
  readonly operator: string;
  /** State, event and number of the candidate, as far as they matter. */
  readonly where: string;
  /** Changes a copy of the definition. */
  apply(config: StateConfig): void;
}

/** Where a candidate is: the names of the states down to its own, the event and its number. */
interface Place {
  readonly path: readonly string[];
  readonly slot: 'on' | 'after';
  readonly event: string;
  readonly index: number;
  readonly count: number;
  readonly transition: TransitionConfig;
}

const listOf = <T>(value: T | T[] | undefined): T[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const labelOf = (value: unknown): string => (typeof value === 'string' ? value : String((value as { type?: unknown }).type));

/** Every mutation of a definition, in the order of its states and transitions. */
export function mutationsOf(config: StateConfig): readonly Mutation[] {
  const states = statesOf(config, []);
  const leaves = states.filter(({ state }) => state.states === undefined).map(({ path }) => path);
  return states.flatMap(({ path, state }) => [
    ...initials(path, state),
    ...timers(path, state),
    ...(['on', 'after'] as const).flatMap((slot) => placesOf(path, state, slot).flatMap((place) => [
      ...droppings(place), ...targets(place, config.id ?? '', leaves), ...guards(place), ...actions(place),
    ])),
  ]);
}

function statesOf(state: StateConfig, path: readonly string[]): { readonly path: readonly string[]; readonly state: StateConfig }[] {
  return [{ path, state }, ...Object.entries(state.states ?? {}).flatMap(([name, inner]) => statesOf(inner, [...path, name]))];
}

function placesOf(path: readonly string[], state: StateConfig, slot: 'on' | 'after'): readonly Place[] {
  return Object.entries(state[slot] ?? {}).flatMap(([event, all]) =>
    listOf(all).map((transition, index, { length }) => ({ path, slot, event, index, count: length, transition })));
}

function stateAt(config: StateConfig, path: readonly string[]): StateConfig {
  return path.reduce((state, name) => state.states?.[name] ?? {}, config);
}

/** Replaces a candidate by others. */
function replace(config: StateConfig, { path, slot, event, index }: Place, by: (transition: TransitionConfig) => readonly TransitionConfig[]): void {
  const all = stateAt(config, path)[slot];
  if (all === undefined) return;
  const candidates = listOf(all[event]).flatMap((transition, at) => (at === index ? by(transition) : [transition]));
  if (candidates.length === 0) delete all[event];
  else all[event] = candidates;
}

const whereOf = ({ path, event, index, count }: Place): string => `${path.join('.')} on ${event}${count > 1 ? ` #${index + 1}` : ''}`;

function mutation(operator: string, place: Place, by: (transition: TransitionConfig) => readonly TransitionConfig[]): Mutation {
  return { operator, where: whereOf(place), apply: (config) => replace(config, place, by) };
}

/** Another first state. */
function initials(path: readonly string[], state: StateConfig): readonly Mutation[] {
  return Object.keys(state.states ?? {}).filter((name) => name !== state.initial).map((name) => ({
    operator: `begin in ${name}`, where: path.join('.') || 'the machine',
    apply: (config) => {
      stateAt(config, path).initial = name;
    },
  }));
}

/** No timer at all; its transitions one by one are dropped like any other. */
function timers(path: readonly string[], state: StateConfig): readonly Mutation[] {
  return Object.keys(state.after ?? {}).map((delay) => ({
    operator: 'drop the timer', where: `${path.join('.')} after ${delay}`,
    apply: (config) => void delete stateAt(config, path).after?.[delay],
  }));
}

function droppings(place: Place): readonly Mutation[] {
  const { slot, count, index } = place;
  // The only candidate of a timer goes with its timer.
  const drop = slot === 'after' && count === 1 ? [] : [mutation('drop the transition', place, () => [])];
  const swap: Mutation = {
    operator: 'swap with the next candidate', where: whereOf(place),
    apply: (config) => {
      const all = stateAt(config, place.path)[slot];
      const candidates = listOf(all?.[place.event]);
      const [first, second] = [candidates[index], candidates[index + 1]];
      if (all !== undefined && first !== undefined && second !== undefined) all[place.event] = candidates.with(index, second).with(index + 1, first);
    },
  };
  return index + 1 < count ? [...drop, swap] : drop;
}

/** Another target, each of the machine's leaves in turn; or none. */
function targets(place: Place, id: string, leaves: readonly (readonly string[])[]): readonly Mutation[] {
  const { target } = place.transition;
  const own = target === undefined ? place.path.join('.') : target.replace(`#${id}.`, '').replace(/^.*\./, '');
  const others = leaves.filter((leaf) => leaf.at(-1) !== own && leaf.join('.') !== own);
  const retarget = others.map((leaf) => mutation(`retarget to ${leaf.join('.')}`, place, (transition) => [{ ...transition, target: `#${id}.${leaf.join('.')}` }]));
  const stay = target === undefined ? [] : [mutation('remove the target', place, ({ target: _target, ...rest }) => [rest])];
  return [...stay, ...retarget];
}

/** No guard, one that never holds, one that holds when it should not. */
function guards(place: Place): readonly Mutation[] {
  const { guard } = place.transition;
  if (guard === undefined) return [];
  return [
    mutation(`remove the guard ${labelOf(guard)}`, place, ({ guard: _guard, ...rest }) => [rest]),
    mutation(`never ${labelOf(guard)}`, place, (transition) => [{ ...transition, guard: () => false }]),
    mutation(`negate ${labelOf(guard)}`, place, (transition) => [{ ...transition, guard: { type: 'not', inner: guard } }]),
  ];
}

/** One action fewer, one twice, two in the other order; of those that keep something too. */
function actions(place: Place): readonly Mutation[] {
  const all = listOf(place.transition.actions as unknown);
  const by = (operator: string, changed: readonly unknown[]): Mutation => mutation(operator, place, (transition) => [{ ...transition, actions: changed }]);
  return all.flatMap((action, index) => {
    const next = all[index + 1];
    return [
      by(`drop ${labelOf(action)}`, all.toSpliced(index, 1)),
      by(`double ${labelOf(action)}`, all.toSpliced(index, 0, action)),
      ...(next === undefined ? [] : [by(`swap ${labelOf(action)} and ${labelOf(next)}`, all.with(index, next).with(index + 1, action))]),
    ];
  });
}
