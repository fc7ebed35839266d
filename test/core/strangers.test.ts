/** What a stranger, or a client that breaks the rules, may not do to a stream. Spec: RFC 6120 §4-§8. @module */
import type { Element } from 'ltx';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { register } from '../../src/core/features/register.ts';
import { standardFeatures } from '../../src/core/features/all.ts';
import type { Channel } from '../../src/core/input.ts';
import { InProcess } from '../world/in-process.ts';
import { DOMAIN } from '../world/world.ts';
import type { Client } from '../world/world.ts';

const header = (attrs = ''): string => `<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" to="${DOMAIN}" version="1.0"${attrs}>`;
const auth = (name: string, mechanism = 'PLAIN'): string => `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="${mechanism}">${btoa(`\0${name}\0secret`)}</auth>`;
const bind = (resource: string): string => `<iq id="b" type="set"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>${resource}</resource></bind></iq>`;
const conditionOf = (next: Element | 'closed'): string | undefined => (next === 'closed' ? next : next.getChildElements()[0]?.name);

let world: InProcess;

beforeEach(async () => {
  world = new InProcess({ features: [...standardFeatures, register()], config: { requestLimit: 5 } });
  for (const name of ['juliet', 'romeo']) await world.account(name);
});

afterEach(() => world.dispose());

/** A client that has opened its stream over a channel. */
async function opened(channel?: Partial<Channel>): Promise<Client> {
  const secure: Channel = { secure: true, startTls: false, tlsRequired: true, mechanisms: ['PLAIN'], channelBindings: [] };
  const client = world.client(world.open({ ...secure, ...channel }), 'stranger');
  client.send(header());
  await client.next();
  return client;
}

describe('a stranger', () => {
  test('registers nothing before TLS where TLS is required (RFC 6120 §5.3.1)', async () => {
    const client = await opened({ secure: false, startTls: true });
    client.send('<iq id="r" type="set"><query xmlns="jabber:iq:register"><username>mallory</username><password>x</password></query></iq>');
    expect(conditionOf(await client.next())).toBe('not-authorized');
    expect(await world.store.perform({ op: 'account.read', account: `mallory@${DOMAIN}` as never })).toMatchObject({ exists: false });
  });

  test('that asks to bind what it may not is sent away after five retries (RFC 6120 §7.7.3)', async () => {
    const client = await opened();
    client.send(auth('juliet'));
    await client.next();
    client.send(header());
    await client.next();
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      client.send(bind('\u00a0'));
      const refusal = await client.next();
      expect(refusal !== 'closed' && refusal.attrs.type).toBe('error');
    }
    expect(conditionOf(await client.next())).toBe('policy-violation');
    expect(await client.next()).toBe('closed');
  });

  test('that hangs up while its password is looked at leaves nothing (RFC 6120 §4.6)', async () => {
    const client = await opened();
    client.send(auth('juliet') + bind('x'));
    client.drop();
    expect(world.core.census()).toMatchObject({ streams: 0, timers: 0 });
  });

  test('with a language that is none has none (RFC 6120 §4.7.4)', async () => {
    const juliet = await world.connect('juliet', 'balcony');
    for (const [lang, stamped] of [['de-CH', 'de-CH'], ['x'.repeat(300), undefined], ['d&amp;e', undefined]] as const) {
      const client = await opened();
      client.send(auth('romeo'));
      await client.next();
      client.send(header(` xml:lang="${lang}"`));
      await client.next();
      client.send(bind('x') + '<message to="juliet@localhost" type="chat"><body>x</body></message>');
      const message = await juliet.next();
      expect(message !== 'closed' && message.attrs['xml:lang']).toBe(stamped);
      client.drop();
    }
  });
});

test('an account that is removed takes the streams with it that have not bound yet (XEP-0077 §3.2)', async () => {
  const late = await opened();
  late.send(auth('juliet'));
  await late.next();
  const juliet = await world.connect('juliet', 'balcony');
  juliet.send('<iq id="gone" type="set" to="localhost"><query xmlns="jabber:iq:register"><remove/></query></iq>');
  expect(conditionOf(await late.next())).toBe('not-authorized');
  expect(await late.next()).toBe('closed');
});

test('a client that answers no push is sent away before it costs much (RFC 6120 §8.2.3)', async () => {
  const juliet = await world.connect('juliet', 'balcony');
  juliet.send('<iq id="r" type="get"><query xmlns="jabber:iq:roster"/></iq>');
  await juliet.next();
  for (let number = 0; number < 6; number += 1) {
    juliet.send(`<iq id="s${number}" type="set"><query xmlns="jabber:iq:roster"><item jid="romeo@localhost" name="${number}"/></query></iq>`);
    await world.settle();
  }
  const conditions: (string | undefined)[] = [];
  for (let next = await juliet.next(); next !== 'closed'; next = await juliet.next()) conditions.push(next.name === 'stream:error' ? conditionOf(next) : undefined);
  expect(conditions.at(-1)).toBe('policy-violation');
});

test('what a stream has sent before the server stops is done with before it ends (RFC 6120 §4.4)', async () => {
  const juliet = await world.connect('juliet', 'balcony');
  await world.connect('romeo', 'orchard');
  const fates: (string | undefined)[][] = [];
  world.core.observe({ onFate: ({ id, type, fate }) => type !== 'error' && fates.push([id, fate]) });
  world.isStoreHeld = true;
  juliet.send('<message to="nobody@localhost" type="chat" id="1"><body>x</body></message><message to="romeo@localhost" type="chat" id="2"><body>x</body></message>');
  await world.settle();
  world.feed({ type: 'server.stopping' });
  await world.releaseStore();
  expect(await juliet.next()).toMatchObject({ attrs: { id: '1', type: 'error' } });
  expect(fates).toEqual([['1', 'bounced'], ['2', 'stored']]);
  expect(world.core.census()).toMatchObject({ resources: 0, requests: 0 });
});
