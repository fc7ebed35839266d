/** The golden state × event matrix of each machine: every cell says whether the event moves the
 *  machine, leaves it where it is, is ignored, or is refused (answered with an error). @module */
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../machines/catalogue.ts';
import type { CatalogueEntry } from '../../machines/catalogue.ts';

/** Counters are followed up to here. */
const MOST = 2;

type Snapshot = CatalogueEntry['step']['initial'];

const nameOf = (value: unknown): string =>
  typeof value === 'string' ? value : Object.entries(value as Record<string, unknown>).map(([k, v]) => `${k}.${nameOf(v)}`).join('+');
const contextOf = (state: Snapshot): string => (Object.keys(state.context).length === 0 ? '' : ` ${JSON.stringify(state.context)}`);
const keyOf = (state: Snapshot): string => nameOf(state.value) + (state.status === 'done' ? '' : contextOf(state));
const paramsOf = (event: { type: string }): string => {
  const { type, ...params } = event;
  return type.replace('xstate.after.', 'after ') + (Object.keys(params).length === 0 ? '' : ` ${JSON.stringify(params)}`);
};
const isBounded = (state: Snapshot): boolean => Object.values(state.context as object).every((v) => typeof v !== 'number' || v <= MOST);

/** All states that the alphabet leads to, in the order in which they are found. */
function statesOf({ step, alphabet }: CatalogueEntry): Snapshot[] {
  const found = new Map<string, Snapshot>([[keyOf(step.initial), step.initial]]);
  for (const state of found.values()) {
    for (const event of alphabet) {
      const next = step(state, event).state;
      if (isBounded(next) && !found.has(keyOf(next))) found.set(keyOf(next), next);
    }
  }
  return [...found.values()];
}

function cell(entry: CatalogueEntry, state: Snapshot, event: CatalogueEntry['alphabet'][number]): string {
  const { state: next, effects, ignored } = entry.step(state, event);
  const ordered = (effects as { type: string; params?: object }[]).map(({ type, params }) => type + (params ? JSON.stringify(params) : ''));
  const kind = ignored ? 'ignored' : ordered.some((name) => name.startsWith('refuse')) ? 'refused' : keyOf(next) === keyOf(state) ? 'stay' : '';
  const target = !ignored && keyOf(next) !== keyOf(state) ? `→ ${keyOf(next)}` : '';
  return [kind, target].filter(Boolean).join(' ') + (ordered.length > 0 ? ` / ${ordered.join(', ')}` : '');
}

function matrix(entry: CatalogueEntry): string {
  const lines = [`# ${entry.name}: ${entry.about} ${entry.spec}`, `# begins in ${keyOf(entry.step.initial)}${entry.step.initialEffects.map((e) => ` / ${e.type}${JSON.stringify(e.params)}`).join(',')}`];
  for (const state of statesOf(entry)) {
    lines.push('', keyOf(state));
    for (const event of entry.alphabet) lines.push(`  ${paramsOf(event as { type: string })}: ${cell(entry, state, event)}`);
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
