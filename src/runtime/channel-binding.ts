/** What a SASL exchange can bind to, so that it can't be relayed over another TLS connection.
 *  Spec: RFC 9266 (`tls-exporter`), RFC 5929 §4 (`tls-server-end-point`).
 *  `tls-unique` is never offered: it isn't defined for TLS 1.3 and isn't safe before it (RFC 7677 §4). @module */
import { X509Certificate, hash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/** The channel bindings of an established TLS connection, by type; the same at both of its ends.
 *  @param socket The connection, after its handshake.
 *  @param certificateDer The server's certificate, as the server sent it.
 *  @returns The binding data; what can't be had is left out.
 *  @spec RFC 9266 §2
 *  @example
 *  const bindings = channelBindings(socket, new X509Certificate(pem).raw);
 *  bindings.get('tls-exporter'); // 32 bytes on TLS 1.3 */
export function channelBindings(socket: TLSSocket, certificateDer: Buffer | undefined): Map<string, Uint8Array> {
  const bindings = new Map<string, Uint8Array>();
  // Before TLS 1.3 it is defined only with the extended master secret, and Node doesn't tell (RFC 9266 §2).
  if (socket.getProtocol() === 'TLSv1.3') {
    bindings.set('tls-exporter', socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)));
  }
  const endPoint = certificateDer && serverEndPoint(certificateDer);
  if (endPoint !== undefined) bindings.set('tls-server-end-point', endPoint);
  return bindings;
}

/** What is accepted of a client without being offered, by type. Some libraries know no channel binding but
 *  `tls-unique`, and under TLS 1.3 take for it what it was before: the client's Finished (slixmpp 1.8, and so
 *  what Debian 12 has of it). Refusing them would shut them out, since the flag `y`, which they try next,
 *  means an attack (RFC 5802 §6). Accepting costs nothing: in TLS 1.3 Finished covers the whole handshake with
 *  its certificate (RFC 8446 §4.4.4), so it differs on the two connections of somebody in between.
 *  @param socket The server's end of the connection.
 *  @spec RFC 9266 §1 */
export function toleratedBindings(socket: TLSSocket): Map<string, Uint8Array> {
  const finished = socket.getProtocol() === 'TLSv1.3' && !socket.isSessionReused() ? socket.getPeerFinished() : undefined;
  return new Map(finished && [['tls-unique', finished]]);
}

/** The hash function for a certificate, by the algorithm of its signature; MD5 and SHA-1 give way to
 *  SHA-256. An algorithm that isn't listed doesn't name a single hash function: Ed25519 has none, RSASSA-PSS
 *  has it among its parameters.
 *  @spec RFC 5929 §4.1 */
const hashBySignature: ReadonlyMap<string | undefined, string> = new Map([
  ['md5WithRSAEncryption', 'sha256'],
  ['sha1WithRSAEncryption', 'sha256'],
  ['sha256WithRSAEncryption', 'sha256'],
  ['sha384WithRSAEncryption', 'sha384'],
  ['sha512WithRSAEncryption', 'sha512'],
  ['ecdsa-with-SHA1', 'sha256'],
  ['ecdsa-with-SHA256', 'sha256'],
  ['ecdsa-with-SHA384', 'sha384'],
  ['ecdsa-with-SHA512', 'sha512'],
]);

/** The hash of a server's certificate; undefined where the RFC leaves it undefined.
 *  @spec RFC 5929 §4.1 */
export function serverEndPoint(certificateDer: Buffer): Buffer | undefined {
  const name = hashBySignature.get(new X509Certificate(certificateDer).signatureAlgorithm);
  return name === undefined ? undefined : hash(name, certificateDer, 'buffer');
}
