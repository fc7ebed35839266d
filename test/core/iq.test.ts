/** Requests and answers that are none, from whoever and to whomever; and the answers to the server's own requests.
 *  Spec: RFC 6120 §8.2.3. Not here: what clients get wrong, over sockets (test/hostile/stanza.test.ts). @module */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Component } from '../world/component.ts';
import { InProcess } from '../world/in-process.ts';
import type { Client } from '../world/world.ts';

const gate = { domain: 'gate.localhost', secret: 'open sesame' };
const muc = 'http://jabber.org/protocol/muc';
let world: InProcess;
let juliet: Client;

beforeEach(async () => {
  world = new InProcess({ config: { components: [gate], requestLimit: 3 } });
  for (const name of ['juliet', 'romeo']) await world.account(name);
  juliet = await world.connect('juliet', 'balcony');
});

afterEach(() => world.dispose());

describe('iq: from somebody who is no client of this server', () => {
  const ping = '<ping xmlns="urn:xmpp:ping"/>';
  const addresses = ['localhost', 'juliet@localhost', 'nobody@localhost', 'juliet@localhost/balcony', 'rooms.localhost', 'garden@rooms.localhost', 'garden@rooms.localhost/jules', 'nowhere@rooms.localhost'];
  let component: Component;

  beforeEach(async () => {
    juliet.send(`<presence to="garden@rooms.localhost/jules"><x xmlns="${muc}"/></presence><iq id="c" type="set" to="garden@rooms.localhost"><query xmlns="${muc}#owner"><x xmlns="jabber:x:data" type="submit"/></query></iq>`);
    await world.settle();
    while ((await juliet.next().catch(() => undefined)) !== undefined);
    component = new Component(world, gate.domain, gate.secret);
  });

  describe.each(addresses)('to %s', (to) => {
    test.each([
      { what: 'of a type that there is not', attrs: 'id="1" type="steal"', content: ping },
      { what: 'without a type', attrs: 'id="1"', content: ping },
      { what: 'without a child', attrs: 'id="1" type="get"', content: '' },
      { what: 'with two children', attrs: 'id="1" type="get"', content: ping + ping },
      { what: 'without an id', attrs: 'type="get"', content: ping },
    ])('one $what is a bad-request (RFC 6120 §8.2.3)', async ({ attrs, content }) => {
      component.say(`<iq from="porter@gate.localhost" to="${to}" ${attrs}>${content}</iq>`);
      await world.settle();
      expect(component.heard.map((answer) => [answer.attrs['from'], answer.attrs['type'], answer.getChild('error')?.getChildElements()[0]?.name])).toEqual([[to, 'error', 'bad-request']]);
      await expect(juliet.next()).rejects.toThrow('nothing more');
    });

    test('any other request has one answer, with its id (RFC 6120 §8.2.3 rule 3)', async () => {
      for (const type of ['get', 'set']) component.say(`<iq from="porter@gate.localhost" to="${to}" id="${type}" type="${type}"><unheard xmlns="of"/></iq>`);
      await world.settle();
      expect(component.heard.map((answer) => [answer.attrs['from'], answer.attrs['id'], answer.attrs['type']])).toEqual([[to, 'get', 'error'], [to, 'set', 'error']]);
    });

    test('a result or an error that nobody waits for is not answered (RFC 6120 §8.2.3 rule 4)', async () => {
      for (const attrs of ['type="result" id="1"', 'type="error" id="1"', 'type="error"', 'type="result"']) component.say(`<iq from="porter@gate.localhost" to="${to}" ${attrs}/>`);
      await world.settle();
      expect(component.heard).toEqual([]);
    });
  });
});

describe('iq: requests of the server', () => {
  /** Changes the roster, and takes the push. */
  async function pushed(name: string): Promise<string> {
    juliet.send(`<iq id="set" type="set"><query xmlns="jabber:iq:roster"><item jid="romeo@localhost" name="${name}"/></query></iq>`);
    let id = '';
    for (let next = await juliet.next(); ; next = await juliet.next()) {
      if (next === 'closed') return next;
      if (next.attrs.id === 'set') return id;
      if (next.attrs.type === 'set') id = next.attrs.id ?? '';
    }
  }

  beforeEach(async () => {
    juliet.send('<iq id="r" type="get"><query xmlns="jabber:iq:roster"/></iq>');
    await juliet.next();
  });

  test.each([
    { how: 'a result', answer: (id: string) => `<iq id="${id}" type="result"/>` },
    { how: 'an error', answer: (id: string) => `<iq id="${id}" type="error"><error type="cancel"><feature-not-implemented xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>` },
  ])('one that $how answers is settled (RFC 6120 §10.3.3)', async ({ answer }) => {
    for (let number = 0; number < 10; number += 1) juliet.send(answer(await pushed(String(number))));
    await expect(juliet.next()).rejects.toThrow('nothing more');
  });

  test('one is not settled by an answer to something else (RFC 6120 §10.3.3)', async () => {
    for (let number = 0; number < 3; number += 1) juliet.send(`<iq id="no-${await pushed(String(number))}" type="result"/>`);
    expect(await pushed('last')).toBe('closed');
  });
});
