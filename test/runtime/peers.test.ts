/** Where other servers and components come in. Spec: RFC 6120 §4.8, §13.7.2, §13.12, XEP-0114, XEP-0178. @module */
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KeyAndCertificate } from '../../src/runtime/certificate.ts';
import { Issuer, purposes } from './issuing.ts';
import { header, Peer } from './peer.ts';
import { certificate, running } from './running.ts';
import { send } from './scripted-core.ts';
import type { Script } from './scripted-core.ts';

const serverHeader = header.replace("'jabber:client'", "'jabber:server' xmlns:db='jabber:server:dialback'");
const componentHeader = "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='gate.localhost'>";

let root: Issuer;
let tls: KeyAndCertificate;
beforeAll(async () => {
  root = await Issuer.root();
  tls = await certificate();
});

async function direct(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

describe('peers: other servers', () => {
  it('peers: a server is greeted in its namespace, and told to the core as one (RFC 6120 §4.8.3)', async () => {
    const { port, core } = await running(undefined, { tls }, ['s2s']);
    const peer = await Peer.connect(port('s2s'));
    await peer.send(`${serverHeader}<message id='0'/>`).hears('id="0"');
    expect(core.all('stream.opened')).toEqual([{
      type: 'stream.opened', stream: 'c1', origin: '127.0.0.1', peer: 'server', entropy: expect.stringMatching(/^[\w-]{32}$/),
      channel: { secure: false, startTls: true, tlsRequired: false, mechanisms: [], channelBindings: [] },
    }]);
    expect(peer.text).toMatch(/^<\?xml version='1\.0'\?><stream:stream xmlns='jabber:server' xmlns:db='jabber:server:dialback' xmlns:stream='http:\/\/etherx\.jabber\.org\/streams' from='localhost' id='[\w-]+' version='1\.0' xml:lang='en'>/);
  });

  it('peers: a stanza of a client inside a stanza of a server keeps its namespace (RFC 6120 §4.8.3, XEP-0297 §3)', async () => {
    const { port, core } = await running(undefined, {}, ['s2s']);
    const peer = await Peer.connect(port('s2s'));
    peer.send(`${serverHeader}<message><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'><body>a</body></message></forwarded></message><message xmlns='jabber:client'/><db:result>k</db:result>`);
    await core.next('stream.element', 3);
    expect(core.all('stream.element').map(({ element }) => element.toString())).toEqual([
      '<message><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client"><body>a</body></message></forwarded></message>',
      '<message xmlns="jabber:client"/>',
      '<result xmlns="jabber:server:dialback">k</result>',
    ]);
  });

  it('peers: a trusted certificate vouches for its names, also one that was made for servers only (XEP-0178 §3)', async () => {
    const { port, core } = await running(undefined, { tls, s2s: { authorities: root.pem } }, ['s2sTls']);
    const { key, cert } = await (await root.below()).issue({ dns: ['example.org'], srv: ['_xmpp-server.rooms.example.org'], purposes: [purposes.server] });
    await direct(port('s2sTls'), { key, cert, ALPNProtocols: ['xmpp-server'] });
    expect((await core.next('stream.opened')).channel).toEqual({ secure: true, startTls: false, tlsRequired: false, mechanisms: [], channelBindings: [], certified: ['example.org', 'rooms.example.org'] });
  });

  it('peers: a client\'s protocol is refused where servers come in (XEP-0368 §3)', async () => {
    const { port } = await running(undefined, { tls }, ['s2sTls']);
    await expect(direct(port('s2sTls'), { ALPNProtocols: ['xmpp-client'] })).rejects.toThrow();
  });

  it('peers: who comes again with a session that was had shows its certificate again', async () => {
    const { port, core } = await running(undefined, { tls, s2s: { authorities: root.pem } }, ['s2sTls']);
    const { key, cert } = await (await root.below()).issue({ dns: ['example.org'] });
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      let session: Buffer | undefined;
      for (let n = 0; n < 2; n += 1) {
        const socket = await direct(port('s2sTls'), { key, cert, maxVersion, ...(session && { session }) });
        socket.on('session', (one) => void (session = one));
        socket.write(serverHeader);
        await once(socket, 'data');
        session ??= socket.getSession();
        socket.destroy();
      }
    }
    expect(core.all('stream.opened').map(({ channel }) => channel.certified)).toEqual(Array(4).fill(['example.org']));
  });

  it('peers: a client is not asked for a certificate, nor told what it would vouch for', async () => {
    const { port, core } = await running(undefined, { tls, s2s: { authorities: root.pem } }, ['c2sTls']);
    await direct(port('c2sTls'), await root.issue({ dns: ['example.org'] }));
    expect((await core.next('stream.opened')).channel.certified).toBeUndefined();
  });

  it('peers: a surplus of servers is told so in their namespace (RFC 6120 §13.12 rule 1)', async () => {
    const { port } = await running(undefined, { limits: { maxConnectionsPerAddress: 1 } }, ['s2s']);
    await (await Peer.connect(port('s2s'))).send(serverHeader).hears('<stream:stream');
    const surplus = await Peer.connect(port('s2s'));
    await surplus.ended;
    expect(surplus.text).toMatch(/xmlns='jabber:server'.*<stream:error><policy-violation /);
  });
});

