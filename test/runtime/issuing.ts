/** Authorities for tests, and the certificates that they issue: good ones, and bad ones of every kind. @module */
import { webcrypto } from 'node:crypto';
import * as asn1 from 'asn1js';
import { AttributeTypeAndValue, BasicConstraints, Certificate, ExtKeyUsage, Extension, Time } from 'pkijs';
import type { KeyAndCertificate } from '../../src/runtime/certificate.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Purposes (RFC 5280 §4.2.1.12). */
export const purposes = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2', code: '1.3.6.1.5.5.7.3.3' } as const;

type Pair = webcrypto.CryptoKeyPair;

/** What a certificate says. */
export interface Wish {
  readonly commonName?: string;
  readonly dns?: readonly string[];
  readonly srv?: readonly string[];
  readonly xmppAddr?: readonly string[];
  /** For servers unless given; an empty list leaves the extension out. */
  readonly purposes?: readonly string[];
  /** Days from now. */
  readonly from?: number;
  readonly until?: number;
  /** An authority, with so many below it at most. */
  readonly authority?: boolean;
  readonly pathLength?: number;
  /** One extension more, of no content that means anything. */
  readonly extra?: { readonly oid: string; readonly critical: boolean };
  /** The hash of the signature; SHA-256 unless given. */
  readonly hash?: 'SHA-1' | 'SHA-256';
}

/** Whoever can issue certificates. */
export class Issuer {
  readonly certificate: Certificate;
  readonly pem: string;
  readonly der: Buffer;
  readonly #pair: Pair;
  /** Its own certificate, and those above it but for the last. */
  readonly #chain: string;

  private constructor(certificate: Certificate, pair: Pair, chain: string) {
    this.certificate = certificate;
    this.#pair = pair;
    this.der = Buffer.from(certificate.toSchema(true).toBER());
    this.pem = pem('CERTIFICATE', this.der);
    this.#chain = chain;
  }

  /** An authority of its own. */
  static async root(commonName = 'Root', wish: Wish = {}): Promise<Issuer> {
    const pair = await newPair();
    return new Issuer(await signed({ authority: true, purposes: [], commonName, ...wish }, pair, undefined, pair), pair, '');
  }

  /** An authority below this one; with `authority: false` it has no right to be one. */
  async below(wish: Wish = {}): Promise<Issuer> {
    const pair = await newPair();
    const certificate = await signed({ authority: true, purposes: [], commonName: 'Intermediate', ...wish }, pair, this.certificate, this.#pair);
    const chain = pem('CERTIFICATE', certificate.toSchema(true).toBER()) + this.#chain;
    return new Issuer(certificate, pair, chain);
  }

  /** A certificate with its key, and the chain that belongs with it. */
  async issue(wish: Wish): Promise<KeyAndCertificate & { readonly chain: readonly Buffer[] }> {
    const pair = await newPair();
    const certificate = await signed({ commonName: 'Leaf', ...wish }, pair, this.certificate, this.#pair);
    const der = Buffer.from(certificate.toSchema(true).toBER());
    const cert = pem('CERTIFICATE', der) + this.#chain;
    const chain = cert.split(/(?<=-----END CERTIFICATE-----\n)/).map((one) => Buffer.from(one.replace(/-----.*-----|\n/g, ''), 'base64'));
    return { key: pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', pair.privateKey)), cert, chain };
  }
}

const newPair = (): Promise<Pair> => webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);

let serial = 0;

async function signed(wish: Wish, pair: Pair, issuer: Certificate | undefined, by: Pair): Promise<Certificate> {
  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = new asn1.Integer({ value: (serial += 1) });
  const name = new AttributeTypeAndValue({ type: '2.5.4.3', value: new asn1.Utf8String({ value: wish.commonName ?? '' }) });
  certificate.subject.typesAndValues.push(name);
  if (issuer === undefined) certificate.issuer.typesAndValues.push(name);
  else certificate.issuer = issuer.subject;
  certificate.notBefore = new Time({ value: new Date(Date.now() + (wish.from ?? -1) * dayMs) });
  certificate.notAfter = new Time({ value: new Date(Date.now() + (wish.until ?? 30) * dayMs) });
  certificate.extensions = [
    extension('2.5.29.19', true, new BasicConstraints({ cA: wish.authority === true, ...(wish.pathLength !== undefined && { pathLenConstraint: wish.pathLength }) }).toSchema()),
    ...extras(wish),
  ];
  await certificate.subjectPublicKeyInfo.importKey(pair.publicKey);
  await certificate.sign(by.privateKey, wish.hash ?? 'SHA-256');
  return certificate;
}

function extras({ purposes: keyPurposes = [purposes.server], dns = [], srv = [], xmppAddr = [], extra }: Wish): Extension[] {
  const names = [
    ...dns.map((text) => new asn1.Primitive({ idBlock: { tagClass: 3, tagNumber: 2 }, valueHex: Buffer.from(text, 'latin1') })),
    ...srv.map((text) => otherName('1.3.6.1.5.5.7.8.7', new asn1.IA5String({ value: text }))),
    ...xmppAddr.map((text) => otherName('1.3.6.1.5.5.7.8.5', new asn1.Utf8String({ value: text }))),
  ];
  return [
    ...(keyPurposes.length > 0 ? [extension('2.5.29.37', false, new ExtKeyUsage({ keyPurposes: [...keyPurposes] }).toSchema())] : []),
    ...(extra ? [extension(extra.oid, extra.critical, new asn1.Sequence({ value: [] }))] : []),
    ...(names.length > 0 ? [extension('2.5.29.17', false, new asn1.Sequence({ value: names }))] : []),
  ];
}

function otherName(type: string, value: asn1.BaseBlock): asn1.BaseBlock {
  const tagged = (inside: asn1.BaseBlock[]): asn1.BaseBlock => new asn1.Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value: inside });
  return tagged([new asn1.ObjectIdentifier({ value: type }), tagged([value])]);
}

const extension = (extnID: string, critical: boolean, value: asn1.BaseBlock): Extension => new Extension({ extnID, critical, extnValue: value.toBER() });

const pem = (label: string, der: ArrayBuffer | Buffer): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der as ArrayBuffer).toString('base64').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
