/** The definition without functions, the diagrams, and the composed system. docs/reference/export.md. @module */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createMachine } from 'xstate';
import type { AnyStateMachine } from 'xstate';
import { catalogue } from '../../machines/catalogue.ts';
import type { CatalogueEntry } from '../../machines/catalogue.ts';
import { stepOf } from '../../machines/step.ts';
import { composedInPromela } from '../../properties/checker/promela/composed-model.ts';
import { composedScopes } from '../../properties/checker/scopes.ts';
import { formats } from '../../src/export/formats.ts';
import { goldenOf } from '../../src/export/golden.ts';
import { modelOf } from '../../src/export/model.ts';
import { pathOf, plainConfig } from '../../src/export/plain.ts';
import { missingPrograms, verify } from '../../properties/spin.ts';

const route = catalogue.find(({ name }) => name === 'route');
if (route === undefined) throw new Error('there is no route');

/** The machine that XState makes of the text, with the real functions behind its names. */
function readBack(entry: CatalogueEntry): AnyStateMachine {
  const config = JSON.parse(formats.json.write(entry)) as never;
  return createMachine(config, entry.step.machine.implementations as never) as unknown as AnyStateMachine;
}

describe('export: XState\'s JSON', () => {
  test.each(catalogue)('$name: XState reads it back with the same states and transitions', (entry) => {
    const nameOnly = (effect: string): string => effect.replace(/\(.*/, '');
    const shapeOf = (of: CatalogueEntry) => {
      const { states, transitions } = modelOf(of);
      return { states, transitions: transitions.map((transition) => ({ ...transition, effects: transition.effects.map(nameOnly) })) };
    };
    expect(shapeOf({ ...entry, step: stepOf(readBack(entry)) as unknown as CatalogueEntry['step'] })).toEqual(shapeOf(entry));
  });

  test.each(catalogue)('$name: with its guards, updates and delays supplied by name it takes the golden traces', (entry) => {
    const step = stepOf(readBack(entry));
    for (const { steps } of goldenOf(entry).traces) {
      let state = step.initial;
      for (const { event, ignored = false, ...recorded } of steps) {
        const next = step(state, event as never);
        ({ state } = next);
        expect([pathOf(state.value), state.context, next.effects.map(({ type }) => type), next.ignored]).toEqual([recorded.state, recorded.context, recorded.effects.map(({ type }) => type), ignored]);
      }
    }
  });

  test('a function without an expression is not left out in silence', () => {
    const { config } = route.step.machine;
    const withFunction = { ...route, step: { machine: { config: { ...config, entry: { type: 'x', params: () => ({}) } } } } } as unknown as CatalogueEntry;
    expect(() => plainConfig(withFunction)).toThrow('the parameters of {"type":"x"} have no expression');
  });
});

describe('export: diagrams', () => {
  test.each(catalogue)('$name: Mermaid is that of its page', (entry) => {
    expect(readFileSync(join(import.meta.dirname, `../../docs/reference/machines/${entry.name}.md`), 'utf8')).toContain(`\`\`\`mermaid\n${formats.mermaid.write(entry)}\`\`\``);
  });

  test.each(catalogue)('$name: Graphviz has every state once, and the label of every transition', (entry) => {
    const text = formats.dot.write(entry);
    const { states, transitions } = modelOf(entry);
    const found = [...text.matchAll(/^ +(?:subgraph "cluster_([^"]+)" \{|"([^"]+)" \[label=)/gm)].map(([, cluster, node]) => cluster ?? node);
    expect(found.sort()).toEqual(states.map(({ id }) => id).sort());
    expect(transitions.filter(({ event, guard, effects }) => !text.includes([event, ...(guard === undefined ? [] : [` [${guard}]`]), ...(effects.length === 0 ? [] : [`\\n/ ${effects.join(', ')}`])].join('')))).toEqual([]);
    expect(text.match(/ -> /g)?.length).toBe(transitions.filter(({ source, target }) => target !== undefined && target !== source).length + states.filter(({ isInitial }) => isInitial).length);
    expect(text.match(/\{/g)?.length).toBe(text.match(/\}/g)?.length);
  });

  test('Graphviz: a state with levels is a cluster, and an arrow from it begins at its border', () => {
    const component = catalogue.find(({ name }) => name === 'component');
    const lines = component === undefined ? [] : formats.dot.write(component).split('\n').map((line) => line.trim());
    expect(lines).toContain('"negotiating.opened" -> "closed" [label="stream.lost", ltail="cluster_negotiating"];');
    expect(lines).toContain('"negotiating.challenged" -> "established" [label="handshake.received [isPermitted]\\n/ sendHandshake, admit"];');
  });
});

describe.skipIf(missingPrograms().length > 0)('export: the composed system in Promela', () => {
  test('SPIN finds as many states in it as the explorer, and nothing wrong', () => {
    const { pinned: [states] = [] } = composedScopes.find(({ name }) => name === 'a room') ?? {};
    expect(verify(composedInPromela())).toMatchObject({ states, isBeyond: false });
  });
});
