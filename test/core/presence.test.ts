/** Presence that is broadcast and presence that comes in: to whom, and what of it. Spec: RFC 6121 §4.2, §4.4, §4.5. Not here:
 *  directed presence (directed.test.ts), probes that come in (probes.test.ts), the end of sessions (farewells.test.ts). @module */
import { afterEach, describe, expect, test } from 'vitest';
import type { SubscriptionState } from '../../machines/vocabulary.ts';
import { ELSEWHERE, Stage, available, each, juliet, record, romeo } from '../world/stage.ts';
import type { Kind } from '../world/stage.ts';

const everyone: readonly Kind[] = ['balcony', 'chamber', 'hall', 'garden', 'closet'];
const STATES: readonly SubscriptionState[] = ['none', 'nonePendingOut', 'nonePendingIn', 'nonePendingOutIn', 'to', 'toPendingIn', 'from', 'fromPendingOut', 'both'];
const contact = (state: SubscriptionState): typeof romeo => `${state.toLowerCase()}@${ELSEWHERE}` as typeof romeo;
const contacts = STATES.map((state) => record(state, { jid: contact(state) }));
const subscribed = ['from', 'fromPendingOut', 'both'] as const;
const subscribedTo = ['to', 'toPendingIn', 'both'] as const;

let stage: Stage;
afterEach(() => stage.dispose());

/** What goes to the contacts, sorted. */
const toContacts = (said: readonly string[]): string[] => said.filter((line) => line.startsWith('elsewhere')).sort();
const toSubscribers = (what: string, resource: string): string[] => subscribed.map((state) => `elsewhere: ${what} ${juliet}/${resource} → ${contact(state)}`);
const probes = subscribedTo.map((state) => `elsewhere: probe ${juliet} → ${contact(state)}`);

describe('initial presence', () => {
  test('goes to whoever is subscribed, from the full JID; whom the user is subscribed to is probed, from the bare JID (RFC 6121 §4.2.2, §4.3)', async () => {
    stage = await Stage.set(contacts, ['closet']);
    stage.send('closet', '<presence/>');
    expect(toContacts(await stage.said())).toEqual([...toSubscribers('available', 'closet'), ...probes].sort());
  });

  test('is heard by the resource itself and by the user\'s available ones (RFC 6121 §4.2.2)', async () => {
    stage = await Stage.set([], everyone);
    stage.send('closet', '<presence/>');
    const said = await stage.said();
    for (const resource of ['closet', ...available]) expect(said).toContain(`${resource}: available ${juliet}/closet → ${juliet}`);
    expect(said.filter((line) => line.startsWith('hall'))).toEqual([]);
    // The one that is new is shown those that were there.
    expect(said.filter((line) => line.startsWith('closet')).slice(1)).toEqual(available.map((resource) => `closet: available ${juliet}/${resource} → ${juliet}`));
  });

  test('comes anew after unavailable presence, with all that belongs to it (RFC 6121 §4.5.2)', async () => {
    stage = await Stage.set(contacts, ['garden']);
    stage.send('garden', '<presence type="unavailable"/>');
    expect(toContacts(await stage.said())).toEqual(toSubscribers('unavailable', 'garden').sort());
    stage.send('garden', '<presence/>');
    expect(toContacts(await stage.said())).toEqual([...toSubscribers('available', 'garden'), ...probes].sort());
  });
});

