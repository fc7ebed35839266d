/** Two servers that speak with each other: how a link comes up, what goes over it, and what becomes of stanzas when it
 *  does not. @module */
import { afterEach, describe, expect, test } from 'vitest';
import type { BareJid } from '../../../machines/vocabulary.ts';
import { parseBare } from '../../../src/core/jid.ts';
import type { Fate } from '../../../src/core/kernel.ts';
import { Federated } from '../../world/federated.ts';
import type { SiteOptions } from '../../world/federated.ts';
import type { InProcess } from '../../world/in-process.ts';

const verona: SiteOptions = { domain: 'verona.test', certified: ['verona.test'] };
const mantua: SiteOptions = { domain: 'mantua.test', certified: ['mantua.test'] };
const uncertified = ({ domain }: SiteOptions): SiteOptions => ({ domain });

let net: Federated;
let here: InProcess;
let there: InProcess;

async function begin(first: SiteOptions, second: SiteOptions): Promise<{ juliet: Awaited<ReturnType<InProcess['connect']>>; romeo: Awaited<ReturnType<InProcess['connect']>> }> {
  net = new Federated();
  here = net.add(first);
  there = net.add(second);
  await here.account('juliet');
  await there.account('romeo');
  return { juliet: await here.connect('juliet', 'balcony'), romeo: await there.connect('romeo', 'orchard') };
}

afterEach(async () => {
  await here.dispose();
  await there.dispose();
});

const message = (to: string, id: string): string => `<message to="${to}" type="chat" id="${id}"><body>${id}</body></message>`;

describe('links: how one comes up', () => {
  test.each([
    { how: 'certificates on both sides (XEP-0178 §3)', first: verona, second: mantua, marks: ['mechanism="EXTERNAL"'], never: 'db:result' },
    { how: 'dialback over TLS, without certificates (XEP-0220 §2)', first: uncertified(verona), second: uncertified(mantua), marks: ['<db:result', '<db:verify'], never: 'EXTERNAL' },
    { how: 'dialback without TLS, where that is permitted (XEP-0220 §2)', first: { ...uncertified(verona), isPlain: true, federation: { tlsRequired: false } }, second: { ...uncertified(mantua), isPlain: true, federation: { tlsRequired: false } }, marks: ['<db:result', '<db:verify'], never: 'starttls' },
    { how: 'a certificate on one side, dialback from the other', first: verona, second: uncertified(mantua), marks: ['EXTERNAL'], never: 'type="invalid"' },
  ])('$how', async ({ first, second, marks, never }) => {
    const { juliet, romeo } = await begin(first, second);
    juliet.send(message('romeo@mantua.test/orchard', 'one'));
    await net.settle();
    const heard = await romeo.next();
    expect(String(heard)).toContain('<body>one</body>');
    expect(String(heard)).toContain('from="juliet@verona.test/balcony"');
    romeo.send(message('juliet@verona.test', 'two'));
    await net.settle();
    expect(String(await juliet.next())).toContain('<body>two</body>');
    const said = net.said.join('\n');
    for (const mark of marks) expect(said).toContain(mark);
    expect(said).not.toContain(never);
  });

  test('an answer goes back over the stream that is there (XEP-0288 §2.2)', async () => {
    const { juliet, romeo } = await begin(verona, mantua);
    juliet.send(message('romeo@mantua.test/orchard', 'one'));
    await net.settle();
    await romeo.next();
    romeo.send(message('juliet@verona.test/balcony', 'two'));
    await net.settle();
    expect(String(await juliet.next())).toContain('two');
    expect(net.lines).toEqual(['verona.test mantua.test']);
  });
});

describe('links: keys (XEP-0220 §2.2, XEP-0288 §2.2)', () => {
  test('the other server asks about one over a stream in both directions, and has its answer there', async () => {
    const { juliet, romeo } = await begin(verona, mantua);
    juliet.send(message('romeo@mantua.test/orchard', 'one'));
    await net.settle();
    await romeo.next();
    const heard: string[] = [];
    const other = there.join({ write: (text) => void heard.push(text), startTls: () => {}, disconnect: () => {} }, { secure: true, startTls: false, tlsRequired: false, mechanisms: [], channelBindings: [] }, 'server');
    there.hear(other, '<stream:stream xmlns="jabber:server" xmlns:db="jabber:server:dialback" xmlns:stream="http://etherx.jabber.org/streams" from="verona.test" to="mantua.test" version="1.0"><db:result from="verona.test" to="mantua.test">wrong</db:result>');
    await net.settle();
    expect(net.said.filter((line) => line.includes('<db:verify'))).toEqual([
      expect.stringContaining('mantua.test → verona.test: <db:verify from="mantua.test" to="verona.test"'),
      expect.stringMatching(/^verona\.test → mantua\.test: <db:verify from="verona\.test" to="mantua\.test" .*type="invalid"/),
    ]);
    expect(heard.join('')).toContain('<db:result from="mantua.test" to="verona.test" type="error"');
    expect(net.lines).toEqual(['verona.test mantua.test']);
  });
});

