/** What a room says of a registered nick to who has none. XEP-0045 §7.12. @module */
import { expect, test } from 'vitest';
import { InProcess } from '../../world/in-process.ts';
import type { Client } from '../../world/world.ts';

const room = 'verona@rooms.localhost';
const join = `<presence to="${room}/Juliet"><x xmlns="http://jabber.org/protocol/muc"/></presence>`;
const unlock = `<iq id="unlock" type="set" to="${room}"><query xmlns="http://jabber.org/protocol/muc#owner"><x xmlns="jabber:x:data" type="submit"/></query></iq>`;

async function answerTo(client: Client): Promise<readonly (string | undefined)[]> {
  client.send(`<iq id="nick" type="get" to="${room}"><query xmlns="http://jabber.org/protocol/disco#info" node="x-roomuser-item"/></iq>`);
  for (;;) {
    const next = await client.next();
    if (next === 'closed') throw new Error(next);
    if (next.attrs.id === 'nick') return [next.attrs.type, ...next.getChildElements().map(String)];
  }
}

test('who has registered no nick, in the room or not, gets an empty element (§7.12)', async () => {
  const world = new InProcess();
  for (const name of ['juliet', 'romeo']) await world.account(name);
  const juliet = await world.connect('juliet', 'balcony');
  const romeo = await world.connect('romeo', 'orchard');
  juliet.send(join + unlock);
  for (const each of [juliet, romeo]) expect(await answerTo(each)).toEqual(['result', '<query xmlns="http://jabber.org/protocol/disco#info" node="x-roomuser-item"/>']);
  await world.dispose();
});
