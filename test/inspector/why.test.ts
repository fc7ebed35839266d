/** Why a route was closed, and why one does not see another online: each cause and each reason, told from what a real
 *  core has done. @module */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultFederation } from '../../src/core/config.ts';
import { listOf, openedOf, queryOf } from '../../src/inspector/view.ts';
import { peopleLike, seenBy, watchersOf } from '../../src/inspector/people.ts';
import { Recorder, recorderLimits } from '../../src/inspector/recorder.ts';
import type { RecorderLimits } from '../../src/inspector/recorder.ts';
import { visibilityOf } from '../../src/inspector/sight.ts';
import { closingOf } from '../../src/inspector/closing.ts';
import type { Reason } from '../../src/inspector/reason.ts';
import { Component } from '../world/component.ts';
import { Federated } from '../world/federated.ts';
import { InProcess } from '../world/in-process.ts';
import type { Client } from '../world/world.ts';

const muc = '<x xmlns="http://jabber.org/protocol/muc"/>';
const ownPresence = '<x xmlns="http://jabber.org/protocol/muc#user"><status code="110"/></x>';
const named = (steps: readonly Reason[]): readonly string[] => steps.map(({ step, verdict, text }) => `${step}${verdict === undefined ? '' : ` ${verdict}`}: ${text}`);

