/** Binding abused, resources taken over, and the ways in which a session can break off. Spec: RFC 6120 §4.4, §7,
 *  RFC 6121 §4.5. Not here: what never gets as far as binding (negotiation.test.ts). @module */
import { parse } from 'ltx';
import { describe, expect, it } from 'vitest';
import type { StanzaErrorCondition } from '../../machines/vocabulary.ts';
import { NS } from '../../src/core/namespaces.ts';
import { answersTo, authenticated, bind, bound, closingTag, opened, plain } from './dialogue.ts';
import type { RawClient, StreamClient } from './raw-client.ts';
import { besiege, expectExpelled } from './siege.ts';

const siege = besiege();

describe.concurrent('bind: what is refused, and the stream goes on', () => {
  it.each<readonly [string, string, string, StanzaErrorCondition, string]>([
    ['a resourcepart too long', '§7.7.2.1', bind('r'.repeat(1_024)), 'bad-request', 'modify'],
    ['a resourcepart with a control character', '§7.7.2.1', bind('cry&#x7f;pt'), 'bad-request', 'modify'],
    ['a resourcepart of a character that is not assigned', '§7.7.2.1', bind('cry&#x378;pt'), 'bad-request', 'modify'],
    ['a resourcepart of a space', '§7.7.2.1', bind(' '), 'bad-request', 'modify'],
  ])('bind: %s (RFC 6120 %s)', async (_attack, _section, xml, condition, type) => {
    const client = await authenticated(await siege.tcp(), 'mallory');
    const answer = await client.send(xml).hears('</iq>');
    expect(answer).toContain('id="bind"');
    expect(answer).toContain(`<error type="${type}"><${condition} xmlns="${NS.stanzas}"/>`);
    await client.send(bind('after-all')).hears('mallory@localhost/after-all');
    client.destroy();
  });

  it.each([
    ['derived from the name that was shown', plain('mallory'), 'cave', 'mallory@localhost/cave'],
    ['named as well', plain('mallory', 'secret', 'mallory@localhost'), 'den', 'mallory@localhost/den'],
    ['in other letters', plain('MALLORY', 'secret', 'MALLORY@LocalHost'), 'lair', 'mallory@localhost/lair'],
    ['with a resourcepart that is not in its normal form', plain('mallory'), 'cafe&#x301;', 'mallory@localhost/caf\u00e9'],
  ])('bind: the address is the authorization identity, %s, with the resource, in its canonical form (RFC 6120 §4.3.6)', async (_how, credentials, resourcepart, jid) => {
    const client = await opened(await siege.tcp());
    await client.send(credentials).hears('<success');
    expect(await (await opened(client)).send(bind(resourcepart)).hears('</iq>')).toContain(`<jid>${jid}</jid>`);
    client.destroy();
  });

  it('bind: without a resourcepart each stream gets one of its own, drawn at random (RFC 6120 §7.6)', async () => {
    const clients = await Promise.all(Array.from({ length: 4 }, async () => bound(await siege.tcp(), 'mallory')));
    const parts = clients.map((client) => /<jid>mallory@localhost\/([\w-]{16})<\/jid>/.exec(client.heard)?.[1] ?? '');
    expect(new Set(parts).size).toBe(4);
    // Of 96 random bits no stretch of 24 is that of another, or of the id of its stream, unless by a rare chance.
    const stretches = parts.flatMap((part) => [0, 4, 8, 12].map((at) => `${at} ${part.slice(at, at + 4)}`));
    expect(new Set(stretches).size).toBe(16);
    for (const [index, client] of clients.entries()) expect(client.heard).not.toContain(` id='${parts[index]}`);
    for (const client of clients) client.destroy();
  });

  it('bind: who binds is told its full JID, in a result of its request (RFC 6120 §7.6.1)', async () => {
    for (const resourcepart of [undefined, 'tower']) {
      const client = await authenticated(await siege.tcp(), 'mallory');
      const result = parse(await client.send(bind(resourcepart)).hears('</iq>'));
      expect([result.name, result.attrs]).toEqual(['iq', { type: 'result', id: 'bind' }]);
      const jid = result.getChild('bind', NS.bind)?.getChildText('jid');
      expect(jid).toMatch(resourcepart === undefined ? /^mallory@localhost\/.{16}$/ : /^mallory@localhost\/tower$/);
      // It is the address that others see.
      client.send(`<message to='${jid}' type='chat'><body>me</body></message>`);
      expect(await client.hears('</message>')).toContain(`from="${jid}"`);
      client.destroy();
    }
  });

  it.each([
    ['the same resource', 'cell', 'cell'],
    ['another resource', 'abbey', 'crypt'],
    ['a resource of the server\'s choice', 'street', undefined],
  ])('bind: a bound stream that asks for %s is not allowed to (RFC 6120 §7.6.2.2)', async (_attack, first, second) => {
    const client = await bound(await siege.tcp(), 'mallory', first);
    expect(await answersTo(client, bind(second))).toContain(`<error type="cancel"><not-allowed xmlns="${NS.stanzas}"/>`);
    client.destroy();
  });

  it('bind: of two requests at once the second is not allowed (RFC 6120 §7.6.2.2)', async () => {
    const client = await authenticated(await siege.tcp(), 'mallory');
    await client.send(bind('one') + bind('two')).hears('mallory@localhost/one');
    expect(await client.hears('</error>')).toContain('<not-allowed');
    expect(client.heard).not.toContain('mallory@localhost/two</jid>');
    client.destroy();
  });

  it('bind: a resource too many is a resource-constraint, and one that goes makes room (RFC 6120 §7.6.2.1)', async () => {
    const clients: RawClient[] = [];
    for (let n = 0; n < 20; n += 1) clients.push(await bound(await siege.tcp(), 'tybalt', `r${n}`));
    const late = await authenticated(await siege.tcp(), 'tybalt');
    expect(await late.send(bind('late')).hears('</iq>')).toContain(`<error type="wait"><resource-constraint xmlns="${NS.stanzas}"/>`);
    const [first] = clients;
    first?.send(closingTag);
    await first?.ended;
    await late.send(bind('late')).hears('tybalt@localhost/late');
    for (const client of [...clients, late]) client.destroy();
  });
});

