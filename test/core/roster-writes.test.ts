/** A roster in memory is what the store has of it, also when the store fails to keep changes that overlap.
 *  Spec: RFC 6121 §3.1.5, §3.2.2, THEOREMS T5. Not here: every order of one failure (the schedules of
 *  properties/checker). @module */
import { expect, test } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { InProcess } from '../world/in-process.ts';
import type { Client } from '../world/world.ts';

/** A store that fails to keep rosters while told so. */
function failingStore(): { readonly store: Store; fails: boolean } {
  const kept = memoryStore();
  const failing = { store: kept, fails: false };
  failing.store = {
    perform: (request) => (failing.fails && request.op === 'roster.write' ? Promise.reject(new Error('no space left')) : kept.perform(request)),
    close: () => kept.close(),
  };
  return failing;
}

async function heard(client: Client): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    const next = await client.next().catch(() => 'closed' as const);
    if (next === 'closed') return all;
    if (next.name === 'presence') all.push(`${next.attrs.type ?? 'available'} from ${next.attrs.from}`);
  }
}

test('of an approval and a refusal that both fail nothing stays: who asked hears no broadcast (RFC 6121 §11)', async () => {
  const failing = failingStore();
  const world = new InProcess({ store: failing.store });
  for (const name of ['juliet', 'romeo']) await world.account(name);
  const [balcony, chamber, romeo] = [await world.connect('juliet', 'balcony'), await world.connect('juliet', 'chamber'), await world.connect('romeo', 'orchard')];
  for (const client of [balcony, chamber, romeo]) client.send('<presence/>');
  await world.settle();
  romeo.send('<presence to="juliet@localhost" type="subscribe"/>');
  await world.settle();
  await heard(romeo);
  failing.fails = true;
  world.isStoreHeld = true;
  balcony.send('<presence to="romeo@localhost" type="subscribed"/>');
  chamber.send('<presence to="romeo@localhost" type="unsubscribed"/>');
  await world.settle();
  await world.releaseStore();
  failing.fails = false;
  chamber.send('<presence><show>away</show></presence>');
  chamber.send('<presence type="unavailable"/>');
  await world.settle();
  expect(await heard(romeo)).toEqual([]);
  balcony.send('<presence to="romeo@localhost" type="subscribed"/>');
  await world.settle();
  expect(await heard(romeo)).toEqual(['available from juliet@localhost/balcony']);
  world.dispose();
});