describe('why a route was closed', () => {
  const rooms = 'rooms.mantua.test';
  let net: Federated;
  let here: InProcess;
  let there: InProcess;
  let service: Component;
  let recorder: Recorder;
  let juliet: Client;

  /** @param limits of what is kept */
  async function begin(limits: Partial<RecorderLimits> = {}): Promise<void> {
    net = new Federated();
    const around = (core: Recorder['core']): Recorder['core'] => (recorder = new Recorder(core, { keepBodies: false }, { ...recorderLimits, ...limits })).core;
    here = net.add({ domain: 'verona.test', certified: ['verona.test'], config: { drainingLimit: 1 }, around });
    there = net.add({ domain: 'mantua.test', certified: ['mantua.test', rooms], config: { components: [{ domain: rooms, secret: 's' }] } });
    service = new Component(there, rooms, 's');
    for (const name of ['juliet', 'romeo']) await here.account(name);
    juliet = await here.connect('juliet', 'balcony');
    recorder.begin(0);
  }
  beforeEach(() => begin());
  afterEach(async () => {
    await here.dispose();
    await there.dispose();
  });

  const occupant = `verona@${rooms}/jules`;
  const room = `verona@${rooms}`;
  async function enter(): Promise<void> {
    juliet.send(`<presence to="${occupant}">${muc}</presence>`);
    await net.settle();
    service.say(`<presence from="${occupant}" to="juliet@verona.test/balcony">${ownPresence}</presence>`);
    await net.settle();
  }
  async function leave(): Promise<void> {
    service.say(`<presence from="${occupant}" to="juliet@verona.test/balcony" type="unavailable">${ownPresence}</presence>`);
    await net.settle();
  }
  function closing(): readonly Reason[] {
    const subject = [...recorder.roll.subjects].find(({ name, kind }) => kind === 'session' && name === 'juliet@verona.test/balcony');
    return subject === undefined ? [] : closingOf(subject);
  }
  const steps = (step: string): readonly string[] => closing().filter((reason) => reason.step === step).map(({ text }) => text);

  test('while the stream goes on there is nothing to say', async () => {
    juliet.send('<presence/>');
    await net.settle();
    expect(closing()).toEqual([]);
  });

  test('the closing tag of an available client with nothing owed: every step, with its section', async () => {
    juliet.send('<presence/>');
    juliet.close();
    await net.settle();
    expect(named(closing())).toEqual([
      'cause: The client closed its stream.',
      'session: The session ends in order: its route takes no new messages, and still delivers what is owed to it.',
      'presence: Its own unavailable presence went to itself first, then to the user\'s other resources and to the subscribers.',
      'owed: No room owed it a goodbye.',
      'route: Nothing was owed any more: the route closed at once.',
      'stream: Then the server sent the closing tag.',
    ]);
    expect(closing().map(({ spec }) => spec)).toEqual(['RFC 6120 §4.4, DESIGN D5', 'RFC 6121 §4.5.2, DESIGN D5', 'RFC 6121 §4.5.2', 'XEP-0045 §7.14, DESIGN D5', 'RFC 6120 §4.4, DESIGN D5', 'RFC 6120 §4.4, DESIGN D5']);
  });

  const causes: readonly (readonly [string, () => void | Promise<void>, cause: string, route: string])[] = [
    ['the connection is lost', () => juliet.drop(), 'The connection was lost, without a closing tag.', 'Nothing can be delivered any more: the route closed at once.'],
    ['the client breaks a rule', () => juliet.send('<nonsense/>'), 'The server can\'t go on with the stream, and says so by the stream error unsupported-stanza-type.', 'Nothing was owed any more: the route closed at once.'],
    ['the server stops', () => here.feed({ type: 'server.stopping' }), 'The server is stopping.', 'Nothing was owed any more: the route closed at once.'],
    ['the full JID is bound anew', async () => void (await here.connect('juliet', 'balcony')), 'Conflict: another stream has bound the same full JID, and the newer one wins.', 'The full JID has a new route: the route closed at once.'],
  ];
  test.each(causes)('what ended it: %s', async (_title, end, cause, route) => {
    const first = [...recorder.roll.subjects].find(({ name }) => name === 'juliet@verona.test/balcony');
    await end();
    await net.settle();
    const all = first === undefined ? [] : closingOf(first);
    expect(all.find(({ step }) => step === 'cause')?.text).toBe(cause);
    expect(all.find(({ step }) => step === 'route')?.text).toBe(route);
    expect(all.filter(({ spec }) => spec === '')).toEqual([]);
  });

  test('who never logged in had no route', () => {
    const stream = here.open();
    here.feed({ type: 'stream.lost', stream });
    const subject = recorder.roll.get(`session ${stream}`);
    expect(subject === undefined ? [] : named(closingOf(subject))).toEqual(['cause: The connection was lost, without a closing tag.', 'route: It had bound no resource, so there was no route to close.']);
  });

  test('a room that answers settles what was owed, and until then it is said who is waited for (DESIGN D5)', async () => {
    await enter();
    juliet.close();
    await net.settle();
    expect([steps('owed'), steps('route')]).toEqual([[`Owed to it was the last word of ${room}.`], [`The route drains: it waits for ${room}, and for no longer than the deadline (drainTimeoutMs).`]]);
    expect(steps('presence')[1]).toBe(`Told by directed presence before, so told now too: ${occupant}.`);
    await leave();
    expect([steps('settled'), steps('route')]).toEqual([[`${room} has said that the occupant is gone.`], ['That was the last that was owed: the route closed.']]);
    expect(closing().find(({ step }) => step === 'settled')?.spec).toBe('XEP-0045 §7.14');
  });

  test('a room that does not answer: at the deadline the server speaks in its name (status 333)', async () => {
    await enter();
    juliet.close();
    await net.settle();
    here.fire([...here.timers.keys()].find((timer) => timer.startsWith('route ')) ?? '');
    await net.settle();
    expect([steps('settled'), steps('route')]).toEqual([[], [`The deadline had passed (drainTimeoutMs): the server said goodbye in the name of ${room}, with status 333, and the route closed.`]]);
  });

  test('more drain than may: the oldest is told in the rooms\' names', async () => {
    await enter();
    const romeo = await here.connect('romeo', 'orchard');
    romeo.send(`<presence to="verona@${rooms}/r">${muc}</presence>`);
    await net.settle();
    juliet.close();
    romeo.close();
    await net.settle();
    expect(steps('route')[0]).toMatch(/^More routes were draining than may \(drainingLimit\), and this was the oldest: the server said goodbye in the name of verona@/);
  });

  test('the connection that is lost while the route drains leaves the room\'s word unheard', async () => {
    await enter();
    juliet.close();
    await net.settle();
    juliet.drop();
    await net.settle();
    expect(steps('route')[0]).toBe(`Nothing can be delivered any more: the route closed at once, without the last word of ${room}.`);
  });

  test('a room that was entered before anybody looked is known too', async () => {
    await enter();
    recorder.end();
    recorder.begin(0);
    juliet.close();
    await net.settle();
    expect(steps('owed')).toEqual([`Owed to it was the last word of ${room}.`]);
  });

  test('where the beginning was dropped it says so, and does not guess', async () => {
    await here.dispose();
    await there.dispose();
    await begin({ entries: 2 });
    juliet.send('<presence/>');
    juliet.close();
    await net.settle();
    expect(steps('cause')[0]).toMatch(/^What ended it is not kept any more: \d+ earlier steps were dropped\.$/);
  });

  test('what waits for the store is counted when a page looks, and sorts the list (RFC 6120 §10.1)', async () => {
    recorder.end();
    here.isStoreHeld = true;
    juliet.send('<message to="romeo@verona.test" type="chat"><body>o</body></message><presence/><presence/>');
    recorder.begin(0);
    const rows = (query: string): unknown => listOf(recorder, queryOf(new URLSearchParams(query))).rows.map(({ name, waiting }) => [name, waiting]);
    expect(rows('kind=session&sort=waiting')).toEqual([['juliet@verona.test/balcony', 2]]);
    const before = recorder.version;
    recorder.count();
    expect(recorder.version).toBe(before);
    await here.releaseStore();
    await net.settle();
    recorder.count();
    expect([recorder.version > before, rows('kind=session')]).toEqual([true, [['juliet@verona.test/balcony', 0]]]);
  });
});

