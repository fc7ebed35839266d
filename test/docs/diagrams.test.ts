/** The drawings of the machines show what the machines say, and can be read. @module */
import { SaxesParser } from 'saxes';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AnyStateNode } from 'xstate';
import { crosses, layoutOf } from '../../docs/diagram/layout.ts';
import type { Box, Layout } from '../../docs/diagram/layout.ts';
import { modelOf } from '../../src/export/model.ts';
import { drawings, staleDrawings } from '../../docs/diagrams.ts';
import { catalogue } from '../../machines/catalogue.ts';

let files: ReadonlyMap<string, string>;
const layouts = new Map<string, Layout>();

beforeAll(async () => {
  files = await drawings();
  for (const entry of catalogue) layouts.set(entry.name, await layoutOf(modelOf(entry)));
});

test('docs: the drawings of the machines are up to date; if not, run node docs/generate.ts', async () => {
  expect(await staleDrawings()).toEqual([]);
});

describe.each(catalogue)('docs: the drawing of $name', (entry) => {
  const nodes = below(entry.step.machine.root);
  const model = modelOf(entry);

  test('is made of each state and each transition of the machine', () => {
    expect(model.states.map(({ id }) => id)).toEqual(nodes.map(({ path }) => path.join('.')));
    const transitions = nodes.flatMap((node) => [...node.transitions.values()].flat().map(({ eventType }) => [node.path.join('.'), eventType]));
    expect(model.transitions.map(({ source, type }) => [source, type])).toEqual(transitions);
    expect(new Set(model.transitions.map(({ id }) => id)).size).toBe(transitions.length);
  });

  test('is well-formed, and has each state and each transition once, with a title', () => {
    const { states, transitions, titles } = read(files.get(`${entry.name}.svg`) ?? '');
    expect(states.sort()).toEqual(model.states.map(({ id }) => id).sort());
    expect(transitions.sort()).toEqual(model.transitions.map(({ id }) => id).sort());
    for (const { id, description, spec } of model.states) expect(titles).toContain(`${id}: ${description} ${spec}`);
    expect(titles).toHaveLength(1 + states.length + transitions.length);
  });

  test('lays no state over another, no label over a state or another label, and nothing outside the sheet', () => {
    const { states, edges, starts, width, height } = known(layouts, entry.name);
    const texts = states.map((each) => ({ name: each.state.id, ...(each.state.kind === 'compound' ? each.plate : each) }));
    const things = [...texts, ...edges.map(({ source, target, label }) => ({ name: `${source} → ${target}`, ...label })), ...starts.map(({ target, dot }) => ({ name: `start of ${target}`, ...dot }))];
    expect(pairs(things).filter(([a, b]) => overlap(a, b)).map(([a, b]) => `${a.name} over ${b.name}`)).toEqual([]);
    expect(things.filter(({ x, y, ...size }) => x < 0 || y < 0 || x + size.width > width || y + size.height > height)).toEqual([]);
  });

  test('draws no edge through the text of a state, or through the label of another edge', () => {
    const { states, edges, starts } = known(layouts, entry.name);
    const ways = [...edges, ...starts];
    for (const way of ways) {
      expect(states.filter(({ plate }) => crosses(way.points, plate)).map(({ state }) => state.id), `to ${way.target}`).toEqual([]);
      expect(edges.filter((other) => other !== way && crosses(way.points, other.label)).map(({ source, target }) => `${source} → ${target}`), `to ${way.target}`).toEqual([]);
    }
  });

  test('lays a state that is inside another inside its box, and any other outside', () => {
    const { states } = known(layouts, entry.name);
    for (const outer of states) {
      for (const inner of states.filter((each) => each !== outer)) {
        const isInside = inner.state.id.startsWith(`${outer.state.id}.`);
        if (isInside) expect(contains(outer, inner), `${inner.state.id} in ${outer.state.id}`).toBe(true);
        else if (!outer.state.id.startsWith(`${inner.state.id}.`)) expect(overlap(outer, inner), `${inner.state.id} on ${outer.state.id}`).toBe(false);
      }
    }
  });
});

/** What a reader of XML finds in a drawing; it throws on what is not well-formed. */
function read(svg: string): { states: string[]; transitions: string[]; titles: string[] } {
  const found = { states: [] as string[], transitions: [] as string[], titles: [] as string[] };
  const parser = new SaxesParser();
  let text = '';
  parser.on('error', (error) => { throw error; });
  parser.on('opentag', ({ attributes }) => {
    text = '';
    if (attributes['data-state'] !== undefined) found.states.push(attributes['data-state']);
    if (attributes['data-transition'] !== undefined) found.transitions.push(attributes['data-transition']);
  });
  parser.on('text', (more) => { text += more; });
  parser.on('closetag', ({ name }) => { if (name === 'title') found.titles.push(text); });
  parser.write(svg).close();
  return found;
}

function below(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states as Record<string, AnyStateNode>).flatMap((child) => [child, ...below(child)]);
}

const pairs = <T>(things: readonly T[]): readonly (readonly [T, T])[] => things.flatMap((a, index) => things.slice(index + 1).map((b) => [a, b] as const));
const overlap = (a: Box, b: Box): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const contains = (a: Box, b: Box): boolean => a.x <= b.x && a.y <= b.y && b.x + b.width <= a.x + a.width && b.y + b.height <= a.y + a.height;

function known<V>(map: ReadonlyMap<string, V>, key: string): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`There is no ${key}`);
  return value;
}
