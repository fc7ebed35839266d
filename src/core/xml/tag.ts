/** A start tag as it is written (XML 1.0 §3.1): its name and attributes, prefixes and all.
 *  Not here: what the prefixes mean (tree.ts). @module */
import { attributeOf, endOfName, isSpace, isSpecial, malformed, StreamFault } from './characters.ts';

/** What a start tag says. There is one, used again and again: its contents hold until the next is read. */
export interface StartTag {
  name: string;
  readonly attributeNames: string[];
  readonly attributeValues: string[];
  /** `<name/>`, which no end tag follows. */
  empty: boolean;
}

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

const tag: StartTag = { name: '', attributeNames: [], attributeValues: [], empty: false };

function skipSpace(text: string, from: number): number {
  let i = from;
  while (isSpace(text.charCodeAt(i))) i += 1;
  return i;
}

/** Reads the start tag that stands between `<` at `start` and `>` at `end`.
 *  @param plain whether no attribute needs more than copying
 *  @throws StreamFault when it is malformed, or has too many attributes */
export function readStartTag(text: string, start: number, end: number, plain: boolean, maxAttributes: number): StartTag {
  const { attributeNames, attributeValues } = tag;
  attributeNames.length = 0;
  attributeValues.length = 0;
  tag.empty = text.charCodeAt(end - 1) === slash;
  const limit = tag.empty ? end - 1 : end;
  let at = endOfName(text, start + 1);
  if (at === start + 1) throw malformed();
  tag.name = text.slice(start + 1, at);
  while (at < limit) {
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
    if (attributeNames.length >= maxAttributes) throw new StreamFault('policy-violation', 'too many attributes');
    attributeNames.push(text.slice(name, nameEnd));
    attributeValues.push(plain ? raw : attributeOf(raw));
    at = valueEnd + 1;
  }
  return tag;
}
