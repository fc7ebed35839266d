/** Random histories of three users with two resources each, against the core and a store in memory;
 *  the store's replies come late when the history says so. What is checked holds of every history.
 *  The exhaustive check and the statement of the theorems are the business of `properties`. @module */
import fc from 'fast-check';
import type { Element } from 'ltx';
import { expect, test } from 'vitest';
import type { Fate } from '../../src/core/kernel.ts';
import { InProcess } from '../world/in-process.ts';
import type { Client } from '../world/world.ts';

const names = ['juliet', 'romeo', 'nurse'] as const;
const resources = ['a', 'b'] as const;
const who = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...resources)).map(([name, resource]) => ({ name, resource }));
const contact = fc.constantFrom(...names);

type Command =
  | { readonly do: 'close' | 'cut' }
  | { readonly do: 'presence'; readonly xml: string }
  | { readonly do: 'message'; readonly to: string; readonly kind: string }
  | { readonly do: 'subscription'; readonly to: string; readonly type: string }
  | { readonly do: 'remove'; readonly to: string }
  | { readonly do: 'roster' }
  | { readonly do: 'hold' | 'release' };

const address = fc.oneof(contact.map((name) => `${name}@localhost`), who.map(({ name, resource }) => `${name}@localhost/${resource}`));
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom({ do: 'close' } as const, { do: 'cut' } as const) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('presence' as const), xml: fc.constantFrom('<presence/>', '<presence><priority>-1</priority></presence>', '<presence><priority>3</priority></presence>', '<presence type="unavailable"/>') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('presence' as const), xml: address.map((to) => `<presence to="${to}"/>`) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('presence' as const), xml: address.map((to) => `<presence to="${to}" type="unavailable"/>`) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('message' as const), to: address, kind: fc.constantFrom('chat', 'normal', 'headline', 'groupchat') }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('subscription' as const), to: contact, type: fc.constantFrom('subscribe', 'subscribed', 'unsubscribe', 'unsubscribed') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), to: contact }) },
  { weight: 1, arbitrary: fc.constant({ do: 'roster' } as const) },
  { weight: 2, arbitrary: fc.constantFrom({ do: 'hold' } as const, { do: 'release' } as const) },
);
const history = fc.array(fc.tuple(who, command), { minLength: 5, maxLength: 60, size: 'max' });

/** One session: what its client has heard, in order. */
interface Session {
  readonly jid: string;
  readonly client: Client;
  readonly heard: (Element | 'closed')[];
  isCut: boolean;
}

/** Plays a history, then brings the world to rest, ends every session, and rests again. */
async function play(commands: readonly (readonly [{ name: string; resource: string }, Command])[]): Promise<{ sessions: Session[]; last: Session | undefined; fates: Fate[]; sent: number; world: InProcess }> {
  const world = new InProcess();
  const fates: Fate[] = [];
  world.core.observe({ onFate: (fate) => fates.push(fate) });
  for (const name of names) await world.account(name);
  const sessions: Session[] = [];
  const live = new Map<string, Session>();
  let sent = 0;
  for (const [{ name, resource }, command] of commands) {
    const jid = `${name}@localhost/${resource}`;
    const session = live.get(jid);
    if (command.do === 'hold') world.isStoreHeld = true;
    else if (command.do === 'release') await world.releaseStore();
    else if (session === undefined) {
      // Whoever is not there comes instead of doing something.
      await world.releaseStore();
      const client = await world.connect(name, resource);
      const fresh: Session = { jid, client, heard: [], isCut: false };
      sessions.push(fresh);
      live.set(jid, fresh);
    } else {
      if (command.do === 'close' || command.do === 'cut') live.delete(jid);
      if (command.do === 'message') sent += 1;
      perform(session, command, sent);
    }
    await world.settle();
  }
  await world.releaseStore();
  // The last one to leave hears all others go.
  const last = [...live.values()].at(-1);
  for (const session of live.values()) if (session !== last) session.client.close();
  await world.settle();
  if (last !== undefined) await hear(last);
  const heardByLast = last && { ...last, heard: [...last.heard] };
  last?.client.close();
  await world.settle();
  for (const session of sessions) await hear(session);
  return { sessions, last: heardByLast, fates, sent, world };
}

function perform({ client, ...session }: Session, command: Command, sequence: number): void {
  switch (command.do) {
    case 'close':
      return client.close();
    case 'cut':
      session.isCut = true;
      return client.drop();
    case 'presence':
      return client.send(command.xml);
    case 'message':
      return client.send(`<message to="${command.to}" type="${command.kind}" id="${sequence}"><body>${sequence}</body></message>`);
    case 'subscription':
      return client.send(`<presence to="${command.to}@localhost" type="${command.type}"/>`);
    case 'remove':
      return client.send(`<iq id="x" type="set"><query xmlns="jabber:iq:roster"><item jid="${command.to}@localhost" subscription="remove"/></query></iq>`);
    case 'roster':
      return client.send('<iq id="r" type="get"><query xmlns="jabber:iq:roster"/></iq>');
    default:
  }
}

