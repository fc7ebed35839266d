/** Prepares a password, so that one that is typed on another keyboard is still the same. Spec: SASLprep
 *  (RFC 4013), which RFC 5802 §2.2 names Normalize(), within OpaqueString (RFC 8265 §4.2).
 *
 *  The two differ above all in the normal form: NFKC in SASLprep, NFC in OpaqueString. A SCRAM client
 *  prepares the password itself and the server never sees it, so both ends must agree; RFC 5802 and the
 *  clients that follow it say SASLprep. Hence its mappings and NFKC come first; the result is a fixed point of
 *  NFC, and OpaqueString decides which characters it may have. No rule on direction (RFC 8265 §4.2.2). @module */
import { enforceOpaqueString } from '../../core/precis.ts';

/** A password made ready for hashing, or why it can't be. */
export type PreparedPassword =
  | { readonly ok: true; readonly password: string }
  | { readonly ok: false; readonly reason: string };

/** The most bytes of UTF-8 that a password may have; RFC 4616 §2 asks for at least 255. */
const longestPassword = 1024;

/** Mapped to nothing (RFC 4013 §2.1: RFC 3454 table B.1). */
const nothing = /[\u00ad\u034f\u1806\u180b-\u180d\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]/g;

/** Prepares a password for hashing.
 *  @param password The password as it was typed, or sent with PLAIN.
 *  @returns The prepared password, or the reason for which it can't be one; the reason never repeats it.
 *  @spec RFC 4013 §2
 *  @example
 *  preparePassword('\u2168 lives'); // { ok: true, password: 'IX lives' } */
export function preparePassword(password: string): PreparedPassword {
  if (Buffer.byteLength(password) > longestPassword) {
    return { ok: false, reason: `A password has at most ${longestPassword} bytes of UTF-8.` };
  }
  const mapped = password.replace(nothing, '').normalize('NFKC');
  if (mapped === '') return { ok: false, reason: 'A password must not be empty.' };
  const prepared = enforceOpaqueString(mapped);
  return prepared === undefined
    ? { ok: false, reason: 'A password must not have control characters, or others that RFC 8265 forbids.' }
    : { ok: true, password: prepared };
}
