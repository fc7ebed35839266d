/** The states of a machine that its events lead to, each with what is kept there. @module */
import type { CatalogueEntry } from '../../machines/catalogue.ts';
import { portableOf } from '../../src/export/portable.ts';

export type Snapshot = CatalogueEntry['step']['initial'];
export type Event = { readonly type: string };

/** The alphabet, and events that say what they may leave out. */
export const eventsOf = ({ name, alphabet }: CatalogueEntry): readonly Event[] => [...alphabet, ...portableOf(name).events];

/** Counters are followed beyond every threshold, up to `most`. */
export function reachedBy(entry: CatalogueEntry, most = 7): readonly Snapshot[] {
  const keyOf = (state: Snapshot): string => JSON.stringify([state.value, state.context]);
  const found = new Map([[keyOf(entry.step.initial), entry.step.initial]]);
  for (const state of found.values()) {
    for (const event of eventsOf(entry)) {
      const { state: next } = entry.step(state, event as never);
      if (Object.values(next.context as object).every((value) => typeof value !== 'number' || value <= most)) found.set(keyOf(next), found.get(keyOf(next)) ?? next);
    }
  }
  return [...found.values()];
}
