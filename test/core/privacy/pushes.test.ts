/** What a list and the block list say of themselves, word by word: answers and pushes, and nothing in them that does not
 *  belong there. XEP-0016 §2.2, §2.6-§2.8, XEP-0191 §3.2-§3.5, §5. @module */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InProcess } from '../../world/in-process.ts';
import type { Client } from '../../world/world.ts';

let world: InProcess;
let balcony: Client;
let phone: Client;

beforeEach(async () => {
  world = new InProcess();
  await world.account('juliet');
  balcony = await world.connect('juliet', 'balcony');
  phone = await world.connect('juliet', 'phone');
});
afterEach(() => world.dispose());

/** Every iq that has come: its type, and its payload to the letter. */
async function heard(client: Client): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    const next = await client.next().catch(() => undefined);
    if (next === undefined || next === 'closed') return all;
    all.push([next.attrs.type, ...next.getChildElements().filter(({ name }) => name !== 'error').map(String)].join(' '));
  }
}

const list = (name: string, ...items: readonly string[]): string => `<list name="${name}">${items.join('')}</list>`;
const lists = (content: string, type = 'set'): string => `<iq id="l" type="${type}"><query xmlns="jabber:iq:privacy">${content}</query></iq>`;
const blocking = (content: string, type = 'set'): string => `<iq id="b" type="${type}">${content}</iq>`;
const blockList = blocking('<blocklist xmlns="urn:xmpp:blocking"/>', 'get');
const named = (name: string): string => `set <query xmlns="jabber:iq:privacy"><list name="${name}"/></query>`;
const denied = (jid: string, order: number): string => `<item type="jid" value="${jid}" action="deny" order="${order}"/>`;

test.each([
  ['made (XEP-0016 §2.7)', list('x', denied('tybalt@localhost', 1))],
  ['changed (XEP-0016 §2.2, §2.6)', list('old', denied('tybalt@localhost', 1))],
  ['removed (XEP-0016 §2.6, §2.8)', list('old')],
])('a list that is %s is pushed to every connected resource by its name, and nothing else of it', async (_how, content) => {
  balcony.send(lists(list('old', denied('paris@localhost', 1))));
  await heard(balcony);
  await heard(phone);
  phone.send(lists(content));
  const name = /name="(\w+)"/.exec(content)?.[1] ?? '';
  expect(await heard(balcony)).toEqual([named(name)]);
  expect(await heard(phone)).toEqual([named(name), 'result']);
});

test('a list that is changed is what was sent last, as a whole (XEP-0016 §2.6)', async () => {
  balcony.send(lists(list('old', denied('paris@localhost', 1), denied('tybalt@localhost', 2))) + lists(list('old', denied('romeo@localhost', 7))));
  await heard(balcony);
  balcony.send(lists('<list name="old"/>', 'get'));
  expect(await heard(balcony)).toEqual([`result <query xmlns="jabber:iq:privacy">${list('old', denied('romeo@localhost', 7))}</query>`]);
});

test('who has blocked nobody gets a block list that is empty (XEP-0191 §3.2)', async () => {
  balcony.send(blockList);
  expect(await heard(balcony)).toEqual(['result <blocklist xmlns="urn:xmpp:blocking"/>']);
  balcony.send(blocking('<block xmlns="urn:xmpp:blocking"><item jid="romeo@localhost"/></block>') + blocking('<unblock xmlns="urn:xmpp:blocking"/>'));
  await heard(balcony);
  balcony.send(blockList);
  expect(await heard(balcony)).toEqual(['result <blocklist xmlns="urn:xmpp:blocking"/>']);
});

test('a block list has an item for each JID that is blocked, and no other (XEP-0191 §3.2)', async () => {
  balcony.send(blocking('<block xmlns="urn:xmpp:blocking"><item jid="romeo@localhost"/><item jid="montague.example"/></block>'));
  await heard(balcony);
  balcony.send(blockList);
  expect(await heard(balcony)).toEqual(['result <blocklist xmlns="urn:xmpp:blocking"><item jid="romeo@localhost"/><item jid="montague.example"/></blocklist>']);
});

test.each([
  ['a block, with the JIDs that were blocked (§3.3)', '<block xmlns="urn:xmpp:blocking"><item jid="romeo@localhost"/><item jid="tybalt@localhost"/></block>'],
  ['an unblock, with the JIDs that were unblocked (§3.4)', '<unblock xmlns="urn:xmpp:blocking"><item jid="paris@localhost"/></unblock>'],
  ['the end of all blocks, without an item (§3.5)', '<unblock xmlns="urn:xmpp:blocking"/>'],
])('who has asked for the block list is told of %s; nobody else is', async (_what, change) => {
  const silent = await world.connect('juliet', 'silent');
  phone.send(blocking('<block xmlns="urn:xmpp:blocking"><item jid="paris@localhost"/><item jid="nurse@localhost"/></block>'));
  balcony.send(blockList);
  phone.send(blockList);
  for (const each of [balcony, phone, silent]) await heard(each);
  phone.send(blocking(change));
  expect(await heard(balcony)).toEqual([`set ${change}`]);
  expect(await heard(phone)).toEqual([`set ${change}`, 'result']);
  expect(await heard(silent)).toEqual([]);
});

test('lists and blocks are one store: what the default list denies is blocked, and what is blocked stands in it (XEP-0191 §5)', async () => {
  balcony.send(lists(list('mine', denied('romeo@localhost', 5), '<item type="jid" value="nurse@localhost" action="deny" order="6"><message/></item>')) + lists('<default name="mine"/>'));
  await heard(balcony);
  balcony.send(blockList);
  expect(await heard(balcony)).toEqual(['result <blocklist xmlns="urn:xmpp:blocking"><item jid="romeo@localhost"/></blocklist>']);
  balcony.send(blocking('<block xmlns="urn:xmpp:blocking"><item jid="paris@localhost"/></block>') + blocking('<unblock xmlns="urn:xmpp:blocking"><item jid="romeo@localhost"/></unblock>'));
  await heard(balcony);
  balcony.send(lists('<list name="mine"/>', 'get'));
  const items = [denied('paris@localhost', 1), '<item type="jid" value="nurse@localhost" action="deny" order="2"><message/></item>'];
  expect(await heard(balcony)).toEqual([`result <query xmlns="jabber:iq:privacy">${list('mine', ...items)}</query>`]);
});
