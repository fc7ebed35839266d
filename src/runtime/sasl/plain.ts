/** PLAIN: the client sends the password, and the server checks it against the same keys as SCRAM, or has it checked. For channels
 *  that nobody overhears. Spec: RFC 4616.
 *  Nothing is cached: by keys each log-in costs one PBKDF2, in the thread pool, when it has its turn. @module */
import { timingSafeEqual } from 'node:crypto';
import type { BareJid } from '../../../machines/vocabulary.ts';
import type { InTurn, SaslChannel } from '../authenticator.ts';
import { scramKeys } from './credentials.ts';
import { clientFirst, failure } from './exchange.ts';
import type { Step } from './exchange.ts';
import { accountOf, mayActAs } from './identity.ts';
import { preparePassword } from './password.ts';
import type { FindVerifier } from './verifier.ts';

/** `[authzid] NUL authcid NUL passwd` (RFC 4616 §2). */
const grammar = /^([^\0]*)\0([^\0]+)\0([^\0]+)$/;

/** Whether this is the password of the account; undefined when the exchange is over. */
export type Prove = (account: BareJid, password: string) => Promise<boolean | undefined>;

/** The keys that the password is checked against. */
const family = 'SCRAM-SHA-256';

/** Begins a PLAIN exchange.
 *  @spec RFC 4616 §2 */
export function plain(channel: SaslChannel, prove: Prove): Step {
  return clientFirst(async (message) => {
    const [, authzid, authcid = '', passwd = ''] = grammar.exec(message) ?? [];
    if (authzid === undefined) return failure('malformed-request');
    const account = accountOf(authcid, channel.domain);
    if (account === undefined) return failure('not-authorized');
    if (!mayActAs(account, authzid === '' ? undefined : authzid)) return failure('invalid-authzid');
    const prepared = preparePassword(passwd);
    if (!prepared.ok) return failure('not-authorized');
    const isProven = await prove(account, prepared.password);
    if (isProven === undefined) return failure('aborted');
    return isProven ? { type: 'success', account } : failure('not-authorized');
  });
}

/** Proves by the keys in the store. */
export function byKeys(findVerifier: FindVerifier, inTurn: InTurn): Prove {
  return async (account, password) => {
    const { keys, genuine } = await findVerifier(account, family);
    const shown = await inTurn(() => scramKeys(family, password, Buffer.from(keys.salt, 'base64'), keys.iterations));
    return shown && timingSafeEqual(Buffer.from(shown.storedKey, 'base64'), Buffer.from(keys.storedKey, 'base64')) && genuine;
  };
}

/** A password is shown only where nobody overhears it.
 *  @spec RFC 6120 §13.8.3 */
export const suitsPlain = ({ secure, insecurePlain }: SaslChannel): boolean => secure || insecurePlain;
