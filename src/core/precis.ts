/** The PRECIS profiles of this server: two that parts of a JID are instances of (RFC 8265), UsernameCaseMapped
 *  for the localpart, OpaqueString for the resourcepart and for passwords; and Nickname (RFC 8266), for rooms.
 *  Not here: what XMPP demands beyond them (jid.ts). @module */
import { isFreeform, isIdentifier, satisfiesBidiRule } from './precis-classes.ts';

/** RFC 8264 §7: the rules are applied until the string is stable, at most three times more. */
function untilStable(text: string, enforce: (text: string) => string | undefined): string | undefined {
  let previous = text;
  for (let turn = 0; turn < 4; turn += 1) {
    const next = enforce(previous);
    if (next === undefined || next === previous) return next;
    previous = next;
  }
  return undefined;
}

/** Code point by code point, since the mapping does not account for a final sigma (RFC 7622 §3.5). */
function lowerCase(text: string): string {
  let lower = '';
  for (const char of text) lower += char.toLowerCase();
  return lower;
}

function username(text: string): string | undefined {
  const narrow = text.replace(/[\u3000\uff01-\uffee]/g, (char) => char.normalize('NFKC'));
  if (!isIdentifier(narrow)) return undefined;
  const mapped = lowerCase(narrow).normalize('NFC');
  return satisfiesBidiRule(mapped) ? mapped : undefined;
}

function opaque(text: string): string | undefined {
  return isFreeform(text) ? text.replace(/\p{Zs}/gu, ' ').normalize('NFC') : undefined;
}

/** Enforces UsernameCaseMapped; undefined when the string cannot conform (RFC 8265 §3.3).
 *  @param text the userpart as it came
 *  @example
 *  enforceUsername('Juliet') // 'juliet' */
export function enforceUsername(text: string): string | undefined {
  return text === '' ? undefined : untilStable(text, username);
}

/** Enforces OpaqueString; undefined when the string cannot conform (RFC 8265 §4.2).
 *  @param text the password or resourcepart as it came
 *  @example
 *  enforceOpaqueString('foo\u1680bar') // 'foo bar' */
export function enforceOpaqueString(text: string): string | undefined {
  return text === '' ? undefined : untilStable(text, opaque);
}

/** The Additional Mapping Rule of RFC 8266 §2.1, then what is asked for, then Normalization Form KC. */
function nickname(text: string, mapCase: (text: string) => string): string | undefined {
  if (!isFreeform(text)) return undefined;
  const spaced = text.replace(/\p{Zs}+/gu, ' ').replace(/^ | $/g, '');
  return mapCase(spaced).normalize('NFKC');
}

/** Enforces the profile Nickname; undefined when the string cannot conform (RFC 8266 §2.3).
 *  @param text the nickname as it came
 *  @example
 *  enforceNickname(' St  Peter ') // 'St Peter' */
export function enforceNickname(text: string): string | undefined {
  return untilStable(text, (each) => nickname(each, (same) => same)) || undefined;
}

/** The form in which two nicknames are equal when they are the same by RFC 8266 §2.4; undefined when the string
 *  cannot conform. Characters of different scripts that look alike stay different.
 *  @example
 *  comparableNickname('St  Peter') === comparableNickname('st peter') // true */
export function comparableNickname(text: string): string | undefined {
  return untilStable(text, (each) => nickname(each, (cased) => cased.toLowerCase())) || undefined;
}
