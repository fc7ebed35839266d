/** The machines as data for a page: states, transitions, descriptions and sections, read from the definitions that
 *  run. Not here: their diagrams, which are files of the page. @module */
import type { AnyStateNode } from 'xstate';
import { catalogue } from '../../machines/catalogue.ts';
import type { CatalogueEntry } from '../../machines/catalogue.ts';
import { wires } from '../../machines/wires.ts';
import type { Wire } from '../../machines/wires.ts';

/** One state of a machine. */
export interface StateSheet {
  /** Its path inside the machine, such as `negotiating.opened`. */
  readonly path: string;
  readonly description: string;
  readonly spec: readonly string[];
  readonly isFinal: boolean;
  readonly isInitial: boolean;
}

/** One transition of a state. */
export interface TransitionSheet {
  /** Its state, its event, and which of the answers to it: a diagram names it so too. */
  readonly id: string;
  readonly source: string;
  readonly event: string;
  /** Absent when the machine stays where it is. */
  readonly target?: string;
  readonly guard?: string;
  readonly effects: readonly string[];
  readonly spec: readonly string[];
}

/** One machine. */
export interface MachineSheet {
  readonly name: string;
  readonly about: string;
  readonly spec: string;
  readonly states: readonly StateSheet[];
  readonly transitions: readonly TransitionSheet[];
  /** Its effects that are events of other machines. */
  readonly wires: readonly WireSheet[];
}

/** An effect of a machine that is the event of another. */
export interface WireSheet {
  readonly effect: string;
  readonly to: string;
  readonly event: string;
}

type Named = string | { readonly type: string };
const nameOf = (named: Named): string => (typeof named === 'string' ? named : named.type);
const sectionsOf = (meta: unknown): readonly string[] => [(meta as { readonly spec: string | readonly string[] } | undefined)?.spec ?? []].flat();
const pathOf = (node: AnyStateNode): string => node.path.join('.');

/** A timer is named for its delay and its state: the delay says enough. */
const eventName = (type: string): string => (type.startsWith('xstate.after.') ? `after ${type.split('.')[2]}` : type);

/** Every machine of the house, in the order of the catalogue. */
export const sheets: ReadonlyMap<string, MachineSheet> = new Map(catalogue.map((entry) => [entry.name, sheetOf(entry)]));

function sheetOf({ name, about, spec, step }: CatalogueEntry): MachineSheet {
  const below = (node: AnyStateNode): AnyStateNode[] => Object.values(node.states as Record<string, AnyStateNode>).flatMap((child) => [child, ...below(child)]);
  const nodes = below(step.machine.root as AnyStateNode);
  return { name, about, spec, states: nodes.map(stateOf), transitions: nodes.flatMap(transitionsOf), wires: wiresOf(name) };
}

function wiresOf(machine: string): WireSheet[] {
  const own = Object.entries((wires as Readonly<Record<string, Readonly<Record<string, Wire | Readonly<Record<string, Wire>>>>>>)[machine] ?? {});
  return own.flatMap(([effect, wire]) => (isWire(wire) ? [wire] : Object.values(wire)).map(({ to, event }) => ({ effect, to, event: event.type })));
}

function isWire(wire: Wire | Readonly<Record<string, Wire>>): wire is Wire {
  return typeof wire['to'] === 'string';
}

function stateOf(node: AnyStateNode): StateSheet {
  const isInitial = node.parent?.initial?.target?.[0] === node;
  return { path: pathOf(node), description: node.description ?? '', spec: sectionsOf(node.meta), isFinal: node.type === 'final', isInitial };
}

function transitionsOf(node: AnyStateNode): TransitionSheet[] {
  return [...node.transitions.values()].flatMap((answers) => answers.map(({ eventType, target, guard, actions, meta }, index) => ({
    id: `${pathOf(node)}/${eventName(eventType)}/${index}`,
    source: pathOf(node),
    event: eventType,
    ...(target?.[0] !== undefined && { target: pathOf(target[0]) }),
    ...(guard !== undefined && { guard: nameOf(guard as Named) }),
    // What only keeps something in the context orders nothing (machines/step.ts).
    effects: (actions as readonly Named[]).map(nameOf).filter((name) => !name.startsWith('note')),
    spec: sectionsOf(meta),
  })));
}

/** A state's value as its path.
 *  @example
 *  statePath({ negotiating: 'opened' }); // 'negotiating.opened' */
export function statePath(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[key, inner] = ['', '']] = Object.entries(value) as [string, unknown][];
  return `${key}.${statePath(inner)}`;
}

/** The transition that was taken.
 *  @returns undefined when the definition has none such
 *  @param from, to the paths of the states before and after
 *  @param effects what was ordered: of two transitions to the same state it tells which */
export function takenOf(machine: string, event: string, from: string, to: string, effects: readonly string[] = []): TransitionSheet | undefined {
  const candidates = sheets.get(machine)?.transitions.filter((each) => each.event === event && isWithin(from, each.source)) ?? [];
  // The innermost state that knows the event answers it; of several answers, the one that leads to where the machine is.
  const innermost = Math.max(...candidates.map(({ source }) => source.length));
  const own = candidates.filter(({ source }) => source.length === innermost);
  const there = own.filter(({ target }) => target === undefined ? from === to : isWithin(to, target));
  const ordered = there.filter((each) => each.effects.every((effect) => effects.includes(effect))).sort((a, b) => b.effects.length - a.effects.length);
  return ordered[0] ?? there[0] ?? own[0];
}

const isWithin = (path: string, outer: string): boolean => path === outer || path.startsWith(`${outer}.`);

/** Whether a machine has come to its end. */
export const isFinal = (machine: string, path: string): boolean => sheets.get(machine)?.states.some((state) => state.path === path && state.isFinal) ?? false;
