/** Another server that does what it must not: each fault has its answer, and harms nobody else. @module */
import { parse } from 'ltx';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultFederation } from '../../../src/core/config.ts';
import { dialbackKey } from '../../../src/core/federation/dialback.ts';
import type { Channel, StreamId } from '../../../src/core/input.ts';
import type { Client } from '../../world/world.ts';
import { InProcess } from '../../world/in-process.ts';

const secret = 'a secret that is long enough, surely';
const header = (attrs: string): string => `<stream:stream xmlns="jabber:server" xmlns:stream="http://etherx.jabber.org/streams" xmlns:db="jabber:server:dialback" version="1.0" ${attrs}>`;
const plain: Channel = { secure: false, startTls: true, tlsRequired: false, mechanisms: [], channelBindings: [] };
const secure: Channel = { ...plain, secure: true, startTls: false };
const mantua: Channel = { ...secure, certified: ['mantua.test'] };

let world: InProcess;
let juliet: Client;

/** Another server's end of a stream. */
class Rogue {
  readonly heard: string[] = [];
  readonly stream: StreamId;

  constructor(channel: Channel) {
    this.stream = world.join({ write: (text) => void this.heard.push(text), startTls: () => void this.heard.push('TLS begins'), disconnect: () => void this.heard.push('disconnected') }, channel, 'server');
  }

  say(text: string): this {
    world.hear(this.stream, text);
    return this;
  }

  /** A stream that SASL EXTERNAL has proved to be mantua.test. */
  static proved(attrs = ''): Rogue {
    const rogue = new Rogue(mantua).say(header('from="mantua.test" to="verona.test"')).say('<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="EXTERNAL">=</auth>').say(header(`from="mantua.test" to="verona.test" ${attrs}`));
    rogue.heard.length = 0;
    return rogue;
  }

  get all(): string {
    return this.heard.join('');
  }

  /** The condition of the stream error that has ended the stream. */
  get fault(): string | undefined {
    return /<stream:error><([a-z-]+)/.exec(this.all)?.[1];
  }
}

/** A stream that this server has opened to mantua.test, in both directions. */
async function opened(attrs = ''): Promise<{ readonly stream: StreamId; readonly heard: readonly string[] }> {
  const heard: string[] = [];
  let stream: StreamId = '';
  world.onConnect = (effect) => {
    stream = effect.stream;
    queueMicrotask(() => world.join({ write: (text) => void heard.push(text), startTls: () => {}, disconnect: () => {} }, secure, 'server', stream));
  };
  juliet.send('<message to="romeo@mantua.test" type="chat"><body>hello</body></message>');
  await world.settle();
  world.hear(stream, header(`from="mantua.test" to="verona.test" id="x" ${attrs}`) + '<stream:features><dialback xmlns="urn:xmpp:features:dialback"/><bidi xmlns="urn:xmpp:features:bidi"/></stream:features>');
  world.hear(stream, '<db:result from="mantua.test" to="verona.test" type="valid"/>');
  return { stream, heard };
}

beforeEach(async () => {
  world = new InProcess({ config: { domain: 'verona.test', secret, federation: { ...defaultFederation, deny: ['evil.test'] } } });
  await world.account('juliet');
  juliet = await world.connect('juliet', 'balcony');
});

afterEach(async () => {
  // Whatever a peer does, those who are here go on.
  juliet.send('<iq id="still" to="verona.test" type="get"><ping xmlns="urn:xmpp:ping"/></iq>');
  const answer = await juliet.next();
  expect(answer === 'closed' ? 'closed' : answer.attrs.id).toBe('still');
  await world.dispose();
});

const toJuliet = (from: string, more = ''): string => `<message from="${from}" to="juliet@verona.test/balcony" type="chat"><body>hello</body></message>${more}`;

