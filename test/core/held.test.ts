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

  test('a message for another route has what is stored go out there too, before it (T4)', async () => {
    romeo.send(message('juliet@localhost/laptop', 'live'));
    await world.settle();
    expect(await ids(laptop)).toEqual([]);
    await world.releaseStore();
    expect((await ids(laptop)).filter(Boolean)).toEqual(['stored', 'live']);
    expect((await ids(phone)).filter(Boolean)).toEqual(['r', 'stored']);
  });

  test('a message for another route waits behind one of its sender that is held back (RFC 6120 §10.1)', async () => {
    laptop.send('<iq id="r" type="get"><query xmlns="jabber:iq:roster"/></iq>');
    romeo.send(message('juliet@localhost/phone', 'first'));
    romeo.send(message('juliet@localhost/laptop', 'second'));
    phone.drop();
    await world.settle();
    await world.releaseStore();
    expect((await ids(laptop)).filter(Boolean)).toEqual(['r', 'stored', 'first', 'second']);
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
});

describe('while a client does not read what is stored for it', () => {
  const large = (to: string, id: string): string => message(to, id, 'x'.repeat(200_000));
  const numbered = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, index) => `${from + index}`);
  let phone: Client;
  let laptop: Client;

  beforeEach(async () => {
    // More than goes out at a time.
    for (const id of ['a', 'b']) romeo.send(large('juliet@localhost', id));
    await world.settle();
    phone = await world.connect('juliet', 'phone');
    laptop = await world.connect('juliet', 'laptop');
    world.isOutputStuck = true;
    phone.send('<presence/>');
    await world.settle();
    world.isOutputStuck = false;
  });

  test('another client of the account hears all that is stored, and what comes after (RFC 6121 §8.5.3.1)', async () => {
    romeo.send(message('juliet@localhost/laptop', 'live'));
    await world.settle();
    expect((await ids(laptop)).filter(Boolean)).toEqual(['stored', 'a', 'b', 'live']);
    expect((await ids(phone)).filter(Boolean)).toEqual(['stored', 'a']);
  });

  test('messages of others to another client go on, though one waits for it (RFC 6120 §10.1)', async () => {
    const nurse = await world.account('nurse').then(() => world.connect('nurse', 'hall'));
    romeo.send(message('juliet@localhost/phone', 'held'));
    romeo.send(message('juliet@localhost/laptop', 'behind it'));
    nurse.send(message('juliet@localhost/laptop', 'on'));
    await world.settle();
    expect((await ids(laptop)).filter(Boolean)).toEqual(['stored', 'a', 'b', 'on']);
    phone.drop();
    await world.settle();
    expect((await ids(laptop)).filter(Boolean)).toEqual(['held', 'behind it']);
  });

  test('nothing of a sender overtakes what it has sent before, though the other client has had everything (RFC 6120 §10.1)', async () => {
    romeo.send(message('juliet@localhost/laptop', 'ready'));
    await world.settle();
    expect((await ids(laptop)).filter(Boolean)).toEqual(['stored', 'a', 'b', 'ready']);
    romeo.send(message('juliet@localhost/phone', 'held') + message('juliet@localhost/laptop', 'behind it') + message('juliet@localhost', 'last'));
    await world.settle();
    expect(await ids(laptop)).toEqual([]);
    phone.drop();
    await world.settle();
    expect((await ids(laptop)).filter(Boolean)).toEqual(['held', 'behind it', 'last']);
  });

  test('it is given up when 4 MiB wait for it, and they go elsewhere (DESIGN §4)', async () => {
    for (const id of numbered(0, 30)) romeo.send(large('juliet@localhost', id));
    await world.settle();
    expect(await ids(phone)).toEqual(expect.arrayContaining(['error', 'closed']));
    for (const id of numbered(0, 30)) expect(fates.filter((fate) => fate.id === id).map(({ fate }) => fate)).toEqual(['delivered']);
    expect((await ids(laptop)).filter(Boolean)).toEqual(['stored', 'a', 'b', ...numbered(0, 30)]);
  });
});

test('while the store does not answer, no more than 8 MiB wait for it (DESIGN §4)', async () => {
  const phone = await world.connect('juliet', 'phone');
  await ids(phone);
  world.isStoreHeld = true;
  for (let number = 0; number < 41; number += 1) romeo.send(message('juliet@localhost', `${number}`, 'x'.repeat(200_000)));
  await world.settle();
  expect(await ids(phone)).toEqual([]);
  romeo.send(message('juliet@localhost', 'last', 'x'.repeat(200_000)));
  await world.settle();
  expect(await ids(phone)).toEqual(expect.arrayContaining(['error', 'closed']));
  await world.releaseStore();
  expect(new Set(fates.map(({ fate }) => fate))).toEqual(new Set(['stored']));
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
