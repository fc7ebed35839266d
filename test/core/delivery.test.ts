/** To whom a stanza goes, seen at the edges of the core: one row for each rule. Spec: RFC 6121 §8.5. Not here: the decision
 *  itself, over all routes (test/machines/delivery.test.ts), presence (presence.test.ts), what is stored (held.test.ts). @module */
import { afterEach, describe, expect, test } from 'vitest';
import { ELSEWHERE, Stage, juliet, record, romeo } from '../world/stage.ts';

let stage: Stage;
afterEach(() => stage.dispose());

const sender = `${romeo}/orchard`;
const message = (type: string, to: string): string => `<message id="m" from="${sender}" to="${to}" type="${type}"><body>hark</body></message>`;
const request = (to: string, inside: string, type = 'get'): string => `<iq id="q" from="${sender}" to="${to}" type="${type}">${inside}</iq>`;
const ping = '<ping xmlns="urn:xmpp:ping"/>';
const unknown = '<x xmlns="urn:x"/>';

/** Resources by their priorities; one that has sent no presence has none. */
type Priorities = Readonly<Record<string, number | undefined>>;

async function set(priorities: Priorities): Promise<void> {
  stage = await Stage.set([record('from')]);
  for (const [resource, priority] of Object.entries(priorities)) {
    await stage.enter(resource, 'neither');
    if (priority !== undefined) stage.send(resource, `<presence><priority>${priority}</priority></presence>`);
  }
  await stage.said();
}

/** Who hears a message; or the error that comes back; or that it waits in the store; or that there is nothing of it. */
async function fateOf(type: string, to: string): Promise<string> {
  stage.contacts.say(message(type, to));
  const stanzas = await stage.stanzas();
  const errors = stanzas.filter(([, { attrs }]) => attrs.type === 'error' && type !== 'error');
  if (errors.length > 0) return errors.map(([where, stanza]) => `${where}: ${stanza.getChild('error')?.getChildElements()[0]?.name}`).join();
  for (const [, { attrs }] of stanzas) expect([attrs.to, attrs.from]).toEqual([to, sender]);
  if (stanzas.length > 0) return stanzas.map(([where]) => where).sort().join(' ');
  const { offline } = await stage.world.store.perform({ op: 'account.read', account: juliet });
  return offline > 0 ? 'stored' : 'ignored';
}

const bounced = 'elsewhere: service-unavailable';
const rows: readonly (readonly [rule: string, section: string, type: string, to: string, priorities: Priorities, fate: string])[] = [
  ['one non-negative resource gets a normal message', '§8.5.2.1.1', 'normal', juliet, { a: 0 }, 'a'],
  ['the most available ones get a normal message', '§8.5.2.1.1', 'normal', juliet, { a: 1, b: 2, c: 2, d: -1 }, 'b c'],
  ['one non-negative resource gets a chat message', '§8.5.2.1.1', 'chat', juliet, { a: 5, b: -1 }, 'a'],
  ['the most available ones get a chat message', '§8.5.2.1.1', 'chat', juliet, { a: 1, b: 2, c: 2, d: undefined }, 'b c'],
  ['no resource gets a groupchat message: an error', '§8.5.2.1.1', 'groupchat', juliet, { a: 1, b: 0 }, bounced],
  ['a headline where the only resource is negative is ignored', '§8.5.2.1.1', 'headline', juliet, { a: -1 }, 'ignored'],
  ['one non-negative resource gets a headline', '§8.5.2.1.1', 'headline', juliet, { a: 0, b: -1 }, 'a'],
  ['all non-negative resources get a headline', '§8.5.2.1.1', 'headline', juliet, { a: 0, b: 3, c: 7, d: -1 }, 'a b c'],
  ['an error is ignored', '§8.5.2.1.1', 'error', juliet, { a: 0, b: 3 }, 'ignored'],
  ['no normal message goes to a negative resource', '§8.5.2.1.1', 'normal', juliet, { a: -1 }, 'stored'],
  ['no chat message goes to a negative resource', '§8.5.2.1.1', 'chat', juliet, { a: -1, b: -128 }, 'stored'],
  ['nobody is there: a groupchat message is an error', '§8.5.2.2.1', 'groupchat', juliet, {}, bounced],
  ['nobody is there: a headline is ignored', '§8.5.2.2.1', 'headline', juliet, {}, 'ignored'],
  ['nobody is there: an error is ignored', '§8.5.2.2.1', 'error', juliet, {}, 'ignored'],
  ...['normal', 'chat', 'groupchat', 'headline', 'error'].map((type) => [`a message of type ${type} goes to the resource that it names, negative or not`, '§8.5.3.1', type, `${juliet}/a`, { a: -1, b: 9 }, 'a'] as const),
  ['no such resource: a normal message is an error', '§8.5.3.2.1', 'normal', `${juliet}/crypt`, { a: 0 }, bounced],
  ['no such resource: a groupchat message is an error', '§8.5.3.2.1', 'groupchat', `${juliet}/crypt`, { a: 0 }, bounced],
  ['no such resource: a headline is ignored', '§8.5.3.2.1', 'headline', `${juliet}/crypt`, { a: 0 }, 'ignored'],
  ['no such resource: an error is ignored', '§8.5.3.2.1', 'error', `${juliet}/crypt`, { a: 0 }, 'ignored'],
  ['no such resource, and nobody is there: a chat message is stored', '§8.5.3.2.1', 'chat', `${juliet}/crypt`, {}, 'stored'],
  ['no such resource: one non-negative resource gets a chat message', '§8.5.3.2.1', 'chat', `${juliet}/crypt`, { a: 0, b: -1 }, 'a'],
  ['no such resource: the most available ones get a chat message', '§8.5.3.2.1', 'chat', `${juliet}/crypt`, { a: 1, b: 2, c: 2 }, 'b c'],
  ['no such user: a message is an error', '§8.5.1', 'chat', 'nobody@localhost', { a: 0 }, bounced],
  ['no such user: a message to a resource is an error', '§8.5.1', 'normal', 'nobody@localhost/crypt', {}, bounced],
  ['no such user: a headline is ignored', '§8.5.1', 'headline', 'nobody@localhost', {}, 'ignored'],
];

