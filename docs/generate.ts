/** Writes the pages under docs/reference/machines from the machines themselves: what is drawn and listed
 *  there is what runs. `node docs/generate.ts` writes them; with `--check` it writes nothing and fails
 *  on any difference. Not here: the API pages, which TypeDoc makes of the doc comments. @module */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyStateNode } from 'xstate';
import { catalogue } from '../machines/catalogue.ts';
import type { CatalogueEntry } from '../machines/catalogue.ts';
import { wires } from '../machines/wires.ts';
import type { Wire } from '../machines/wires.ts';

const directory = join(import.meta.dirname, 'reference', 'machines');

/** One transition, as the pages show it. */
interface Arrow {
  readonly source: AnyStateNode;
  readonly event: string;
  readonly guard: string | undefined;
  readonly target: AnyStateNode | undefined;
  readonly effects: readonly string[];
  readonly spec: string;
}

/** What XState knows of an action or a guard that has a name. */
type Named = string | { readonly type: string; readonly params?: unknown };

/** Every page, by its file name.
 *  @example
 *  pages().get('route.md'); // '# Machine: route …' */
export function pages(): ReadonlyMap<string, string> {
  const machines = catalogue.map((entry) => [`${entry.name}.md`, pageOf(entry)] as const);
  return new Map([['README.md', indexPage()], ...machines]);
}

/** The names of the pages that are missing, out of date, or left over; none when all is in order. */
export function stalePages(): readonly string[] {
  const fresh = pages();
  const kept = new Set(readdirSync(directory));
  const changed = [...fresh].filter(([name, text]) => !kept.has(name) || readFileSync(join(directory, name), 'utf8') !== text);
  return [...changed.map(([name]) => name), ...[...kept].filter((name) => !fresh.has(name))];
}

function writePages(): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of pages()) writeFileSync(join(directory, name), text);
}

function indexPage(): string {
  return lines(
    '# The machines', '',
    generated('machines/catalogue.ts'), '',
    'In the order in which a user meets them. Each page has a diagram, every state and every transition with',
    'the section that asks for it. What a machine answers to each event in each state is in its golden matrix.', '',
    table(['Machine', 'What it is', 'Specification', 'States', 'Transitions'], catalogue.map((entry) => {
      const states = statesOf(entry);
      return [`[${entry.name}](${entry.name}.md)`, entry.about, entry.spec, String(states.length), String(states.flatMap(arrowsOf).length)];
    })), '',
    '## Wires', '',
    'Machines never call each other. These effects of one machine are events for another machine of the same',
    'resource, and the core carries them over ([machines/wires.ts](../../../machines/wires.ts)).', '',
    table(['Machine', 'Effect', 'Machine', 'Event'], wireRows()),
  );
}

function wireRows(): readonly (readonly string[])[] {
  const rowOf = (from: string, effect: string, { to, event }: Wire): readonly string[] => [from, `\`${effect}\``, to, `\`${event.type}\``];
  return Object.entries(wires).flatMap(([from, effects]) =>
    Object.entries<Wire | Readonly<Record<string, Wire>>>(effects).flatMap(([effect, wire]) => isWire(wire)
      ? [rowOf(from, effect, wire)]
      : Object.entries(wire).map(([parameter, each]) => rowOf(from, `${effect}(${parameter})`, each))));
}

/** Not a table of wires by the effect's parameter. */
const isWire = (wire: Wire | Readonly<Record<string, Wire>>): wire is Wire => typeof wire.to === 'string';

function pageOf(entry: CatalogueEntry): string {
  const { name, about, spec } = entry;
  const states = statesOf(entry);
  const arrows = states.flatMap(arrowsOf);
  return lines(
    `# Machine: ${name}`, '',
    generated(`machines/${name}.ts`), '',
    `${about} Specification: ${spec}.`, '',
    `Source: [machines/${name}.ts](../../../machines/${name}.ts).`,
    `Every state against every event: [golden matrix](../../../test/machines/golden/${name}.txt).`, '',
    '```mermaid', diagram(entry), '```', '',
    'The diagram shows the transitions that lead to another state; the table below has all of them.', '',
    '## States', '',
    table(['State', 'Meaning', 'Section'], states.map((node) => [`\`${pathOf(node)}\``, node.description ?? '', sectionsOf(node.meta)])), '',
    '## Transitions', '',
    'A transition without a target leaves the state as it is. An action whose name begins with `note` keeps',
    'something in the machine\'s context; every other one is an effect for the core to carry out. An event that',
    'is listed neither for a state nor for the state around it is ignored there, and the step says so.', '',
    table(['State', 'Event', 'Guard', 'Target', 'Effects', 'Section'], arrows.map(({ source, event, guard, target, effects, spec: section }) => [
      `\`${pathOf(source)}\``, `\`${event}\``, guard === undefined ? '' : `\`${guard}\``, target === undefined ? '' : `\`${pathOf(target)}\``,
      effects.map((effect) => `\`${effect}\``).join(', '), section,
    ])),
  );
}

