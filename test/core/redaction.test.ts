/** What is left out of a trace: secrets always, and what people write unless it is wanted. RFC 6120 §13.9.1,
 *  XEP-0077 §3. @module */
import fc from 'fast-check';
import { parse } from 'ltx';
import { describe, expect, test } from 'vitest';
import { redacted } from '../../src/core/redaction.ts';

const sasl = 'urn:ietf:params:xml:ns:xmpp-sasl';
const hidden = (value: unknown): unknown => redacted(value, { keepBodies: false });
const open = (value: unknown): unknown => redacted(value, { keepBodies: true });

describe('redaction: a secret is never recorded, bodies or not', () => {
  test.each([
    ['SASL auth (RFC 6120 §6.4.2)', `<auth xmlns="${sasl}" mechanism="PLAIN">SECRET</auth>`, `<auth xmlns="${sasl}" mechanism="PLAIN">redacted</auth>`],
    ['SASL auth in a child', `<auth xmlns="${sasl}" mechanism="PLAIN"><x>SECRET</x></auth>`, `<auth xmlns="${sasl}" mechanism="PLAIN"><x>redacted</x></auth>`],
    ['SASL auth in an attribute', `<auth xmlns="${sasl}" mechanism="X" hint="SECRET"/>`, `<auth xmlns="${sasl}" mechanism="X" hint="redacted"/>`],
    ['SASL response (§6.4.3)', `<response xmlns="${sasl}">SECRET</response>`, `<response xmlns="${sasl}">redacted</response>`],
    ['SASL challenge', `<challenge xmlns="${sasl}">SECRET</challenge>`, `<challenge xmlns="${sasl}">redacted</challenge>`],
    ['SASL success (§6.4.6)', `<success xmlns="${sasl}">SECRET</success>`, `<success xmlns="${sasl}">redacted</success>`],
    ['SASL2 (XEP-0388)', '<authenticate xmlns="urn:xmpp:sasl:2" mechanism="PLAIN"><initial-response>SECRET</initial-response></authenticate>', '<authenticate xmlns="urn:xmpp:sasl:2" mechanism="PLAIN"><initial-response>redacted</initial-response></authenticate>'],
    ['the log-in before SASL (XEP-0078)', '<iq id="1" type="set"><query xmlns="jabber:iq:auth"><username>u</username><digest>SECRET</digest></query></iq>', '<iq id="1" type="set"><query xmlns="jabber:iq:auth"><username>redacted</username><digest>redacted</digest></query></iq>'],
    ['a new password (XEP-0077 §3.1)', '<iq id="1" type="set"><query xmlns="jabber:iq:register"><username>juliet</username><password>SECRET</password><email>SECRET</email></query></iq>', '<iq id="1" type="set"><query xmlns="jabber:iq:register"><username>juliet</username><password>redacted</password><email>redacted</email></query></iq>'],
    ['a password in a form (XEP-0077 §4)', '<iq id="1" type="set"><query xmlns="jabber:iq:register"><x xmlns="jabber:x:data"><field var="password"><value>SECRET</value></field></x></query></iq>', '<iq id="1" type="set"><query xmlns="jabber:iq:register"><x xmlns="jabber:x:data"><field var="password"><value>redacted</value></field></x></query></iq>'],
    ['a room\'s password (XEP-0045 §7.2.5)', '<presence to="r@x/n"><x xmlns="http://jabber.org/protocol/muc"><password>SECRET</password></x></presence>', '<presence to="r@x/n"><x xmlns="http://jabber.org/protocol/muc"><password>redacted</password></x></presence>'],
    ['what a room makes of the secret of the server (XEP-0421 §4.1)', '<message><occupant-id xmlns="urn:xmpp:occupant-id:0" id="SECRET"/><stanza-id xmlns="urn:xmpp:sid:0" by="r@d.example" id="SECRET"/></message>', '<message><occupant-id xmlns="urn:xmpp:occupant-id:0" id="redacted"/><stanza-id xmlns="urn:xmpp:sid:0" by="r@d.example" id="redacted"/></message>'],
    ['a room\'s password when it is set (XEP-0045 §10.2)', '<iq id="1" type="set"><query xmlns="http://jabber.org/protocol/muc#owner"><x xmlns="jabber:x:data"><field var="muc#roomconfig_roomsecret"><value>SECRET</value></field></x></query></iq>', '<iq id="1" type="set"><query xmlns="http://jabber.org/protocol/muc#owner"><x xmlns="jabber:x:data"><field var="muc#roomconfig_roomsecret"><value>redacted</value></field></x></query></iq>'],
    ['what a component proves itself with (XEP-0114 §3)', '<handshake>SECRET</handshake>', '<handshake>redacted</handshake>'],
    ['a bookmark\'s password (XEP-0048)', '<storage xmlns="storage:bookmarks"><conference jid="r@x"><password>SECRET</password></conference></storage>', '<storage xmlns="storage:bookmarks"><conference jid="r@x"><password>redacted</password></conference></storage>'],
  ])('%s', (_what, xml, expected) => {
    expect([hidden(xml), open(xml)]).toEqual([expected, expected]);
    expect(open({ element: parse(xml) })).toEqual({ element: expected });
  });

  test.each([
    ['a SASL effect', { type: 'authenticate', stream: 'c1', mechanism: 'PLAIN', data: 'SECRET' }],
    ['a SASL input', { type: 'sasl.succeeded', stream: 'c1', account: 'juliet@localhost', data: 'SECRET' }],
    ['a password to derive from', { type: 'deriveCredentials', request: 1, password: 'SECRET' }],
    ['derived credentials', { type: 'credentials.derived', request: 1, credentials: { 'SCRAM-SHA-1': { salt: 'SECRET', iterations: 4096, storedKey: 'SECRET', serverKey: 'SECRET' } } }],
    ['a transition', { machine: 'stream', event: { type: 'auth.requested', data: 'SECRET' }, effects: [{ type: 'beginSasl', params: { mechanism: 'PLAIN', data: 'SECRET' } }] }],
    ['a component in a configuration', { domain: 'localhost', secret: 'SECRET', components: [{ domain: 'gate.localhost', secret: 'SECRET' }] }],
    ['a configuration', { domain: 'localhost', dialbackSecret: 'SECRET' }],
  ])('%s', (_what, value) => {
    expect(JSON.stringify(open(value))).not.toContain('SECRET');
    expect(JSON.stringify(open(value))).toContain('redacted');
  });
});

