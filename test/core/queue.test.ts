/** What waits for the store, and what does not. Spec: RFC 6120 §10.1, DESIGN §2. @module */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { InProcess } from '../world/in-process.ts';
import type { Client } from '../world/world.ts';

const ping = (id: string): string => `<iq id="${id}" to="localhost" type="get"><ping xmlns="urn:xmpp:ping"/></iq>`;
const toRomeo = (id: string): string => `<message to="romeo@localhost" type="chat" id="${id}"><body>${id}</body></message>`;

let world: InProcess;
let juliet: Client;
let nurse: Client;

async function begin(store?: Store): Promise<void> {
  world = new InProcess(store === undefined ? {} : { store });
  for (const name of ['juliet', 'romeo', 'nurse']) await world.account(name);
  juliet = await world.connect('juliet', 'balcony');
  nurse = await world.connect('nurse', 'hall');
}

const idOf = async (client: Client): Promise<string | undefined> => {
  const next = await client.next();
  return next === 'closed' ? next : next.attrs.id;
};

afterEach(() => world.dispose());

describe('a store that has not answered', () => {
  beforeEach(() => begin());

  test('holds up the next stanzas of the stream that waits for it, and of no other (RFC 6120 §10.1)', async () => {
    world.isStoreHeld = true;
    juliet.send(toRomeo('1') + ping('after'));
    nurse.send(ping('other'));
    expect(await idOf(nurse)).toBe('other');
    await expect(juliet.next()).rejects.toThrow('nothing more');
    await world.releaseStore();
    expect(await idOf(juliet)).toBe('after');
  });

  test('holds up what a change of policy that is being written may concern (RFC 6120 §10.1)', async () => {
    world.isStoreHeld = true;
    nurse.send('<iq id="block" type="set"><block xmlns="urn:xmpp:blocking"><item jid="juliet@localhost"/></block></iq><message to="juliet@localhost" id="behind" type="chat"><body>x</body></message>');
    await world.settle();
    await expect(juliet.next()).rejects.toThrow('nothing more');
    await world.releaseStore();
    const [result, refusal] = [await nurse.next(), await nurse.next()];
    expect([result, refusal].map((next) => next !== 'closed' && [next.attrs.id, next.attrs.type])).toEqual([['block', 'result'], ['behind', 'error']]);
    await expect(juliet.next()).rejects.toThrow('nothing more');
  });

  test('is asked to keep a run of messages at once, and nothing else goes before they are kept', async () => {
    world.isStoreHeld = true;
    const asked = (): number => world.effects.filter((effect) => effect.type === 'store' && effect.operation.op === 'offline.append').length;
    juliet.send(toRomeo('1') + toRomeo('2') + toRomeo('3') + `<message to="nurse@localhost" type="chat" id="live"><body>x</body></message>` + toRomeo('4'));
    await world.settle();
    expect(asked()).toBe(3);
    await expect(nurse.next()).rejects.toThrow('nothing more');
    await world.releaseStore();
    expect(asked()).toBe(4);
    expect(await idOf(nurse)).toBe('live');
  });

  test('pauses the reading of a stream for which too much waits, and resumes it', async () => {
    world.isStoreHeld = true;
    juliet.send(toRomeo('1') + ping('first'));
    for (let number = 0; number < 100; number += 1) juliet.send(ping(String(number)));
    const kinds = (): string[] => world.effects.map(({ type }) => type).filter((type) => type === 'pause' || type === 'resume');
    expect(kinds()).toEqual(['pause']);
    await world.releaseStore();
    expect(kinds()).toEqual(['pause', 'resume']);
    expect(await idOf(juliet)).toBe('first');
    for (let number = 0; number < 100; number += 1) expect(await idOf(juliet)).toBe(String(number));
  });

  test('lets a stream end only after what it had sent before (THEOREMS T3)', async () => {
    world.isStoreHeld = true;
    juliet.send(toRomeo('1') + toRomeo('2'));
    juliet.drop();
    expect(world.core.census().streams).toBe(2);
    await world.releaseStore();
    expect(world.core.census().streams).toBe(1);
    const romeo = await world.connect('romeo', 'orchard');
    romeo.send('<presence/>');
    expect([await idOf(romeo), await idOf(romeo), await idOf(romeo)]).toEqual([undefined, '1', '2']);
  });
});

test('a message whose last route goes while older ones are on their way there is delivered elsewhere (THEOREMS T3)', async () => {
  await begin();
  juliet.send(toRomeo('1'));
  await world.settle();
  const a = await world.connect('romeo', 'a');
  const b = await world.connect('romeo', 'b');
  a.send('<presence><priority>5</priority></presence>');
  await a.next();
  // The store is empty again; it gets another message once `a` is the only route that would take one.
  expect(await idOf(a)).toBe('1');
  a.send('<presence><priority>-1</priority></presence>');
  b.send('<presence><priority>-1</priority></presence>');
  await world.settle();
  juliet.send(toRomeo('2'));
  await world.settle();
  world.isStoreHeld = true;
  a.send('<presence/>');
  juliet.send(toRomeo('3'));
  b.send('<presence/>');
  a.drop();
  await world.releaseStore();
  const heard: (string | undefined)[] = [];
  for (;;) {
    const next = await b.next().catch(() => undefined);
    if (next === undefined) break;
    if (next !== 'closed' && next.name === 'message') heard.push(next.attrs.id);
  }
  expect(heard).toEqual(['2', '3']);
});

describe('a store that fails', () => {
  const failing = (operation: string): Store => {
    const kept = memoryStore();
    return { perform: (request) => (request.op === operation ? Promise.reject(new Error('disk')) : kept.perform(request)), close: () => kept.close() };
  };

  test('makes the message come back, and the stream goes on (RFC 6120 §8.3.3.6)', async () => {
    await begin(failing('offline.append'));
    juliet.send(toRomeo('1') + ping('after'));
    const bounce = await juliet.next();
    expect(bounce === 'closed' ? bounce : [bounce.attrs.id, bounce.attrs.type, bounce.getChild('error')?.getChildElements()[0]?.name]).toEqual(['1', 'error', 'internal-server-error']);
    expect(await idOf(juliet)).toBe('after');
  });

  test('does not lose the roster that is in memory', async () => {
    await begin(failing('roster.write'));
    juliet.send('<iq id="set" type="set"><query xmlns="jabber:iq:roster"><item jid="romeo@localhost"/></query></iq><iq id="get" type="get"><query xmlns="jabber:iq:roster"/></iq>');
    const [refused, roster] = [await juliet.next(), await juliet.next()];
    expect(refused !== 'closed' && refused.attrs.type).toBe('error');
    expect(roster !== 'closed' && roster.getChild('query')?.getChildElements().length).toBe(0);
  });

  test('keeps what it could not hand out, for the next time', async () => {
    await begin(failing('offline.remove'));
    juliet.send(toRomeo('1'));
    await world.settle();
    for (const resource of ['a', 'b']) {
      const romeo = await world.connect('romeo', resource);
      romeo.send('<presence/>');
      await romeo.next();
      expect(await idOf(romeo)).toBe('1');
      romeo.close();
      await world.settle();
    }
  });
});
