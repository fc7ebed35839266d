/** The service in a whole core: what outlives it, what waits for the store, what is bounded, and what a trace of it says. @module */
import { parse } from 'ltx';
import type { Element } from 'ltx';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BareJid } from '../../../machines/vocabulary.ts';
import { defaultConfig } from '../../../src/core/config.ts';
import type { RoomLimits } from '../../../src/core/config.ts';
import { standardFeatures } from '../../../src/core/features/all.ts';
import type { Input } from '../../../src/core/input.ts';
import { redacted } from '../../../src/core/redaction.ts';
import { createCore } from '../../../src/core/server.ts';
import type { Store } from '../../../src/core/store.ts';
import { memoryStore } from '../../../src/stores/memory.ts';
import { readScenario, runScenario } from '../../scenarios/scenario.ts';
import { InProcess, worldConfig } from '../../world/in-process.ts';
import type { Client } from '../../world/world.ts';

const room = 'verona@rooms.localhost';
const muc = '<x xmlns="http://jabber.org/protocol/muc"/>';
const owner = (id: string, content: string, to = room): string => `<iq id="${id}" type="set" to="${to}"><query xmlns="http://jabber.org/protocol/muc#owner">${content}</query></iq>`;
const form = (...fields: readonly (readonly [name: string, value: string])[]): string =>
  `<x xmlns="jabber:x:data" type="submit"><field var="FORM_TYPE"><value>http://jabber.org/protocol/muc#roomconfig</value></field>${fields.map(([name, value]) => `<field var="muc#roomconfig_${name}"><value>${value}</value></field>`).join('')}</x>`;
const admin = (id: string, item: string): string => `<iq id="${id}" type="set" to="${room}"><query xmlns="http://jabber.org/protocol/muc#admin">${item}</query></iq>`;
const join_ = (nick: string, to = room): string => `<presence to="${to}/${nick}">${muc}</presence>`;
const conditionOf = (stanza: Element | 'closed'): string | undefined => (stanza === 'closed' ? stanza : stanza.getChild('error')?.getChildElements()[0]?.name);

/** A world with a few accounts, all of them connected. */
async function world(options: { readonly store?: Store; readonly limits?: Partial<RoomLimits> } = {}): Promise<{ readonly world: InProcess; readonly juliet: Client; readonly romeo: Client; readonly nurse: Client }> {
  const inProcess = new InProcess({ config: { rooms: { domain: 'rooms.localhost', limits: options.limits ?? {} } }, ...(options.store === undefined ? {} : { store: options.store }) });
  for (const name of ['juliet', 'romeo', 'nurse']) await inProcess.account(name);
  return { world: inProcess, juliet: await inProcess.connect('juliet', 'balcony'), romeo: await inProcess.connect('romeo', 'orchard'), nurse: await inProcess.connect('nurse', 'hall') };
}

/** Everything that has come for a client once the store has replied, up to the answer to a ping. */
async function all(client: Client): Promise<readonly Element[]> {
  for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  client.send('<iq id="that-is-all" to="localhost" type="get"><ping xmlns="urn:xmpp:ping"/></iq>');
  const heard: Element[] = [];
  for (;;) {
    const next = await client.next();
    if (next === 'closed') throw new Error('closed');
    if (next.attrs.id === 'that-is-all') return heard;
    heard.push(next);
  }
}
const names = (stanzas: readonly Element[]): readonly string[] => stanzas.map(({ name, attrs }) => [name, attrs.id, attrs.type].filter((each) => each !== undefined).join(' '));

async function persistentRoom(juliet: Client): Promise<void> {
  juliet.send(join_('Juliet'));
  await all(juliet);
  juliet.send(owner('c', form(['persistentroom', '1'], ['roomname', 'Verona'], ['moderatedroom', '1'])));
  await all(juliet);
}

