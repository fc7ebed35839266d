/** UTF-8, as the bytes of a stream arrive: characters may be cut anywhere (RFC 3629, RFC 6120 §11.6).
 *  A decoder that remembers would cost each idle stream memory, so that what it remembers is here
 *  data: the bytes of the one incomplete character. @module */

/** What a piece of a stream decodes to. */
export interface Decoded {
  readonly text: string;
  /** The bytes at the end that may become a character with the next piece. */
  readonly partial: Uint8Array;
  /** False when the bytes after `text` are no UTF-8. */
  readonly valid: boolean;
}

/** No bytes at all. */
export const noBytes = new Uint8Array(0);

/** U+FEFF is a character like any other (RFC 6120 §11.6). */
const options = { fatal: true, ignoreBOM: true } as const;
const decoder = new TextDecoder('utf-8', options);

/** Decodes the next piece.
 *  @param before the `partial` of the piece before it */
export function decodeUtf8(before: Uint8Array, piece: Uint8Array): Decoded {
  const bytes = before.length === 0 ? piece : joined(before, piece);
  const whole = bytes.length - incompleteBytes(bytes);
  // A copy: what arrived may be a buffer that is used again.
  const partial = whole === bytes.length ? noBytes : joined(noBytes, bytes.subarray(whole));
  try {
    return { text: decoder.decode(whole === bytes.length ? bytes : bytes.subarray(0, whole)), partial, valid: true };
  } catch {
    return { text: validBeginning(bytes), partial: noBytes, valid: false };
  }
}

/** How many bytes of text these code units are in UTF-8. */
export function byteLength(text: string, from: number): number {
  let bytes = 0;
  for (let i = from; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    // Each half of a surrogate pair stands for two of its four bytes.
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3;
  }
  return bytes;
}

function joined(before: Uint8Array, piece: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(before.length + piece.length);
  bytes.set(before);
  bytes.set(piece, before.length);
  return bytes;
}

/** How many bytes at the end are the beginning of a character that is longer. */
function incompleteBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte < 0xc2 || byte > 0xf4 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? back : 0;
  }
  return 0;
}

/** The longest beginning that is UTF-8, found by halving. */
function validBeginning(bytes: Uint8Array): string {
  let text = '';
  for (let low = 0, high = bytes.length; low < high;) {
    const middle = Math.ceil((low + high) / 2);
    try {
      text = new TextDecoder('utf-8', options).decode(bytes.subarray(0, middle), { stream: true });
      low = middle;
    } catch {
      high = middle - 1;
    }
  }
  return text;
}
