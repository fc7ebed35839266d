/** Which mechanisms are offered where, and what holds for the exchanges of all of them. @module */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { BareJid } from '../../../machines/vocabulary.ts';
import type { Credentials, Store } from '../../../src/core/store.ts';
import type { SaslChannel, SaslExchange } from '../../../src/runtime/authenticator.ts';
import { saslAuthenticator } from '../../../src/runtime/sasl/authenticator.ts';
import { deriveCredentials } from '../../../src/runtime/sasl/credentials.ts';
import { boundChannel, challengeOf, encode, scramClient, storeOf, unboundChannel } from './client.ts';

const juliet = 'juliet@im.example.com' as BareJid;
let credentials: Credentials;
beforeAll(async () => { credentials = await deriveCredentials('r0m30myr0m30', 4096); });

const begin = (mechanism: string, store: Store = storeOf({ [juliet]: credentials })): SaslExchange => {
  const exchange = saslAuthenticator({ store }).begin(boundChannel, mechanism);
  if (exchange === undefined) throw new Error(`${mechanism} is not offered`);
  return exchange;
};

describe('mechanisms', () => {
  const plus = ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS'];
  const bare = ['SCRAM-SHA-256', 'SCRAM-SHA-1'];
  const insecure: SaslChannel = { ...unboundChannel, secure: false };

  test.each<readonly [string, SaslChannel, object, readonly string[]]>([
    ['TLS with bindings', boundChannel, {}, [...plus, ...bare, 'PLAIN']],
    ['TLS without bindings', unboundChannel, {}, [...bare, 'PLAIN']],
    ['no TLS', insecure, {}, bare],
    ['no TLS, but PLAIN allowed', { ...insecure, insecurePlain: true }, {}, [...bare, 'PLAIN']],
    ['guests allowed', unboundChannel, { anonymous: true }, [...bare, 'PLAIN', 'ANONYMOUS']],
    ['a list of what is allowed', boundChannel, { mechanisms: ['PLAIN', 'SCRAM-SHA-1-PLUS', 'CRAM-MD5'] }, ['SCRAM-SHA-1-PLUS', 'PLAIN']],
    ['a list that names what can\'t be had', insecure, { mechanisms: ['PLAIN', 'ANONYMOUS', 'SCRAM-SHA-1-PLUS'] }, []],
  ])('sasl: with %s the offer is as it should be, best first (RFC 6120 §6.3.3, §13.8.3)', (_, channel, options, expected) => {
    const authenticator = saslAuthenticator({ store: storeOf({}), ...options });
    expect(authenticator.mechanisms(channel)).toEqual(expected);
    for (const name of [...plus, ...bare, 'PLAIN', 'ANONYMOUS', 'CRAM-MD5', 'scram-sha-1', '']) {
      expect(authenticator.begin(channel, name) !== undefined, name).toBe(expected.includes(name));
    }
  });

  test('sasl: y is no downgrade when the list leaves -PLUS out of the offer (RFC 5802 §6)', async () => {
    const authenticator = saslAuthenticator({ store: storeOf({ [juliet]: credentials }), mechanisms: bare });
    const outcome = await authenticator.begin(boundChannel, 'SCRAM-SHA-1')?.respond(encode('y,,n=juliet,r=abc'));
    expect(outcome).toMatchObject({ type: 'challenge' });
  });
});

