/** What is read can be longer when it is written: namespaces are declared again and again, characters
 *  become references. By how much is bounded. @module */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamReader } from '../../../src/core/xml/reader.ts';
import { serialize } from '../../../src/core/xml/writer.ts';
import { content, header } from './streams.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The first-level elements as they would be written, and the fault that ended the stream, if one did. */
function read(text: string, maxStanzaBytes: number): { readonly written: string[]; readonly fault: string | undefined } {
  const reader = new StreamReader({ maxStanzaBytes: 1_000, maxDepth: 64, maxAttributes: 64 });
  reader.push(bytesOf(header));
  reader.limits = { ...reader.limits, maxStanzaBytes };
  const events = reader.push(bytesOf(text));
  const fault = events.find((event) => event.type === 'error');
  return { written: events.flatMap((event) => (event.type === 'element' ? [serialize(event.element)] : [])), fault: fault?.condition };
}

/** The name of a namespace that is costly to write. */
const quotes = (length: number): string => '"'.repeat(length);
const uri = fc.oneof(fc.integer({ min: 1, max: 150 }).map(quotes), fc.constantFrom('u', 'é&amp;&lt;>'.repeat(8), '日本'.repeat(20)));
const declarations = fc.record({ '': uri, p: uri, q: uri }, { requiredKeys: [] });
const attributes = fc.subarray([' a=\'"""""""""\'', " p:b='>>>>>>'", " q:c='&#9;'", " xml:lang='&#xA;'"]);
const text = fc.constantFrom('', '<![CDATA[&&&&&&&&&&&&]]>', '<![CDATA[<<<<<<]]>', '>>>>>>>>', '&#13;', '日本', '"');

/** An element that grows. */
const growing = fc.letrec<{ element: string }>((tie) => ({
  element: fc.tuple(fc.constantFrom('a', 'p:a', 'q:a', 'stream:a'), declarations, attributes,
    fc.oneof({ depthSize: 'medium' },
      fc.array(fc.oneof(text, fc.constantFrom('<p:a/>', '<q:a/>', "<a p:b=''/>", '<a/>')), { maxLength: 4 }).chain((leaves) => fc.nat(20).map((times) => leaves.join('').repeat(times))),
      fc.array(tie('element'), { maxLength: 4 }).map((children) => children.join(''))))
    .map(([name, declared, attrs, children]) => {
      const written = Object.entries(declared).map(([prefix, value]) => ` xmlns${prefix === '' ? '' : `:${prefix}`}='${value}'`);
      return `<${name}${written.join('')}${attrs.join('')}>${children}</${name}>`;
    }),
})).element.map((element) => `<m xmlns:p='urn:p' xmlns:q='urn:q'>${element}</m>`);

describe('growth', () => {
  it('growth: what the reader lets through is written in twelve times its limit at most (RFC 6120 §13.12)', () => {
    const seen = { through: 0, refused: 0, grown: 0 };
    fc.assert(fc.property(growing, fc.integer({ min: 200, max: 2_000 }), (stanza, maxStanzaBytes) => {
      const { written, fault } = read(stanza, maxStanzaBytes);
      if (fault !== undefined) {
        expect(fault).toBe('policy-violation');
        seen.refused += 1;
      }
      for (const xml of written) {
        const { length } = bytesOf(xml);
        expect(length).toBeLessThanOrEqual(12 * maxStanzaBytes);
        seen.through += 1;
        if (length > maxStanzaBytes) seen.grown += 1;
      }
    }), { numRuns: 2_000 });
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
  });

  it('growth: no smaller bound would do', () => {
    const stanza = `<m xmlns:p='${quotes(1_000)}' a='${quotes(8_850)}'>${'<p:a/>'.repeat(9)}</m>`;
    const [xml = ''] = read(stanza, 10_000).written;
    expect(xml.length).toBeGreaterThan(10.5 * 10_000);
  });

  it.each([
    ['elements', (name: string) => `<m xmlns:p='${name}'>${'<p:a/>'.repeat(1_000)}</m>`],
    ['attributes', (name: string) => `<m xmlns:p='${name}'>${"<a p:b=''/>".repeat(1_000)}</m>`],
    ['elements in the default namespace between others', (name: string) => `<m xmlns='${name}' xmlns:p='urn:p'><p:a>${'<a/>'.repeat(1_000)}</p:a></m>`],
    ['elements with a declaration that says less', (name: string) => `<m xmlns:p='${name}'>${"<p:a xmlns=''/>".repeat(1_000)}</m>`],
  ])('growth: a namespace that many %s share is counted for each of them (RFC 6120 §4.9.3.14)', (_, stanza) => {
    expect(read(stanza('u'.repeat(1_000)), 100_000)).toEqual({ written: [], fault: 'policy-violation' });
    expect(read(stanza('u'), 100_000).written).toHaveLength(1);
  });

  it('growth: each stanza is counted for itself', () => {
    const stanza = `<m xmlns:p='${'u'.repeat(500)}'>${'<p:a/>'.repeat(15)}</m>`;
    expect(read(stanza.repeat(3), 10_000).written).toHaveLength(3);
  });

  it('growth: what is written as it would be read is never refused for its namespaces (RFC 6120 §4.8)', () => {
    let repeated = 0;
    fc.assert(fc.property(fc.oneof(growing, content), (stanzas) => {
      for (const xml of read(stanzas, 100_000).written) {
        expect(read(xml, bytesOf(xml).length)).toEqual({ written: [xml], fault: undefined });
        repeated += 1;
      }
    }), { numRuns: 1_000 });
    expect(repeated).toBeGreaterThan(300);
  });

  it('growth: the name of a namespace has 1,024 characters at most (RFC 6120 §4.9.3.14)', () => {
    for (const attribute of ['xmlns', 'xmlns:q']) {
      expect(read(`<m ${attribute}='${'u'.repeat(1_024)}'/>`, 10_000).written).toHaveLength(1);
      expect(read(`<m ${attribute}='${'u'.repeat(1_025)}'/>`, 10_000).fault).toBe('policy-violation');
    }
  });

  it('growth: 64 prefixes are in scope at most, those of the header included (RFC 6120 §4.9.3.14)', () => {
    const nested = (count: number): string => Array.from({ length: count }, (_, i) => `<a xmlns:p${i}='u'>`).join('') + '</a>'.repeat(count);
    // The header has two.
    expect(read(nested(62) + nested(62), 10_000).written).toHaveLength(2);
    expect(read(nested(63), 10_000).fault).toBe('policy-violation');
  });

  it('growth: default namespaces may be nested as deeply as elements', () => {
    const deep = `${Array.from({ length: 64 }, (_, i) => `<a xmlns='u${i}'>`).join('')}${'</a>'.repeat(64)}`;
    expect(read(deep, 10_000).written).toHaveLength(1);
  });
});
