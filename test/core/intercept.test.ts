/** Extensions that are asked about stanzas, serve a domain, or send something themselves; and the program around the core, which
 *  may send as well. Spec: RFC 6120 §8.3, §10.1, RFC 6121 §8. @module */
import { Element } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import { standardFeatures } from '../../src/core/features/all.ts';
import type { EnteringStanza, Feature, StanzaVerdict } from '../../src/core/feature.ts';
import type { Fate } from '../../src/core/kernel.ts';
import { createCore } from '../../src/core/server.ts';
import { StanzaError } from '../../src/core/stanza-error.ts';
import { ask } from '../../src/core/task.ts';
import type { Task } from '../../src/core/task.ts';
import { parseBare } from '../../src/core/jid.ts';
import { Component } from '../world/component.ts';
import { InProcess, worldConfig } from '../world/in-process.ts';
import type { Client } from '../world/world.ts';

let world: InProcess;
afterEach(() => world.dispose());

interface Begun { readonly romeo: Client; readonly juliet: Client; readonly fates: Fate[] }

/** Juliet is available, Romeo is not. */
async function begin(...features: readonly Feature[]): Promise<Begun> {
  world = new InProcess({ features: [...standardFeatures, ...features], config: { ...worldConfig, components: [{ domain: 'gate.localhost', secret: 'open sesame' }] } });
  for (const name of ['juliet', 'romeo']) await world.account(name);
  const juliet = await world.connect('juliet', 'balcony');
  const romeo = await world.connect('romeo', 'orchard');
  juliet.send('<presence/>');
  await juliet.next();
  const fates: Fate[] = [];
  world.core.observe({ onFate: (fate) => void fates.push(fate) });
  return { romeo, juliet, fates };
}

const asking = (stanza: (entering: EnteringStanza) => StanzaVerdict, name = 'asked'): Feature => ({ name, stanza: (_host, entering) => stanza(entering) });
const say = (id: string, body = 'hark'): string => `<message to="juliet@localhost" type="chat" id="${id}"><body>${body}</body></message>`;

/** Answers a ping once everything before it is done with. */
async function isNext(client: Client): Promise<void> {
  client.send('<iq id="next" type="get" to="localhost"><ping xmlns="urn:xmpp:ping"/></iq>');
  expect(await client.next()).toMatchObject({ name: 'iq', attrs: { id: 'next' } });
}

