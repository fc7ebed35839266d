/** What is written is read again as it was. @module */
import fc from 'fast-check';
import { Element } from 'ltx';
import { expect, it } from 'vitest';
import { StreamReader } from '../../../src/core/xml/reader.ts';
import { fanOut, serialize } from '../../../src/core/xml/writer.ts';

const header = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

/** Any text that XML can carry. */
const text = fc.string({ unit: fc.oneof(fc.constantFrom('&', '<', '>', ']', '"', "'", '\t', '\n', '\r', '😀', '\ufffd'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })) })
  .map((any) => any.replace(/[^\t\n\r\x20-\ufffd]/g, ''));
const name = fc.constantFrom('a', 'body', 'x-1', 'é');

/** An element as data; adjacent strings count as one. */
interface Tree { readonly name: string; readonly attrs: Readonly<Record<string, string>>; readonly children: readonly (Tree | string)[] }

const tree = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    name,
    attrs: fc.dictionary(fc.constantFrom('a', 'b', 'xml:lang', 'to'), text, { noNullPrototype: true }),
    children: fc.array(fc.oneof({ depthSize: 'small' }, text, tie('tree')), { maxLength: 4 }),
  }),
})).tree;

function built({ name: tag, attrs, children }: Tree): Element {
  const element = new Element(tag, { ...attrs });
  for (const child of children) element.append(typeof child === 'string' ? child : built(child));
  return element;
}

function joined({ name: tag, attrs, children }: Tree): Tree {
  const together: (Tree | string)[] = [];
  for (const child of children) {
    const last = together.at(-1);
    if (typeof child !== 'string') together.push(joined(child));
    else if (typeof last === 'string') together[together.length - 1] = last + child;
    else if (child !== '') together.push(child);
  }
  return { name: tag, attrs, children: together };
}

function readAgain(xml: string): Tree[] {
  const reader = new StreamReader({ maxStanzaBytes: 1_000_000, maxDepth: 100, maxAttributes: 100 });
  return reader.push(new TextEncoder().encode(header + xml)).flatMap((event) => (event.type === 'element' ? [treeOf(event.element)] : []));
}

function treeOf(element: Element): Tree {
  return { name: element.name, attrs: { ...element.attrs }, children: element.children.map((child) => (typeof child === 'string' ? child : treeOf(child))) };
}

it('writer: what is written is read again, white space and all (XML §2.11, §3.3.3)', () => {
  fc.assert(fc.property(tree, (made) => {
    expect(readAgain(serialize(built(made)))).toEqual([joined(made)]);
  }), { numRuns: 1_000 });
});

it.each([
  ['markup in text', new Element('a').t('<&>]]>'), '<a>&lt;&amp;&gt;]]&gt;</a>'],
  ['markup in attributes', new Element('a', { b: '<&>"\'' }), '<a b="&lt;&amp;&gt;&quot;\'"/>'],
  ['white space in attributes', new Element('a', { b: '\t\r\n' }), '<a b="&#x9;&#xD;&#xA;"/>'],
  ['a carriage return in text', new Element('a').t('\r\n\t'), '<a>&#xD;\n\t</a>'],
  ['an attribute without value', new Element('a', { b: undefined, c: '' }), '<a c=""/>'],
])('writer: %s is written safely (RFC 6120 §11.3)', (_, made, xml) => {
  expect(serialize(made)).toBe(xml);
});

it('writer: what is no character of XML is replaced, never written (RFC 6120 §11.3)', () => {
  expect(serialize(new Element('a', { b: 'x\u0000' }).t('\uffff\u001by'))).toBe('<a b="x\ufffd">\ufffd\ufffdy</a>');
});

it('writer: a fan-out differs from the stanza by its address only (RFC 6121 §4.2.2)', () => {
  fc.assert(fc.property(tree, text, (made, to) => {
    expect(readAgain(fanOut(built(made))(to))).toEqual([joined({ ...made, attrs: { ...made.attrs, to } })]);
  }), { numRuns: 500 });
});