describe('why one does not see another online', () => {
  let world: InProcess;
  let recorder: Recorder;
  let romeo: Client;
  let juliet: Client;
  beforeEach(async () => {
    const config = { federation: { ...defaultFederation, deny: ['denied.test'] } };
    world = new InProcess({ config, around: (core) => (recorder = new Recorder(core, { keepBodies: false })).core });
    for (const name of ['juliet', 'romeo']) await world.account(name);
    romeo = await world.connect('romeo', 'orchard');
    juliet = await world.connect('juliet', 'balcony');
    recorder.begin(0);
  });
  afterEach(() => world.dispose());

  async function says(client: Client, ...xml: readonly string[]): Promise<void> {
    for (const each of xml) {
      client.send(each);
      await world.settle();
    }
  }
  /** Juliet is subscribed to Romeo, and he to her. */
  async function befriend(): Promise<void> {
    await says(juliet, '<presence/>', '<presence to="romeo@localhost" type="subscribe"/>');
    await says(romeo, '<presence/>', '<presence to="juliet@localhost" type="subscribed"/>');
    await says(romeo, '<presence to="juliet@localhost" type="subscribe"/>');
    await says(juliet, '<presence to="romeo@localhost" type="subscribed"/>');
  }
  const list = (action: string, items: string): string => `<iq type="set" id="${action}"><query xmlns="jabber:iq:privacy"><list name="l">${items}</list></query></iq><iq type="set" id="d${action}"><query xmlns="jabber:iq:privacy"><default name="l"/></query></iq>`;
  const denied = (kind: string, jid: string): string => list(kind, `<item type="jid" value="${jid}" action="deny" order="7"><${kind}/></item>`);

  const cases: readonly (readonly [string, () => Promise<void>, 'yes' | 'no' | 'unknown', step: string, text: string])[] = [
    ['both are there and subscribed', befriend, 'yes', 'subscription yes', 'By the roster of romeo@localhost, juliet@localhost is subscribed to its presence (both).'],
    ['he is not connected', async () => { await befriend(); romeo.close(); await world.settle(); }, 'no', 'connected no', 'romeo@localhost has no connected resource.'],
    ['he has sent no presence', () => says(juliet, '<presence/>'), 'no', 'presence no', 'romeo@localhost/orchard is not available: it has sent no presence, or has gone unavailable since. Messages reach it all the same.'],
    ['his roster is not in memory', () => says(juliet, '<presence/>'), 'no', 'subscription unknown', 'The roster of romeo@localhost is not in memory; it is loaded when a resource becomes available or asks for it.'],
    ['he has gone unavailable', async () => { await befriend(); await says(romeo, '<presence type="unavailable"/>'); }, 'no', 'presence no', 'romeo@localhost/orchard is not available: it has sent no presence, or has gone unavailable since. Messages reach it all the same.'],
    ['he is invisible', async () => { await befriend(); await says(romeo, '<iq type="set" id="i"><invisible xmlns="urn:xmpp:invisible:1"/></iq>', '<presence/>'); }, 'no', 'presence no', 'romeo@localhost/orchard is in invisible mode: its presence is broadcast to nobody.'],
    ['a negative priority has no part in it', async () => { await befriend(); await says(romeo, '<presence><priority>-1</priority></presence>'); }, 'yes', 'presence yes', 'romeo@localhost/orchard is available, with priority -1; that is about messages, and has no part in this.'],
    ['she is not subscribed', async () => { await says(juliet, '<presence/>'); await says(romeo, '<presence/>'); }, 'no', 'subscription no', 'By the roster of romeo@localhost, juliet@localhost is not subscribed to its presence (none).'],
    ['she has asked, and has no answer', async () => { await says(romeo, '<presence/>'); await says(juliet, '<presence/>', '<presence to="romeo@localhost" type="subscribe"/>'); }, 'no', 'subscription no', 'juliet@localhost has asked romeo@localhost for a subscription, and has no answer yet (nonePendingIn).'],
    ['he has told her directly', async () => { await says(juliet, '<presence/>'); await says(romeo, '<presence to="juliet@localhost"/>'); }, 'yes', 'directed yes', 'romeo@localhost/orchard has told juliet@localhost of itself by directed presence.'],
    ['he has withdrawn from her directly', async () => { await befriend(); await says(romeo, '<presence to="juliet@localhost" type="unavailable"/>'); }, 'no', 'directed no', 'romeo@localhost/orchard has told juliet@localhost by directed presence that it is unavailable.'],
    ['his privacy list keeps it from her', async () => { await befriend(); await says(romeo, denied('presence-out', 'juliet@localhost')); }, 'no', 'lists no', 'romeo@localhost/orchard: its privacy list, by the item of order 7, keeps its presence from juliet@localhost.'],
    ['he has blocked her', async () => { await befriend(); await says(romeo, '<iq type="set" id="b"><block xmlns="urn:xmpp:blocking"><item jid="juliet@localhost"/></block></iq>'); }, 'no', 'lists no', 'romeo@localhost/orchard: the block list keeps its presence from juliet@localhost.'],
    ['her privacy list stops what comes from his resource', async () => { await befriend(); await says(juliet, denied('presence-in', 'romeo@localhost/orchard')); }, 'no', 'lists no', 'juliet@localhost/balcony: its privacy list, by the item of order 7, stops presence from romeo@localhost/orchard.'],
    ['she has sent no presence herself', async () => { await befriend(); await says(juliet, '<presence type="unavailable"/>'); }, 'no', 'watcher no', 'juliet@localhost/balcony is not available: presence that is sent to its account goes to available resources only.'],
    ['she is not connected', async () => { await befriend(); juliet.close(); await world.settle(); }, 'no', 'watcher no', 'juliet@localhost has no connected resource that could be told.'],
  ];
  test.each(cases)('%s', async (_title, prepare, answer, step, text) => {
    await prepare();
    const found = seenBy(recorder, 'juliet@localhost', 'romeo@localhost');
    expect(named(found?.steps ?? [])).toContain(`${step}: ${text}`);
    expect(found?.answer).toBe(answer);
    expect(found?.steps.filter(({ spec, step: of }) => spec === '' && of !== 'sent')).toEqual([]);
  });

  test.each([
    ['another server', 'romeo@mantua.test', 'no', 'By its own roster juliet@localhost is not subscribed to romeo@mantua.test (none): nobody asks for that presence when it comes online.'],
    ['a server that is not spoken with', 'romeo@denied.test', 'no', 'This server does not speak with the server of romeo@denied.test.'],
    ['a room', 'verona@rooms.localhost/romeo', 'unknown', 'verona@rooms.localhost/romeo is no account: whoever answers for its domain, such as the rooms, says itself whom it shows to whom.'],
  ])('of %s it is said who knows', async (_title, contact, answer, text) => {
    await says(juliet, '<presence/>');
    const found = seenBy(recorder, 'juliet@localhost', contact);
    expect([found?.answer, found?.steps.some((step) => step.text === text)]).toEqual([answer, true]);
  });

  test('the state of the link is told where one of them is on another server, and what waits for it', async () => {
    await says(juliet, '<presence/>', '<presence to="romeo@mantua.test" type="subscribe"/>');
    const found = seenBy(recorder, 'juliet@localhost', 'romeo@mantua.test');
    expect(named(found?.steps ?? [])).toContain('link unknown: The link to the other server is opening: 1 stanza waits for it.');
    // A page that comes later has the link from the start.
    recorder.end();
    recorder.begin(0);
    const rows = (kind: string): unknown => listOf(recorder, queryOf(new URLSearchParams({ kind, sort: 'waiting' }))).rows.map(({ name, waiting, states }) => [name, waiting, states]);
    expect([rows('link'), rows('account')]).toEqual([[['localhost → mantua.test', 1, { link: 'opening.connecting' }]], [['juliet@localhost', 0, { 'subscription romeo@mantua.test': 'nonePendingOut' }]]]);
  });

  test('what she was seen to be sent counts where the rest is not known', () => {
    const party = { jid: '', bare: '', exists: undefined, subscription: undefined, isUnshown: false, resources: [] } as const;
    const sight = { watcher: { ...party, jid: 'juliet@localhost', home: 'elsewhere' }, contact: { ...party, jid: 'romeo@mantua.test', home: 'elsewhere' }, link: undefined } as const;
    expect([undefined, 'available' as const, 'unavailable' as const].map((sent) => visibilityOf(sight, sent).answer)).toEqual(['unknown', 'yes', 'no']);
  });

  test('a session that is open on a page shows what it was sent', async () => {
    recorder.open([...recorder.roll.subjects].find(({ name }) => name === 'juliet@localhost/balcony')?.key ?? '');
    await befriend();
    const last = (): string | undefined => seenBy(recorder, 'juliet@localhost', 'romeo@localhost')?.steps.at(-1)?.text;
    expect(last()).toBe('The last presence of romeo@localhost that juliet@localhost was seen to be sent is available.');
    await says(romeo, '<presence type="unavailable"/>');
    expect(last()).toBe('The last presence of romeo@localhost that juliet@localhost was seen to be sent is unavailable.');
  });

  test('who may see somebody, and who is there to be asked about', async () => {
    await befriend();
    expect(watchersOf(recorder, 'romeo@localhost/orchard').map(({ jid, answer }) => [jid, answer])).toEqual([['juliet@localhost', 'yes']]);
    expect([peopleLike(recorder.core, 'JUL'), peopleLike(recorder.core, 'nobody')]).toEqual([['juliet@localhost'], []]);
  });

  test.each(['', '@', 'juliet@', 'long', '__proto__@@'])('what is no address is not answered: %j', (name) => {
    const address = name === 'long' ? `${'a'.repeat(4000)}@localhost` : name;
    expect(seenBy(recorder, address, 'romeo@localhost')).toBeUndefined();
    expect(seenBy(recorder, 'romeo@localhost', address)).toBeUndefined();
  });
});