describe('an extension that is asked about stanzas', () => {
  test('sees each message and presence once as it enters, with who has sent it and whom it is for, and no request', async () => {
    const seen: unknown[] = [];
    const { romeo } = await begin(asking(({ stanza, from, to, resource }) => void seen.push([stanza.name, stanza.attrs.type, from.full, to?.bare, resource?.jid])));
    seen.length = 0;
    romeo.send(say('a'));
    romeo.send('<message><body>to myself</body></message>');
    romeo.send('<presence/><presence to="verona@rooms.localhost/Romeo"><x xmlns="http://jabber.org/protocol/muc"/></presence><presence to="juliet@localhost" type="subscribe"/>');
    romeo.send('<message to="verona@rooms.localhost" type="groupchat"><body>o</body></message>');
    await isNextAfter(romeo);
    const me = 'romeo@localhost/orchard';
    expect(seen).toEqual([
      ['message', 'chat', me, 'juliet@localhost', me], ['message', undefined, me, 'romeo@localhost', me], ['presence', undefined, me, undefined, me],
      ['presence', undefined, me, 'verona@rooms.localhost', me], ['presence', 'subscribe', me, 'juliet@localhost', me], ['message', 'groupchat', me, 'verona@rooms.localhost', me],
    ]);
  });

  test('lets a stanza go on by saying nothing', async () => {
    const { romeo, juliet, fates } = await begin(asking(() => undefined));
    romeo.send(say('a'));
    expect(await juliet.next()).toMatchObject({ attrs: { id: 'a', from: 'romeo@localhost/orchard' } });
    expect(fates.map(({ fate }) => fate)).toEqual(['delivered']);
  });

  test('puts another in its place, under the same addresses; the next extension sees that', async () => {
    const shout = asking(({ stanza }) => (stanza.name === 'presence' ? undefined : new Element('message', { ...stanza.attrs, from: 'tybalt@localhost', to: 'nurse@localhost' }).c('body').t(stanza.getChildText('body')?.toUpperCase() ?? '').root()), 'shout');
    const mark = asking(({ stanza }) => void stanza.c('marked', { xmlns: 'urn:x' }).t(stanza.getChildText('body') ?? ''), 'mark');
    const { romeo, juliet } = await begin(shout, mark);
    romeo.send(say('a'));
    expect(String(await juliet.next())).toBe('<message to="juliet@localhost" type="chat" id="a" from="romeo@localhost/orchard"><body>HARK</body><marked xmlns="urn:x">HARK</marked></message>');
  });

  test('refuses it with an error that its sender gets, and nobody else gets anything (RFC 6120 §8.3)', async () => {
    const { romeo, juliet, fates } = await begin(asking(({ stanza }) => (stanza.getChildText('body') === 'hark' ? new StanzaError('policy-violation', 'Not so loud.') : undefined)));
    romeo.send(say('a'));
    const answer = await romeo.next();
    expect(String(answer)).toContain('<error type="modify"><policy-violation xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/>');
    expect(answer).toMatchObject({ attrs: { id: 'a', from: 'juliet@localhost', type: 'error' } });
    await isNext(juliet);
    expect(fates.map(({ fate, id }) => [id, fate])).toEqual([['a', 'bounced'], ['a', 'delivered']]);
  });

  test('refuses presence, and it is sent to nobody', async () => {
    const { romeo, juliet } = await begin(asking(({ stanza, resource }) => (stanza.name === 'presence' && resource?.jid.startsWith('romeo') === true ? new StanzaError('not-allowed') : undefined)));
    romeo.send('<presence to="juliet@localhost"/>');
    expect(await romeo.next()).toMatchObject({ name: 'presence', attrs: { type: 'error', from: 'juliet@localhost' } });
    await isNext(juliet);
  });

  test('takes it: nobody gets it, and whoever watches is told by whom', async () => {
    const taken: string[] = [];
    const { romeo, juliet, fates } = await begin(asking(({ stanza }) => (taken.push(stanza.attrs.id ?? ''), stanza.attrs.id === 'a' ? null : undefined), 'commands'));
    romeo.send(say('a') + say('b'));
    expect(await juliet.next()).toMatchObject({ attrs: { id: 'b' } });
    expect(taken.slice(-2)).toEqual(['a', 'b']);
    expect(fates.map(({ id, fate, rule }) => [id, fate, rule])).toEqual([['a', 'dropped', 'the extension commands has taken it'], ['b', 'delivered', undefined]]);
  });

  test('keeps the order of its sender while it waits for the store (RFC 6120 §10.1)', async () => {
    const isTold = parseBare('juliet@localhost');
    const slow: Feature = {
      name: 'slow',
      stanza: (_host, { stanza }) => (stanza.name === 'message' && stanza.attrs.id === 'a' ? (function* (): Task<StanzaVerdict> {
        const kept = isTold && (yield* ask({ op: 'document.read', account: isTold, space: 'urn:x', key: 'motto' }));
        return void stanza.c('kept', { xmlns: 'urn:x' }).t(kept ?? 'none');
      })() : undefined),
    };
    const { romeo, juliet } = await begin(slow);
    world.isStoreHeld = true;
    romeo.send(say('a') + say('b'));
    await world.settle();
    await isNext(juliet);
    await world.releaseStore();
    expect(String(await juliet.next())).toContain('id="a" from="romeo@localhost/orchard"><body>hark</body><kept xmlns="urn:x">none</kept>');
    expect(await juliet.next()).toMatchObject({ attrs: { id: 'b' } });
  });

  test('asks the store about two accounts, and messages for the store do not change places (RFC 6120 §10.1)', async () => {
    const { romeo, fates } = await begin({ name: 'slow', *stanza(_host, { stanza }): Task<StanzaVerdict> {
      const account = parseBare(stanza.attrs.id === 'a' ? 'juliet@localhost' : 'romeo@localhost');
      if (stanza.name === 'message' && account !== undefined) yield* ask({ op: 'document.read', account, space: 'urn:x', key: '' });
      return undefined;
    } });
    await world.account('nurse');
    world.heldAccount = 'juliet@localhost';
    romeo.send('<message to="nurse@localhost" id="a"><body>first</body></message><message to="nurse@localhost" id="b"><body>second</body></message>');
    await world.settle();
    await world.releaseStore();
    await world.settle();
    expect(fates.map(({ id, fate }) => [id, fate])).toEqual([['a', 'stored'], ['b', 'stored']]);
  });

  test('whose store fails leaves its sender an error, and the stream goes on', async () => {
    const account = parseBare('juliet@localhost');
    const { romeo, juliet } = await begin({ name: 'slow', *stanza(_host, { stanza }): Task<StanzaVerdict> {
      if (stanza.attrs.id === 'a' && account !== undefined) yield* ask({ op: 'document.read', account, space: 'urn:x', key: '' });
      return undefined;
    } });
    world.store.perform = () => Promise.reject(new Error('full'));
    romeo.send(say('a') + say('b'));
    expect(String(await romeo.next())).toContain('internal-server-error');
    expect(await juliet.next()).toMatchObject({ attrs: { id: 'b' } });
  });

  test('is not asked about unavailable presence: nobody else decides whether others are told', async () => {
    const { romeo, juliet } = await begin(asking(({ stanza }) => (stanza.attrs.type === 'unavailable' ? null : undefined)));
    romeo.send('<presence to="juliet@localhost"/>');
    expect(await juliet.next()).toMatchObject({ name: 'presence' });
    romeo.send('<presence type="unavailable"/>');
    expect(await juliet.next()).toMatchObject({ name: 'presence', attrs: { type: 'unavailable', from: 'romeo@localhost/orchard' } });
  });

  test('is asked about what a component sends', async () => {
    const { juliet } = await begin(asking(({ resource, from }) => (resource === undefined && from.local === 'thief' ? new StanzaError('forbidden') : undefined)));
    const gate = new Component(world, 'gate.localhost', 'open sesame');
    gate.say('<message from="thief@gate.localhost" to="juliet@localhost" id="a"><body>o</body></message><message from="porter@gate.localhost" to="juliet@localhost" id="b"><body>o</body></message>');
    expect(await juliet.next()).toMatchObject({ attrs: { id: 'b' } });
    await world.settle();
    expect(gate.heard.map(({ attrs }) => [attrs.id, attrs.type, attrs.from])).toEqual([['a', 'error', 'juliet@localhost']]);
  });

  test.each([
    ['another kind of stanza', () => new Element('presence')],
    ['an exception', () => { throw new Error('a bug'); }],
  ])('that gives %s ends the stream at fault, and nobody else\'s', async (_title, fault) => {
    const { romeo, juliet } = await begin(asking(({ stanza }) => (stanza.name === 'message' ? fault() : undefined)));
    world.tolerant = true;
    romeo.send(say('a'));
    expect(String(await romeo.next())).toContain('internal-server-error');
    await isNext(juliet);
  });
});

