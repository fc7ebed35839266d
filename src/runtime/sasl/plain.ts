/** PLAIN: the client sends the password, the server checks it against the same keys as SCRAM. For channels
 *  that nobody overhears. Spec: RFC 4616.
 *  Nothing is cached: each log-in costs one PBKDF2, in the thread pool, when it has its turn. @module */
import { timingSafeEqual } from 'node:crypto';
import type { InTurn, SaslChannel } from '../authenticator.ts';
import { scramKeys } from './credentials.ts';
import { clientFirst, failure } from './exchange.ts';
import type { Step } from './exchange.ts';
import { accountOf, mayActAs } from './identity.ts';
import { preparePassword } from './password.ts';
import type { FindVerifier } from './verifier.ts';

/** `[authzid] NUL authcid NUL passwd` (RFC 4616 §2). */
const grammar = /^([^\0]*)\0([^\0]+)\0([^\0]+)$/;

/** The keys that the password is checked against. */
const family = 'SCRAM-SHA-256';

/** Begins a PLAIN exchange.
 *  @spec RFC 4616 §2 */
export function plain(channel: SaslChannel, findVerifier: FindVerifier, inTurn: InTurn): Step {
  return clientFirst(async (message) => {
    const [, authzid, authcid = '', passwd = ''] = grammar.exec(message) ?? [];
    if (authzid === undefined) return failure('malformed-request');
    const account = accountOf(authcid, channel.domain);
    if (account === undefined) return failure('not-authorized');
    if (!mayActAs(account, authzid === '' ? undefined : authzid)) return failure('invalid-authzid');
    const prepared = preparePassword(passwd);
    if (!prepared.ok) return failure('not-authorized');
    const { keys, genuine } = await findVerifier(account, family);
    const shown = await inTurn(() => scramKeys(family, prepared.password, Buffer.from(keys.salt, 'base64'), keys.iterations));
    if (shown === undefined) return failure('aborted');
    const proven = timingSafeEqual(Buffer.from(shown.storedKey, 'base64'), Buffer.from(keys.storedKey, 'base64'));
    return proven && genuine ? { type: 'success', account } : failure('not-authorized');
  });
}
