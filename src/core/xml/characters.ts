/** Characters, names and character data of XML 1.0 (fifth edition §2.2, §2.3, §2.11, §3.3.3, §4.1),
 *  and the fault that anything else is. Not here: what they add up to (tag.ts, tree.ts). @module */
import type { StreamErrorCondition } from '../../../machines/vocabulary.ts';

/** The peer broke a rule of the stream (RFC 6120 §4.9.3); thrown inside the reader only. */
export class StreamFault {
  readonly condition: StreamErrorCondition;
  readonly text: string | undefined;

  constructor(condition: StreamErrorCondition, text?: string) {
    this.condition = condition;
    this.text = text;
  }
}

/** The fault of data that is no XML (RFC 6120 §11.3). */
export const malformed = (): StreamFault => new StreamFault('not-well-formed');

const nameStart = 2;
const nameRest = 1;
const asciiNames = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (/[A-Za-z_:]/.test(char)) return nameStart;
  return /[-.0-9]/.test(char) ? nameRest : 0;
});

const nameStartRanges = [
  0xc0, 0xd6, 0xd8, 0xf6, 0xf8, 0x2ff, 0x370, 0x37d, 0x37f, 0x1fff, 0x200c, 0x200d, 0x2070, 0x218f,
  0x2c00, 0x2fef, 0x3001, 0xd7ff, 0xf900, 0xfdcf, 0xfdf0, 0xfffd, 0x10000, 0xeffff,
];
const nameRestRanges = [0xb7, 0xb7, 0x300, 0x36f, 0x203f, 0x2040];

function within(code: number, ranges: readonly number[]): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if (code >= (ranges[i] ?? 0) && code <= (ranges[i + 1] ?? 0)) return true;
  }
  return false;
}

/** Whether a name can begin with this code point (XML §2.3). */
export function isNameStart(code: number): boolean {
  return code < 128 ? asciiNames[code] === nameStart : within(code, nameStartRanges);
}

/** Whether a name can go on with this code point (XML §2.3). */
function isNameChar(code: number): boolean {
  return code < 128 ? asciiNames[code] !== 0 : within(code, nameStartRanges) || within(code, nameRestRanges);
}

/** Whether this code unit is white space (XML §2.3). */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** The index after the name that begins at `from`; `from` itself when none does. */
export function endOfName(text: string, from: number): number {
  if (!isNameStart(text.codePointAt(from) ?? 0)) return from;
  return endOfNameChars(text, from);
}

/** The index after the characters of a name that stand at `from`, if any. */
export function endOfNameChars(text: string, from: number): number {
  for (let i = from; ;) {
    const code = text.charCodeAt(i);
    if (code < 128 ? asciiNames[code] !== 0 : isNameChar(text.codePointAt(i) ?? 0)) i += code >= 0xd800 && code < 0xdc00 ? 2 : 1;
    else return i;
  }
}

/** Whether this code unit needs more than to be copied: a reference, a line end that is normalised,
 *  or no character of XML at all (XML §2.2). */
export function isSpecial(code: number): boolean {
  return code < 0x20 || code === 0x26 || code > 0xfffd;
}

const predefined: ReadonlyMap<string, string> = new Map([
  ['amp', '&'], ['lt', '<'], ['gt', '>'], ['quot', '"'], ['apos', "'"],
]);

/** The value of a CDATA section: line ends normalised (XML §2.11).
 *  @throws StreamFault at what is no character of XML (XML §2.2) */
export function sectionOf(raw: string): string {
  const text = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
  if (/[^\t\n\x20-\ufffd]/.test(text)) throw malformed();
  return text;
}

/** The value of character data: line ends normalised, references replaced (XML §2.11, §4.1).
 *  @throws StreamFault when the data is malformed, or refers to an entity that XMPP does not have */
export function dataOf(raw: string): string {
  const text = sectionOf(raw);
  let value = '';
  let done = 0;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', done)) {
    const end = endOfReference(text, at);
    value += text.slice(done, at) + referenceOf(text.slice(at + 1, end));
    done = end + 1;
  }
  return done === 0 ? text : value + text.slice(done);
}

/** The value of an attribute: white space as written becomes spaces as well (XML §3.3.3).
 *  @throws StreamFault like {@link dataOf} */
export function attributeOf(raw: string): string {
  return dataOf(raw.replace(/\r\n|[\t\n\r]/g, ' '));
}

/** The index of the `;` that ends the reference at `at`. */
function endOfReference(text: string, at: number): number {
  const end = endOfNameChars(text, text[at + 1] === '#' ? at + 2 : at + 1);
  if (text[end] !== ';') throw malformed();
  return end;
}

/** RFC 6120 §11.1: no entity but the five, and references to characters. */
function referenceOf(name: string): string {
  if (!name.startsWith('#')) {
    const char = predefined.get(name);
    if (char !== undefined) return char;
    throw endOfName(name, 0) === name.length && name !== '' ? new StreamFault('restricted-xml') : malformed();
  }
  if (!/^#(?:[0-9]+|x[0-9A-Fa-f]+)$/.test(name)) throw malformed();
  const code = name.startsWith('#x') ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
  const isChar = code === 0x9 || code === 0xa || code === 0xd || (code >= 0x20 && code <= 0xd7ff)
    || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
  if (!isChar) throw malformed();
  return String.fromCodePoint(code);
}
