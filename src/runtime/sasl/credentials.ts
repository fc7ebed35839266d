/** Makes of a password what is kept of it. Spec: RFC 5802 §3, RFC 7677 §3.
 *  Not here: looking credentials up (verifier.ts), preparing a password (password.ts). @module */
import { randomBytes } from 'node:crypto';
import type { Credentials, ScramKeys } from '../../core/store.ts';
import { encodeBase64 } from './base64.ts';
import { H, HMAC, Hi } from './hash.ts';
import type { HashName } from './hash.ts';
import { preparePassword } from './password.ts';

/** The mechanisms for which keys are kept; a mechanism and its -PLUS variant share them. */
export type ScramFamily = keyof Credentials;

/** The hash function of each mechanism. */
export const hashOf: Readonly<Record<ScramFamily, HashName>> = { 'SCRAM-SHA-1': 'sha1', 'SCRAM-SHA-256': 'sha256' };

/** The iteration count of new credentials: more than twice the least of RFC 7677 §3. Whoever cracks a stolen
 *  store pays it for each guess, but so does each client that logs in, small devices included (§4). */
export const usualIterations = 10_000;

/** The bytes of a salt. */
export const saltLength = 16;

/** Derives the keys that SCRAM needs from a prepared password and a salt.
 *  @spec RFC 5802 §3 */
export async function scramKeys(
  family: ScramFamily, password: string, salt: Uint8Array, iterations: number,
): Promise<ScramKeys> {
  const name = hashOf[family];
  const saltedPassword = await Hi(name, password, salt, iterations);
  return {
    salt: encodeBase64(salt),
    iterations,
    storedKey: encodeBase64(H(name, HMAC(name, saltedPassword, 'Client Key'))),
    serverKey: encodeBase64(HMAC(name, saltedPassword, 'Server Key')),
  };
}

/** Derives what is kept of a password, with a fresh salt for each mechanism. The work is done in the
 *  thread pool.
 *  @param password The password as it was typed.
 *  @param iterations How often it is hashed; at least 4096 (RFC 7677 §3).
 *  @param entropy Makes unpredictable bytes, for the salt; the system's own source unless given.
 *  @throws RangeError when the password is empty, too long or has forbidden characters, or the count is
 *  too low; its message can be shown to the user.
 *  @spec RFC 5802 §3
 *  @example
 *  const credentials = await deriveCredentials('r0m30myr0m30', 4_096);
 *  Object.keys(credentials); // ['SCRAM-SHA-1', 'SCRAM-SHA-256'] */
export async function deriveCredentials(password: string, iterations = usualIterations, entropy: (bytes: number) => Uint8Array = randomBytes): Promise<Credentials> {
  if (!Number.isSafeInteger(iterations) || iterations < 4096) {
    throw new RangeError('The iteration count of SCRAM is a whole number of at least 4096.');
  }
  const prepared = preparePassword(password);
  if (!prepared.ok) throw new RangeError(prepared.reason);
  const keys = (family: ScramFamily): Promise<ScramKeys> =>
    scramKeys(family, prepared.password, entropy(saltLength), iterations);
  const [sha1, sha256] = await Promise.all([keys('SCRAM-SHA-1'), keys('SCRAM-SHA-256')]);
  return { 'SCRAM-SHA-1': sha1, 'SCRAM-SHA-256': sha256 };
}
