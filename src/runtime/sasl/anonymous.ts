/** ANONYMOUS: a temporary account for whoever asks. Spec: RFC 4505, XEP-0175 §3.
 *  Not here: what such a guest may do, which the core decides by the account. @module */
import type { SaslChannel } from '../authenticator.ts';
import { accountOf } from './identity.ts';
import { failure } from './exchange.ts';
import type { Step } from './exchange.ts';

/** The most characters of trace information (RFC 4505 §2, RFC 6120 §6.5.8). */
const longestTrace = 255;

/** Begins an ANONYMOUS exchange. An empty `<auth/>` is answered with success at once, as in the flow of
 *  XEP-0175 §4. The trace information is read as far as the grammar goes, and forgotten: nobody asked
 *  those whom it names.
 *  @param entropy Makes unpredictable bytes.
 *  @spec XEP-0175 §3 */
export function anonymous(channel: SaslChannel, entropy: (bytes: number) => Uint8Array): Step {
  return (trace = '') => {
    if ([...trace].length > longestTrace) return failure('malformed-request');
    const account = accountOf(uuid(entropy(16)), channel.domain);
    return account === undefined ? failure('temporary-auth-failure') : { type: 'success', account };
  };
}

/** A UUID of version 4, the localpart that XEP-0175 §3 recommends. */
function uuid(random: Uint8Array): string {
  const hex = Buffer.from(random).toString('hex');
  const variant = '89ab'[(random[8] ?? 0) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
