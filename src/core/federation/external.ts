/** The domain that SASL EXTERNAL names: base64 of its UTF-8. Spec: RFC 6120 §6.3.8, §6.4.2, XEP-0178 §3. Not here: whether a
 *  certificate vouches for it (certificate.ts). @module */
import { parseJid } from '../jid.ts';

/** A domain as `<auth/>` carries it. */
export function encodeDomain(domain: string): string {
  const bytes = new TextEncoder().encode(domain);
  return btoa(String.fromCharCode(...bytes));
}

/** The domain that `<auth/>` names; undefined where it names none, empty where it is none: a server is a domain and nothing
 *  more (RFC 6120 §6.3.8). */
export function decodeDomain(data: string): string | undefined {
  if (data === '' || data === '=') return undefined;
  try {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    const jid = parseJid(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return jid === undefined || jid.local !== undefined || jid.resource !== undefined ? '' : jid.domain;
  } catch {
    return '';
  }
}