describe('every exchange', () => {
  test.each([
    ['characters outside the alphabet', 'bm90IGJhc2U2NA!!'],
    ['the alphabet for URLs', '-_8='],
    ['a line break', 'biws\nbj1q'],
    ['white space around it', ' biws '],
    ['a pad in front', '=AAA'],
    ['a pad in the middle', 'BBBB=CCC'],
    ['two equals signs', '=='],
    ['no pad where there should be one', 'bg'],
    ['padding bits that are not zero', 'bh=='],
  ])('sasl: base64 with %s is incorrect-encoding (RFC 6120 §13.9.1)', async (_, data) => {
    for (const mechanism of ['SCRAM-SHA-1', 'PLAIN']) {
      expect(await begin(mechanism).respond(data)).toEqual({ type: 'failure', condition: 'incorrect-encoding' });
    }
  });

  test.each([
    ['is not UTF-8', encode(Buffer.from([0x6e, 0x2c, 0x2c, 0xff]))],
    ['has a surrogate', encode(Buffer.from([0, 0x6a, 0, 0xed, 0xa0, 0x80]))],
    ['is longer than 10 KB', encode(`\0juliet\0${'x'.repeat(10_240)}`)],
    ['is there and empty', '='],
  ])('sasl: a message that %s is malformed-request (RFC 6120 §6.5.8)', async (_, data) => {
    for (const mechanism of ['SCRAM-SHA-1', 'PLAIN']) {
      expect(await begin(mechanism).respond(data)).toEqual({ type: 'failure', condition: 'malformed-request' });
    }
  });

  test('sasl: a response after success is refused (RFC 6120 §6.4.3)', async () => {
    const exchange = begin('PLAIN');
    const data = encode('\0juliet\0r0m30myr0m30');
    expect(await exchange.respond(data)).toMatchObject({ type: 'success' });
    expect(await exchange.respond(data)).toEqual({ type: 'failure', condition: 'malformed-request' });
  });

  test('sasl: of two messages at once the second is refused, and the first goes on (RFC 6120 §6.4.3)', async () => {
    const exchange = begin('SCRAM-SHA-256');
    const client = scramClient({ hash: 'sha256', username: 'juliet', password: 'r0m30myr0m30' });
    const [first, second] = await Promise.all([exchange.respond(encode(client.first)), exchange.respond(encode(client.first))]);
    expect(second).toEqual({ type: 'failure', condition: 'malformed-request' });
    expect(await exchange.respond(encode(client.final(challengeOf(first))))).toMatchObject({ type: 'success' });
  });

  const failing: Store = { perform: () => Promise.reject(new Error('disk on fire')), close: async () => {} };
  const spoilt = storeOf({ [juliet]: { 'SCRAM-SHA-1': { salt: '', iterations: 0, storedKey: '', serverKey: '' }, 'SCRAM-SHA-256': { salt: '', iterations: 0, storedKey: '', serverKey: '' } } });
  test.each([['a store that fails', failing], ['a store with spoilt keys', spoilt]])(
    'sasl: %s rejects, which the driver makes a temporary-auth-failure (RFC 6120 §6.5.11)', async (_, store) => {
      await expect(begin('PLAIN', store).respond(encode('\0juliet\0r0m30myr0m30'))).rejects.toThrow();
      const exchange = begin('SCRAM-SHA-1', store);
      const client = scramClient({ hash: 'sha1', username: 'juliet', password: 'r0m30myr0m30', nonce: 'abc' });
      const toTheEnd = async (): Promise<unknown> => {
        const nonce = /^r=([^,]+)/.exec(challengeOf(await exchange.respond(encode(client.first))))?.[1] ?? '';
        return exchange.respond(encode(`c=biws,r=${nonce},p=${encode(Buffer.alloc(20))}`));
      };
      await expect(toTheEnd()).rejects.toThrow();
    });

  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.uint8Array({ maxLength: 60 }).map(encode),
    fc.array(fc.constantFrom('n', 'y', 'p=tls-exporter', ',', '=', 'a=', 'n=juliet', 'r=abc', 'c=biws', 'p=', 'm=x', '\0', 'juliet', 'é')).map((parts) => encode(parts.join(''))),
    fc.constantFrom(undefined, '=', ''),
  );
  test.each(['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1', 'PLAIN'])('sasl: no nonsense makes %s throw or succeed (RFC 6120 §13.9.1)', async (mechanism) => {
    const outcomes = new Set<string>();
    await fc.assert(fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 4 }), async (messages) => {
      const exchange = begin(mechanism);
      for (const message of messages) outcomes.add((await exchange.respond(message)).type);
    }), { numRuns: 300 });
    expect(outcomes).toEqual(new Set(['failure', 'challenge']));
  });

  test('sasl: one other character anywhere in the final message of SCRAM, and it fails (RFC 5802 §3)', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 0x7f }), async (where, code) => {
      const exchange = begin('SCRAM-SHA-1');
      const client = scramClient({ hash: 'sha1', username: 'juliet', password: 'r0m30myr0m30' });
      const honest = client.final(challengeOf(await exchange.respond(encode(client.first))));
      const at = where % honest.length;
      const forged = honest.slice(0, at) + String.fromCharCode(code) + honest.slice(at + 1);
      const outcome = await exchange.respond(encode(forged));
      expect(outcome.type).toBe(forged === honest ? 'success' : 'failure');
    }), { numRuns: 150 });
  });
});
