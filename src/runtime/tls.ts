/** TLS: the certificate in use, and the handshakes that turn a socket into a secure one, as the server and as
 *  the client. Spec: RFC 6120 §5.4.3, RFC 7590, XEP-0368. Not here: when a handshake begins (tcp.ts,
 *  listener.ts, outgoing.ts), what the peer's certificate is worth (securing.ts), where certificates come from
 *  (certificate.ts). @module */
import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect, createSecureContext, TLSSocket } from 'node:tls';
import type { SecureContext, SecureContextOptions, SecureVersion } from 'node:tls';
import { Authorities } from './authorities.ts';
import type { KeyAndCertificate } from './certificate.ts';

/** Nothing older is spoken (RFC 7590 §3, RFC 8996). */
const minVersion: SecureVersion = 'TLSv1.2';

/** In TLS 1.2 only ephemeral keys and authenticated encryption: no static RSA, no CBC (RFC 9325 §4.1,
 *  §4.2). The first three are those of TLS 1.3. */
const ciphers = [
  'TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** What TLS is spoken with on every port, unless the pair says that it be newer.
 *  @param pair the certificate in use */
export function tlsOptions(pair: KeyAndCertificate): SecureContextOptions {
  return { minVersion, ciphers, ...pair };
}

/** The certificate in use, and the authorities that are trusted: handshakes that begin later take those that were
 *  set last. */
export class Identity {
  #pair: KeyAndCertificate | undefined;
  #authorities: Authorities;
  #forClients: SecureContext | undefined;
  #forServers: SecureContext | undefined;
  #asClient: SecureContext | undefined;

  /** @param pair without it nothing but a client's part can be taken
   *  @throws when key and certificate are not PEM, or don't belong together. */
  constructor(pair: KeyAndCertificate | undefined, authorities = new Authorities()) {
    this.#pair = pair;
    this.#authorities = authorities;
    this.#forClients = pair && createSecureContext(tlsOptions(pair));
  }

  /** Whether a server's part can be taken. */
  get isThere(): boolean {
    return this.#pair !== undefined;
  }

  get authorities(): Authorities {
    return this.#authorities;
  }

  /** For a handshake that another begins: it is asked for a certificate if it is another server. Its session isn't
   *  kept then, since a resumed one doesn't tell the certificates above its own.
   *  @throws when there is no certificate. */
  accepting(peer: 'client' | 'server'): SecureContext {
    if (this.#forClients === undefined || this.#pair === undefined) throw new Error('there is no certificate');
    if (peer === 'client') return this.#forClients;
    return (this.#forServers ??= createSecureContext({ ...tlsOptions(this.#pair), secureOptions: constants.SSL_OP_NO_TICKET, sessionIdContext: 'waystate-s2s' }));
  }

  /** For a handshake that this server begins; it has its own certificate to show (XEP-0178 §3). */
  get beginning(): SecureContext {
    const { pem } = this.#authorities;
    return (this.#asClient ??= createSecureContext({ minVersion, ciphers, ...this.#pair, ...(pem && { ca: [...pem] }) }));
  }

  /** Takes a new certificate; connections that are up keep theirs.
   *  @throws as the constructor does, and then keeps the old one. */
  renew(pair: KeyAndCertificate, authorities = this.#authorities): void {
    this.#forClients = createSecureContext(tlsOptions(pair));
    this.#pair = pair;
    this.#authorities = authorities;
    this.#forServers = this.#asClient = undefined;
  }
}

/** The certificate that this connection was made with, in DER. */
export function certificateOf(socket: TLSSocket): Buffer | undefined {
  const certificate = socket.getCertificate();
  return certificate !== null && 'raw' in certificate ? certificate.raw : undefined;
}

/** What a handshake needs to know. */
export interface HandshakeOptions {
  readonly identity: Identity;
  /** The protocol of a direct-TLS port. A client that names none is welcome all the same, one that
   *  names only others is refused (XEP-0368 §3, RFC 7301 §3.2). */
  readonly protocol?: string;
  readonly timeoutMs: number;
  /** Who is at the other end; another server is asked for a certificate, and needn't have one that is trusted, or
   *  any: it can be called back (XEP-0220). */
  readonly peer?: 'client' | 'server';
}

/** Takes the server's part in a TLS handshake. The socket belongs to the result from now on: nothing
 *  that was read from it before is part of the result. When it fails or takes too long the socket is
 *  destroyed without a word of XML (RFC 6120 §5.4.3.2).
 *  @throws (rejects) when there will be no TLS on this socket.
 *  @example
 *  const secure = await handshake(socket, { identity, timeoutMs: 10_000 }); */
export function handshake(socket: Socket, { identity, protocol, timeoutMs, peer = 'client' }: HandshakeOptions): Promise<TLSSocket> {
  return settled(socket, timeoutMs, () => new TLSSocket(socket, {
    isServer: true,
    secureContext: identity.accepting(peer),
    ...(peer === 'server' && { requestCert: true, rejectUnauthorized: false }),
    ...(protocol !== undefined && { ALPNProtocols: [protocol] }),
  }));
}

/** What a handshake as the client needs to know. */
export interface ClientHandshakeOptions {
  readonly identity: Identity;
  /** Whom the peer is asked for (RFC 6066 §3); left out for an address. */
  readonly servername?: string;
  readonly protocol?: string;
  readonly timeoutMs: number;
}

/** Takes the client's part in a TLS handshake; otherwise as {@link handshake}. Whether the peer's certificate is
 *  trusted is said by the result's `authorized`, and needn't be so. */
export function clientHandshake(socket: Socket, { identity, servername, protocol, timeoutMs }: ClientHandshakeOptions): Promise<TLSSocket> {
  return settled(socket, timeoutMs, () => connect({
    socket,
    secureContext: identity.beginning,
    rejectUnauthorized: false,
    // The names are the core's to compare.
    checkServerIdentity: () => undefined,
    ...(servername !== undefined && { servername }),
    ...(protocol !== undefined && { ALPNProtocols: [protocol] }),
  }));
}

function settled(socket: Socket, timeoutMs: number, begin: () => TLSSocket): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    if (socket.destroyed) return reject(new Error('the peer went away before the TLS handshake'));
    const secure = begin();
    let reason: Error | undefined;
    const deadline = setTimeout(() => secure.destroy(new Error('the TLS handshake took too long')), timeoutMs);
    const closed = (): void => {
      clearTimeout(deadline);
      reject(reason ?? new Error('the peer went away during the TLS handshake'));
    };
    // Without a tls.Server of its own a socket tells faults of TLS by this event alone, and lives on.
    secure.on('_tlsError', (error: Error) => secure.destroy(error));
    secure.on('error', (error) => void (reason = error));
    secure.once('close', closed);
    secure.once('secure', () => {
      clearTimeout(deadline);
      secure.off('close', closed);
      secure.disableRenegotiation();
      resolve(secure);
    });
  });
}
