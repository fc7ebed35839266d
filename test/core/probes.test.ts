/** What a probe is answered. Spec: RFC 6121 §4.3, §4.6.6. Not here: the probes that the server sends (presence.test.ts),
 *  privacy (test/scenarios/privacy-granularity.txt), probes between accounts of this server (test/scenarios/probes.txt). @module */
import { afterEach, describe, expect, test } from 'vitest';
import { ELSEWHERE, Stage, juliet, record, romeo } from '../world/stage.ts';

let stage: Stage;
afterEach(() => stage.dispose());

const probe = (to: string, from: string = romeo): string => `<presence type="probe" id="p1" from="${from}" to="${to}"/>`;
const away = '<presence id="a1" xml:lang="it"><show>away</show><status>a coro</status><x xmlns="urn:x"/></presence>';

/** The answers to a probe, as they are written. */
async function answers(xml: string): Promise<string[]> {
  stage.contacts.say(xml);
  return (await stage.stanzas()).map(([to, stanza]) => `${to}: ${String(stanza)}`);
}

describe('of a subscriber', () => {
  test.each(['from', 'fromPendingOut', 'both'] as const)('(%s) is answered with the last presence of each available resource, whole (RFC 6121 §4.3.2 rule 4)', async (state) => {
    stage = await Stage.set([record(state)], ['balcony', 'hall', 'garden', 'closet']);
    stage.send('garden', '<presence><show>dnd</show></presence>');
    stage.send('garden', away);
    // What was said to somebody else is not what is shown.
    stage.send('garden', `<presence to="tybalt@${ELSEWHERE}"><show>xa</show></presence>`);
    await stage.said();
    expect(await answers(probe(juliet))).toEqual([
      `elsewhere: <presence from="${juliet}/balcony" to="${romeo}"/>`,
      `elsewhere: <presence id="a1" xml:lang="it" from="${juliet}/garden" to="${romeo}"><show>away</show><status>a coro</status><x xmlns="urn:x"/></presence>`,
    ]);
  });

  test('to a full JID is answered for that resource alone, and with no more than that it is there (RFC 6121 §4.3.2)', async () => {
    stage = await Stage.set([record('from')], ['balcony', 'garden', 'closet']);
    stage.send('garden', away);
    await stage.said();
    expect(await answers(probe(`${juliet}/garden`))).toEqual([`elsewhere: <presence from="${juliet}/garden" to="${romeo}"/>`]);
    for (const resource of ['closet', 'crypt']) {
      stage.contacts.say(probe(`${juliet}/${resource}`));
      expect(await stage.said()).toEqual([`elsewhere: unavailable ${juliet}/${resource} → ${romeo}`]);
    }
  });

  test('is answered from the bare JID that nobody is there, where no resource is available (RFC 6121 §4.3.2 rule 3, §8.5.2.2.2)', async () => {
    stage = await Stage.set([record('from')], ['hall', 'closet']);
    expect(await answers(probe(juliet))).toEqual([`elsewhere: <presence from="${juliet}" to="${romeo}" type="unavailable" id="p1"/>`]);
  });

  test('that was told directly as well is answered as a subscriber (RFC 6121 §4.6.6)', async () => {
    stage = await Stage.set([record('from')], ['garden', 'closet']);
    for (const resource of ['garden', 'closet']) stage.send(resource, `<presence to="${romeo}"><show>xa</show></presence>`);
    await stage.said();
    expect(await answers(probe(juliet))).toEqual([`elsewhere: <presence from="${juliet}/garden" to="${romeo}"/>`]);
  });
});