async function hear(session: Session): Promise<void> {
  for (;;) {
    try {
      session.heard.push(await session.client.next());
    } catch {
      return;
    }
  }
}

const stanzasOf = ({ heard }: Session, name: string): Element[] => heard.filter((item): item is Element => item !== 'closed' && item.name === name);
const bareOf = (jid: string): string => jid.split('/')[0] ?? '';

async function check(commands: Parameters<typeof play>[0], holds: (run: Awaited<ReturnType<typeof play>>) => void): Promise<void> {
  const run = await play(commands);
  holds(run);
  await run.world.dispose();
}

const runs = { numRuns: 60, seed: 6121 };

test('every message has exactly one fate (DESIGN D7, THEOREMS T3)', async () => {
  const seen = new Set<string>();
  await fc.assert(fc.asyncProperty(history, (commands) => check(commands, ({ fates, sent }) => {
    const originals = fates.filter(({ type }) => type !== 'error');
    for (const { fate } of originals) seen.add(fate);
    expect(originals.map(({ id }) => Number(id)).sort((x, y) => x - y)).toEqual(Array.from({ length: sent }, (_, index) => index + 1));
  })), runs);
  expect([...seen].sort()).toEqual(['bounced', 'delivered', 'dropped', 'stored']);
});

test('at rest nothing is left of those who have gone (THEOREMS T8)', async () => {
  await fc.assert(fc.asyncProperty(history, (commands) => check(commands, ({ world }) => {
    expect(world.core.census()).toEqual({ streams: 0, accounts: 0, resources: 0, timers: 0, requests: 0 });
  })), runs);
});

test('what one sender sends to one account arrives in order at each resource (RFC 6120 §10.1, THEOREMS T4)', async () => {
  await fc.assert(fc.asyncProperty(history, (commands) => check(commands, ({ sessions }) => {
    for (const session of sessions) {
      // Who opts out by a negative priority has what came meanwhile kept for later, and says so itself.
      if (commands.some(([, command]) => command.do === 'presence' && command.xml.includes('-1'))) return;
      const last = new Map<string, number>();
      for (const message of stanzasOf(session, 'message')) {
        if (message.attrs.type === 'error') continue;
        const from = message.attrs.from ?? '';
        const sequence = Number(message.attrs.id);
        expect(sequence).toBeGreaterThan(last.get(from) ?? 0);
        last.set(from, sequence);
      }
    }
  })), runs);
});

test('a stream that ends in order ends with the resource\'s own goodbye, if it was available, and the closing tag (THEOREMS T2.b, T2.d)', async () => {
  await fc.assert(fc.asyncProperty(history, (commands) => check(commands, ({ sessions }) => {
    for (const session of sessions) {
      const closed = session.heard.indexOf('closed');
      if (closed >= 0) expect(closed).toBe(session.heard.length - 1);
      if (closed < 0) continue;
      const own = stanzasOf(session, 'presence').filter(({ attrs }) => attrs.from === session.jid && bareOf(attrs.to ?? '') === bareOf(session.jid));
      if (own.length > 0) expect(own.at(-1)?.attrs.type).toBe('unavailable');
    }
  })), runs);
});

test('nobody who was told of a resource goes on believing in it (RFC 6121 §4.5.2, §4.6.3, THEOREMS T6)', async () => {
  let believers = 0;
  await fc.assert(fc.asyncProperty(history, (commands) => check(commands, ({ last }) => {
    if (last === undefined) return;
    const { believed, everBelieved } = beliefsOf(last);
    if (everBelieved) believers += 1;
    expect([...believed].filter((jid) => jid !== last.jid)).toEqual([]);
  })), runs);
  expect(believers).toBeGreaterThan(5);
});

/** Whom a client believes to be available once it has heard everything. A client that goes unavailable
 *  forgets what it was told at its bare JID: it is told no more there (RFC 6121 §8.5.2.1.2). */
function beliefsOf(session: Session): { believed: Set<string>; everBelieved: boolean } {
  const direct = new Set<string>();
  const shared = new Set<string>();
  let everBelieved = false;
  for (const { attrs: { from = '', to = '', type } } of stanzasOf(session, 'presence')) {
    if (type === undefined) {
      (to === session.jid ? direct : shared).add(from);
      everBelieved ||= from !== session.jid;
    } else if (type === 'unavailable') {
      direct.delete(from);
      shared.delete(from);
      if (from === session.jid) shared.clear();
    }
  }
  return { believed: new Set([...direct, ...shared]), everBelieved };
}
