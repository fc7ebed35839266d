/** What keeps the house standing: the direction of imports, no cycles, nothing impure below the
 *  runtime, and for each machine a citation for every state and transition. @module */
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AnyStateNode } from 'xstate';
import { catalogue } from '../machines/catalogue.ts';

const root = join(import.meta.dirname, '..');
const folders = ['machines', 'src', 'properties', 'docs', 'test'];

const files = folders
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`))
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !name.startsWith('docs/reference/api/'));
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

/** What a file imports: project files by their path, packages by their name. */
function importsOf(file: string): string[] {
  return [...textOf(file).matchAll(/(?:^|\s)(?:import|export)\s[^;'"]*?from\s+'([^']+)'|import\('([^']+)'\)|^import '([^']+)'/gm)]
    .map(([, a, b, c]) => a ?? b ?? c ?? '')
    .map((target) => (target.startsWith('.') ? relative(root, join(root, dirname(file), target)) : target));
}

const isIn = (file: string, ...where: string[]): boolean => where.some((folder) => file === folder || file.startsWith(`${folder}/`));

/** Which folders a folder's files may import from, besides their own; packages apart. */
const arrows: readonly (readonly [folder: string, ...mayImport: string[]])[] = [
  ['machines'],
  ['src/core', 'machines'],
  ['src/stores', 'src/core', 'machines'],
  ['src/runtime', 'src/core', 'machines'],
  ['src/inspector', 'src/core', 'machines'],
  ['src/export', 'src/core', 'machines'],
  ['src/testing', 'src/core', 'src/stores', 'src/runtime', 'machines'],
  ['src/cli', 'src', 'machines', 'properties', 'package.json'],
  ['properties', 'machines', 'src/core'],
];

/** What is run from the command line, and may look at it. */
const commands = ['properties/run.ts', 'properties/explore.ts', 'properties/simulate.ts', 'properties/mutants.ts', 'properties/spin.ts'];

describe('imports', () => {
  test.each(arrows.map(([folder, ...others]) => ({ folder, others })))('$folder imports nothing but itself and $others', ({ folder, others }) => {
    const strays = files.filter((file) => isIn(file, folder))
      .flatMap((file) => importsOf(file).filter((target) => isIn(target, ...folders) && !isIn(target, folder, ...others)).map((target) => `${file} → ${target}`));
    expect(strays).toEqual([]);
  });

  test('machines import no package but xstate; the core none of Node\'s', () => {
    const ofMachines = files.filter((file) => isIn(file, 'machines')).flatMap((file) => importsOf(file).filter((target) => !isIn(target, 'machines') && target !== 'xstate').map((target) => `${file} → ${target}`));
    const ofCore = files.filter((file) => isIn(file, 'src/core', 'properties') && !commands.includes(file)).flatMap((file) => importsOf(file).filter((target) => target.startsWith('node:')).map((target) => `${file} → ${target}`));
    expect([...ofMachines, ...ofCore]).toEqual([]);
  });

  test('only step.ts calls XState\'s interpreter', () => {
    const strays = files.filter((file) => isIn(file, 'machines', 'src') && file !== 'machines/step.ts' && /\b(createActor|getNextSnapshot|initialTransition)\b|\btransition\(/.test(withoutComments(textOf(file))));
    expect(strays).toEqual([]);
  });

  test('whether a message is delivered can\'t depend on presence (THEOREMS T1.c)', () => {
    const reached = new Set<string>();
    const follow = (file: string): void => importsOf(file).forEach((target) => {
      if (isIn(target, ...folders) && !reached.has(target)) {
        reached.add(target);
        follow(target);
      }
    });
    follow('machines/whether.ts');
    expect([...reached]).toEqual(['machines/vocabulary.ts']);
  });

  test('there is no cycle, types included', () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      if (done.has(file) || path.includes(file)) return;
      for (const target of importsOf(file)) if (target.endsWith('.ts') && isIn(target, ...folders)) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });
});

describe('purity', () => {
  const impure = /\bDate\.now\b|new Date\(\)|\bMath\.random\b|\bconsole\.|\bprocess\.|\bset(Timeout|Interval|Immediate)\b|\bperformance\.|\bcrypto\b|\bfetch\(/;
  test('machines, core and properties touch no clock, entropy, log or process', () => {
    const strays = files.filter((file) => isIn(file, 'machines', 'src/core')).filter((file) => impure.test(withoutComments(textOf(file))));
    expect(strays).toEqual([]);
  });
});

describe('names and headers', () => {
  test('no file is called utils, helpers, common, misc or types', () => {
    expect(files.filter((file) => /\/(utils?|helpers?|common|misc|types?)\.ts$/.test(file))).toEqual([]);
  });

  test('every file opens with what it is', () => {
    expect(files.filter((file) => !/^(#!.*\n)?\/\*\*[\s\S]*?@module/.test(textOf(file)))).toEqual([]);
  });

  test('nothing is of type any', () => {
    expect(files.filter((file) => file !== 'test/house.test.ts' && /: any\b|<any\b|\bas any\b|\bany\[\]/.test(withoutComments(textOf(file))))).toEqual([]);
  });

  test('no test is skipped, focused or to do for good', () => {
    expect(files.filter((file) => /\b(describe|it|test)\.(only|todo|fails|skip)\b/.test(withoutComments(textOf(file))) && file !== 'test/house.test.ts')).toEqual([]);
  });
});

describe('machines', () => {
  test('every machine is in the catalogue, under its file\'s name', () => {
    const others = ['index', 'vocabulary', 'step', 'catalogue', 'closing', 'wires', 'whether', 'which'];
    const names = files.filter((file) => isIn(file, 'machines')).map((file) => file.slice('machines/'.length, -'.ts'.length)).filter((name) => !others.includes(name));
    expect(catalogue.map(({ name }) => name).sort()).toEqual(names.sort());
  });

  const citation = /^(RFC \d+ §(A\.)?\d+(\.\d+)*(\.\d+)?|RFC \d+ §A(\.\d+)*|XEP-\d{4} §\d+(\.\d+)*|DESIGN D\d)$/;
  const isCited = (meta: unknown): boolean => [(meta as { spec?: string | string[] } | undefined)?.spec ?? []].flat().length > 0
    && [(meta as { spec: string | string[] }).spec].flat().every((spec) => citation.test(spec));

  test.each(catalogue)('$name: every state has a description and a section, every transition a section', ({ step }) => {
    const faults = nodesOf(step.machine.root).flatMap((node) => [
      ...(node === step.machine.root || (node.description !== undefined && isCited(node.meta)) ? [] : [node.id]),
      ...transitionsOf(node).filter(({ meta }) => !isCited(meta)).map(({ eventType }) => `${node.id} on ${eventType}`),
    ]);
    expect(faults).toEqual([]);
  });

  test.each(catalogue)('$name: keeps to the subset that can be compiled (XSTATE §8)', ({ step }) => {
    const faults = nodesOf(step.machine.root).flatMap((node) => {
      const actions = [...node.entry, ...node.exit, ...transitionsOf(node).flatMap((transition) => transition.actions)];
      const isNamed = (action: unknown): boolean => typeof action === 'string' || (typeof action === 'object' && action !== null && 'type' in action) || isBuiltIn(action);
      return [
        ...(node.type === 'history' || node.type === 'parallel' ? [`${node.id} is ${node.type}`] : []),
        ...(node.invoke.length > 0 || (node.always?.length ?? 0) > 0 ? [`${node.id} invokes, or moves by itself`] : []),
        ...actions.filter((action) => !isNamed(action)).map(() => `${node.id} has a nameless action`),
        ...transitionsOf(node).filter(({ guard }) => guard !== undefined && typeof guard !== 'string' && !(typeof guard === 'object' && guard !== null && 'type' in guard)).map(({ eventType }) => `${node.id} on ${eventType} has a nameless guard`),
      ];
    });
    expect(faults).toEqual([]);
  });

  test.each(catalogue)('$name: only an action that keeps something has a body, and is called note…', ({ step }) => {
    const actions = step.machine.implementations.actions as Record<string, { type?: string; toString(): string }>;
    const faults = Object.entries(actions).filter(([name, action]) => (action.type === 'xstate.assign') !== name.startsWith('note') || (!name.startsWith('note') && !/\{\s*\}$/.test(action.toString())));
    expect(faults.map(([name]) => name)).toEqual([]);
  });

  test.each(catalogue)('$name: every state can be reached, and every event of the alphabet means something somewhere (T12)', ({ step, alphabet }) => {
    const seen = new Map([[JSON.stringify([step.initial.value, step.initial.context]), step.initial]]);
    const meant = new Set<string>();
    for (const state of seen.values()) {
      for (const event of alphabet) {
        const next = step(state, event);
        if (!next.ignored) meant.add(JSON.stringify(event));
        const key = JSON.stringify([next.state.value, next.state.context]);
        const isSmall = Object.values(next.state.context as object).every((value) => typeof value !== 'number' || Math.abs(value) <= 3);
        if (isSmall && !seen.has(key)) seen.set(key, next.state);
      }
    }
    const reached = new Set([...seen.values()].flatMap((state) => state._nodes.map((node: AnyStateNode) => node.id)));
    expect(nodesOf(step.machine.root).map((node) => node.id).filter((id) => !reached.has(id))).toEqual([]);
    expect(alphabet.map((event) => JSON.stringify(event)).filter((event) => !meant.has(event))).toEqual([]);
  });

  test.each(catalogue)('$name: has its golden matrix', ({ name }) => {
    expect(existsSync(join(root, 'test/machines/golden', `${name}.txt`))).toBe(true);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1').replace(/'(?:[^'\\\n]|\\.)*'/g, '\'\'');
}

function nodesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}

function transitionsOf(node: AnyStateNode): { meta?: unknown; eventType: string; actions: readonly unknown[]; guard?: unknown }[] {
  return [...node.transitions.values()].flat();
}

/** The timers that `after` gives. */
function isBuiltIn(action: unknown): boolean {
  return typeof action === 'function' && 'type' in action && ['xstate.raise', 'xstate.cancel'].includes(String(action.type));
}
