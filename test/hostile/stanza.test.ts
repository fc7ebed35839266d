/** Stanzas of a user that break a rule: which of them are answered with an error, and which end the stream.
 *  Spec: RFC 6120 §8, RFC 6121 §2-§4. Not here: stanzas before a resource is bound (negotiation.test.ts). @module */
import { parse } from 'ltx';
import { describe, expect, it } from 'vitest';
import type { StanzaErrorCondition } from '../../machines/vocabulary.ts';
import { NS } from '../../src/core/namespaces.ts';
import { answersTo, bound } from './dialogue.ts';
import type { RawClient } from './raw-client.ts';
import { besiege, expectExpelled } from './siege.ts';

const siege = besiege();
const mallory = async (): Promise<RawClient> => bound(await siege.tcp(), 'mallory');

const ping = "<ping xmlns='urn:xmpp:ping'/>";
const request = (to: string, payload = ping, type = 'get'): string => `<iq type='${type}' id='e1' to='${to}'>${payload}</iq>`;
/** One row: what is sent, and the condition of the error that is its only answer. */
type Row = readonly [attack: string, section: string, stanza: string, condition: StanzaErrorCondition, type: string];

/** The stanza is answered with this error and nothing else, and the stream goes on (RFC 6120 §8.3.1). */
async function expectRefused(client: RawClient, stanza: string, condition: StanzaErrorCondition, type: string): Promise<void> {
  const answer = parse(await answersTo(client, stanza));
  client.destroy();
  const sent = parse(stanza);
  expect(answer.name).toBe(sent.name);
  expect(answer.attrs).toMatchObject({ type: 'error', ...(sent.attrs['id'] !== undefined && { id: sent.attrs['id'] }) });
  expect(answer.attrs['from']).toBe(sent.attrs['to']);
  const error = answer.getChild('error');
  expect(answer.getChildElements()).toEqual([error]);
  expect(error?.attrs['type']).toBe(type);
  expect(error?.getChildElements()[0]?.is(condition, NS.stanzas)).toBe(true);
}

const malformedJids: readonly (readonly [string, string])[] = [
  ['an empty one', ''],
  ['no domain', 'juliet@'],
  ['nothing but a resource', '/balcony'],
  ['two @', 'juliet@capulet@localhost'],
  ['an empty localpart', '@localhost'],
  ['an empty resourcepart', 'juliet@localhost/'],
  ['a space in the localpart', 'ju liet@localhost'],
  ['a quotation mark in the localpart', 'ju&quot;liet@localhost'],
  ['a < in the localpart', '&lt;juliet>@localhost'],
  ['a domain with a space', 'local host'],
  ['a domain with an empty label', 'local..host'],
  ['a localpart too long', `${'j'.repeat(1_024)}@localhost`],
  ['a domain too long', 'l'.repeat(1_024)],
  ['a resourcepart too long', `juliet@localhost/${'b'.repeat(1_024)}`],
  ['a resourcepart too long in bytes', `juliet@localhost/${'ö'.repeat(512)}`],
  ['a control character', 'juliet@localhost/&#x7f;'],
  ['a character that is not assigned', 'ju&#x378;liet@localhost'],
];

describe.concurrent('stanza: a recipient that can\'t be', () => {
  it.each(malformedJids.flatMap(([what, to]) => [
    [`a message to ${what}`, `<message id='e1' to='${to}'><body/></message>`] as const,
    [`presence to ${what}`, `<presence id='e1' to='${to}'/>`] as const,
    [`a subscription to ${what}`, `<presence id='e1' type='subscribe' to='${to}'/>`] as const,
    [`a request to ${what}`, request(to)] as const,
  ]))('stanza: %s is jid-malformed (RFC 6120 §8.3.3.8)', async (_attack, stanza) => {
    await expectRefused(await mallory(), stanza, 'jid-malformed', 'modify');
  });

  it.each([
    ['a message', "<message id='e1' to='romeo@montague.example'><body/></message>"],
    ['a headline', "<message id='e1' type='headline' to='montague.example'><body/></message>"],
    ['presence', "<presence id='e1' to='romeo@montague.example'/>"],
    ['unavailable presence', "<presence id='e1' type='unavailable' to='romeo@montague.example/orchard'/>"],
    ['a subscription', "<presence id='e1' type='subscribe' to='romeo@montague.example'/>"],
    ['a request', request('montague.example')],
    ['a request to an address', request('[::1]')],
    ['a request to a subdomain', request('halls.localhost')],
  ])('stanza: %s for a host that can\'t be found is remote-server-not-found (RFC 6120 §8.3.3.16)', async (_attack, stanza) => {
    await expectRefused(await mallory(), stanza, 'remote-server-not-found', 'cancel');
  });
});