describe('rooms: what lasts (XEP-0045 §4.2)', () => {
  test('a persistent room comes back after a restart: options, affiliations, nicks, subject; and nobody in it', async () => {
    const store = memoryStore();
    const first = await world({ store });
    await persistentRoom(first.juliet);
    first.juliet.send(admin('a', '<item affiliation="member" jid="romeo@localhost" nick="Montague"/><item affiliation="outcast" jid="nurse@localhost"/>'));
    first.juliet.send(`<message id="s" to="${room}" type="groupchat"><subject>Balconies</subject></message>`);
    await all(first.juliet);

    const second = await world({ store });
    second.nurse.send(join_('Nurse'));
    expect((await all(second.nurse)).map(conditionOf)).toEqual(['forbidden']);
    second.romeo.send(`<iq id="i" to="rooms.localhost" type="get"><query xmlns="http://jabber.org/protocol/disco#items"/></iq>`);
    expect((await all(second.romeo))[0]?.getChild('query')?.getChildElements().map(({ attrs }) => [attrs.jid, attrs.name])).toEqual([[room, 'Verona']]);
    second.romeo.send(join_('Romeo') + `<iq id="n" to="${room}" type="get"><query xmlns="http://jabber.org/protocol/disco#info" node="x-roomuser-item"/></iq>`);
    const [self, subject, nick] = await all(second.romeo);
    expect(self?.getChild('x')?.getChild('item')?.attrs).toMatchObject({ affiliation: 'member', role: 'participant' });
    expect(subject?.getChildText('subject')).toBe('Balconies');
    expect(nick?.getChild('query')?.getChild('identity')?.attrs.name).toBe('Montague');
  });

  test('its occupants are the same to each other after a restart (XEP-0421 §4.1)', async () => {
    const store = memoryStore();
    const ids: unknown[] = [];
    for (let times = 0; times < 2; times += 1) {
      const { juliet } = await world({ store });
      if (times === 0) await persistentRoom(juliet);
      juliet.send(join_('Juliet'));
      ids.push((await all(juliet))[0]?.getChild('occupant-id')?.attrs.id);
    }
    expect(ids[0]).toMatch(/^[0-9a-f]{40}$/);
    expect(ids[1]).toBe(ids[0]);
  });

  test('a room that is destroyed, or made temporary and left, does not come back', async () => {
    for (const end of [owner('d', '<destroy/>'), `${owner('t', form(['persistentroom', '0']))}<presence to="${room}/Juliet" type="unavailable"/>`]) {
      const store = memoryStore();
      const { juliet } = await world({ store });
      await persistentRoom(juliet);
      expect(await store.perform({ op: 'room.list', domain: 'rooms.localhost' })).toHaveLength(1);
      juliet.send(end);
      await all(juliet);
      expect(await store.perform({ op: 'room.list', domain: 'rooms.localhost' })).toEqual([]);
    }
  });

  test('an admin is answered when the change is durable, and not before', async () => {
    const { world: inProcess, juliet } = await world();
    await persistentRoom(juliet);
    inProcess.isStoreHeld = true;
    juliet.send(admin('a', '<item affiliation="member" jid="romeo@localhost"/>'));
    expect(names(await all(juliet))).toEqual([]);
    await inProcess.releaseStore();
    expect(names(await all(juliet))).toEqual(['iq a result']);
  });

  test('changes that come while the room is being written are written together, and each is answered', async () => {
    const { world: inProcess, juliet } = await world();
    await persistentRoom(juliet);
    inProcess.isStoreHeld = true;
    inProcess.effects.length = 0;
    for (let n = 0; n < 20; n += 1) juliet.send(admin(`a${n}`, `<item affiliation="member" jid="m${n}@localhost"/>`));
    const writes = (): number => inProcess.effects.filter((effect) => effect.type === 'store' && effect.operation.op === 'room.write').length;
    expect([await all(juliet), writes()]).toEqual([[], 1]);
    await inProcess.releaseStore();
    await inProcess.settle();
    expect(names(await all(juliet)).filter((name) => name.endsWith('result')).sort()).toEqual(Array.from({ length: 20 }, (_, n) => `iq a${n} result`).sort());
    expect(writes()).toBe(2);
    expect((await inProcess.store.perform({ op: 'room.read', room: room as BareJid }))?.affiliations).toHaveLength(21);
  });

  test('a change that can\'t be kept is an error for who has asked', async () => {
    const inner = memoryStore();
    let isBroken = false;
    const store: Store = { perform: (request) => (isBroken && request.op === 'room.write' ? Promise.reject(new Error('the disk is full')) : inner.perform(request)), close: () => inner.close() };
    const { juliet } = await world({ store });
    await persistentRoom(juliet);
    isBroken = true;
    juliet.send(admin('a', '<item affiliation="member" jid="romeo@localhost"/>'));
    expect((await all(juliet)).map(conditionOf)).toEqual(['internal-server-error']);
    isBroken = false;
    juliet.send(admin('b', '<item affiliation="member" jid="nurse@localhost"/>'));
    expect(names(await all(juliet))).toEqual(['iq b result']);
    expect((await inner.perform({ op: 'room.read', room: room as BareJid }))?.affiliations.map(({ jid }) => jid)).toEqual(['juliet@localhost', 'romeo@localhost', 'nurse@localhost']);
  });
});

