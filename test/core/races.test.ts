/** Two resources of one account at once, and a store that is slow: nobody learns too much, and nobody
 *  goes on believing. Spec: RFC 6121 §3.2.2, §4.5.2, §4.6, THEOREMS T5, T6. @module */
import type { Element } from 'ltx';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { register } from '../../src/core/features/register.ts';
import { standardFeatures } from '../../src/core/features/all.ts';
import { InProcess } from '../world/in-process.ts';
import type { Client } from '../world/world.ts';

let world: InProcess;
let j1: Client;
let j2: Client;
let romeo: Client;

/** All that a client has received and not looked at. */
async function heard(client: Client): Promise<Element[]> {
  const all: Element[] = [];
  for (;;) {
    const next = await client.next().catch(() => undefined);
    if (next === undefined || next === 'closed') return all;
    all.push(next);
  }
}

/** The resources of Juliet that Romeo believes in. */
function believed(stanzas: readonly Element[]): string[] {
  const present = new Set<string>();
  for (const { name, attrs: { from = '', type } } of stanzas) {
    if (name !== 'presence' || !from.startsWith('juliet@localhost/')) continue;
    if (type === undefined) present.add(from);
    else if (type === 'unavailable') present.delete(from);
  }
  return [...present];
}

async function subscribe(): Promise<void> {
  j1.send('<presence to="romeo@localhost" type="subscribed"/>');
  await world.settle();
  romeo.send('<presence to="juliet@localhost" type="subscribe"/>');
  await world.settle();
}

beforeEach(async () => {
  world = new InProcess({ features: [...standardFeatures, register()] });
  for (const name of ['juliet', 'romeo', 'nurse']) await world.account(name);
  j1 = await world.connect('juliet', '1');
  j2 = await world.connect('juliet', '2');
  romeo = await world.connect('romeo', 'x');
  for (const client of [j1, j2, romeo]) client.send('<presence/>');
  await world.settle();
});

afterEach(() => world.dispose());

describe('a subscription', () => {
  test('that is approved by one resource and refused by another is not shown afterwards (RFC 6121 §3.2.2)', async () => {
    romeo.send('<presence to="juliet@localhost" type="subscribe"/>');
    await world.settle();
    world.isStoreHeld = true;
    j1.send('<presence to="romeo@localhost" type="subscribed"/>');
    j2.send('<presence to="romeo@localhost" type="unsubscribed"/>');
    await world.settle();
    await world.releaseStore();
    expect(believed(await heard(romeo))).toEqual([]);
  });

  test('that is cancelled while a resource goes leaves no ghost of it (RFC 6121 §4.5.2)', async () => {
    await subscribe();
    expect(believed(await heard(romeo)).length).toBe(2);
    world.isStoreHeld = true;
    j1.send('<presence to="romeo@localhost" type="unsubscribed"/>');
    j2.drop();
    await world.releaseStore();
    const gone = (await heard(romeo)).filter(({ attrs }) => attrs.type === 'unavailable').map(({ attrs }) => attrs.from);
    expect(gone.sort()).toEqual(['juliet@localhost/1', 'juliet@localhost/2']);
  });

  test('that is removed with the contact leaves no ghost either (RFC 6121 §2.5.2)', async () => {
    await subscribe();
    expect(believed(await heard(romeo)).length).toBe(2);
    world.isStoreHeld = true;
    j1.send('<iq id="x" type="set"><query xmlns="jabber:iq:roster"><item jid="romeo@localhost" subscription="remove"/></query></iq>');
    j2.send('<presence type="unavailable"/>');
    await world.releaseStore();
    const gone = (await heard(romeo)).filter(({ name, attrs }) => name === 'presence' && attrs.type === 'unavailable').map(({ attrs }) => attrs.from);
    expect(gone.sort()).toEqual(['juliet@localhost/1', 'juliet@localhost/2']);
  });

  test('of an account that is removed is nobody\'s who takes its name (XEP-0077 §3.2, RFC 6121 §11)', async () => {
    romeo.send('<presence to="juliet@localhost" type="subscribed"/>');
    await world.settle();
    j1.send('<presence to="romeo@localhost" type="subscribe"/>');
    await world.settle();
    j1.send('<iq id="gone" type="set" to="localhost"><query xmlns="jabber:iq:register"><remove/></query></iq>');
    await world.settle();
    await world.account('juliet');
    const stranger = await world.connect('juliet', 'stranger');
    stranger.send('<presence/><presence to="romeo@localhost" type="probe"/>');
    romeo.send('<presence><show>away</show></presence>');
    await world.settle();
    expect((await heard(stranger)).filter(({ attrs }) => attrs.from?.startsWith('romeo@localhost/'))).toEqual([]);
  });

  test('that the contact knows nothing of ends with the answer to a probe, in the roster too (RFC 6121 §4.3.2 rule 1)', async () => {
    romeo.send('<iq id="r" type="get"><query xmlns="jabber:iq:roster"/></iq>');
    await subscribe();
    await heard(romeo);
    // Juliet's side of it gets lost.
    await world.store.perform({ op: 'roster.remove', account: 'juliet@localhost' as never, jid: 'romeo@localhost' as never });
    for (const client of [j1, j2]) client.close();
    await world.settle();
    await heard(romeo);
    romeo.send('<presence id="p" to="juliet@localhost" type="probe"/>');
    const [answer, push] = await heard(romeo);
    expect(answer?.attrs).toMatchObject({ type: 'unsubscribed', from: 'juliet@localhost', id: 'p' });
    expect(push?.getChild('query')?.getChild('item')?.attrs).toMatchObject({ jid: 'juliet@localhost', subscription: 'none' });
  });
});

