/** Reads one XML stream as it arrives, in whatever pieces, and tells of its header, of each complete
 *  first-level element, and of its end. Spec: RFC 6120 §4, §11. The same bytes give the same events,
 *  however they are cut, and no more of them is kept than the limits allow. Not here: what a token
 *  is (tokens.ts), what a tag says (tag.ts), what a prefix means (tree.ts). @module */
import type { Element } from 'ltx';
import type { StreamErrorCondition } from '../../../machines/vocabulary.ts';
import type { StreamHeader } from '../input.ts';
import { dataOf, isSpace, malformed, sectionOf, StreamFault } from './characters.ts';
import { readStartTag } from './tag.ts';
import { TokenReader } from './tokens.ts';
import { appendText, openChild, openRoot } from './tree.ts';
import type { OpenElement } from './tree.ts';
import { byteLength, decodeUtf8, noBytes } from './utf8.ts';

/** What a stream says, in its order. */
export type ReaderEvent =
  | { readonly type: 'header'; readonly header: StreamHeader }
  | { readonly type: 'element'; readonly element: Element }
  | { readonly type: 'end' }
  | { readonly type: 'error'; readonly condition: StreamErrorCondition; readonly text?: string };

/** What one peer may make us keep and build. */
export interface ReaderLimits {
  /** Bytes of one first-level element, or of the header and its XML declaration; also the characters of
   *  all namespace declarations that the element has when no name has a prefix. Such an element is
   *  written in at most twelve times as many bytes. */
  readonly maxStanzaBytes: number;
  /** Levels of elements; a first-level element is the first. */
  readonly maxDepth: number;
  /** Attributes of one tag, namespace declarations included. */
  readonly maxAttributes: number;
}

const space = '[ \\t\\r\\n]';
const is = `${space}*=${space}*`;
/** XML §2.8. The third group is the encoding. */
const declaration = new RegExp(
  `^<\\?xml${space}+version${is}(["'])1\\.[0-9]+\\1`
  + `(?:${space}+encoding${is}(["'])([A-Za-z][A-Za-z0-9._-]*)\\2)?`
  + `(?:${space}+standalone${is}(["'])(?:yes|no)\\4)?${space}*\\?>$`,
);

/** A push reader of one XML stream. After an `error` or `end` event nothing more comes out of it.
 *  @example
 *  const reader = new StreamReader({ maxStanzaBytes: 10_000, maxDepth: 30, maxAttributes: 40 });
 *  const push = (text: string) => reader.push(new TextEncoder().encode(text)).map(({ type }) => type);
 *  push('<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" to="capulet.lit" version="1.0">'); // ['header']
 *  push('<message><body>Wherefore art'); // []
 *  push(' thou?</body></message><presence/>'); // ['element', 'element']
 *  push('</stream:stream>'); // ['end'] */
export class StreamReader extends TokenReader {
  /** Can be replaced at any time, such as when the peer has authenticated (RFC 6120 §13.12). */
  limits: ReaderLimits;
  #events: ReaderEvent[] | undefined = undefined;
  #closed = false;
  /** The innermost open element; undefined outside the root. */
  #open: OpenElement | undefined = undefined;
  /** How many elements are open, the root included. */
  #depth = 0;
  /** Characters of the namespace declarations so far in the first-level element that is open. */
  #declared = 0;
  /** Nothing but white space came yet, so that an XML declaration may. */
  #fresh = true;
  /** The bytes of a character that is incomplete. */
  #partial: Uint8Array = noBytes;
  /** The bytes so far of what counts against `maxStanzaBytes`. */
  #used = 0;
  /** Where in the piece at hand that begins; negative when it began before. */
  #begin = -1;

  constructor(limits: ReaderLimits) {
    super();
    this.limits = limits;
  }

  /** Takes the next bytes, and tells what they complete. What is wrong with them is an event, too.
   *  @param bytes as they came; they are not kept */
  push(bytes: Uint8Array): ReaderEvent[] {
    const events: ReaderEvent[] = [];
    this.#events = events;
    try {
      this.#read(bytes);
    } catch (fault) {
      if (!(fault instanceof StreamFault)) throw fault;
      const { condition, text } = fault;
      events.push(text === undefined ? { type: 'error', condition } : { type: 'error', condition, text });
      this.#close();
    }
    this.#events = undefined;
    return events;
  }

