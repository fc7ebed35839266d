/** Subscriptions: in which order the server does what it must, and to which resources. Spec: RFC 6121 §3. Not here: each
 *  stanza in each state (subscription-cells.test.ts), what the store's failures lead to (roster-writes.test.ts). @module */
import { afterEach, describe, expect, test } from 'vitest';
import { ELSEWHERE, Stage, available, each, interested, juliet, record, romeo } from '../world/stage.ts';
import type { Kind } from '../world/stage.ts';

const everyone: readonly Kind[] = ['balcony', 'chamber', 'hall', 'garden', 'closet'];
const inbound = (type: string, more = ''): string => `<presence from="${romeo}" to="${juliet}" type="${type}">${more}</presence>`;
const outbound = (type: string, more = ''): string => `<presence to="${romeo}" type="${type}">${more}</presence>`;
const toRomeo = (type: string, resources: readonly string[] = available): string[] => resources.map((resource) => `elsewhere: ${type} ${juliet}/${resource} → ${romeo}`);

let stage: Stage;
afterEach(() => stage.dispose());

describe('a request that the user sends', () => {
  test.each(['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed'])('%s goes out whole from the bare JID, whatever address it had (RFC 6121 §3, §3.1.2, §3.1.5, §3.2.2, §3.3.2)', async (type) => {
    stage = await Stage.set([record('toPendingIn')], ['closet']);
    stage.send('closet', `<presence from="${juliet}/closet" to="${romeo}/orchard" type="${type}" id="s1"><status>hark</status></presence>`);
    const sent = (await stage.stanzas()).filter(([to]) => to === 'elsewhere').map(([, stanza]) => stanza);
    expect(sent.map(({ attrs: { from, to, id } }) => [from, to, id])).toEqual([[juliet, romeo, 's1']]);
    expect(sent[0]?.getChildText('status')).toBe('hark');
  });

  test('is routed first, and then pushed as pending to each interested resource (RFC 6121 §3.1.2)', async () => {
    stage = await Stage.set([], everyone);
    stage.send('closet', outbound('subscribe'));
    expect(await stage.said()).toEqual([`elsewhere: subscribe ${juliet} → ${romeo}`, ...each(interested, `push ${romeo} none asked`)]);
  });

  test('comes before or after the item is set: the roster is the same (RFC 6121 §3.1.1)', async () => {
    const set = `<iq id="set" type="set"><query xmlns="jabber:iq:roster"><item jid="${romeo}" name="Romeo"><group>Friends</group></item></query></iq>`;
    const rosters: unknown[] = [];
    for (const order of [[set, outbound('subscribe')], [outbound('subscribe'), set]]) {
      stage = await Stage.set([], ['hall']);
      for (const xml of order) stage.send('hall', xml);
      expect((await stage.said()).at(-1)).toMatch(/^hall: (?:result set|push romeo@mantua.test none asked "Romeo" Friends)$/);
      rosters.push(await stage.roster());
      await stage.dispose();
    }
    expect(rosters).toEqual([rosters[0], rosters[0]]);
    expect(rosters[0]).toMatchObject([{ jid: romeo, name: 'Romeo', groups: ['Friends'], subscription: 'nonePendingOut', listed: true }]);
    stage = await Stage.set();
  });
});

