/** Random histories: each store replies what the model says, however the requests are grouped.
 *  @module */
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Store, StoreReply, StoreRequest } from '../../src/core/store.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { migrate } from '../../src/stores/schema.ts';
import { batchRunner } from '../../src/stores/sqlite-batch.ts';
import { sqliteOperations } from '../../src/stores/sqlite-operations.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { credentials, jid, listing, record, roomRecord, temporaryDirectory } from './fixtures.ts';
import { rejected, replyTo } from './model.ts';

const account = fc.constantFrom(jid('a@d.example'), jid('b@d.example'), jid('ü@e.example'));
const text = fc.oneof(fc.constantFrom('', '<x/>'), fc.string({ unit: 'grapheme', maxLength: 9 }));
const seed = fc.constantFrom('p', 'q').map(credentials);
const contact = fc.constantFrom(jid('a@d.example'), jid('c@f.example'));
const rosterRecord = fc.record({
  jid: contact, groups: fc.array(text, { maxLength: 2 }), subscription: fc.constantFrom('none', 'both', 'toPendingIn'),
  approved: fc.boolean(), listed: fc.boolean(), name: text, request: text,
}, { requiredKeys: ['jid', 'groups', 'subscription', 'approved', 'listed'] }).map(({ jid, ...rest }) => record(jid, rest));
const small = fc.nat({ max: 6 });
const name = { space: fc.constantFrom('s', 't'), key: fc.constantFrom('k', 'l') };
const op = <O extends StoreRequest['op']>(value: O) => fc.constant(value);

const request: fc.Arbitrary<StoreRequest> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: op('account.create'), account, credentials: seed }) },
  { weight: 1, arbitrary: fc.record({ op: op('account.remove'), account }) },
  { weight: 1, arbitrary: fc.record({ op: op('account.list'), domain: fc.constantFrom('d.example', 'e.example', 'example') }) },
  { weight: 2, arbitrary: fc.record({ op: op('account.read'), account }) },
  { weight: 1, arbitrary: fc.record({ op: op('credentials.read'), account }) },
  { weight: 1, arbitrary: fc.record({ op: op('credentials.write'), account, credentials: seed }) },
  { weight: 2, arbitrary: fc.record({ op: op('roster.read'), account }) },
  { weight: 3, arbitrary: fc.record({ op: op('roster.write'), account, record: rosterRecord }) },
  { weight: 1, arbitrary: fc.record({ op: op('roster.remove'), account, jid: contact }) },
  { weight: 5, arbitrary: fc.record({ op: op('offline.append'), account, at: small, xml: text, limit: small }) },
  { weight: 2, arbitrary: fc.record({ op: op('offline.read'), account, maxBytes: small }) },
  { weight: 1, arbitrary: fc.record({ op: op('offline.remove'), account, upTo: small }) },
  { weight: 1, arbitrary: fc.record({ op: op('document.read'), account, ...name }) },
  { weight: 2, arbitrary: fc.record({ op: op('document.write'), account, ...name, xml: text }) },
  { weight: 1, arbitrary: fc.record({ op: op('room.list'), domain: fc.constantFrom('d.example', 'e.example') }) },
  { weight: 1, arbitrary: fc.record({ op: op('room.read'), room: account }) },
  { weight: 2, arbitrary: fc.tuple(account, text).map(([room, text]) => ({ op: 'room.write', record: roomRecord(room, text), listing: listing(room, text) }) as const) },
  { weight: 1, arbitrary: fc.record({ op: op('room.remove'), room: account }) },
);

/** Requests in groups; those of a group are made without awaiting one another. */
const groups = fc.array(fc.array(request, { maxLength: 12, size: 'max' }), { maxLength: 5, size: 'max' });

type Reply = StoreReply | typeof rejected;

/** Accounts, records and rooms have no order of their own. */
function unordered(reply: Reply): unknown {
  const byJid = (a: { jid: string }, b: { jid: string }): number => (a.jid < b.jid ? -1 : 1);
  if (reply !== null && typeof reply === 'object' && 'records' in reply) return { ...reply, records: [...reply.records].sort(byJid) };
  const asText = (each: unknown): string => (typeof each === 'string' ? each : JSON.stringify(each));
  return Array.isArray(reply) ? [...reply as readonly unknown[]].sort((a, b) => (asText(a) < asText(b) ? -1 : 1)) : reply;
}

async function repliesOf(store: Store, history: readonly (readonly StoreRequest[])[]): Promise<Reply[]> {
  const replies: Reply[] = [];
  for (const group of history) {
    replies.push(...await Promise.all(group.map((each) => store.perform(each).catch(() => rejected))));
  }
  return replies;
}

/** A store that runs each group at once, in this thread and in memory: many runs in little time. */
function inThisThread(): Store {
  const database = new DatabaseSync(':memory:');
  database.exec('PRAGMA foreign_keys = ON');
  migrate(database);
  const run = batchRunner(database, sqliteOperations(database));
  return {
    async perform(each) {
      const [outcome] = run([each as StoreRequest]);
      if (outcome === undefined || !('reply' in outcome)) throw new Error('rejected', { cause: outcome });
      return outcome.reply as never;
    },
    close: async () => database.close(),
  };
}

const stores: readonly (readonly [string, number, () => Promise<Store>])[] = [
  ['memory', 500, async () => memoryStore()],
  ['sqlite statements', 200, async () => inThisThread()],
  ['sqlite', 25, async () => {
    const directory = temporaryDirectory();
    const store = await sqliteStore({ directory });
    return { perform: (each) => store.perform(each), close: () => store.close().finally(() => rmSync(directory, { recursive: true })) };
  }],
];

test.each(stores)('model: %s replies as its whole history says', async (_, numRuns, open) => {
  const seen = new Set<string>();
  await fc.assert(fc.asyncProperty(groups, async (history) => {
    const flat = history.flat();
    const expected = flat.map((each, index) => replyTo(flat.slice(0, index), each));
    flat.forEach(({ op }, index) => seen.add(`${op} ${expected[index] === rejected ? rejected : ''}`));
    const store = await open();
    try {
      expect((await repliesOf(store, history)).map(unordered)).toEqual(expected.map(unordered));
    } finally {
      await store.close();
    }
  }), { numRuns });
  expect(seen).toContain('document.write rejected');
  expect(seen.size).toBeGreaterThan(14);
});
