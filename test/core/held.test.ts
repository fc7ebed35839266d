/** What is held back while the store is emptied towards a route, and what is not. THEOREMS T1, T3, T4. @module */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fate } from '../../src/core/kernel.ts';
import { InProcess } from '../world/in-process.ts';
import type { Client } from '../world/world.ts';

let world: InProcess;
let romeo: Client;
let fates: Fate[];
const message = (to: string, id: string, body = id): string => `<message to="${to}" type="chat" id="${id}"><body>${body}</body></message>`;

async function ids(client: Client): Promise<(string | undefined)[]> {
  const all: (string | undefined)[] = [];
  for (;;) {
    const next = await client.next().catch(() => undefined);
    if (next === undefined) return all;
    all.push(next === 'closed' ? 'closed' : next.name === 'stream:error' ? 'error' : next.attrs.id);
  }
}

beforeEach(async () => {
  world = new InProcess();
  fates = [];
  world.core.observe({ onFate: (fate) => fates.push(fate) });
  for (const name of ['juliet', 'romeo']) await world.account(name);
  romeo = await world.connect('romeo', 'orchard');
  romeo.send(message('juliet@localhost', 'stored'));
  await world.settle();
});

afterEach(() => world.dispose());

describe('while the store is emptied towards one route', () => {
  let phone: Client;
  let laptop: Client;

  beforeEach(async () => {
    phone = await world.connect('juliet', 'phone');
    laptop = await world.connect('juliet', 'laptop');
    // The roster is read first, so that presence needs nothing else of the store than the messages.
    phone.send('<iq id="r" type="get"><query xmlns="jabber:iq:roster"/></iq>');
    await world.settle();
    world.isStoreHeld = true;
    phone.send('<presence/>');
    await world.settle();
  });

  test('another route of the account goes on (RFC 6121 §8.5.3.1)', async () => {
    romeo.send(message('juliet@localhost/laptop', 'live'));
    expect(await ids(laptop)).toContain('live');
    expect(await ids(phone)).not.toContain('stored');
  });

  test('a message for it comes after what was stored, and is delivered only then (T4, D7)', async () => {
    romeo.send(message('juliet@localhost/phone', 'live'));
    await world.settle();
    expect(fates.map(({ id, fate }) => [id, fate])).toEqual([['stored', 'stored']]);
    await world.releaseStore();
    expect((await ids(phone)).filter(Boolean)).toEqual(['r', 'stored', 'live']);
    expect(fates.map(({ id, fate }) => [id, fate])).toEqual([['stored', 'stored'], ['live', 'delivered']]);
  });

  test('a message whose route goes has one fate all the same (D7)', async () => {
    romeo.send(message('juliet@localhost/phone', 'live'));
    phone.drop();
    laptop.drop();
    await world.settle();
    await world.releaseStore();
    expect(fates.filter(({ id }) => id === 'live').map(({ fate }) => fate)).toEqual(['stored']);
  });

  test('a request whose route goes is answered (RFC 6121 §8.5.3.2.3)', async () => {
    phone.send('<presence to="romeo@localhost/orchard"/>');
    await world.settle();
    romeo.send('<iq id="ask" to="juliet@localhost/phone" type="get"><ping xmlns="urn:xmpp:ping"/></iq>');
    phone.drop();
    await world.releaseStore();
    expect((await ids(romeo)).filter((id) => id === 'ask')).toEqual(['ask']);
  });

  test('a client that never reads is given up, and its messages go elsewhere (DESIGN §4)', async () => {
    for (let number = 0; number < 30; number += 1) romeo.send(message('juliet@localhost', `${number}`, 'x'.repeat(200_000)));
    await world.settle();
    expect(await ids(phone)).toEqual(expect.arrayContaining(['error', 'closed']));
    await world.releaseStore();
    const fateOf = (id: string): string[] => fates.filter((fate) => fate.id === id && fate.type !== 'error').map(({ fate }) => fate);
    for (let number = 0; number < 30; number += 1) expect(fateOf(`${number}`)).toEqual(['delivered']);
    const onLaptop = (await ids(laptop)).filter((id) => id !== undefined);
    expect(onLaptop).toEqual(['stored', ...Array.from({ length: 30 }, (_, number) => `${number}`)]);
  });
});

test('a stored message is delivered once, though its first reader goes before the store has forgotten it (T3)', async () => {
  const first = await world.connect('juliet', 'a');
  first.send('<presence/>');
  await world.settle();
  expect(await ids(first)).toContain('stored');
  first.close();
  await world.settle();
  const second = await world.connect('juliet', 'b');
  second.send('<presence/>');
  expect(await ids(second)).not.toContain('stored');
});
