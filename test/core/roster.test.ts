/** What a roster answers and pushes, to the letter. Spec: RFC 6121 §2. Not here: sets that are refused
 *  (test/hostile/roster.test.ts), the order of pushes when the store is slow or fails (roster-writes.test.ts). @module */
import type { Element } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { ELSEWHERE, Stage, each, interested, juliet, record, romeo } from '../world/stage.ts';
import type { Kind } from '../world/stage.ts';

const everyone: readonly Kind[] = ['balcony', 'chamber', 'hall', 'garden', 'closet'];
const get = (ver?: string): string => `<iq id="get" type="get"><query xmlns="jabber:iq:roster"${ver === undefined ? '' : ` ver="${ver}"`}/></iq>`;
const set = (item: string): string => `<iq id="set" type="set"><query xmlns="jabber:iq:roster">${item}</query></iq>`;
const withGroups = `<item jid="${romeo}" name="Romeo"><group>Friends</group><group>Enemies</group></item>`;

let stage: Stage;
afterEach(() => stage.dispose());

/** What a resource is answered that asks for the roster, as the element that it is. */
async function answerTo(resource: string, xml: string): Promise<Element | undefined> {
  stage.send(resource, xml);
  return (await stage.stanzas()).find(([to, { attrs }]) => to === resource && attrs.id === 'get')?.[1];
}

describe('a roster that is asked for', () => {
  test('and is empty is a query without items, and no error (RFC 6121 §2.1.4)', async () => {
    stage = await Stage.set([], ['closet']);
    const answer = await answerTo('closet', get());
    expect(answer?.attrs.type).toBe('result');
    expect(answer?.getChildElements().map((child) => [child.name, child.children])).toEqual([['query', []]]);
  });

  test('is what was stored, unchanged (RFC 6121 §2)', async () => {
    stage = await Stage.set([], ['hall', 'closet']);
    stage.send('hall', set(withGroups));
    await stage.said();
    const [item, ...others] = (await answerTo('closet', get()))?.getChild('query')?.getChildElements() ?? [];
    expect(others).toEqual([]);
    expect(item?.attrs).toEqual({ jid: romeo, name: 'Romeo', subscription: 'none' });
    expect(item?.getChildElements().map((group) => group.getText())).toEqual(['Friends', 'Enemies']);
  });

  test.each(['', '1', '7', 'mine'])('has the server\'s version, whatever the client says: %j (RFC 6121 §2.1.1, §2.6.3)', async (ver) => {
    stage = await Stage.set([], ['hall', 'closet']);
    stage.send('hall', `<iq id="set" type="set"><query xmlns="jabber:iq:roster" ver="77">${withGroups}</query></iq>`);
    stage.send('hall', set(`<item jid="tybalt@${ELSEWHERE}"/>`));
    expect((await stage.stanzas()).flatMap(([, stanza]) => stanza.getChild('query')?.attrs.ver ?? [])).toEqual(['1', '2']);
    const query = (await answerTo('closet', get(ver)))?.getChild('query');
    expect([query?.attrs.ver, query?.getChildElements().length]).toEqual(['2', 2]);
    expect((await answerTo('closet', get('2')))?.getChildElements()).toEqual([]);
  });

  test.each([juliet, 'nobody@localhost'])('by somebody of another domain is forbidden, and so is a change: %s (RFC 6121 §2, §2.3.3)', async (to) => {
    stage = await Stage.set([record('both')], ['hall']);
    for (const [type, inside] of [['get', ''], ['set', withGroups], ['set', `<item jid="${romeo}" subscription="remove"/>`]]) {
      stage.contacts.say(`<iq id="q" type="${type}" from="${romeo}/orchard" to="${to}"><query xmlns="jabber:iq:roster">${inside}</query></iq>`);
      expect(await stage.said()).toEqual(['elsewhere: error q forbidden']);
    }
    expect(await stage.roster()).toEqual([record('both')]);
  });

  test('but fails in the store is an error (RFC 6121 §2.2)', async () => {
    const kept = memoryStore();
    const store: Store = { perform: (request) => (request.op === 'roster.read' ? Promise.reject(new Error('unreadable')) : kept.perform(request)), close: () => kept.close() };
    stage = await Stage.set([], ['closet'], store);
    stage.send('closet', get());
    expect(await stage.said()).toEqual(['closet: error get internal-server-error']);
  });
});