describe('directed presence', () => {
  test('to a full JID that hears no broadcast is taken back, though its account subscribes (RFC 6121 §4.6.3, §8.5.2.1.2)', async () => {
    await subscribe();
    romeo.send('<presence type="unavailable"/>');
    await heard(romeo);
    j1.send('<presence to="romeo@localhost/x"/>');
    j1.close();
    expect(believed(await heard(romeo))).toEqual([]);
  });

  test('may go to any number of entities in turn, and taking it back is never refused (RFC 6121 §4.6.3)', async () => {
    for (let number = 0; number < 250; number += 1) j1.send(`<presence to="n${number}@localhost"/><presence to="n${number}@localhost" type="unavailable"/>`);
    for (let number = 0; number < 201; number += 1) j1.send(`<presence id="p${number}" to="m${number}@localhost"/>`);
    j1.send('<presence id="last" to="m0@localhost" type="unavailable"/>');
    const errors = (await heard(j1)).filter(({ attrs }) => attrs.type === 'error').map(({ attrs }) => attrs.id);
    expect(errors).toEqual(['p200']);
  });
});

test('a long request is kept without its content, so that many of them can be denied (RFC 6121 §3.1.3, Security Warning)', async () => {
  const nurse = await world.connect('nurse', 'hall');
  nurse.send(`<presence to="romeo@localhost" type="subscribe"><status>${'x'.repeat(10_000)}</status></presence>`);
  await world.settle();
  const again = await world.connect('romeo', 'y');
  again.send('<presence/>');
  const request = (await heard(again)).find(({ attrs }) => attrs.type === 'subscribe');
  expect(request?.attrs.from).toBe('nurse@localhost');
  expect(request?.children).toEqual([]);
});

test('work that never waits does not grow the stack, however much comes at once', async () => {
  j1.send(`<iq id="v" type="get"><vCard xmlns="vcard-temp"/></iq>${'<presence type="probe"/>'.repeat(5_000)}<iq id="end" type="get"><ping xmlns="urn:xmpp:ping"/></iq>`);
  expect((await heard(j1)).at(-1)?.attrs.id).toBe('end');
});
