/** Other servers that lie, over real sockets with TLS: each gets the right error, and harms nobody else. The whole table of
 *  what a peer may not do is in test/core/federation/peers.test.ts; here is what depends on certificates and bytes. @module */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createAuthority } from '../peers/authority.ts';
import type { Authority, Credentials } from '../peers/authority.ts';
import { loopback } from '../peers/loopback.ts';
import { startWaystate } from '../peers/waystate.ts';
import type { Waystate } from '../peers/waystate.ts';
import { Connection } from '../world/connection.ts';
import { RogueStream, header, startRogue } from './rogue-server.ts';

const external = '<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="EXTERNAL">=</auth>';
const hosts = { 'mantua.test': loopback.spare, 'silent.test': loopback.link };
let authority: Authority;
let server: Waystate;
let juliet: Connection;
let jid: string;
let good: Credentials;
const streams: RogueStream[] = [];

beforeAll(async () => {
  authority = await createAuthority();
  good = await authority.issue(['mantua.test', 'rooms.mantua.test']);
  server = await startWaystate('verona.test', { address: loopback.waystate, hosts, auth: 'external', authority }, { limits: { maxStanzaBytesOfServers: 20_000 }, s2s: { waitMs: 1_000 } });
  await server.addAccount('juliet', 'secret');
  juliet = await Connection.open(`${server.c2s.host}:${server.c2s.port}`, 'plain', server.domain);
  jid = await juliet.logIn('juliet', 'secret', 'balcony');
});

afterAll(async () => {
  juliet.drop();
  await server.stop();
});

/** Whatever a peer has done, those who are here go on, and nothing of it has reached them. */
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.drop();
  const answer = await juliet.ask(`<iq id="still" to="${server.domain}" type="get"><ping xmlns="urn:xmpp:ping"/></iq>`);
  expect(answer.attrs['id']).toBe('still');
});

async function open(from: string | undefined = 'mantua.test', credentials: Credentials | undefined = undefined, to = server.domain): Promise<RogueStream> {
  const stream = await RogueStream.open({ host: loopback.waystate, port: 5269 }, from, to, credentials);
  streams.push(stream);
  return stream;
}

/** A stream that has proved to be mantua.test. */
async function proved(): Promise<RogueStream> {
  const stream = await open('mantua.test', good);
  await stream.ask(external, '<success');
  await stream.ask(header(`from="mantua.test" to="${server.domain}"`), '</stream:features>');
  return stream;
}

const message = (from: string, body = 'hello'): string => `<message from="${from}" to="${jid}" type="chat"><body>${body}</body></message>`;

describe('servers: certificates (XEP-0178 §3, RFC 6120 §13.7.2)', () => {
  test('one that an authority has signed for the domain is enough', async () => {
    const stream = await proved();
    stream.say(message('romeo@mantua.test/orchard'));
    expect((await juliet.element()).attrs['from']).toBe('romeo@mantua.test/orchard');
  });

  test.each([
    { what: 'for another name', credentials: () => authority.issue(['padua.test']) },
    { what: 'by an authority that nobody trusts', credentials: async () => (await createAuthority()).issue(['mantua.test']) },
    { what: 'none at all', credentials: () => Promise.resolve(undefined) },
  ])('$what: EXTERNAL is not offered, is refused, and nothing is taken', async ({ credentials }) => {
    const stream = await open('mantua.test', await credentials());
    expect(stream.heard).not.toContain('EXTERNAL');
    expect(await stream.ask(external, '</failure>')).toContain('not-authorized');
    stream.say(message('romeo@mantua.test'));
    expect(await stream.end()).toBe('not-authorized');
  });
});

describe('servers: domains (RFC 6120 §4.9.3.9, §8.1.2.2)', () => {
  test.each([
    { from: 'romeo@padua.test', why: 'a domain that it is not' },
    { from: 'juliet@verona.test/balcony', why: 'a user of this server' },
    { from: 'romeo@mantua.test.evil.test', why: 'a name that only begins like its own' },
  ])('stanzas from $why: invalid-from', async ({ from }) => {
    const stream = await proved();
    stream.say(message(from));
    expect(await stream.end()).toBe('invalid-from');
  });

  test('a header for a domain that is not served: host-unknown', async () => {
    await expect(open('mantua.test', good, 'padua.test')).rejects.toThrow('host-unknown');
  });
});

