/** What is made of a password, and which passwords are none. @module */
import { pbkdf2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import { deriveCredentials, scramKeys } from '../../../src/runtime/sasl/credentials.ts';
import { preparePassword } from '../../../src/runtime/sasl/password.ts';

test('credentials: each mechanism has a fresh salt of 16 bytes and keys as long as its hash (RFC 5802 §3)', async () => {
  const [first, second] = await Promise.all([deriveCredentials('pencil'), deriveCredentials('pencil')]);
  const keys = [first, second].flatMap((credentials) => [credentials['SCRAM-SHA-1'], credentials['SCRAM-SHA-256']]);
  expect(new Set(keys.map(({ salt }) => salt)).size).toBe(4);
  expect(keys.map(({ salt, storedKey, serverKey, iterations }) =>
    [...[salt, storedKey, serverKey].map((text) => Buffer.from(text, 'base64').length), iterations]))
    .toEqual([[16, 20, 20, 10_000], [16, 32, 32, 10_000], [16, 20, 20, 10_000], [16, 32, 32, 10_000]]);
});

test('credentials: nothing of them gives the password or the salted password away (RFC 5802 §3)', async () => {
  const credentials = await deriveCredentials('pencil', 4096);
  const { salt, iterations } = credentials['SCRAM-SHA-256'];
  const text = JSON.stringify(credentials);
  expect(text).not.toContain('pencil');
  expect(text).not.toContain(pbkdf2Sync('pencil', Buffer.from(salt, 'base64'), iterations, 32, 'sha256').toString('base64'));
});

test('credentials: the password is prepared before it is hashed (RFC 5802 §2.2)', async () => {
  const credentials = await deriveCredentials('I\u00adX\u00a0\ufb01les', 4096);
  const kept = credentials['SCRAM-SHA-1'];
  expect(await scramKeys('SCRAM-SHA-1', 'IX files', Buffer.from(kept.salt, 'base64'), 4096)).toEqual(kept);
});

test.each([
  ['an empty password', '', 4096, /empty/],
  ['a password of which nothing remains', '\u00ad\u200b', 4096, /empty/],
  ['a password of more than 1024 bytes', 'é'.repeat(513), 4096, /1024 bytes/],
  ['a control character', 'my cat is a \tby', 4096, /control characters/],
  ['half a surrogate pair', 'rose\ud83c', 4096, /control characters/],
  ['fewer than 4096 iterations', 'pencil', 4095, /4096/],
  ['half an iteration', 'pencil', 5000.5, /4096/],
])('credentials: %s is refused, and the reason can be shown (RFC 7677 §3, RFC 8265 §4.2)', async (_, password, iterations, message) => {
  const refused = deriveCredentials(password, iterations);
  await expect(refused).rejects.toThrow(RangeError);
  await expect(refused).rejects.toThrow(message);
});

test.each([
  ['I\u00adX', 'IX', 'a soft hyphen is mapped to nothing (RFC 4013 §3)'],
  ['user', 'user', 'no transformation (RFC 4013 §3)'],
  ['USER', 'USER', 'case is kept (RFC 4013 §3)'],
  ['\u00aa', 'a', 'the result is NFKC (RFC 4013 §3)'],
  ['\u2168', 'IX', 'the result is NFKC (RFC 4013 §3)'],
  ['e\u0301', '\u00e9', 'what is composed another way is the same (RFC 8265 §4.2.2)'],
  ['foo\u1680bar', 'foo bar', 'a space is a space (RFC 8265 §4.3)'],
  ['correct horse battery staple', 'correct horse battery staple', 'spaces are allowed (RFC 8265 §4.3)'],
  ['πßå', 'πßå', 'letters of any script are allowed (RFC 8265 §4.3)'],
  ['Jack of ♦s', 'Jack of ♦s', 'symbols are allowed (RFC 8265 §4.3)'],
  ['\u06271', '\u06271', 'there is no rule on direction (RFC 8265 §4.2.2)'],
  ['x'.repeat(1024), 'x'.repeat(1024), 'it may have 1024 bytes'],
])('password: %j becomes %j: %s', (typed, prepared) => {
  expect(preparePassword(typed)).toEqual({ ok: true, password: prepared });
});
