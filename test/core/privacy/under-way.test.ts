/** What is under way when lists change, and what a store that fails or is slow makes of them. XEP-0191 §3.3,
 *  XEP-0016 §2.2, THEOREMS T3, T4, T6, T10. @module */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fate } from '../../../src/core/kernel.ts';
import { standardFeatures } from '../../../src/core/features/all.ts';
import { register } from '../../../src/core/features/register.ts';
import type { Store } from '../../../src/core/store.ts';
import { memoryStore } from '../../../src/stores/memory.ts';
import { InProcess } from '../../world/in-process.ts';
import type { Client } from '../../world/world.ts';

let world: InProcess;
let fates: Fate[];
const message = (to: string, id: string, type = 'chat'): string => `<message to="${to}" type="${type}" id="${id}"><body>${id}</body></message>`;
const block = (jid: string): string => `<iq id="block" type="set"><block xmlns="urn:xmpp:blocking"><item jid="${jid}"/></block></iq>`;
const unblock = '<iq id="unblock" type="set"><unblock xmlns="urn:xmpp:blocking"/></iq>';
const fatesOf = (id: string): string[] => fates.filter((fate) => fate.id === id && fate.type !== 'error').map(({ fate }) => fate);

async function begin(options: ConstructorParameters<typeof InProcess>[0] = {}): Promise<void> {
  world = new InProcess(options);
  fates = [];
  world.core.observe({ onFate: (fate) => fates.push(fate) });
  for (const name of ['juliet', 'romeo', 'nurse']) await world.account(name);
}

/** Name, id or sender, and type of all that a client has heard. */
async function heard(client: Client): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    const next = await client.next().catch(() => undefined);
    if (next === undefined) return all;
    all.push(next === 'closed' ? next : [next.name, next.name === 'presence' ? next.attrs.from : next.attrs.id, next.attrs.type].filter(Boolean).join(' '));
  }
}

/** Romeo is subscribed to Juliet, and she to him; both are there. */
async function couple(): Promise<readonly [juliet: Client, romeo: Client]> {
  const pair = [await world.connect('juliet', 'phone'), await world.connect('romeo', 'orchard')] as const;
  for (const type of ['subscribed', 'subscribe']) {
    pair[0].send(`<presence to="romeo@localhost" type="${type}"/>`);
    await world.settle();
    pair[1].send(`<presence to="juliet@localhost" type="${type}"/>`);
    await world.settle();
  }
  for (const each of pair) each.send('<presence/>');
  for (const each of pair) await heard(each);
  return pair;
}

beforeEach(() => begin());
afterEach(() => world.dispose());

describe('what is held back while the store is emptied', () => {
  let juliet: Client;
  let romeo: Client;

  beforeEach(async () => {
    romeo = await world.connect('romeo', 'orchard');
    romeo.send(message('juliet@localhost', 'stored'));
    await world.settle();
    juliet = await world.connect('juliet', 'phone');
    juliet.send('<presence to="romeo@localhost" type="subscribed"/>');
    juliet.send('<iq id="r" type="get"><query xmlns="jabber:iq:roster"/></iq>');
    await world.settle();
    romeo.send('<presence to="juliet@localhost" type="subscribe"/>');
    await world.settle();
    await heard(juliet);
    await heard(romeo);
    world.isStoreHeld = true;
    juliet.send('<presence/>');
    await world.settle();
  });

  test('is not delivered once its sender is blocked: the message bounces, the request is refused, presence is dropped (XEP-0191 §3.3)', async () => {
    romeo.send(message('juliet@localhost/phone', 'live'));
    romeo.send('<iq id="ask" to="juliet@localhost/phone" type="get"><query xmlns="jabber:iq:version"/></iq>');
    romeo.send('<presence to="juliet@localhost/phone"/>');
    juliet.send(block('romeo@localhost'));
    await world.settle();
    await world.releaseStore();
    expect(await heard(juliet)).toEqual(['presence juliet@localhost/phone', 'presence romeo@localhost/orchard unavailable', 'iq block result']);
    expect((await heard(romeo)).sort()).toEqual(['iq ask error', 'message live error']);
    expect(fatesOf('live')).toEqual(['bounced']);
  });

  test('is delivered where the list stops somebody else', async () => {
    romeo.send(message('juliet@localhost/phone', 'live'));
    juliet.send(block('nurse@localhost'));
    await world.settle();
    await world.releaseStore();
    expect(await heard(juliet)).toEqual(['presence juliet@localhost/phone', 'message stored chat', 'message live chat', 'iq block result']);
    expect(fatesOf('live')).toEqual(['delivered']);
  });

  test('a goodbye comes out all the same, or she would go on believing in him (T6)', async () => {
    romeo.send('<presence to="juliet@localhost/phone"/>');
    romeo.send('<presence to="juliet@localhost/phone" type="unavailable"/>');
    juliet.send(block('romeo@localhost'));
    await world.settle();
    await world.releaseStore();
    expect(await heard(juliet)).toEqual(['presence juliet@localhost/phone', 'presence romeo@localhost/orchard unavailable', 'iq block result']);
  });
});

