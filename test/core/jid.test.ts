/** What is an address, and when two are the same (RFC 7622). @module */
import fc from 'fast-check';
import { toUnicode } from 'tr46';
import { describe, expect, it, vi } from 'vitest';
import { bareOf, parseBare, parseJid, prepareDomainpart, prepareLocalpart, prepareResourcepart } from '../../src/core/jid.ts';
import type { FullJid } from '../../machines/vocabulary.ts';

vi.mock('tr46', { spy: true });

const written = (text: string): string | undefined => {
  const jid = parseJid(text);
  return jid?.full ?? jid?.bare;
};

describe('jid', () => {
  it.each([
    [1, 'juliet@example.com', 'juliet@example.com'],
    [2, 'juliet@example.com/foo', 'juliet@example.com/foo'],
    [3, 'juliet@example.com/foo bar', 'juliet@example.com/foo bar'],
    [4, 'juliet@example.com/foo@bar', 'juliet@example.com/foo@bar'],
    [5, 'foo\\20bar@example.com', 'foo\\20bar@example.com'],
    [6, 'fussball@example.com', 'fussball@example.com'],
    [7, 'fu\u00dfball@example.com', 'fu\u00dfball@example.com'],
    [8, '\u03c0@example.com', '\u03c0@example.com'],
    [9, '\u03a3@example.com/foo', '\u03c3@example.com/foo'],
    [10, '\u03c3@example.com/foo', '\u03c3@example.com/foo'],
    [11, '\u03c2@example.com/foo', '\u03c2@example.com/foo'],
    [12, 'king@example.com/\u265a', 'king@example.com/\u265a'],
    [13, 'example.com', 'example.com'],
    [14, 'example.com/foobar', 'example.com/foobar'],
    [15, 'a.example.com/b@example.net', 'a.example.com/b@example.net'],
  ])('jid: example %i is legal (RFC 7622 §3.5)', (_, text, normal) => {
    expect(written(text)).toBe(normal);
  });

  it.each([
    [16, '"juliet"@example.com'], [17, 'foo bar@example.com'], [18, 'juliet@example.com/ foo'], [19, '@example.com/'],
    [20, 'henry\u2163@example.com'], [21, '\u265a@example.com'], [22, 'juliet@'], [23, '/foobar'],
  ])('jid: example %i is no address (RFC 7622 §3.5)', (_, text) => {
    expect(parseJid(text)).toBeUndefined();
  });

  it('jid: the parts are what the whole is made of (RFC 7622 §3.1)', () => {
    expect(parseJid('Juliet@Example.com/Balcony')).toEqual({
      local: 'juliet', domain: 'example.com', resource: 'Balcony', bare: 'juliet@example.com', full: 'juliet@example.com/Balcony',
    });
    expect(parseJid('example.com')).toEqual({
      local: undefined, domain: 'example.com', resource: undefined, bare: 'example.com', full: undefined,
    });
  });

  it('jid: a bare JID has no resourcepart, and every full JID has a bare one', () => {
    expect(parseBare('juliet@example.com')).toBe('juliet@example.com');
    expect(parseBare('juliet@example.com/a')).toBeUndefined();
    expect(bareOf('juliet@example.com/a/b@c' as FullJid)).toBe('juliet@example.com');
    expect(bareOf('example.com/a' as FullJid)).toBe('example.com');
  });

  it('jid: the same answer comes again, however often others were asked for', () => {
    const text = 'Cached@example.com/first';
    const before = parseJid(text);
    expect(parseJid(text)).toBe(before);
    for (let i = 0; i < 12_000; i += 1) parseJid(`user${i}@example.com`);
    expect(parseJid(text)).toEqual(before);
    expect(parseJid(text)).not.toBe(before);
  });

  it('jid: what is malformed is looked into once, until many others were asked for', () => {
    const lookups = vi.mocked(toUnicode).mock;
    const before = lookups.calls.length;
    for (let i = 0; i < 3; i += 1) expect(parseJid('juliet@\u2665.example')).toBeUndefined();
    expect(lookups.calls.length).toBe(before + 1);
    for (let i = 0; i < 12_000; i += 1) parseJid(`@malformed${i}`);
    expect(parseJid('juliet@\u2665.example')).toBeUndefined();
    expect(lookups.calls.length).toBe(before + 2);
  });

  it('jid: a name that DNS has no room for is refused unread (RFC 7622 §3.2, RFC 1034 §3.1)', () => {
    const before = vi.mocked(toUnicode).mock.calls.length;
    for (const domain of [`xn--${'a9'.repeat(1_000)}`, '\u2665'.repeat(64), '\u2665.'.repeat(128)]) expect(prepareDomainpart(domain)).toBeUndefined();
    expect(vi.mocked(toUnicode).mock.calls.length).toBe(before);
  });

  it('jid: a normal form is its own normal form (RFC 7622 §4)', () => {
    const part = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 8 }), fc.string({ unit: 'binary', maxLength: 3 }),
      fc.constantFrom('Straße', 'ΑΣ', 'ＡＢＣ', 'İ', 'é', 'e\u0301', 'אב1', 'كلمة', 'l·l', 'ー', 'カ・', '١٢', 'xn--bcher-kva', 'BÜCHER', '。', 'Ⅳ', 'ǅ', '\u1e9e', 'क्‍ष'));
    const address = fc.tuple(fc.oneof(fc.constant(''), part.map((local) => `${local}@`)), part, fc.oneof(fc.constant(''), part.map((resource) => `/${resource}`)));
    let legal = 0;
    fc.assert(fc.property(address, ([local, domain, resource]) => {
      const normal = written(`${local}${domain}.example${resource}`);
      if (normal === undefined) return;
      legal += 1;
      expect(written(normal)).toBe(normal);
      expect(normal).toBe(normal.normalize('NFC'));
    }), { numRuns: 5_000 });
    expect(legal).toBeGreaterThan(300);
  });

  it('jid: no text at all makes a crash', () => {
    fc.assert(fc.property(fc.string({ unit: fc.oneof(fc.constantFrom('@', '/', '.', '\ud800', '[', ']'), fc.string({ unit: 'binary', maxLength: 1 })) }), (text) => { parseJid(text); }), { numRuns: 3_000 });
  });
});