describe('an extension that serves a domain', () => {
  const echo: Feature = {
    name: 'echo',
    service: (host) => ({
      domain: 'echo.localhost', name: 'An echo',
      receive: (stanza, from, to) => {
        if (stanza.name === 'message' && stanza.attrs.type !== 'error') host.submit(new Element('message', { from: to.bare, to: from.full ?? from.bare }).c('body').t(stanza.getChildText('body') ?? '').root());
      },
    }),
  };

  test('answers for every address of it, and is listed (XEP-0030 §4)', async () => {
    const { romeo, fates } = await begin(echo);
    romeo.send('<message to="anybody@echo.localhost" type="chat"><body>who is there?</body></message>');
    expect(String(await romeo.next())).toBe('<message from="anybody@echo.localhost" to="romeo@localhost/orchard"><body>who is there?</body></message>');
    expect(fates.map(({ to, fate }) => [to, fate])).toEqual([['anybody@echo.localhost', 'routed'], ['romeo@localhost/orchard', 'delivered']]);
    romeo.send('<iq id="d" to="localhost" type="get"><query xmlns="http://jabber.org/protocol/disco#items"/></iq>');
    expect(String(await romeo.next())).toContain('<item jid="echo.localhost" name="An echo"/>');
  });

  test.each([
    ['localhost', 'somebody else\'s'], ['rooms.localhost', 'somebody else\'s'], ['gate.localhost', 'somebody else\'s'], ['echo@localhost', 'which is no domain'], ['ECHO.localhost', 'which is no domain'],
  ])('can\'t have %s: %s', (domain, words) => {
    const greedy: Feature = { name: 'greedy', service: () => ({ domain, receive: () => {} }) };
    const make = (): unknown => createCore({ ...worldConfig, components: [{ domain: 'gate.localhost', secret: 'x' }] }, [greedy]);
    expect(make).toThrow(words);
    expect(make).toThrow('the extension greedy serves');
  });
});