describe('redaction: what people write', () => {
  test.each([
    ['a message\'s texts', '<message to="a@b" id="1"><subject>Hi</subject><body>Wherefore &lt; art</body></message>', '<message to="a@b" id="1"><subject>..</subject><body>..................</body></message>'],
    ['a status, and not what the server reads (RFC 6121 §4.7.2)', '<presence><show>away</show><status>gone</status><priority>5</priority></presence>', '<presence><show>away</show><status>....</status><priority>5</priority></presence>'],
    ['a priority that is no presence\'s', '<message><priority>mine</priority></message>', '<message><priority>....</priority></message>'],
    ['a vCard', '<iq type="set" id="1"><vCard xmlns="vcard-temp"><FN>Juliet</FN></vCard></iq>', '<iq type="set" id="1"><vCard xmlns="vcard-temp"><FN>......</FN></vCard></iq>'],
    ['a document', '<notes xmlns="me:notes">x</notes>', '<notes xmlns="me:notes">.</notes>'],
  ])('%s becomes dots, and stays where bodies are wanted', (_what, xml, expected) => {
    expect(hidden(xml)).toBe(expected);
    expect(open(xml)).toBe(xml);
  });

  test.each([
    ['a roster\'s groups', '<iq type="set" id="1"><query xmlns="jabber:iq:roster"><item jid="a@b"><group>Friends</group></item></query></iq>'],
    ['a resource', '<iq type="set" id="1"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>balcony</resource></bind></iq>'],
    ['stream features', `<stream:features><mechanisms xmlns="${sasl}"><mechanism>PLAIN</mechanism></mechanisms></stream:features>`],
    ['a nick that is registered with a room (XEP-0045 §7.10)', '<iq id="1" type="set"><query xmlns="jabber:iq:register"><x xmlns="jabber:x:data" type="submit"><field var="muc#register_roomnick"><value>Montague</value></field></x></query></iq>'],
    ['a request for voice (XEP-0045 §7.13)', '<message><x xmlns="jabber:x:data" type="submit"><field var="muc#role"><value>participant</value></field></x></message>'],
    ['the end of a stream', '<stream:error><conflict xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error>'],
  ])('%s stays: the server acts on it', (_what, xml) => {
    expect(hidden(xml)).toBe(xml);
  });

  test('dots are as many as the text had characters when it was written, and what is redacted twice is as redacted once', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', '<', '&', ' ', '\r', 'é', '😀'), minLength: 1 }), fc.boolean(), (text, keepBodies) => {
      const message = parse('<message to="a@b"><body/></message>');
      message.getChild('body')?.t(text);
      const once = redacted(message, { keepBodies }) as string;
      expect(once.length).toBe((redacted(message, { keepBodies: true }) as string).length);
      expect(redacted(once, { keepBodies })).toBe(once);
    }));
  });

  test('a password that is empty or too long is refused as before (XEP-0077 §3.1.1)', () => {
    const lengthOf = (password: string): number => (hidden({ password }) as { password: string }).password.length;
    expect([0, 1, 1024, 1025].map((length) => lengthOf('x'.repeat(length)))).toEqual([0, 8, 8, 1025]);
  });

  test('what is kept of a room loses its password always, and its subject like what people write (XEP-0045 §4.2)', () => {
    const record = { options: { 'muc#roomconfig_roomsecret': ['mantua'], 'muc#roomconfig_lang': ['it'] }, subject: { texts: [{ subject: 'Balconies' }], nick: 'Juliet' } };
    expect(hidden(record)).toEqual({ options: { 'muc#roomconfig_roomsecret': ['redacted'], 'muc#roomconfig_lang': ['it'] }, subject: { texts: [{ subject: '.........' }], nick: 'Juliet' } });
    expect(redacted(record, { keepBodies: true })).toEqual({ options: { 'muc#roomconfig_roomsecret': ['redacted'], 'muc#roomconfig_lang': ['it'] }, subject: record.subject });
  });
});
