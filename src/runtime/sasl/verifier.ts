/** What an exchange checks a client against: the keys of the account or, when there is no such account,
 *  decoys that look and cost the same, so that nobody learns which accounts exist.
 *  Spec: RFC 6120 §6.5.10, §13.8. @module */
import type { BareJid } from '../../../machines/vocabulary.ts';
import type { ScramKeys, Store } from '../../core/store.ts';
import { encodeBase64 } from './base64.ts';
import { hashOf, saltLength } from './credentials.ts';
import type { ScramFamily } from './credentials.ts';
import { HMAC } from './hash.ts';

/** Keys to check against; nobody may pass with those that are not genuine. */
export interface Verifier {
  readonly keys: ScramKeys;
  readonly genuine: boolean;
}

/** Finds the verifier of an account. Rejects when the store fails. */
export type FindVerifier = (account: BareJid, family: ScramFamily) => Promise<Verifier>;

/** Makes the look-up on a store.
 *  @param secret Unpredictable bytes, the same as long as decoys shall keep their salts.
 *  @param iterations The iteration count of the decoys: that of the accounts. */
export function verifiersOf(store: Store, secret: Uint8Array, iterations: number): FindVerifier {
  return async (account, family) => {
    // Made also for an account that exists: both cases do the same work.
    const decoy = decoyOf(account, family, secret, iterations);
    const credentials = await store.perform({ op: 'credentials.read', account });
    return credentials === null ? { keys: decoy, genuine: false } : { keys: credentials[family], genuine: true };
  };
}

/** A salt that stays the same for a name, as a genuine one does, and keys of the right length. */
function decoyOf(account: BareJid, family: ScramFamily, secret: Uint8Array, iterations: number): ScramKeys {
  const digest = HMAC(hashOf[family], secret, account);
  const key = encodeBase64(digest);
  return { salt: encodeBase64(digest.subarray(0, saltLength)), iterations, storedKey: key, serverKey: key };
}
