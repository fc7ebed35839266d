/** The contract of a store: what has an order or a version, the roster and the waiting messages; and rooms.
 *  @module */
import { expect, test } from 'vitest';
import { create, jid, juliet, listing, record, romeo, roomRecord, verona } from './fixtures.ts';
import type { Perform } from './fixtures.ts';

/** A roster is a set of records with a version. */
export function rosterContract(perform: Perform): void {
  test('roster: a record is kept as it was written, and a second one replaces it', async () => {
    await create(perform);
    const full = record(romeo, { name: 'Romeo', groups: ['Friends', 'Büro'], approved: true, request: '<presence/>' });
    const bare = record(jid('nurse@capulet.example'), { name: '', subscription: 'nonePendingIn', listed: false });
    await perform({ op: 'roster.write', account: juliet, record: full });
    await perform({ op: 'roster.write', account: juliet, record: bare });
    const before = await perform({ op: 'roster.read', account: juliet });
    expect([...before.records].sort((a, b) => (a.jid < b.jid ? -1 : 1))).toStrictEqual([bare, full]);
    await perform({ op: 'roster.write', account: juliet, record: record(romeo) });
    const after = await perform({ op: 'roster.read', account: juliet });
    expect(after.records).toHaveLength(2);
    expect(after.records.find((each) => each.jid === romeo)).toStrictEqual(record(romeo));
    expect(before.records).toContainEqual(full);
  });

  test('roster: each write and each removal answers a version of its own, and the reader gets the last (RFC 6121 §2.6)', async () => {
    await create(perform);
    const empty = await perform({ op: 'roster.read', account: juliet });
    const versions = [
      empty.version,
      await perform({ op: 'roster.write', account: juliet, record: record(romeo) }),
      await perform({ op: 'roster.write', account: juliet, record: record(romeo) }),
      await perform({ op: 'roster.remove', account: juliet, jid: romeo }),
      await perform({ op: 'roster.remove', account: juliet, jid: romeo }),
    ];
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    expect(await perform({ op: 'roster.read', account: juliet })).toEqual({ version: versions.at(-1), records: [] });
  });

  test('roster: the roster of another account stays as it is', async () => {
    await create(perform, juliet);
    await create(perform, romeo);
    await perform({ op: 'roster.write', account: juliet, record: record(romeo) });
    expect(await perform({ op: 'roster.read', account: romeo })).toEqual({ version: 0, records: [] });
  });

  test('roster: nothing is written for an account that does not exist', async () => {
    await expect(perform({ op: 'roster.write', account: juliet, record: record(romeo) })).rejects.toThrow(/no account/);
    await expect(perform({ op: 'roster.remove', account: juliet, jid: romeo })).rejects.toThrow(/no account/);
    await create(perform);
    expect(await perform({ op: 'roster.read', account: juliet })).toEqual({ version: 0, records: [] });
  });
}