describe('the program around the core', () => {
  const submitted = (stanza: Element): void => world.feed({ type: 'stanza.submitted', element: stanza });

  test('sends a message in the name of the server, which reaches whoever is not there as any other does (RFC 6121 §8.5.2.2.1)', async () => {
    const { romeo, juliet, fates } = await begin(asking(({ stanza }) => (stanza.name === 'message' ? null : undefined)));
    submitted(new Element('message', { to: 'juliet@localhost', type: 'chat', id: 'a' }).c('body').t('The server goes down at nine.').root());
    expect(await juliet.next()).toMatchObject({ attrs: { from: 'localhost', id: 'a' } });
    juliet.close();
    await juliet.next();
    submitted(new Element('message', { from: 'bot@localhost', to: 'juliet@localhost', id: 'b' }).c('body').t('o').root());
    await world.settle();
    expect(fates.map(({ id, fate }) => [id, fate])).toEqual([['a', 'delivered'], ['b', 'stored']]);
    await isNext(romeo);
  });

  test.each<[string, Element, string]>([
    ['no stanza', new Element('stream:error', { to: 'juliet@localhost' }), '<stream:error/> is no stanza'],
    ['a stanza of another namespace', new Element('message', { xmlns: 'urn:x', to: 'juliet@localhost' }), 'is of urn:x'],
    ['nobody to send it to', new Element('message'), '\'\' is no address to send to'],
    ['a malformed address', new Element('message', { to: '@' }), '\'@\' is no address to send to'],
    ['somebody else\'s address', new Element('message', { from: 'pope@rome.test', to: 'juliet@localhost' }), '\'pope@rome.test\' is no address of this server'],
  ])('is told when it sends %s', async (_title, stanza, words) => {
    await begin();
    world.tolerant = true;
    world.effects.length = 0;
    submitted(stanza);
    expect(world.effects.map((effect) => (effect.type === 'report' ? String(effect.error) : effect.type))).toEqual([expect.stringContaining(words)]);
  });
});

/** Reads on until a ping is answered. */
async function isNextAfter(client: Client): Promise<void> {
  client.send('<iq id="after" type="get" to="localhost"><ping xmlns="urn:xmpp:ping"/></iq>');
  for (let heard = await client.next(); heard !== 'closed' && heard.attrs.id !== 'after';) heard = await client.next();
}
