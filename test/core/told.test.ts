/** Who believes in a resource because of directed presence, and may ask it something (RFC 6121 §8.5.3.1, THEOREMS T5). @module */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InProcess } from '../world/in-process.ts';
import type { Client } from '../world/world.ts';

let world: InProcess;
let juliet: Client;
let romeo: Client;

beforeEach(async () => {
  world = new InProcess();
  for (const name of ['juliet', 'romeo']) await world.account(name);
  juliet = await world.connect('juliet', 'balcony');
  romeo = await world.connect('romeo', 'orchard');
});

afterEach(() => world.dispose());

const ask = (to: string): string => `<iq type="get" id="q" to="${to}"><ping xmlns="urn:xmpp:ping"/></iq>`;

async function answerTo(client: Client): Promise<string | undefined> {
  const next = await client.next();
  return next === 'closed' ? next : next.attrs.type;
}

test('told: presence to one resource of a user is none to another (RFC 6121 §4.6.6)', async () => {
  const other = await world.connect('romeo', 'chamber');
  juliet.send(`<presence to="${romeo.jid}"/>`);
  await romeo.next();
  other.send(ask(juliet.jid));
  expect(await answerTo(other)).toBe('error');
  romeo.send(ask(juliet.jid));
  expect(await answerTo(juliet)).toBe('get');
});

test('told: in a room all occupants are, though only one nick was written to (XEP-0045 §17.4)', async () => {
  for (const [client, nick] of [[juliet, 'jules'], [romeo, 'montague']] as const) {
    client.send(`<presence to="garden@rooms.localhost/${nick}"><x xmlns="http://jabber.org/protocol/muc"/></presence>`);
    await world.settle();
    if (client === juliet) client.send('<iq type="set" id="i" to="garden@rooms.localhost"><query xmlns="http://jabber.org/protocol/muc#owner"><x xmlns="jabber:x:data" type="submit"/></query></iq>');
    await world.settle();
  }
  romeo.send(ask('garden@rooms.localhost/jules'));
  await world.settle();
  const heard: string[] = [];
  for (let next = await juliet.next(); ; next = await juliet.next()) {
    heard.push(String(next));
    if (heard.at(-1)?.includes('urn:xmpp:ping') === true) break;
  }
  expect(heard.at(-1)).toContain('from="garden@rooms.localhost/montague"');
});