describe('an item that is set', () => {
  test.each([
    ['a new one', [], `push ${romeo} none "Romeo" Friends Enemies`],
    ['one that is there', [record('both', { name: 'R.', groups: ['Old'], approved: true })], `push ${romeo} both approved "Romeo" Friends Enemies`],
  ] as const)('%s is kept, answered to whoever has set it, and pushed to each interested resource (RFC 6121 §2.2, §2.3.2, §2.4.2)', async (_what, before, push) => {
    stage = await Stage.set(before, everyone);
    stage.send('balcony', set(withGroups));
    expect((await stage.said()).sort()).toEqual([...each(interested, push), 'balcony: result set'].sort());
    expect(await stage.roster()).toMatchObject([{ jid: romeo, name: 'Romeo', groups: ['Friends', 'Enemies'] }]);
  });

  test('by a resource that has not asked for the roster is answered, and pushed to the others only (RFC 6121 §2.2, §2.3.2)', async () => {
    stage = await Stage.set([], ['hall', 'closet']);
    stage.send('closet', set(`<item jid="${romeo}"/>`));
    expect(await stage.said()).toEqual([`hall: push ${romeo} none`, 'closet: result set']);
  });

  test('has what the set says and nothing that it had before (RFC 6121 §2.4.1)', async () => {
    stage = await Stage.set([record('from', { name: 'Romeo', groups: ['Friends', 'Enemies'] })], ['hall']);
    stage.send('hall', set(`<item jid="${romeo}"><group>Enemies</group></item>`));
    expect(await stage.said()).toEqual([`hall: push ${romeo} from Enemies`, 'hall: result set']);
    stage.send('hall', set(`<item jid="${romeo}" name="R."/>`));
    expect(await stage.said()).toEqual([`hall: push ${romeo} from "R."`, 'hall: result set']);
    expect(await stage.roster()).toEqual([record('from', { name: 'R.' })]);
  });

  test('is pushed alone, with the version, to the full JID of the resource (RFC 6121 §2.1.6, §2.6.3)', async () => {
    stage = await Stage.set([record('both'), record('to', { jid: `tybalt@${ELSEWHERE}` as typeof romeo })], ['hall']);
    const pushes: Element[] = [];
    for (const name of ['one', 'two']) {
      stage.send('hall', set(`<item jid="${romeo}" name="${name}"/>`));
      pushes.push(...(await stage.stanzas()).map(([, stanza]) => stanza).filter(({ attrs }) => attrs.type === 'set'));
    }
    expect(pushes.map(({ attrs: { to, from } }) => [to, from])).toEqual([[`${juliet}/hall`, undefined], [`${juliet}/hall`, undefined]]);
    expect(pushes.map((push) => push.getChildElements().map((query) => [query.attrs.ver, query.getChildElements().map(({ name, attrs }) => [name, attrs.name])]))).toEqual([[['3', [['item', 'one']]]], [['4', [['item', 'two']]]]]);
    expect(new Set(pushes.map(({ attrs }) => attrs.id)).size).toBe(2);
  });

  test('but fails in the store is an error, and is not pushed (RFC 6121 §2.3.3)', async () => {
    const kept = memoryStore();
    const store: Store = { perform: (request) => (request.op === 'roster.write' ? Promise.reject(new Error('no space left')) : kept.perform(request)), close: () => kept.close() };
    stage = await Stage.set([], ['hall'], store);
    stage.send('hall', set(withGroups));
    expect(await stage.said()).toEqual(['hall: error set internal-server-error']);
  });
});

describe('an item that is removed (RFC 6121 §2.5.2)', () => {
  test.each([
    { state: 'none', types: [] },
    { state: 'nonePendingOut', types: ['unsubscribe'] },
    { state: 'to', types: ['unsubscribe'] },
    { state: 'from', types: ['unsubscribed'] },
    { state: 'both', types: ['unsubscribe', 'unsubscribed'] },
  ] as const)('$state: the contact is told $types, everyone interested is pushed, and whoever did it is answered', async ({ state, types }) => {
    stage = await Stage.set([record(state)], everyone);
    stage.send('closet', set(`<item jid="${romeo}" subscription="remove"/>`));
    const said = await stage.said();
    expect(said.filter((line) => !line.startsWith('elsewhere')).sort()).toEqual([...each(interested, `push ${romeo} remove`), 'closet: result set'].sort());
    expect(said.filter((line) => / (?:un)?subscribed? /.test(line))).toEqual(types.map((type) => `elsewhere: ${type} ${juliet} → ${romeo}`));
    expect(await stage.roster()).toEqual([]);
  });
});

test('the features of a stream say that rosters have versions, and that requests can be approved beforehand (RFC 6121 §2.6.1, §3.4)', async () => {
  stage = await Stage.set();
  await stage.enter('closet', 'neither');
  const features = stage.world.effects.flatMap((effect) => (effect.type === 'send' && effect.xml.startsWith('<stream:features') ? [effect.xml] : []));
  expect(features.at(-1)).toContain('<ver xmlns="urn:xmpp:features:rosterver"/>');
  expect(features.at(-1)).toContain('<sub xmlns="urn:xmpp:features:pre-approval"/>');
});