describe('links: SASL (RFC 6120 §6.4.6)', () => {
  test('a key that is to be asked about while a certificate is looked at waits until the stream is there', async () => {
    await begin(verona, uncertified(mantua));
    const heard: string[] = [];
    const feed = (text: string): void => here.hear('s2s-1', text);
    const header = '<stream:stream xmlns="jabber:server" xmlns:db="jabber:server:dialback" xmlns:stream="http://etherx.jabber.org/streams" from="mantua.test" to="verona.test" id="1" version="1.0">';
    const secure = { secure: true, startTls: false, tlsRequired: false, mechanisms: [], channelBindings: [] };
    here.onConnect = ({ stream }) => queueMicrotask(() => {
      here.join({ write: (text) => void heard.push(text), startTls: () => {}, disconnect: () => {} }, secure, 'server', stream);
    });
    const juliet = await here.connect('juliet', 'orchard');
    juliet.send(message('romeo@mantua.test', 'one'));
    await here.settle();
    feed(`${header}<stream:features><mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>EXTERNAL</mechanism></mechanisms></stream:features>`);
    expect(heard.at(-1)).toContain('<auth');
    const other = here.join({ write: () => {}, startTls: () => {}, disconnect: () => {} }, secure, 'server');
    here.hear(other, `${header}<db:result from="mantua.test" to="verona.test">key</db:result>`);
    expect(heard.at(-1)).toContain('<auth');
    feed('<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>');
    expect(heard.at(-1)).toContain('<stream:stream');
    feed(`${header}<stream:features/>`);
    expect(heard.slice(-2)).toEqual([expect.stringContaining('<db:verify'), expect.stringContaining('<message')]);
  });
});

describe('links: order (RFC 6120 §10.1, THEOREMS T4)', () => {
  test('what waits for a link goes out in the order in which it came, and so does what follows', async () => {
    const { juliet, romeo } = await begin(verona, mantua);
    for (const id of ['1', '2', '3']) juliet.send(message('romeo@mantua.test/orchard', id));
    await net.settle();
    for (const id of ['4', '5']) juliet.send(message('romeo@mantua.test/orchard', id));
    await net.settle();
    for (const id of ['1', '2', '3', '4', '5']) expect(String(await romeo.next())).toContain(`id="${id}"`);
  });

  test('to the account and to its resource alike, and over one stream alone; the other server delivers it in that order', async () => {
    const { juliet, romeo } = await begin(verona, mantua);
    const sent = Array.from({ length: 8 }, (_, index) => String(index));
    for (const id of sent) {
      juliet.send(id === '2' ? `<presence to="romeo@mantua.test/orchard" id="2"/>` : message(`romeo@mantua.test${Number(id) % 2 === 0 ? '' : '/orchard'}`, id));
      if (id === '3') await net.settle();
    }
    await net.settle();
    for (const id of sent) expect(String(await romeo.next())).toContain(`id="${id}"`);
    expect(net.lines).toEqual(['verona.test mantua.test']);
    expect(net.said.flatMap((line) => /^verona\.test → mantua\.test: <(?:message|presence)[^>]* id="(\d)"/.exec(line)?.[1] ?? [])).toEqual(sent);
  });

  test('what comes behind a stanza that waits for the store waits too, whoever has sent it', async () => {
    const { juliet, romeo } = await begin(verona, mantua);
    await here.account('nurse');
    const nurse = await here.connect('nurse', 'hall');
    juliet.send(message('romeo@mantua.test/orchard', '1'));
    await net.settle();
    await romeo.next();
    there.isStoreHeld = true;
    juliet.send('<presence to="romeo@mantua.test" type="subscribe"/>');
    await net.settle();
    nurse.send(message('romeo@mantua.test/orchard', '2'));
    await net.settle();
    await expect(romeo.next()).rejects.toThrow('nothing more');
    await there.releaseStore();
    await net.settle();
    expect(String(await romeo.next())).toContain('id="2"');
  });

  test('what has come over a stream that is no more, and waits for the store, comes before what another stream brings', async () => {
    const { juliet, romeo } = await begin(verona, mantua);
    juliet.send(message('romeo@mantua.test/orchard', '1'));
    await net.settle();
    await romeo.next();
    there.isStoreHeld = true;
    juliet.send(`<presence to="romeo@mantua.test" type="subscribe"/>${message('romeo@mantua.test/orchard', '2')}`);
    await net.settle();
    net.cut();
    juliet.send(message('romeo@mantua.test/orchard', '3'));
    await net.settle();
    await there.releaseStore();
    await net.settle();
    for (const id of ['2', '3']) expect(String(await romeo.next())).toContain(`id="${id}"`);
  });

  test('a link that was cut is set up anew for the next stanza', async () => {
    const { juliet, romeo } = await begin(verona, mantua);
    juliet.send(message('romeo@mantua.test/orchard', '1'));
    await net.settle();
    await romeo.next();
    net.cut();
    for (const id of ['2', '3']) juliet.send(message('romeo@mantua.test/orchard', id));
    await net.settle();
    for (const id of ['2', '3']) expect(String(await romeo.next())).toContain(`id="${id}"`);
  });
});

