/** What the reader makes of a stream: events, normal form, faults, limits. @module */
import { describe, expect, it } from 'vitest';
import { Element } from 'ltx';
import type { ReaderEvent, ReaderLimits } from '../../../src/core/xml/reader.ts';
import { StreamReader } from '../../../src/core/xml/reader.ts';

const limits: ReaderLimits = { maxStanzaBytes: 1_000, maxDepth: 5, maxAttributes: 8 };
const header = "<stream:stream to='example.com' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const told = (event: ReaderEvent): string => {
  if (event.type === 'element') return event.element.toString();
  return event.type === 'error' ? event.condition : event.type;
};

/** What follows the header, in words. */
function read(text: string, reader = new StreamReader(limits)): string[] {
  reader.push(bytes(header));
  return reader.push(bytes(text)).map(told);
}

describe('header', () => {
  it.each([
    ['its attributes are told (RFC 6120 §4.7)',
      "<?xml version='1.0'?><stream:stream from='juliet@example.com' to='example.com' version='1.0' xml:lang='en' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
      { wellNamed: true, xmlns: 'jabber:client', from: 'juliet@example.com', to: 'example.com', version: '1.0', lang: 'en' }],
    ['what is absent is left out', header.replace(/ (to|version)='[^']*'/g, ''), { wellNamed: true, xmlns: 'jabber:client' }],
    ['another namespace is not well named (RFC 6120 §4.8.1)', "<stream:stream xmlns='jabber:client' xmlns:stream='urn:other'>", { wellNamed: false, xmlns: 'jabber:client' }],
    ['another name is not well named (RFC 6120 §4.8.1)', "<x:flow xmlns:x='http://etherx.jabber.org/streams'>", { wellNamed: false, xmlns: 'jabber:client' }],
    ['the stream namespace can be the default one (RFC 6120 §4.8.2)', "<stream to='example.com' xmlns='http://etherx.jabber.org/streams'>", { wellNamed: true, xmlns: 'jabber:client', to: 'example.com' }],
    ['the content namespace need not be declared (RFC 6120 §4.8.2)', "<stream:stream xmlns:stream='http://etherx.jabber.org/streams'>", { wellNamed: true, xmlns: 'jabber:client' }],
    ['the content namespace of servers is told (RFC 6120 §4.8.3)', "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'>", { wellNamed: true, xmlns: 'jabber:server' }],
    ['any prefix will do for the stream namespace (RFC 6120 §4.8.5)', "<s:stream xmlns='jabber:client' xmlns:s='http://etherx.jabber.org/streams'>", { wellNamed: true, xmlns: 'jabber:client' }],
  ])('header: %s', (_, text, expected) => {
    expect(new StreamReader(limits).push(bytes(text))).toEqual([{ type: 'header', header: expected }]);
  });

  it.each([
    ['an XML declaration of UTF-8', "<?xml version='1.0' encoding='utf-8' standalone=\"no\" ?>\n"],
    ['white space before the XML declaration, which a peer may have sent to end the stream before', " \r\n<?xml version='1.0'?>"],
    ['no XML declaration (RFC 6120 §11.5)', ''],
  ])('header: %s may precede it', (_, before) => {
    expect(new StreamReader(limits).push(bytes(before + header)).map(told)).toEqual(['header']);
  });

  it.each([
    ['text', 'hello', 'not-well-formed'],
    ['a byte order mark, which is no such thing here (RFC 6120 §11.6)', `\ufeff${header}`, 'not-well-formed'],
    ['a stray end tag', '</stream:stream>', 'not-well-formed'],
    ['an undeclared prefix', "<stream:stream xmlns='jabber:client'>", 'not-well-formed'],
    ['another encoding (RFC 6120 §11.6)', "<?xml version='1.0' encoding='UTF-16'?>", 'unsupported-encoding'],
    ['a character that XML has not', '\u{0}', 'not-well-formed'],
    ['a bad XML declaration', "<?xml encoding='UTF-8'?>", 'not-well-formed'],
    ['a second XML declaration', "<?xml version='1.0'?><?xml version='1.0'?>", 'not-well-formed'],
    ['a document type (RFC 6120 §11.1)', '<!DOCTYPE stream', 'restricted-xml'],
    ['a processing instruction (RFC 6120 §11.1)', '<?xml-stylesheet href="x"?>', 'restricted-xml'],
    ['a CDATA section', '<![CDATA[x]]>', 'not-well-formed'],
  ])('header: %s instead of it is a fault', (_, text, condition) => {
    expect(new StreamReader(limits).push(bytes(text)).map(told)).toEqual([condition]);
  });
});

describe('normal form', () => {
  it.each([
    ['the content namespace goes without saying', "<message to='a'><body>hi</body></message>", '<message to="a"><body>hi</body></message>'],
    ['declaring it again changes nothing', "<message xmlns='jabber:client'><body xmlns='jabber:client'/></message>", '<message><body/></message>'],
    ['another namespace is declared where it begins', "<iq><query xmlns='jabber:iq:roster'><item/></query></iq>", '<iq><query xmlns="jabber:iq:roster"><item/></query></iq>'],
    ['a first-level element declares its own', "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", '<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>'],
    ['a prefix of the header becomes a declaration', '<stream:error><x/></stream:error>', '<error xmlns="http://etherx.jabber.org/streams"><x xmlns="jabber:client"/></error>'],
    ['a prefix of an element becomes a declaration', "<iq><a:x xmlns:a='urn:a'><a:y/><z/></a:x></iq>", '<iq><x xmlns="urn:a"><y/><z xmlns="jabber:client"/></x></iq>'],
    ['a prefix that nothing uses is dropped', "<iq xmlns:a='urn:a'><x/></iq>", '<iq><x/></iq>'],
    ['a prefixed attribute brings its declaration', "<iq xmlns:a='urn:a'><x a:b='1' xml:lang='en'/></iq>", '<iq><x xmlns:a="urn:a" a:b="1" xml:lang="en"/></iq>'],
    ['adjacent text is one string', '<a>1&lt;<![CDATA[<&>]]]]><![CDATA[>]]>&#x32;</a>', '<a>1&lt;&lt;&amp;&gt;]]&gt;2</a>'],
    ['line ends are normalised (XML §2.11)', '<a>1\r\n2\r3&#13;</a>', '<a>1\n2\n3\r</a>'],
    ['white space in attributes is normalised (XML §3.3.3)', "<a b='1\r\n2\t3&#xA;'/>", '<a b="1 2 3\n"/>'],
    ['no namespace is one, too', "<iq><x xmlns=''/></iq>", '<iq><x xmlns=""/></iq>'],
  ])('normal form: %s (RFC 6120 §4.8, §11.2)', (_, text, expected) => {
    expect(read(text)).toEqual([expected]);
  });

  it('normal form: adjacent text is one child', () => {
    const reader = new StreamReader(limits);
    const [, event] = reader.push(bytes(`${header}<a>1<![CDATA[2]]>&amp;<![CDATA[]]>3</a>`));
    expect(event?.type === 'element' && event.element.children).toEqual(['12&3']);
  });

  it('normal form: an attribute can have the name of something that objects inherit', () => {
    const reader = new StreamReader(limits);
    const [, event] = reader.push(bytes(`${header}<a __proto__='1' constructor='2'/>`));
    const element = event?.type === 'element' ? event.element : new Element('none');
    expect(Object.entries(element.attrs)).toEqual([['__proto__', '1'], ['constructor', '2']]);
    expect(element.attrs['toString']).toBeUndefined();
    expect(({} as Record<string, unknown>)['1']).toBeUndefined();
  });
});

describe('prefix-free canonicalization', () => {
  it.each([
    ['a stanza says its namespace', "<message xmlns='jabber:client'><body>hi</body><x xmlns='urn:x'/></message>", ['<message><body>hi</body><x xmlns="urn:x"/></message>']],
    ['another element of the stream says its own', "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", ['<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>']],
    ['what says none has the one of the stream, and is no stanza', '<message/><error/>', ['<message xmlns="http://etherx.jabber.org/streams"/>', '<error xmlns="http://etherx.jabber.org/streams"/>']],
    ['the content namespace has no prefix here either', "<c:message xmlns:c='jabber:client'/>", ['bad-namespace-prefix']],
    ['the end tag is written as the header was', '</stream>', ['end']],
  ])('prefix-free: %s (RFC 6120 §4.8.2, §4.8.5)', (_, text, expected) => {
    const reader = new StreamReader(limits);
    expect(reader.push(bytes(`<stream xmlns='http://etherx.jabber.org/streams'>${text}`)).map(told)).toEqual(['header', ...expected]);
  });

  it('prefix-free: without any default namespace an element that says none is no stanza (RFC 6120 §4.8.2)', () => {
    const reader = new StreamReader(limits);
    const stream = "<s:stream xmlns:s='http://etherx.jabber.org/streams'><iq xmlns='jabber:client'/><iq/>";
    expect(reader.push(bytes(stream)).map(told)).toEqual(['header', '<iq/>', '<iq xmlns=""/>']);
  });
});

describe('stream', () => {
  it('stream: white space between elements is no event (RFC 6120 §11.7)', () => {
    expect(read(' \n<a/>\t\r\n <b/> ')).toEqual(['<a/>', '<b/>']);
  });

  it('stream: the closing tag ends it, and nothing comes after it (RFC 6120 §4.4)', () => {
    const reader = new StreamReader(limits);
    expect(read('<a/></stream:stream><b/>', reader)).toEqual(['<a/>', 'end']);
    expect(reader.push(bytes('<c/>'))).toEqual([]);
  });

  it('stream: nothing comes after a fault', () => {
    const reader = new StreamReader(limits);
    expect(read('<a/><!--<b/>', reader)).toEqual(['<a/>', 'restricted-xml']);
    expect(reader.push(bytes('--><c/>'))).toEqual([]);
  });

  it('stream: a restart forgets all that came before (RFC 6120 §6.4.6)', () => {
    const reader = new StreamReader(limits);
    expect(read('<a><b x="', reader)).toEqual([]);
    reader.restart();
    expect(read('<c/>', reader)).toEqual(['<c/>']);
  });

  it('stream: what the header has declared ends with its stream (RFC 6120 §4.8.5)', () => {
    const reader = new StreamReader(limits);
    reader.push(bytes(header.replace('>', " xmlns:p='urn:p'>")));
    expect(reader.push(bytes('<p:a/>')).map(told)).toEqual(['<a xmlns="urn:p"/>']);
    reader.restart();
    expect(read('<p:a/>', reader)).toEqual(['not-well-formed']);
  });

  it.each([
    ['text between elements', '<a/>hello', 'bad-format'],
    ['a CDATA section between elements', '<a/><![CDATA[ ]]>', 'bad-format'],
    ['a reference between elements', '<a/>&#32;', 'bad-format'],
  ])('stream: %s cannot be processed (RFC 6120 §4.9.3.1)', (_, text, condition) => {
    expect(read(text)).toEqual(['<a/>', condition]);
  });

  it.each([
    ['a comment', '<a><!--'], ['a processing instruction', '<a><?php'], ['a document type', '<!DOCTYPE'],
    ['an entity of its own', '<a>&foo;</a>'], ['an entity in an attribute', "<a b='&foo;'/>"],
  ])('stream: %s is restricted (RFC 6120 §11.1)', (_, text) => {
    expect(read(text)).toEqual(['restricted-xml']);
  });

  it.each([
    ['a wrong end tag', '<a></b>'], ['an end tag of something longer', '<a></ab>'], ['an end tag too many', '<a></a ></a>', '<a/>'],
    ['a bare ampersand', '<a>Q & A</a>'], ['an unfinished reference', '<a>&amp</a>'], ['an empty reference', '<a>&;</a>'],
    ['a reference to no character', '<a>&#0;</a>'], ['a reference to a surrogate', '<a>&#xD800;</a>'],
    ['a reference beyond Unicode', '<a>&#x110000;</a>'], ['a bad number', '<a>&#x;</a>'], ['a capital X', '<a>&#X41;</a>'],
    ['`]]>` in text', '<a>]]></a>'], ['a control character', '<a>\u0001</a>'], ['U+FFFF', '<a>\uffff</a>'],
    ['`<` in an attribute', "<a b='<'/>"], ['`<` in a tag', '<a <b/>'], ['a value without quotes', '<a b=c/>'],
    ['an attribute without value', '<a b/>'], ['no space between attributes', "<a b='1'c='2'/>"],
    ['an attribute twice', "<a b='1' b='2'/>"], ['an attribute twice by its namespace', "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>"],
    ['a space before a name', '< a/>'], ['no name', '<>'], ['a digit for a name', '<1/>'], ['a slash inside a tag', '<a / b="1">'],
    ['an undeclared prefix (RFC 6120 §4.9.3.13)', '<p:a/>'], ['an undeclared prefix of an attribute', "<a p:b='1'/>"],
    ['two colons', "<a xmlns:p='u'><p:b:c/></a>"], ['nothing before the colon', '<:a/>'], ['nothing after the colon', "<p: xmlns:p='u'/>"],
    ['a digit after the colon', "<p:1 xmlns:p='u'/>"], ['a prefix taken back', "<a xmlns:p=''/>"],
    ['the prefix xmlns declared', "<a xmlns:xmlns='u'/>"], ['the prefix xml bound to another name', "<a xmlns:xml='u'/>"],
    ['the name of xml bound to another prefix', "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>"],
    ['a declaration late', "<a/><?xml version='1.0'?>", '<a/>'], ['a CDATA section with a control character', '<a><![CDATA[\u0001]]></a>'],
  ])('stream: %s is not well-formed (RFC 6120 §11.3)', (_, text, before?: string) => {
    expect(read(text)).toEqual([...(before === undefined ? [] : [before]), 'not-well-formed']);
  });

  it('stream: the content namespaces have no prefix (RFC 6120 §4.8.5)', () => {
    expect(read("<foo:message xmlns:foo='jabber:client'/>")).toEqual(['bad-namespace-prefix']);
  });

  it('stream: what is no UTF-8 has the wrong encoding, and what precedes it counts (RFC 6120 §4.9.3.22)', () => {
    const reader = new StreamReader(limits);
    reader.push(bytes(header));
    expect(reader.push(Uint8Array.from([...bytes('<a/>'), 0xc3, 0x28])).map(told)).toEqual(['<a/>', 'unsupported-encoding']);
  });
});

describe('limits', () => {
  const fits = `<a>${'x'.repeat(993)}</a>`;

  it('limits: an element of the greatest size is read, one more byte is too many (RFC 6120 §4.9.3.14)', () => {
    expect(read(fits + fits)).toHaveLength(2);
    expect(read(fits.replace('x', 'xx'))).toEqual(['policy-violation']);
    expect(read(fits.replace('x', 'é'))).toEqual(['policy-violation']);
    expect(read(fits.replace('xx', 'é'))).toHaveLength(1);
  });

  it.each([
    ['tag name', '<'], ['attribute name', '<a '], ['attribute value', "<a b='"], ['end tag', '<a></a'], ['text', '<a>'],
    ['reference', '<a>&'], ['CDATA section', '<a><![CDATA['],
  ])('limits: a %s without end is stopped', (_, begin) => {
    const reader = new StreamReader(limits);
    const events = [...read(begin, reader)];
    for (let i = 0; i < 300; i += 1) events.push(...reader.push(bytes('xxxxx')).map(told));
    expect(events).toEqual(['policy-violation']);
  });

  it('limits: a header without end is stopped', () => {
    expect(new StreamReader(limits).push(bytes(`<stream:stream to='${'x'.repeat(2_000)}`)).map(told)).toEqual(['policy-violation']);
  });

  it('limits: white space between elements does not count (RFC 6120 §4.6.1)', () => {
    const reader = new StreamReader(limits);
    expect(read(' '.repeat(5_000) + fits + '\n'.repeat(5_000) + fits, reader)).toHaveLength(2);
  });

  it('limits: levels are counted from the first-level element', () => {
    expect(read('<a><a><a><a><a/></a></a></a></a>')).toHaveLength(1);
    expect(read('<a><a><a><a><a><a>')).toEqual(['policy-violation']);
  });

  it('limits: attributes are counted with the declarations', () => {
    const attributes = (count: number): string => Array.from({ length: count }, (_, i) => ` a${i}=''`).join('');
    expect(read(`<a${attributes(8)}/>`)).toHaveLength(1);
    expect(read(`<a xmlns='u'${attributes(8)}/>`)).toEqual(['policy-violation']);
  });

  it('limits: new ones hold from the next byte on (RFC 6120 §13.12)', () => {
    const reader = new StreamReader(limits);
    expect(read(fits.slice(0, 900), reader)).toEqual([]);
    reader.limits = { ...limits, maxStanzaBytes: 2_000 };
    expect(reader.push(bytes(`${'x'.repeat(500)}</a>`)).map(told)).toHaveLength(1);
  });
});
