/** PLAIN and ANONYMOUS: what they accept and what they refuse. @module */
import { beforeAll, describe, expect, test } from 'vitest';
import type { BareJid } from '../../../machines/vocabulary.ts';
import type { SaslExchange } from '../../../src/runtime/authenticator.ts';
import { saslAuthenticator } from '../../../src/runtime/sasl/authenticator.ts';
import { deriveCredentials } from '../../../src/runtime/sasl/credentials.ts';
import { encode, storeOf, unboundChannel } from './client.ts';
import type { Store } from '../../../src/core/store.ts';

const juliet = 'juliet@im.example.com' as BareJid;
let store: Store;
beforeAll(async () => {
  const [plain, numeral] = await Promise.all([deriveCredentials('r0m30myr0m30', 4096), deriveCredentials('\u2168 cups', 4096)]);
  store = storeOf({ [juliet]: plain, 'nurse@im.example.com': numeral });
});

const begin = (mechanism: string): SaslExchange => {
  const exchange = saslAuthenticator({ store, anonymous: true }).begin(unboundChannel, mechanism);
  if (exchange === undefined) throw new Error(`${mechanism} is not offered`);
  return exchange;
};

describe('plain', () => {
  test.each([
    ['a name and a password', '\0juliet\0r0m30myr0m30'],
    ['her own bare JID as authorization identity', `${juliet}\0juliet\0r0m30myr0m30`],
    ['a name in capitals', '\0JULIET\0r0m30myr0m30'],
    ['a soft hyphen in the password, which SASLprep drops', '\0juliet\0r0m30\u00admyr0m30'],
  ])('plain: %s is accepted (RFC 4616 §2)', async (_, message) => {
    expect(await begin('PLAIN').respond(encode(message))).toEqual({ type: 'success', account: juliet });
  });

  test.each(['\u2168 cups', 'IX cups', 'IX\u00a0cups'])('plain: the password %j is the same to SASLprep (RFC 4013 §3)', async (password) => {
    expect(await begin('PLAIN').respond(encode(`\0nurse\0${password}`))).toMatchObject({ type: 'success' });
  });

  test.each([
    ['nothing', '', 'malformed-request'],
    ['no NUL', 'juliet', 'malformed-request'],
    ['one NUL', 'juliet\0r0m30myr0m30', 'malformed-request'],
    ['three NULs', '\0juliet\0r0m30myr0m30\0', 'malformed-request'],
    ['a NUL in the password', '\0juliet\0r0m30\0myr0m30', 'malformed-request'],
    ['no name', '\0\0r0m30myr0m30', 'malformed-request'],
    ['no password', '\0juliet\0', 'malformed-request'],
    ['the wrong password', '\0juliet\0romeo', 'not-authorized'],
    ['a password with another case', '\0juliet\0R0M30MYR0M30', 'not-authorized'],
    ['a name that nobody has', '\0tybalt\0r0m30myr0m30', 'not-authorized'],
    ['a name that nobody can have', '\0juliet@im.example.com\0r0m30myr0m30', 'not-authorized'],
    ['a password that nobody can have', '\0juliet\0tab\there', 'not-authorized'],
    ['a password that is too long', `\0juliet\0${'x'.repeat(1025)}`, 'not-authorized'],
    ['her own full JID to act as', `${juliet}/balcony\0juliet\0r0m30myr0m30`, 'invalid-authzid'],
    ['the domain to act as', 'im.example.com\0juliet\0r0m30myr0m30', 'invalid-authzid'],
    ['the name of another account to act as', 'romeo@im.example.com\0juliet\0r0m30myr0m30', 'invalid-authzid'],
  ])('plain: %s is refused (RFC 4616 §2)', async (_, message, condition) => {
    expect(await begin('PLAIN').respond(encode(message))).toEqual({ type: 'failure', condition });
  });

  test('plain: the password is hashed when the connection has its turn, and not once it is gone (RFC 6120 §13.12)', async () => {
    const waiting = Promise.withResolvers<undefined>();
    const exchange = saslAuthenticator({ store }).begin(unboundChannel, 'PLAIN', () => waiting.promise);
    const outcome = exchange?.respond(encode('\0juliet\0r0m30myr0m30'));
    waiting.resolve(undefined);
    expect(await outcome).toEqual({ type: 'failure', condition: 'aborted' });
  });

  test('plain: a client without an initial response is asked for one (RFC 4422 §5)', async () => {
    const exchange = begin('PLAIN');
    expect(await exchange.respond(undefined)).toEqual({ type: 'challenge', data: '' });
    expect(await exchange.respond(encode('\0juliet\0r0m30myr0m30'))).toEqual({ type: 'success', account: juliet });
  });
});

describe('anonymous', () => {
  test.each([['no data', undefined], ['empty data', '='], ['a trace', encode('sirhc')]])(
    'anonymous: %s is answered with a temporary account (XEP-0175 §3)', async (_, data) => {
      const outcome = await begin('ANONYMOUS').respond(data);
      expect(outcome).toMatchObject({
        type: 'success',
        account: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}@im\.example\.com$/) as string,
      });
    });

  test('anonymous: two guests have two accounts (XEP-0175 §3)', async () => {
    expect(await begin('ANONYMOUS').respond(undefined)).not.toEqual(await begin('ANONYMOUS').respond(undefined));
  });

  test('anonymous: a trace of more than 255 characters is malformed (RFC 6120 §6.5.8)', async () => {
    expect(await begin('ANONYMOUS').respond(encode('\u{1f339}'.repeat(255)))).toMatchObject({ type: 'success' });
    expect(await begin('ANONYMOUS').respond(encode('x'.repeat(256)))).toEqual({ type: 'failure', condition: 'malformed-request' });
  });
});
