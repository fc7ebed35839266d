/** Components: who may be one, what it may say, and what becomes of its domain without it. XEP-0114 §3. @module */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Component } from '../../world/component.ts';
import { InProcess } from '../../world/in-process.ts';
import type { Client } from '../../world/world.ts';

const domain = 'gate.verona.test';
const secret = 'open sesame';
let world: InProcess;
let juliet: Client;

beforeEach(async () => {
  world = new InProcess({ config: { domain: 'verona.test', components: [{ domain, secret }] } });
  await world.account('juliet');
  juliet = await world.connect('juliet', 'balcony');
});
afterEach(() => world.dispose());

/** The condition of the stream error that has ended a component's stream. */
const faultOf = ({ said }: Component): string | undefined => /<stream:error><([a-z-]+)/.exec(said.join(''))?.[1];
const message = (from: string, to: string): string => `<message from="${from}" to="${to}" type="chat"><body>hello</body></message>`;

describe('a component (XEP-0114 §3)', () => {
  test('that knows the secret serves its domain, whatever is before or behind it', async () => {
    const gate = new Component(world, domain, secret);
    for (const to of [domain, `porter@${domain}`, `porter@${domain}/door`]) juliet.send(`<message to="${to}" type="chat"><body>hello</body></message>`);
    await world.settle();
    expect(gate.heard.map(({ attrs: { from, to } }) => [from, to])).toEqual([domain, `porter@${domain}`, `porter@${domain}/door`].map((to) => ['juliet@verona.test/balcony', to]));
    gate.say(message(`anybody@${domain}/at-all`, 'juliet@verona.test'));
    expect(String(await juliet.next())).toContain(`from="anybody@${domain}/at-all"`);
  });

  test.each([
    { what: 'another secret', connect: () => new Component(world, domain, 'guessed'), fault: 'not-authorized' },
    { what: 'a domain that nobody has been promised', connect: () => new Component(world, 'other.verona.test', secret), fault: 'host-unknown' },
    { what: 'the domain of one that is there', connect: () => (new Component(world, domain, secret), new Component(world, domain, secret)), fault: 'conflict' },
  ])('with $what is sent away: $fault', ({ connect, fault }) => {
    expect(faultOf(connect())).toBe(fault);
  });

  test.each([
    { what: 'in the name of another domain', stanza: message('romeo@mantua.test', 'juliet@verona.test'), fault: 'invalid-from' },
    { what: 'in nobody\'s name', stanza: '<message to="juliet@verona.test"><body>hello</body></message>', fault: 'invalid-from' },
    { what: 'to nobody', stanza: `<message from="${domain}"><body>hello</body></message>`, fault: 'improper-addressing' },
  ])('that speaks $what is sent away, and not heard: $fault', async ({ stanza, fault }) => {
    const gate = new Component(world, domain, secret);
    gate.say(stanza);
    expect(faultOf(gate)).toBe(fault);
    juliet.send('<iq id="still" to="verona.test" type="get"><ping xmlns="urn:xmpp:ping"/></iq>');
    expect(String(await juliet.next())).toContain('id="still"');
  });

  test('that says that the stream is at fault has its own closed at once, and its domain is free (RFC 6120 §4.9.1.1)', async () => {
    const gate = new Component(world, domain, secret);
    gate.say('<stream:error xmlns:stream="http://etherx.jabber.org/streams"><internal-server-error xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error>');
    await world.settle();
    expect([gate.said.at(-1), faultOf(gate)]).toEqual(['disconnected', undefined]);
    expect(faultOf(new Component(world, domain, secret))).toBeUndefined();
  });

  test('that has gone leaves its domain unavailable, until it comes again (RFC 6120 §8.3.3.19)', async () => {
    new Component(world, domain, secret).drop();
    juliet.send(`<message to="${domain}" id="m1" type="chat"><body>hello</body></message>`);
    expect(String(await juliet.next())).toContain('service-unavailable');
    const again = new Component(world, domain, secret);
    juliet.send(`<message to="${domain}" id="m2" type="chat"><body>hello</body></message>`);
    await world.settle();
    expect(again.heard.map(({ attrs }) => attrs['id'])).toEqual(['m2']);
  });
});
