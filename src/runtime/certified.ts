/** The names that a certificate has for an XMPP server. Spec: RFC 6120 §13.7.1.2.1, RFC 6125 §6.4, RFC 4985. The
 *  common name is none of them (RFC 6120 §13.7.1.2.1 has no use for it where others are, and they are required).
 *  Not here: whether the certificate is trusted (certificate-path.ts), which name a stream asks for (src/core). @module */
import * as asn1 from 'asn1js';
import { AltName, Certificate } from 'pkijs';
import { parseJid, prepareDomainpart } from '../core/jid.ts';

const id = { subjectAltName: '2.5.29.17', xmppAddr: '1.3.6.1.5.5.7.8.5', dnsSrv: '1.3.6.1.5.5.7.8.7' } as const;
/** Forms of a GeneralName (RFC 5280 §4.2.1.6). */
const otherName = 0;
const dnsName = 2;
/** Of a certificate that has more, the others are left out. */
const maxNames = 256;

/** The names of a certificate, as domainparts; of a wildcard the rest is one.
 *  @param der the certificate
 *  @returns none when it can't be read
 *  @example
 *  certifiedNames(der); // ['example.org', '*.example.org'] */
export function certifiedNames(der: Buffer): readonly string[] {
  try {
    const names = Certificate.fromBER(der).extensions?.find(({ extnID }) => extnID === id.subjectAltName)?.parsedValue as unknown;
    if (!(names instanceof AltName)) return [];
    return [...new Set(names.altNames.slice(0, maxNames).flatMap(({ type, value }) => nameOf(type, value) ?? []))];
  } catch {
    return [];
  }
}

function nameOf(type: number, value: unknown): string | undefined {
  if (type === dnsName && typeof value === 'string') return dnsNameOf(value);
  if (type !== otherName || !(value instanceof asn1.BaseBlock)) return undefined;
  const [typeId, wrapped] = childrenOf(value);
  const text = textOf(childrenOf(wrapped)[0]);
  if (!(typeId instanceof asn1.ObjectIdentifier) || text === undefined) return undefined;
  switch (typeId.valueBlock.toString()) {
    case id.xmppAddr: return xmppAddrOf(text);
    case id.dnsSrv: return srvNameOf(text);
    default: return undefined;
  }
}

/** A wildcard stands for one label, and is the whole of it (RFC 6120 §13.7.1.2.1, RFC 6125 §6.4.3). */
function dnsNameOf(text: string): string | undefined {
  if (!text.startsWith('*.')) return prepareDomainpart(text);
  const rest = prepareDomainpart(text.slice(2));
  return rest === undefined ? undefined : `*.${rest}`;
}

/** `_xmpp-server.` and a domain; there are no wildcards in it (RFC 4985 §2). */
function srvNameOf(text: string): string | undefined {
  const domain = /^_xmpp-server\.(.+)$/i.exec(text)?.[1];
  return domain === undefined ? undefined : prepareDomainpart(domain);
}

/** A server's is a domain and nothing more (RFC 6120 §13.7.1.4). */
function xmppAddrOf(text: string): string | undefined {
  const jid = parseJid(text);
  return jid?.local === undefined && jid?.resource === undefined ? jid?.domain : undefined;
}

function childrenOf(block: unknown): readonly unknown[] {
  return block instanceof asn1.Constructed || block instanceof asn1.Sequence ? block.valueBlock.value : [];
}

function textOf(block: unknown): string | undefined {
  return block instanceof asn1.Utf8String || block instanceof asn1.IA5String ? block.getValue() : undefined;
}
