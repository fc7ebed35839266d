/** Nobody learns from an exchange whether an account exists: the same answers, the same work. @module */
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { BareJid } from '../../../machines/vocabulary.ts';
import type { Credentials } from '../../../src/core/store.ts';
import type { Authenticator } from '../../../src/runtime/authenticator.ts';
import { saslAuthenticator } from '../../../src/runtime/sasl/authenticator.ts';
import { deriveCredentials } from '../../../src/runtime/sasl/credentials.ts';
import { runExchange } from '../../../src/runtime/sasl/exchange.ts';
import { byKeys, plain } from '../../../src/runtime/sasl/plain.ts';
import { scram } from '../../../src/runtime/sasl/scram.ts';
import type { FindVerifier } from '../../../src/runtime/sasl/verifier.ts';
import { challengeOf, converse, encode, scramClient, storeOf, unboundChannel } from './client.ts';

/** Each call of a function that costs time, in order: its name, and for PBKDF2 the iterations. */
const work = vi.hoisted((): string[] => []);
vi.mock('node:crypto', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:crypto')>();
  return {
    ...real,
    createHmac: (...rest: Parameters<typeof real.createHmac>) => { work.push(`HMAC ${rest[0]}`); return real.createHmac(...rest); },
    hash: (name: string, ...rest: [never]) => { work.push(`H ${name}`); return real.hash(name, ...rest); },
    timingSafeEqual: (...rest: Parameters<typeof real.timingSafeEqual>) => { work.push('compare'); return real.timingSafeEqual(...rest); },
    pbkdf2: (...rest: Parameters<typeof real.pbkdf2>) => { work.push(`PBKDF2 ${rest[4]} ${rest[2]}`); real.pbkdf2(...rest); },
  };
});

const juliet = 'juliet@im.example.com' as BareJid;
let credentials: Credentials;
let authenticator: Authenticator;
beforeAll(async () => { credentials = await deriveCredentials('r0m30myr0m30'); });
beforeEach(() => { authenticator = saslAuthenticator({ store: storeOf({ [juliet]: credentials }) }); });

/** What the server answers and does in an exchange with the wrong password; salts and nonces are told by
 *  their shape. */
async function trial(mechanism: string, username: string): Promise<unknown> {
  const exchange = authenticator.begin(unboundChannel, mechanism);
  if (exchange === undefined) throw new Error(`${mechanism} is not offered`);
  const done: string[] = [];
  const respond = async (message: string): Promise<string> => {
    work.length = 0;
    const outcome = await exchange.respond(encode(message));
    done.push(...work);
    return outcome.type === 'challenge' ? challengeOf(outcome) : JSON.stringify(outcome);
  };
  if (mechanism === 'PLAIN') return { done, answers: [await respond(`\0${username}\0wrong`)] };
  const client = scramClient({ hash: mechanism === 'SCRAM-SHA-1' ? 'sha1' : 'sha256', username, password: 'wrong', nonce: 'abc' });
  const challenge = await respond(client.first);
  return { done, answers: [challenge.replace(/r=abc.{24}/, 'r').replace(/s=.{22}==/, 's'), await respond(client.final(challenge))] };
}

test.each<[string, object]>([
  ['SCRAM-SHA-1', {
    answers: ['r,s,i=10000', '{"type":"failure","condition":"not-authorized"}'],
    done: ['HMAC sha1', 'HMAC sha1', 'H sha1', 'compare'],
  }],
  ['SCRAM-SHA-256', {
    answers: ['r,s,i=10000', '{"type":"failure","condition":"not-authorized"}'],
    done: ['HMAC sha256', 'HMAC sha256', 'H sha256', 'compare'],
  }],
  ['PLAIN', {
    answers: ['{"type":"failure","condition":"not-authorized"}'],
    done: ['HMAC sha256', 'PBKDF2 sha256 10000', 'HMAC sha256', 'H sha256', 'HMAC sha256', 'compare'],
  }],
])('verifier: %s does and says the same for an unknown name as for a wrong password (RFC 6120 §6.5.10)', async (mechanism, expected) => {
  expect(await trial(mechanism, 'juliet')).toEqual(expected);
  expect(await trial(mechanism, 'tybalt')).toEqual(expected);
});

test('verifier: an unknown name keeps its salt, and every name has another (RFC 6120 §6.5.10)', async () => {
  const saltOf = async (username: string, mechanism: string): Promise<string | undefined> => {
    const outcome = await authenticator.begin(unboundChannel, mechanism)?.respond(encode(`n,,n=${username},r=abc`));
    return outcome && /s=([^,]+)/.exec(challengeOf(outcome))?.[1];
  };
  const salts = [];
  for (const username of ['tybalt', 'paris', 'juliet']) {
    for (const mechanism of ['SCRAM-SHA-1', 'SCRAM-SHA-256']) {
      salts.push(await saltOf(username, mechanism));
      expect(await saltOf(username.toUpperCase(), mechanism)).toBe(salts.at(-1));
    }
  }
  expect(new Set(salts).size).toBe(6);
});

test('verifier: an unknown name has as many iterations as the accounts have (RFC 6120 §6.5.10)', async () => {
  const other = saslAuthenticator({ store: storeOf({}), iterations: 12_345 });
  const outcome = await other.begin(unboundChannel, 'SCRAM-SHA-256')?.respond(encode('n,,n=tybalt,r=abc'));
  expect(outcome && challengeOf(outcome)).toMatch(/,i=12345$/);
});

test('verifier: nobody passes with decoy keys, even if they were right (RFC 6120 §6.5.10)', async () => {
  const findVerifier: FindVerifier = async (_, family) => ({ keys: credentials[family], genuine: false });
  const password = 'r0m30myr0m30';
  const refused = { type: 'failure', condition: 'not-authorized' };
  const byPlain = runExchange(plain(unboundChannel, byKeys(findVerifier, (task) => task())));
  expect(await byPlain.respond(encode(`\0juliet\0${password}`))).toEqual(refused);
  const byScram = runExchange(scram({
    family: 'SCRAM-SHA-1', plus: false, plusOffered: false, channel: unboundChannel, findVerifier, nonce: () => 'def',
  }));
  expect(await converse(byScram, scramClient({ hash: 'sha1', username: 'juliet', password }))).toEqual(refused);
});
