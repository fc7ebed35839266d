/** Whether a certificate vouches for a domain. Spec: RFC 6120 §13.7.2.1, RFC 6125 §6.4. Not here: whether the
 *  certificate is to be trusted (runtime). @module */
import { prepareDomainpart } from '../jid.ts';

/** Whether one of the names of a certificate is the domain; `*` stands for one label on the left
 *  (RFC 6125 §6.4.3).
 *  @param names as the certificate has them; undefined when it is not trusted
 *  @param domain prepared and enforced */
export function vouchesFor(names: readonly string[] | undefined, domain: string): boolean {
  return names?.some((name) => (name.startsWith('*.') ? isOneLabelBelow(domain, prepareDomainpart(name.slice(2))) : prepareDomainpart(name) === domain)) === true;
}

function isOneLabelBelow(domain: string, parent: string | undefined): boolean {
  const dot = domain.indexOf('.');
  return dot > 0 && domain.slice(dot + 1) === parent;
}