describe('links: the closing tag (RFC 6120 §4.4)', () => {
  /** The link from here is of no use any more, and says so. */
  const idle = (): void => {
    for (let times = 0; times < 2; times += 1) here.fire('link verona.test mantua.test use');
  };

  test('what the other server has sent before it saw ours arrives', async () => {
    const { juliet, romeo } = await begin(verona, mantua);
    juliet.send(message('romeo@mantua.test/orchard', 'one'));
    await net.settle();
    await romeo.next();
    idle();
    romeo.send(message('juliet@verona.test/balcony', 'two'));
    await net.settle();
    expect(String(await juliet.next())).toContain('two');
    expect(net.lines).toEqual([]);
  });

  test.each([
    { what: 'the closing tag', end: () => idle() },
    { what: 'the loss of the line', end: () => net.cut() },
  ])('$what waits its turn behind the store, and nothing more goes that way meanwhile', async ({ end }) => {
    const { juliet, romeo } = await begin(verona, mantua);
    juliet.send(message('romeo@mantua.test/orchard', 'one'));
    await net.settle();
    await romeo.next();
    there.isStoreHeld = true;
    juliet.send('<presence to="romeo@mantua.test" type="subscribe"/>');
    await net.settle();
    end();
    await net.settle();
    romeo.send(message('juliet@verona.test/balcony', 'two'));
    await net.settle();
    expect(there.effects.filter((effect) => effect.type === 'send' && effect.stream === 'server-2' && effect.xml.includes('two'))).toEqual([]);
    await there.releaseStore();
    await net.settle();
    expect(there.effects.filter((effect) => effect.type === 'send' && effect.xml.includes('two')).map((effect) => 'stream' in effect && effect.stream)).toEqual(['s2s-1']);
    expect(here.effects.filter((effect) => effect.type === 'send' && effect.stream === 's1' && effect.xml.includes('two'))).toHaveLength(1);
  });

  test('a key that is to be asked about after ours waits for the next stream', async () => {
    const { juliet, romeo } = await begin(uncertified(verona), uncertified(mantua));
    juliet.send(message('romeo@mantua.test/orchard', 'one'));
    await net.settle();
    await romeo.next();
    idle();
    const heard: string[] = [];
    const other = here.join({ write: (text) => void heard.push(text), startTls: () => {}, disconnect: () => {} }, { secure: true, startTls: false, tlsRequired: false, mechanisms: [], channelBindings: [] }, 'server');
    here.hear(other, '<stream:stream xmlns="jabber:server" xmlns:db="jabber:server:dialback" xmlns:stream="http://etherx.jabber.org/streams" from="mantua.test" to="verona.test" version="1.0"><db:result from="mantua.test" to="verona.test">wrong</db:result>');
    await net.settle();
    const ours = here.effects.filter((effect) => 'stream' in effect && effect.stream === 's2s-1').map(({ type }) => type);
    expect(ours.slice(ours.indexOf('close'))).toEqual(['close', 'disconnect']);
    expect(heard.join('')).toContain('<db:result from="verona.test" to="mantua.test" type="error"');
  });
});

