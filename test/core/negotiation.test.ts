/** How a client's stream is negotiated: what each header, and each thing that is said before a resource is bound, brings
 *  about, in order. Spec: RFC 6120 §4 to §6. Not here: the same over sockets (test/hostile). @module */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Effect } from '../../src/core/effect.ts';
import type { Channel, StreamId } from '../../src/core/input.ts';
import { NS } from '../../src/core/namespaces.ts';
import { InProcess } from '../world/in-process.ts';

const clear: Channel = { secure: false, startTls: true, tlsRequired: true, mechanisms: [], channelBindings: [] };
const secure: Channel = { secure: true, startTls: false, tlsRequired: false, mechanisms: ['SCRAM-SHA-1', 'PLAIN'], channelBindings: [] };
const header = (more = ' version="1.0"'): string => `<stream:stream xmlns="jabber:client" xmlns:stream="${NS.streams}" to="localhost"${more}>`;
const starttls = `<starttls xmlns="${NS.tls}"/>`;
const auth = `<auth xmlns="${NS.sasl}" mechanism="PLAIN">${btoa('\0juliet\0secret')}</auth>`;
const bind = `<iq id="b" type="set"><bind xmlns="${NS.bind}"><resource>balcony</resource></bind></iq>`;

let world: InProcess;

beforeEach(async () => {
  world = new InProcess();
  await world.account('juliet');
});

afterEach(() => world.dispose());

/** A client's end of a stream, and what the core orders for it. */
class Stranger {
  readonly stream: StreamId;
  #seen = world.effects.length;

  constructor(over: Channel) {
    this.stream = world.open(over);
    this.news();
  }

  /** What this brings about. */
  async says(text: string): Promise<readonly Effect[]> {
    world.hear(this.stream, text);
    await world.settle();
    return this.news();
  }

  /** TLS is there. */
  secures(): readonly Effect[] {
    world.secure(this.stream, secure);
    return this.news();
  }

