/** Where the server of another domain is, as an operator writes it down: `127.0.0.3:5269`, `[::1]:5269`,
 *  `xmpp.example.org`. @module */
import { isIP, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Endpoint } from '../runtime/endpoint.ts';

/** The two ports that are registered, without and with TLS from the start (RFC 6120 §14.8, XEP-0368). */
const standardPort = 5269;
const standardTlsPort = 5270;

/** A target as it stands in the configuration. */
export type WrittenTarget = string | { readonly host: string; readonly port?: number; readonly tls?: boolean };

/** Reads a target; undefined when the text is none. */
export function readTarget(target: WrittenTarget): Endpoint | undefined {
  if (typeof target !== 'string') {
    const { host, tls = false, port = tls ? standardTlsPort : standardPort } = target;
    return { host: isIP(host) ? host : domainToASCII(host), port, tls };
  }
  const { literal, name, digits = String(standardPort) } = pattern.exec(target)?.groups ?? {};
  const port = Number(digits);
  if (port < 1 || port > 65_535) return undefined;
  if (literal !== undefined) return isIPv6(literal) ? { host: literal, port, tls: false } : undefined;
  return name !== undefined && (isIP(name) !== 0 || isHostname(name)) ? { host: isIP(name) ? name : domainToASCII(name), port, tls: false } : undefined;
}

const pattern = /^(?:\[(?<literal>[^\]]+)\]|(?<name>[^:[\]\s]+))(?::(?<digits>\d{1,5}))?$/;

/** Whether a text is a name that can be looked up (RFC 1123 §2.1); it may be internationalised. */
export function isHostname(text: string): boolean {
  return /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i.test(domainToASCII(text));
}