describe('session: one that is taken over', () => {
  it('session: the older one is told that it is unavailable, then the conflict, then the end (RFC 6120 §7.7.2.2)', async () => {
    const older = await bound(await siege.tcp(), 'mallory', 'crypt');
    await older.send('<presence/>').hears('<presence');
    const newer = await bound(await siege.tcp(), 'mallory', 'crypt');
    await expectExpelled(older, 'conflict');
    const told = older.heard.slice(older.heard.lastIndexOf('<presence'));
    expect(told).toMatch(/^<presence [^>]*type="unavailable"[^>]*\/><stream:error><conflict [^>]*\/><\/stream:error><\/stream:stream>$/);
    expect(told).toContain('from="mallory@localhost/crypt"');
    expect(newer.heard).toContain('<jid>mallory@localhost/crypt</jid>');
    // What is sent to the full JID is the newer one's.
    expect(await answersTo(newer, "<message to='mallory@localhost/crypt' type='chat'><body>mine</body></message>")).toContain('<body>mine</body>');
    newer.destroy();
  });

  it('session: the older one can\'t say anything any more (RFC 6120 §4.4)', async () => {
    const older = await bound(await siege.tcp(), 'mallory', 'vault');
    const newer = await bound(await siege.tcp(), 'mallory', 'vault');
    await older.hears('</stream:stream>');
    older.send("<message to='mallory@localhost/vault' type='chat'><body>from the grave</body></message>");
    await older.ended;
    expect(await answersTo(newer, '')).toBe('');
    newer.destroy();
  });

  it('session: two that take each other over again and again leave one (RFC 6120 §7.7.2.2)', async () => {
    let last = await bound(await siege.tcp(), 'mallory', 'duel');
    for (let n = 0; n < 20; n += 1) {
      const next = await bound(await siege.tcp(), 'mallory', 'duel');
      await expectExpelled(last, 'conflict');
      last = next;
    }
    expect(await answersTo(last, '')).toBe('');
    last.destroy();
  });
});

describe.concurrent('session: one that breaks off', () => {
  it.each<readonly [string, string, (client: StreamClient) => unknown]>([
    ['a closing tag', 'RFC 6120 §4.4', (client) => client.send(closingTag)],
    ['the end of its half of the connection', 'RFC 6120 §4.6', (client) => client.socket.end()],
    ['a reset', 'RFC 6120 §4.6', (client) => client.socket.resetAndDestroy()],
    ['a reset amid a stanza', 'RFC 6120 §4.6', (client) => client.send("<message to='juliet@localhost/balcony' type='chat'><bo").socket.resetAndDestroy()],
    ['malformed XML', 'RFC 6120 §4.9.1.1', (client) => client.send('<<')],
    ['a stream error of its own', 'RFC 6120 §4.9.1.1', (client) => client.send(`<stream:error><conflict xmlns='${NS.xmppStreams}'/></stream:error>`)],
    ['malformed XML and a reset', 'RFC 6120 §4.9.1.1', (client) => client.send('<<').socket.resetAndDestroy()],
    ['a closing tag and a reset', 'RFC 6120 §4.4', (client) => client.send(closingTag).socket.resetAndDestroy()],
    ['a closing tag amid a stanza', 'RFC 6120 §4.9.3.13', (client) => client.send(`<message>${closingTag}`)],
  ])('session: who was told of it is told that it is over, after %s (RFC 6121 §4.5.2, %s)', async (how, _section, breakOff) => {
    const name = how.replaceAll(' ', '-');
    const witness = await bound(await siege.tcp(), 'tybalt', name);
    const client = await bound(await siege.tcp(), 'mallory', name);
    client.send(`<presence to='tybalt@localhost/${name}'/>`);
    await witness.hears('<presence');
    await witness.hears('/>');
    breakOff(client);
    expect(await witness.hears('type="unavailable"')).toContain(`from="mallory@localhost/${name}"`);
    await client.ended;
    witness.destroy();
  });
});
