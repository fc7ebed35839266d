/** What comes in place of a stream header, and headers that can't be served. Spec: RFC 6120 §4.7, §4.8, §4.9.1.2.
 *  Not here: `<open/>` (websocket.test.ts). @module */
import { describe, expect, it } from 'vitest';
import type { StreamErrorCondition } from '../../machines/vocabulary.ts';
import { NS } from '../../src/core/namespaces.ts';
import { authenticated, bind, closingTag, header, opened, plain } from './dialogue.ts';
import { besiege, expectExpelled } from './siege.ts';
import type { Way } from './siege.ts';

const siege = besiege();

type Row = readonly [attack: string, section: string, data: string | Uint8Array];

const laughs = `<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY lol 'lol'>${Array.from({ length: 9 }, (_, n) => `<!ENTITY lol${n + 1} '${`&lol${n || ''};`.repeat(10)}'>`).join('')}]>`
  + `<stream:stream to='&lol9;' xmlns='${NS.client}' xmlns:stream='${NS.streams}' version='1.0'>`;
const undeclared = (xml: string): string => xml.replace("<?xml version='1.0'?>", '');
const declared = (declaration: string): string => declaration + undeclared(header());

const rows: readonly (readonly [StreamErrorCondition, readonly Row[]])[] = [
  ['invalid-namespace', [
    ['another stream namespace', 'RFC 6120 §4.9.3.10', header({ 'xmlns:stream': 'http://wrong.namespace.example.org/' })],
    ['the content namespace of servers', 'RFC 6120 §4.8.2', header({ xmlns: NS.server })],
    ['an unknown content namespace', 'RFC 6120 §4.9.3.10', header({ xmlns: 'urn:x' })],
    ['a stanza in place of the header', 'RFC 6120 §4.9.3.10', `<message xmlns='${NS.client}' to='juliet@localhost'>`],
    ['the opening of a stream over WebSocket', 'RFC 6120 §4.9.3.10', `<open xmlns='${NS.framing}' to='localhost' version='1.0'/>`],
  ]],
  ['host-unknown', [
    ['a domain that is not served', 'RFC 6120 §4.9.3.6', header({ to: 'capulet.example' })],
    ['no domain', 'RFC 6120 §4.7.2', header({ to: undefined })],
    ['an empty domain', 'RFC 6120 §4.9.3.6', header({ to: '' })],
    ['a malformed domain', 'RFC 6120 §4.9.3.6', header({ to: '@/' })],
    ['an account in place of a domain', 'RFC 6120 §4.7.2', header({ to: 'juliet@localhost' })],
    ['an endless domain', 'RFC 6120 §4.9.3.6', header({ to: 'a.'.repeat(4_000) })],
  ]],
  ['unsupported-version', [
    ['no version', 'RFC 6120 §4.7.5', header({ version: undefined })],
    ['a version before 1.0', 'RFC 6120 §4.9.3.25', header({ version: '0.9' })],
    ['a minor number that makes up for no major one', 'RFC 6120 §4.7.5', header({ version: '0.10' })],
    ['a version that is no number', 'RFC 6120 §4.9.3.25', header({ version: 'one' })],
    ['an empty version', 'RFC 6120 §4.9.3.25', header({ version: '' })],
  ]],
  ['not-well-formed', [
    ['text', 'RFC 6120 §4.9.3.13', 'Hello?'],
    ['a request of HTTP', 'RFC 6120 §4.9.3.13', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['NUL', 'RFC 6120 §4.9.3.13', '\0'],
    ['a closing tag', 'RFC 6120 §4.9.3.13', closingTag],
    ['a header without the declaration of its prefix', 'RFC 6120 §4.9.3.13', header({ 'xmlns:stream': undefined })],
    ['a header whose attribute stands twice', 'RFC 6120 §4.9.3.13', header({ "to='localhost' to": 'localhost' })],
    ['a CDATA section', 'RFC 6120 §4.9.3.13', '<![CDATA[x]]>'],
    ['another version of XML', 'RFC 6120 §4.9.3.13', declared("<?xml version='2.0'?>")],
    ['an XML declaration without a version', 'RFC 6120 §4.9.3.13', declared("<?xml encoding='UTF-8'?>")],
    ['two XML declarations', 'RFC 6120 §4.9.3.13', `<?xml version='1.0'?>${header()}`],
  ]],
  ['unsupported-encoding', [
    ['another encoding, declared', 'RFC 6120 §4.9.3.22', declared("<?xml version='1.0' encoding='ISO-8859-1'?>")],
    ['UTF-16, declared', 'RFC 6120 §11.6', declared("<?xml version='1.0' encoding='UTF-16'?>")],
    ['UTF-16 with a byte order mark', 'RFC 6120 §11.6', Buffer.from(`\ufeff${header()}`, 'utf16le')],
    ['a header that is no UTF-8', 'RFC 6120 §11.6', Buffer.from(header({ to: 'liberté' }), 'latin1')],
  ]],
  ['restricted-xml', [
    ['a million laughs', 'RFC 6120 §11.1', laughs],
    ['a document type from elsewhere', 'RFC 6120 §11.1', "<!DOCTYPE stream SYSTEM 'http://127.0.0.1:1/evil.dtd'>"],
    ['a comment', 'RFC 6120 §11.1', `<!-- -->${header()}`],
    ['a processing instruction', 'RFC 6120 §11.1', `<?xml-stylesheet href='x'?>${header()}`],
    ['an entity', 'RFC 6120 §11.1', header({ to: '&host;' })],
  ]],
  ['policy-violation', [
    ['an endless header', 'RFC 6120 §13.12', header({ to: 'a'.repeat(10_000) })],
    ['an endless name', 'RFC 6120 §13.12', `<${'a'.repeat(11_000)}`],
    ['too many attributes', 'RFC 6120 §13.12', header(Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`a${n}`, ''])))],
    ['too many namespaces', 'RFC 6120 §13.12', header(Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`xmlns:a${n}`, `urn:${n}`])))],
  ]],
];

