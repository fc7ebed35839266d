/** Cuts the text of a stream, which arrives in pieces, into complete tags, character data and CDATA
 *  sections. Nothing is judged before it is complete, except what can't become right any more:
 *  that is why the pieces make no difference. Spec: XML 1.0 §2.4, §2.7, §2.8, §3.1; RFC 6120 §11.1.
 *  Not here: what tags say (tag.ts), how much may be kept and what it is part of (reader.ts). @module */
import { detached } from '../detached.ts';
import { isSpace, isSpecial, malformed, StreamFault } from './characters.ts';
import { TagEnd } from './tag.ts';

/** What the kept beginning of something incomplete is. `markup` is too short to tell. */
type Incomplete = 'nothing' | 'text' | 'markup' | 'startTag' | 'endTag' | 'section' | 'declaration';

const less = 0x3c;
const greater = 0x3e;
const bracket = 0x5d;
const sectionStart = '<![CDATA[';
const declarationStart = '<?xml';

/** Used for one piece at a time, never across pieces. */
const tagEnd = new TagEnd();

/** Finds tokens in pieces of text, and hands each over when it is complete. */
export abstract class TokenReader {
  #incomplete: Incomplete = 'nothing';
  #kept = '';
  /** How much of what is kept is one string to the engine; the rest is a chain of pieces. */
  #flat = 0;
  /** In a start tag: the quotation mark that is open. In a CDATA section: the `]` at its end, at most two. */
  #mark = 0;

  /** A start tag from `<` at `from` to `>` at `end`; `plain` when no attribute has more than plain characters. */
  protected abstract startTag(text: string, from: number, end: number, plain: boolean): void;
  /** An end tag from `<` at `from` to `>` at `end`. */
  protected abstract endTag(text: string, from: number, end: number): void;
  /** Character data as it is written; `plain` when it has only plain characters. */
  protected abstract characterData(raw: string, plain: boolean): void;
  /** What a CDATA section encloses. */
  protected abstract section(raw: string): void;
  /** An XML declaration, from `<?xml` to the first `>`. */
  protected abstract declaration(raw: string): void;
  /** Called between tokens outside the first-level elements. Returns where the next markup begins. */
  protected abstract separator(text: string, from: number): number;
  /** Whether character data can stand here. */
  protected abstract get inside(): boolean;
  protected abstract get closed(): boolean;

  /** Whether something incomplete is kept. */
  protected get keeps(): boolean {
    return this.#incomplete !== 'nothing';
  }

  /** Forgets what is incomplete. */
  protected forget(): void {
    this.#keep('nothing', '');
  }

  /** Takes the next piece. Returns how many characters from before were put in front of it; the
   *  indexes that `separator` sees count them too. */
  protected scan(piece: string): number {
    if (this.#incomplete === 'markup') {
      const text = this.#kept + piece;
      this.forget();
      this.#scanFrom(text, 0);
      return text.length - piece.length;
    }
    const from = this.keeps ? this.#complete(piece) : 0;
    if (from >= 0) this.#scanFrom(piece, from);
    return 0;
  }

