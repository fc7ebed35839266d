/** A certificate authority for one test: servers that trust it know each other by their certificates
 *  (RFC 6120 §13.7.2, SASL EXTERNAL). Its key is never written down. @module */
import { webcrypto } from 'node:crypto';
import * as asn1 from 'asn1js';
import { AttributeTypeAndValue, BasicConstraints, Certificate, ExtKeyUsage, Extension, GeneralName, GeneralNames } from 'pkijs';

/** A certificate and its key, both as PEM. */
export interface Credentials {
  readonly key: string;
  readonly cert: string;
}

export interface Authority {
  /** Its own certificate, as PEM: what is to be trusted. */
  readonly cert: string;
  /** Signs a certificate for a server.
   *  @param domains every domain that it serves, each a dNSName (RFC 6120 §13.7.1.2.1) */
  issue(domains: readonly string[]): Promise<Credentials>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
const dayMs = 24 * 60 * 60 * 1000;
const dnsName = 2;
const id = { commonName: '2.5.4.3', basicConstraints: '2.5.29.19', keyUsage: '2.5.29.15', extKeyUsage: '2.5.29.37', subjectAltName: '2.5.29.17' };
/** A server is a client of the next one. */
const serverAndClient = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];

/** Makes an authority that nobody trusts yet. */
export async function createAuthority(): Promise<Authority> {
  const name = 'Throw-away authority';
  const own = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const sign = (subject: string, key: webcrypto.CryptoKey, extensions: Extension[]) => signed(name, own.privateKey, subject, key, extensions);
  return {
    cert: await sign(name, own.publicKey, [
      extension(id.basicConstraints, true, new BasicConstraints({ cA: true }).toSchema()),
      extension(id.keyUsage, true, keyCertSign),
    ]),
    async issue(domains) {
      const { publicKey, privateKey } = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const names = new GeneralNames({ names: domains.map((value) => new GeneralName({ type: dnsName, value })) });
      const cert = await sign(domains[0] ?? '', publicKey, [
        extension(id.basicConstraints, true, new BasicConstraints({ cA: false }).toSchema()),
        extension(id.keyUsage, true, digitalSignature),
        extension(id.extKeyUsage, false, new ExtKeyUsage({ keyPurposes: serverAndClient }).toSchema()),
        extension(id.subjectAltName, false, names.toSchema()),
      ]);
      return { cert, key: pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', privateKey)) };
    },
  };
}

/** RFC 5280 §4.2.1.3: bits 5 and 0. */
const keyCertSign = new asn1.BitString({ valueHex: Uint8Array.of(0x04).buffer, unusedBits: 2 });
const digitalSignature = new asn1.BitString({ valueHex: Uint8Array.of(0x80).buffer, unusedBits: 7 });

async function signed(issuer: string, issuerKey: webcrypto.CryptoKey, subject: string, key: webcrypto.CryptoKey, extensions: Extension[]): Promise<string> {
  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = new asn1.Integer({ valueHex: webcrypto.getRandomValues(new Uint8Array(16)).fill(0x40, 0, 1) });
  certificate.issuer.typesAndValues.push(commonName(issuer));
  certificate.subject.typesAndValues.push(commonName(subject));
  certificate.notBefore.value = new Date(Date.now() - dayMs);
  certificate.notAfter.value = new Date(Date.now() + dayMs);
  certificate.extensions = extensions;
  await certificate.subjectPublicKeyInfo.importKey(key);
  await certificate.sign(issuerKey, 'SHA-256');
  return pem('CERTIFICATE', certificate.toSchema(true).toBER());
}

function commonName(value: string): AttributeTypeAndValue {
  return new AttributeTypeAndValue({ type: id.commonName, value: new asn1.Utf8String({ value }) });
}

function extension(extnID: string, critical: boolean, value: asn1.BaseBlock): Extension {
  return new Extension({ extnID, critical, extnValue: value.toBER() });
}

function pem(label: string, der: ArrayBuffer): string {
  return `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
}
