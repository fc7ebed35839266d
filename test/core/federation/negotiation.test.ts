/** How streams between servers are negotiated, on either side: headers, features, TLS, SASL. Spec: RFC 6120 §4 to §6,
 *  XEP-0178. Not here: what a server does that it must not (peers.test.ts), two servers at once (links.test.ts). @module */
import { parse } from 'ltx';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultFederation } from '../../../src/core/config.ts';
import type { Effect } from '../../../src/core/effect.ts';
import type { Channel, StreamId } from '../../../src/core/input.ts';
import { NS } from '../../../src/core/namespaces.ts';
import type { Client } from '../../world/world.ts';
import { InProcess } from '../../world/in-process.ts';

const plain: Channel = { secure: false, startTls: true, tlsRequired: false, mechanisms: [], channelBindings: [] };
const mantua: Channel = { ...plain, secure: true, startTls: false, certified: ['mantua.test', 'rooms.mantua.test'] };
const header = (attrs = 'from="mantua.test" to="verona.test" version="1.0"'): string => `<stream:stream xmlns="jabber:server" xmlns:stream="${NS.streams}" xmlns:db="jabber:server:dialback" ${attrs}>`;
const theirs = header('from="mantua.test" to="verona.test" id="theirs" version="1.0"');
const external = (authzid = '='): string => `<auth xmlns="${NS.sasl}" mechanism="EXTERNAL">${authzid}</auth>`;
const starttls = `<starttls xmlns="${NS.tls}"/>`;
const proceed = `<proceed xmlns="${NS.tls}"/>`;
const mechanisms = `<mechanisms xmlns="${NS.sasl}"><mechanism>EXTERNAL</mechanism></mechanisms>`;
const dialback = '<dialback xmlns="urn:xmpp:features:dialback"/>';
const features = (...offers: readonly string[]): string => `<stream:features>${offers.join('')}</stream:features>`;

let world: InProcess;
let juliet: Client;

beforeEach(async () => {
  world = new InProcess({ config: { domain: 'verona.test', secret: 'verona'.padEnd(32, '.'), rooms: { domain: 'rooms.verona.test' }, federation: defaultFederation } });
  await world.account('juliet');
  juliet = await world.connect('juliet', 'balcony');
});

afterEach(() => world.dispose());

/** The other end of a stream, as another server has it. */
class Other {
  readonly stream: StreamId;
  #seen = world.effects.length;

  /** @param asked a stream that this server has asked for */
  constructor(over: Channel, asked?: StreamId) {
    this.stream = world.join({ write: () => {}, startTls: () => {}, disconnect: () => {} }, over, 'server', asked);
  }

  /** What is ordered for the stream because of this. */
  says(text: string): readonly Effect[] {
    world.hear(this.stream, text);
    return this.news();
  }

  secures(over: Channel): readonly Effect[] {
    world.secure(this.stream, over);
    return this.news();
  }

