/** The one step interface of all machines, and the sole caller of XState: `step(state, event)` gives
 *  the next state and the effects that were ordered, and performs nothing. A second engine can stand
 *  behind the same interface. Not here: who keeps the states and carries out the effects (`src/core`).
 *  XState's exported `transition()` is not used: it runs the initial transition again at each call.
 *  @module */
import { createEmptyActor } from 'xstate';
import type { AnyActorScope, AnyStateMachine, EventFrom, EventObject, SnapshotFrom, StateMachine } from 'xstate';

/** Where a state or a transition is specified; checked by type, and by the house test. */
export type Section = `RFC ${number} §${string}` | `XEP-${number} §${string}` | `DESIGN D${number}`;

/** The citation that each state and each transition carries as its `meta`. */
export interface Cite {
  readonly spec: Section | readonly Section[];
}

/** Begin a timer: after the named delay, its `timer` comes back as the type of an event. */
export interface StartTimer {
  readonly type: 'startTimer';
  readonly params: { readonly timer: TimerEvent['type']; readonly delay: string };
}

/** Forget a timer. */
export interface CancelTimer {
  readonly type: 'cancelTimer';
  readonly params: { readonly timer: TimerEvent['type'] };
}

type ActionOf<M> = M extends StateMachine<
  infer _Context, infer _Event, infer _Children, infer _Actor, infer Action, infer _Guard, infer _Delay,
  infer _Value, infer _Tag, infer _Input, infer _Output, infer _Emitted, infer _Meta, infer _Schema
> ? Action : never;

/** The effects that a machine can order: its named actions, and its timers. An action whose name
 *  begins with `note` keeps something in the context (`assign`) and orders nothing. */
export type EffectOf<M> = Exclude<ActionOf<M>, { type: `note${string}` }> | StartTimer | CancelTimer;

/** A machine's answer to an event. */
export interface Step<M extends AnyStateMachine> {
  readonly state: SnapshotFrom<M>;
  readonly effects: readonly EffectOf<M>[];
  /** No transition is enabled in this state: the event means nothing here. */
  readonly ignored: boolean;
}

/** A machine as the core sees it. */
export interface Stepper<M extends AnyStateMachine> {
  /** Advances a state by one event; performs nothing. */
  (state: SnapshotFrom<M>, event: EventFrom<M> | TimerEvent): Step<M>;
  readonly machine: M;
  /** The state in which each of these machines begins; one object for all. */
  readonly initial: SnapshotFrom<M>;
  /** What is ordered when a machine begins: a timer of its first state. */
  readonly initialEffects: readonly EffectOf<M>[];
}

/** A timer that has run out, named as `startTimer` named it. */
export interface TimerEvent {
  readonly type: `xstate.after.${string}`;
}

const NONE: readonly never[] = [];
const emptyActor = createEmptyActor();
let collected: { type: string; params?: unknown }[] = [];

/** One inert scope for all machines: actions are collected, and nothing is spawned, sent or logged. */
const scope = {
  self: emptyActor,
  id: '',
  sessionId: '',
  system: emptyActor.system,
  logger() {},
  defer() {},
  stopChild() {},
  emit() {},
  actionExecutor(action: { type: string; params: unknown }) {
    collected.push(named(action));
  },
} as unknown as AnyActorScope;

/** Renames XState's delayed raise and its cancellation, which `after` gives, to timer effects. */
function named({ type, params }: { type: string; params: unknown }): { type: string; params?: unknown } {
  if (type === 'xstate.raise') {
    const timer = (params as { event: EventObject }).event.type;
    return { type: 'startTimer', params: { timer, delay: timer.split('.')[2] } };
  }
  if (type === 'xstate.cancel') return { type: 'cancelTimer', params: { timer: (params as { sendId: string }).sendId ?? params } };
  return params === undefined ? { type } : { type, params };
}

/** Gives the step function of a machine.
 *  @example
 *  import { setup } from 'xstate';
 *  const windowMachine = setup({ types: { events: {} as { type: 'day.broke' } }, actions: { lightUp: () => {} } }).createMachine({
 *    initial: 'dark',
 *    states: { dark: { on: { 'day.broke': { target: 'light', actions: 'lightUp' } } }, light: {} },
 *  });
 *  const stepWindow = stepOf(windowMachine);
 *  const { state, effects } = stepWindow(stepWindow.initial, { type: 'day.broke' });
 *  state.value; // 'light'
 *  effects; // [{ type: 'lightUp' }] */
export function stepOf<M extends AnyStateMachine>(machine: M): Stepper<M> {
  collected = [];
  const initial = machine.getInitialSnapshot(scope) as SnapshotFrom<M>;
  const initialEffects = collected as unknown as EffectOf<M>[];
  const step = (state: SnapshotFrom<M>, event: EventFrom<M> | TimerEvent): Step<M> => {
    if (machine.getTransitionData(state as never, event as never).length === 0) return { state, effects: NONE, ignored: true };
    collected = [];
    const next = machine.transition(state as never, event as never, scope) as SnapshotFrom<M>;
    return { state: next, effects: collected as unknown as EffectOf<M>[], ignored: false };
  };
  return Object.assign(step, { machine, initial, initialEffects });
}