describe('messages for an account that is not in memory', () => {
  beforeEach(async () => {
    const juliet = await world.connect('juliet', 'phone');
    juliet.send(block('romeo@localhost'));
    await world.settle();
    juliet.close();
    await world.settle();
    expect(world.core.census().accounts).toBe(0);
  });

  test('keep their order, those that come while the lists are read included (T4)', async () => {
    const nurse = await world.connect('nurse', 'hall');
    for (const id of ['1', '2', '3', '4']) nurse.send(message('juliet@localhost', id));
    await Promise.resolve();
    nurse.send(message('juliet@localhost', '5'));
    await world.settle();
    for (const id of ['6', '7']) nurse.send(message('juliet@localhost', id));
    await world.settle();
    const juliet = await world.connect('juliet', 'desk');
    juliet.send('<presence/>');
    expect(await heard(juliet)).toEqual(['presence juliet@localhost/desk', ...['1', '2', '3', '4', '5', '6', '7'].map((id) => `message ${id} chat`)]);
    for (const id of ['1', '4', '5', '7']) expect(fatesOf(id)).toEqual(['stored']);
  });

  test('are refused, each once, and nothing is left in memory (T3, T8)', async () => {
    const romeo = await world.connect('romeo', 'orchard');
    for (const id of ['1', '2']) romeo.send(message('juliet@localhost', id));
    expect(await heard(romeo)).toEqual(['message 1 error', 'message 2 error']);
    expect([fatesOf('1'), fatesOf('2')]).toEqual([['bounced'], ['bounced']]);
    expect(world.core.census()).toMatchObject({ accounts: 1, requests: 0 });
  });

  test('reach her live when she comes while the lists are read', async () => {
    const nurse = await world.connect('nurse', 'hall');
    world.isStoreHeld = true;
    nurse.send(message('juliet@localhost', 'm'));
    await world.settle();
    world.isStoreHeld = false;
    const connecting = world.connect('juliet', 'desk');
    await world.releaseStore();
    const juliet = await connecting;
    juliet.send('<presence/>');
    expect(await heard(juliet)).toContain('message m chat');
    expect(fatesOf('m')).toHaveLength(1);
  });
});

describe('a store that fails', () => {
  const failing = (op: string): { readonly store: Store; isFailing: boolean } => {
    const honest = memoryStore();
    const perform: Store['perform'] = (request) => (state.isFailing && request.op === op ? Promise.reject(new Error('disk full')) : honest.perform(request));
    const state = { isFailing: false, store: { close: () => honest.close(), perform } };
    return state;
  };

  test('leaves no block behind: who was told that she is gone is told that she is there (T6)', async () => {
    const state = failing('privacy.write');
    await begin({ store: state.store });
    const [juliet, romeo] = await couple();
    state.isFailing = true;
    juliet.send(block('romeo@localhost'));
    expect(await heard(juliet)).toEqual(['presence romeo@localhost/orchard unavailable', 'presence romeo@localhost/orchard', 'iq block error']);
    expect(await heard(romeo)).toEqual(['presence juliet@localhost/phone unavailable', 'presence juliet@localhost/phone']);
    romeo.send(message('juliet@localhost', 'm'));
    expect(await heard(juliet)).toEqual(['message m chat']);
  });

  test('leaves a block in force that it could not lift', async () => {
    const state = failing('privacy.write');
    await begin({ store: state.store });
    const [juliet, romeo] = await couple();
    juliet.send(block('romeo@localhost'));
    await world.settle();
    await heard(romeo);
    state.isFailing = true;
    juliet.send(unblock);
    await world.settle();
    romeo.send(message('juliet@localhost', 'm'));
    expect((await heard(romeo)).at(-1)).toBe('message m error');
  });

  test('leaves a list active that it could not remove', async () => {
    const state = failing('privacy.write');
    await begin({ store: state.store });
    const [juliet, romeo] = await couple();
    const query = (what: string): void => juliet.send(`<iq id="q" type="set"><query xmlns="jabber:iq:privacy">${what}</query></iq>`);
    query('<list name="l"><item action="deny" order="1"><message/></item></list>');
    query('<active name="l"/>');
    await world.settle();
    state.isFailing = true;
    query('<list name="l"/>');
    await world.settle();
    romeo.send(message('juliet@localhost', 'm'));
    expect(await heard(romeo)).toEqual(['message m error']);
  });

  test('keeps nobody out whose lists it could not read, and lets nothing past them', async () => {
    const state = failing('privacy.read');
    await begin({ store: state.store });
    const juliet = await world.connect('juliet', 'phone');
    juliet.send(block('romeo@localhost'));
    await world.settle();
    juliet.close();
    await world.settle();
    state.isFailing = true;
    const romeo = await world.connect('romeo', 'orchard');
    romeo.send(message('juliet@localhost', 'm'));
    romeo.send('<iq id="v" to="juliet@localhost" type="get"><vCard xmlns="vcard-temp"/></iq>');
    expect(await heard(romeo)).toEqual(['message m error', 'iq v error']);
    expect(fatesOf('m')).toEqual([]);
    expect(world.core.census().accounts).toBe(1);
  });
});