describe('servers: dialback (XEP-0220)', () => {
  test('a key that the domain does not know: forbidden, and nothing is taken', async () => {
    const asked: string[] = [];
    const mantua = await startRogue(loopback.spare, good, (text, say) => {
      if (text.includes('<stream:stream')) say(`${header('from="mantua.test" to="verona.test" id="rogue-2"')}<stream:features><dialback xmlns="urn:xmpp:features:dialback"><errors/></dialback></stream:features>`);
      for (const [, id] of text.matchAll(/<db:verify[^>]* id="([^"]*)"/g)) {
        asked.push(text);
        say(`<db:verify from="mantua.test" to="verona.test" id="${id}" type="invalid"/>`);
      }
    });
    const stream = await open();
    const answer = await stream.ask('<db:result from="mantua.test" to="verona.test">bogus</db:result>', '</db:result>');
    expect(answer).toContain('forbidden');
    expect(asked.join('')).toContain('bogus');
    stream.say(message('romeo@mantua.test'));
    expect(await stream.end()).toBe('not-authorized');
    await mantua.stop();
  });

  test('a domain that can\'t be asked: a dialback error, and nothing is taken', async () => {
    const stream = await open('padua.test');
    expect(await stream.ask('<db:result from="padua.test" to="verona.test">key</db:result>', '</db:result>')).toMatch(/remote-server-(not-found|timeout)/);
    stream.say(message('romeo@padua.test'));
    expect(await stream.end()).toBe('not-authorized');
  });

  test('many keys at once: resource-constraint, and no stream for each', async () => {
    const stream = await open('d1.mantua.test');
    const keys = Array.from({ length: 30 }, (_, index) => `<db:result from="d${index}.mantua.test" to="verona.test">key</db:result>`).join('');
    stream.say(keys);
    await stream.hear('resource-constraint');
  });
});

describe('servers: bytes (RFC 6120 §4.9.3, §13.12)', () => {
  test('stanzas before any proof: not-authorized', async () => {
    const stream = await open();
    stream.say(message('romeo@mantua.test'));
    expect(await stream.end()).toBe('not-authorized');
  });

  test.each([
    { what: 'a stanza without end', text: `<message from="romeo@mantua.test" to="x"><body>${'x'.repeat(30_000)}`, fault: 'policy-violation' },
    { what: 'no XML', text: '<message></presence>', fault: 'not-well-formed' },
    { what: 'a comment', text: '<!-- hello -->', fault: 'restricted-xml' },
    { what: 'a stanza of clients', text: '<message xmlns="jabber:client" from="romeo@mantua.test" to="juliet@verona.test"/>', fault: 'invalid-namespace' },
    { what: 'no addresses', text: '<message/>', fault: 'improper-addressing' },
  ])('$what: $fault', async ({ text, fault }) => {
    const stream = await proved();
    stream.say(text);
    expect(await stream.end()).toBe(fault);
  });
});

describe('servers: one that takes connections and never says a word (RFC 6120 §8.3.3.17)', () => {
  test('what waits for it comes back, each once: remote-server-timeout', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => void sockets.add(socket.on('error', () => {})));
    await once(silent.listen(5269, loopback.link), 'listening');
    for (const id of ['1', '2']) juliet.send(`<message to="nobody@silent.test" id="${id}" type="chat"><body>anybody?</body></message>`);
    const answers = [await juliet.element(), await juliet.element()];
    expect(answers.map(({ attrs }) => attrs['id'])).toEqual(['1', '2']);
    for (const answer of answers) expect(answer.getChild('error')?.getChild('remote-server-timeout')).toBeDefined();
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
});

describe('servers: rooms (XEP-0045 §7, DESIGN D5)', () => {
  test('goodbyes that nobody asked for close no route', async () => {
    const stream = await proved();
    stream.say(`<presence from="garden@mantua.test/jules" to="${jid}" type="unavailable"><x xmlns="http://jabber.org/protocol/muc#user"><status code="110"/></x></presence>`);
    expect((await juliet.element()).attrs['type']).toBe('unavailable');
    stream.say(message('romeo@mantua.test/orchard', 'still there?'));
    expect((await juliet.element()).getChildText('body')).toBe('still there?');
  });
});
