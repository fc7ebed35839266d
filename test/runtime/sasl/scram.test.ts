/** SCRAM from both ends: the examples of the RFCs byte for byte, a client of its own, and abuse. @module */
import { beforeAll, describe, expect, test } from 'vitest';
import type { BareJid } from '../../../machines/vocabulary.ts';
import type { Credentials } from '../../../src/core/store.ts';
import type { SaslChannel, SaslExchange } from '../../../src/runtime/authenticator.ts';
import { saslAuthenticator } from '../../../src/runtime/sasl/authenticator.ts';
import { deriveCredentials, scramKeys } from '../../../src/runtime/sasl/credentials.ts';
import type { ScramFamily } from '../../../src/runtime/sasl/credentials.ts';
import { runExchange } from '../../../src/runtime/sasl/exchange.ts';
import { scram } from '../../../src/runtime/sasl/scram.ts';
import { boundChannel, challengeOf, converse, encode, scramClient, storeOf, unboundChannel } from './client.ts';

const juliet = 'juliet@im.example.com' as BareJid;
const password = 'r0m30myr0m30';
let credentials: Credentials;
beforeAll(async () => { credentials = await deriveCredentials(password, 4096); });

const begin = (mechanism: string, channel: SaslChannel = unboundChannel): SaslExchange => {
  const exchange = saslAuthenticator({ store: storeOf({ [juliet]: credentials }) }).begin(channel, mechanism);
  if (exchange === undefined) throw new Error(`${mechanism} is not offered`);
  return exchange;
};

interface Example {
  readonly family: ScramFamily;
  readonly secret: string;
  readonly salt: string;
  readonly serverNonce: string;
  /** What client and server say in turn, the client first. */
  readonly dialogue: readonly [string, string, string, string];
}

