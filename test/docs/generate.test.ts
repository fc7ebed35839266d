/** The pages of the machines say what the machines say. @module */
import { expect, test } from 'vitest';
import type { AnyStateNode } from 'xstate';
import { importedBy, isPictureStale } from '../../docs/architecture.ts';
import { pages, stalePages } from '../../docs/generate.ts';
import { isStale } from '../../docs/theorems.ts';
import { catalogue } from '../../machines/catalogue.ts';

test('docs: the pages of the machines are up to date; if not, run node docs/generate.ts', () => {
  expect(stalePages()).toEqual([]);
});

test.each(catalogue)('docs: the page of $name has each of its states and each of its transitions', ({ name, step }) => {
  const page = pages().get(`${name}.md`) ?? '';
  const transitions = page.slice(page.indexOf('## Transitions')).match(/^\| `/gm) ?? [];
  const nodes = below(step.machine.root);
  for (const node of nodes) expect(page).toContain(`| \`${node.path.join('.')}\` | ${node.description} |`);
  expect(transitions).toHaveLength(nodes.flatMap((node) => [...node.transitions.values()].flat()).length);
});

function below(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states as Record<string, AnyStateNode>).flatMap((child) => [child, ...below(child)]);
}

test('docs: the picture of the architecture shows what the files import; if not, run node docs/generate.ts', () => {
  expect(isPictureStale()).toBe(false);
  expect(importedBy('src/core')).toEqual(['machines']);
});

test('docs: the page of the theorems says what they say; if not, run npm run report, or node docs/theorems.ts for the words', () => {
  expect(isStale()).toBe(false);
});
