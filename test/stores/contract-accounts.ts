/** The contract of a store: accounts, their credentials and documents, and any script in their JIDs.
 *  @module */
import { expect, test } from 'vitest';
import { contentOf, create, credentials, fill, jid, juliet, nothing, record, romeo } from './fixtures.ts';
import type { Perform } from './fixtures.ts';

/** An account is created once and removed whole. */
export function accountContract(perform: Perform): void {
  test('account: there is one from its creation on, and it is created once', async () => {
    expect(await contentOf(perform)).toEqual(nothing);
    expect(await create(perform)).toBe(true);
    expect(await perform({ op: 'account.create', account: juliet, credentials: credentials('b') })).toBe(false);
    expect(await contentOf(perform)).toEqual([{ exists: true, offline: 0 }, credentials(), [], [], null]);
  });

  test('account: credentials are replaced, for an account that exists', async () => {
    const write = () => perform({ op: 'credentials.write', account: juliet, credentials: credentials('new') });
    expect(await write()).toBe(false);
    await create(perform);
    expect(await write()).toBe(true);
    expect(await perform({ op: 'credentials.read', account: juliet })).toEqual(credentials('new'));
  });

  test('account: the list has the accounts of one domain, not of those below or beside it', async () => {
    const accounts = ['b@d.example', 'a@d.example', 'c@sub.d.example', 'c@xd.example', 'd.example@x.example'];
    for (const account of accounts) await create(perform, jid(account));
    const list = await perform({ op: 'account.list', domain: 'd.example' });
    expect([...list].sort()).toEqual(['a@d.example', 'b@d.example']);
    expect(await perform({ op: 'account.list', domain: '%' })).toEqual([]);
  });

  test('account: with it goes all that was kept for it, and nothing of another', async () => {
    await fill(perform, juliet);
    await fill(perform, romeo);
    const before = await contentOf(perform, romeo);
    expect(await perform({ op: 'account.remove', account: juliet })).toBe(true);
    expect(await perform({ op: 'account.remove', account: juliet })).toBe(false);
    expect(await contentOf(perform, juliet)).toEqual(nothing);
    expect(await contentOf(perform, romeo)).toEqual(before);
  });

  test('account: a new one of an old name has nothing of the old one, and repeats no version (RFC 6121 §2.6)', async () => {
    await fill(perform);
    const old = await perform({ op: 'roster.read', account: juliet });
    const { messages: [oldMessage] } = await perform({ op: 'offline.read', account: juliet, maxBytes: Infinity });
    await perform({ op: 'account.remove', account: juliet });
    await create(perform);
    expect(await contentOf(perform)).toEqual([{ exists: true, offline: 0 }, credentials(), [], [], null]);
    expect(await perform({ op: 'roster.write', account: juliet, record: record(romeo) })).toBeGreaterThan(old.version);
    await perform({ op: 'offline.append', account: juliet, at: 1, xml: '<message/>', limit: 9 });
    const { messages: [message] } = await perform({ op: 'offline.read', account: juliet, maxBytes: Infinity });
    expect(message?.sequence).toBeGreaterThan(oldMessage?.sequence ?? Infinity);
  });
}

/** Documents are kept under the name that they were given. */
export function documentContract(perform: Perform): void {
  const read = (space: string, key: string, account = juliet) => perform({ op: 'document.read', account, space, key });

  test('document: space and key name it together, and a second one replaces it (XEP-0049 §3)', async () => {
    await create(perform, juliet);
    await create(perform, romeo);
    const names = [['a', 'b'], ['a b', ''], ['', 'a b'], ['b', 'a']] as const;
    for (const [space, key] of names) {
      expect(await perform({ op: 'document.write', account: juliet, space, key, xml: `<${space}|${key}>` })).toBeNull();
    }
    await perform({ op: 'document.write', account: juliet, space: 'a', key: 'b', xml: '' });
    expect(await Promise.all(names.map(([space, key]) => read(space, key)))).toEqual(['', '<a b|>', '<|a b>', '<b|a>']);
    expect(await read('a', 'c')).toBeNull();
    expect(await read('a', 'b', romeo)).toBeNull();
  });

  test('document: a big one is kept whole', async () => {
    await create(perform);
    const xml = `<vCard>${'Ω𝒳'.repeat(500_000)}</vCard>`;
    await perform({ op: 'document.write', account: juliet, space: 'vcard-temp', key: 'vCard', xml });
    expect((await read('vcard-temp', 'vCard')) === xml).toBe(true);
  });

  test('document: nothing is written for an account that does not exist', async () => {
    await expect(perform({ op: 'document.write', account: juliet, space: 's', key: 'k', xml: '<x/>' })).rejects.toThrow(/no account/);
    await create(perform);
    expect(await read('s', 'k')).toBeNull();
  });
}

/** Text is kept code point for code point. */
export function textContract(perform: Perform): void {
  test('text: JIDs that differ by one code point are different accounts (RFC 7622 §3)', async () => {
    const accounts = ['ü@é.example', 'u\u0308@é.example', 'fußball@é.example', 'fussball@é.example', '𝒿@é.example',
      "o'brien@é.example", '"%_;--@é.example', 'ירושלים@é.example', 'U@é.example', 'u@é.example'].map(jid);
    for (const account of accounts) expect(await create(perform, account)).toBe(true);
    for (const account of accounts) {
      await perform({ op: 'offline.append', account, at: 0, xml: `<body>${account} \u{1F389}\n\t&amp;</body>`, limit: 1 });
      await perform({ op: 'roster.write', account, record: record(account, { name: account, groups: [account] }) });
    }
    for (const account of accounts) {
      const { messages } = await perform({ op: 'offline.read', account, maxBytes: Infinity });
      expect(messages.map(({ xml }) => xml)).toEqual([`<body>${account} \u{1F389}\n\t&amp;</body>`]);
      const roster = await perform({ op: 'roster.read', account });
      expect(roster.records).toEqual([record(account, { name: account, groups: [account] })]);
    }
    const list = await perform({ op: 'account.list', domain: 'é.example' });
    expect([...list].sort()).toEqual([...accounts].sort());
  });
}
