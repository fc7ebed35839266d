/** What is no longer awaited: a key of a stream that has begun anew, and a connection that was given up. @module */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultFederation } from '../../../src/core/config.ts';
import type { Channel, StreamId } from '../../../src/core/input.ts';
import { InProcess } from '../../world/in-process.ts';

const plain: Channel = { secure: false, startTls: true, tlsRequired: false, mechanisms: [], channelBindings: [] };
const headerOf = (domain: string): string => `<stream:stream xmlns="jabber:server" xmlns:stream="http://etherx.jabber.org/streams" xmlns:db="jabber:server:dialback" from="${domain}" to="verona.test" id="theirs" version="1.0">`;
const keyOf = (domain: string): string => `<db:result from="${domain}" to="verona.test">a key</db:result>`;
const features = '<stream:features><dialback xmlns="urn:xmpp:features:dialback"/></stream:features>';

let verona: InProcess;
let asked: StreamId[];

beforeEach(async () => {
  verona = new InProcess({ config: { domain: 'verona.test', secret: 'verona'.padEnd(32, '.'), federation: { ...defaultFederation, tlsRequired: false } } });
  asked = [];
  verona.onConnect = ({ stream }) => void asked.push(stream);
  await verona.account('juliet');
});

afterEach(() => verona.dispose());

/** The other end of a stream, and what it has read. */
function join(named?: StreamId): { readonly stream: StreamId; readonly read: string[] } {
  const read: string[] = [];
  const stream = verona.join({ write: (text) => void read.push(text), startTls: () => {}, disconnect: () => void read.push('(disconnected)') }, plain, 'server', named);
  return { stream, read };
}

/** Lets the authoritative server of a domain be asked about a key; gives what has it say that the key is valid. */
function beAsked(domain: string): () => void {
  const link = join(asked.at(-1));
  verona.hear(link.stream, headerOf(domain) + features);
  const id = /<db:verify[^>]* id="([^"]+)"/.exec(link.read.join(''))?.[1] ?? '';
  expect(id).not.toBe('');
  return () => verona.hear(link.stream, `<db:verify from="${domain}" to="verona.test" id="${id}" type="valid"/>`);
}

describe('a key of a stream that has begun anew', () => {
  /** A key is given, then TLS is asked for; the verdict can come at any time. */
  function begin(): { readonly peer: ReturnType<typeof join>; readonly confirm: () => void } {
    const peer = join();
    verona.hear(peer.stream, headerOf('mantua.test') + keyOf('mantua.test'));
    const confirm = beAsked('mantua.test');
    verona.hear(peer.stream, '<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>');
    expect(peer.read.join('')).toContain('<proceed');
    return { peer, confirm };
  }

  function secure({ stream }: ReturnType<typeof join>): void {
    verona.secure(stream, { ...plain, secure: true, startTls: false });
    verona.hear(stream, headerOf('mantua.test'));
  }

  test.each([{ when: 'during', isBefore: true }, { when: 'after', isBefore: false }])('a verdict that comes $when the handshake is not passed on, and proves nothing (RFC 6120 §5.4.3.3)', ({ isBefore }) => {
    const { peer, confirm } = begin();
    if (isBefore) confirm();
    secure(peer);
    if (!isBefore) confirm();
    expect(peer.read.join('')).not.toContain('db:result');
    verona.hear(peer.stream, keyOf('padua.test'));
    beAsked('padua.test')();
    expect(peer.read.join('').match(/db:result/g)).toHaveLength(1);
    verona.hear(peer.stream, '<message from="romeo@mantua.test" to="juliet@verona.test"><body>hark</body></message>');
    expect(peer.read.join('')).toContain('<invalid-from');
  });

  test('the same domain may be proved anew (XEP-0220 §2.2)', () => {
    const { peer } = begin();
    secure(peer);
    verona.hear(peer.stream, keyOf('mantua.test'));
    expect(peer.read.join('')).not.toContain('db:result');
  });
});

describe('a connection that is given up before it is there', () => {
  test('what waits goes back, and nothing is said over it though it be made after all (RFC 6120 §4.4, §8.3.3.17)', async () => {
    const juliet = await verona.connect('juliet', 'balcony');
    juliet.send('<message to="romeo@mantua.test" type="chat" id="1"><body>hark</body></message>');
    await verona.settle();
    const [timer] = [...verona.timers.keys()].filter((name) => name.includes('linkTimeout'));
    verona.fire(timer ?? '');
    expect(String(await juliet.next())).toContain('remote-server-timeout');
    const late = join(asked[0]);
    expect(late.read).toEqual([]);
    const ordered = verona.effects.flatMap((effect) => ('stream' in effect && effect.stream === asked[0] ? [effect.type] : []));
    expect(ordered).toEqual(['connect', 'disconnect']);
  });

  test.each([
    ['is available', '<presence/>'],
    ['has asked for the roster', '<iq type="get" id="r"><query xmlns="jabber:iq:roster"/></iq>'],
  ] as const)('a request to subscribe goes back as well to whoever %s, and so does a probe that the client has sent (RFC 6121 §3.1.2, RFC 6120 §10.4.3)', async (who, first) => {
    const juliet = await verona.connect('juliet', 'balcony');
    juliet.send(first);
    await juliet.next();
    juliet.send('<presence to="romeo@mantua.test" type="probe" id="p"/><presence to="romeo@mantua.test" type="subscribe" id="s"/>');
    await verona.settle();
    const [timer] = [...verona.timers.keys()].filter((name) => name.includes('linkTimeout'));
    verona.fire(timer ?? '');
    if (who === 'has asked for the roster') expect(await juliet.next()).toMatchObject({ attrs: { type: 'set' } });
    for (const id of ['p', 's']) {
      const answer = await juliet.next();
      expect(answer !== 'closed' && answer.attrs).toMatchObject({ type: 'error', id, from: 'romeo@mantua.test' });
      expect(String(answer)).toContain('remote-server-timeout');
    }
    juliet.send('<iq id="on" type="get" to="verona.test"><ping xmlns="urn:xmpp:ping"/></iq>');
    expect(await juliet.next()).toMatchObject({ attrs: { id: 'on' } });
  });
});

describe('a link that has said goodbye', () => {
  test('asks about no key any more, but over the next stream (RFC 6120 §4.4 rule 2)', async () => {
    const juliet = await verona.connect('juliet', 'balcony');
    juliet.send('<message to="romeo@mantua.test" type="chat" id="1"><body>hark</body></message>');
    await verona.settle();
    const link = join(asked[0]);
    verona.hear(link.stream, `${headerOf('mantua.test')}${features}<db:result from="mantua.test" to="verona.test" type="valid"/>`);
    expect(link.read.at(-1)).toContain('hark');
    verona.feed({ type: 'stream.broken', stream: link.stream, condition: 'not-well-formed' });
    const said = link.read.length;
    verona.hear(join().stream, headerOf('mantua.test') + keyOf('mantua.test'));
    expect(link.read.slice(said)).toEqual([]);
    verona.lose(link.stream);
    expect(asked).toHaveLength(2);
    beAsked('mantua.test');
  });
});
