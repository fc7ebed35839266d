/** The golden state × event matrix of each machine: every cell says whether the event moves the
 *  machine, leaves it where it is, is ignored, or is refused (answered with an error). @module */
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../machines/catalogue.ts';
import type { CatalogueEntry } from '../../machines/catalogue.ts';
import { eventText, keyOf, outcomeOf, reachedBy } from '../../src/inspector/matrix.ts';

function cell(entry: CatalogueEntry, state: ReturnType<typeof reachedBy>[number], event: CatalogueEntry['alphabet'][number]): string {
  const step = entry.step(state, event);
  const ordered = (step.effects as { type: string; params?: object }[]).map(({ type, params }) => type + (params ? JSON.stringify(params) : ''));
  const outcome = outcomeOf(state, step);
  const target = !step.ignored && keyOf(step.state) !== keyOf(state) ? `→ ${keyOf(step.state)}` : '';
  return [outcome === 'move' ? '' : outcome, target].filter(Boolean).join(' ') + (ordered.length > 0 ? ` / ${ordered.join(', ')}` : '');
}

function matrix(entry: CatalogueEntry): string {
  const lines = [`# ${entry.name}: ${entry.about} ${entry.spec}`, `# begins in ${keyOf(entry.step.initial)}${entry.step.initialEffects.map((e) => ` / ${e.type}${JSON.stringify(e.params)}`).join(',')}`];
  for (const state of reachedBy(entry)) {
    lines.push('', keyOf(state));
    for (const event of entry.alphabet) lines.push(`  ${eventText(event as { type: string })}: ${cell(entry, state, event)}`);
  }
  return `${lines.join('\n')}\n`;
}

describe('golden state × event matrix', () => {
  for (const entry of catalogue) {
    test(`${entry.name}: every cell has its answer (${entry.spec})`, async () => {
      await expect(matrix(entry)).toMatchFileSnapshot(`golden/${entry.name}.txt`);
    });
  }
});