describe('messages: found by their fields, with where they went', () => {
  test('words ask of one field; fates and states are counted, and one of several chosen', async () => {
    let recorder: Recorder | undefined;
    const world = new InProcess({ around: (core) => (recorder = new Recorder(core, { keepBodies: false })).core });
    for (const name of ['juliet', 'romeo']) await world.account(name);
    const romeo = await world.connect('romeo', 'orchard');
    await world.connect('juliet', 'balcony');
    if (recorder === undefined) throw new Error('there is no recorder');
    const looking = recorder;
    looking.begin(0);
    romeo.send('<message to="juliet@localhost" type="chat" id="romeo"><body>o</body></message><message to="nobody@localhost" type="chat" id="b"><body>o</body></message>');
    await world.settle();
    const asked = (query: string): ReturnType<typeof listOf> => listOf(looking, queryOf(new URLSearchParams(query)));
    const ids = (q: string): readonly string[] => asked(`kind=message&q=${q}`).messages.map(({ id, to }) => `${id} ${to}`);
    expect(ids('id:romeo')).toEqual(['romeo juliet@localhost']);
    expect(ids('from:romeo+to:nobody')).toEqual(['b nobody@localhost']);
    expect(ids('fate:bounced+id:b')).toEqual(['b nobody@localhost']);
    expect(ids('from:juliet')).toEqual([]);
    expect(asked('kind=message&state=fate:bounced').facets).toEqual(expect.arrayContaining([{ state: 'fate:delivered', count: 2 }, { state: 'fate:bounced', count: 1 }]));
    expect(asked('kind=message&state=fate:bounced').messages.map(({ fate }) => fate)).toEqual(['bounced']);
    const [message] = asked('kind=message&q=id:romeo').messages;
    expect(message?.stops.map(({ name, part }) => [part, name])).toEqual([['sender', 'romeo@localhost/orchard'], ['receiver', 'juliet@localhost/balcony']]);
    expect([asked(`open=message+${message?.n}`).message, asked('open=message+999').message]).toEqual([message, null]);
    expect(asked('state=presence:connected&state=route:closed').matched).toBe(0);
    expect(asked('state=presence:connected&state=presence:available&state=route:open').matched).toBe(2);
    const opened = openedOf(looking, message?.stops[0]?.key ?? '', 0);
    expect(opened?.closing).toEqual([]);
    await world.dispose();
  });
});