test('two changes at once keep both (XEP-0016 §2.6)', async () => {
  const one = await world.connect('juliet', 'a');
  const two = await world.connect('juliet', 'b');
  one.send(block('romeo@localhost'));
  two.send(block('nurse@localhost'));
  await world.settle();
  for (const each of [one, two]) each.close();
  await world.settle();
  expect(world.core.census().accounts).toBe(0);
  const juliet = await world.connect('juliet', 'c');
  juliet.send('<iq id="l" type="get"><blocklist xmlns="urn:xmpp:blocking"/></iq>');
  const list = await juliet.next();
  expect(list === 'closed' ? [] : list.getChild('blocklist')?.getChildren('item').map(({ attrs }) => attrs.jid).sort()).toEqual(['nurse@localhost', 'romeo@localhost']);
});

test('a list that denies everything can still be lifted, and the user\'s own sessions hear each other (XEP-0016 §2.1)', async () => {
  const one = await world.connect('juliet', 'a');
  const two = await world.connect('juliet', 'b');
  one.send('<iq id="s" type="set"><query xmlns="jabber:iq:privacy"><list name="all"><item action="deny" order="1"/></list></query></iq>');
  await world.settle();
  one.send('<iq id="a" type="set"><query xmlns="jabber:iq:privacy"><active name="all"/></query></iq>');
  two.send('<presence/>');
  one.send('<presence/>');
  two.send(message('juliet@localhost/a', 'm'));
  one.send('<iq id="p" to="localhost" type="get"><ping xmlns="urn:xmpp:ping"/></iq>');
  one.send('<iq id="d" type="set"><query xmlns="jabber:iq:privacy"><active/></query></iq>');
  const all = await heard(one);
  for (const each of ['presence juliet@localhost/b', 'presence juliet@localhost/a', 'message m chat', 'iq p result', 'iq d result']) expect(all).toContain(each);
  expect(await heard(two)).toEqual(expect.arrayContaining(['presence juliet@localhost/a', 'presence juliet@localhost/b']));
});

test('lists, items, names and blocks are bounded (CoreConfig)', async () => {
  await begin({ config: { privacy: { lists: 2, items: 2, nameLength: 4, blocked: 1 } } });
  const juliet = await world.connect('juliet', 'a');
  const set = (id: string, name: string, items: number): void => juliet.send(`<iq id="${id}" type="set"><query xmlns="jabber:iq:privacy"><list name="${name}">${Array.from({ length: items }, (_, order) => `<item action="allow" order="${order}"/>`).join('')}</list></query></iq>`);
  set('name', 'lists', 1);
  set('items', 'a', 3);
  set('first', 'a', 2);
  set('again', 'a', 1);
  set('second', 'b', 1);
  set('third', 'c', 1);
  juliet.send(block('romeo@localhost'));
  await world.settle();
  set('gone', 'b', 0);
  juliet.send('<iq id="two" type="set"><block xmlns="urn:xmpp:blocking"><item jid="romeo@localhost"/><item jid="nurse@localhost"/></block></iq>');
  juliet.send(block('nurse@localhost'));
  const answers = (await heard(juliet)).filter((each) => !each.startsWith('iq server'));
  expect(answers).toEqual(['iq name error', 'iq items error', 'iq first result', 'iq again result', 'iq second result', 'iq third error', 'iq block error', 'iq gone result', 'iq two error', 'iq block result']);
});

describe('a removed account', () => {
  beforeEach(() => begin({ features: [...standardFeatures, register()] }));
  const leave = '<iq id="leave" type="set"><query xmlns="jabber:iq:register"><remove/></query></iq>';

  test('leaves no lists to who takes its name (XEP-0077 §3.2)', async () => {
    const juliet = await world.connect('juliet', 'a');
    juliet.send(block('romeo@localhost'));
    await world.settle();
    juliet.send(leave);
    await world.settle();
    await world.account('juliet');
    const romeo = await world.connect('romeo', 'orchard');
    romeo.send(message('juliet@localhost', 'm'));
    expect(await heard(romeo)).toEqual([]);
    expect(fatesOf('m')).toEqual(['stored']);
  });

  test('leaves nothing in the roster of one who blocks it: who takes its name is shown nothing after the block', async () => {
    const [juliet, romeo] = await couple();
    juliet.send(block('romeo@localhost'));
    await world.settle();
    await heard(juliet);
    romeo.send(leave);
    await world.settle();
    expect((await heard(juliet)).filter((each) => !each.startsWith('iq'))).toEqual([]);
    await world.account('romeo');
    const mallory = await world.connect('romeo', 'orchard');
    mallory.send('<presence/>');
    juliet.send(unblock);
    await world.settle();
    expect(await heard(mallory)).toEqual(['presence romeo@localhost/orchard']);
    expect(await heard(juliet)).toEqual(['iq unblock result']);
  });
});