describe('a request that comes in', () => {
  test('goes to each available resource, approves nothing, and leaves the roster as it was (RFC 6121 §3.1.3)', async () => {
    stage = await Stage.set([], everyone);
    stage.contacts.say(inbound('subscribe'));
    expect(await stage.said()).toEqual(each(available, `subscribe ${romeo} → ${juliet}`));
    stage.send('hall', '<iq id="again" type="get"><query xmlns="jabber:iq:roster"/></iq>');
    const [[, answer] = []] = await stage.stanzas();
    expect(answer?.getChild('query')?.getChildElements()).toEqual([]);
  });

  test('is delivered whole to whoever becomes available, once to each, until it is answered (RFC 6121 §3.1.3)', async () => {
    stage = await Stage.set([], ['hall', 'closet']);
    stage.contacts.say(inbound('subscribe', '<nick xmlns="http://jabber.org/protocol/nick">R</nick>'));
    stage.contacts.say(inbound('subscribe'));
    expect(await stage.said()).toEqual([]);
    const requests = async (): Promise<string[]> => (await stage.said()).filter((line) => line.includes(': subscribe '));
    for (const resource of ['hall', 'closet']) {
      stage.send(resource, '<presence/>');
      expect(await requests()).toEqual([`${resource}: subscribe <nick>R ${romeo} → ${juliet}`]);
      stage.send(resource, '<presence><show>away</show></presence>');
      expect(await requests()).toEqual([]);
    }
    stage.send('hall', '<presence type="unavailable"/>');
    stage.send('hall', '<presence/>');
    expect(await requests()).toEqual([`hall: subscribe <nick>R ${romeo} → ${juliet}`]);
    stage.send('hall', outbound('unsubscribed'));
    await stage.enter('late', 'available');
    expect(await requests()).toEqual([]);
  });

  test('for a contact that the user keeps in the roster is noted beside the item, which stays (RFC 6121 §A.1)', async () => {
    stage = await Stage.set([record('none', { name: 'Romeo' })], ['hall']);
    stage.contacts.say(inbound('subscribe'));
    expect(await stage.said()).toEqual([]);
    expect(await stage.roster()).toMatchObject([{ jid: romeo, name: 'Romeo', subscription: 'nonePendingIn', listed: true }]);
  });

  test('is forgotten when it is taken back, and nothing is in the roster of who asked (RFC 6121 §3.3.3)', async () => {
    stage = await Stage.set([], ['hall']);
    stage.contacts.say(inbound('subscribe'));
    expect(await stage.roster()).toMatchObject([{ jid: romeo, listed: false }]);
    stage.contacts.say(inbound('unsubscribe'));
    expect((await stage.said()).filter((line) => line.includes('push'))).toEqual([]);
    expect(await stage.roster()).toEqual([]);
    await stage.enter('late', 'available');
    expect((await stage.said()).filter((line) => line.startsWith('late: subscribe'))).toEqual([]);
  });

  test.each(['from', 'fromPendingOut', 'both'] as const)('of a contact that is subscribed (%s) is approved anew by the server (RFC 6121 §3.1.3)', async (state) => {
    stage = await Stage.set([record(state)], ['hall']);
    stage.contacts.say(inbound('subscribe'));
    expect(await stage.said()).toEqual([`elsewhere: subscribed ${juliet} → ${romeo}`]);
  });
});

describe('an approval', () => {
  test('goes out from the bare JID, then the push, and the presence of each available resource behind it (RFC 6121 §3.1.5)', async () => {
    stage = await Stage.set([record('nonePendingIn')], everyone);
    stage.send('garden', '<presence><show>away</show></presence>');
    await stage.said();
    stage.send('closet', outbound('subscribed'));
    const said = await stage.said();
    expect(said.slice(0, 4)).toEqual([`elsewhere: subscribed ${juliet} → ${romeo}`, ...each(interested, `push ${romeo} from`)]);
    expect(said.slice(4)).toEqual([...toRomeo('available', ['balcony', 'chamber']), `elsewhere: available <show>away ${juliet}/garden → ${romeo}`]);
  });

  test.each([['nonePendingOut', 'to'], ['nonePendingOutIn', 'to'], ['fromPendingOut', 'both']] as const)('that was asked for (%s) is delivered to each interested resource before the push, which says %s (RFC 6121 §3.1.6)', async (state, now) => {
    stage = await Stage.set([record(state)], everyone);
    stage.contacts.say(inbound('subscribed'));
    expect(await stage.said()).toEqual([...each(interested, `subscribed ${romeo} → ${juliet}`), ...each(interested, `push ${romeo} ${now}`)]);
  });

  test('is followed by presence, from each resource of the contact to each available one of the user (RFC 6121 §3.1.6, §4.2.3)', async () => {
    stage = await Stage.set([record('nonePendingOut')], everyone);
    stage.contacts.say(inbound('subscribed'));
    await stage.said();
    for (const resource of ['orchard', 'street']) stage.contacts.say(`<presence from="${romeo}/${resource}" to="${juliet}"/>`);
    expect(await stage.said()).toEqual(['orchard', 'street'].flatMap((resource) => each(available, `available ${romeo}/${resource} → ${juliet}`)));
  });

  test.each(['none', 'nonePendingIn', 'to', 'toPendingIn', 'from', 'both'] as const)('that nobody asked for (%s) reaches nobody, and changes nothing (RFC 6121 §3.1.6, §A.3.3)', async (state) => {
    stage = await Stage.set([record(state)], everyone);
    stage.contacts.say(inbound('subscribed'));
    expect(await stage.said()).toEqual([]);
    expect(await stage.roster()).toEqual([record(state)]);
  });
});

