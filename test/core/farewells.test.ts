/** Nobody's route closes before they have been told that they left: rooms on another server, which answer when the test
 *  says so. @module */
import type { Element } from 'ltx';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client } from '../world/world.ts';
import { Component } from '../world/component.ts';
import { Federated } from '../world/federated.ts';
import { InProcess } from '../world/in-process.ts';

const rooms = 'rooms.mantua.test';
const secret = 'sixteen tons';
let net: Federated;
let here: InProcess;
let there: InProcess;
let service: Component;
let juliet: Client;

beforeEach(async () => {
  net = new Federated();
  here = net.add({ domain: 'verona.test', certified: ['verona.test'], config: { drainingLimit: 1 } });
  there = net.add({ domain: 'mantua.test', certified: ['mantua.test', rooms], config: { components: [{ domain: rooms, secret }] } });
  service = new Component(there, rooms, secret);
  await here.account('juliet');
  juliet = await here.connect('juliet', 'balcony');
});

afterEach(async () => {
  await here.dispose();
  await there.dispose();
});

const full = 'juliet@verona.test/balcony';
const occupant = (room: string): string => `${room}@${rooms}/jules`;
const join = (room: string): string => `<presence to="${occupant(room)}"><x xmlns="http://jabber.org/protocol/muc"/></presence>`;
const x = (...codes: number[]): string => `<x xmlns="http://jabber.org/protocol/muc#user">${codes.map((code) => `<status code="${code}"/>`).join('')}</x>`;
const welcome = (room: string, to = full): string => `<presence from="${occupant(room)}" to="${to}">${x(110)}</presence>`;
const goodbye = (room: string, to = full): string => `<presence from="${occupant(room)}" to="${to}" type="unavailable">${x(110)}</presence>`;
const stateOfRoutes = (): number => here.core.census().resources;

async function enter(...names: string[]): Promise<void> {
  for (const room of names) {
    juliet.send(join(room));
    await net.settle();
    service.say(welcome(room));
    await net.settle();
    expect((await element(juliet)).attrs.from).toBe(occupant(room));
  }
}

async function element(client: Client): Promise<Element> {
  const next = await client.next();
  if (next === 'closed') throw new Error('the stream is closed');
  return next;
}

/** What comes until the closing tag, as `from type`, and the tag. */
async function rest(client: Client): Promise<readonly string[]> {
  await net.settle();
  const heard: string[] = [];
  for (;;) {
    const next = await client.next();
    if (next === 'closed') return [...heard, 'closed'];
    const codes = next.getChild('x')?.getChildren('status').map((status) => String(status.attrs.code)) ?? [];
    heard.push([next.attrs.from, next.attrs.type ?? 'available', ...codes].join(' '));
  }
}

