/** The encoding of SASL messages in XMPP: base64, strict to the last bit, of UTF-8 text; every mechanism
 *  here speaks text. Spec: RFC 6120 §6.4.2, §13.9.1, RFC 4648 §4. @module */
import { isUtf8 } from 'node:buffer';

/** Decodes base64; undefined for anything but the one canonical encoding of some bytes.
 *  @spec RFC 6120 §13.9.1 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  // Node passes over what is no base64, so only a canonical text comes back as it went in.
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** Encodes text, or bytes, in base64. */
export function encodeBase64(data: string | Uint8Array): string {
  return (typeof data === 'string' ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.byteLength))
    .toString('base64');
}

/** Decodes UTF-8 so that encoding it again gives the same bytes; undefined when it is none.
 *  @spec RFC 3629 §3 */
export function decodeUtf8(bytes: Buffer): string | undefined {
  return isUtf8(bytes) ? bytes.toString() : undefined;
}
