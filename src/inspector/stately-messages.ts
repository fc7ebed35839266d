/** The three messages by which inspectors for XState are told of actors, as @statelyai/inspect 0.7 writes them: an
 *  actor is there, it gets an event, it has come to a state. Made of what the recorder keeps, so that it is redacted; what a
 *  machine keeps in its context is not among it. Not here: who gets them (stately.ts). @module */
import { catalogue } from '../../machines/catalogue.ts';
import { wires } from '../../machines/wires.ts';
import { isFinal, stateValue } from './sheets.ts';
import type { Subject, TransitionEntry } from './subject.ts';

/** One machine, as the protocol names it. */
export interface Actor {
  readonly sessionId: string;
  readonly rootId: string;
  readonly machine: string;
  readonly name: string;
}

/** A message; JSON writes nothing for what is undefined. */
export type Message = Readonly<Record<string, unknown>> & { readonly type: `@xstate.${'actor' | 'event' | 'snapshot'}` };

/** The machine that others of its subject belong to. */
const roots: Readonly<Partial<Record<Subject['kind'], string>>> = { session: 'stream', room: 'room' };

/** A machine of a subject.
 *  @param slot its name and, where there are several, which: `occupant romeo`
 *  @example
 *  actorOf(session, 'route').sessionId; // 'c1/route' */
export function actorOf({ kind, key }: Pick<Subject, 'kind' | 'key'>, slot: string): Actor {
  const of = kind === 'session' ? key.slice('session '.length) : key;
  const [machine = ''] = slot.split(' ', 1);
  return { sessionId: `${of}/${slot}`, rootId: `${of}/${roots[kind] ?? slot}`, machine, name: slot };
}

export function actorMessage(actor: Actor, path: string, at: number): Message {
  const { sessionId, rootId, machine, name } = actor;
  return {
    type: '@xstate.actor', name, sessionId, ...(rootId !== sessionId && { parentId: rootId }), ...common(actor, at),
    definition: definitionOf(machine), snapshot: snapshotOf(machine, path),
  };
}

/** @param sourceId the machine of which this event is an effect */
export function eventMessage(actor: Actor, { event, at }: TransitionEntry, sourceId: string | undefined): Message {
  return { type: '@xstate.event', event, sourceId, sessionId: actor.sessionId, ...common(actor, at) };
}

export function snapshotMessage(actor: Actor, event: { readonly type: string }, path: string, at: number): Message {
  return { type: '@xstate.snapshot', event, snapshot: snapshotOf(actor.machine, path), sessionId: actor.sessionId, ...common(actor, at) };
}

/** Which machine of the same subject has ordered an event. The core carries over the very object of the table, which
 *  nobody else has. */
export const orderedBy = (event: object): string | undefined => wired.get(event);

const wired: ReadonlyMap<object, string> = new Map(Object.entries(wires).flatMap(([machine, effects]) => Object.values(effects)
  .flatMap((wire: object) => ('to' in wire ? [wire] : Object.values(wire)) as readonly { readonly event: object }[])
  .map(({ event }) => [event, machine] as const)));

const common = ({ rootId }: Actor, at: number): { rootId: string; id: null; createdAt: string; _version: string } => ({ rootId, id: null, createdAt: String(at), _version: '0.7.2' });

function snapshotOf(machine: string, path: string): object {
  return { status: isFinal(machine, path) ? 'done' : 'active', value: stateValue(path), context: {}, children: {}, historyValue: {}, tags: [] };
}

const definitions = new Map<string, string>();

/** The definition of a machine as text: what is a function has its name. */
function definitionOf(machine: string): string {
  const known = definitions.get(machine);
  if (known !== undefined) return known;
  const config: unknown = catalogue.find(({ name }) => name === machine)?.step.machine.config;
  if (config === undefined) return JSON.stringify({ id: machine });
  const definition = JSON.stringify(config, (_key, value: unknown) => (typeof value === 'function' ? { type: value.name } : value));
  definitions.set(machine, definition);
  return definition;
}
