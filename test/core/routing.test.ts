/** Who answers for an address of this server: the server itself, a service of its own, or the account. Nobody else is asked.
 *  Spec: RFC 6120 §10.3, §10.5. Not here: other domains (federation/links.test.ts), delivery to accounts (scenarios). @module */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultFederation } from '../../src/core/config.ts';
import { Component } from '../world/component.ts';
import { InProcess } from '../world/in-process.ts';
import type { Client } from '../world/world.ts';

const gate = { domain: 'gate.localhost', secret: 'open sesame' };
let world: InProcess;
let juliet: Client;

beforeEach(async () => {
  world = new InProcess({ config: { domain: 'localhost', rooms: { domain: 'rooms.localhost' }, components: [gate], secret: 'what nobody outside this test knows', federation: defaultFederation } });
  for (const name of ['juliet', 'romeo']) await world.account(name);
  juliet = await world.connect('juliet', 'balcony');
});

afterEach(() => world.dispose());

const ping = (to: string): string => `<iq type="get" id="p" to="${to}"><ping xmlns="urn:xmpp:ping"/></iq>`;
const info = (to: string): string => `<iq type="get" id="i" to="${to}"><query xmlns="http://jabber.org/protocol/disco#info"/></iq>`;

/** What comes next, in short; `nothing` where nothing does. */
async function next(): Promise<string> {
  const heard = await juliet.next().catch(() => undefined);
  if (heard === undefined) return 'nothing';
  return heard === 'closed' ? heard : [heard.name, heard.attrs.type, heard.getChild('error')?.getChildElements()[0]?.name ?? heard.getChild('query')?.getChild('identity')?.attrs.category].filter((each) => each !== undefined).join(' ');
}

describe('routing: a domain of this server', () => {
  test.each([
    { to: 'localhost', who: 'server' },
    { to: 'rooms.localhost', who: 'conference' },
    { to: 'juliet@localhost', who: 'account' },
  ])('$to is served by $who (RFC 6120 §10.5)', async ({ to, who }) => {
    juliet.send(info(to));
    expect(await next()).toBe(`iq result ${who}`);
  });

  test('what is for a domain of a component goes there as it is, and nowhere else (RFC 6120 §10.5)', async () => {
    const component = new Component(world, gate.domain, gate.secret);
    for (const to of ['gate.localhost', 'porter@gate.localhost']) juliet.send(info(to));
    expect(component.heard.map(({ attrs: { from, to } }) => [from, to])).toEqual([[juliet.jid, 'gate.localhost'], [juliet.jid, 'porter@gate.localhost']]);
    expect(await next()).toBe('nothing');
  });

  test.each([
    'localhost', 'localhost/desk', 'nobody@localhost', 'nobody@localhost/desk', 'romeo@localhost', 'rooms.localhost', 'garden@rooms.localhost', 'gate.localhost',
  ])('what is for %s is for nobody else: no other server is asked for it (RFC 6120 §10.5)', async (to) => {
    juliet.send(`<message to="${to}" id="1" type="chat"><body>hello</body></message><presence to="${to}"/><presence to="${to}" type="subscribe"/><presence to="${to}" type="probe"/>${ping(to)}`);
    await world.settle();
    for (const timer of [...world.timers.keys()]) world.fire(timer);
    expect(world.effects.filter(({ type }) => type === 'connect')).toEqual([]);
  });

  test('what is for a domain of another server is for that one', async () => {
    juliet.send(ping('mantua.test'));
    await world.settle();
    expect(world.effects.filter(({ type }) => type === 'connect')).toMatchObject([{ domain: 'mantua.test' }]);
  });

  test.each([
    { what: 'a request that the server understands', stanza: ping('localhost'), answer: 'iq result' },
    { what: 'a request that it does not understand', stanza: ping('localhost').replace('urn:xmpp:ping', 'urn:x'), answer: 'iq error service-unavailable' },
    { what: 'a message', stanza: '<message to="localhost" id="1"><body>hello</body></message>', answer: 'message error service-unavailable' },
    { what: 'a message of what it does not understand', stanza: '<message to="localhost" id="1"><x xmlns="urn:x"/></message>', answer: 'message error service-unavailable' },
    { what: 'presence', stanza: '<presence to="localhost"/>', answer: 'nothing' },
    { what: 'an answer to nothing', stanza: '<iq to="localhost" type="result" id="none"/>', answer: 'nothing' },
  ])('$what is handled by the server, or comes back, with a resourcepart and without (RFC 6120 §10.5.1, §10.5.2)', async ({ stanza, answer }) => {
    for (const to of ['localhost', 'localhost/desk']) {
      juliet.send(stanza.replace('to="localhost"', `to="${to}"`));
      expect(await next()).toBe(answer);
    }
  });
});

describe('routing: no address (RFC 6120 §10.3)', () => {
  test.each([
    { what: 'a message is for the own account', stanza: '<message type="chat" id="1"><body>note</body></message>', answer: 'message chat' },
    { what: 'presence is for whoever may hear it', stanza: '<presence/>', answer: 'presence' },
    { what: 'a request is for the own account', stanza: '<iq type="get" id="1"><query xmlns="http://jabber.org/protocol/disco#info"/></iq>', answer: 'iq result account' },
    { what: 'an answer to nothing is for nobody', stanza: '<iq type="result" id="none"/>', answer: 'nothing' },
    { what: 'an erroneous answer to nothing is for nobody', stanza: '<iq type="error" id="none"/>', answer: 'nothing' },
  ])('$what', async ({ stanza, answer }) => {
    juliet.send(stanza);
    expect(await next()).toBe(answer);
  });
});
