/** The two string classes of the PRECIS framework: which code points a string may consist of.
 *  Spec: RFC 8264 §4, §8, §9; the exceptions and the contextual rules are those of RFC 5892.
 *  Not here: what the profiles map before they ask (precis.ts). @module */
import unicode from 'tr46/lib/regexes.js';

/** The derived property of a code point (RFC 8264 §8); `freeform` is "ID_DIS or FREE_PVAL". */
type Derived = 'valid' | 'freeform' | 'contextual' | 'disallowed';

const exceptionallyValid = /[\u00df\u03c2\u06fd\u06fe\u0f0b\u3007]/;
const exceptionallyDisallowed = /[\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b]/;
const contextual = /[\u00b7\u0375\u05f3\u05f4\u30fb\u0660-\u0669\u06f0-\u06f9\u200c\u200d]/;
const oldHangulJamo = /[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7c6\ud7cb-\ud7fb]/;
const nowhere = /[\p{Cn}\p{Cc}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;
const letterDigit = /[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]/u;
const otherClasses = /[\p{Lt}\p{Nl}\p{No}\p{Me}\p{Zs}\p{S}\p{P}]/u;

/** The order of the tests is the order of RFC 8264 §8, which is part of the algorithm. */
function derivedProperty(char: string): Derived {
  if (char >= '!' && char <= '~') return 'valid';
  if (exceptionallyValid.test(char)) return 'valid';
  if (exceptionallyDisallowed.test(char)) return 'disallowed';
  if (contextual.test(char)) return 'contextual';
  if (oldHangulJamo.test(char) || nowhere.test(char)) return 'disallowed';
  if (char.normalize('NFKC') !== char) return 'freeform';
  if (letterDigit.test(char)) return 'valid';
  return otherClasses.test(char) ? 'freeform' : 'disallowed';
}

/** Whether the contextual rule of `chars[index]` is satisfied (RFC 5892 §A.1-A.6). */
function inContext(chars: readonly string[], index: number): boolean {
  const before = chars[index - 1] ?? '';
  const after = chars[index + 1] ?? '';
  switch (chars[index]) {
    case '\u200c': return unicode.combiningClassVirama.test(before) || joinsAround(chars, index);
    case '\u200d': return unicode.combiningClassVirama.test(before);
    case '\u00b7': return before === 'l' && after === 'l';
    case '\u0375': return /\p{Script=Greek}/u.test(after);
    case '\u05f3': case '\u05f4': return /\p{Script=Hebrew}/u.test(before);
    default: return true;
  }
}

/** RFC 5892 §A.1, second rule. The expression of tr46 has the joiner itself in it, so that it is
 *  shown one joiner only: the text between the neighbouring ones. */
function joinsAround(chars: readonly string[], index: number): boolean {
  const start = index === 0 ? 0 : chars.lastIndexOf('\u200c', index - 1) + 1;
  const next = chars.indexOf('\u200c', index + 1);
  return unicode.validZWNJ.test(chars.slice(start, next < 0 ? chars.length : next).join(''));
}

/** The contextual rules that are about the whole string (RFC 5892 §A.7-A.9): a katakana middle dot needs
 *  a letter of Japanese, and the two kinds of Arabic digits do not mix. */
function isConsistent(text: string): boolean {
  if (text.includes('\u30fb') && !/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(text)) return false;
  return !(/[\u0660-\u0669]/.test(text) && /[\u06f0-\u06f9]/.test(text));
}

function consistsOf(text: string, freeform: boolean): boolean {
  const chars = [...text];
  return isConsistent(text) && chars.every((char, index) => {
    const derived = derivedProperty(char);
    return derived === 'valid' || (derived === 'freeform' && freeform)
      || (derived === 'contextual' && inContext(chars, index));
  });
}

/** Whether the string conforms to the IdentifierClass (RFC 8264 §4.2). */
export const isIdentifier = (text: string): boolean => consistsOf(text, false);

/** Whether the string conforms to the FreeformClass (RFC 8264 §4.3). */
export const isFreeform = (text: string): boolean => consistsOf(text, true);

/** Whether the string satisfies the Bidi Rule, or has no right-to-left code point at all
 *  (RFC 5893 §2, RFC 8264 §5.2.5). */
export function satisfiesBidiRule(text: string): boolean {
  if (!unicode.bidiDomain.test(text)) return true;
  const first = String.fromCodePoint(text.codePointAt(0) ?? 0);
  if (unicode.bidiS1RTL.test(first)) {
    return unicode.bidiS2.test(text) && unicode.bidiS3.test(text)
      && !(unicode.bidiS4EN.test(text) && unicode.bidiS4AN.test(text));
  }
  return unicode.bidiS1LTR.test(first) && unicode.bidiS5.test(text) && unicode.bidiS6.test(text);
}
