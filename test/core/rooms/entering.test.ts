/** What comes to who enters a room, and in which order: what scenarios can't say, since it is about what is not there, or
 *  about time. XEP-0045 §7.1, §7.2. @module */
import type { Element } from 'ltx';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InProcess } from '../../world/in-process.ts';
import type { Client } from '../../world/world.ts';

const room = 'verona@rooms.localhost';
const muc = 'http://jabber.org/protocol/muc';
const join = (nick: string, within = '', attrs = ''): string => `<presence${attrs} to="${room}/${nick}"><x xmlns="${muc}">${within}</x></presence>`;
const say = (id: string): string => `<message id="${id}" to="${room}" type="groupchat"><body>${id}</body></message>`;

let world: InProcess;
let juliet: Client;
let romeo: Client;
let nurse: Client;

/** All that has come. */
async function heard(client: Client): Promise<readonly Element[]> {
  const all: Element[] = [];
  for (;;) {
    const next = await client.next().catch(() => undefined);
    if (next === undefined || next === 'closed') return all;
    all.push(next);
  }
}

const userOf = (stanza: Element | undefined): Element | undefined => stanza?.getChild('x', `${muc}#user`);
const codesOf = (stanza: Element | undefined): readonly string[] => userOf(stanza)?.getChildren('status').map(({ attrs }) => attrs.code ?? '') ?? [];

/** `presence Romeo 110`, `message subject`, `message m1 delayed`. */
function shown(stanza: Element): string {
  const { name, attrs: { id, type, from = '' } } = stanza;
  if (name !== 'message') return [name, from.split('/')[1], type, ...codesOf(stanza)].filter((each) => each !== undefined).join(' ');
  return [name, stanza.getChild('body') === undefined ? 'subject' : id, ...(stanza.getChild('body') !== undefined && stanza.getChild('delay') !== undefined ? ['delayed'] : [])].join(' ');
}

beforeEach(async () => {
  world = new InProcess();
  for (const name of ['juliet', 'romeo', 'nurse']) await world.account(name);
  juliet = await world.connect('juliet', 'balcony');
  romeo = await world.connect('romeo', 'orchard');
  nurse = await world.connect('nurse', 'hall');
  juliet.send(`${join('Juliet')}<iq id="c" type="set" to="${room}"><query xmlns="${muc}#owner"><x xmlns="jabber:x:data" type="submit"/></query></iq>`);
  await heard(juliet);
});
afterEach(() => world.dispose());

describe('rooms: the order of events (XEP-0045 §7.1)', () => {
  test('others, oneself, history, the subject, and then what happens meanwhile', async () => {
    nurse.send(join('Nurse') + say('past'));
    await world.settle();
    romeo.send(join('Romeo'));
    juliet.send(`${say('live')}<presence to="${room}/Juliet"><show>away</show></presence>`);
    nurse.send(`<presence to="${room}/Nurse" type="unavailable"/>${join('Angelica')}`);
    expect((await heard(romeo)).map(shown)).toEqual([
      'presence Juliet', 'presence Nurse', 'presence Romeo 110', 'message past delayed', 'message subject',
      'message live', 'presence Juliet', 'presence Nurse unavailable', 'presence Angelica',
    ]);
  });

  test('history bears the time at which it was said, in the name of the room (§7.2.13)', async () => {
    const saidAt = world.now;
    juliet.send(say('past'));
    await heard(juliet);
    world.now += 3_600_000;
    romeo.send(join('Romeo'));
    const [past] = (await heard(romeo)).filter(({ attrs }) => attrs.id === 'past');
    expect(past?.getChild('delay')?.attrs).toEqual({ xmlns: 'urn:xmpp:delay', from: room, stamp: new Date(saidAt).toISOString() });
  });

  test('what is said after somebody has entered comes without a delay (§7.2.16)', async () => {
    romeo.send(join('Romeo'));
    await heard(romeo);
    juliet.send(say('live'));
    const [live, ...rest] = await heard(romeo);
    expect([live?.attrs.id, live?.getChild('delay'), rest]).toEqual(['live', undefined, []]);
  });

  test('the history that is sent, addresses included, has no more characters than was asked for, and as many messages as go into them (§7.2.14)', async () => {
    juliet.send(say('one') + say('two'));
    romeo.send(join('Romeo'));
    const sizes = sentTo(romeo, 'delay').map(({ length }) => length);
    const [first = 0, second = 0] = sizes;
    const got: number[] = [];
    for (const most of [second - 1, second, first + second - 1, first + second]) {
      romeo.send(`<presence to="${room}/Romeo" type="unavailable"/>`);
      world.effects.length = 0;
      romeo.send(join('Romeo', `<history maxchars="${most}"/>`));
      got.push(sentTo(romeo, 'delay').length);
    }
    expect([sizes.length, got]).toEqual([2, [0, 1, 1, 2]]);
  });
});