describe.concurrent('stanza: a request that is none', () => {
  const rows: readonly Row[] = [
    ['without an id', 'RFC 6120 §8.2.3 rule 1', `<iq type='get' to='localhost'>${ping}</iq>`, 'bad-request', 'modify'],
    ['with an empty id', 'RFC 6120 §8.1.3', `<iq type='get' id='' to='localhost'>${ping}</iq>`, 'bad-request', 'modify'],
    ['without a type', 'RFC 6120 §8.2.3 rule 2', `<iq id='e1' to='localhost'>${ping}</iq>`, 'bad-request', 'modify'],
    ['of an unknown type', 'RFC 6120 §8.2.3 rule 2', request('localhost', ping, 'steal'), 'bad-request', 'modify'],
    ['with a child without a namespace of its own', 'RFC 6120 §8.4', request('localhost', '<ping/>'), 'service-unavailable', 'cancel'],
    ['without a child', 'RFC 6120 §8.2.3 rule 5', request('localhost', ''), 'bad-request', 'modify'],
    ['with text for a child', 'RFC 6120 §8.2.3 rule 5', request('localhost', 'ping'), 'bad-request', 'modify'],
    ['with two children', 'RFC 6120 §8.2.3 rule 5', request('localhost', ping + ping), 'bad-request', 'modify'],
    ['that nobody understands', 'RFC 6120 §8.4', request('localhost', "<x xmlns='urn:x'/>"), 'service-unavailable', 'cancel'],
    ['that nobody understands, to the own account', 'RFC 6121 §8.5.2.1.3', request('mallory@localhost', "<x xmlns='urn:x'/>"), 'service-unavailable', 'cancel'],
    ['that nobody understands, to nobody', 'RFC 6120 §10.3.3', `<iq type='get' id='e1'><x xmlns='urn:x'/></iq>`, 'service-unavailable', 'cancel'],
    ['with an understood name of another namespace', 'RFC 6120 §8.4', request('localhost', "<ping xmlns='urn:x'/>"), 'service-unavailable', 'cancel'],
    ['of the wrong type for its child', 'RFC 6120 §8.4', request('localhost', ping, 'set'), 'service-unavailable', 'cancel'],
    ['to an account that is not there', 'RFC 6121 §8.5.1', request('nobody@localhost'), 'service-unavailable', 'cancel'],
    ['to a resource that is not there', 'RFC 6121 §8.5.3.2.3', request('juliet@localhost/crypt'), 'service-unavailable', 'cancel'],
    ['to a resource that shares no presence', 'RFC 6121 §8.5.3.1', request('juliet@localhost/balcony'), 'service-unavailable', 'cancel'],
  ];
  it.each(rows)('stanza: a request %s is refused (%s)', async (_attack, _section, stanza, condition, type) => {
    await expectRefused(await mallory(), stanza, condition, type);
  });

  it.each([
    ['a result that nobody asked for', "<iq type='result' id='roster-1' to='localhost'/>"],
    ['a result for the own account', "<iq type='result' id='x'><query xmlns='jabber:iq:roster'/></iq>"],
    ['an error that nobody asked for', `<iq type='error' id='server-1-1'><error type='cancel'><gone xmlns='${NS.stanzas}'/></error></iq>`],
    ['an error without an id', "<iq type='error'/>"],
    ['a result without an id', "<iq type='result'/>"],
    ['an error to nobody', `<iq type='error' id='1' to='nobody@localhost/x'/>`],
    ['an erroneous message to nobody', "<message type='error' id='1' to='nobody@localhost'/>"],
    ['an erroneous message to a malformed address', "<message type='error' id='1' to='@'/>"],
    ['an erroneous message to elsewhere', "<message type='error' id='1' to='montague.example'/>"],
    ['erroneous presence', "<presence type='error' id='1' to='montague.example'/>"],
    ['a probe of a stranger', "<presence type='probe' id='1' to='juliet@localhost/balcony'/>"],
  ])('stanza: %s is passed over (RFC 6120 §8.3.1)', async (_attack, stanza) => {
    const client = await mallory();
    const answers = await answersTo(client, stanza);
    client.destroy();
    expect(answers).not.toContain('type="error"');
    expect(answers).not.toContain('type="result"');
  });
});