describe('peer: the header (RFC 6120 §4.7, §4.9.3)', () => {
  test.each([
    { what: 'for a domain that is not served', text: header('from="mantua.test" to="padua.test"'), fault: 'host-unknown' },
    { what: 'for nobody', text: header('from="mantua.test"'), fault: 'host-unknown' },
    { what: 'in the namespace of clients', text: header('from="mantua.test" to="verona.test"').replace('jabber:server"', 'jabber:client"'), fault: 'invalid-namespace' },
    { what: 'from an address that is no domain', text: header('from="romeo@mantua.test" to="verona.test"'), fault: 'invalid-from' },
    { what: 'from a domain that is not spoken with', text: header('from="rooms.evil.test" to="verona.test"'), fault: 'policy-violation' },
    { what: 'without a version', text: header('from="mantua.test" to="verona.test"').replace(' version="1.0"', ''), fault: 'unsupported-version' },
  ])('$what: $fault', ({ text, fault }) => {
    const rogue = new Rogue(secure).say(text);
    expect(rogue.fault).toBe(fault);
    expect(rogue.all).toContain('</stream:stream>');
  });

  test('TLS is offered and required, and nothing else before it', () => {
    const rogue = new Rogue(plain).say(header('from="mantua.test" to="verona.test"'));
    expect(rogue.all).toContain('<required/>');
    expect(rogue.all).not.toContain('dialback xmlns=');
  });
});

