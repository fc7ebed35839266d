/** The form of what the server says itself: its answers, one for each request, and its own requests. Spec: RFC 6120 §8.1,
 *  §8.2.3, §8.3.1, §8.4. Not here: what is answered to what (scenarios, features). @module */
import type { Element } from 'ltx';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InProcess } from '../world/in-process.ts';
import type { Client } from '../world/world.ts';

let world: InProcess;
let juliet: Client;

beforeEach(async () => {
  world = new InProcess();
  for (const name of ['juliet', 'romeo']) await world.account(name);
  juliet = await world.connect('juliet', 'balcony');
});

afterEach(() => world.dispose());

async function heard(): Promise<readonly Element[]> {
  const all: Element[] = [];
  for (;;) {
    const next = await juliet.next().catch(() => undefined);
    if (next === undefined) return all;
    if (next === 'closed') throw new Error('the stream is closed');
    all.push(next);
  }
}

/** What is asked of whom: with no `to` the own account, in the place of its user. */
const requests: readonly (readonly [type: 'get' | 'set', to: string | undefined, payload: string])[] = [
  ['get', undefined, '<query xmlns="jabber:iq:roster"/>'],
  ['get', undefined, '<query xmlns="jabber:iq:privacy"/>'],
  ['get', undefined, '<blocklist xmlns="urn:xmpp:blocking"/>'],
  ['get', undefined, '<query xmlns="jabber:iq:private"><exodus xmlns="exodus:prefs"/></query>'],
  ['set', undefined, '<vCard xmlns="vcard-temp"><FN>Juliet</FN></vCard>'],
  ['get', undefined, '<vCard xmlns="vcard-temp"/>'],
  ['set', undefined, '<session xmlns="urn:ietf:params:xml:ns:xmpp-session"/>'],
  ['get', undefined, '<query xmlns="http://jabber.org/protocol/disco#info"/>'],
  ['get', undefined, '<unheard xmlns="of"/>'],
  ['set', undefined, '<query xmlns="jabber:iq:roster"/>'],
  ['get', undefined, '<p:vCard xmlns:p="vcard-temp"/>'],
  ['get', undefined, ''],
  ['get', 'juliet@localhost', '<vCard xmlns="vcard-temp"/>'],
  ['get', 'juliet@localhost', '<unheard xmlns="of"/>'],
  ['get', 'romeo@localhost', '<vCard xmlns="vcard-temp"/>'],
  ['get', 'romeo@localhost', '<query xmlns="http://jabber.org/protocol/disco#info"/>'],
  ['get', 'romeo@localhost', '<query xmlns="jabber:iq:roster"/>'],
  ['get', 'nobody@localhost', '<vCard xmlns="vcard-temp"/>'],
  ['get', 'romeo@localhost/nowhere', '<ping xmlns="urn:xmpp:ping"/>'],
  ['get', 'localhost', '<ping xmlns="urn:xmpp:ping"/>'],
  ['get', 'localhost', '<query xmlns="jabber:iq:version"/>'],
  ['get', 'localhost', '<query xmlns="http://jabber.org/protocol/disco#info"/>'],
  ['get', 'localhost', '<query xmlns="http://jabber.org/protocol/disco#items"/>'],
  ['get', 'localhost', '<query xmlns="http://jabber.org/protocol/disco#info" node="x"/>'],
  ['get', 'localhost', '<ping/>'],
  ['get', 'localhost/desk', '<ping xmlns="urn:xmpp:ping"/>'],
  ['get', 'rooms.localhost', '<query xmlns="http://jabber.org/protocol/disco#items"/>'],
  ['get', 'garden@rooms.localhost', '<query xmlns="http://jabber.org/protocol/disco#info"/>'],
];

describe('answers', () => {
  let answers: readonly Element[];

  beforeEach(async () => {
    juliet.send(requests.map(([type, to, payload], index) => `<iq id="r${index}" type="${type}"${to === undefined ? '' : ` to="${to}"`}>${payload}</iq>`).join(''));
    const all = await heard();
    answers = requests.flatMap((_, index) => all.filter(({ attrs }) => attrs.id === `r${index}`));
    expect(all).toHaveLength(answers.length);
  });

  test('answers: each request has one, a result or an error, with its id (RFC 6120 §8.2.3 rule 3)', () => {
    expect(answers.map(({ name, attrs: { id } }) => [name, id])).toEqual(requests.map((_, index) => ['iq', `r${index}`]));
    expect(new Set(answers.map(({ attrs: { type } }) => type))).toEqual(new Set(['result', 'error']));
  });

  test('answers: each is from whom was asked, nobody where that is the own account, and to the full JID, if to anybody (RFC 6120 §8.1.1.1 rule 4, §8.1.2.1)', () => {
    expect(answers.map(({ attrs: { from } }) => from)).toEqual(requests.map(([, to]) => to));
    for (const { attrs: { to } } of answers) expect([juliet.jid, undefined]).toContain(to);
    expect(answers.filter(({ attrs: { from } }) => from === 'localhost').length).toBeGreaterThan(3);
  });

  test('answers: a result has one child or none, and no error in it (RFC 6120 §8.2.3 rule 6, §8.3.1 rule 7)', () => {
    const results = answers.filter(({ attrs: { type } }) => type === 'result');
    for (const result of results) {
      expect(result.getChildElements().length).toBeLessThan(2);
      expect(result.getChild('error')).toBeUndefined();
    }
    expect(new Set(results.map((result) => result.getChildElements().length))).toEqual(new Set([0, 1]));
  });

  test('answers: an error has an error in it and nothing of what was sent (RFC 6120 §8.2.3 rule 7, §8.3.1 rules 4 and 6)', () => {
    const errors = answers.filter(({ attrs: { type } }) => type === 'error');
    expect(errors.map((error) => error.getChildElements().map(({ name }) => name))).toEqual(errors.map(() => ['error']));
    expect(errors.length).toBeGreaterThan(5);
  });

  test('answers: what is in a result has a namespace of its own, declared there (RFC 6120 §8.4)', () => {
    const payloads = answers.filter(({ attrs: { type } }) => type === 'result').flatMap((result) => result.getChildElements());
    for (const { attrs: { xmlns } } of payloads) expect(xmlns).toMatch(/^(?!jabber:(?:client|server)$|http:\/\/etherx\.jabber\.org\/streams$)./);
    expect(payloads.length).toBeGreaterThan(5);
  });
});

test('answers: a request of the server has an id of its own, one child, and the full JID it is for (RFC 6120 §8.1.1.1 rule 4, §8.1.3, §8.2.3)', async () => {
  juliet.send('<iq id="r" type="get"><query xmlns="jabber:iq:roster"/></iq>');
  for (const name of ['romeo', 'nurse', 'paris']) juliet.send(`<iq id="${name}" type="set"><query xmlns="jabber:iq:roster"><item jid="${name}@localhost"/></query></iq>`);
  const pushes = (await heard()).filter(({ attrs: { type } }) => type === 'set');
  expect(pushes.map(({ attrs: { to, from } }) => [to, from])).toEqual([1, 2, 3].map(() => [juliet.jid, undefined]));
  expect(pushes.map((push) => push.getChildElements().length)).toEqual([1, 1, 1]);
  expect(new Set(pushes.map(({ attrs: { id } }) => id ?? '')).size).toBe(3);
  expect(pushes.every(({ attrs: { id } }) => (id ?? '') !== '')).toBe(true);
});