describe('farewells: a remote room has the last word (XEP-0045 §7.14, DESIGN D5, THEOREMS T2)', () => {
  test('the stream ends: the room\'s goodbye comes before the closing tag', async () => {
    await enter('garden');
    juliet.close();
    await net.settle();
    expect(stateOfRoutes()).toBe(1);
    expect(service.heard.at(-1)?.attrs).toMatchObject({ type: 'unavailable', to: occupant('garden'), from: full });
    service.say(goodbye('garden'));
    expect(await rest(juliet)).toEqual([`${occupant('garden')} unavailable 110`, 'closed']);
    expect(stateOfRoutes()).toBe(0);
  });

  test('unavailable presence and the closing tag in one write: the same', async () => {
    juliet.send('<presence/>');
    await element(juliet);
    await enter('garden');
    juliet.send('<presence type="unavailable"/></stream:stream>');
    await net.settle();
    service.say(goodbye('garden'));
    expect(await rest(juliet)).toEqual([`${full} unavailable`, `${occupant('garden')} unavailable 110`, 'closed']);
  });

  test('unavailable presence alone: the goodbye comes, and the route stays (the article\'s second case)', async () => {
    await enter('garden');
    juliet.send('<presence/>');
    await element(juliet);
    juliet.send('<presence type="unavailable"/>');
    await net.settle();
    service.say(goodbye('garden'));
    await net.settle();
    expect((await element(juliet)).attrs.from).toBe(full);
    expect((await element(juliet)).attrs.from).toBe(occupant('garden'));
    expect(stateOfRoutes()).toBe(1);
  });

  test('two rooms: the first goodbye does not end the wait for the second', async () => {
    await enter('garden', 'vault');
    juliet.close();
    await net.settle();
    service.say(goodbye('vault'));
    await net.settle();
    expect(stateOfRoutes()).toBe(1);
    service.say(goodbye('garden'));
    expect(await rest(juliet)).toEqual([`${occupant('vault')} unavailable 110`, `${occupant('garden')} unavailable 110`, 'closed']);
  });

  test('the room never answers: at the deadline the server says it in the room\'s name (status 333)', async () => {
    await enter('garden', 'vault');
    juliet.close();
    await net.settle();
    service.say(goodbye('vault'));
    await net.settle();
    for (const timer of [...here.timers.keys()].filter((name) => name.startsWith('route'))) here.fire(timer);
    expect(await rest(juliet)).toEqual([`${occupant('vault')} unavailable 110`, `${occupant('garden')} unavailable 110 333`, 'closed']);
    service.say(goodbye('garden'));
    await net.settle();
    expect(here.core.census().resources).toBe(0);
  });

  test('the room does not let the resource in: nothing is owed', async () => {
    juliet.send(join('garden'));
    await net.settle();
    service.say(`<presence from="${occupant('garden')}" to="${full}" type="error"><error type="auth"><not-authorized xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></presence>`);
    await net.settle();
    juliet.close();
    expect(await rest(juliet)).toEqual([`${occupant('garden')} error`, 'closed']);
  });

  test('the room\'s server can\'t be reached: the error comes, and nothing is owed', async () => {
    net.missing.add(rooms);
    juliet.send(join('garden'));
    juliet.close();
    expect(await rest(juliet)).toEqual([`${occupant('garden')} error`, 'closed']);
  });

  test.each([
    { how: 'the old way, without an element (XEP-0045 §7.2.1)', joins: [`<presence to="${occupant('garden')}"/>`], refusal: '' },
    {
      how: 'again while a refusal is on its way', joins: [join('garden'), join('garden')],
      refusal: `<presence from="${occupant('garden')}" to="${full}" type="error"><error type="cancel"><conflict xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></presence>`,
    },
  ])('who comes in $how is owed a farewell too', async ({ joins, refusal }) => {
    juliet.send(joins.join(''));
    await net.settle();
    service.say(refusal + welcome('garden'));
    await net.settle();
    juliet.close();
    await net.settle();
    expect(stateOfRoutes()).toBe(1);
    service.say(goodbye('garden'));
    expect((await rest(juliet)).slice(-2)).toEqual([`${occupant('garden')} unavailable 110`, 'closed']);
  });

  test('a person who says something like it is no room', async () => {
    await enter('garden');
    juliet.send(`<presence to="romeo@${rooms}/orchard"/>`);
    await net.settle();
    service.say(`<presence from="romeo@${rooms}/orchard" to="${full}"><show>away</show></presence>`);
    await net.settle();
    juliet.close();
    await net.settle();
    service.say(goodbye('garden'));
    expect((await rest(juliet)).at(-1)).toBe('closed');
  });

  test('the join and the closing tag in one write: the answers to both come first', async () => {
    juliet.send(`${join('garden')}</stream:stream>`);
    await net.settle();
    service.say(welcome('garden') + goodbye('garden'));
    expect(await rest(juliet)).toEqual([`${occupant('garden')} available 110`, `${occupant('garden')} unavailable 110`, 'closed']);
  });

  test('the room is blocked while its goodbye is awaited: the server says it, since the room is heard no more (XEP-0191 §3.3, XEP-0016 §2.10)', async () => {
    await enter('garden');
    const other = await here.connect('juliet', 'chamber');
    juliet.close();
    await net.settle();
    other.send(`<iq id="b" type="set"><block xmlns="urn:xmpp:blocking"><item jid="garden@${rooms}"/></block></iq>`);
    await net.settle();
    service.say(goodbye('garden'));
    expect(await rest(juliet)).toEqual([`${occupant('garden')} unavailable`, 'closed']);
  });

  test('a new nick is no goodbye (XEP-0045 §7.6)', async () => {
    await enter('garden');
    juliet.close();
    await net.settle();
    service.say(`<presence from="${occupant('garden')}" to="${full}" type="unavailable">${x(303, 110)}</presence>`);
    await net.settle();
    expect(stateOfRoutes()).toBe(1);
    service.say(goodbye('garden'));
    expect((await rest(juliet)).at(-1)).toBe('closed');
  });

  test('another occupant\'s goodbye settles nothing', async () => {
    await enter('garden');
    juliet.close();
    await net.settle();
    service.say(`<presence from="garden@${rooms}/nurse" to="${full}" type="unavailable">${x()}</presence>`);
    await net.settle();
    expect(stateOfRoutes()).toBe(1);
  });

  test('a room that is blocked meanwhile is spoken for, once, and nothing more is waited for (XEP-0191 §3.3)', async () => {
    await enter('garden');
    const chamber = await here.connect('juliet', 'chamber');
    juliet.close();
    await net.settle();
    expect(stateOfRoutes()).toBe(2);
    chamber.send(`<iq type="set" id="b"><block xmlns="urn:xmpp:blocking"><item jid="garden@${rooms}"/></block></iq>`);
    expect(await rest(juliet)).toEqual([`${occupant('garden')} unavailable`, 'closed']);
    expect(stateOfRoutes()).toBe(1);
    service.say(goodbye('garden'));
    await net.settle();
    expect([...here.timers.keys()].filter((name) => name.startsWith('route'))).toEqual([]);
  });

  test('a dead transport ends the wait at once', async () => {
    await enter('garden');
    juliet.close();
    await net.settle();
    juliet.drop();
    expect(stateOfRoutes()).toBe(0);
    expect([...here.timers.keys()].filter((name) => name.startsWith('route'))).toEqual([]);
  });

  test('the full JID is bound anew: the old stream ends at once, a late goodbye settles nothing for the new one (T2.f, U7)', async () => {
    await enter('garden');
    juliet.close();
    await net.settle();
    const again = await here.connect('juliet', 'balcony');
    expect((await rest(juliet)).at(-1)).toBe('closed');
    juliet = again;
    juliet.send(join('garden'));
    await net.settle();
    juliet.close();
    await net.settle();
    service.say(goodbye('garden'));
    await net.settle();
    expect(stateOfRoutes()).toBe(1);
    service.say(welcome('garden') + goodbye('garden'));
    expect((await rest(juliet)).at(-1)).toBe('closed');
  });

  test('more routes drain than may: the oldest is told in the room\'s name, and closes', async () => {
    await here.account('nurse');
    const nurse = await here.connect('nurse', 'hall');
    await enter('garden');
    nurse.send(`<presence to="garden@${rooms}/nurse"><x xmlns="http://jabber.org/protocol/muc"/></presence>`);
    juliet.close();
    await net.settle();
    nurse.close();
    expect(await rest(juliet)).toEqual([`${occupant('garden')} unavailable 110 333`, 'closed']);
    expect(stateOfRoutes()).toBe(1);
  });

  test('the server stops: goodbyes first, then links and components are closed', async () => {
    await enter('garden');
    here.feed({ type: 'server.stopping' });
    await net.settle();
    expect(net.lines.length).toBeGreaterThan(0);
    service.say(goodbye('garden'));
    expect((await rest(juliet)).at(0)).toBe(`${occupant('garden')} unavailable 110`);
    juliet.close();
    await net.settle();
    expect(net.lines).toEqual([]);
  });

  test('a route that drains is pushed no roster item: it is owed other answers only (DESIGN D5)', async () => {
    juliet.send('<iq type="get" id="1"><query xmlns="jabber:iq:roster"/></iq>');
    await net.settle();
    await juliet.next();
    await enter('garden');
    const other = await here.connect('juliet', 'orchard');
    juliet.close();
    other.send('<iq type="set" id="2"><query xmlns="jabber:iq:roster"><item jid="romeo@mantua.test"/></query></iq>');
    await net.settle();
    service.say(goodbye('garden'));
    expect(await rest(juliet)).toEqual([`${occupant('garden')} unavailable 110`, 'closed']);
    expect([...here.timers.keys()].filter((name) => name.startsWith('iq'))).toEqual([]);
  });

  test('what a room owed to a route that is gone is forgotten in the end', async () => {
    await enter('garden');
    juliet.close();
    await net.settle();
    juliet.drop();
    const timers = [...here.timers.keys()].filter((name) => name.startsWith('farewell'));
    expect(timers).toHaveLength(1);
    for (const timer of timers) here.fire(timer);
    await net.settle();
    expect([...here.timers.keys()].filter((name) => name.startsWith('farewell'))).toEqual([]);
  });
});