  news(): readonly Effect[] {
    const all = world.effects.slice(this.#seen);
    this.#seen = world.effects.length;
    return all.filter((effect) => 'stream' in effect && effect.stream === this.stream);
  }
}

const typesOf = (effects: readonly Effect[]): readonly string[] => effects.map(({ type }) => type);
const sentIn = (effects: readonly Effect[]): string => effects.map((effect) => (effect.type === 'send' ? effect.xml : '')).join('');
const headersIn = (effects: readonly Effect[]) => effects.flatMap((effect) => (effect.type === 'open' ? [effect.header] : []));

describe('inbound: headers', () => {
  test.each([['this server', 'verona.test'], ['a service of it', 'rooms.verona.test'], ['a domain that is not served', 'padua.test']])('to %s: the answer is from a domain that is served, to the one that the header is from, with an id (RFC 6120 §4.7.1, §4.7.2, §4.7.3, §4.9.1.3)', (_what, to) => {
    const [answer] = headersIn(new Other(mantua).says(header(`from="mantua.test" to="${to}" version="1.0" id="theirs"`)));
    expect(answer).toMatchObject({ from: to === 'padua.test' ? 'verona.test' : to, to: 'mantua.test', id: expect.stringMatching(/^entropy-of-/), lang: 'en', version: '1.0' });
  });

  test.each([['1.7', '1.0'], ['0.9', '0.9'], [undefined, undefined]])('version %s is answered with %s, the lower of the two (RFC 6120 §4.7.5)', (version, answer) => {
    const [heard] = headersIn(new Other(mantua).says(header(`from="mantua.test" to="verona.test"${version === undefined ? '' : ` version="${version}"`}`)));
    expect(heard?.version).toBe(answer);
  });

  test('what was said before TLS is forgotten, and TLS is offered no more after it (RFC 6120 §5.4.3.3)', () => {
    const other = new Other(plain);
    expect(sentIn(other.says(header('from="padua.test" to="verona.test" version="1.0"')))).toBe(features(`<starttls xmlns="${NS.tls}"><required/></starttls>`));
    expect(typesOf(other.says(starttls))).toEqual(['send', 'startTls']);
    expect(other.secures(mantua)).toEqual([]);
    const again = other.says(header());
    expect(headersIn(again)).toMatchObject([{ to: 'mantua.test' }]);
    expect(sentIn(again)).toContain('EXTERNAL');
    expect(sentIn(again)).not.toContain('starttls');
  });

  test('TLS that is not offered is refused, and the stream and the connection end (RFC 6120 §5.4.2.2)', () => {
    const other = new Other(mantua);
    other.says(header());
    const refused = other.says(starttls);
    expect([typesOf(refused), sentIn(refused)]).toEqual([['send', 'close'], `<failure xmlns="${NS.tls}"/>`]);
    expect(typesOf(other.says('</stream:stream>'))).toEqual(['disconnect']);
  });

  test.each(['conflict', 'unheard-of'])('a stream error, be it %s, closes the stream (RFC 6120 §4.9.1.1, §4.9.2)', (condition) => {
    for (const before of [[header()], [header(), external(), header()]]) {
      const other = new Other(mantua);
      for (const each of before) other.says(each);
      expect(typesOf(other.says(`<stream:error><${condition} xmlns="${NS.xmppStreams}"/></stream:error>`))).toEqual(['close', 'disconnect']);
      expect(other.says('</stream:stream>')).toEqual([]);
    }
  });
});

describe('inbound: SASL EXTERNAL', () => {
  test.each([['derived from its header', '='], ['that it has named', btoa('mantua.test')], ['in other letters', btoa('MANTUA.test')]])('who has shown its certificate is the domain %s, and no other one in it (RFC 6120 §4.3.6)', async (_what, authzid) => {
    const other = new Other(mantua);
    other.says(header());
    const succeeding = other.says(external(authzid));
    expect([typesOf(succeeding), sentIn(succeeding)]).toEqual([['send', 'restart'], `<success xmlns="${NS.sasl}"/>`]);
    expect(typesOf(other.says(header()))).toEqual(['open', 'send', 'trust']);
    other.says('<message from="romeo@mantua.test/orchard" to="juliet@verona.test/balcony" type="chat"><body>O</body></message>');
    expect(String(await juliet.next())).toContain('from="romeo@mantua.test/orchard"');
    expect(sentIn(other.says('<message from="garden@rooms.mantua.test" to="juliet@verona.test/balcony" type="chat"><body>O</body></message>'))).toContain('<invalid-from ');
  });

  test.each([
    ['another domain of the certificate', external(btoa('rooms.mantua.test')), 'invalid-authzid'],
    ['a domain that is not in it', external(btoa('padua.test')), 'invalid-authzid'],
    ['an account in place of a domain', external(btoa('romeo@mantua.test')), 'invalid-authzid'],
    ['a full address in place of a domain', external(btoa('mantua.test/orchard')), 'invalid-authzid'],
    ['what is no base64', external('!'), 'invalid-authzid'],
    ['another mechanism', external().replace('EXTERNAL', 'PLAIN'), 'invalid-mechanism'],
  ])('to act as %s is refused, and nothing is proved (RFC 6120 §6.3.8, §6.5)', (_what, auth, condition) => {
    const other = new Other(mantua);
    other.says(header());
    expect(sentIn(other.says(auth))).toBe(`<failure xmlns="${NS.sasl}"><${condition}/></failure>`);
    expect(sentIn(other.says('<message from="romeo@mantua.test" to="juliet@verona.test"><body>O</body></message>'))).toContain('<not-authorized ');
  });
});

describe('link: what this server does as the initiating entity', () => {
  const message = '<message to="romeo@mantua.test" type="chat"><body>O Romeo</body></message>';

  /** A stream that this server has opened because of a message. */
  async function called(over: Channel = plain): Promise<Other> {
    const asked: StreamId[] = [];
    world.onConnect = ({ stream }) => void asked.push(stream);
    juliet.send(message);
    await world.settle();
    return new Other(over, asked[0]);
  }

  test('its header says from, to and 1.0, and has no id (RFC 6120 §4.7.1, §4.7.2, §4.7.3, §4.7.5)', async () => {
    expect((await called()).news().filter(({ type }) => type !== 'connect')).toEqual([expect.objectContaining({ type: 'open', header: { from: 'verona.test', to: 'mantua.test', lang: 'en', version: '1.0' } })]);
  });

  test('it negotiates all that is offered, opens the stream anew each time without closing it, and sends no stanza before (RFC 6120 §4.3.2, §4.3.3, §4.3.5, §5.4.3.3, §6.4.6)', async () => {
    const other = await called();
    other.news();
    const requesting = other.says(theirs + features(`<starttls xmlns="${NS.tls}"><required/></starttls>`, mechanisms, dialback));
    expect([typesOf(requesting), sentIn(requesting)]).toEqual([['send'], starttls]);
    expect(typesOf(other.says(proceed))).toEqual(['startTls']);
    expect(typesOf(other.secures(mantua))).toEqual(['open']);
    const proving = other.says(theirs + features(mechanisms));
    expect([typesOf(proving), sentIn(proving)]).toEqual([['send'], external(btoa('verona.test'))]);
    expect(typesOf(other.says(`<success xmlns="${NS.sasl}"/>`))).toEqual(['restart', 'open']);
    const done = other.says(theirs + features());
    expect(sentIn(done)).toContain('O Romeo');
    expect(typesOf(done)).not.toContain('close');
  });

  test('what it was offered before TLS counts no more after it (RFC 6120 §5.4.3.3)', async () => {
    const other = await called();
    other.says(theirs + features(`<starttls xmlns="${NS.tls}"/>`, mechanisms, dialback));
    other.says(proceed);
    other.secures({ ...mantua, certified: [] });
    other.news();
    expect(typesOf(other.says(theirs + features(mechanisms)))).toEqual(['send']);
    // Dialback was offered before TLS only.
    expect(typesOf(other.says(`<failure xmlns="${NS.sasl}"><not-authorized/></failure>`))).toEqual(['close']);
    expect(String(await juliet.next())).toContain('remote-server-timeout');
  });

  test.each(['not-authorized', 'unheard-of'])('a SASL failure, be it %s, is a failure: the next proof is tried (RFC 6120 §6.5)', async (condition) => {
    const other = await called(mantua);
    other.says(theirs + features(mechanisms, dialback));
    expect(sentIn(other.says(`<failure xmlns="${NS.sasl}"><${condition}/></failure>`))).toMatch(/^<db:result /);
  });

  test('a header without a version is of 0.9, which has no features: a key is given at once (RFC 6120 §4.7.5)', async () => {
    world = new InProcess({ config: { domain: 'verona.test', secret: 'verona'.padEnd(32, '.'), federation: { ...defaultFederation, tlsRequired: false } } });
    await world.account('juliet');
    juliet = await world.connect('juliet', 'balcony');
    expect(sentIn((await called()).says(theirs.replace(' version="1.0"', '')))).toContain('<db:result ');
  });

  test('without dialback nothing goes to a server whose certificate is for another name (RFC 6120 §4.7.1, §4.7.2, §13.5)', async () => {
    world = new InProcess({ config: { domain: 'verona.test', secret: 'verona'.padEnd(32, '.'), federation: { ...defaultFederation, dialback: false } } });
    await world.account('juliet');
    juliet = await world.connect('juliet', 'balcony');
    const other = await called({ ...mantua, certified: ['padua.test'] });
    other.news();
    expect(typesOf(other.says(theirs + features(mechanisms)))).toEqual(['close']);
    expect(String(await juliet.next())).toContain('remote-server-timeout');
  });

  test('a stream error, be it one that nobody knows, closes the stream (RFC 6120 §4.9.1.1, §4.9.2)', async () => {
    const other = await called(mantua);
    other.news();
    expect(typesOf(other.says(`${theirs}<stream:error><unheard-of xmlns="${NS.xmppStreams}"/></stream:error>`))).toEqual(['close']);
  });
});

describe('between servers and clients: the content namespace (RFC 6120 §4.8.3)', () => {
  /** Another server to which this one may send at once. */
  function mantuaBothWays(): Other {
    const other = new Other(mantua);
    for (const each of [header(), `<bidi xmlns="${NS.bidi}"/>`, external(), header()]) other.says(each);
    return other;
  }

  test('what comes from a server is a client\'s stanza when it is delivered: no namespace of servers is left', async () => {
    const other = mantuaBothWays();
    other.says('<message xmlns="jabber:server" from="romeo@mantua.test/orchard" to="juliet@verona.test/balcony" type="chat"><body xmlns="jabber:server">O</body></message>');
    await juliet.next();
    expect(world.effects.flatMap((effect) => (effect.type === 'send' && effect.xml.includes('romeo@') ? [effect.xml] : []))).toEqual([
      '<message from="romeo@mantua.test/orchard" to="juliet@verona.test/balcony" type="chat"><body>O</body></message>',
    ]);
  });

  test('what goes to a server has both addresses, and no namespace of clients', async () => {
    const other = mantuaBothWays();
    for (const stanza of [
      '<message xmlns="jabber:client" to="romeo@mantua.test" type="chat"><body xmlns="jabber:client">O</body></message>', '<presence to="romeo@mantua.test/orchard"/>',
      '<presence to="romeo@mantua.test" type="subscribe"/>', '<iq id="1" to="mantua.test" type="get"><ping xmlns="urn:xmpp:ping"/></iq>', '<presence type="unavailable"/>',
    ]) juliet.send(stanza);
    world.hear(other.stream, '<iq from="mantua.test" to="verona.test" id="2" type="get"><ping xmlns="urn:xmpp:ping"/></iq><presence from="romeo@mantua.test" to="juliet@verona.test" type="probe"/>');
    await world.settle();
    const stanzas = other.news().flatMap((effect) => (effect.type === 'send' && !effect.xml.startsWith('<stream:') ? [parse(effect.xml)] : []));
    expect(new Set(stanzas.map(({ name }) => name))).toEqual(new Set(['message', 'presence', 'iq']));
    for (const { attrs } of stanzas) expect(attrs).toMatchObject({ from: expect.stringContaining('verona.test'), to: expect.stringContaining('mantua.test') });
    expect(stanzas.join('')).not.toMatch(/jabber:(client|server)/);
  });
});
