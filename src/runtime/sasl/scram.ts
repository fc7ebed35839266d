/** SCRAM, with and without channel binding: client and server prove to each other that they know the
 *  password, and neither sends it. Spec: RFC 5802, RFC 7677; RFC 9266 and RFC 5929 for the bindings.
 *  Not here: the grammar (message.ts), the keys (credentials.ts, verifier.ts). @module */
import { timingSafeEqual } from 'node:crypto';
import type { BareJid } from '../../../machines/vocabulary.ts';
import type { SaslChannel } from '../authenticator.ts';
import { encodeBase64 } from './base64.ts';
import { hashOf } from './credentials.ts';
import type { ScramFamily } from './credentials.ts';
import { clientFirst, failure } from './exchange.ts';
import type { Failure, Step, Turn } from './exchange.ts';
import { H, HMAC } from './hash.ts';
import { accountOf, mayActAs } from './identity.ts';
import { readClientFinal, readClientFirst } from './message.ts';
import type { ClientFirst } from './message.ts';
import type { FindVerifier, Verifier } from './verifier.ts';

/** What a SCRAM exchange is given. */
export interface ScramSetting {
  readonly family: ScramFamily;
  /** The client chose the -PLUS variant. */
  readonly plus: boolean;
  /** The client was offered a -PLUS variant. */
  readonly plusOffered: boolean;
  readonly channel: SaslChannel;
  readonly findVerifier: FindVerifier;
  /** Makes the server's part of the nonce: unpredictable, printable, no comma. */
  readonly nonce: () => string;
}

/** What the first half of an exchange hands to the second. */
interface Challenged {
  readonly family: ScramFamily;
  readonly account: BareJid;
  readonly verifier: Verifier;
  readonly nonce: string;
  /** What `c` must be (RFC 5802 §6). */
  readonly channelBinding: string;
  /** client-first-message-bare and server-first-message, the beginning of AuthMessage. */
  readonly authMessage: string;
}

/** Begins a SCRAM exchange.
 *  @spec RFC 5802 §5 */
export function scram(setting: ScramSetting): Step {
  return clientFirst(async (message) => {
    const first = readClientFirst(message);
    if (first === undefined) return failure('malformed-request');
    const refusal = refuseBinding(first, setting);
    if (refusal !== undefined) return refusal;
    const { family, channel, findVerifier } = setting;
    const account = accountOf(first.username, channel.domain);
    if (account === undefined) return failure('not-authorized');
    if (!mayActAs(account, first.authzid)) return failure('invalid-authzid');
    const verifier = await findVerifier(account, family);
    const nonce = first.nonce + setting.nonce();
    const challenge = `r=${nonce},s=${verifier.keys.salt},i=${verifier.keys.iterations}`;
    return {
      type: 'challenge',
      message: challenge,
      next: conclude({
        family, account, verifier, nonce,
        channelBinding: channelBindingOf(first, channel),
        authMessage: `${first.bare},${challenge}`,
      }),
    };
  });
}

/** Why the client's stand on channel binding can't be accepted. The flag `y` says that no -PLUS variant was
 *  offered; when one was, somebody in between has taken it out of the offer.
 *  @spec RFC 5802 §6 */
function refuseBinding(first: ClientFirst, { plus, plusOffered, channel }: ScramSetting): Failure | undefined {
  if (first.flag === 'y' && plusOffered) return failure('not-authorized', 'server-does-support-channel-binding');
  if (plus !== (first.flag === 'p')) return failure('malformed-request');
  if (first.binding !== undefined && !channel.bindings.has(first.binding)) {
    return failure('not-authorized', 'unsupported-channel-binding-type');
  }
  return undefined;
}

/** The value that `c` must have: base64 of the gs2-header and the binding data (RFC 5802 §5.1). */
function channelBindingOf(first: ClientFirst, channel: SaslChannel): string {
  const data = first.binding === undefined ? undefined : channel.bindings.get(first.binding);
  return encodeBase64(Buffer.concat([Buffer.from(first.header), data ?? Buffer.alloc(0)]));
}

/** Checks the client's proof and gives the server's.
 *  @spec RFC 5802 §3 */
function conclude(challenged: Challenged): Step {
  return (message = ''): Turn => {
    const final = readClientFinal(message);
    if (final === undefined) return failure('malformed-request');
    if (final.nonce !== challenged.nonce) return failure('not-authorized');
    if (final.channelBinding !== challenged.channelBinding) {
      return failure('not-authorized', 'channel-bindings-dont-match');
    }
    const { account, family, verifier: { keys, genuine } } = challenged;
    const authMessage = `${challenged.authMessage},${final.withoutProof}`;
    const clientSignature = HMAC(hashOf[family], Buffer.from(keys.storedKey, 'base64'), authMessage);
    const clientKey = xor(clientSignature, final.proof);
    const proven = timingSafeEqual(H(hashOf[family], clientKey), Buffer.from(keys.storedKey, 'base64'));
    if (!proven || !genuine || final.proof.length !== clientSignature.length) return failure('not-authorized');
    const serverSignature = HMAC(hashOf[family], Buffer.from(keys.serverKey, 'base64'), authMessage);
    return { type: 'success', account, message: `v=${encodeBase64(serverSignature)}` };
  };
}

/** As long as the first; what the second lacks counts as zeros. */
function xor(left: Buffer, right: Buffer): Uint8Array {
  return left.map((byte, index) => byte ^ (right[index] ?? 0));
}