describe('links: what can\'t be carried goes back, once (RFC 6120 §8.3.3, THEOREMS T3)', () => {
  const fatesOf = (world: InProcess): Fate[] => {
    const fates: Fate[] = [];
    world.core.observe({ onFate: (fate) => void fates.push(fate) });
    return fates;
  };

  test('nobody is found: remote-server-not-found', async () => {
    const { juliet } = await begin(verona, mantua);
    const fates = fatesOf(here);
    net.missing.add('mantua.test');
    for (const id of ['1', '2']) juliet.send(message('romeo@mantua.test', id));
    await net.settle();
    for (const id of ['1', '2']) {
      const answer = String(await juliet.next());
      expect(answer).toContain(`id="${id}"`);
      expect(answer).toContain('remote-server-not-found');
    }
    expect(fates.filter(({ type }) => type === 'chat').map(({ id, fate }) => [id, fate])).toEqual([['1', 'bounced'], ['2', 'bounced']]);
    expect(here.core.census().timers).toBe(0);
  });

  test.each([
    { why: 'nobody finds', federation: {}, make: (): void => void net.missing.add('mantua.test') },
    { why: 'is not spoken with', federation: { deny: ['test'] }, make: (): void => {} },
  ])('a probe to a server that $why comes back to the client that has sent it; one of the server\'s own does not (RFC 6120 §10.4.3)', async ({ federation, make }) => {
    const { juliet } = await begin({ ...verona, federation }, mantua);
    make();
    const record = { jid: parseBare('romeo@mantua.test') as BareJid, groups: [], subscription: 'to' as const, approved: false, listed: true };
    await here.store.perform({ op: 'roster.write', account: parseBare('juliet@verona.test') as BareJid, record });
    juliet.send('<presence/><presence to="romeo@mantua.test" type="probe" id="p1"/>');
    await net.settle();
    const heard = [await juliet.next(), await juliet.next()];
    expect(heard.map((next) => next !== 'closed' && [next.attrs.from, next.attrs.type, next.attrs.id, next.getChild('error')?.getChildElements()[0]?.name])).toEqual([
      ['juliet@verona.test/balcony', undefined, undefined, undefined], ['romeo@mantua.test', 'error', 'p1', 'remote-server-not-found'],
    ]);
    await expect(juliet.next()).rejects.toThrow('nothing more');
    expect(here.effects.filter(({ type }) => type === 'connect').length).toBe(federation.deny === undefined ? 1 : 0);
  });

  test('a server that takes the connection and says nothing: remote-server-timeout, and nothing is left', async () => {
    const { juliet } = await begin(verona, mantua);
    net.silent.add('mantua.test');
    juliet.send(message('romeo@mantua.test', '1'));
    juliet.send('<iq id="2" to="mantua.test" type="get"><ping xmlns="urn:xmpp:ping"/></iq>');
    await net.settle();
    for (const timer of [...here.timers.keys()].filter((name) => name.includes('linkTimeout'))) here.fire(timer);
    await net.settle();
    for (const id of ['1', '2']) {
      const answer = String(await juliet.next());
      expect(answer).toContain(`id="${id}"`);
      expect(answer).toContain('remote-server-timeout');
    }
    for (const timer of [...here.timers.keys()]) here.fire(timer);
    await net.settle();
    expect(here.core.census()).toMatchObject({ timers: 0, requests: 0 });
  });

  test('TLS is required and not offered: remote-server-timeout', async () => {
    const { juliet } = await begin(verona, { ...mantua, isPlain: true, federation: { tlsRequired: false } });
    juliet.send(message('romeo@mantua.test', '1'));
    await net.settle();
    expect(String(await juliet.next())).toContain('remote-server-timeout');
  });

  test('a domain that is not spoken with is not asked: remote-server-not-found', async () => {
    const { juliet } = await begin({ ...verona, federation: { deny: ['test'] } }, mantua);
    juliet.send(message('romeo@mantua.test', '1'));
    await net.settle();
    expect(String(await juliet.next())).toContain('remote-server-not-found');
    expect(net.lines).toEqual([]);
  });

  test('the queue of a link is bounded: resource-constraint', async () => {
    const { juliet } = await begin({ ...verona, federation: { queueLimit: 2 } }, mantua);
    net.silent.add('mantua.test');
    for (const id of ['1', '2', '3']) juliet.send(message('romeo@mantua.test', id));
    await net.settle();
    const answer = String(await juliet.next());
    expect(answer).toContain('id="3"');
    expect(answer).toContain('resource-constraint');
  });
});
