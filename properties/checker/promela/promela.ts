/** The composed system a second time, in Promela, for SPIN to check. The steps of the machines are written
 *  out of the tables that an exploration has filled, and joined by the wires; a cell that it has not
 *  reached is `assert(false)`. One process, one loop, one `d_step` a move; its state says what a state of
 *  resource.ts and remote.ts says, so states and transitions are equal in number. Not here: all that is
 *  written by hand (world.ts, moves.ts, judge.ts), how SPIN is run (properties/spin.ts). @module */
import { wires } from '../../../machines/wires.ts';
import type { Composed } from '../composed.ts';
import type { Variant } from '../generation.ts';
import { events } from '../generation.ts';
import { movesOf } from './moves.ts';
import { call, carry, expiry, identifierOf, toEveryRoom, when } from './text.ts';
import type { Model } from './text.ts';
import { declarations, surroundings } from './world.ts';

/** A remembered step, by what SPIN is told of it. */
interface Step {
  readonly from: number;
  readonly next: number;
  readonly effects: readonly string[];
}

type MachineName = 'stream' | 'session' | 'presence' | 'directed' | 'farewell' | 'route';

/** The events that a machine is told in this system. */
const alphabets: Readonly<Record<MachineName, readonly object[]>> = {
  stream: [events.streamEnded, events.streamLost, events.streamFailed, events.replaced, events.stanza, wires.route.closeRoute.event],
  session: Object.values(wires.stream.endSession).map(({ event }) => event),
  presence: [events.available, events.negative, events.unavailable, wires.session.endPresence.event],
  directed: [events.told, events.untold, events.heard, events.gone],
  farewell: [events.told, events.untold, events.entered, events.left, events.rebound],
  route: [wires.farewell.oweAnswer.event, wires.farewell.settleAnswer.event, wires.session.drainRoute.event, wires.session.closeRoute.event, expiry],
};

/** The states that the model asks for by name. */
const values: Readonly<Record<MachineName, readonly string[]>> = {
  stream: ['bound', 'closing', 'closed'], session: ['connected', 'ended'], presence: ['available', 'availableNegative'], directed: ['told'], farewell: ['none'], route: ['open', 'draining', 'closed'],
};

/** Writes the model of a system that has been explored to its end.
 *  @param variant the one that the system was made with
 *  @example
 *  const system = new Composed(scope);
 *  explore(system);
 *  const text = promelaOf(system); */
export function promelaOf(system: Composed, variant: Variant = {}): string {
  const { scope } = system;
  const { generations } = system.resources;
  const model: Model = { scope, variant, bound: generations.bind().stream };
  const steps = stepsOf(system);
  const inlines = Object.entries(alphabets).flatMap(([machine, alphabet]) => alphabet.map((event) => inlineOf(model, machine as MachineName, event, steps.get(call(machine, event)) ?? [])));
  const registers = inlines.flatMap(({ register }) => register ?? []);
  return `${[
    '/* Written by properties/checker/promela; the steps of the machines are those of machines/*.ts. */',
    declarations(model, registers), ...predicates(system), ...inlines.map(({ text }) => text), surroundings(model, registers),
    'active proctype system() {\n  do', movesOf(model), '  od\n}',
  ].join('\n')}\n`;
}

/** The filled cells by the call of their inline, in the order of the states' numbers. */
function stepsOf(system: Composed): ReadonlyMap<string, readonly Step[]> {
  const found = new Map<string, Map<number, Step>>();
  for (const [machine, table] of Object.entries(system.resources.generations.tables)) {
    for (const { number, event, cell } of table.taken()) {
      const name = call(machine, event);
      const steps = found.get(name) ?? new Map<number, Step>();
      found.set(name, steps.set(number, { from: number, next: cell.next, effects: cell.effects.map((effect) => nameOf(effect)) }));
    }
  }
  return new Map([...found].map(([name, steps]) => [name, [...steps.values()].sort((a, b) => a.from - b.from)]));
}

/** An effect by name; what ends a session also by its event. */
const nameOf = (effect: { readonly type: string; readonly params?: unknown }): string =>
  effect.type === 'endSession' && typeof effect.params === 'object' && effect.params !== null ? `${effect.type} ${Object.values(effect.params).join()}` : effect.type;

/** Questions to a state by its number. */
function predicates(system: Composed): string[] {
  const { tables } = system.resources.generations;
  const numbers = (size: number): number[] => Array.from({ length: size }, (_, number) => number);
  const named = Object.entries(values).flatMap(([machine, asked]) => asked.map((value) => {
    const table = tables[machine as MachineName];
    const those = numbers(table.size).filter((number) => table.state(number).value === value).map((number) => `(s) == ${number}`);
    return `#define ${machine}_is_${value}(s) (${those.length === 0 ? 'false' : those.join(' || ')})`;
  }));
  const priority = numbers(tables.presence.size).reduceRight((rest, number) => `((p) == ${number} -> ${tables.presence.state(number).context.priority} : ${rest})`, '0');
  return [...named, `#define priorityOf(p) ${priority}`];
}