describe('rooms: while one is being loaded', () => {
  test('what comes meanwhile is taken in its order, and what is too much is refused', async () => {
    const store = memoryStore();
    await persistentRoom((await world({ store })).juliet);
    const { world: inProcess, juliet, romeo } = await world({ store, limits: { waiting: 4 } });
    inProcess.isStoreHeld = true;
    juliet.send(join_('Juliet'));
    for (const n of [1, 2, 3]) juliet.send(`<message id="m${n}" to="${room}" type="groupchat"><body>${n}</body></message>`);
    romeo.send(join_('Romeo'));
    expect((await all(romeo)).map(conditionOf)).toEqual(['resource-constraint']);
    expect(await all(juliet)).toEqual([]);
    // First the list of rooms, then the room.
    await inProcess.releaseStore();
    await inProcess.settle();
    expect(names(await all(juliet))).toEqual(['presence', 'message groupchat', 'message m1 groupchat', 'message m2 groupchat', 'message m3 groupchat']);
  });

  test('a store that fails is an error for who waits, and is asked again', async () => {
    const inner = memoryStore();
    let isBroken = true;
    const store: Store = { perform: (request) => (isBroken && request.op === 'room.list' ? Promise.reject(new Error('no')) : inner.perform(request)), close: () => inner.close() };
    const { juliet } = await world({ store });
    juliet.send(join_('Juliet'));
    expect((await all(juliet)).map(conditionOf)).toEqual(['internal-server-error']);
    isBroken = false;
    juliet.send(join_('Juliet'));
    expect(names(await all(juliet))).toEqual(['presence', 'message groupchat']);
  });
});

describe('rooms: nobody makes them grow without end', () => {
  const open = async (juliet: Client, to = room): Promise<void> => {
    juliet.send(join_('Juliet', to) + owner('c', form(), to));
    await all(juliet);
  };

  test('rooms of the service, and of one creator', async () => {
    const few = await world({ limits: { rooms: 2 } });
    await open(few.juliet);
    few.romeo.send(join_('Romeo', 'mantua@rooms.localhost') + join_('Romeo', 'padua@rooms.localhost'));
    expect((await all(few.romeo)).map(conditionOf)).toEqual([undefined, undefined, 'resource-constraint']);
    const own = await world({ limits: { roomsOfCreator: 1 } });
    await open(own.juliet);
    own.juliet.send(join_('Juliet', 'mantua@rooms.localhost'));
    expect((await all(own.juliet)).map(conditionOf)).toEqual(['resource-constraint']);
    own.romeo.send(join_('Romeo', 'mantua@rooms.localhost'));
    expect((await all(own.romeo)).map(conditionOf)).toEqual([undefined, undefined]);
  });

  test('sessions of one user, under one nick or several', async () => {
    const { juliet, world: inProcess } = await world({ limits: { sessions: 2 } });
    await open(juliet);
    for (const [resource, nick, expected] of [['chamber', 'Capulet', undefined], ['tomb', 'Juliet', 'resource-constraint']] as const) {
      const client = await inProcess.connect('juliet', resource);
      client.send(join_(nick));
      expect((await all(client)).map(conditionOf)).toContain(expected);
    }
  });

  test('items, affiliations, presence, subjects, nicks', async () => {
    const { juliet, romeo } = await world({ limits: { items: 2, affiliations: 2, presenceCharacters: 200, subjectCharacters: 5, nickCharacters: 6 } });
    await open(juliet);
    const item = (n: number): string => `<item affiliation="member" jid="m${n}@localhost"/>`;
    juliet.send(admin('1', item(1) + item(2) + item(3)) + admin('2', item(1)) + admin('3', item(2)) + admin('4', '<item affiliation="none" jid="m1@localhost"/>') + admin('5', item(2)));
    expect((await all(juliet)).map(conditionOf)).toEqual(['resource-constraint', undefined, 'resource-constraint', undefined, undefined]);
    juliet.send(`<presence to="${room}/Juliet"><status>${'x'.repeat(200)}</status></presence><message id="s" to="${room}" type="groupchat"><subject>Balconies</subject></message>`);
    expect((await all(juliet)).map(conditionOf)).toEqual(['policy-violation', 'policy-violation']);
    romeo.send(join_('Montague'));
    expect((await all(romeo)).map(conditionOf)).toEqual(['not-acceptable']);
  });

  test('requests that nobody answers: the oldest of their asker is forgotten', async () => {
    const { juliet, romeo } = await world({ limits: { pending: 1 } });
    await open(juliet);
    romeo.send(join_('Romeo'));
    await all(romeo);
    await all(juliet);
    for (const id of ['1', '2']) romeo.send(`<iq id="${id}" to="${room}/Juliet" type="get"><query xmlns="jabber:iq:last"/></iq>`);
    expect(names(await all(juliet))).toEqual(['iq 1 get', 'iq 2 get']);
    for (const id of ['1', '2']) juliet.send(`<iq id="${id}" to="${room}/Romeo" type="result"/>`);
    expect(names(await all(romeo))).toEqual(['iq 2 result']);
  });
});

