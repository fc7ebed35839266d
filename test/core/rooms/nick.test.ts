/** Nicks: the profile Nickname (RFC 8266) and what an occupant JID asks for. @module */
import { describe, expect, test } from 'vitest';
import { defaultRoomLimits as limits } from '../../../src/core/config.ts';
import { comparableNickname, enforceNickname } from '../../../src/core/precis.ts';
import { nickOf } from '../../../src/core/rooms/nick.ts';

describe('nicknames (RFC 8266)', () => {
  /** Table 1 of §3: as it came, as it is used, as it is compared. */
  test.each([
    ['Foo', 'Foo', 'foo'], ['foo', 'foo', 'foo'], ['Foo Bar', 'Foo Bar', 'foo bar'], ['  foo  ', 'foo', 'foo'], ['Σ', 'Σ', 'σ'], ['σ', 'σ', 'σ'],
    ['ς', 'ς', 'ς'], ['♚', '♚', '♚'], ['Richard Ⅳ', 'Richard IV', 'richard iv'], ['foo\u00a0\u2003bar', 'foo bar', 'foo bar'], ['ＦＯＯ', 'FOO', 'foo'],
  ])('%j is %j, and equal to %j', (text, enforced, compared) => {
    expect(enforceNickname(text)).toBe(enforced);
    expect(comparableNickname(text)).toBe(compared);
  });

  test.each([['nothing', ''], ['spaces', ' \u00a0 '], ['a control', 'a\u0007'], ['what can\'t be seen', 'a\u200b'], ['a direction', '\u202egnp']])('%s is no nickname (§2.3)', (_about, text) => {
    expect([enforceNickname(text), comparableNickname(text)]).toEqual([undefined, undefined]);
  });

  test('letters of other scripts stay what they are, however they look', () => {
    expect(comparableNickname('раураl')).not.toBe(comparableNickname('paypal'));
  });
});

describe('nicks of rooms (XEP-0045 §17.1)', () => {
  test('none, or none that can be one, is malformed; one that is too long is not acceptable', () => {
    expect(nickOf(undefined, limits)).toMatchObject({ condition: 'jid-malformed' });
    expect(nickOf('\u00a0', limits)).toMatchObject({ condition: 'jid-malformed' });
    expect(nickOf('x'.repeat(limits.nickCharacters + 1), limits)).toMatchObject({ condition: 'not-acceptable' });
    expect(nickOf('Juliet  Capulet', limits)).toEqual({ nick: 'Juliet Capulet', key: 'juliet capulet' });
  });
});