  /** Expects a new stream header. What is incomplete is forgotten (RFC 6120 §5.4.3.3, §6.4.6). */
  restart(): void {
    this.#close();
    this.#closed = false;
    this.#fresh = true;
  }

  #close(): void {
    this.forget();
    this.#closed = true;
    this.#open = undefined;
    this.#depth = 0;
    this.#partial = noBytes;
    this.#used = 0;
  }

  /** Cuts what arrives where the limit falls: what lies beyond it is never looked at. */
  #read(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length && !this.#closed;) {
      const room = this.limits.maxStanzaBytes - this.#used;
      if (room <= 0) throw new StreamFault('policy-violation', 'too many bytes in one element');
      const piece = from === 0 && bytes.length <= room ? bytes : bytes.subarray(from, from + room);
      from += piece.length;
      const { text, partial, valid } = decodeUtf8(this.#partial, piece);
      this.#partial = partial;
      this.#begin = -1;
      const before = this.scan(text);
      const begin = this.#begin - before;
      if (this.#closed) return;
      // RFC 6120 §4.9.3.22, §11.6.
      if (!valid) throw new StreamFault('unsupported-encoding');
      this.#used = begin < 0 ? this.#used + piece.length : byteLength(text, begin) + partial.length;
    }
  }

  protected get closed(): boolean {
    return this.#closed;
  }

  protected get inside(): boolean {
    return this.#depth > 1;
  }

  /** White space may separate first-level elements (RFC 6120 §11.7); it counts for nothing. */
  protected separator(text: string, from: number): number {
    let at = from;
    while (isSpace(text.charCodeAt(at))) at += 1;
    if (this.#depth === 1 || this.#fresh) this.#begin = at;
    if (at < text.length && text[at] !== '<') throw this.#depth === 0 ? malformed() : new StreamFault('bad-format');
    return at;
  }

  protected startTag(text: string, from: number, end: number, plain: boolean): void {
    this.#fresh = false;
    const tag = readStartTag(text, from, end, plain, this.limits.maxAttributes);
    if (this.#open === undefined) {
      const { root, header } = openRoot(tag);
      this.#open = root;
      this.#events?.push({ type: 'header', header });
    } else {
      if (this.#depth > this.limits.maxDepth) throw new StreamFault('policy-violation', 'elements nested too deeply');
      this.#open = openChild(tag, this.#open);
      this.#declared = this.#open.declared + (this.#depth === 1 ? 0 : this.#declared);
      if (this.#declared > this.limits.maxStanzaBytes) throw new StreamFault('policy-violation', 'too many namespace declarations');
    }
    this.#depth += 1;
    if (tag.empty) this.#closeElement(this.#open);
  }

  protected endTag(text: string, from: number, end: number): void {
    const open = this.#open;
    if (open === undefined || !text.startsWith(open.tagName, from + 2)) throw malformed();
    for (let at = from + 2 + open.tagName.length; at < end; at += 1) {
      if (!isSpace(text.charCodeAt(at))) throw malformed();
    }
    this.#closeElement(open);
  }

  #closeElement(open: OpenElement): void {
    this.#open = open.parent;
    this.#depth -= 1;
    if (open.element === null) {
      this.#events?.push({ type: 'end' });
      this.#close();
    } else if (this.#depth === 1) {
      this.#events?.push({ type: 'element', element: open.element });
    }
  }

  protected characterData(raw: string, plain: boolean): void {
    if (this.#open !== undefined) appendText(this.#open, plain ? raw : dataOf(raw));
  }

  protected section(raw: string): void {
    if (this.#open === undefined) throw malformed();
    if (!this.inside) throw new StreamFault('bad-format');
    appendText(this.#open, sectionOf(raw));
  }

  protected declaration(raw: string): void {
    const match = this.#fresh ? declaration.exec(raw) : null;
    if (match === null) throw malformed();
    const encoding = match[3] ?? 'UTF-8';
    if (encoding.toUpperCase() !== 'UTF-8') throw new StreamFault('unsupported-encoding');
    this.#fresh = false;
  }
}
