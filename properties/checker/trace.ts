/** The trace of a way through a checked system, as the explorer finds it: how it is written down, and taken again, move
 *  by move, by the labels. No time passes in it. Not here: how a way is found (explore.ts), what a trace is
 *  (src/core/trace.ts), the other kinds (properties/replay.ts). @module */
import type { Transition } from '../../src/core/kernel.ts';
import { TRACE_VERSION, TraceError } from '../../src/core/trace.ts';
import type { Trace, TraceQueue, TraceStep } from '../../src/core/trace.ts';
import { catalogue } from '../../machines/catalogue.ts';
import { checks } from '../checks.ts';
import { mutantNamed } from '../mutants/operators.ts';
import type { Check, Substitutes } from './check.ts';
import { Composed } from './composed.ts';
import type { Move, System } from './explore.ts';
import type { Generation, Tables } from './generation.ts';
import type { Item } from './remote.ts';
import { nameOf } from './scope.ts';
import type { Scope } from './scope.ts';
import { composedCheck } from './scopes.ts';
import { negativeControls } from './variants.ts';

/** Which system a way leads through. */
export interface Walked {
  readonly check: string;
  /** The name of the bounds; absent for a negative control, which has its own. */
  readonly scope?: string;
  /** The name of a negative control; absent for the real composition. */
  readonly control?: string;
  /** The name of a mutant, which stands in the place of its machine; absent for the real machines. */
  readonly mutant?: string;
}

/** What the header of such a trace has as its `replay`. */
interface ExplorerReplay extends Walked {
  /** The labels of the moves. */
  readonly way: readonly string[];
}

/** Writes a way down.
 *  @param way the labels of the moves, from the first state on
 *  @param options `broken`: the name of the statement that the way refutes; `variant`: the name of the negative control
 *  that it is a way of, whose scope then counts; `mutant`: the name of the wrong machine that it is a way of
 *  @throws TraceError when the system can't be found by these names, or has no such way
 *  @example
 *  for (const [broken, way] of explore(scope.system()).broken) writeFileSync(file, encodeTrace(traceOf(check, scope.name, way, { broken }))); */
export function traceOf(check: Check, scopeName: string, way: readonly string[], { variant, mutant, broken }: { readonly variant?: string; readonly mutant?: string; readonly broken: string }): Trace {
  const replay = { check: check.name, ...(variant === undefined ? { scope: scopeName } : { control: variant }), ...(mutant !== undefined && { mutant }), way };
  const control = variant === undefined ? undefined : controlNamed(variant);
  return {
    header: {
      waystate: 'trace', version: TRACE_VERSION, kind: 'explorer',
      title: `A way in which ${broken} is broken: ${check.name}, ${control === undefined ? scopeName : control.name}`,
      theorem: { name: broken, statement: check.statements[broken] ?? broken },
      ...(control !== undefined && { fault: control.about }),
      ...(mutant !== undefined && { fault: `A wrong machine: ${mutant}.${dueIn(systemOf(replay), way, broken)}` }),
      replay, again: 'waystate replay FILE',
    },
    steps: [...stepsOf(systemOf(replay), way)],
  };
}

/** Takes the way of a trace again, in the same system of this build.
 *  @throws TraceError when the header names no check, scope or control of this build; and once a move of the way is not
 *  possible any more, when that step is asked for
 *  @example
 *  for (const { label, broken } of replayExplorer(trace)) console.log(label, broken); */
export function replayExplorer({ header }: Trace): Iterable<TraceStep> {
  const { check, scope, control, mutant, way } = header.replay;
  const isName = (value: unknown): boolean => value === undefined || typeof value === 'string';
  if (typeof check !== 'string' || !isName(scope) || !isName(control) || !isName(mutant)) throw new TraceError('line 1: replay must have the names of a check and of a scope or a control');
  if (!Array.isArray(way) || !way.every((label) => typeof label === 'string')) throw new TraceError('line 1: replay.way must be a list of labels');
  return stepsOf(systemOf(header.replay as unknown as ExplorerReplay), way);
}

/** The system that a way leads through, made anew.
 *  @throws TraceError when this build has none of these names */