  /** What has been ordered for this stream since the last look. */
  news(): readonly Effect[] {
    const all = world.effects.slice(this.#seen);
    this.#seen = world.effects.length;
    return all.filter((effect) => 'stream' in effect && effect.stream === this.stream);
  }
}

const typesOf = (effects: readonly Effect[]): readonly string[] => effects.map(({ type }) => type);
const sentIn = (effects: readonly Effect[]): readonly string[] => effects.flatMap((effect) => (effect.type === 'send' ? [effect.xml] : []));
const headersIn = (effects: readonly Effect[]) => effects.flatMap((effect) => (effect.type === 'open' ? [effect.header] : []));

describe('negotiation: what a header is answered with', () => {
  test.each<readonly [string, Channel, string]>([
    ['where TLS is required, TLS and nothing else', clear, `<starttls xmlns="${NS.tls}"><required/></starttls>`],
    ['where TLS can be had, TLS and the mechanisms', { ...secure, secure: false, startTls: true }, `<starttls xmlns="${NS.tls}"></starttls><mechanisms xmlns="${NS.sasl}"><mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism></mechanisms>`],
    ['under TLS, each mechanism in an element of its own, and no TLS', { ...secure, startTls: true }, `<mechanisms xmlns="${NS.sasl}"><mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism></mechanisms>`],
  ])('a header, then features: %s (RFC 6120 §4.1, §4.3.2, §5.4.1, §5.4.3.3, §6.4.1)', async (_what, channel, offers) => {
    const effects = await new Stranger(channel).says(header());
    expect(typesOf(effects)).toEqual(['open', 'send']);
    expect(sentIn(effects)).toEqual([`<stream:features>${offers}</stream:features>`]);
  });

  test('to the end of negotiation: each restart has a header and a new list of features, no closing tag, and the same connection (RFC 6120 §4.3.3, §4.3.4, §4.3.5)', async () => {
    const juliet = new Stranger(clear);
    expect(typesOf(await juliet.says(header()))).toEqual(['open', 'send']);
    const proceeding = await juliet.says(starttls);
    expect([typesOf(proceeding), sentIn(proceeding)]).toEqual([['send', 'startTls'], [`<proceed xmlns="${NS.tls}"/>`]]);
    expect(juliet.secures()).toEqual([]);
    const offered = await juliet.says(header());
    expect([typesOf(offered), sentIn(offered)[0]]).toEqual([['open', 'send'], expect.not.stringContaining('starttls')]);
    const succeeding = await juliet.says(auth);
    expect([typesOf(succeeding), sentIn(succeeding)]).toEqual([['authenticate', 'send', 'restart', 'trust'], [`<success xmlns="${NS.sasl}"/>`]]);
    const again = await juliet.says(header());
    expect([typesOf(again), sentIn(again)[0]]).toEqual([['open', 'send'], expect.stringMatching(/^<stream:features><bind (?!.*mechanism)/)]);
    await juliet.says(bind);
    expect(sentIn(await juliet.says('<presence/>')).join('')).not.toContain('features');
  });

  test('the id is what the runtime has drawn for this header, or for the connection when there was none (RFC 6120 §4.7.3)', () => {
    const ids = (['one', 'two'] as const).map((name) => {
      world.feed({ type: 'stream.opened', stream: name, channel: secure, entropy: `of-connection-${name}`.padEnd(32, '.') });
      return headersIn(world.core.step(name === 'one'
        ? { type: 'stream.header', stream: name, header: { wellNamed: true, xmlns: NS.client, to: 'localhost', version: '1.0', id: 'theirs' }, entropy: 'of-header-'.padEnd(32, '.') }
        : { type: 'stream.broken', stream: name, condition: 'not-well-formed' }, 0))[0]?.id;
    });
    expect(ids).toEqual(['of-header-......', 'of-connection-tw']);
  });

  test('what the client has called itself before TLS is forgotten (RFC 6120 §5.4.3.3)', async () => {
    const juliet = new Stranger(clear);
    expect(headersIn(await juliet.says(header(' version="1.0" from="juliet@localhost"')))).toMatchObject([{ to: 'juliet@localhost' }]);
    await juliet.says(starttls);
    juliet.secures();
    expect(headersIn(await juliet.says(header()))[0]).not.toHaveProperty('to');
  });
});

describe('negotiation: versions (RFC 6120 §4.7.5)', () => {
  test.each<readonly [string, string | undefined, string | undefined, boolean]>([
    ['the same', '1.0', '1.0', true],
    ['a higher minor number, which is ignored', '1.13', '1.0', true],
    ['a higher major number', '2.0', '1.0', true],
    ['a major number of two digits, which is higher than one of one', '10.0', '1.0', true],
    ['leading zeros, which are ignored, and not sent back', '01.00', '1.0', true],
    ['a lower one, which is the lower of the two', '0.9', '0.9', false],
    ['a lower one with a minor number of two digits: no fraction', '0.10', '0.10', false],
    ['a lower one with leading zeros, which are not sent back', '00.09', '0.9', false],
    ['none, which is 0.9 and has no version', undefined, undefined, false],
  ])('%s', async (_what, theirs, ours, isServed) => {
    const effects = await new Stranger(secure).says(header(theirs === undefined ? '' : ` version="${theirs}"`));
    expect(headersIn(effects).map(({ version }) => version)).toEqual([ours]);
    expect(sentIn(effects)[0]).toContain(isServed ? '<stream:features>' : '<stream:error><unsupported-version ');
  });
});

describe('negotiation: languages (RFC 6120 §4.7.4)', () => {
  test.each([['the one of our texts', ' xml:lang="en"'], ['one that matches it', ' xml:lang="en-GB"'], ['one that we have no texts in', ' xml:lang="de-CH"'], ['none', '']])('%s is answered with the language of our texts, the only one', async (_what, lang) => {
    expect(headersIn(await new Stranger(secure).says(header(` version="1.0"${lang}`)))).toMatchObject([{ lang: 'en' }]);
  });

  test('a stanza gets the language of its stream, and one that has a language keeps it', async () => {
    const juliet = await bound(' xml:lang="de-CH"');
    const said = '<message to="juliet@localhost/balcony" type="chat"><body>O</body></message>';
    for (const [stanza, lang] of [[said, 'de-CH'], [said.replace('type', 'xml:lang="it" type'), 'it'], [said.replace('type', 'xml:lang="" type'), '']] as const) {
      expect(sentIn(await juliet.says(stanza))[0]).toContain(` xml:lang="${lang}"`);
    }
  });
});

describe('negotiation: namespaces (RFC 6120 §4.8.5)', () => {
  test('what a stanza owes to a declaration in the header of its stream is declared in the stanza when it is delivered', async () => {
    const juliet = await bound(' xmlns:a="urn:a"');
    const [delivered] = sentIn(await juliet.says('<message to="juliet@localhost/balcony" type="chat"><a:x a:y="1"><z/></a:x></message>'));
    expect(delivered).toContain('<x xmlns="urn:a" xmlns:a="urn:a" a:y="1"><z xmlns="jabber:client"/></x>');
  });
});

describe('negotiation: what ends it', () => {
  test('TLS that is not offered is refused, and both the stream and the connection end (RFC 6120 §5.4.2.2)', async () => {
    const stranger = new Stranger(secure);
    await stranger.says(header());
    const refused = await stranger.says(starttls);
    expect([typesOf(refused), sentIn(refused)]).toEqual([['send', 'close'], [`<failure xmlns="${NS.tls}"/>`]]);
    expect(typesOf(await stranger.says('</stream:stream>'))).toEqual(['disconnect']);
  });

  test.each([
    ['somebody else, under TLS', secure, 'romeo@localhost', 'invalid-from'],
    ['somebody else, where anybody could have written that', { ...secure, secure: false }, 'romeo@localhost', undefined],
    ['who it is, in other letters and with a resource', secure, 'JULIET@localhost/x', undefined],
  ] as const)('who is found to be juliet by SASL, and whose header was from %s (RFC 6120 §6.4.6)', async (_who, channel, from, fault) => {
    const stranger = new Stranger(channel);
    await stranger.says(header(` version="1.0" from="${from}"`));
    const effects = await stranger.says(auth);
    expect(/<stream:error><([\w-]+)/.exec(sentIn(effects).join(''))?.[1]).toBe(fault);
    expect(typesOf(effects).slice(1)).toEqual(fault === undefined ? ['send', 'restart', 'trust'] : ['send', 'close']);
  });

  test.each(['<conflict xmlns="urn:ietf:params:xml:ns:xmpp-streams"/>', '<unheard-of xmlns="urn:ietf:params:xml:ns:xmpp-streams"/>', ''])('a stream error of the client closes the stream, whatever it says: %s (RFC 6120 §4.9.1.1, §4.9.2)', async (condition) => {
    for (const [channel, before] of [[clear, [header()]], [secure, [header(), auth, header()]], [secure, [header(), auth, header(), bind]]] as const) {
      const stranger = new Stranger(channel);
      for (const each of before) await stranger.says(each);
      const ended = await stranger.says(`<stream:error>${condition}</stream:error>`);
      expect([typesOf(ended), sentIn(ended)]).toEqual([['close', 'disconnect'], []]);
      expect(await stranger.says('</stream:stream>')).toEqual([]);
    }
    expect(world.core.census()).toMatchObject({ streams: 0, resources: 0, timers: 0 });
  });
});

describe('negotiation: success', () => {
  test.each([['none', undefined, '/>'], ['some', 'dj1YWVo=', '>dj1YWVo=</success>'], ['of no length', '', '>=</success>']])('data with it, %s: %s (RFC 6120 §6.4.6)', async (_what, data, end) => {
    const juliet = new Stranger(secure);
    await juliet.says(header());
    world.hear(juliet.stream, auth);
    world.feed({ type: 'sasl.succeeded', stream: juliet.stream, account: 'juliet@localhost' as never, ...(data !== undefined && { data }) });
    expect(sentIn(juliet.news())).toEqual([`<success xmlns="${NS.sasl}"${end}`]);
  });
});

/** juliet@localhost/balcony, whose last header had these attributes too. */
async function bound(more: string): Promise<Stranger> {
  const stranger = new Stranger(secure);
  for (const each of [header(), auth, header(` version="1.0"${more}`), bind]) await stranger.says(each);
  return stranger;
}
