/** How a connection becomes secure, by who is at its other end, and what is known of it then. Spec: RFC 6120 §5.4.3,
 *  §13.7.2, XEP-0178. Not here: the handshake (tls.ts), the stream before and after it (tcp.ts). @module */
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { domainToASCII } from 'node:url';
import { channelBindings, toleratedBindings } from './channel-binding.ts';
import { peerSecurity, tlsSecurity } from './channel.ts';
import type { Security, SecurityPolicy } from './channel.ts';
import { certificateOf, clientHandshake, handshake } from './tls.ts';
import type { Identity } from './tls.ts';

/** A connection under TLS. */
export interface Secured {
  readonly socket: TLSSocket;
  readonly security: Security;
}

/** Turns a socket into a secure one.
 *  @param protocol where TLS begins at once (XEP-0368 §3)
 *  @throws (rejects) when there will be no TLS on it; it is destroyed then. */
export type Secure = (socket: Socket, protocol?: string) => Promise<Secured>;

interface Means {
  readonly policy: SecurityPolicy;
  readonly identity: Identity;
  readonly timeoutMs: number;
}

/** For connections that clients make. */
export function securedForClients({ policy, identity, timeoutMs }: Means): Secure {
  return async (plain, protocol) => {
    const socket = await handshake(plain, { identity, timeoutMs, ...(protocol !== undefined && { protocol }) });
    return { socket, security: tlsSecurity(policy, channelBindings(socket, certificateOf(socket)), toleratedBindings(socket)) };
  };
}

/** For connections that other servers make. */
export function securedForServers({ policy, identity, timeoutMs }: Means): Secure {
  return async (plain, protocol) => {
    const socket = await handshake(plain, { identity, timeoutMs, peer: 'server', ...(protocol !== undefined && { protocol }) });
    const chain = chainOf(socket);
    const { isTrusted } = await import('./certificate-path.ts');
    return { socket, security: await certified(policy, isTrusted(chain, identity.authorities, new Date()) ? chain[0] : undefined) };
  };
}

/** For connections that this server makes to another. There OpenSSL's verdict is the one that counts. */
export function securedTo(domain: string, { policy, identity, timeoutMs }: Means): Secure {
  const servername = isIP(domain.replace(/^\[(.*)\]$/, '$1')) ? undefined : domainToASCII(domain);
  return async (plain, protocol) => {
    const socket = await clientHandshake(plain, { identity, timeoutMs, ...(servername !== undefined && { servername }), ...(protocol !== undefined && { protocol }) });
    return { socket, security: await certified(policy, socket.authorized ? chainOf(socket)[0] : undefined) };
  };
}

/** What reads certificates is large, and loaded only when the first one is there to read. */
async function certified(policy: SecurityPolicy, certificate: Buffer | undefined): Promise<Security> {
  const names = certificate === undefined ? [] : (await import('./certified.ts')).certifiedNames(certificate);
  return peerSecurity(policy, true, false, names.length > 0 ? names : undefined);
}

/** Certificates of a chain that are looked at. */
const maxChain = 10;

/** What the peer has shown, in DER, its own certificate first. */
function chainOf(socket: TLSSocket): readonly Buffer[] {
  const chain: Buffer[] = [];
  // The one at the end is its own issuer.
  for (let one = socket.getPeerCertificate(true); one?.raw !== undefined && chain.length < maxChain; one = one.issuerCertificate) {
    if (chain.at(-1)?.equals(one.raw)) break;
    chain.push(one.raw);
  }
  return chain;
}