const examples: readonly (readonly [string, Example])[] = [
  ['RFC 5802 §5', {
    family: 'SCRAM-SHA-1', secret: 'pencil', salt: 'QSXCR+Q6sek8bf92', serverNonce: '3rfcNHYJY1ZVvWVs7j',
    dialogue: [
      'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
      'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
      'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
      'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
    ],
  }],
  ['RFC 7677 §3', {
    family: 'SCRAM-SHA-256', secret: 'pencil', salt: 'W22ZaJ0SNY7soEsUEjb6gQ==', serverNonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    dialogue: [
      'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
      'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    ],
  }],
  ['RFC 6120 §9.1.2', {
    family: 'SCRAM-SHA-1', secret: password, salt: 'NjhkYTM0MDgtNGY0Zi00NjdmLTkxMmUtNDlmNTNmNDNkMDMz', serverNonce: 'e124695b-69a9-4de6-9c30-b51b3808c59e',
    dialogue: [
      'n,,n=juliet,r=oMsTAAwAAAAMAAAANP0TAAAAAABPU0AA',
      'r=oMsTAAwAAAAMAAAANP0TAAAAAABPU0AAe124695b-69a9-4de6-9c30-b51b3808c59e,s=NjhkYTM0MDgtNGY0Zi00NjdmLTkxMmUtNDlmNTNmNDNkMDMz,i=4096',
      'c=biws,r=oMsTAAwAAAAMAAAANP0TAAAAAABPU0AAe124695b-69a9-4de6-9c30-b51b3808c59e,p=UA57tM/SvpATBkH2FXs0WDXvJYw=',
      'v=pNNDFVEQxuXxCoSEiW8GEZ+1RSo=',
    ],
  }],
];

test.each(examples)('scram: the example of %s is reproduced byte for byte', async (_, { family, secret, salt, serverNonce, dialogue }) => {
  const keys = await scramKeys(family, secret, Buffer.from(salt, 'base64'), 4096);
  const exchange = runExchange(scram({
    family, plus: false, plusOffered: false, channel: unboundChannel,
    findVerifier: async () => ({ keys, genuine: true }), nonce: () => serverNonce,
  }));
  const [first, challenge, final, verdict] = dialogue;
  expect(await exchange.respond(encode(first))).toEqual({ type: 'challenge', data: encode(challenge) });
  expect(await exchange.respond(encode(final))).toMatchObject({ type: 'success', data: encode(verdict) });
});

describe('with a client of its own', () => {
  const hashes = [['SCRAM-SHA-1', 'sha1'], ['SCRAM-SHA-256', 'sha256']] as const;
  const variants = hashes.flatMap(([family, hash]) => [
    [family, undefined, hash] as const,
    [`${family}-PLUS`, 'tls-exporter', hash] as const,
    [`${family}-PLUS`, 'tls-server-end-point', hash] as const,
  ]);

  test.each(variants)('scram: %s bound to %s proves client and server to each other (RFC 5802 §3)', async (mechanism, binding, hash) => {
    const bindingData = binding && boundChannel.bindings.get(binding);
    const client = scramClient({
      hash, username: 'juliet', password, ...(bindingData && { flag: `p=${binding}`, bindingData }),
    });
    const outcome = await converse(begin(mechanism, boundChannel), client);
    expect(outcome).toMatchObject({ type: 'success', account: juliet });
    expect(outcome.type === 'success' && client.accepts(Buffer.from(outcome.data ?? '', 'base64').toString())).toBe(true);
  });

  test('scram: a client without an initial response is asked for one (RFC 4422 §5)', async () => {
    const exchange = begin('SCRAM-SHA-256');
    expect(await exchange.respond(undefined)).toEqual({ type: 'challenge', data: '' });
    expect(await converse(exchange, scramClient({ hash: 'sha256', username: 'juliet', password }))).toMatchObject({ type: 'success' });
  });

  test('scram: every exchange has a nonce of its own (RFC 5802 §5.1)', async () => {
    const nonces = await Promise.all([1, 2, 3].map(async () => challengeOf(await begin('SCRAM-SHA-1').respond(encode('n,,n=juliet,r=same')))));
    expect(new Set(nonces).size).toBe(3);
    for (const nonce of nonces) expect(nonce).toMatch(/^r=same[!-+\--~]{24},s=/);
  });

  test('scram: the name is prepared for the look-up and hashed as it was sent (RFC 5802 §5.1, RFC 7622 §3.3)', async () => {
    const client = scramClient({ hash: 'sha256', username: 'Juliet', password });
    expect(await converse(begin('SCRAM-SHA-256'), client)).toMatchObject({ type: 'success', account: juliet });
  });

  test.each([
    ['her own bare JID', juliet, { type: 'success', account: juliet }],
    ['her own bare JID in capitals', 'JULIET@IM.example.com', { type: 'success', account: juliet }],
    ['another account', 'romeo@im.example.com', { type: 'failure', condition: 'invalid-authzid' }],
    ['her full JID', `${juliet}/balcony`, { type: 'failure', condition: 'invalid-authzid' }],
    ['another domain', 'juliet@example.net', { type: 'failure', condition: 'invalid-authzid' }],
    ['no JID', 'a,b=c', { type: 'failure', condition: 'invalid-authzid' }],
  ])('scram: as authorization identity, %s is judged (RFC 6120 §6.3.8)', async (_, authzid, expected) => {
    const client = scramClient({ hash: 'sha1', username: 'juliet', password, authzid });
    expect(await converse(begin('SCRAM-SHA-1'), client)).toMatchObject(expected);
  });

  test.each([
    ['data of another channel', 'SCRAM-SHA-1-PLUS', { flag: 'p=tls-exporter', bindingData: Buffer.alloc(32) }, 'not-authorized'],
    ['no data', 'SCRAM-SHA-1-PLUS', { flag: 'p=tls-exporter' }, 'not-authorized'],
    ['the data of the other type', 'SCRAM-SHA-1-PLUS', { flag: 'p=tls-server-end-point', bindingData: boundChannel.bindings.get('tls-exporter') ?? Buffer.alloc(0) }, 'not-authorized'],
    ['data although it says that it binds to none', 'SCRAM-SHA-1', { bindingData: boundChannel.bindings.get('tls-exporter') ?? Buffer.alloc(0) }, 'not-authorized'],
    ['tls-unique', 'SCRAM-SHA-1-PLUS', { flag: 'p=tls-unique', bindingData: Buffer.alloc(12) }, 'not-authorized'],
    ['y although -PLUS was offered', 'SCRAM-SHA-1', { flag: 'y' }, 'not-authorized'],
    ['y within -PLUS', 'SCRAM-SHA-1-PLUS', { flag: 'y' }, 'not-authorized'],
    ['n within -PLUS', 'SCRAM-SHA-1-PLUS', { flag: 'n' }, 'malformed-request'],
    ['p without -PLUS', 'SCRAM-SHA-1', { flag: 'p=tls-exporter', bindingData: boundChannel.bindings.get('tls-exporter') ?? Buffer.alloc(0) }, 'malformed-request'],
  ])('scram: channel binding with %s is refused (RFC 5802 §6)', async (_, mechanism, stand, condition) => {
    const client = scramClient({ hash: 'sha1', username: 'juliet', password, ...stand });
    expect(await converse(begin(mechanism, boundChannel), client)).toMatchObject({ type: 'failure', condition });
  });

  test('scram: y is right when no -PLUS variant was offered (RFC 5802 §6)', async () => {
    const client = scramClient({ hash: 'sha1', username: 'juliet', password, flag: 'y' });
    expect(await converse(begin('SCRAM-SHA-1', unboundChannel), client)).toMatchObject({ type: 'success' });
  });
});

describe('abuse', () => {
  test.each([
    ['nothing', '', 'malformed-request'],
    ['no gs2-header', 'n=juliet,r=abc', 'malformed-request'],
    ['an unknown flag', 'x,,n=juliet,r=abc', 'malformed-request'],
    ['an empty authzid', 'n,a=,n=juliet,r=abc', 'malformed-request'],
    ['a wrong escape in the authzid', 'n,a==,n=juliet,r=abc', 'malformed-request'],
    ['no name', 'n,,r=abc', 'malformed-request'],
    ['an empty name', 'n,,n=,r=abc', 'malformed-request'],
    ['no nonce', 'n,,n=juliet', 'malformed-request'],
    ['an empty nonce', 'n,,n=juliet,r=', 'malformed-request'],
    ['a nonce that is not printable', 'n,,n=juliet,r=a bc', 'malformed-request'],
    ['name and nonce in the wrong order', 'n,,r=abc,n=juliet', 'malformed-request'],
    ['a mandatory extension in front', 'n,,m=must,n=juliet,r=abc', 'malformed-request'],
    ['a mandatory extension behind', 'n,,n=juliet,r=abc,m=must', 'malformed-request'],
    ['an extension that is none', 'n,,n=juliet,r=abc,trailing', 'malformed-request'],
    ['an empty extension', 'n,,n=juliet,r=abc,', 'malformed-request'],
    ['a name with an unknown escape', 'n,,n=juli=41t,r=abc', 'malformed-request'],
    ['a name with an escape in small letters', 'n,,n=juli=2ct,r=abc', 'malformed-request'],
    ['a name that ends in =', 'n,,n=juliet=,r=abc', 'malformed-request'],
    ['a name with NUL', 'n,,n=juli\0et,r=abc', 'malformed-request'],
    ['a name with a space, which no localpart has', 'n,,n=juliet capulet,r=abc', 'not-authorized'],
    ['a bare JID as name', 'n,,n=juliet@im.example.com,r=abc', 'not-authorized'],
  ])('scram: a first message with %s is refused (RFC 5802 §7)', async (_, message, condition) => {
    expect(await begin('SCRAM-SHA-1').respond(encode(message))).toEqual({ type: 'failure', condition });
  });

  test('scram: =3D and =2C in a name are read as = and , (RFC 5802 §5.1)', async () => {
    const accounts = { 'a=b@im.example.com': credentials, 'a,b@im.example.com': credentials };
    const authenticator = saslAuthenticator({ store: storeOf(accounts) });
    for (const username of ['a=b', 'a,b']) {
      const exchange = authenticator.begin(unboundChannel, 'SCRAM-SHA-256');
      if (exchange === undefined) throw new Error('not offered');
      const outcome = await converse(exchange, scramClient({ hash: 'sha256', username, password }));
      expect(outcome).toMatchObject({ type: 'success', account: `${username}@im.example.com` });
    }
  });

  test('scram: an optional extension that is unknown is passed over, and hashed (RFC 5802 §7)', async () => {
    expect(await begin('SCRAM-SHA-1').respond(encode('n,,n=juliet,r=abc,x=more,y=a=b'))).toMatchObject({ type: 'challenge' });
  });

  test.each<readonly [string, (honest: string) => string, string]>([
    ['nothing', () => '', 'malformed-request'],
    ['the first message again', () => 'n,,n=juliet,r=abc', 'malformed-request'],
    ['no proof', (honest) => honest.replace(/,p=.*/, ''), 'malformed-request'],
    ['no channel binding', (honest) => honest.replace(/^c=[^,]*,/, ''), 'malformed-request'],
    ['a channel binding that is no base64', (honest) => honest.replace('c=biws', 'c=bi_s'), 'malformed-request'],
    ['a proof that is no base64', (honest) => honest.replace(/p=./, 'p=*'), 'malformed-request'],
    ['something behind the proof', (honest) => `${honest},x=1`, 'malformed-request'],
    ['a mandatory extension', (honest) => honest.replace(',p=', ',m=must,p='), 'malformed-request'],
    ['a nonce that lacks the end', (honest) => honest.replace(/.,p=/, ',p='), 'not-authorized'],
    ['the client\'s part of the nonce only', (honest) => honest.replace(/r=[^,]*/, 'r=abc'), 'not-authorized'],
    ['another gs2-header', (honest) => honest.replace('c=biws', `c=${encode('y,,')}`), 'not-authorized'],
    ['an extension that is not in the proof', (honest) => honest.replace(',p=', ',x=1,p='), 'not-authorized'],
    ['another proof', (honest) => honest.replace(/p=.*/, `p=${encode(Buffer.alloc(20))}`), 'not-authorized'],
    ['an empty proof', (honest) => honest.replace(/p=.*/, 'p='), 'malformed-request'],
    ['a proof that is too short', (honest) => honest.replace(/p=.*/, `p=${encode(Buffer.alloc(19))}`), 'not-authorized'],
    ['a proof that goes on', (honest) => honest.replace(/p=(.*)/, (_, proof: string) => `p=${encode(Buffer.concat([Buffer.from(proof, 'base64'), Buffer.alloc(1)]))}`), 'not-authorized'],
  ])('scram: a final message with %s is refused (RFC 5802 §5, §7)', async (_, spoil, condition) => {
    const exchange = begin('SCRAM-SHA-1');
    const client = scramClient({ hash: 'sha1', username: 'juliet', password, nonce: 'abc' });
    const honest = client.final(challengeOf(await exchange.respond(encode(client.first))));
    const outcome = await exchange.respond(encode(spoil(honest)));
    expect(outcome).toMatchObject({ type: 'failure', condition });
    expect(await exchange.respond(encode(honest))).toEqual({ type: 'failure', condition: 'malformed-request' });
  });

  test('scram: the right proof of another nonce is refused (RFC 5802 §5.1)', async () => {
    const exchange = begin('SCRAM-SHA-1');
    const client = scramClient({ hash: 'sha1', username: 'juliet', password });
    const challenge = challengeOf(await exchange.respond(encode(client.first)));
    expect(await exchange.respond(encode(client.final(challenge, 'replayed')))).toEqual({ type: 'failure', condition: 'not-authorized' });
  });

  test('scram: an empty final response is malformed (RFC 5802 §7)', async () => {
    const exchange = begin('SCRAM-SHA-1');
    challengeOf(await exchange.respond(encode('n,,n=juliet,r=abc')));
    expect(await exchange.respond(undefined)).toEqual({ type: 'failure', condition: 'malformed-request' });
  });
});