/** One machine and one event: a line for each cell, and then what the cells order, each effect once. */
function inlineOf(model: Model, machine: MachineName, event: object, steps: readonly Step[]): { readonly text: string; readonly register?: string } {
  const name = `${machine}_${identifierOf(event)}`;
  const at = machine === 'directed' || machine === 'farewell' ? `g_${machine}[room]` : `g_${machine}`;
  const isDoubled = machine === 'directed' && event === events.gone && model.variant.directed === 'doubled';
  const { onUnavailable } = model.variant;
  const effects = inOrder(steps.map((step) => step.effects)).map((effect) => ({ effect, meaning: meaningOf(model, machine, event, effect) })).filter(({ meaning }) => meaning !== undefined);
  const cells = steps.map(({ from, next, effects: ordered }) => {
    const orders = effects.reduce((bits, { effect }, index) => (ordered.includes(effect) ? bits | (1 << index) : bits), 0);
    return `  :: ${at} == ${from} -> ${at} = ${isDoubled ? from : next}${orders === 0 ? '' : `; do_${name} = ${orders}`}`;
  });
  const body = [
    ['  if', ...cells, '  :: else -> assert(false)', '  fi'].join('\n'),
    ...effects.map(({ meaning }, index) => `  ${when(`do_${name} & ${1 << index}`, meaning ?? '')}`),
    ...(effects.length === 0 ? [] : [`  do_${name} = 0`]),
    ...(machine === 'presence' && event === events.unavailable && onUnavailable !== undefined ? [`  ${when('isAvailable(presence[who])', carry(onUnavailable))}`] : []),
  ].join(';\n');
  const text = `inline ${name}() {\n${machine === 'route' ? `  if :: !g_routed -> skip :: else ->\n${body}\n  fi` : body}\n}`;
  return effects.length === 0 ? { text } : { text, register: `do_${name}` };
}

/** One order for all effects of some steps: that in which each step has them. */
function inOrder(lists: readonly (readonly string[])[]): string[] {
  const rest = new Set(lists.flat());
  const order: string[] = [];
  while (rest.size > 0) {
    const first = [...rest].find((effect) => lists.every((list) => !list.includes(effect) || list.slice(0, list.indexOf(effect)).every((other) => !rest.has(other))));
    if (first === undefined) throw new Error(`no one order for ${[...rest].join(', ')}`);
    order.push(first);
    rest.delete(first);
  }
  return order;
}

/** What an effect does in the model; nothing, where the system does not look at it. */
function meaningOf({ scope, variant }: Model, machine: MachineName, event: object, effect: string): string | undefined {
  const [type = '', how = ''] = effect.split(' ');
  if (machine === 'session') return sessionMeaning(variant, type);
  const isTold = event === events.told;
  const gone = toEveryRoom(scope, call('directed', events.gone));
  const meanings: Readonly<Record<string, string | undefined>> = {
    'stream.endSession': how === '' ? undefined : carry(wires.stream.endSession[how as keyof typeof wires.stream.endSession]),
    'stream.abandonRoute': carry(wires.stream.abandonRoute), 'stream.closeStream': 'sayClose()', 'stream.sendStreamError': 'says()', 'stream.processStanza': 'o_processed = true',
    'presence.broadcastAvailable': `${variant.routeFrom === 'presence' ? 'g_routed = g_routed || g_route == 0; ' : ''}saySelfAvailable(); ${toEveryRoom(scope, call('directed', events.heard))}`,
    'presence.broadcastUnavailable': 'saySelfUnavailable()', 'presence.echoUnavailable': 'saySelfUnavailable()',
    'presence.endDirected': variant.directed === 'forgotten' ? when('isAvailable(presence[who])', gone) : gone,
    'directed.routePresence': isTold ? 'tellAvailable()' : 'tellUnavailable()', 'directed.sendUnavailable': 'tellGone()',
    'farewell.oweAnswer': carry(wires.farewell.oweAnswer), 'farewell.settleAnswer': carry(wires.farewell.settleAnswer),
    'route.startTimer': variant.timer === 'never' ? undefined : 'g_timer = true', 'route.cancelTimer': variant.timer === 'kept' ? undefined : 'g_timer = false',
    'route.speakForRooms': 'speakForRooms()', 'route.closeRoute': `g_routed = false; ${carry(wires.route.closeRoute)}`,
  };
  return meanings[`${machine}.${type}`];
}

function sessionMeaning(variant: Variant, type: string): string | undefined {
  if (type === 'drainRoute' && variant.drainRoute !== undefined) return carry(variant.drainRoute);
  if (type === 'closeRoute' && variant.closeRoute === 'forgotten') return undefined;
  return type in wires.session ? carry(wires.session[type as keyof typeof wires.session]) : undefined;
}
