/** A roster in memory, and what is pushed of it, is what the store has, also when the store is slow or fails.
 *  Spec: RFC 6121 §2.6.3, §3.1.5, §3.2.2, THEOREMS T5. Not here: every order of one failure (the schedules of
 *  properties/checker). @module */
import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { InProcess } from '../world/in-process.ts';
import type { Client } from '../world/world.ts';

/** A store that fails to keep rosters while told so: all of them, or that of one account. */
function failingStore(): { readonly store: Store; fails: boolean | string } {
  const kept = memoryStore();
  const failing: { store: Store; fails: boolean | string } = { store: kept, fails: false };
  failing.store = {
    perform: (request) => ((request.op === 'roster.write' || request.op === 'roster.remove') && 'account' in request && (failing.fails === true || failing.fails === request.account) ? Promise.reject(new Error('no space left')) : kept.perform(request)),
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

/** The roster pushes that a client has had: the version, the contact, and what is said of it. */
async function pushes(client: Client): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    const next = await client.next().catch(() => 'closed' as const);
    if (next === 'closed') return all;
    const query = next.name === 'iq' && next.attrs.type === 'set' ? next.getChild('query') : undefined;
    const { jid, name, ask, subscription } = query?.getChild('item')?.attrs ?? {};
    if (query !== undefined) all.push(`${query.attrs.ver}: ${jid} ${name ?? ask ?? subscription}`);
  }
}

describe('a roster push', () => {
  const set = (item: string): string => `<iq id="set" type="set"><query xmlns="jabber:iq:roster"><item ${item}/></query></iq>`;

  async function interested(): Promise<{ readonly failing: ReturnType<typeof failingStore>; readonly world: InProcess; readonly balcony: Client; readonly chamber: Client }> {
    const failing = failingStore();
    const world = new InProcess({ store: failing.store });
    for (const name of ['juliet', 'romeo']) await world.account(name);
    const [balcony, chamber] = [await world.connect('juliet', 'balcony'), await world.connect('juliet', 'chamber')];
    for (const client of [balcony, chamber]) client.send('<iq id="r" type="get"><query xmlns="jabber:iq:roster"/></iq>');
    await world.settle();
    for (const client of [balcony, chamber]) await pushes(client);
    return { failing, world, balcony, chamber };
  }

  test('comes though the contact\'s half of the change fails (RFC 6121 §2.1.6)', async () => {
    const { failing, world, balcony } = await interested();
    failing.fails = 'romeo@localhost';
    balcony.send('<presence to="romeo@localhost" type="subscribe"/>');
    expect(await pushes(balcony)).toEqual(['1: romeo@localhost subscribe']);
    await world.dispose();
  });

  test('comes before that of a later change, though the contact\'s half takes its time (RFC 6121 §2.6.3)', async () => {
    const { world, balcony, chamber } = await interested();
    await world.connect('romeo', 'orchard');
    world.heldAccount = 'romeo@localhost';
    balcony.send('<presence to="romeo@localhost" type="subscribe"/>');
    await world.settle();
    chamber.send(set('jid="nurse@localhost" name="Angelica"'));
    await world.settle();
    await world.releaseStore();
    expect(await pushes(chamber)).toEqual(['1: romeo@localhost subscribe', '2: nurse@localhost Angelica']);
    await world.dispose();
  });

  test('of a removal comes before the contact is told (RFC 6121 §2.5.2)', async () => {
    const { failing, world, balcony } = await interested();
    balcony.send('<presence to="romeo@localhost" type="subscribe"/>');
    await pushes(balcony);
    failing.fails = 'romeo@localhost';
    world.heldAccount = 'romeo@localhost';
    balcony.send(set('jid="romeo@localhost" subscription="remove"'));
    expect(await pushes(balcony)).toEqual(['2: romeo@localhost remove']);
    await world.dispose();
  });

  test('shows what is stored, and not a change that is still being written (RFC 6121 §2.1.6)', async () => {
    const { failing, world, balcony, chamber } = await interested();
    world.isStoreHeld = true;
    balcony.send(set('jid="nurse@localhost" name="Angelica"'));
    await world.settle();
    failing.fails = true;
    chamber.send(set('jid="nurse@localhost" name="Nurse"'));
    await world.settle();
    await world.releaseStore();
    expect(await pushes(balcony)).toEqual(['1: nurse@localhost Angelica']);
    await world.dispose();
  });

  test('comes where a removal fails while its contact asks for a subscription, and the item goes all the same (RFC 6121 §2.1.6)', async () => {
    const { failing, world, balcony } = await interested();
    const romeo = await world.connect('romeo', 'orchard');
    balcony.send(set('jid="romeo@localhost" name="Romeo"'));
    expect(await pushes(balcony)).toEqual(['1: romeo@localhost Romeo']);
    world.heldAccount = 'juliet@localhost';
    failing.fails = 'juliet@localhost';
    balcony.send(set('jid="romeo@localhost" subscription="remove"'));
    await world.settle();
    failing.fails = false;
    romeo.send('<presence to="juliet@localhost" type="subscribe"/>');
    await world.settle();
    world.heldAccount = undefined;
    await world.releaseStore();
    expect(await pushes(balcony)).toEqual(['2: romeo@localhost remove']);
    await world.dispose();
  });
});
