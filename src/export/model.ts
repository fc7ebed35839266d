/** What a diagram of a machine shows, read from the machine's definition: its states, and its transitions
 *  with event, guard, effects and section. Plain data. Not here: where anything stands and what it looks like
 *  (docs/diagram). @module */
import type { AnyStateNode } from 'xstate';
import type { CatalogueEntry } from '../../machines/catalogue.ts';

/** One state of a machine. */
export interface MachineState {
  /** Its path inside the machine, such as `negotiating.opened`. */
  readonly id: string;
  readonly name: string;
  /** The state around it; undefined on the machine's own level. */
  readonly parent: string | undefined;
  readonly kind: 'atomic' | 'compound' | 'final';
  /** Whether its level begins here. */
  readonly isInitial: boolean;
  readonly description: string;
  /** The section that asks for it. */
  readonly spec: string;
}

/** One transition of a machine. */
export interface MachineTransition {
  /** `state/event/n`: the nth that the state has for this event, from 0. */
  readonly id: string;
  readonly source: string;
  /** The event as a trace has it, such as `xstate.after.closeTimeout.stream.closing`. */
  readonly type: string;
  /** The event as a reader has it, such as `after closeTimeout`. */
  readonly event: string;
  readonly isTimer: boolean;
  readonly guard: string | undefined;
  /** Undefined when the state is left as it is. */
  readonly target: string | undefined;
  /** Named actions in order: effects, and what is noted in the context. */
  readonly effects: readonly string[];
  readonly spec: string;
}

/** A machine as data. */
export interface MachineModel {
  readonly name: string;
  readonly about: string;
  readonly spec: string;
  /** From the outside to the inside, in the order of the definition. */
  readonly states: readonly MachineState[];
  readonly transitions: readonly MachineTransition[];
}

/** Reads a machine of the catalogue.
 *  @example
 *  modelOf(catalogue[0]).states[0].id; // 'negotiating' */
export function modelOf({ name, about, spec, step }: CatalogueEntry): MachineModel {
  const nodes = below(step.machine.root);
  return { name, about, spec, states: nodes.map(stateOf), transitions: nodes.flatMap(transitionsOf) };
}

function below(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states as Record<string, AnyStateNode>).flatMap((child) => [child, ...below(child)]);
}

const pathOf = (node: AnyStateNode): string => node.path.join('.');

function stateOf(node: AnyStateNode): MachineState {
  const parent = node.parent;
  return {
    id: pathOf(node),
    name: node.key,
    parent: parent === undefined || parent.path.length === 0 ? undefined : pathOf(parent),
    kind: node.type === 'compound' || node.type === 'final' ? node.type : 'atomic',
    isInitial: parent?.initial.target[0] === node,
    description: node.description ?? '',
    spec: sectionsOf(node.meta),
  };
}

function transitionsOf(node: AnyStateNode): MachineTransition[] {
  return [...node.transitions.values()].flatMap((ofEvent) => ofEvent.map((transition, index) => {
    const event = eventOf(transition.eventType);
    const target = transition.target?.[0];
    return {
      id: `${pathOf(node)}/${event}/${index}`,
      source: pathOf(node),
      type: transition.eventType,
      event,
      isTimer: event !== transition.eventType,
      guard: transition.guard === undefined ? undefined : nameOf(transition.guard as Named),
      target: target === undefined ? undefined : pathOf(target),
      effects: (transition.actions as readonly Named[]).map(nameOf),
      spec: sectionsOf(transition.meta),
    };
  }));
}

/** `after` gives an event that is named for its delay and its state: the delay says enough. */
const eventOf = (type: string): string => (type.startsWith('xstate.after.') ? `after ${type.split('.')[2]}` : type);

/** What XState knows of an action or a guard that has a name. */
type Named = string | { readonly type: string; readonly params?: unknown };

/** A name, with what is fixed of its parameters. */
function nameOf(named: Named): string {
  if (typeof named === 'string') return named;
  const fixed = typeof named.params === 'object' && named.params !== null ? Object.values(named.params) : [];
  return fixed.length === 0 ? named.type : `${named.type}(${fixed.join(', ')})`;
}

function sectionsOf(meta: unknown): string {
  return [(meta as { readonly spec: string | readonly string[] }).spec].flat().join(', ');
}