describe('peer: who it is (XEP-0178, XEP-0220)', () => {
  test('a stanza before any proof: not-authorized (RFC 6120 §4.9.3.12)', () => {
    expect(new Rogue(secure).say(header('from="mantua.test" to="verona.test"')).say(toJuliet('romeo@mantua.test')).fault).toBe('not-authorized');
  });

  test('a certificate for another name: EXTERNAL is not offered, and is refused', () => {
    const rogue = new Rogue({ ...secure, certified: ['padua.test'] }).say(header('from="mantua.test" to="verona.test"'));
    expect(rogue.all).not.toContain('EXTERNAL');
    expect(rogue.say('<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="EXTERNAL">=</auth>').all).toContain('<not-authorized/>');
    expect(rogue.say(toJuliet('romeo@mantua.test')).fault).toBe('not-authorized');
  });

  test('a certificate for one domain, an authorization identity of another: refused (RFC 6120 §6.3.8)', () => {
    const rogue = new Rogue({ ...secure, certified: ['mantua.test', 'padua.test'] }).say(header('from="mantua.test" to="verona.test"'));
    expect(rogue.say(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="EXTERNAL">${btoa('padua.test')}</auth>`).all).toContain('<invalid-authzid/>');
  });

  test('proofs that fail again and again: policy-violation (RFC 6120 §6.4.5)', () => {
    const rogue = new Rogue(secure).say(header('from="mantua.test" to="verona.test"'));
    for (let tries = 0; tries < 5; tries += 1) rogue.say('<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="EXTERNAL">=</auth>');
    expect(rogue.fault).toBe('policy-violation');
  });

  test.each([
    { what: 'to a domain that is not served', key: '<db:result from="mantua.test" to="padua.test">k</db:result>', condition: 'item-not-found' },
    { what: 'from a domain of ours', key: '<db:result from="verona.test" to="verona.test">k</db:result>', condition: 'not-allowed' },
    { what: 'from a domain that is not spoken with', key: '<db:result from="evil.test" to="verona.test">k</db:result>', condition: 'not-allowed' },
    { what: 'from no domain', key: '<db:result to="verona.test">k</db:result>', condition: 'not-allowed' },
  ])('a key $what: dialback error $condition (XEP-0220 §2.5)', ({ key, condition }) => {
    const rogue = new Rogue(secure).say(header('from="mantua.test" to="verona.test"')).say(key);
    expect(rogue.all).toContain('type="error"');
    expect(rogue.all).toContain(`<${condition} `);
    expect(rogue.fault).toBeUndefined();
  });

  test('a wrong key is asked about where the domain is, and refused without an end to the stream (XEP-0220 §2.1.2)', async () => {
    const asked: string[] = [];
    let authority: StreamId = '';
    world.onConnect = ({ stream }) => {
      authority = stream;
      queueMicrotask(() => world.join({ write: (text) => void asked.push(text), startTls: () => {}, disconnect: () => {} }, secure, 'server', stream));
    };
    const rogue = new Rogue(secure).say(header('from="mantua.test" to="verona.test"')).say('<db:result from="mantua.test" to="verona.test">bogus</db:result>');
    await world.settle();
    world.hear(authority, header('from="mantua.test" to="verona.test" id="x"') + '<stream:features><dialback xmlns="urn:xmpp:features:dialback"/></stream:features>');
    const verify = parse(asked.find((text) => text.startsWith('<db:verify')) ?? '<none/>');
    expect(verify.attrs).toMatchObject({ from: 'verona.test', to: 'mantua.test' });
    expect(verify.getText()).toBe('bogus');
    world.hear(authority, `<db:verify from="mantua.test" to="verona.test" id="${verify.attrs.id}" type="invalid"/>`);
    expect(rogue.all).toContain('<forbidden ');
    expect(rogue.fault).toBeUndefined();
    expect(rogue.say(toJuliet('romeo@mantua.test')).fault).toBe('not-authorized');
  });

  test('a verdict that nobody asked for means nothing', () => {
    const rogue = new Rogue(secure).say(header('from="mantua.test" to="verona.test"')).say('<db:verify from="mantua.test" to="verona.test" id="x" type="valid"/>');
    expect(rogue.fault).toBeUndefined();
    expect(rogue.say(toJuliet('romeo@mantua.test')).fault).toBe('not-authorized');
  });

  test.each([
    { what: 'ours', key: dialbackKey(secret, { from: 'verona.test', to: 'mantua.test' }, 'S1'), to: 'verona.test', verdict: 'type="valid"' },
    { what: 'of another stream', key: dialbackKey(secret, { from: 'verona.test', to: 'mantua.test' }, 'S2'), to: 'verona.test', verdict: 'type="invalid"' },
    { what: 'of a domain that is not served', key: 'k', to: 'padua.test', verdict: '<item-not-found ' },
  ])('somebody asks about a key $what: $verdict (XEP-0220 §2.2.2)', ({ key, to, verdict }) => {
    const rogue = new Rogue(secure).say(header('from="mantua.test" to="verona.test"')).say(`<db:verify from="mantua.test" to="${to}" id="S1">${key}</db:verify>`);
    expect(rogue.all).toContain(verdict);
    expect(rogue.all).toContain('id="S1"');
  });
});

describe('peer: several domains on one stream (XEP-0220 §2.6)', () => {
  test('each speaks once it is proved by itself; a certificate that has its name is enough', async () => {
    const rogue = new Rogue({ ...secure, certified: ['mantua.test', 'rooms.mantua.test'] }).say(header('from="mantua.test" to="verona.test"'));
    for (const from of ['mantua.test', 'rooms.mantua.test']) {
      rogue.say(`<db:result from="${from}" to="verona.test">key</db:result>`).say(toJuliet(`romeo@${from}`));
      expect(rogue.all).toContain(`<db:result from="verona.test" to="${from}" type="valid"/>`);
      expect(String(await juliet.next())).toContain(`from="romeo@${from}"`);
    }
    expect(rogue.say(toJuliet('romeo@padua.test')).fault).toBe('invalid-from');
  });
});

describe('peer: what it sends once it is known (RFC 6120 §8.1)', () => {
  const faults = [
    { what: 'in the name of another server', text: toJuliet('romeo@padua.test'), fault: 'invalid-from' },
    { what: 'in the name of this server\'s user', text: toJuliet('juliet@verona.test/balcony'), fault: 'invalid-from' },
    { what: 'without a sender', text: '<message to="juliet@verona.test"/>', fault: 'improper-addressing' },
    { what: 'without a recipient', text: '<message from="romeo@mantua.test"/>', fault: 'improper-addressing' },
    { what: 'from an address that is none', text: toJuliet('@mantua.test'), fault: 'improper-addressing' },
    { what: 'to an address that is none', text: '<message from="romeo@mantua.test" to="juliet@"/>', fault: 'improper-addressing' },
    { what: 'for a third server', text: '<message from="romeo@mantua.test" to="nurse@padua.test"/>', fault: 'host-unknown' },
    { what: 'that is no stanza', text: '<notify from="romeo@mantua.test" to="juliet@verona.test"/>', fault: 'unsupported-stanza-type' },
  ];
  test.each([
    ...faults,
    { what: 'in the namespace of clients', text: '<message xmlns="jabber:client" from="romeo@mantua.test" to="juliet@verona.test"/>', fault: 'invalid-namespace' },
  ])('a stanza $what: $fault', ({ text, fault }) => {
    expect(Rogue.proved().say(text).fault).toBe(fault);
  });

  test.each(faults)('a stanza $what, over a stream that this server has opened: $fault (XEP-0288 §2.2)', async ({ text, fault }) => {
    const { stream, heard } = await opened();
    world.hear(stream, text + toJuliet('romeo@mantua.test'));
    expect(heard.join('').replace(/^.*<\/message>/s, '')).toMatch(new RegExp(`^<stream:error><${fault} [^>]*/></stream:error></stream:stream>$`));
    await expect(juliet.next()).rejects.toThrow('nothing more');
  });

  describe.each([
    { who: 'the other server has opened', begin: async (attrs: string) => Promise.resolve(Rogue.proved(attrs)) },
    { who: 'this server has opened', begin: opened },
  ])('over a stream that $who', ({ begin }) => {
    test.each([
      { what: 'that of its stream', lang: 'it', marked: 'it' },
      { what: 'none where that of its stream is no language', lang: '?', marked: undefined },
    ])('what says no language has $what, and another is left alone (RFC 6120 §4.7.4, §8.1.5)', async ({ lang, marked }) => {
      const { stream } = await begin(`xml:lang="${lang}"`);
      world.hear(stream, toJuliet('romeo@mantua.test') + toJuliet('romeo@mantua.test').replace('<message', '<message xml:lang="la"'));
      expect([await juliet.next(), await juliet.next()].map((next) => next !== 'closed' && next.attrs['xml:lang'])).toEqual([marked, 'la']);
    });
  });

  test('a message that is in order arrives, and what follows a fault does not', async () => {
    const rogue = Rogue.proved().say(toJuliet('romeo@mantua.test/orchard'));
    expect(String(await juliet.next())).toContain('hello');
    rogue.say(toJuliet('romeo@padua.test')).say(toJuliet('romeo@mantua.test'));
    expect(rogue.fault).toBe('invalid-from');
  });

  test('presence, requests and goodbyes that nobody asked for harm nobody', async () => {
    Rogue.proved()
      .say('<presence from="garden@mantua.test/jules" to="juliet@verona.test/balcony" type="unavailable"><x xmlns="http://jabber.org/protocol/muc#user"><status code="110"/></x></presence>')
      .say('<presence from="romeo@mantua.test/orchard" to="juliet@verona.test" type="subscribed"/>')
      .say('<iq from="romeo@mantua.test/orchard" to="juliet@verona.test/balcony" type="result" id="none"/>')
      .say('<presence from="romeo@mantua.test/orchard" to="nobody@verona.test" type="subscribe"/>');
    await world.settle();
    expect(world.core.census().resources).toBe(1);
    for (const id of [undefined, 'none']) expect((await juliet.next() as { attrs: Record<string, string> }).attrs.id).toBe(id);
  });

  test('a request to a resource that does not know the sender is answered as if there were none (RFC 6121 §8.5.3.1)', async () => {
    const rogue = Rogue.proved();
    for (const resource of ['balcony', 'nowhere']) rogue.say(`<iq from="romeo@mantua.test/orchard" to="juliet@verona.test/${resource}" type="get" id="${resource}"><ping xmlns="urn:xmpp:ping"/></iq>`);
    await world.settle();
    const answers: string[] = [];
    for (const effect of world.effects) if (effect.type === 'connect') answers.push(effect.domain);
    expect(answers).toEqual(['mantua.test']); // both go back over the link that is on its way
  });
});