describe.concurrent('stanza: prefixes', () => {
  it.each([
    ['a prefix for the payload', "<p:ping xmlns:p='urn:xmpp:ping'/>"],
    ['a prefix that usually means something else', "<stream:ping xmlns:stream='urn:xmpp:ping'/>"],
  ])('stanza: %s means what it is declared to mean (RFC 6120 §8.4)', async (_what, payload) => {
    const client = await mallory();
    expect(await answersTo(client, request('localhost', payload))).toMatch(/^<iq [^>]*type="result"[^>]*\/>$/);
    client.destroy();
  });
});

describe.concurrent('stanza: presence', () => {
  const rows: readonly Row[] = [
    ...['128', '-129', '1000', '1.5', '1e2', '0x10', 'high', '', '--1', '9'.repeat(400)].map((priority): Row =>
      [`of priority ${priority.slice(0, 9) || 'nothing'}`, 'RFC 6121 §4.7.2.3', `<presence id='e1'><priority>${priority}</priority></presence>`, 'bad-request', 'modify']),
    ['of an unknown type', 'RFC 6121 §4.7.1', "<presence id='e1' type='here'/>", 'bad-request', 'modify'],
    ['of an empty type', 'RFC 6121 §4.7.1', "<presence id='e1' type=''/>", 'bad-request', 'modify'],
    ['of an unknown type, to somebody', 'RFC 6121 §4.7.1', "<presence id='e1' type='available' to='juliet@localhost'/>", 'bad-request', 'modify'],
    ['that subscribes to nobody', 'RFC 6121 §3.1.1', "<presence id='e1' type='subscribe'/>", 'bad-request', 'modify'],
    ['that subscribes to an account that is not there', 'RFC 6121 §3.1.2', "<presence id='e1' type='subscribe' to='nobody@localhost'/>", 'item-not-found', 'cancel'],
  ];
  it.each(rows)('presence: presence %s is refused (%s)', async (_attack, _section, stanza, condition, type) => {
    await expectRefused(await mallory(), stanza, condition, type);
  });
});

describe.concurrent('stanza: what ends the stream', () => {
  it.each([
    ['another account', 'juliet@localhost'],
    ['another account\'s resource', 'juliet@localhost/balcony'],
    ['another resource of the account', 'mallory@localhost/elsewhere'],
    ['the server', 'localhost'],
    ['another server', 'mallory@montague.example'],
    ['nobody', ''],
    ['an address that is none', '@@'],
    ['somebody who looks alike', 'm&#x430;llory@localhost'],
  ])('stanza: one from %s (RFC 6120 §4.9.3.9)', async (_attack, from) => {
    const client = await mallory();
    await expectExpelled(client.send(`<message from='${from}' to='juliet@localhost/balcony' type='chat'><body>Ay me</body></message>`), 'invalid-from');
  });

  it('stanza: one from the own account, bare, is in order, and gets the full JID (RFC 6120 §8.1.2.1)', async () => {
    const client = await bound(await siege.tcp(), 'mallory', 'own');
    client.send("<message from='MALLORY@localhost' to='mallory@localhost/own' type='chat'><body>me</body></message>");
    expect(await client.hears('</message>')).toContain('from="mallory@localhost/own"');
    client.destroy();
  });

  it('stanza: one of servers (RFC 6120 §4.8.3)', async () => {
    await expectExpelled((await mallory()).send(`<message xmlns='${NS.server}' from='mallory@localhost' to='juliet@localhost/balcony' type='chat'><body>hark</body></message>`), 'invalid-namespace');
  });

  it.each([
    ['an unknown element', "<x xmlns='urn:x'/>"],
    ['an unknown element of the content namespace', '<whisper/>'],
    ['an element of another namespace, for somebody else', "<x xmlns='urn:x' to='juliet@localhost/balcony'/>"],
    ['a stanza of another namespace, for somebody else', "<message xmlns='urn:x' to='juliet@localhost/balcony' type='chat'><body>hark</body></message>"],
    ['a stanza of no namespace', "<message xmlns='' to='juliet@localhost/balcony'><body/></message>"],
    ['SASL', `<auth xmlns='${NS.sasl}' mechanism='PLAIN'>AG1hbGxvcnkAc2VjcmV0</auth>`],
    ['stream features', '<stream:features/>'],
    ['a stanza in other letters', "<Message to='juliet@localhost/balcony'><body/></Message>"],
  ])('stanza: %s (RFC 6120 §4.9.3.24)', async (_attack, data) => {
    await expectExpelled((await mallory()).send(data), 'unsupported-stanza-type');
  });
});