describe('presence that changes', () => {
  const changed = '<presence id="p1" xml:lang="it"><show>away</show><status>a coro</status><priority>5</priority><c xmlns="http://jabber.org/protocol/caps" node="n" ver="v"/></presence>';

  test('goes out whole to whoever is subscribed, and nobody is probed (RFC 6121 §4.4.2)', async () => {
    stage = await Stage.set(contacts, ['garden']);
    stage.send('garden', changed);
    const sent = (await stage.stanzas()).filter(([to]) => to === 'elsewhere').map(([, stanza]) => stanza);
    expect(sent.map(({ attrs }) => attrs.to).sort()).toEqual(subscribed.map(contact).sort());
    for (const stanza of sent) {
      expect(stanza.attrs).toEqual({ 'from': `${juliet}/garden`, 'to': stanza.attrs.to, 'id': 'p1', 'xml:lang': 'it' });
      expect(stanza.getChildElements().map(String)).toEqual(['<show>away</show>', '<status>a coro</status>', '<priority>5</priority>', '<c xmlns="http://jabber.org/protocol/caps" node="n" ver="v"/>']);
    }
  });

  test('is heard by all available resources of the user, that one included (RFC 6121 §4.4.2)', async () => {
    stage = await Stage.set([], everyone);
    stage.send('garden', '<presence><show>away</show></presence>');
    expect((await stage.said()).sort()).toEqual(each(available, `available <show>away ${juliet}/garden → ${juliet}`).sort());
  });

  test.each(['fails', 'is cut off', 'closes'])('is not needed to become unavailable: the stream %s, and whoever is subscribed is told (RFC 6121 §4.5.2)', async (how) => {
    stage = await Stage.set(contacts, everyone);
    if (how === 'fails') stage.send('garden', '<unknown/>');
    else if (how === 'closes') stage.clients['garden']?.close();
    else stage.clients['garden']?.drop();
    const said = await stage.said();
    expect(toContacts(said)).toEqual(toSubscribers('unavailable', 'garden').sort());
    for (const resource of ['balcony', 'chamber']) expect(said).toContain(`${resource}: unavailable ${juliet}/garden → ${juliet}`);
  });

  test('to unavailable goes out whole to whoever is subscribed, and to all available resources (RFC 6121 §4.5.2)', async () => {
    stage = await Stage.set(contacts, everyone);
    stage.send('garden', '<presence type="unavailable" id="u1"><status>asleep</status><x xmlns="urn:x"/></presence>');
    const stanzas = await stage.stanzas();
    expect(stanzas.map(([to, { attrs }]) => `${to} ${attrs.to}`).sort()).toEqual([...subscribed.map((state) => `elsewhere ${contact(state)}`), ...available.map((resource) => `${resource} ${juliet}`)].sort());
    for (const [, stanza] of stanzas) {
      expect(stanza.attrs).toMatchObject({ type: 'unavailable', from: `${juliet}/garden`, id: 'u1' });
      expect(stanza.getChildElements().map(String)).toEqual(['<status>asleep</status>', '<x xmlns="urn:x"/>']);
    }
  });

  test('to unavailable is said also to a contact that has never shown itself (RFC 6121 §4.5.2)', async () => {
    stage = await Stage.set([record('both')], ['garden']);
    stage.contacts.say(`<presence from="${romeo}/orchard" to="${juliet}" type="unavailable"/>`);
    await stage.said();
    stage.clients['garden']?.drop();
    expect(await stage.said()).toEqual([`elsewhere: unavailable ${juliet}/garden → ${romeo}`]);
  });
});

describe('presence that comes in', () => {
  test.each([
    ['available', '§4.2.3', ''],
    ['changed', '§4.4.3', '<show>away</show><status>hm</status>'],
    ['unavailable', '§4.5.3', '<status>gone</status>'],
  ])('%s: to all available resources and no other, its address as it was (RFC 6121 %s, §8.5.2.1.2)', async (what, _section, inside) => {
    stage = await Stage.set([record('to')], everyone);
    stage.contacts.say(`<presence from="${romeo}/orchard" to="${juliet}"${what === 'unavailable' ? ' type="unavailable"' : ''}>${inside}</presence>`);
    const stanzas = await stage.stanzas();
    expect(stanzas.map(([to]) => to)).toEqual(available);
    for (const [, stanza] of stanzas) {
      expect(stanza.attrs).toEqual({ from: `${romeo}/orchard`, to: juliet, ...(what === 'unavailable' && { type: 'unavailable' }) });
      expect(stanza.children.join('')).toBe(inside);
    }
  });

  test.each(['', ' type="unavailable"'])('to the full JID of a resource: to that one, available or not (RFC 6121 §8.5.3.1)%s', async (type) => {
    stage = await Stage.set([], everyone);
    stage.contacts.say(`<presence from="${romeo}/orchard" to="${juliet}/closet"${type}/>`);
    expect((await stage.stanzas()).map(([to, { attrs }]) => [to, attrs.to])).toEqual([['closet', `${juliet}/closet`]]);
  });

  test.each([
    ['a resource that is not there', '§8.5.3.2.2', `${juliet}/crypt`],
    ['a user that does not exist', '§8.5.1', 'nobody@localhost'],
    ['a resource of a user that does not exist', '§8.5.1', 'nobody@localhost/crypt'],
  ])('to %s: passed over (RFC 6121 %s)', async (_what, _section, to) => {
    stage = await Stage.set([], everyone);
    for (const type of ['', ' type="unavailable"']) stage.contacts.say(`<presence from="${romeo}/orchard" to="${to}"${type}/>`);
    expect(await stage.said()).toEqual([]);
  });
});

describe('a priority', () => {
  const message = `<message from="${romeo}/orchard" to="${juliet}" type="chat" id="m"/>`;
  test.each([['-1', ['garden']], ['0', ['balcony', 'garden']], ['1', ['balcony']]] as const)('that is not given counts as 0: beside one of %s a message goes to %j (RFC 6121 §4.7.2.3)', async (priority, expected) => {
    stage = await Stage.set([], ['balcony', 'garden']);
    stage.send('balcony', `<presence><priority>${priority}</priority></presence>`);
    await stage.said();
    stage.contacts.say(message);
    expect((await stage.stanzas()).map(([to]) => to)).toEqual(expected);
  });

  test.each(['-128', '127'])('of %s is in order (RFC 6121 §4.7.2.3)', async (priority) => {
    stage = await Stage.set([], ['garden']);
    stage.send('garden', `<presence><priority>${priority}</priority></presence>`);
    expect(await stage.said()).toEqual([`garden: available <priority>${priority} ${juliet}/garden → ${juliet}`]);
  });
});