/** Messages with a body for a client as they are written, if they have such a child. */
function sentTo({ jid }: Client, child: string): readonly string[] {
  return world.effects.flatMap((effect) => (effect.type === 'send' && effect.xml.includes(`to="${jid}"`) && effect.xml.includes('<body') && effect.xml.includes(`<${child} `) ? [effect.xml] : []));
}

describe('rooms: who enters (XEP-0045 §7.2)', () => {
  test.each(['probe', 'error', 'unavailable'])('presence of the type %s is no join, whatever is in it (§7.2.1)', async (type) => {
    romeo.send(join('Romeo', '', ` type="${type}"`));
    expect(await heard(romeo)).toEqual([]);
    expect(await heard(juliet)).toEqual([]);
    juliet.send(say('m'));
    await heard(juliet);
    expect(await heard(romeo)).toEqual([]);
  });

  test('presence has one <x/> of the room, whatever the client says of itself (§7.2.2)', async () => {
    const own = `<x xmlns="${muc}#user"><item affiliation="owner" role="moderator"/><status code="110"/></x>`;
    romeo.send(`<presence to="${room}/Romeo"><x xmlns="${muc}"/>${own}${own}</presence>`);
    const [, self] = await heard(romeo);
    const [other] = await heard(juliet);
    for (const each of [self, other]) {
      expect(each?.getChildren('x', `${muc}#user`)).toHaveLength(1);
      expect(each?.getChildren('x', muc)).toEqual([]);
      expect(userOf(each)?.getChild('item')?.attrs).toMatchObject({ affiliation: 'none', role: 'participant' });
    }
    expect([codesOf(self), codesOf(other)]).toEqual([['110'], []]);
  });

  test('a nick that the room puts in order lets the user in, who is told so with 210 (§7.2.2)', async () => {
    romeo.send(join('Romeo  Montague'));
    expect((await heard(romeo)).map(shown)).toContain('presence Romeo Montague 210 110');
    expect((await heard(juliet)).map(shown)).toEqual(['presence Romeo Montague']);
  });

  test('a semi-anonymous room shows the address of a newcomer to moderators, and to itself, alone (§7.2.4)', async () => {
    romeo.send(join('Romeo'));
    await heard(romeo);
    await heard(juliet);
    nurse.send(join('Nurse'));
    const addresses = await Promise.all([juliet, romeo, nurse].map(async (each) => {
      const newcomer = (await heard(each)).find(({ attrs }) => attrs.from === `${room}/Nurse`);
      return userOf(newcomer)?.getChild('item')?.attrs.jid;
    }));
    expect(addresses).toEqual(['nurse@localhost/hall', undefined, 'nurse@localhost/hall']);
  });

  test('each session that shares a nick speaks in the room, and hears what is said (§7.2.8)', async () => {
    const tomb = await world.connect('romeo', 'tomb');
    for (const each of [romeo, tomb]) {
      each.send(join('Romeo'));
      await world.settle();
    }
    for (const each of [juliet, romeo, tomb]) await heard(each);
    romeo.send(say('1'));
    tomb.send(say('2'));
    for (const each of [juliet, romeo, tomb]) {
      expect((await heard(each)).map(({ attrs: { id, from, type } }) => [id, from, type])).toEqual([['1', `${room}/Romeo`, 'groupchat'], ['2', `${room}/Romeo`, 'groupchat']]);
    }
  });

  test.each([['never was one', ''], ['was taken away', `<message id="a" to="${room}" type="groupchat"><subject>Balconies</subject></message><message id="b" to="${room}" type="groupchat"><subject/></message>`]])('where there %s, the subject is an empty element (§7.2.15)', async (_how, changes) => {
    juliet.send(changes);
    await heard(juliet);
    romeo.send(join('Romeo'));
    const last = (await heard(romeo)).at(-1);
    expect([last?.attrs.type, last?.getChildren('subject').map(String), last?.getChild('body')]).toEqual(['groupchat', ['<subject/>'], undefined]);
  });

  test.each([['changed', '<subject>Balconies</subject>'], ['taken away', '<subject/>']])('a subject that was %s bears the time of that (§7.2.15)', async (_how, subject) => {
    const changedAt = world.now;
    juliet.send(`<message id="a" to="${room}" type="groupchat">${subject}</message>`);
    await heard(juliet);
    world.now += 3_600_000;
    romeo.send(join('Romeo'));
    expect((await heard(romeo)).at(-1)?.getChild('delay')?.attrs).toEqual({ xmlns: 'urn:xmpp:delay', from: room, stamp: new Date(changedAt).toISOString() });
  });

  test('what is said without an id gets one, the same for everybody (§7.4)', async () => {
    romeo.send(join('Romeo'));
    for (const each of [juliet, romeo]) await heard(each);
    juliet.send(`<message to="${room}" type="groupchat"><body>!</body></message>`);
    const ids = await Promise.all([juliet, romeo].map(async (each) => (await heard(each)).map(({ attrs: { id } }) => id)));
    expect(ids).toEqual([[expect.stringMatching(/./)], ids[0]]);
  });
});
