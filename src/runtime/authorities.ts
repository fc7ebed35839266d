/** Whose word on a certificate counts: the authorities that Node trusts, and the operator's. Spec: RFC 6120 §13.7.2.
 *  Not here: whether they have given it (certificate-path.ts). @module */
import { X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';

/** Authorities that are trusted.
 *  @example
 *  const authorities = new Authorities(await readFile('authorities.pem', 'utf8')); */
export class Authorities {
  /** In PEM; undefined where there are none beside Node's. */
  readonly pem: readonly string[] | undefined;
  #bySubject: ReadonlyMap<string, readonly X509Certificate[]> | undefined;

  /** @param further the operator's, in PEM. A server's own certificate among them is trusted as it is.
   *  @throws Error when there is no certificate in it. */
  constructor(further?: string) {
    this.pem = further === undefined ? undefined : [...getCACertificates('default'), ...certificatesIn(further)];
  }

  /** Those of a name. They are many, so they are read when they are first asked for. */
  named(subject: string): readonly X509Certificate[] {
    this.#bySubject ??= Map.groupBy((this.pem ?? getCACertificates('default')).map((pem) => new X509Certificate(pem)), (authority) => authority.subject);
    return this.#bySubject.get(subject) ?? [];
  }
}

/** The certificates in a text.
 *  @throws Error when there is none, or one can't be read. */
function certificatesIn(pem: string): readonly string[] {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
  if (found === null) throw new Error('there is no certificate in PEM');
  for (const one of found) new X509Certificate(one);
  return found;
}