describe('of somebody else', () => {
  test.each(['none', 'nonePendingOut', 'to'] as const)('(%s) is answered from the bare JID that it is not subscribed, and is told nothing (RFC 6121 §4.3.2 rule 1)', async (state) => {
    stage = await Stage.set([record(state)], ['balcony', 'garden']);
    for (const to of [juliet, `${juliet}/garden`, `${juliet}/crypt`]) {
      expect(await answers(probe(to))).toEqual([`elsewhere: <presence from="${juliet}" id="p1" to="${romeo}" type="unsubscribed"/>`]);
    }
  });

  test.each(['none', 'nonePendingOut', 'to'] as const)('(%s) takes no pre-approval back: a request is still approved (RFC 6121 §4.3.2 rule 1)', async (state) => {
    stage = await Stage.set([record(state, { approved: true })], ['balcony']);
    await answers(probe(juliet));
    expect(await stage.roster()).toEqual([record(state, { approved: true })]);
    stage.contacts.say(`<presence from="${romeo}" to="${juliet}" type="subscribe"/>`);
    expect(await stage.said()).toContain(`elsewhere: subscribed ${juliet} → ${romeo}`);
  });

  test('and the answer to one takes no pre-approval of the prober back (RFC 6121 §4.3.2 rule 1)', async () => {
    stage = await Stage.set([record('to', { approved: true })], ['balcony']);
    stage.contacts.say(`<presence from="${romeo}" to="${juliet}" type="unsubscribed"/>`);
    expect(await stage.said()).toContain(`balcony: push ${romeo} none approved`);
    expect(await stage.roster()).toEqual([record('none', { approved: true })]);
  });

  test('to a user that does not exist is answered in the same way (RFC 6121 §4.3.2 rule 1, §8.5.1)', async () => {
    stage = await Stage.set();
    expect(await answers(probe('nobody@localhost'))).toEqual([`elsewhere: <presence from="nobody@localhost" id="p1" to="${romeo}" type="unsubscribed"/>`]);
  });

  test('whom a resource has told of itself is answered for that resource, with no more than that it is there (RFC 6121 §4.6.6)', async () => {
    stage = await Stage.set([], ['balcony', 'garden', 'closet']);
    stage.send('garden', away);
    for (const resource of ['garden', 'closet']) stage.send(resource, `<presence to="${romeo}/orchard"><show>xa</show></presence>`);
    await stage.said();
    for (const resource of ['garden', 'closet']) {
      expect(await answers(probe(`${juliet}/${resource}`, `${romeo}/orchard`))).toEqual([`elsewhere: <presence from="${juliet}/${resource}" to="${romeo}/orchard"/>`]);
    }
    for (const [to, from] of [[`${juliet}/balcony`, `${romeo}/orchard`], [`${juliet}/garden`, `${romeo}/street`], [juliet, `${romeo}/orchard`]]) {
      stage.contacts.say(probe(to ?? '', from));
      expect(await stage.said()).toEqual([`elsewhere: unsubscribed ${juliet} → ${romeo}`]);
    }
    stage.send('garden', `<presence to="${romeo}/orchard" type="unavailable"/>`);
    await stage.said();
    stage.contacts.say(probe(`${juliet}/garden`, `${romeo}/orchard`));
    expect(await stage.said()).toEqual([`elsewhere: unsubscribed ${juliet} → ${romeo}`]);
  });
});

describe('that a client sends', () => {
  test('goes to the contact (RFC 6121 §4.3)', async () => {
    stage = await Stage.set([], ['closet']);
    stage.send('closet', `<presence type="probe" to="${romeo}"/>`);
    expect(await stage.said()).toEqual([`elsewhere: probe ${juliet}/closet → ${romeo}`]);
  });

  test.each(['nobody@localhost', 'nobody@localhost/crypt', 'localhost', 'juliet@localhost/crypt', 'garden@rooms.localhost/jules'])('to %s is no reason for an error (RFC 6121 §4.3)', async (to) => {
    stage = await Stage.set([], ['closet']);
    stage.send('closet', `<presence type="probe" id="p1" to="${to}"/><iq id="on" type="get" to="localhost"><ping xmlns="urn:xmpp:ping"/></iq>`);
    const said = await stage.said();
    expect(said.filter((line) => line.includes('error'))).toEqual([]);
    expect(said.at(-1)).toBe('closet: result on');
  });
});
