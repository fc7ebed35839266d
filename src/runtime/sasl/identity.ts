/** From what a client calls itself to the account that it means. Spec: RFC 6120 §6.3.7, §6.3.8. @module */
import type { BareJid } from '../../../machines/vocabulary.ts';
import { parseBare, prepareLocalpart } from '../../core/jid.ts';

/** The account of a simple user name, which is a localpart; undefined when it can't be one.
 *  @param domain The domainpart of the accounts, prepared.
 *  @spec RFC 6120 §6.3.7 */
export function accountOf(username: string, domain: string): BareJid | undefined {
  const localpart = prepareLocalpart(username);
  return localpart === undefined ? undefined : `${localpart}@${domain}` as BareJid;
}

/** Whether the account may act under this authorization identity: under its own name, or none.
 *  @spec RFC 6120 §6.3.8 */
export function mayActAs(account: BareJid, authzid: string | undefined): boolean {
  return authzid === undefined || parseBare(authzid) === account;
}
