/** What is no XML, or XML that no stream may have, inside an open stream. Spec: RFC 6120 §4.9.3, §11, XML 1.0.
 *  Not here: the same where the header should be (header.test.ts), too much of it (limits.test.ts). @module */
import { describe, expect, it } from 'vitest';
import type { StreamErrorCondition } from '../../machines/vocabulary.ts';
import { NS } from '../../src/core/namespaces.ts';
import { bind, bound, closingTag, header, opened, plain } from './dialogue.ts';
import { besiege, expectExpelled } from './siege.ts';
import type { Way } from './siege.ts';

const siege = besiege({ limits: { bytesPerSecondUnauthenticated: 1 << 20 } });

type Row = readonly [attack: string, section: string, data: string | Uint8Array];

const notWellFormed: readonly Row[] = [
  ['an end tag of another name', 'XML §3', '<message></presence>'],
  ['elements that overlap', 'XML §3', '<message><body><i></body></i></message>'],
  ['an end tag with attributes', 'XML §3.1', '<message></message a="b">'],
  ['an attribute without quotation marks', 'XML §3.1', '<message id=1/>'],
  ['an attribute without a value', 'XML §3.1', '<message id/>'],
  ['an attribute that stands twice', 'XML §3.1', "<message id='1' id='2'/>"],
  ['attributes without space between them', 'XML §3.1', "<message id='1'to='2'/>"],
  ['a < in an attribute', 'XML §3.1', "<message id='<'/>"],
  ['a name that begins with a digit', 'XML §2.3', '<1message/>'],
  ['a tag without a name', 'XML §3.1', '<>'],
  ['space before the name', 'XML §3.1', '< message/>'],
  ['space in the end of an empty element', 'XML §3.1', '<message/ >'],
  [']]> in character data', 'XML §2.4', '<message><body>]]></body></message>'],
  ['a lone &', 'XML §4.1', '<message><body>Montague & Capulet</body></message>'],
  ['a reference without a name', 'XML §4.1', '<message><body>&;</body></message>'],
  ['a reference to NUL', 'XML §4.1', '<message><body>&#0;</body></message>'],
  ['a reference to a surrogate', 'XML §4.1', '<message><body>&#xD800;</body></message>'],
  ['a reference beyond Unicode', 'XML §4.1', '<message><body>&#x110000;</body></message>'],
  ['NUL', 'XML §2.2', '<message><body>\0</body></message>'],
  ['NUL in a name', 'XML §2.3', '<mess\0age/>'],
  ['a control character', 'XML §2.2', '<message><body>\x0b</body></message>'],
  ['a control character in an attribute', 'XML §2.2', "<message id='\x1b'/>"],
  ['U+FFFE', 'XML §2.2', '<message><body>\ufffe</body></message>'],
  ['a prefix that nothing declares', 'RFC 6120 §4.9.3.13', '<x:message/>'],
  ['an attribute with such a prefix', 'RFC 6120 §4.9.3.13', "<message x:id='1'/>"],
  ['a name of two colons', 'Namespaces §4', "<a:b:c xmlns:a='urn:x'/>"],
  ['one attribute by two prefixes', 'Namespaces §6.3', "<message xmlns:a='urn:x' xmlns:b='urn:x' a:id='1' b:id='1'/>"],
  ['a prefix that is taken back', 'Namespaces §5', "<message xmlns:a=''/>"],
  ['another meaning for the prefix xml', 'Namespaces §3', "<message xmlns:xml='urn:x'/>"],
  ['the prefix xmlns, declared', 'Namespaces §3', "<message xmlns:xmlns='urn:x'/>"],
];

const restricted: readonly Row[] = [
  ['a comment', 'RFC 6120 §11.1', '<!-- O Romeo -->'],
  ['a comment in a stanza', 'RFC 6120 §11.1', '<message><!-- O Romeo --></message>'],
  ['a processing instruction', 'RFC 6120 §11.1', '<?php phpinfo() ?>'],
  ['a processing instruction in a stanza', 'RFC 6120 §11.1', "<message><?xml-stylesheet href='x'?></message>"],
  ['a document type', 'RFC 6120 §11.1', "<!DOCTYPE message SYSTEM 'file:///etc/passwd'>"],
  ['a document type in a stanza', 'RFC 6120 §11.1', "<message><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]></message>"],
  ['an entity declaration', 'RFC 6120 §11.1', "<!ENTITY lol 'lol'>"],
  ['an entity that nothing declares', 'RFC 6120 §11.1', '<message><body>&lol;</body></message>'],
  ['an entity in an attribute', 'RFC 6120 §11.1', "<message id='&lol;'/>"],
  ['an entity of HTML', 'RFC 6120 §11.1', '<message><body>&nbsp;</body></message>'],
];

