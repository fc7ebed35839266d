/** The functions that SCRAM is made of, under the names that the RFC gives them.
 *  Spec: RFC 5802 §2.2, RFC 7677 §3. @module */
import { createHmac, hash, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';

/** The hash functions of SCRAM-SHA-1 and SCRAM-SHA-256. */
export type HashName = 'sha1' | 'sha256';

const pbkdf2InThreadPool = promisify(pbkdf2);

/** The bytes that each hash function gives. */
export const hashLength = { sha1: 20, sha256: 32 } as const;

/** H(): the hash of some bytes.
 *  @spec RFC 5802 §2.2 */
export function H(name: HashName, bytes: Uint8Array): Buffer {
  return hash(name, bytes, 'buffer');
}

/** HMAC().
 *  @spec RFC 5802 §2.2 */
export function HMAC(name: HashName, key: Uint8Array, data: string): Buffer {
  return createHmac(name, key).update(data).digest();
}

/** Hi(): PBKDF2. It is the one slow function, so it runs in the thread pool, off the event loop.
 *  @spec RFC 5802 §2.2 */
export function Hi(name: HashName, password: string, salt: Uint8Array, iterations: number): Promise<Buffer> {
  return pbkdf2InThreadPool(password, salt, iterations, hashLength[name], name);
}
