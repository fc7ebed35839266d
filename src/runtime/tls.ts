/** The server's side of TLS: the certificate in use, and the handshake that turns a socket into a
 *  secure one. Spec: RFC 6120 §5.4.3, RFC 7590, XEP-0368. Not here: when a handshake begins (tcp.ts,
 *  listener.ts), where certificates come from (certificate.ts). @module */
import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { SecureContext, SecureContextOptions, SecureVersion } from 'node:tls';
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

/** The certificate in use: handshakes that begin later take the one that was set last. */
export class Identity {
  #context: SecureContext;

  /** @throws when key and certificate are not PEM, or don't belong together. */
  constructor(pair: KeyAndCertificate) {
    this.#context = contextOf(pair);
  }

  get context(): SecureContext {
    return this.#context;
  }

  /** Takes a new certificate; connections that are up keep theirs.
   *  @throws as the constructor does, and then keeps the old one. */
  renew(pair: KeyAndCertificate): void {
    this.#context = contextOf(pair);
  }
}

function contextOf(pair: KeyAndCertificate): SecureContext {
  return createSecureContext(tlsOptions(pair));
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
}

/** Takes the server's part in a TLS handshake. The socket belongs to the result from now on: nothing
 *  that was read from it before is part of the result. When it fails or takes too long the socket is
 *  destroyed without a word of XML (RFC 6120 §5.4.3.2).
 *  @throws (rejects) when there will be no TLS on this socket.
 *  @example
 *  const secure = await handshake(socket, { identity, timeoutMs: 10_000 }); */
export function handshake(socket: Socket, { identity, protocol, timeoutMs }: HandshakeOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    if (socket.destroyed) return reject(new Error('the peer went away before the TLS handshake'));
    const secure = new TLSSocket(socket, {
      isServer: true,
      secureContext: identity.context,
      ...(protocol !== undefined && { ALPNProtocols: [protocol] }),
    });
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
