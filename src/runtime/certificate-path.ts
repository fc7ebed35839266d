/** Whether a path leads from a certificate to an authority. Spec: RFC 6120 §13.7.2, RFC 5280 §6. OpenSSL's own verdict
 *  doesn't serve where a server is the client of a connection: it asks that the certificate be made for clients
 *  (§4.2.1.12), and public authorities make them for servers only. Signatures, and who may have issued what, are OpenSSL's
 *  to say here too; what isn't understood is not trusted, and leaves dialback. Not here: which names it has (certified.ts).
 *  @module */
import { X509Certificate } from 'node:crypto';
import { BasicConstraints, Certificate, ExtKeyUsage } from 'pkijs';
import type { Authorities } from './authorities.ts';

/** Certificates of a peer that are looked at, its own included. */
const maxPath = 8;
/** Signatures that are strong enough (RFC 9325 §4.5). RSASSA-PSS is left out: its hash is among its parameters. */
const signatures: ReadonlySet<string | undefined> = new Set([
  'sha256WithRSAEncryption', 'sha384WithRSAEncryption', 'sha512WithRSAEncryption',
  'ecdsa-with-SHA256', 'ecdsa-with-SHA384', 'ecdsa-with-SHA512', 'ED25519',
]);
const leastRsaBits = 2_048;

const id = { basicConstraints: '2.5.29.19', extKeyUsage: '2.5.29.37', nameConstraints: '2.5.29.30' } as const;
/** Extensions that may be critical (RFC 5280 §4.2): those that are heeded, and those of policies, which nobody asks for. */
const understood: ReadonlySet<string> = new Set([id.basicConstraints, id.extKeyUsage, '2.5.29.15', '2.5.29.17', '2.5.29.32']);
/** Purposes that fit: any, TLS server, TLS client (RFC 5280 §4.2.1.12). */
const fitting: ReadonlySet<string> = new Set(['2.5.29.37.0', '1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);

/** Whether authorities have issued the first certificate of a chain, at this moment.
 *  @param chain what the peer has sent, in DER, its own certificate first
 *  @spec RFC 5280 §6.1
 *  @example
 *  isTrusted(chain, new Authorities(), new Date()); */
export function isTrusted(chain: readonly Buffer[], authorities: Authorities, at: Date): boolean {
  try {
    const [own, ...above] = chain.slice(0, maxPath).map((der) => new X509Certificate(der));
    if (own === undefined || !isValid(own, at)) return false;
    return authorities.named(own.subject).some(({ raw }) => raw.equals(own.raw)) || leadsUp(own, above, authorities, at);
  } catch {
    return false; // what can't be read wasn't issued by anybody
  }
}

/** Goes up one by one; authorities come before what the peer has sent, which may lead on to others. */
function leadsUp(own: X509Certificate, sent: readonly X509Certificate[], authorities: Authorities, at: Date): boolean {
  let below = 0;
  let left = sent;
  for (let one = own; isSound(one); below += 1) {
    const current = one;
    const isAbove = (other: X509Certificate): boolean => isValid(other, at) && mayBeAbove(other, below) && hasIssued(other, current);
    if (authorities.named(current.issuer).some(isAbove)) return true;
    const next = left.find(isAbove);
    if (next === undefined) return false;
    left = left.filter((other) => other !== next);
    one = next;
  }
  return false;
}

const isValid = ({ validFromDate, validToDate }: X509Certificate, at: Date): boolean => validFromDate <= at && at <= validToDate;

/** By name, key identifier and use of the key, and by the signature. */
const hasIssued = (issuer: X509Certificate, issued: X509Certificate): boolean => issued.checkIssued(issuer) && issued.verify(issuer.publicKey);

/** Whether it is an authority, and may have so many others below it (RFC 5280 §4.2.1.9). */
function mayBeAbove(certificate: X509Certificate, below: number): boolean {
  if (!certificate.ca) return false;
  const constraints = extensionsOf(certificate).find(({ extnID }) => extnID === id.basicConstraints)?.parsedValue as unknown;
  const limit = constraints instanceof BasicConstraints ? constraints.pathLenConstraint : undefined;
  return limit === undefined || below <= Number(limit);
}

/** Whether it is strong, made for this, and all that it demands is understood. */
function isSound(certificate: X509Certificate): boolean {
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) < leastRsaBits) return false;
  if (!signatures.has(certificate.signatureAlgorithm)) return false;
  return extensionsOf(certificate).every(({ extnID, critical, parsedValue }) => {
    if (extnID === id.nameConstraints || (critical && !understood.has(extnID))) return false;
    return extnID !== id.extKeyUsage || ((parsedValue as unknown) instanceof ExtKeyUsage && (parsedValue as ExtKeyUsage).keyPurposes.some((purpose) => fitting.has(purpose)));
  });
}

const extensionsOf = ({ raw }: X509Certificate): NonNullable<Certificate['extensions']> => Certificate.fromBER(raw).extensions ?? [];
