/** Finer points of streams and stanzas, each with its rule. RFC 6120 §4, §5, §8. @module */
import { describe, expect, it } from 'vitest';
import { NS } from '../../src/core/namespaces.ts';
import { answersTo, authenticated, bind, bound, closingTag, header, opened, plain, starttls } from './dialogue.ts';
import type { RawClient } from './raw-client.ts';
import { besiege, expectExpelled } from './siege.ts';

const siege = besiege({ unauthenticatedTimeoutMs: 1_000 });

describe.concurrent('starttls: where it isn\'t offered', () => {
  it.each<readonly [string, () => Promise<RawClient>]>([
    ['after STARTTLS', async () => opened(await siege.connect('STARTTLS'))],
    ['on a direct-TLS port', async () => opened(await siege.connect('direct TLS'))],
    ['after SASL', async () => authenticated(await siege.tcp(), 'mallory')],
  ])('starttls: %s it is answered with a failure and the end of the stream (RFC 6120 §5.4.2.2)', async (_when, begin) => {
    const client = (await begin()).send(starttls);
    await client.ended;
    expect(client.heard.slice(client.heard.lastIndexOf('<failure'))).toBe(`<failure xmlns="${NS.tls}"/>${closingTag}`);
  });

  it('starttls: a failed attempt at SASL doesn\'t take back its offer (RFC 6120 §5.4.1)', async () => {
    const client = await opened(await siege.tcp());
    await client.send(plain('mallory', 'guess')).hears('</failure>');
    await client.send(starttls).hears('<proceed');
    client.destroy();
  });
});

describe.concurrent('stream: errors', () => {
  it('stream: one that comes before the peer\'s header comes after the server\'s own (RFC 6120 §4.9.1.2)', async () => {
    await expectExpelled(await siege.tcp(), 'connection-timeout');
  });

  it('stream: over WebSocket as well (RFC 7395 §3.5)', async () => {
    const client = await siege.connect('WebSocket');
    await expectExpelled(client, 'connection-timeout');
    expect(client.heard).toMatch(/^<open /);
  });

  it('stream: one that the peer sends is not answered with another (RFC 6120 §4.9.1.1)', async () => {
    const client = await bound(await siege.tcp(), 'mallory');
    client.send(`<stream:error><reset xmlns='${NS.xmppStreams}'/></stream:error>${closingTag}`);
    await client.ended;
    expect(client.farewell()).toEqual({ errors: [], closed: true });
  });

  it.each([['before SASL', (client: RawClient) => opened(client)], ['on a bound stream', (client: RawClient) => bound(client, 'mallory')]] as const)('stream: %s a stanza of the other content namespace is an invalid-namespace (RFC 6120 §4.8.3)', async (_when, begin) => {
    const client = await begin(await siege.tcp());
    await expectExpelled(client.send(`<message xmlns='${NS.server}' to='juliet@localhost/balcony'><body/></message>`), 'invalid-namespace');
  });

  it('stream: leading zeros of a version are ignored (RFC 6120 §4.7.5)', async () => {
    const client = await siege.tcp();
    await client.send(header({ version: '01.0' })).hears('</stream:features>');
    client.destroy();
  });
});

describe.concurrent('stanza: what belongs to another namespace is not looked at (RFC 6120 §8.4)', () => {
  it.each([
    ['an item', `<iq type='set' id='r1'><query xmlns='${NS.roster}'><item xmlns='urn:x' jid='nurse@localhost'/></query></iq>`, '<bad-request'],
    ['a group', `<iq type='set' id='r1'><query xmlns='${NS.roster}'><item jid='nurse@localhost'><group xmlns='urn:x'/></item></query></iq>`, 'type="result"'],
    ['a priority', "<presence id='p1'><priority xmlns='urn:x'>high</priority></presence>", '<presence to="mallory@localhost" id="p1"'],
  ])('stanza: %s', async (_what, stanza, answer) => {
    const client = await bound(await siege.tcp(), 'mallory');
    expect(await answersTo(client, stanza)).toContain(answer);
    client.destroy();
  });
});

describe.concurrent('bind: a request that is none', () => {
  it.each([
    ['without an id', 'RFC 6120 §8.2.3 rule 1', bind('x').replace(" id='bind'", '')],
    ['with two children', 'RFC 6120 §8.2.3 rule 5', bind('x').replace('</iq>', "<ping xmlns='urn:xmpp:ping'/></iq>")],
  ])('bind: %s is a bad-request (%s)', async (_attack, _section, xml) => {
    const client = await authenticated(await siege.tcp(), 'mallory');
    expect(await client.send(xml).hears('</iq>')).toContain('<bad-request');
    client.destroy();
  });
});
