/** A machine in SCXML (W3C), with the ECMAScript data model. Effects are sent to whoever invokes the chart
 *  (`#_parent`), timers are delayed events of its own, and what is kept is the data. docs/reference/export.md says what
 *  a host supplies. @module */
import type { AnyStateNode } from 'xstate';
import type { CatalogueEntry } from '../../machines/catalogue.ts';
import { ecmaScript, pathsOf } from './expression.ts';
import type { Expression } from './expression.ts';
import { plainMachine } from './plain.ts';
import { portableOf } from './portable.ts';
import type { Named, Portable } from './portable.ts';
import { delaysOf } from './table.ts';

/** An element, its attributes, and what is in it. */
interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | undefined>>;
  readonly inside: readonly Element[];
}

/** An action or a guard as a definition without functions has it. */
type Reference = string | { readonly type: string; readonly params?: Named };

const element = (name: string, attributes: Element['attributes'], inside: readonly Element[] = []): Element => ({ name, attributes, inside });

/** Writes a machine.
 *  @example
 *  scxml(route); // '<?xml version="1.0" …<state id="open">…' */
export function scxml(entry: CatalogueEntry): string {
  const { name, about, spec, step } = entry;
  const portable = portableOf(name);
  const machine = plainMachine(entry, () => false);
  const delays = Object.entries(delaysOf(entry)).map(([delay, milliseconds]) => `${delay}: '${milliseconds}ms'`);
  const kept = Object.entries(step.initial.context as Readonly<Record<string, Expression>>);
  const data = [
    ...(delays.length === 0 ? [] : [element('data', { id: 'delays', expr: `{ ${delays.join(', ')} }` })]),
    ...kept.map(([id, value]) => element('data', { id, expr: ecmaScript(value) })),
  ];
  const root = element('scxml', {
    xmlns: 'http://www.w3.org/2005/07/scxml', 'xmlns:ws': 'urn:waystate:export', version: '1.0', name: step.machine.id, datamodel: 'ecmascript', initial: initialOf(machine.root),
  }, [
    ...(data.length === 0 ? [] : [element('datamodel', {}, data)]),
    ...childrenOf(machine.root).map((node) => stateOf(node, portable)),
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<!-- ${about} ${spec} -->\n${written(root)}`;
}

const childrenOf = (node: AnyStateNode): AnyStateNode[] => Object.values(node.states);
const idOf = (node: AnyStateNode): string => node.path.join('.');
const initialOf = (node: AnyStateNode): string => idOf(node.initial.target[0] as AnyStateNode);
const isTimer = (event: string): boolean => event.startsWith('xstate.after.');

function stateOf(node: AnyStateNode, portable: Portable): Element {
  const events = [...node.transitions.keys()];
  const timers = events.filter(isTimer);
  // A timer of a state begins and ends with it.
  const begin = timers.map((timer) => element('onentry', {}, [element('send', { event: timer, id: timer, delayexpr: `delays.${timer.split('.')[2] ?? ''}` })]));
  const end = timers.map((timer) => element('onexit', {}, [element('cancel', { sendid: timer })]));
  return element(node.type === 'final' ? 'final' : 'state', { id: idOf(node), initial: node.type === 'compound' ? initialOf(node) : undefined }, [
    ...begin, ...end, ...events.flatMap((event) => transitionsOf(node, event, portable)), ...childrenOf(node).map((child) => stateOf(child, portable)),
  ]);
}

function transitionsOf(node: AnyStateNode, event: string, portable: Portable): Element[] {
  return (node.transitions.get(event) ?? []).map(({ target, guard, actions, reenter }) => {
    // XState leaves a state only when it is told to; SCXML stays only when it is told to.
    const to = (target as readonly AnyStateNode[] | undefined)?.map(idOf).find((id) => reenter || id !== idOf(node));
    const name = guard === undefined ? undefined : typeOf(guard as Reference);
    return element('transition', {
      event, cond: name === undefined ? undefined : ecmaScript(expressionOf(portable.guards, name)), 'ws:guard': name,
      target: to, type: to?.startsWith(`${idOf(node)}.`) === true && !reenter ? 'internal' : undefined,
    }, (actions as readonly Reference[]).flatMap((action) => deedOf(action, portable)));
  });
}

const typeOf = (named: Reference): string => (typeof named === 'string' ? named : named.type);

function expressionOf<T>(table: Readonly<Record<string, T>>, name: string): T {
  const found = table[name];
  if (found === undefined) throw new Error(`${name} has no expression`);
  return found;
}

function deedOf(action: Reference, { updates }: Portable): readonly Element[] {
  const type = typeOf(action);
  if (type.startsWith('note')) return assignments(type, expressionOf(updates, type));
  const params = typeof action === 'string' ? {} : action.params ?? {};
  return [element('send', { event: type, target: '#_parent' }, Object.entries(params).map(([name, value]) => element('param', { name, expr: ecmaScript(value) })))];
}

/** One after the other comes to the same as all at once, if none reads what an earlier one has written. */
function assignments(update: string, changes: Named): readonly Element[] {
  const written = new Set<string>();
  return Object.entries(changes).map(([location, value]) => {
    if (pathsOf(value).some((path) => path.startsWith('context.') && written.has(path.split('.')[1] ?? ''))) throw new Error(`${update} reads what it has written; change the order`);
    written.add(location);
    return element('assign', { location, expr: ecmaScript(value) });
  });
}

function written({ name, attributes, inside }: Element, indent = ''): string {
  const given = Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${escaped(value)}"`])).join('');
  if (inside.length === 0) return `${indent}<${name}${given}/>\n`;
  return `${indent}<${name}${given}>\n${inside.map((part) => written(part, `${indent}  `)).join('')}${indent}</${name}>\n`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (letter) => entities[letter] ?? letter);
