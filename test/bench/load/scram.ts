/** The client's side of SCRAM-SHA-1 (RFC 5802 §3, §5) for the load generator. Salted keys are kept per
 *  salt, as clients do (§5.1), so that a log-in is dear for the server only. @module */
import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

interface ClientKeys {
  readonly clientKey: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** A client's first message, and what the rest of the exchange needs of it. */
export interface ClientFirst {
  readonly nonce: string;
  readonly bare: string;
  readonly message: string;
}

/** A client's last message, and the signature that proves the server. */
export interface ClientFinal {
  readonly message: string;
  readonly serverSignature: string;
}

const known = new Map<string, Promise<ClientKeys>>();
const derive = promisify(pbkdf2);
const hmac = (key: Buffer, text: string): Buffer => createHmac('sha1', key).update(text).digest();

async function deriveKeys(password: string, salt: string, iterations: number): Promise<ClientKeys> {
  const salted = await derive(password, Buffer.from(salt, 'base64'), iterations, 20, 'sha1');
  const clientKey = hmac(salted, 'Client Key');
  return { clientKey, storedKey: createHash('sha1').update(clientKey).digest(), serverKey: hmac(salted, 'Server Key') };
}

function saltedKeys(password: string, salt: string, iterations: number): Promise<ClientKeys> {
  const id = `${iterations} ${salt} ${password}`;
  const keys = known.get(id) ?? deriveKeys(password, salt, iterations);
  known.set(id, keys);
  return keys;
}

/** Begins an exchange for a localpart that needs no escaping (RFC 5802 §5.1). */
export function clientFirst(localpart: string): ClientFirst {
  const nonce = randomBytes(18).toString('base64');
  const bare = `n=${localpart},r=${nonce}`;
  return { nonce, bare, message: `n,,${bare}` };
}

/** Answers the server's challenge. Throws when its nonce does not extend the client's. */
export async function clientFinal(first: ClientFirst, serverFirst: string, password: string): Promise<ClientFinal> {
  const fields = new Map(serverFirst.split(',').map((field) => [field.charAt(0), field.slice(2)]));
  const nonce = fields.get('r') ?? '';
  if (!nonce.startsWith(first.nonce)) throw new Error('SCRAM: the server’s nonce does not extend the client’s');
  const keys = await saltedKeys(password, fields.get('s') ?? '', Number(fields.get('i')));
  const withoutProof = `c=biws,r=${nonce}`;
  const authMessage = `${first.bare},${serverFirst},${withoutProof}`;
  const signature = hmac(keys.storedKey, authMessage);
  const proof = Buffer.from(keys.clientKey.map((byte, i) => byte ^ signature.readUInt8(i)));
  return {
    message: `${withoutProof},p=${proof.toString('base64')}`,
    serverSignature: hmac(keys.serverKey, authMessage).toString('base64'),
  };
}