describe('farewells: a room of this server (THEOREMS T2.c, DESIGN D5)', () => {
  const rooms = 'rooms.padua.test';
  let world: InProcess;
  beforeEach(async () => {
    world = new InProcess({ config: { domain: 'padua.test', secret: 'the secret of padua.test'.padEnd(32, '.'), rooms: { domain: rooms } } });
    await world.account('kate');
    await world.account('bianca');
  });
  afterEach(() => world.dispose());
  const enter = `<presence to="hall@${rooms}/kate"><x xmlns="http://jabber.org/protocol/muc"/></presence>`;
  const toldTo = (stream: string): readonly string[] => world.effects.flatMap((effect) => ('stream' in effect && effect.stream === stream ? [effect.type === 'send' ? effect.xml : effect.type] : []));

  test('its last word comes before the closing tag, also when it is held back behind what was stored', async () => {
    const bianca = await world.connect('bianca', 'garden');
    bianca.send('<message to="kate@padua.test" type="chat"><body>one</body></message>');
    await world.settle();
    const kate = await world.connect('kate', 'hall');
    kate.send('<iq type="get" id="1"><query xmlns="jabber:iq:roster"/></iq>');
    bianca.send(enter.replace('/kate', '/bianca'));
    await world.settle();
    bianca.send(`<iq type="set" id="2" to="hall@${rooms}"><query xmlns="http://jabber.org/protocol/muc#owner"><x xmlns="jabber:x:data" type="submit"/></query></iq>`);
    await world.settle();
    world.isStoreHeld = true;
    kate.send('<presence/>');
    kate.send(enter);
    await world.settle();
    kate.close();
    await world.settle();
    const heard = toldTo('s2');
    const last = heard.findIndex((xml) => xml.includes(`from="hall@${rooms}/kate"`) && xml.includes('type="unavailable"') && xml.includes('code="110"'));
    expect(last).toBeGreaterThan(0);
    expect(last).toBeLessThan(heard.indexOf('close'));
  });
});