describe.concurrent.each<Way>(['TCP', 'STARTTLS', 'direct TLS'])('header: over %s', (way) => {
  it.each(rows.flatMap(([condition, some]) => some.map((row) => [...row, condition] as const)))('header: %s is answered with a header and an error (%s, RFC 6120 §4.9.1.2)', async (_attack, _section, data, condition) => {
    const client = (await siege.connect(way)).send(data);
    await expectExpelled(client, condition);
    expect(client.heard).toMatch(/^<\?xml version='1.0'\?><stream:stream [^>]*from='localhost'[^>]*><stream:error>/);
  });
});

describe.concurrent('header: what is served all the same', () => {
  it.each([
    ['no XML declaration', 'RFC 6120 §11.5', declared('')],
    ['a declared encoding', 'RFC 6120 §11.6', declared("<?xml version='1.0' encoding='utf-8'?>")],
    ['white space before it', 'RFC 6120 §11.7', `\n\n${declared('')}`],
    ['no default namespace', 'RFC 6120 §4.8.2', header({ xmlns: undefined })],
    ['the stream namespace as the default one', 'RFC 6120 §4.8.2', `<stream xmlns='${NS.streams}' to='localhost' version='1.0'>`],
    ['another prefix', 'RFC 6120 §4.8.5', `<s:stream xmlns='${NS.client}' xmlns:s='${NS.streams}' to='localhost' version='1.0'>`],
    ['a higher version', 'RFC 6120 §4.7.5', header({ version: '1.13' })],
    ['a major number of two digits', 'RFC 6120 §4.7.5', header({ version: '10.0' })],
    ['leading zeros', 'RFC 6120 §4.7.5', header({ version: '01.00' })],
    ['an id, which is the server\'s to give', 'RFC 6120 §4.7.3', header({ id: 'theirs' })],
    ['a domain in other letters', 'RFC 7622 §3.2', header({ to: 'LOCALHOST' })],
    ['attributes that nobody knows', 'RFC 6120 §4.7', header({ 'xmlns:a': 'urn:a', 'a:b': 'c', 'd': 'e' })],
  ])('header: %s (%s)', async (_peculiarity, _section, data) => {
    const client = await siege.tcp();
    await client.send(data).hears('</stream:features>');
    expect(client.heard).toContain(" version='1.0'");
    expect(client.heard).not.toContain("id='theirs'");
    client.destroy();
  });
});

describe.concurrent('header: a second one', () => {
  it('header: one inside an open stream is no first-level element there is (RFC 6120 §4.9.3.24)', async () => {
    const client = await opened(await siege.tcp());
    await expectExpelled(client.send(undeclared(header()) + closingTag), 'unsupported-stanza-type');
  });

  it('header: a stream that is over in one tag is closed without an error (RFC 6120 §4.4)', async () => {
    const client = await siege.tcp();
    client.send(header().replace(/>$/, '/>'));
    await client.ended;
    expect(client.farewell()).toEqual({ errors: [], closed: true });
  });

  it('header: after SASL it can be at fault like the first (RFC 6120 §6.4.6)', async () => {
    const client = await opened(await siege.tcp());
    await client.send(plain('mallory')).hears('<success');
    await expectExpelled(client.send(header({ xmlns: NS.server })), 'invalid-namespace');
  });

  it('header: after SASL it can\'t be from somebody else (RFC 6120 §4.9.3.9)', async () => {
    const client = await opened(await siege.tcp());
    await client.send(plain('mallory')).hears('<success');
    await expectExpelled(client.send(header({ from: 'juliet@localhost' })), 'invalid-from');
  });

  it('header: the answer has an id and a language, and is to whoever said who it is, and to nobody else (RFC 6120 §4.7.2, §4.7.4)', async () => {
    const named = /<stream:stream(?=[^>]* id='[^']+)(?=[^>]* xml:lang='[^']+)/.source;
    const toJuliet = new RegExp(`${named}[^>]* to='juliet@localhost'`);
    for (const [from, pattern] of [['juliet@localhost', toJuliet], ['Juliet@localhost/balcony', toJuliet], [undefined, new RegExp(`${named}(?![^>]* to=)`)]] as const) {
      const client = await siege.tcp();
      await client.send(header({ from })).hears('</stream:features>');
      expect(client.heard).toMatch(pattern);
    }
  });

  it('header: before SASL a from gives no rights (RFC 6120 §4.7.1)', async () => {
    const client = await siege.tcp();
    await client.send(header({ from: 'juliet@localhost' })).hears('</stream:features>');
    await expectExpelled(client.send(bind()), 'not-authorized');
  });

  it('header: what came with SASL, before its success, is not the new stream\'s header (RFC 6120 §6.4.6)', async () => {
    const client = await opened(await siege.tcp());
    await client.send(plain('mallory') + undeclared(header({ to: 'capulet.example' }))).hears('<success');
    await client.send(header()).hears('</stream:features>');
    expect(client.farewell().errors).toEqual([]);
    client.destroy();
  });

  it('header: over a bound stream it changes nothing about who it is (RFC 6120 §4.9.3.24)', async () => {
    const client = await authenticated(await siege.tcp(), 'mallory');
    await client.send(bind('twice')).hears('mallory@localhost/twice');
    await expectExpelled(client.send(`<stream:stream from='juliet@localhost' to='localhost' version='1.0'/>`), 'unsupported-stanza-type');
  });
});
