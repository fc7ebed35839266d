/** Arbitrary streams, sound and unsound, and what a reader makes of them as plain data. @module */
import fc from 'fast-check';
import type { Element } from 'ltx';
import type { ReaderEvent } from '../../../src/core/xml/reader.ts';

/** A stream header of a client, with a prefix too many. */
export const header = "<?xml version='1.0'?><stream:stream to='example.com' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' xmlns:p='urn:head'>";

const text = fc.constantFrom('', ' ', 'hello', 'x > y', 'Grüße', '日本', '😀', '&lt;', '&amp;', '&#x1F600;', '&#10;', '\r\n', '\r', '\n', '\t',
  '<![CDATA[]]>', '<![CDATA[a < b]] > & ]]>', ']]', ']', '"', "'", '\u200d');
const value = fc.constantFrom('', '1', 'a b', 'é', '😀', '&quot;', '&#9;', '\t', '\r\n', '>', ']]>', '/>', '/', '=', 'jabber:client');
const attribute = fc.tuple(fc.constantFrom(' a', ' b-c', '\n d.e', ' xml:lang', ' p:a', ' é', '  _'), fc.constantFrom('=', ' = '), value, fc.constantFrom('"', "'"))
  .map(([name, sign, content, quote]) => `${name}${sign}${quote}${content}${quote}`);
const declarations = fc.constantFrom('', " xmlns='urn:x'", " xmlns:p='urn:p'", " xmlns:p='urn:x' xmlns='urn:p'", " xmlns=''");
const name = fc.constantFrom('a', 'message', 'p:x', 'stream:x', 'éa', 'x-1.2', '𐐀');

/** An element, written in one of many ways. */
const element = fc.letrec<{ element: string }>((tie) => ({
  element: fc.tuple(name, declarations, fc.uniqueArray(attribute, { maxLength: 3, selector: (written) => written.split('=')[0]?.trim() }),
    fc.array(fc.oneof({ depthSize: 'small', withCrossShrink: true }, text, tie('element')), { maxLength: 4 }), fc.constantFrom('', ' ', '\n'))
    .map(([tag, declared, attributes, children, space]) => {
      const start = `<${tag}${declared}${attributes.join('')}${space}`;
      return children.length === 0 ? `${start}/>` : `${start}>${children.join('')}</${tag}${space}>`;
    }),
})).element;

/** What does not belong into a stream, or not there. */
const noise = fc.constantFrom('<', '>', '/', '&', ';', '&foo;', '&#0;', '&#xD800;', ']]>', '<!--', '-->', '<?xml version="1.0"?>', '<?pi?>', '<!DOCTYPE a>',
  '<![CDATA[', '"', "'", '=', ' ', '\u0000', '\ufffe', '\ufeff', '</stream:stream>', '</a>', '<a>', '<1', "<p:1 xmlns:p='u'/>", 'a:b:c', '<q:a/>', ' xmlns:p=""');

/** The text of a stream after its header: elements, white space between them, and at times noise anywhere. */
export const content: fc.Arbitrary<string> = fc.tuple(
  fc.array(fc.oneof({ arbitrary: element, weight: 4 }, { arbitrary: fc.constantFrom(' ', '\n', '\r\n\t'), weight: 1 }), { maxLength: 4 }),
  fc.array(fc.tuple(fc.nat(), noise, fc.nat(3)), { maxLength: 2, size: 'small' }),
).map(([parts, disturbances]) => disturbances.reduce((stream, [place, thing, removed]) => {
  const at = place % (stream.length + 1);
  return stream.slice(0, at) + thing + stream.slice(at + removed);
}, parts.join('')).toWellFormed());

/** The bytes of a whole stream; some of them may be no UTF-8. */
export const streamBytes: fc.Arbitrary<Uint8Array> = fc.tuple(
  fc.constantFrom('', ' \r\n', header, header, header, header, header, header.replace('<?xml', '\ufeff<?xml'), header.replace("'1.0'", "'1.0' encoding='UTF-16'"), header.slice(21)),
  content, fc.constantFrom('', '</stream:stream>', '</stream:stream>\n<a/>'),
  fc.oneof({ arbitrary: fc.constant(null), weight: 4 }, { arbitrary: fc.tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 4 }), fc.nat(2)), weight: 1 }),
).map(([begin, middle, end, damage]) => {
  const bytes = new TextEncoder().encode(begin + middle + end);
  if (damage === null) return bytes;
  const [place, wrong, removed] = damage;
  const at = place % (bytes.length + 1);
  return Uint8Array.from([...bytes.slice(0, at), ...wrong, ...bytes.slice(at + removed)]);
});

interface Tree { readonly name: string; readonly attrs: (readonly [string, string])[]; readonly children: (Tree | string)[] }

function treeOf(element: Element): Tree {
  return { name: element.name, attrs: Object.entries(element.attrs), children: element.children.map((child) => (typeof child === 'string' ? child : treeOf(child))) };
}

/** An event without what only objects have. */
export const dataOf = (event: ReaderEvent): unknown => (event.type === 'element' ? treeOf(event.element) : event);