/** Waiting messages are a bounded queue. */
export function offlineContract(perform: Perform): void {
  const append = (xml: string, limit = 9, account = juliet) => perform({ op: 'offline.append', account, at: Number(xml), xml, limit });
  const waiting = async (account = juliet) => (await perform({ op: 'offline.read', account, maxBytes: Infinity })).messages.map(({ xml }) => xml);

  test('offline: messages wait in the order in which they came, with their time (XEP-0160 §3)', async () => {
    await create(perform);
    for (const xml of ['3', '1', '2']) expect(await append(xml)).toBe('stored');
    const { messages } = await perform({ op: 'offline.read', account: juliet, maxBytes: Infinity });
    expect(messages.map(({ at, xml }) => [at, xml])).toEqual([[3, '3'], [1, '1'], [2, '2']]);
    const sequences = messages.map(({ sequence }) => sequence);
    expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
    expect(await perform({ op: 'account.read', account: juliet })).toEqual({ exists: true, offline: 3 });
  });

  test('offline: the limit counts what waits now', async () => {
    await create(perform);
    expect(await append('1', 0)).toBe('full');
    expect([await append('1', 2), await append('2', 2), await append('3', 2)]).toEqual(['stored', 'stored', 'full']);
    const { messages: [first] } = await perform({ op: 'offline.read', account: juliet, maxBytes: Infinity });
    await perform({ op: 'offline.remove', account: juliet, upTo: first?.sequence ?? 0 });
    expect([await append('4', 2), await append('5', 2)]).toEqual(['stored', 'full']);
    expect(await waiting()).toEqual(['2', '4']);
  });

  test('offline: an account that does not exist is told from a full one', async () => {
    expect(await append('1', 0)).toBe('no-account');
    expect(await append('1')).toBe('no-account');
    expect(await perform({ op: 'offline.remove', account: juliet, upTo: 9 })).toBeNull();
  });

  test('offline: a message that came after the reading outlives the removal of what was read', async () => {
    await create(perform, juliet);
    await create(perform, romeo);
    for (const xml of ['1', '2']) await append(xml);
    await append('1', 9, romeo);
    const last = (await perform({ op: 'offline.read', account: juliet, maxBytes: Infinity })).messages.at(-1);
    await append('3');
    for (let times = 0; times < 2; times++) {
      expect(await perform({ op: 'offline.remove', account: juliet, upTo: last?.sequence ?? 0 })).toBeNull();
    }
    await append('4');
    expect(await waiting()).toEqual(['3', '4']);
    expect(await perform({ op: 'account.read', account: juliet })).toEqual({ exists: true, offline: 2 });
    expect(await waiting(romeo)).toEqual(['1']);
  });

  test('offline: what does not fit comes with a later reading, and at least one message comes with each', async () => {
    await create(perform);
    for (const xml of ['1', '22', '333', '4444']) await append(xml);
    const page = async (maxBytes: number) => {
      const { messages, more } = await perform({ op: 'offline.read', account: juliet, maxBytes });
      return [messages.map(({ xml }) => xml), more];
    };
    expect(await page(10)).toEqual([['1', '22', '333', '4444'], false]);
    expect(await page(9)).toEqual([['1', '22', '333'], true]);
    expect(await page(3)).toEqual([['1', '22'], true]);
    expect(await page(0)).toEqual([['1'], true]);
    const { messages } = await perform({ op: 'offline.read', account: juliet, maxBytes: 9 });
    await perform({ op: 'offline.remove', account: juliet, upTo: messages.at(-1)?.sequence ?? 0 });
    expect(await page(0)).toEqual([['4444'], false]);
  });

  test('offline: no sequence comes twice, also when all were removed', async () => {
    await create(perform);
    await append('1');
    const { messages: [first] } = await perform({ op: 'offline.read', account: juliet, maxBytes: Infinity });
    await perform({ op: 'offline.remove', account: juliet, upTo: first?.sequence ?? 0 });
    await append('2');
    await perform({ op: 'offline.remove', account: juliet, upTo: first?.sequence ?? 0 });
    expect(await waiting()).toEqual(['2']);
  });
}

/** A room is one record, and a list knows of each room what it needs. */
export function roomContract(perform: Perform): void {
  const write = (room = verona, text = ''): Promise<null> => perform({ op: 'room.write', record: roomRecord(room, text), listing: listing(room, text) });

  test('rooms: a room is kept as it was written, and a second record replaces it (XEP-0045 §4.2)', async () => {
    expect(await perform({ op: 'room.read', room: verona })).toBeNull();
    await write(verona, 'Über Mantua');
    expect(await perform({ op: 'room.read', room: verona })).toStrictEqual(roomRecord(verona, 'Über Mantua'));
    await write();
    expect(await perform({ op: 'room.read', room: verona })).toStrictEqual(roomRecord(verona));
  });

  test('rooms: a list has the rooms of one domain, and no other', async () => {
    const other = jid('verona@halls.rooms.example');
    await write(verona, 'Verona');
    await write(other);
    expect(await perform({ op: 'room.list', domain: 'rooms.example' })).toStrictEqual([listing(verona, 'Verona')]);
    expect(await perform({ op: 'room.list', domain: 'example' })).toEqual([]);
    expect(await perform({ op: 'room.list', domain: 'halls.rooms.example' })).toStrictEqual([listing(other)]);
  });

  test('rooms: what is removed is gone, and its removal a second time does no harm', async () => {
    await write();
    for (let times = 0; times < 2; times++) expect(await perform({ op: 'room.remove', room: verona })).toBeNull();
    expect(await perform({ op: 'room.read', room: verona })).toBeNull();
    expect(await perform({ op: 'room.list', domain: 'rooms.example' })).toEqual([]);
  });

  test('rooms: they belong to no account, and outlive that of their creator', async () => {
    await create(perform);
    await write();
    await perform({ op: 'account.remove', account: juliet });
    expect(await perform({ op: 'room.read', room: verona })).toStrictEqual(roomRecord(verona));
  });
}