describe('the end of a subscription', () => {
  test.each([['from', 'none'], ['both', 'to'], ['fromPendingOut', 'none asked']] as const)('by the user (%s): each available resource goes for the contact, then the word, then the push: %s (RFC 6121 §3.2.2)', async (state, now) => {
    stage = await Stage.set([record(state)], everyone);
    stage.send('closet', outbound('unsubscribed'));
    expect(await stage.said()).toEqual([...toRomeo('unavailable'), `elsewhere: unsubscribed ${juliet} → ${romeo}`, ...each(interested, `push ${romeo} ${now}`)]);
  });

  test.each(['none', 'nonePendingOut', 'to'] as const)('by the user where there is none (%s): nothing goes out, and a pre-approval is taken back (RFC 6121 §3.2.2)', async (state) => {
    for (const approved of [false, true]) {
      stage = await Stage.set([record(state, { approved })], everyone);
      stage.send('closet', outbound('unsubscribed'));
      const shown = state === 'nonePendingOut' ? 'none asked' : state;
      expect(await stage.said()).toEqual(approved ? each(interested, `push ${romeo} ${shown}`) : []);
      expect(await stage.roster()).toEqual([record(state, { approved: false })]);
      if (!approved) await stage.dispose();
    }
  });

  test.each([['to', 'none'], ['toPendingIn', 'none'], ['both', 'from']] as const)('by the contact (%s): its word before the push: %s (RFC 6121 §3.2.3)', async (state, now) => {
    stage = await Stage.set([record(state)], everyone);
    stage.contacts.say(`<presence from="${romeo}/orchard" to="${juliet}" type="unavailable"/>`);
    expect(await stage.said()).toEqual(each(available, `unavailable ${romeo}/orchard → ${juliet}`));
    stage.contacts.say(inbound('unsubscribed'));
    expect(await stage.said()).toEqual([...each(interested, `unsubscribed ${romeo} → ${juliet}`), ...each(interested, `push ${romeo} ${now}`)]);
  });

  test.each(['none', 'nonePendingIn', 'from'] as const)('by the contact where there is none (%s) reaches nobody, and changes nothing (RFC 6121 §3.2.3, §A.3.4)', async (state) => {
    stage = await Stage.set([record(state)], everyone);
    stage.contacts.say(inbound('unsubscribed'));
    expect(await stage.said()).toEqual([]);
    expect(await stage.roster()).toEqual([record(state)]);
  });

  test.each([['to', 'none'], ['toPendingIn', 'none'], ['both', 'from'], ['nonePendingOut', 'none']] as const)('that the user wants no more (%s): the word goes out, then the push: %s (RFC 6121 §3.3.2)', async (state, now) => {
    stage = await Stage.set([record(state)], everyone);
    stage.send('closet', outbound('unsubscribe'));
    expect(await stage.said()).toEqual([`elsewhere: unsubscribe ${juliet} → ${romeo}`, ...each(interested, `push ${romeo} ${now}`)]);
  });

  test.each([['from', 'none'], ['fromPendingOut', 'none asked'], ['both', 'to']] as const)('that the contact wants no more (%s): its word before the push, %s, and each available resource goes for it (RFC 6121 §3.3.3)', async (state, now) => {
    stage = await Stage.set([record(state)], everyone);
    stage.contacts.say(inbound('unsubscribe'));
    const said = await stage.said();
    const isForRomeo = (line: string): boolean => line.startsWith('elsewhere');
    expect(said.filter((line) => !isForRomeo(line))).toEqual([...each(interested, `unsubscribe ${romeo} → ${juliet}`), ...each(interested, `push ${romeo} ${now}`)]);
    expect(said.filter(isForRomeo)).toEqual([...toRomeo('unavailable'), `elsewhere: unsubscribed ${juliet} → ${romeo}`]);
  });

  test.each(['none', 'nonePendingOut', 'to'] as const)('that the contact wants no more where there is none (%s) reaches nobody, and changes nothing (RFC 6121 §3.3.3)', async (state) => {
    stage = await Stage.set([record(state)], everyone);
    stage.contacts.say(inbound('unsubscribe'));
    expect(await stage.said()).toEqual([]);
    expect(await stage.roster()).toEqual([record(state)]);
  });
});