describe('localpart', () => {
  it.each([
    ['case is mapped', 'JULIET', 'juliet'], ['width is mapped', '\uff21\uff11', 'a1'], ['what was composed is composed', 'e\u0301', '\u00e9'],
    ['a final sigma is not special', '\u0391\u03a3', '\u03b1\u03c3'], ['other signs of ASCII stay', 'a!#$%*+-=?^_`{|}~.b', 'a!#$%*+-=?^_`{|}~.b'],
    ['a middle dot may stand between two l', 'l\u00b7l', 'l\u00b7l'], ['right-to-left letters alone are fine', '\u05d0\u05d1', '\u05d0\u05d1'],
    ['a katakana middle dot stands in Japanese', '\u30ab\u30fb', '\u30ab\u30fb'], ['a non-joiner may stand where letters join', '\u0628\u200c\u0628', '\u0628\u200c\u0628'],
    ['a joiner may follow a virama', '\u0915\u094d\u200d\u0937', '\u0915\u094d\u200d\u0937'], ['1023 bytes are allowed', 'a'.repeat(1023), 'a'.repeat(1023)],
    ['1022 bytes of two each are allowed', '\u00e9'.repeat(511), '\u00e9'.repeat(511)],
  ])('localpart: %s (RFC 8265 §3.3)', (_, text, prepared) => {
    expect(prepareLocalpart(text)).toBe(prepared);
  });

  it.each<readonly [string, string]>([
    ['nothing', ''], ...[...'"&\'/:<>@ '].map((char) => [`the character ${char}`, `a${char}b`] as const),
    ['a full-width commercial at', 'a\uff20b'], ['a symbol', 'a\u2665'], ['a control character', 'a\u0007'], ['no character', 'a\ufffe'],
    ['a lone surrogate', 'a\ud800'], ['a soft hyphen', 'a\u00adb'], ['a middle dot elsewhere', 'a\u00b7b'], ['a joiner elsewhere', 'a\u200db'],
    ['a non-joiner at the start', '\u200cab\u200c'], ['a katakana middle dot without Japanese', 'a\u30fb'], ['old Hangul', '\u1100'], ['a private character', '\ue000'], ['one that is not assigned', '\u0378'],
    ['two kinds of Arabic digits', '\u0627\u0660\u06f0'], ['both directions', 'a\u05d0'], ['a geresh without Hebrew', 'a\u05f3'],
    ['1024 bytes', 'a'.repeat(1024)], ['1024 bytes of two each', '\u00e9'.repeat(512)],
  ])('localpart: %s is refused (RFC 7622 §3.3)', (_, text) => {
    expect(prepareLocalpart(text)).toBeUndefined();
  });
});