describe('a message', () => {
  test.each(rows)('%s (RFC 6121 %s)', async (_rule, _section, type, to, priorities, fate) => {
    await set(priorities);
    expect(await fateOf(type, to)).toBe(fate);
  });
});

describe('a request', () => {
  test.each([
    ['to a user that does not exist is an error', '§8.5.1', 'nobody@localhost', unknown, 'elsewhere: error q service-unavailable'],
    ['to a resource of a user that does not exist is an error', '§8.5.1', 'nobody@localhost/crypt', ping, 'elsewhere: error q service-unavailable'],
    ['to a resource that is not there is an error', '§8.5.3.2.3', `${juliet}/crypt`, ping, 'elsewhere: error q service-unavailable'],
    ['to the user, that nobody understands, is an error', '§8.5.2.1.3', juliet, unknown, 'elsewhere: error q service-unavailable'],
    ['to the user is answered on its behalf', '§8.5.2.1.3', juliet, '<vCard xmlns="vcard-temp"/>', 'elsewhere: result q'],
    ['to the user that is not for others is refused on its behalf', '§8.5.2.1.3', juliet, '<query xmlns="jabber:iq:roster"/>', 'elsewhere: error q forbidden'],
  ])('%s, and no resource hears of it (RFC 6121 %s)', async (_rule, _section, to, inside, answer) => {
    for (const priorities of [{ a: 0, b: 5, c: undefined }, {}]) {
      await set(priorities);
      await stage.world.store.perform({ op: 'document.write', account: juliet, space: 'vcard-temp', key: '', xml: '<vCard xmlns="vcard-temp"/>' });
      stage.contacts.say(request(to, inside));
      expect(await stage.said()).toEqual([answer]);
      if ('a' in priorities) await stage.dispose();
    }
  });

  test.each(['result', 'error'])('\'s %s goes to the resource that it names (RFC 6121 §8.5.3.1)', async (type) => {
    await set({ a: 0, b: undefined });
    stage.contacts.say(request(`${juliet}/b`, type === 'error' ? '<error type="cancel"><gone xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>' : '', type));
    expect((await stage.said()).map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([`b: ${type} q`]);
  });
});

describe('presence of other types, to a resource', () => {
  test.each(['a', 'crypt'])('subscribe to %s is as to the user (RFC 6121 §8.5.3.1, §8.5.3.2.2)', async (resource) => {
    await set({ a: 0, b: 1, c: undefined });
    stage.contacts.say(`<presence from="tybalt@${ELSEWHERE}" to="${juliet}/${resource}" type="subscribe"/>`);
    expect((await stage.stanzas()).map(([to, { attrs }]) => [to, attrs.type, attrs.to])).toEqual(['a', 'b'].map((to) => [to, 'subscribe', juliet]));
  });

  test.each(['unsubscribe', 'subscribed', 'unsubscribed'])('%s to one that is there is as to the user (RFC 6121 §8.5.3.1)', async (type) => {
    const outcomes: unknown[] = [];
    for (const to of [juliet, `${juliet}/hall`]) {
      stage = await Stage.set([record('fromPendingOut')], ['hall']);
      stage.contacts.say(`<presence from="${romeo}" to="${to}" type="${type}"/>`);
      outcomes.push([(await stage.said()).filter((line) => line.startsWith('hall')), await stage.roster()]);
      await stage.dispose();
    }
    expect(outcomes[0]).not.toEqual([[], [record('fromPendingOut')]]);
    expect(outcomes[1]).toEqual(outcomes[0]);
    stage = await Stage.set();
  });
});
