/** A start tag as it is written (XML 1.0 §3.1): its name and attributes, prefixes and all.
 *  Not here: what the prefixes mean (tree.ts). @module */
import { attributeOf, endOfName, isSpace, isSpecial, malformed, StreamFault } from './characters.ts';

/** What a start tag says. There is one, used again and again: it holds until the next is read. */
export interface StartTag {
  name: string;
  /** The attributes that have no prefix, `xmlns` included. */
  attrs: Record<string, string>;
  /** The namespace that is declared without a prefix, if one is. */
  xmlns: string | undefined;
  /** Names and values of the attributes that have a prefix, the declarations of prefixes included. */
  readonly prefixed: (readonly [name: string, value: string])[];
  /** `<name/>`, which no end tag follows. */
  empty: boolean;
}

/** Attributes that inherit nothing: `__proto__` or `constructor` is a name like any other. */
const Attributes = function Attributes() {} as unknown as new () => Record<string, string>;
Attributes.prototype = Object.create(null) as object;

const quotation = 0x22;
const apostrophe = 0x27;
const slash = 0x2f;
const less = 0x3c;
const equals = 0x3d;
const greater = 0x3e;

/** Looks for the end of a start tag, piece by piece. */
export class TagEnd {
  /** The quotation mark that is open where the last piece ended, or 0. */
  quote = 0;
  /** The tag so far has nothing that needs more than copying. */
  plain = true;

  /** @param quote the quotation mark that is open, or 0 */
  begin(quote: number): void {
    this.quote = quote;
    this.plain = true;
  }

  /** The index of the `>` that ends the tag, or -1 when the tag goes on after this piece.
   *  @throws StreamFault at a `<`, which no tag has (XML §3.1) */
  find(text: string, from: number): number {
    let quote = this.quote;
    for (let i = from; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      // Nearly all characters are beyond the few that matter.
      if (code > greater && code < 0xfffe) continue;
      if (code === less) throw malformed();
      if (isSpecial(code)) this.plain = false;
      if (quote !== 0) {
        if (code === quote) quote = 0;
      } else if (code === greater) {
        return i;
      } else if (code === quotation || code === apostrophe) {
        quote = code;
      }
    }
    this.quote = quote;
    return -1;
  }
}

const tag: StartTag = { name: '', attrs: new Attributes(), xmlns: undefined, prefixed: [], empty: false };

function skipSpace(text: string, from: number): number {
  let i = from;
  while (isSpace(text.charCodeAt(i))) i += 1;
  return i;
}

/** Reads the start tag that stands between `<` at `start` and `>` at `end`.
 *  @param plain whether no attribute needs more than copying
 *  @throws StreamFault when it is malformed, or has too many attributes */
export function readStartTag(text: string, start: number, end: number, plain: boolean, maxAttributes: number): StartTag {
  tag.attrs = new Attributes();
  tag.xmlns = undefined;
  if (tag.prefixed.length > 0) tag.prefixed.length = 0;
  tag.empty = text.charCodeAt(end - 1) === slash;
  const limit = tag.empty ? end - 1 : end;
  let at = endOfName(text, start + 1);
  if (at === start + 1) throw malformed();
  tag.name = text.slice(start + 1, at);
  for (let count = 1; at < limit; count += 1) {
    const name = skipSpace(text, at);
    if (name === limit) break;
    const nameEnd = endOfName(text, name);
    if (name === at || nameEnd === name) throw malformed();
    const sign = skipSpace(text, nameEnd);
    const value = skipSpace(text, sign + 1);
    const quote = text.charCodeAt(value);
    if (text.charCodeAt(sign) !== equals || (quote !== quotation && quote !== apostrophe)) throw malformed();
    const valueEnd = text.indexOf(quote === quotation ? '"' : "'", value + 1);
    const raw = text.slice(value + 1, valueEnd);
    if (count > maxAttributes) throw new StreamFault('policy-violation', 'too many attributes');
    setAttribute(text.slice(name, nameEnd), plain ? raw : attributeOf(raw));
    at = valueEnd + 1;
  }
  return tag;
}

/** No attribute can stand twice (XML §3.1). */
function setAttribute(name: string, value: string): void {
  if (name.includes(':')) {
    if (tag.prefixed.some(([other]) => other === name)) throw malformed();
    tag.prefixed.push([name, value]);
    return;
  }
  if (tag.attrs[name] !== undefined) throw malformed();
  tag.attrs[name] = value;
  if (name === 'xmlns') tag.xmlns = value;
}
