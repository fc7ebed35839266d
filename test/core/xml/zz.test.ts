/** The reader accepts the streams that saxes accepts, save what XMPP restricts, and understands them
 *  the same way. saxes is the oracle: an XML parser that was tested against the W3C's suite. @module */
import fc from 'fast-check';
import type { Element } from 'ltx';
import { SaxesParser } from 'saxes';
import { expect, it } from 'vitest';
import { StreamReader } from '../../../src/core/xml/reader.ts';
import { content, header } from './streams.ts';

interface Named { readonly name: string; readonly attrs: readonly string[]; readonly children: (Named | string)[] }

/** The first-level elements by expanded names, or a fault. */
function oracle(text: string): Named[] | 'fault' {
  const open: Named[] = [];
  const elements: Named[] = [];
  const parser = new SaxesParser({ xmlns: true });
  const append = (data: string): void => {
    const siblings = open.at(-1)?.children;
    if (siblings === undefined || data === '') return;
    const last = siblings.at(-1);
    if (typeof last === 'string') siblings[siblings.length - 1] = last + data;
    else siblings.push(data);
  };
  parser.on('text', append);
  parser.on('cdata', append);
  parser.on('opentag', (tag) => {
    const attrs = Object.values(tag.attributes).filter(({ prefix, name }) => prefix !== 'xmlns' && name !== 'xmlns')
      .map(({ uri, local, value }) => `{${uri}}${local}=${value}`).sort();
    const element: Named = { name: `{${tag.uri}}${tag.local}`, attrs, children: [] };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed !== undefined && open.length === 1) elements.push(closed);
  });
  try {
    parser.write(text).close();
    return elements;
  } catch {
    return 'fault';
  }
}

/** The same of an element in the reader's normal form. */
function named(element: Element, inherited: string): Named {
  const namespace = element.attrs['xmlns'] ?? inherited;
  const attrs = Object.entries(element.attrs).filter(([name]) => !/^xmlns(:|$)/.test(name)).map(([name, value]) => {
    const [prefix, local] = name.includes(':') ? name.split(':') : ['', name];
    const uri = prefix === '' ? '' : prefix === 'xml' ? 'http://www.w3.org/XML/1998/namespace' : element.attrs[`xmlns:${prefix}`]?.trim();
    return `{${uri}}${local}=${value}`;
  }).sort();
  const children = element.children.map((child) => (typeof child === 'string' ? child : named(child, namespace)));
  return { name: `{${namespace.trim()}}${element.name}`, attrs, children };
}

it('oracle: what is well-formed means the same, what is not is refused (RFC 6120 §11.3)', () => {
  const seen = { alike: 0, refused: 0, restricted: 0 };
  fc.assert(fc.property(content, (middle) => {
    // What follows the end is nobody's business; saxes trims the names of namespaces, which are
    // compared as they are (Namespaces in XML §2.3).
    fc.pre(!/<\/stream:stream\s*>/.test(middle) && !/xmlns[^=]*=\s*(?:"\s|'\s|"[^"]*\s"|'[^']*\s')/.test(middle));
    const text = `${header}${middle}</stream:stream>`;
    const events = new StreamReader({ maxStanzaBytes: 100_000, maxDepth: 100, maxAttributes: 100 }).push(new TextEncoder().encode(text));
    const last = events.at(-1);
    const expected = oracle(text);
    if (last?.type === 'end') {
      expect(events.flatMap((event) => (event.type === 'element' ? [named(event.element, 'jabber:client')] : []))).toEqual(expected);
      seen.alike += 1;
    } else if (last?.type === 'error' && last.condition === 'not-well-formed') {
      // saxes lets a local name begin with a digit (Namespaces in XML §4).
      if (!middle.includes('p:1')) expect(expected).toBe('fault');
      seen.refused += 1;
    } else {
      seen.restricted += 1;
    }
  }), { numRuns: 1_000_000 });
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(1);
});
