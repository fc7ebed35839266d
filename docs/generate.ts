/** Writes the pages under docs/reference/machines, the drawings that they show, and the traces that the inspector offers
 *  to try, from the machines themselves: what is drawn and listed there is what runs. `node docs/generate.ts` writes them; with
 *  `--check` it writes nothing and fails on any difference. Not here: the API pages, which TypeDoc makes of the doc comments. @module */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../machines/catalogue.ts';
import type { CatalogueEntry } from '../machines/catalogue.ts';
import { wires } from '../machines/wires.ts';
import type { Wire } from '../machines/wires.ts';
import { mermaid } from '../src/export/mermaid.ts';
import { isPictureStale, writePicture } from './architecture.ts';
import { modelOf } from '../src/export/model.ts';
import { staleDrawings, writeDrawings } from './diagrams.ts';
import { staleExamples, writeExamples } from './examples.ts';

const directory = join(import.meta.dirname, 'reference', 'machines');

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
      const { states, transitions } = modelOf(entry);
      return [`[${entry.name}](${entry.name}.md)`, entry.about, entry.spec, String(states.length), String(transitions.length)];
    })), '',
    '## Side by side', '',
    'Machines of one hue are about one thing: streams, the session, presence, subscriptions, the route, rooms, requests.', '',
    catalogue.map(({ name }) => `[<img src="${drawingOf(name)}" alt="${name}" height="240">](${name}.md)`).join('\n'), '',
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
  const model = modelOf(entry);
  const { name, about, spec, states, transitions } = model;
  return lines(
    `# Machine: ${name}`, '',
    generated(`machines/${name}.ts`), '',
    `${about} Specification: ${spec}.`, '',
    `Source: [machines/${name}.ts](../../../machines/${name}.ts).`,
    `Every state against every event: [golden matrix](../../../test/machines/golden/${name}.txt).`, '',
    picture(name, about), '',
    'A transition that leaves the state as it is stands in a list inside the state; a clock marks a timer. The same as text,',
    'without the transitions that stay:', '',
    '```mermaid', mermaid(model), '```', '',
    '## States', '',
    table(['State', 'Meaning', 'Section'], states.map(({ id, description, spec: section }) => [`\`${id}\``, description, section])), '',
    '## Effects', '',
    'What the machine orders, and what it means. In the source the same stands above each.', '',
    table(['Effect', 'Meaning'], [...effectsOf(name)].map(([effect, meaning]) => [`\`${effect}\``, meaning])), '',
    '## Transitions', '',
    'A transition without a target leaves the state as it is. An action whose name begins with `note` keeps',
    'something in the machine\'s context; every other one is an effect for the core to carry out. An event that',
    'is listed neither for a state nor for the state around it is ignored there, and the step says so.', '',
    table(['State', 'Event', 'Guard', 'Target', 'Effects', 'Section'], transitions.map(({ source, event, guard, target, effects, spec: section }) => [
      `\`${source}\``, `\`${event}\``, guard === undefined ? '' : `\`${guard}\``, target === undefined ? '' : `\`${target}\``,
      effects.map((effect) => `\`${effect}\``).join(', '), section,
    ])),
  );
}

/** What each effect of a machine means, as its source says above it.
 *  @throws Error when it says nothing of one */
function effectsOf(name: string): ReadonlyMap<string, string> {
  const source = readFileSync(join(import.meta.dirname, '..', 'machines', `${name}.ts`), 'utf8');
  const actions = /^ {2}actions: \{\n(.*?)^ {2}\},$/ms.exec(source)?.[1] ?? '';
  const named = [...actions.matchAll(/^ {4}(?:\/\*\* (.*?) \*\/\s+)?(?!note)(\w+): /gms)];
  return new Map(named.map(([, meaning, effect = '']) => {
    if (meaning === undefined) throw new Error(`machines/${name}.ts does not say what ${effect} means`);
    return [effect, meaning.replaceAll(/\s+(\* )?/g, ' ')];
  }));
}

/** The drawing of a machine, from its page. */
const picture = (name: string, about: string): string => `![${name}: ${about}](${drawingOf(name)})`;
const drawingOf = (name: string): string => `../../../src/inspector/page/machines/${name}.svg`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [row(head), `|${'---|'.repeat(head.length)}`, ...rows.map(row)].join('\n');
}

const generated = (from: string): string => `<!-- Generated by docs/generate.ts from ${from}; edit that, then run: node docs/generate.ts -->`;
const lines = (...parts: readonly string[]): string => `${parts.join('\n')}\n`;

if (process.argv[1] === import.meta.filename) {
  if (!process.argv.includes('--check')) {
    writePages();
    await writeDrawings();
    await writeExamples();
    writePicture();
  }
  const stale = [...stalePages(), ...await staleDrawings(), ...await staleExamples(), ...(isPictureStale() ? ['the picture of the architecture'] : [])];
  if (stale.length > 0) console.error(`What is drawn or written of the machines is not what they say: ${stale.join(', ')}. Run: node docs/generate.ts`);
  process.exitCode = stale.length > 0 ? 1 : 0;
}