export function systemOf({ check: name, scope: scopeName, control: variant, mutant }: Walked): System {
  const check = checks.find((each) => each.name === name);
  if (check === undefined) throw new TraceError(`line 1: this build has no check "${name}"`);
  if (variant !== undefined) {
    if (check !== composedCheck) throw new TraceError(`line 1: "${variant}" is a control of the ${composedCheck.name}, and not of "${name}"`);
    const control = controlNamed(variant);
    return new Composed(control.scope, control.variant);
  }
  const scope = check.scopes.find((each) => each.name === scopeName);
  if (scope === undefined) throw new TraceError(`line 1: "${name}" has no scope "${scopeName}"`);
  return scope.system(mutant === undefined ? undefined : substituteOf(mutant));
}

/** A mutant in the place of its machine, whose name its own begins with. */
function substituteOf(mutant: string): Substitutes {
  const entry = catalogue.find(({ name }) => mutant.startsWith(`${name}: `));
  try {
    if (entry !== undefined) return { [entry.name]: mutantNamed(entry, mutant) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new TraceError(`line 1: this build has no mutant "${mutant}"`);
}

function controlNamed(name: string): (typeof negativeControls)[number] {
  const control = negativeControls.find((each) => each.name === name);
  if (control === undefined) throw new TraceError(`line 1: this build has no negative control "${name}"`);
  return control;
}

/** The steps of a way. What is broken by resting in the last state is broken by the last step. */
function* stepsOf(system: System, way: readonly string[]): Generator<TraceStep> {
  let state = system.initial;
  let waited = '[]';
  for (const [index, label] of way.entries()) {
    const move = moveNamed(system, state, label, index + 1);
    const queues = system instanceof Composed ? queuesOf(system, move.state) : [];
    const begun = system instanceof Composed ? begunIn(system, state, move.state) : [];
    const waits = JSON.stringify(queues);
    const broken = index + 1 < way.length ? move.broken : [...new Set([...move.broken, ...restOf(system, move.state)])];
    yield {
      step: index + 1, label,
      transitions: system instanceof Composed ? transitionsOf(system, state, move.state, label) : system.did?.(state, label) ?? [],
      shown: move.shown === '' ? [] : system instanceof Composed ? shownOf(system.scope, move) : [{ to: 'an observer', what: move.shown }],
      ...(broken.length > 0 && { broken }),
      ...(begun.length > 0 && { begun }),
      ...(waits !== waited && { queues }),
    };
    state = move.state;
    waited = waits;
  }
}

/** What must have come of the last move of a way by a statement, where the system can tell. */
function dueIn(system: System, way: readonly string[], broken: string): string {
  if (system.due === undefined) return '';
  const before = way.slice(0, -1).reduce((state, label, index) => moveNamed(system, state, label, index + 1).state, system.initial);
  const due = system.due(before, way.at(-1) ?? '');
  return due?.statement === broken ? ` ${due.words}` : '';
}

/** The move with this label, kept: the system uses its state again.
 *  @throws TraceError when there is none */
function moveNamed(system: System, state: Uint8Array, label: string, step: number): Move {
  let found: Move | undefined;
  const possible: string[] = [];
  system.moves(state, (move) => {
    possible.push(move.label);
    if (move.label === label) found ??= { ...move, state: move.state.slice() };
  });
  if (found === undefined) throw new TraceError(`step ${step}: "${label}" is not possible any more; what is: ${possible.join(', ') || 'nothing'}`);
  return found;
}

/** What is broken by a state that nothing leaves; nothing of any other. */
function restOf(system: System, state: Uint8Array): readonly string[] {
  let isAtRest = true;
  system.moves(state, () => (isAtRest = false));
  return isAtRest ? system.atRest(state) : [];
}

/** What the machines of each resource did, by the states that they are in before and after: the name of the move stands
 *  for the event, and what was ordered is in what is shown. Of a new generation there is nothing to tell here but what
 *  it took over. */
function transitionsOf({ scope, resources }: Composed, before: Uint8Array, after: Uint8Array, label: string): Transition[] {
  const { tables } = resources.generations;
  return Array.from({ length: scope.users * scope.resourcesPerUser }, (_, r) => {
    const was = resources.state(resourceOf(before, r));
    const is = resources.state(resourceOf(after, r));
    if (was === is || was.generation === null || is.generation === null) return [];
    const isNew = was.rebinds !== is.rebinds;
    const former = machinesOf(tables, was.generation);
    return machinesOf(tables, is.generation).flatMap(({ machine, room, number, value }, index): Transition[] => {
      if (former[index]?.number === number || (isNew && machine !== 'farewell')) return [];
      return [{ machine, of: ownerOf(scope, r, room), event: { type: label }, from: former[index]?.value, to: value, effects: [], ignored: false }];
    });
  }).flat();
}

/** The machines of a resource that has just been bound, and a route that is there from now on. */
function begunIn({ scope, resources }: Composed, before: Uint8Array, after: Uint8Array): NonNullable<TraceStep['begun']> {
  const { tables } = resources.generations;
  return Array.from({ length: scope.users * scope.resourcesPerUser }, (_, r) => {
    const was = resources.state(resourceOf(before, r));
    const { generation, rebinds } = resources.state(resourceOf(after, r));
    if (generation === null) return [];
    const isNew = was.generation === null || was.rebinds !== rebinds;
    return machinesOf(tables, generation)
      .filter(({ machine }) => (machine === 'route' ? generation.isRouted && (isNew || was.generation?.isRouted === false) : isNew))
      .map(({ machine, room, value }) => ({ machine, of: ownerOf(scope, r, room), state: value }));
  }).flat();
}

const ownerOf = (scope: Scope, resource: number, room: number | undefined): string => nameOf(scope, resource) + (room === undefined ? '' : ` room ${room + 1}`);

/** What clients have sent and their server has not taken, and what is on the links between the servers. */
function queuesOf(system: Composed, state: Uint8Array): readonly TraceQueue[] {
  const { scope, resources } = system;
  const { toRemote, fromRemote } = system.remoteOf(state);
  const itemText = ({ room, resource, isGone }: Item, answer: boolean): string => answer
    ? `room ${room + 1}'s ${isGone ? 'goodbye' : 'welcome'} to ${nameOf(scope, resource)}`
    : `${nameOf(scope, resource)}'s ${isGone ? 'unavailable' : 'join'} to room ${room + 1}`;
  return [
    ...Array.from({ length: scope.users * scope.resourcesPerUser }, (_, r) => ({ name: `${nameOf(scope, r)} → server`, items: resources.state(resourceOf(state, r)).queue })),
    { name: 'server → remote server', items: toRemote.map((item) => itemText(item, false)) },
    { name: 'remote server → server', items: fromRemote.map((item) => itemText(item, true)) },
  ].filter(({ items }) => items.length > 0);
}

/** A machine of a generation, and the state that it is in. */
interface MachineState {
  readonly machine: string;
  readonly room?: number;
  readonly number: number;
  readonly value: unknown;
}

function machinesOf(tables: Tables, { stream, session, presence, route, directed, farewell }: Generation): readonly MachineState[] {
  return [
    { machine: 'stream', number: stream, value: tables.stream.state(stream).value },
    { machine: 'session', number: session, value: tables.session.state(session).value },
    { machine: 'presence', number: presence, value: tables.presence.state(presence).value },
    ...directed.map((number, room) => ({ machine: 'directed-presence', room, number, value: tables.directed.state(number).value })),
    ...farewell.map((number, room) => ({ machine: 'farewell', room, number, value: tables.farewell.state(number).value })),
    { machine: 'route', number: route, value: tables.route.state(route).value },
  ];
}

/** The number of a resource's state, where a state of the composed system has it. */
const resourceOf = (state: Uint8Array, r: number): number => (state[2 * r] ?? 0) | ((state[2 * r + 1] ?? 0) << 8);

/** What the composed system shows, by whom it is for: a room, the recipients of a message, or else the resource that the
 *  move is about, which its label names first. */
function shownOf(scope: Scope, { label, shown }: Move): TraceStep['shown'] {
  const names = Array.from({ length: scope.users * scope.resourcesPerUser }, (_, r) => nameOf(scope, r));
  const subject = names.findIndex((name) => name === /\b[a-z]\d+\b/.exec(label)?.[0]);
  if (!shown.startsWith('message: ')) {
    return shown.split(', ').map((what) => {
      const [, room] = /^told \S+ (\d+)$/.exec(what) ?? [];
      return { to: room === undefined ? names[subject] ?? '' : `room ${room}`, what };
    });
  }
  const reach = shown.slice('message: '.length);
  const first = ((Math.floor(subject / scope.resourcesPerUser) + 1) % scope.users) * scope.resourcesPerUser;
  if (!/^\d/.test(reach)) return [{ to: reach === 'store' ? 'store' : names[subject] ?? '', what: shown }];
  return reach.split(' ').map((index) => ({ to: names[first + Number(index) - 1] ?? '', what: 'message' }));
}
