/** Whether somebody who is trusted has issued a certificate: the path from it to an authority. Spec: RFC 6120
 *  §13.7.2, RFC 5280 §6. OpenSSL's own verdict doesn't serve where a server is the client of a connection: it asks that
 *  the certificate be made for clients (§4.2.1.12), and public authorities make them for servers only.
 *  Not here: which names it has (certified.ts). @module */
import { X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';
import { BasicConstraints, Certificate, CertificateChainValidationEngine } from 'pkijs';

/** Above a certificate there may be so many; what a peer sends beyond them is not looked at. */
const maxPath = 8;
/** RSA with SHA-2, RSASSA-PSS, ECDSA with SHA-2 (RFC 9325 §4.5). */
const signatures: ReadonlySet<string> = new Set([
  '1.2.840.113549.1.1.11', '1.2.840.113549.1.1.12', '1.2.840.113549.1.1.13', '1.2.840.113549.1.1.10',
  '1.2.840.10045.4.3.2', '1.2.840.10045.4.3.3', '1.2.840.10045.4.3.4',
]);
const leastRsaBits = 2_048;

/** The authorities that are trusted: those that Node trusts, and the operator's.
 *  @example
 *  const authorities = new Authorities(await readFile('authorities.pem', 'utf8'));
 *  await authorities.haveIssued(chain, new Date()); */
export class Authorities {
  /** In PEM; undefined where there are none beside Node's. */
  readonly pem: readonly string[] | undefined;
  #anchors: readonly Certificate[] | undefined;

  /** @param further the operator's, in PEM
   *  @throws Error when there is no certificate in it. */
  constructor(further?: string) {
    this.pem = further === undefined ? undefined : [...getCACertificates('default'), ...certificatesIn(further)];
  }

  /** Whether a path leads from the first certificate to an authority, at this moment.
   *  @param chain what the peer has sent, in DER, its own certificate first */
  async haveIssued(chain: readonly Buffer[], at: Date): Promise<boolean> {
    try {
      const [leaf, ...above] = chain.slice(0, maxPath).map((der) => Certificate.fromBER(der));
      if (leaf === undefined) return false;
      // The last of them is judged, and must be in the path.
      const engine = new CertificateChainValidationEngine({ trustedCerts: [...this.#trusted()], certs: [...above, leaf], checkDate: at });
      const { result, certificatePath = [] } = await engine.verify();
      return result && certificatePath.length > 1 && same(certificatePath[0], leaf) && certificatePath.every(isSound);
    } catch {
      return false; // what can't be read wasn't issued by anybody
    }
  }

  /** Read when they are first needed; they are many. */
  #trusted(): readonly Certificate[] {
    return (this.#anchors ??= (this.pem ?? getCACertificates('default')).map((pem) => Certificate.fromBER(new X509Certificate(pem).raw)));
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

const same = (one: Certificate | undefined, other: Certificate): boolean =>
  one !== undefined && Buffer.from(one.toSchema().toBER()).equals(Buffer.from(other.toSchema().toBER()));

/** What the validation leaves out: an issuer is an authority, and what it signed and signs with is strong. The
 *  authority at the end has no signature that matters. */
function isSound(certificate: Certificate, index: number, path: readonly Certificate[]): boolean {
  const isAnchor = index === path.length - 1;
  const constraints = certificate.extensions?.find(({ extnID }) => extnID === '2.5.29.19')?.parsedValue as unknown;
  if (index > 0 && !isAnchor && !(constraints instanceof BasicConstraints && constraints.cA)) return false;
  if (!isAnchor && !signatures.has(certificate.signatureAlgorithm.algorithmId)) return false;
  const { publicKey } = new X509Certificate(Buffer.from(certificate.toSchema().toBER()));
  return publicKey.asymmetricKeyType !== 'rsa' || (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) >= leastRsaBits;
}