describe('a pre-approval (RFC 6121 §3.4.2)', () => {
  test.each(['from', 'fromPendingOut', 'both'] as const)('of a contact that is subscribed (%s) is passed over', async (state) => {
    stage = await Stage.set([record(state)], everyone);
    stage.send('closet', outbound('subscribed'));
    expect(await stage.said()).toEqual([]);
    expect(await stage.roster()).toEqual([record(state)]);
  });

  test.each([['nonePendingIn', 'from'], ['nonePendingOutIn', 'from asked'], ['toPendingIn', 'both']] as const)('of a contact that has asked (%s) is an approval: %s', async (state, now) => {
    stage = await Stage.set([record(state)], ['hall']);
    stage.send('hall', outbound('subscribed'));
    expect(await stage.said()).toEqual([`elsewhere: subscribed ${juliet} → ${romeo}`, `hall: push ${romeo} ${now}`]);
  });

  test.each([['none', 'none'], ['nonePendingOut', 'none asked'], ['to', 'to']] as const)('of a contact that has not (%s) is noted, pushed, and not routed', async (state, now) => {
    stage = await Stage.set([record(state)], everyone);
    stage.send('closet', outbound('subscribed'));
    expect(await stage.said()).toEqual(each(interested, `push ${romeo} ${now} approved`));
    expect(await stage.roster()).toEqual([record(state, { approved: true })]);
  });

  test('of who is in no roster makes an item, which is pushed, and is not routed', async () => {
    stage = await Stage.set([], everyone);
    stage.send('closet', outbound('subscribed'));
    expect(await stage.said()).toEqual(each(interested, `push ${romeo} none approved`));
    expect(await stage.roster()).toEqual([record('none', { approved: true })]);
  });

  test.each([['none', 'from'], ['nonePendingOut', 'from asked'], ['to', 'both']] as const)('is used when the request comes (%s): the server answers, and no client hears of it', async (state, now) => {
    stage = await Stage.set([record(state, { approved: true })], ['hall', 'garden']);
    stage.contacts.say(inbound('subscribe'));
    expect(await stage.said()).toEqual([`elsewhere: subscribed ${juliet} → ${romeo}`, `hall: push ${romeo} ${now} approved`, ...toRomeo('available', ['garden'])]);
  });
});

test('a contact of this server is served by the same rules, its side and the user\'s (RFC 6121 §3.1.2, §3.3.2)', async () => {
  stage = await Stage.set([], ['hall']);
  await stage.world.account('nurse');
  await stage.enter('kitchen', 'both', 'nurse');
  await stage.said();
  const nurse = 'nurse@localhost';
  const expectSaid = async (...lines: readonly string[]): Promise<void> => expect((await stage.said()).sort()).toEqual([...lines].sort());
  stage.send('hall', `<presence to="${nurse}" type="subscribe"/>`);
  await expectSaid(`kitchen: subscribe ${juliet} → ${nurse}`, `hall: push ${nurse} none asked`);
  stage.send('kitchen', `<presence to="${juliet}" type="subscribed"/>`);
  await expectSaid(`kitchen: push ${juliet} from`, `hall: subscribed ${nurse} → ${juliet}`, `hall: push ${nurse} to`);
  stage.send('hall', `<presence to="${nurse}" type="unsubscribe"/>`);
  await expectSaid(`hall: push ${nurse} none`, `kitchen: unsubscribe ${juliet} → ${nurse}`, `kitchen: push ${juliet} none`);
});

test.each(['subscribed', 'unsubscribe', 'unsubscribed'])('%s to a resource that is not there is ignored, a request is not (RFC 6121 §8.5.3.2.2)', async (type) => {
  stage = await Stage.set([record('fromPendingOut')], everyone);
  stage.contacts.say(`<presence from="${romeo}" to="${juliet}/crypt" type="${type}"/>`);
  expect(await stage.said()).toEqual([]);
  stage.contacts.say(`<presence from="tybalt@${ELSEWHERE}" to="${juliet}/crypt" type="subscribe"/>`);
  expect(await stage.said()).toEqual(each(available, `subscribe tybalt@${ELSEWHERE} → ${juliet}`));
});
