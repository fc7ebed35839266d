/** Reads the two messages of a SCRAM client. Spec: RFC 5802 §5.1, §7.
 *  Every function answers undefined for a message outside the grammar. An `m` attribute is outside it
 *  too: it announces an extension that must be understood, and there is none (§5.1). @module */
import { decodeBase64 } from './base64.ts';

/** The client-first-message. Where a name says "as sent", hashes are made of it (RFC 5802 §3). */
export interface ClientFirst {
  /** `p` binds to the channel; `y` would, but saw no offer; `n` can't. */
  readonly flag: 'p' | 'y' | 'n';
  /** The type of channel binding, with the flag `p`. */
  readonly binding?: string;
  readonly authzid?: string;
  readonly username: string;
  readonly nonce: string;
  /** gs2-header, as sent. */
  readonly header: string;
  /** client-first-message-bare, as sent. */
  readonly bare: string;
}

/** The client-final-message. */
export interface ClientFinal {
  /** The value of `c`: base64 of the gs2-header and the channel-binding data. */
  readonly channelBinding: string;
  readonly nonce: string;
  readonly proof: Buffer;
  /** client-final-message-without-proof, as sent. */
  readonly withoutProof: string;
}

const gs2Header = /^(?:([ny])|p=([A-Za-z0-9.-]+)),(?:a=([^,]+))?,/;
const attribute = /^([A-Za-z])=([^\0]+)$/;
const printable = /^[\x21-\x7e]+$/;
const saslname = /^(?:[^=\0]|=2C|=3D)+$/;

/** Reads a client-first-message.
 *  @spec RFC 5802 §7 */
export function readClientFirst(message: string): ClientFirst | undefined {
  const match = gs2Header.exec(message);
  if (match === null) return undefined;
  const header = match[0];
  const bare = message.slice(header.length);
  const [n, r, ...extensions] = attributes(bare);
  if (n?.name !== 'n' || r?.name !== 'r' || !printable.test(r.value) || !extensions.every(isIgnorable)) return undefined;
  const username = readSaslname(n.value);
  const authzid = match[3] === undefined ? undefined : readSaslname(match[3]);
  if (username === undefined || (authzid === undefined) !== (match[3] === undefined)) return undefined;
  return {
    flag: match[2] !== undefined ? 'p' : match[1] === 'y' ? 'y' : 'n',
    ...(match[2] === undefined ? {} : { binding: match[2] }),
    ...(authzid === undefined ? {} : { authzid }),
    username, nonce: r.value, header, bare,
  };
}

/** Reads a client-final-message.
 *  @spec RFC 5802 §7 */
export function readClientFinal(message: string): ClientFinal | undefined {
  const [c, r, ...rest] = attributes(message);
  const p = rest.pop();
  if (c?.name !== 'c' || r?.name !== 'r' || p?.name !== 'p' || !rest.every(isIgnorable)) return undefined;
  const proof = decodeBase64(p.value);
  if (proof === undefined || decodeBase64(c.value) === undefined) return undefined;
  const withoutProof = message.slice(0, message.lastIndexOf(',p='));
  return { channelBinding: c.value, nonce: r.value, proof, withoutProof };
}

interface Attribute {
  readonly name: string;
  readonly value: string;
}

/** The attributes of a message; a part that is none has an empty name, which no rule accepts. */
function attributes(text: string): Attribute[] {
  return text.split(',').map((part) => {
    const [, name = '', value = ''] = attribute.exec(part) ?? [];
    return { name, value };
  });
}

/** An optional extension is passed over, a mandatory one is not (RFC 5802 §5.1, §7). */
function isIgnorable({ name }: Attribute): boolean {
  return name !== '' && name !== 'm';
}

function readSaslname(value: string): string | undefined {
  return saslname.test(value) ? value.replaceAll('=2C', ',').replaceAll('=3D', '=') : undefined;
}
