/** Occupants whose server is gone: out of the room, once, and nobody else with them. @module */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Element } from 'ltx';
import { Federated } from '../../world/federated.ts';
import type { InProcess } from '../../world/in-process.ts';
import type { Client } from '../../world/world.ts';

const room = 'balcony@rooms.verona.test';
const muc = '<x xmlns="http://jabber.org/protocol/muc"/>';

let net: Federated;
let here: InProcess;
let there: InProcess;
let juliet: Client;
let romeo: Client;

/** All that has come for Juliet. */
async function heard(): Promise<readonly string[]> {
  await net.settle();
  juliet.send('<iq id="that-is-all" type="get"><ping xmlns="urn:xmpp:ping"/></iq>');
  const all: string[] = [];
  for (;;) {
    const next = await juliet.next();
    if (next === 'closed' || next.attrs.id === 'that-is-all') return all;
    all.push(shown(next));
  }
}

/** `presence unavailable Romeo 333`. */
function shown(stanza: Element): string {
  const codes = stanza.getChild('x')?.getChildren('status').map(({ attrs }) => attrs.code) ?? [];
  const condition = stanza.getChild('error')?.getChildElements()[0]?.name;
  return [stanza.name, stanza.attrs.type, (stanza.attrs.from ?? '').split('/')[1], condition, ...codes].filter((each) => each !== undefined).join(' ');
}

const say = (id: string): string => `<message id="${id}" to="${room}" type="groupchat"><body>${id}</body></message>`;

beforeEach(async () => {
  net = new Federated();
  here = net.add({ domain: 'verona.test', certified: ['verona.test', 'rooms.verona.test'], config: { rooms: { domain: 'rooms.verona.test' } } });
  there = net.add({ domain: 'mantua.test', certified: ['mantua.test'] });
  await here.account('juliet');
  await there.account('romeo');
  juliet = await here.connect('juliet', 'balcony');
  romeo = await there.connect('romeo', 'orchard');
  juliet.send(`<presence to="${room}/Juliet">${muc}</presence><iq id="c" type="set" to="${room}"><query xmlns="http://jabber.org/protocol/muc#owner"><x xmlns="jabber:x:data" type="submit"/></query></iq>`);
  await heard();
  romeo.send(`<presence to="${room}/Romeo">${muc}</presence>`);
  expect(await heard()).toEqual(['presence Romeo']);
});
afterEach(async () => {
  await here.dispose();
  await there.dispose();
});

describe('rooms: ghosts (XEP-0045 §11.1, §18.1.2)', () => {
  test('a server that nobody finds any more: its occupant is out with the first message, once', async () => {
    net.cut();
    net.missing.add('mantua.test');
    juliet.send(say('1') + say('2') + say('3'));
    const all = await heard();
    expect(all.filter((each) => each.startsWith('message'))).toEqual(['message groupchat Juliet', 'message groupchat Juliet', 'message groupchat Juliet']);
    expect(all.filter((each) => each.startsWith('presence'))).toEqual(['presence unavailable Romeo 333']);
    juliet.send(say('4'));
    expect(await heard()).toEqual(['message groupchat Juliet']);
  });

  test('a server that takes the connection and says nothing: its occupant is out when the wait is over', async () => {
    net.cut();
    net.silent.add('mantua.test');
    juliet.send(say('1'));
    expect(await heard()).toEqual(['message groupchat Juliet']);
    for (const timer of [...here.timers.keys()].filter((name) => name.includes('mantua.test'))) here.fire(timer);
    expect(await heard()).toEqual(['presence unavailable Romeo 333']);
  });

  test('a link that breaks and comes back costs nobody the room', async () => {
    net.cut();
    juliet.send(say('1'));
    expect(await heard()).toEqual(['message groupchat Juliet']);
    romeo.send(say('2'));
    expect(await heard()).toEqual(['message groupchat Romeo']);
  });

  test('a private message that can\'t be delivered is an error for its sender, and removes nobody', async () => {
    net.cut();
    net.missing.add('mantua.test');
    juliet.send(`<message id="p" to="${room}/Romeo" type="chat"><body>!</body></message>`);
    expect(await heard()).toEqual(['message error Romeo remote-server-not-found']);
  });

  test('he who was taken for a ghost is told when he speaks, and may come back (XEP-0045 §7.2.18)', async () => {
    net.cut();
    net.missing.add('mantua.test');
    juliet.send(say('1'));
    await heard();
    net.missing.delete('mantua.test');
    romeo.send(`<presence id="still" to="${room}/Romeo"><show>away</show></presence>`);
    await net.settle();
    const told: string[] = [];
    for (let next = await romeo.next(); told.length < 5 && next !== 'closed'; next = await romeo.next()) {
      told.push(shown(next));
      if (next.attrs.id === 'still' && next.attrs.type === 'unavailable') break;
    }
    expect(told.at(-1)).toBe('presence unavailable Romeo 307 333 110');
    romeo.send(`<presence to="${room}/Romeo">${muc}</presence>`);
    expect(await heard()).toEqual(['presence Romeo']);
  });
});