describe('peers: limits', () => {
  const trusting: Script = (input) => (input.type === 'stream.opened' ? [{ type: 'trust', stream: input.stream }] : undefined);
  const limits = { maxStanzaBytes: 10_000, maxStanzaBytesOfServers: 20_000, stanzasPerSecond: 1, stanzasPerSecondOfServers: 1e6, burstMs: 1 };

  it.each([
    ['too big for a client', 'c2s', header, false],
    ['not too big for another server', 's2s', serverHeader, true],
    ['not too big for a component', 'component', componentHeader, true],
  ] as const)('peers: one stanza is %s', async (_title, kind, opening, fits) => {
    const { port, core } = await running(trusting, { limits }, [kind]);
    const peer = await Peer.connect(port(kind));
    peer.send(`${opening}<message><body>${'x'.repeat(15_000)}</body></message>`);
    if (fits) await core.next('stream.element');
    else expect(await core.next('stream.broken')).toMatchObject({ condition: 'policy-violation' });
  });

  it('peers: before it is authenticated a server may send what a stranger may (RFC 6120 §13.12)', async () => {
    const { port, core } = await running(undefined, { limits: { maxStanzaBytesUnauthenticated: 1_000, maxElementsUnauthenticated: 10 } }, ['s2s']);
    const big = await Peer.connect(port('s2s'));
    await big.send(`${serverHeader}<message>${'x'.repeat(2_000)}</message>`).hears('<policy-violation');
    const many = await Peer.connect(port('s2s'));
    await many.send(`${serverHeader}${'<message/>'.repeat(11)}`).hears('<policy-violation');
    expect(core.all('stream.element')).toHaveLength(10);
  });

  it('peers: a trusted server is read faster than a client', async () => {
    const { port } = await running(trusting, { limits }, ['s2s']);
    const peer = await Peer.connect(port('s2s'));
    const began = performance.now();
    for (let n = 0; n < 20; n += 1) await peer.send(`${n === 0 ? serverHeader : ''}<message id='${n}'/>`).hears(`id="${n}"`);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe('peers: components', () => {
  it('peers: a component is greeted in its namespace, without a version (XEP-0114 §3)', async () => {
    const { port, core } = await running((input) => (input.type === 'stream.element' ? [send(input.stream, '<handshake/>')] : undefined), { tls }, ['component']);
    const peer = await Peer.connect(port('component'));
    await peer.send(`${componentHeader}<handshake>aaee</handshake>`).hears('<handshake/>');
    expect(peer.text).toMatch(/^<\?xml version='1\.0'\?><stream:stream xmlns='jabber:component:accept' xmlns:stream='http:\/\/etherx\.jabber\.org\/streams' from='localhost' id='[\w-]+'><handshake\/>$/);
    expect(core.all('stream.opened')[0]).toMatchObject({ peer: 'component', channel: { secure: false, startTls: false } });
    expect(core.all('stream.header')[0]).toMatchObject({ header: { wellNamed: true, xmlns: 'jabber:component:accept', to: 'gate.localhost' } });
    expect(core.all('stream.element')[0]?.element.attrs).toEqual({});
  });

  it('peers: TLS can\'t begin with a component', async () => {
    const { port, core } = await running((input) => (input.type === 'stream.element' ? [{ type: 'startTls', stream: input.stream }] : undefined), { tls }, ['component']);
    const peer = await Peer.connect(port('component'));
    await peer.send(`${componentHeader}<starttls/>`).ended;
    await core.next('stream.lost');
  });
});

describe('peers: where they may come in', () => {
  it.each([['direct TLS', 's2sTls', '127.0.0.1'], ['STARTTLS off loopback', 's2s', '0.0.0.0']] as const)('peers: %s needs a certificate (RFC 6120 §13.8)', async (_title, kind, host) => {
    await expect(running(undefined, { listeners: [{ kind, host, port: 0 }] })).rejects.toThrow(/needs a certificate/);
  });
});