const badFormat: readonly Row[] = [
  ['text between stanzas', 'RFC 6120 §4.9.3.1', 'O Romeo'],
  ['a reference between stanzas', 'RFC 6120 §4.9.3.1', '&lt;'],
];

const badPrefix: readonly Row[] = [
  ['the content namespace with a prefix', 'RFC 6120 §4.8.5', `<c:message xmlns:c='${NS.client}' to='juliet@localhost/balcony' type='chat'><c:body>hark</c:body></c:message>`],
  ['the content namespace with a prefix, inside a stanza', 'RFC 6120 §4.8.5', `<message to='juliet@localhost/balcony' type='chat'><c:body xmlns:c='${NS.client}'>hark</c:body></message>`],
];

/** Over WebSocket each message is a document, which may have one (RFC 7395 §3.3.3). */
const notWellFormedStream: readonly Row[] = [
  ['a second XML declaration', 'XML §2.8', "<?xml version='1.0'?><message/>"],
];

const bytes = (...inside: number[]): Uint8Array => Buffer.concat([Buffer.from('<message><body>'), Uint8Array.from(inside), Buffer.from('</body></message>')]);
/** Not over WebSocket, which itself demands UTF-8 (websocket.test.ts). */
const badEncoding: readonly Row[] = [
  ['a byte that UTF-8 has nowhere', 'RFC 6120 §11.6', bytes(0xff)],
  ['a continuation byte alone', 'RFC 6120 §11.6', bytes(0x80)],
  ['a character that is cut short', 'RFC 6120 §11.6', bytes(0xe2, 0x82)],
  ['a slash in two bytes', 'RFC 3629 §3', bytes(0xc0, 0xaf)],
  ['a surrogate', 'RFC 3629 §3', bytes(0xed, 0xa0, 0x80)],
  ['a character beyond Unicode', 'RFC 3629 §3', bytes(0xf4, 0x90, 0x80, 0x80)],
  ['Latin-1', 'RFC 6120 §11.6', Buffer.from('<message><body>liberté</body></message>', 'latin1')],
];

const inText: readonly [StreamErrorCondition, readonly Row[]][] = [['not-well-formed', notWellFormed], ['restricted-xml', restricted], ['bad-format', badFormat], ['bad-namespace-prefix', badPrefix]];
const everywhere: typeof inText = [...inText, ['not-well-formed', notWellFormedStream], ['unsupported-encoding', badEncoding]];
const rowsOf = (tables: typeof inText): (readonly [...Row, StreamErrorCondition])[] => tables.flatMap(([condition, rows]) => rows.map((row) => [...row, condition] as const));

describe.concurrent.each<Way>(['TCP', 'direct TLS'])('xml: from a stranger over %s', (way) => {
  it.each(rowsOf(everywhere))('xml: %s ends the stream (%s)', async (_attack, _section, data, condition) => {
    const client = await opened(await siege.connect(way));
    await expectExpelled(client.send(data), condition);
  });
});

describe.concurrent('xml: from a stranger over WebSocket', () => {
  it.each(rowsOf(inText))('xml: %s ends the stream (%s)', async (_attack, _section, data, condition) => {
    const client = await opened(await siege.connect('WebSocket'));
    await expectExpelled(client.send(data), condition);
  });
});

describe.concurrent('xml: from a user', () => {
  it.each(rowsOf(everywhere))('xml: %s ends the stream (%s)', async (_attack, _section, data, condition) => {
    const client = await bound(await siege.connect(), 'mallory');
    await expectExpelled(client.send(data), condition);
  });

  it('xml: what comes after the fault in the same bytes is not processed (RFC 6120 §4.9.1.1)', async () => {
    const client = await bound(await siege.connect(), 'mallory');
    client.send("<message id='a'/></x><message to='romeo@localhost/orchard' type='chat'><body>I am Juliet</body></message>");
    await expectExpelled(client, 'not-well-formed');
  });
});

describe.concurrent('xml: in pieces', () => {
  it.each<Way>(['TCP', 'direct TLS'])('xml: a stream that comes byte by byte over %s is a stream (RFC 6120 §4.2)', async (way) => {
    const client = await siege.connect(way);
    const trickle = async (text: string, answer: string): Promise<void> => {
      for (const byte of Buffer.from(text)) {
        client.send(Uint8Array.of(byte));
        await new Promise(setImmediate);
      }
      await client.hears(answer);
    };
    await trickle(header(), '</stream:features>');
    await trickle(plain('mallory'), '<success');
    await trickle(header(), '</stream:features>');
    await trickle(bind(way), '</iq>');
    await trickle(`<message to='mallory@localhost/${way}' type='chat'><body>é€😀 &amp;c.</body></message>`, '<body>é€😀 &amp;c.</body>');
    await trickle(closingTag, closingTag);
    await client.ended;
    expect(client.farewell()).toEqual({ errors: [], closed: true });
  });
});
