/** Splits a server's byte stream into first-level elements by counting tags, without building a tree:
 *  the generator must be cheaper than any server it drives (RFC 6120 §4). Used for log-in and set-up;
 *  while measuring, sequence.ts looks at the raw bytes instead. It trusts the server to send
 *  well-formed XML without comments or CDATA, which RFC 6120 §11.1 promises for the former. @module */

/** What a framer tells of. */
export interface FramerListener {
  /** One complete first-level element, as text. */
  element(xml: string): void;
  /** The closing tag of the stream (RFC 6120 §4.4). */
  end(): void;
}

/** Cuts one stream into first-level elements. */
export class Framer {
  readonly #listener: FramerListener;
  #text = '';
  /** Where the next tag is looked for. */
  #position = 0;
  #depth = 0;
  /** Where the current first-level element began. */
  #start = 0;
  /** Counts streams, so that a listener may restart this one while it is told of an element. */
  #stream = 0;

  constructor(listener: FramerListener) {
    this.#listener = listener;
  }

  /** Forgets everything: a new stream begins (RFC 6120 §4.3.3). */
  restart(): void {
    this.#text = '';
    this.#position = 0;
    this.#depth = 0;
    this.#start = 0;
    this.#stream++;
  }

  /** Takes what was received. */
  push(text: string): void {
    this.#text += text;
    const stream = this.#stream;
    for (;;) {
      const open = this.#text.indexOf('<', this.#position);
      const close = open < 0 ? -1 : tagEnd(this.#text, open);
      if (close < 0) {
        this.#position = open < 0 ? this.#text.length : open;
        break;
      }
      this.#position = close + 1;
      this.#tag(open, close);
      if (this.#stream !== stream) return;
    }
    if (this.#depth <= 1) {
      this.#text = this.#text.slice(this.#position);
      this.#position = 0;
    }
  }

  #tag(open: number, close: number): void {
    const first = this.#text[open + 1];
    if (first === '?') return;
    if (first === '/') {
      this.#depth--;
      if (this.#depth === 0) this.#listener.end();
      else if (this.#depth === 1) this.#emit(close);
      return;
    }
    if (this.#depth === 1) this.#start = open;
    if (this.#text[close - 1] !== '/') this.#depth++;
    else if (this.#depth === 1) this.#emit(close);
  }

  #emit(close: number): void {
    this.#listener.element(this.#text.slice(this.#start, close + 1));
  }
}

/** Where the tag that begins at `from` ends; `>` is legal inside a quoted value. */
function tagEnd(text: string, from: number): number {
  let quote = '';
  for (let i = from + 1; i < text.length; i++) {
    const character = text.charAt(i);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return i;
  }
  return -1;
}