function statesOf({ step }: CatalogueEntry): readonly AnyStateNode[] {
  const below = (node: AnyStateNode): AnyStateNode[] => Object.values(node.states as Record<string, AnyStateNode>).flatMap((child) => [child, ...below(child)]);
  return below(step.machine.root);
}

/** A state's path inside its machine, such as `negotiating.opened`. */
const pathOf = (node: AnyStateNode): string => node.path.join('.');

function arrowsOf(source: AnyStateNode): readonly Arrow[] {
  return [...source.transitions.values()].flat().map((transition) => ({
    source,
    event: eventName(transition.eventType),
    guard: transition.guard === undefined ? undefined : nameOf(transition.guard as Named),
    target: transition.target?.[0],
    effects: (transition.actions as readonly Named[]).map(nameOf),
    spec: sectionsOf(transition.meta),
  }));
}

/** `after` gives an event that is named for its delay and its state: the delay says enough. */
const eventName = (type: string): string => (type.startsWith('xstate.after.') ? `after ${type.split('.')[2]}` : type);

/** A name, with what is fixed of its parameters. */
function nameOf(named: Named): string {
  if (typeof named === 'string') return named;
  const fixed = typeof named.params === 'object' && named.params !== null ? Object.values(named.params) : [];
  return fixed.length === 0 ? named.type : `${named.type}(${fixed.join(', ')})`;
}

function sectionsOf(meta: unknown): string {
  return [(meta as { readonly spec: string | readonly string[] }).spec].flat().join(', ');
}

/** A Mermaid state diagram: the levels of the machine, nested as they are. */
function diagram(entry: CatalogueEntry): string {
  const moves = statesOf(entry).flatMap(arrowsOf).filter(({ source, target }) => target !== undefined && target !== source);
  return ['stateDiagram-v2', ...levelOf(entry.step.machine.root, moves, '  ')].join('\n');
}

/** One level: where it begins, the states inside its states, and the arrows that stay on it or come from
 *  below and leave it. Arrows between the same two states share a line. */
function levelOf(level: AnyStateNode, moves: readonly Arrow[], indent: string): string[] {
  const states = Object.values(level.states as Record<string, AnyStateNode>);
  const first = level.initial.target[0];
  const nested = states.filter(({ type }) => type === 'compound').flatMap((state) =>
    [`${indent}state ${state.key} {`, ...levelOf(state, moves, `${indent}  `), `${indent}}`]);
  const labels = new Map<string, Set<string>>();
  for (const { source, event, guard, target } of moves) {
    if (target?.parent !== level) continue;
    const arrow = `${source.key} --> ${target.key}`;
    labels.set(arrow, (labels.get(arrow) ?? new Set()).add(guard === undefined ? event : `${event} [${guard}]`));
  }
  return [
    ...(first === undefined ? [] : [`${indent}[*] --> ${first.key}`]),
    ...nested,
    ...[...labels].map(([arrow, events]) => `${indent}${arrow} : ${[...events].join('<br/>')}`),
    ...states.filter(({ type }) => type === 'final').map(({ key }) => `${indent}${key} --> [*]`),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [row(head), `|${'---|'.repeat(head.length)}`, ...rows.map(row)].join('\n');
}

const generated = (from: string): string => `<!-- Generated by docs/generate.ts from ${from}; edit that, then run: node docs/generate.ts -->`;
const lines = (...parts: readonly string[]): string => `${parts.join('\n')}\n`;

if (process.argv[1] === import.meta.filename) {
  if (!process.argv.includes('--check')) writePages();
  const stale = stalePages();
  if (stale.length > 0) console.error(`docs/reference/machines is not what the machines say: ${stale.join(', ')}. Run: node docs/generate.ts`);
  process.exitCode = stale.length > 0 ? 1 : 0;
}
