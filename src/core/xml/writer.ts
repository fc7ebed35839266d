/** Writes elements as they go over a stream: what is read again is what was written. Spec: RFC 6120
 *  §11.1, §11.3; XML 1.0 §2.4, §2.11, §3.3.3. Not here: what the content namespace is (the framing). @module */
import type { Element } from 'ltx';

/** Stands for what is no character of XML. */
const replacement = '\ufffd';

/** What needs a reference: markup, `>` because of `]]>`, and the white space that a reader changes. */
const textReferences = references({ '\t': '\t', '\n': '\n' });
const attributeReferences = references({ '\t': '&#x9;', '\n': '&#xA;', '"': '&quot;' });

/** By code unit up to `>`; undefined for what is written as it is. */
function references(special: Readonly<Record<string, string>>): readonly (string | undefined)[] {
  const always: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' };
  return Array.from({ length: 0x3f }, (_, code) => {
    const char = String.fromCharCode(code);
    const reference = special[char] ?? always[char] ?? (code < 0x20 ? replacement : char);
    return reference === char ? undefined : reference;
  });
}

/** The code units that might need a reference. Most text has none, and is looked at no further. */
const suspects = Uint8Array.from(attributeReferences, (reference) => (reference === undefined ? 0 : 1));

function escape(text: string, table: readonly (string | undefined)[]): string {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x3f ? suspects[code] === 1 : code > 0xfffd) return withReferences(text, i, table);
  }
  return text;
}

function withReferences(text: string, from: number, table: readonly (string | undefined)[]): string {
  let escaped = '';
  let done = 0;
  for (let i = from; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    const reference = code < 0x3f ? table[code] : code > 0xfffd ? replacement : undefined;
    if (reference === undefined) continue;
    escaped += text.slice(done, i) + reference;
    done = i + 1;
  }
  return escaped + text.slice(done);
}

/** All attributes but one, each with the space before it. */
function attributesOf(element: Element, except: string): string {
  const { attrs } = element;
  let xml = '';
  for (const name in attrs) {
    const value = attrs[name];
    // ltx leaves out what has no value, and so do those who build on it.
    if (value !== undefined && value !== null && name !== except) xml += ` ${name}="${escape(value, attributeReferences)}"`;
  }
  return xml;
}

/** What follows the attributes, up to and including the end tag. */
function restOf(element: Element): string {
  const { children, name } = element;
  if (children.length === 0) return '/>';
  let xml = '>';
  for (const child of children) xml += typeof child === 'string' ? escape(child, textReferences) : serialize(child);
  return `${xml}</${name}>`;
}

/** Writes an element and all that is in it (RFC 6120 §11).
 *  @param element named and declared as it is to be written
 *  @example
 *  serialize(new Element('body').t('Romeo & Juliet')); // '<body>Romeo &amp; Juliet</body>' */
export function serialize(element: Element): string {
  return `<${element.name}${attributesOf(element, '')}${restOf(element)}`;
}

/** Writes an element once for many receivers (RFC 6121 §4.2.2). The answer writes it for one of them;
 *  a `to` of the element itself is left out.
 *  @param element a stanza, which may change or be forgotten afterwards
 *  @example
 *  const presence = fanOut(new Element('presence', { from: 'juliet@example.com/balcony' }));
 *  presence('romeo@example.net') // '<presence to="romeo@example.net" from="juliet@example.com/balcony"/>' */
export function fanOut(element: Element): (to: string) => string {
  const head = `<${element.name} to="`;
  const tail = `"${attributesOf(element, 'to')}${restOf(element)}`;
  return (to) => head + escape(to, attributeReferences) + tail;
}