describe('resourcepart', () => {
  it.each([
    ['case is kept', 'Balcony', 'Balcony'], ['any space becomes the one', 'a\u1680\u00a0\u3000b', 'a   b'], ['symbols stay', '\u2665 \u2163', '\u2665 \u2163'],
    ['full width stays', '\uff21', '\uff21'], ['both directions are fine', 'a\u05d0', 'a\u05d0'], ['separators are characters', 'a/b@c', 'a/b@c'],
    ['1023 bytes are allowed', 'x'.repeat(1023), 'x'.repeat(1023)],
  ])('resourcepart: %s (RFC 8265 §4.2)', (_, text, prepared) => {
    expect(prepareResourcepart(text)).toBe(prepared);
  });

  it.each([
    ['nothing', ''], ['a space in front', ' a'], ['another space in front', '\u00a0a'], ['a control character', 'a\tb'], ['a soft hyphen', '\u00ad'],
    ['a joiner out of place', 'a\u200db'], ['a lone surrogate', '\udc00'], ['1024 bytes', 'x'.repeat(1024)], ['1025 bytes of five letters', '\u20ac'.repeat(342)],
  ])('resourcepart: %s is refused (RFC 7622 §3.4)', (_, text) => {
    expect(prepareResourcepart(text)).toBeUndefined();
  });
});

describe('domainpart', () => {
  it.each([
    ['case is mapped', 'Example.COM', 'example.com'], ['the last dot is stripped', 'example.com.', 'example.com'], ['a host name', 'localhost', 'localhost'],
    ['A-labels become U-labels', 'xn--bcher-kva.example', 'b\u00fccher.example'], ['U-labels are mapped', 'B\u00dcCHER.example', 'b\u00fccher.example'],
    ['a sharp s is kept', 'stra\u00dfe.example', 'stra\u00dfe.example'], ['an ideographic full stop is a dot', 'a\u3002example', 'a.example'],
    ['an IPv4 address', '192.0.2.1', '192.0.2.1'], ['an IPv6 address', '[2001:DB8:0:0::1]', '[2001:db8::1]'], ['a name with digits', '1.2.example', '1.2.example'],
    ['a label of 63 characters', `${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`], ['a name of 253 characters', `${'a.'.repeat(126)}a`, `${'a.'.repeat(126)}a`],
    ['a label of characters beyond the first plane', `${'\u{10330}'.repeat(50)}.example`, `${'\u{10330}'.repeat(50)}.example`],
    ['labels with ideographic full stops between them', 'abcdefgh\u3002'.repeat(10) + 'example', 'abcdefgh.'.repeat(10) + 'example'],
  ])('domainpart: %s (RFC 7622 §3.2)', (_, text, prepared) => {
    expect(prepareDomainpart(text)).toBe(prepared);
  });

  it.each([
    ['nothing', ''], ['a dot', '.'], ['an empty label', 'a..b'], ['two dots at the end', 'a..'], ['a space', 'a b'], ['an underscore', 'a_b.example'],
    ['a hyphen in front', '-a.example'], ['a symbol', '\u2665.example'], ['a second commercial at', 'a@b'], ['a bad A-label', 'xn--a.example'],
    ['an IPv6 address without brackets', '::1'], ['a bad IPv6 address', '[::1'], ['a zone', '[fe80::1%25eth0]'], ['no address in brackets', '[example]'],
    ['a label of 64 characters', `${'a'.repeat(64)}.example`], ['a label that is longer than 63 characters when it is mapped', '\u337f'.repeat(16)], ['254 characters', `${'a.'.repeat(126)}aa`], ['a right-to-left label that ends wrong', '\u05d0-\u0061.example'],
  ])('domainpart: %s is refused (RFC 7622 §3.2)', (_, text) => {
    expect(prepareDomainpart(text)).toBeUndefined();
  });
});
