/** Signs a certificate for a domain with its own key. Spec: RFC 5280 §4, RFC 6120 §13.7.1.2.
 *  Not here: when one is needed, and where it is kept (certificate.ts). @module */
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import * as asn1 from 'asn1js';
import { AttributeTypeAndValue, BasicConstraints, Certificate, ExtKeyUsage, Extension, Time, TimeType } from 'pkijs';

const dayMs = 24 * 60 * 60 * 1000;
const id = {
  commonName: '2.5.4.3',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  dnsSrv: '1.3.6.1.5.5.7.8.7',
} as const;

/** Makes a key on P-256 and signs a certificate for the domain with it. It is valid for ten years: what
 *  protects against a stolen key is to replace it, not its age, since whoever trusts it has pinned it.
 *  @spec RFC 6120 §13.7.1.2 */
export async function signCertificate(domain: string): Promise<{ readonly key: string; readonly cert: string }> {
  const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = new asn1.Integer({ valueHex: serialNumber() });
  const name = new AttributeTypeAndValue({ type: id.commonName, value: new asn1.Utf8String({ value: commonName(domain) }) });
  certificate.issuer.typesAndValues.push(name);
  certificate.subject.typesAndValues.push(name);
  const now = Date.now();
  // A day back, for peers whose clocks are behind.
  certificate.notBefore = time(new Date(now - dayMs));
  certificate.notAfter = time(new Date(now + 3652 * dayMs));
  certificate.extensions = extensions(domain);
  await certificate.subjectPublicKeyInfo.importKey(pair.publicKey);
  await certificate.sign(pair.privateKey, 'SHA-256');
  return {
    key: pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', pair.privateKey)),
    cert: pem('CERTIFICATE', certificate.toSchema(true).toBER()),
  };
}

/** UTCTime up to 2049, GeneralizedTime from then on (RFC 5280 §4.1.2.5). */
function time(value: Date): Time {
  return new Time({ type: value.getUTCFullYear() < 2050 ? TimeType.UTCTime : TimeType.GeneralizedTime, value });
}

function extensions(domain: string): Extension[] {
  const digitalSignature = new asn1.BitString({ valueHex: Uint8Array.of(0x80).buffer, unusedBits: 7 });
  const purposes = new ExtKeyUsage({ keyPurposes: [id.serverAuth, id.clientAuth] });
  return [
    extension(id.basicConstraints, true, new BasicConstraints({ cA: false }).toSchema()),
    extension(id.keyUsage, true, digitalSignature),
    extension(id.extKeyUsage, false, purposes.toSchema()),
    extension(id.subjectAltName, false, subjectAltName(domain)),
  ];
}

function extension(extnID: string, critical: boolean, value: asn1.BaseBlock): Extension {
  return new Extension({ extnID, critical, extnValue: value.toBER() });
}

/** The names that the certificate is for: the domain, what is below it (the rooms, the uploads), and the two
 *  services of XMPP. No XmppAddr, which is encouraged no longer.
 *  @spec RFC 6120 §13.7.1.2.1 */
function subjectAltName(domain: string): asn1.Sequence {
  const address = domain.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address)) return new asn1.Sequence({ value: [ipAddress(address)] });
  const ascii = domainToASCII(domain);
  return new asn1.Sequence({
    value: [
      dnsName(ascii), dnsName(`*.${ascii}`),
      srvName(`_xmpp-client.${ascii}`), srvName(`_xmpp-server.${ascii}`),
    ],
  });
}

/** GeneralName: `[2] IA5String` (RFC 5280 §4.2.1.6). */
function dnsName(name: string): asn1.BaseBlock {
  return new asn1.Primitive({ idBlock: { tagClass: 3, tagNumber: 2 }, valueHex: Buffer.from(name, 'latin1') });
}

/** GeneralName: `[0] { type-id, [0] value }` (RFC 5280 §4.2.1.6, RFC 4985 §2). */
function srvName(name: string): asn1.BaseBlock {
  const tagged = (value: asn1.BaseBlock[]): asn1.BaseBlock =>
    new asn1.Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value });
  return tagged([new asn1.ObjectIdentifier({ value: id.dnsSrv }), tagged([new asn1.IA5String({ value: name })])]);
}

/** GeneralName: `[7] OCTET STRING` (RFC 5280 §4.2.1.6). */
function ipAddress(address: string): asn1.BaseBlock {
  return new asn1.Primitive({ idBlock: { tagClass: 3, tagNumber: 7 }, valueHex: Uint8Array.from(octets(address)) });
}

function octets(address: string): number[] {
  if (isIP(address) === 4) return address.split('.').map(Number);
  // The form in a URL has at most one `::` and no dots (RFC 5952).
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string): string[] => text.split(':').filter(Boolean);
  const zeros = Array<string>(8 - groups(head).length - groups(tail).length).fill('0');
  return [...groups(head), ...zeros, ...groups(tail)]
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 255]);
}

/** At most 64 characters (RFC 5280 §A.1); it is for people, since peers go by the other names. */
function commonName(domain: string): string {
  return (domainToASCII(domain) || domain).slice(0, 64);
}

/** Sixteen octets, positive and without a leading zero (RFC 5280 §4.1.2.2). */
function serialNumber(): Uint8Array<ArrayBuffer> {
  const octets = webcrypto.getRandomValues(new Uint8Array(16));
  octets[0] = 0x40 | ((octets[0] ?? 0) & 0x3f);
  return octets;
}

function pem(label: string, der: ArrayBuffer): string {
  const lines = Buffer.from(der).toString('base64').replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
}