describe('rooms: the service', () => {
  test('it needs a secret, and a domain of its own', () => {
    const config = { ...defaultConfig, domain: 'localhost', rooms: { domain: 'rooms.localhost' } };
    expect(() => createCore(config, standardFeatures)).toThrow(/`rooms` needs `secret`/);
    expect(() => createCore({ ...config, secret: 'x', rooms: { domain: 'localhost' } }, standardFeatures)).toThrow(/domain of their own/);
    expect(() => createCore({ ...config, secret: 'x', components: [{ domain: 'rooms.localhost', secret: 'y' }] }, standardFeatures)).toThrow(/domain of their own/);
    expect(() => createCore({ ...config, secret: 'x' }, standardFeatures)).not.toThrow();
  });

  test('presence for a room that does not exist, and that asks for none, makes none (XEP-0045 §7.2.18)', async () => {
    const { juliet, world: inProcess } = await world();
    juliet.send(`<presence to="${room}/Juliet"/>`);
    const [corrected, ...rest] = await all(juliet);
    expect([corrected?.attrs.type, corrected?.getChild('x')?.getChild('item')?.attrs, rest]).toEqual(['unavailable', { affiliation: 'none', role: 'none', jid: 'juliet@localhost/balcony' }, []]);
    juliet.send(`<iq id="i" to="${room}" type="get"><query xmlns="http://jabber.org/protocol/disco#info"/></iq>`);
    expect((await all(juliet)).map(conditionOf)).toEqual(['item-not-found']);
    await inProcess.dispose();
  });

  test('a hidden room is not listed (XEP-0045 §6.3)', async () => {
    const { juliet, romeo } = await world();
    juliet.send(join_('Juliet') + owner('c', form(['publicroom', '0'])));
    await all(juliet);
    romeo.send('<iq id="i" to="rooms.localhost" type="get"><query xmlns="http://jabber.org/protocol/disco#items"/></iq>');
    expect((await all(romeo))[0]?.getChild('query')?.getChildElements()).toEqual([]);
  });

  test('an occupant whose transport breaks is out, and the others are told once (XEP-0045 §7.14)', async () => {
    const { world: inProcess, juliet, romeo } = await world();
    juliet.send(join_('Juliet') + owner('c', form()));
    romeo.send(join_('Romeo'));
    await all(romeo);
    await all(juliet);
    juliet.send(`<message id="m" to="${room}" type="groupchat"><body>!</body></message>`);
    romeo.drop();
    await inProcess.settle();
    expect(names(await all(juliet))).toEqual(['message m groupchat', 'presence unavailable']);
  });

  test('when the server stops, everybody is told with 332 (XEP-0045 §11.2)', async () => {
    const { world: inProcess, juliet } = await world();
    juliet.send(join_('Juliet') + owner('c', form()));
    await all(juliet);
    inProcess.feed({ type: 'server.stopping' });
    const farewell = await juliet.next();
    expect(farewell === 'closed' ? farewell : farewell.getChild('x')?.getChildren('status').map(({ attrs }) => attrs.code)).toEqual(['332', '110']);
  });

  test('a message for many is written once: the copies differ by their address alone', async () => {
    const { world: inProcess, juliet, romeo } = await world();
    juliet.send(join_('Juliet') + owner('c', form()));
    romeo.send(join_('Romeo'));
    await all(romeo);
    await all(juliet);
    inProcess.effects.length = 0;
    juliet.send(`<message id="m" to="${room}" type="groupchat"><body>!</body></message>`);
    const sent = inProcess.effects.flatMap((effect) => (effect.type === 'send' ? [effect.xml.replace(/ to="[^"]*"/, '')] : []));
    expect(sent).toHaveLength(2);
    expect(sent[1]).toBe(sent[0]);
  });
});

describe('rooms: a trace', () => {
  const folder = join(import.meta.dirname, '../../scenarios');
  // A password that is wrong can't be told from a right one once both are left out.
  const scenarios = readdirSync(folder).filter((name) => name.startsWith('rooms-') && name !== 'rooms-refusals.txt');

  test.each(scenarios)('%s: what is redacted, played again, orders what was recorded, redacted', async (name) => {
    const inProcess = new InProcess();
    const hidden = (value: unknown): unknown => redacted(value, { keepBodies: false });
    const recorded: { readonly input: unknown; readonly at: number }[] = [];
    const step = inProcess.core.step.bind(inProcess.core);
    inProcess.core.step = (input, at) => {
      recorded.push({ input: hidden(input), at });
      return step(input, at);
    };
    await runScenario(readScenario(readFileSync(join(folder, name), 'utf8')).lines, inProcess);
    const again = createCore({ ...worldConfig, secret: 'redacted' }, standardFeatures);
    const effects = recorded.flatMap(({ input, at }) => again.step(restored(input), at));
    expect(hidden(effects)).toEqual(hidden(inProcess.effects));
  });

  function restored(input: unknown): Input {
    const { element, ...rest } = input as { readonly element?: string };
    return (element === undefined ? rest : { ...rest, element: parse(element) }) as Input;
  }
});
