/** A SASL client of its own, written from the RFCs and not from the server's sources, and a store and
 *  channels to try it on. Spec: RFC 5802 §3, §5. @module */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Credentials, Store } from '../../../src/core/store.ts';
import type { SaslChannel, SaslExchange, SaslOutcome } from '../../../src/runtime/authenticator.ts';

/** What a SCRAM client knows and how it stands on channel binding. */
export interface ScramClientOptions {
  readonly hash: 'sha1' | 'sha256';
  readonly username: string;
  readonly password: string;
  /** `n` unless given; `p=<type>` with the data below. */
  readonly flag?: string;
  readonly bindingData?: Uint8Array;
  readonly authzid?: string;
  readonly nonce?: string;
}

/** A client in the middle of an exchange: what it says, in clear. */
export interface ScramClient {
  readonly first: string;
  /** The answer to the server's first message; with another nonce than the server's if one is given. */
  final(serverFirst: string, otherNonce?: string): string;
  /** Whether the server proved that it knows the keys. */
  accepts(serverFinal: string): boolean;
}

const quoted = (name: string): string => name.replaceAll('=', '=3D').replaceAll(',', '=2C');

/** Begins an exchange from the client's side. */
export function scramClient(options: ScramClientOptions): ScramClient {
  const { hash, username, password, flag = 'n', bindingData, authzid, nonce = randomBytes(12).toString('hex') } = options;
  const header = `${flag},${authzid === undefined ? '' : `a=${quoted(authzid)}`},`;
  const bare = `n=${quoted(username)},r=${nonce}`;
  const hmac = (key: Uint8Array, data: string): Buffer => createHmac(hash, key).update(data).digest();
  let verifier = '';
  return {
    first: header + bare,
    final(serverFirst, otherNonce) {
      const [, r, s = '', i] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(serverFirst) ?? [];
      if (r === undefined || !r.startsWith(nonce) || r === nonce) throw new Error('the server broke the nonce');
      const salted = pbkdf2Sync(password.normalize('NFKC'), Buffer.from(s, 'base64'), Number(i), hash === 'sha1' ? 20 : 32, hash);
      const c = Buffer.concat([Buffer.from(header), bindingData ?? Buffer.alloc(0)]).toString('base64');
      const withoutProof = `c=${c},r=${otherNonce ?? r}`;
      const authMessage = `${bare},${serverFirst},${withoutProof}`;
      const clientKey = hmac(salted, 'Client Key');
      const signature = hmac(createHash(hash).update(clientKey).digest(), authMessage);
      verifier = hmac(hmac(salted, 'Server Key'), authMessage).toString('base64');
      return `${withoutProof},p=${Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0))).toString('base64')}`;
    },
    accepts: (serverFinal) => verifier !== '' && serverFinal === `v=${verifier}`,
  };
}

/** Base64 of a text. */
export const encode = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');

/** The text behind base64. */
export const decode = (data: string): string => Buffer.from(data, 'base64').toString();

/** The server's challenge in clear; anything else ends the test. */
export function challengeOf(outcome: SaslOutcome): string {
  if (outcome.type !== 'challenge') throw new Error(`a challenge was expected, not ${JSON.stringify(outcome)}`);
  return decode(outcome.data);
}

/** Runs a SCRAM exchange to its end, or as far as it goes. */
export async function converse(exchange: SaslExchange, client: ScramClient): Promise<SaslOutcome> {
  const outcome = await exchange.respond(encode(client.first));
  return outcome.type === 'challenge' ? exchange.respond(encode(client.final(decode(outcome.data)))) : outcome;
}

/** A store with these accounts and nothing else. */
export function storeOf(accounts: Readonly<Record<string, Credentials>>): Store {
  return {
    async perform(request) {
      if (!('account' in request)) throw new Error(`not part of this test: ${request.op}`);
      return (accounts[request.account] ?? null) as never;
    },
    close: async () => {},
  };
}

/** A channel over TLS that can be bound to in both ways. */
export const boundChannel: SaslChannel = {
  secure: true,
  insecurePlain: false,
  domain: 'im.example.com',
  bindings: new Map([['tls-exporter', randomBytes(32)], ['tls-server-end-point', randomBytes(32)]]),
};

/** A channel over TLS without bindings. */
export const unboundChannel: SaslChannel = { ...boundChannel, bindings: new Map() };