  #scanFrom(text: string, from: number): void {
    let at = from;
    while (!this.closed) {
      at = this.inside ? this.#text(text, at) : this.separator(text, at);
      if (at >= text.length) return;
      at = this.#markup(text, at);
      if (this.keeps) return;
    }
  }

  /** Looks for the end of what is kept. Returns the index after it, or -1 when it goes on. */
  #complete(piece: string): number {
    const end = this.#endOfKept(piece);
    if (end < 0) {
      this.#keepMore(piece);
      return -1;
    }
    const whole = this.#kept + piece.slice(0, end);
    const isText = this.#incomplete === 'text';
    this.forget();
    if (isText) this.#characters(whole, false);
    else this.#markup(whole, 0);
    return end;
  }

  #text(text: string, from: number): number {
    let plain = true;
    let at = from;
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      // Nearly all characters are beyond the few that matter.
      if (code > greater && code < 0xfffe) continue;
      if (code === less) break;
      if (code === greater || isSpecial(code)) plain = false;
    }
    if (at === from) return at;
    if (at === text.length) this.#keep('text', text.slice(from));
    else this.#characters(text.slice(from, at), plain);
    return at;
  }

  #characters(raw: string, plain: boolean): void {
    // XML §2.4: `]]>` ends a CDATA section and stands nowhere else.
    if (!plain && raw.includes(']]>')) throw malformed();
    this.characterData(raw, plain);
  }

  /** Reads the markup that begins at `from`. Returns the index after it, or the length of the text. */
  #markup(text: string, from: number): number {
    switch (text[from + 1]) {
      case undefined: return this.#keepRest('markup', text, from);
      case '/': return this.#endTag(text, from);
      case '!': return this.#section(text, from);
      case '?': return this.#declaration(text, from);
      default: return this.#startTag(text, from);
    }
  }

  #startTag(text: string, from: number): number {
    tagEnd.begin(0);
    const end = tagEnd.find(text, from + 1);
    if (end < 0) {
      this.#mark = tagEnd.quote;
      return this.#keepRest('startTag', text, from);
    }
    this.startTag(text, from, end, tagEnd.plain);
    return end + 1;
  }

  #endTag(text: string, from: number): number {
    const end = text.indexOf('>', from);
    if (end < 0) return this.#keepRest('endTag', text, from);
    this.endTag(text, from, end);
    return end + 1;
  }

  /** Of all that begins with `<!`, XMPP has the CDATA section only (RFC 6120 §11.1). */
  #section(text: string, from: number): number {
    const start = text.slice(from, from + sectionStart.length);
    if (!sectionStart.startsWith(start)) throw new StreamFault('restricted-xml');
    if (start !== sectionStart) return this.#keepRest('markup', text, from);
    const inner = from + sectionStart.length;
    this.#mark = 0;
    const end = this.#endOfSection(text, inner);
    if (end < 0) return this.#keepRest('section', text, from);
    this.section(text.slice(inner, end - 3));
    return end;
  }

  /** Of all that begins with `<?`, XMPP has the XML declaration only (RFC 6120 §11.1, §11.5). */
  #declaration(text: string, from: number): number {
    const start = text.slice(from, from + declarationStart.length);
    const next = text.charCodeAt(from + declarationStart.length);
    if (!declarationStart.startsWith(start)) throw new StreamFault('restricted-xml');
    if (Number.isNaN(next)) return this.#keepRest('markup', text, from);
    if (!isSpace(next)) throw new StreamFault('restricted-xml');
    const end = text.indexOf('>', from);
    if (end < 0) return this.#keepRest('declaration', text, from);
    this.declaration(text.slice(from, end + 1));
    return end + 1;
  }

  /** The index after the end of what is kept, or -1. */
  #endOfKept(piece: string): number {
    if (this.#incomplete === 'text') return piece.indexOf('<');
    if (this.#incomplete === 'section') return this.#endOfSection(piece, 0);
    if (this.#incomplete === 'startTag') {
      tagEnd.begin(this.#mark);
      const end = tagEnd.find(piece, 0);
      this.#mark = tagEnd.quote;
      return end < 0 ? -1 : end + 1;
    }
    return piece.indexOf('>') + 1 || -1;
  }

  #endOfSection(text: string, from: number): number {
    let brackets = this.#mark;
    for (let i = from; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code === greater && brackets === 2) return i + 1;
      brackets = code !== bracket ? 0 : brackets === 0 ? 1 : 2;
    }
    this.#mark = brackets;
    return -1;
  }

  #keepRest(what: Incomplete, text: string, from: number): number {
    this.#keep(what, text.slice(from));
    return text.length;
  }

  #keep(what: Incomplete, text: string): void {
    this.#incomplete = what;
    this.#kept = text;
    this.#flat = text.length;
  }

  /** Tiny pieces would make a chain that is many times as big as its text. Copying it whenever it has
   *  grown by an eighth costs little per character. */
  #keepMore(piece: string): void {
    this.#kept += piece;
    if (this.#kept.length - this.#flat > 1024 + this.#flat / 8) this.#keep(this.#incomplete, detached(this.#kept));
  }
}
