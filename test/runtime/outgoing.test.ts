/** Connections to other servers, over real sockets. Spec: RFC 6120 §3.2, §5.4, §8.3.3.16, §8.3.3.17, XEP-0368. @module */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Effect } from '../../src/core/effect.ts';
import type { Input } from '../../src/core/input.ts';
import type { KeyAndCertificate } from '../../src/runtime/certificate.ts';
import type { Endpoint } from '../../src/runtime/endpoint.ts';
import type { ListenerKind } from '../../src/runtime/listener.ts';
import type { ServerOptions } from '../../src/runtime/server.ts';
import { FakeResolver } from './fake-resolver.ts';
import type { Zone } from './fake-resolver.ts';
import { Issuer } from './issuing.ts';
import { header, Peer } from './peer.ts';
import { certificate, running } from './running.ts';
import type { Running } from './running.ts';
import { send } from './scripted-core.ts';
import type { Script } from './scripted-core.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Listens on loopback; keeps the sockets that come in. */
async function listening(server: Server = createServer({ allowHalfOpen: true }), host = '127.0.0.1'): Promise<{ readonly port: number; readonly sockets: Socket[] }> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
  });
  server.listen(0, host);
  await once(server, 'listening');
  ends.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const ourHeader: Effect = { type: 'open', stream: 'o1', header: { from: 'localhost', to: 'example.org', lang: 'en', version: '1.0' } };
const starttls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
/** How another server opens its stream. */
const theirHeader = "<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:db='jabber:server:dialback' xmlns:stream='http://etherx.jabber.org/streams' from='example.org' to='localhost' id='theirs' version='1.0'>";

/** A core that asks for a connection when a client knocks, and then speaks first. */
const calling = (domain: string, then: Script = () => undefined): Script => (input: Input) => {
  const answer = then(input);
  if (answer !== undefined) return answer;
  if (input.type === 'stream.opened') return input.stream === 'o1' ? [ourHeader] : input.stream === 'c1' ? [{ type: 'connect', stream: 'o1', domain, from: 'localhost' }] : [];
  return 'stream' in input && input.stream === 'o1' ? [] : undefined;
};

/** Starts a server and has it call. */
async function called(domain: string, options: Partial<ServerOptions>, then?: Script, kinds?: readonly ListenerKind[]): Promise<Running> {
  const us = await running(calling(domain, then), options, kinds);
  await Peer.connect(us.port('c2s'));
  return us;
}

const to = (port: number, tls = false, host = '127.0.0.1'): ReadonlyMap<string, Endpoint> => new Map([['example.org', { host, port, tls }]]);
const dns = (zone: Zone): FakeResolver => new FakeResolver(zone);
const srv = (...ports: readonly number[]): NonNullable<Zone['srv']> => ({ '_xmpp-server._tcp.example.org': ports.map((port, priority) => ({ name: `n${priority}.example`, port, priority, weight: 0 })) });
const peerOf = async (sockets: readonly Socket[]): Promise<Peer> => {
  while (sockets.length === 0) await new Promise(setImmediate);
  return new Peer(sockets[0]!);
};

describe('outgoing: finding a server', () => {
  it('outgoing: the stream opens with our header, in the namespace of servers (RFC 6120 §4.7, XEP-0220 §2.1)', async () => {
    const { port, sockets } = await listening();
    const { core } = await called('example.org', { s2s: { targets: to(port) } });
    expect(await core.next('stream.opened', 2)).toEqual({
      type: 'stream.opened', stream: 'o1', peer: 'server',
      channel: { secure: false, startTls: true, tlsRequired: false, mechanisms: [], channelBindings: [] },
    });
    const peer = await peerOf(sockets);
    await peer.hears(">");
    await peer.hears("version='1.0' xml:lang='en'>");
    expect(peer.text).toBe("<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:db='jabber:server:dialback' xmlns:stream='http://etherx.jabber.org/streams' from='localhost' to='example.org' version='1.0' xml:lang='en'>");
    peer.send(`${theirHeader}<message/>`);
    expect(await core.next('stream.header')).toMatchObject({ stream: 'o1', header: { wellNamed: true, xmlns: 'jabber:server', id: 'theirs', from: 'example.org' } });
    const { element } = await core.next('stream.element');
    expect(element.attrs).toEqual({});
    peer.socket.destroy();
    await core.next('stream.lost');
  });

  it('outgoing: what refuses gives way to the next record, and the last is taken (RFC 6120 §3.2.1 rule 7)', async () => {
    const { port } = await listening();
    const resolver = dns({ srv: srv(await closedPort(), port), addresses: { 'n0.example': ['127.0.0.1'], 'n1.example': ['127.0.0.1'] } });
    const { core } = await called('example.org', { s2s: { resolver } });
    expect(await core.next('stream.opened', 2)).toMatchObject({ stream: 'o1' });
    expect(resolver.asked).toEqual(['_xmpp-server._tcp.example.org', '_xmpps-server._tcp.example.org', 'n0.example', 'n1.example']);
  });

  it('outgoing: of one name every address has its turn (RFC 6120 §3.2.1 rule 6)', async () => {
    const { port } = await listening(undefined, '127.0.0.3');
    const resolver = dns({ srv: srv(port), addresses: { 'n0.example': ['127.0.0.1', '127.0.0.2', '127.0.0.3'] } });
    const { core } = await called('example.org', { s2s: { resolver } });
    await core.next('stream.opened', 2);
  });

  it('outgoing: a name that can\'t be looked up gives way to the next record', async () => {
    const { port } = await listening();
    const resolver = dns({ srv: srv(1, port), addresses: { 'n0.example': 'silent', 'n1.example': ['127.0.0.1'] } });
    const { core } = await called('example.org', { s2s: { resolver } });
    await core.next('stream.opened', 2);
  });

  it('outgoing: a target may be a name that only this machine knows', async () => {
    const { port } = await listening();
    const resolver = dns({ addresses: { 'gateway': ['127.0.0.1'] } });
    const { core } = await called('example.org', { s2s: { resolver, targets: to(port, false, 'gateway') } });
    await core.next('stream.opened', 2);
    expect(resolver.asked).toEqual(['local gateway']);
  });

  it.each<[string, Zone, 'remote-server-not-found' | 'remote-server-timeout']>([
    ['a name that doesn\'t exist', {}, 'remote-server-not-found'],
    ['no answer of the DNS', { srv: { '_xmpp-server._tcp.example.org': 'silent' }, addresses: { 'example.org': 'silent' } }, 'remote-server-not-found'],
    ['an endless wait for the DNS', { addresses: { 'example.org': 'endless' } }, 'remote-server-not-found'],
    ['a domain that says it has no such service', { srv: { '_xmpp-server._tcp.example.org': [{ name: '', port: 0, priority: 0, weight: 0 }] }, addresses: { 'example.org': ['127.0.0.1'] } }, 'remote-server-not-found'],
    ['nobody at the port of servers (RFC 6120 §8.3.3.16)', { addresses: { 'example.org': ['127.0.0.9'] } }, 'remote-server-not-found'],
    ['records whose names don\'t exist', { srv: srv(1, 2) }, 'remote-server-not-found'],
    ['records that lead to where nobody listens (RFC 6120 §8.3.3.17)', { srv: srv(1), addresses: { 'n0.example': ['127.0.0.1'] } }, 'remote-server-timeout'],
  ])('outgoing: %s', async (_title, zone, condition) => {
    const { core, log } = await called('example.org', { s2s: { resolver: dns(zone) }, limits: { connectTotalTimeoutMs: 100 } });
    expect(await core.next('connect.failed')).toEqual({ type: 'connect.failed', stream: 'o1', condition });
    expect(log.lines).toContainEqual({ level: 'info', facts: { domain: 'example.org', condition }, sentence: 'there is no connection to another server' });
    expect(core.all('stream.opened')).toHaveLength(1);
  });

  it('outgoing: when the time is up nothing more is asked for', async () => {
    const resolver = dns({ srv: srv(1, 2), addresses: { 'n0.example': 'endless', 'n1.example': 'silent' } });
    const { core } = await called('example.org', { s2s: { resolver }, limits: { connectTotalTimeoutMs: 20 } });
    expect(await core.next('connect.failed')).toMatchObject({ condition: 'remote-server-not-found' });
    expect(resolver.asked.at(-1)).toBe('n0.example');
  });

  it('outgoing: a DNS that fails when nobody waits any more harms nobody', async () => {
    const late = (): Promise<never> => new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 40));
    const { core } = await called('example.org', { s2s: { resolver: { srv: late, addresses: late, local: late } }, limits: { connectTotalTimeoutMs: 10 } });
    await core.next('connect.failed');
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(core.all('connect.failed')).toHaveLength(1);
  });

  it('outgoing: a target where nobody listens', async () => {
    const { core } = await called('example.org', { s2s: { targets: to(await closedPort()) } });
    expect(await core.next('connect.failed')).toMatchObject({ condition: 'remote-server-timeout' });
  });

  it('outgoing: an address that doesn\'t answer has its time, and no more', async () => {
    const { port: full } = await fullListener();
    const { port } = await listening();
    const resolver = dns({ srv: srv(full, port), addresses: { 'n0.example': ['127.0.0.1'], 'n1.example': ['127.0.0.1'] } });
    const { core } = await called('example.org', { s2s: { resolver }, limits: { connectTimeoutMs: 50 } });
    await core.next('stream.opened', 2);
  });

  it('outgoing: all addresses together have their time, and no more', async () => {
    const { port: full } = await fullListener();
    const resolver = dns({ srv: srv(full, full, full), addresses: { 'n0.example': ['127.0.0.1'], 'n1.example': ['127.0.0.1'], 'n2.example': ['127.0.0.1'] } });
    const { core } = await called('example.org', { s2s: { resolver }, limits: { connectTotalTimeoutMs: 50 } });
    expect(await core.next('connect.failed')).toMatchObject({ condition: 'remote-server-timeout' });
  });
});

/** A listener that never accepts, and whose queue is full: the kernel answers nobody else. */
async function fullListener(): Promise<{ readonly port: number }> {
  const worker = new Worker(`
    const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      require('node:worker_threads').parentPort.postMessage(server.address().port);
      setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
    });`, { eval: true });
  const [port] = await once(worker, 'message') as [number];
  const queued = Array.from({ length: 4 }, () => connect({ port, host: '127.0.0.1' }).on('error', () => {}));
  ends.push(() => {
    for (const socket of queued) socket.destroy();
    void worker.terminate();
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  return { port };
}

describe('outgoing: giving up', () => {
  it('outgoing: disconnect ends an attempt, and nothing is heard of it (DESIGN §2)', async () => {
    const resolver = dns({ addresses: { 'example.org': 'endless' } });
    const { core, server } = await called('example.org', { s2s: { resolver } }, (input) => {
      if (input.type === 'stream.header') return [{ type: 'disconnect', stream: 'o1' }];
      return undefined;
    });
    const client = await Peer.connect(server.addresses[0]!.port);
    await client.send(header);
    await core.next('stream.header');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(core.inputs.filter((input) => 'stream' in input && input.stream === 'o1')).toEqual([]);
  });

  it('outgoing: disconnect amid the handshake of direct TLS ends its connection', async () => {
    const { port, sockets } = await listening();
    const { core, server } = await called('example.org', { s2s: { targets: to(port, true) } }, (input) => (input.type === 'stream.header' ? [{ type: 'disconnect', stream: 'o1' }] : undefined));
    const peer = await peerOf(sockets);
    await (await Peer.connect(server.addresses[0]!.port)).send(header);
    await peer.ended;
    expect(core.inputs.filter((input) => 'stream' in input && input.stream === 'o1')).toEqual([]);
  });

  it('outgoing: a stop fails what is being attempted, and ends what is there', async () => {
    const resolver = dns({ addresses: { 'example.org': 'endless' } });
    const { core, server } = await called('example.org', { s2s: { resolver } });
    await server.stop();
    expect(core.all('connect.failed')).toEqual([{ type: 'connect.failed', stream: 'o1', condition: 'remote-server-timeout' }]);
  });

  it('outgoing: a stop ends a link to a peer that says nothing, once', async () => {
    const { port } = await listening();
    const { core, server } = await called('example.org', { s2s: { targets: to(port) } });
    await core.next('stream.opened', 2);
    await server.stop();
    expect(core.all('stream.lost').filter(({ stream }) => stream === 'o1')).toHaveLength(1);
  });

  it('outgoing: a link that is closed in order waits for the peer\'s closing tag (RFC 6120 §4.4)', async () => {
    const { port, sockets } = await listening();
    const { core } = await called('example.org', { s2s: { targets: to(port) } }, (input) => (input.type === 'stream.header' && input.stream === 'o1' ? [{ type: 'close', stream: 'o1' }] : undefined));
    const peer = await peerOf(sockets);
    await peer.send(theirHeader).hears('</stream:stream>');
    peer.send('<message/></stream:stream>');
    await peer.ended;
    peer.socket.end();
    await core.next('stream.lost');
    expect(core.inputs.filter((input) => 'stream' in input && input.stream === 'o1').map(({ type }) => type)).toEqual(['stream.opened', 'stream.header', 'stream.element', 'stream.ended', 'stream.lost']);
  });
});

describe('outgoing: TLS', () => {
  let root: Issuer;
  let ours: KeyAndCertificate;
  let theirs: KeyAndCertificate;
  beforeAll(async () => {
    root = await Issuer.root();
    ours = await root.issue({ dns: ['localhost'] });
    theirs = await root.issue({ dns: ['example.org', '*.example.org'] });
  });

  /** The small server's side of STARTTLS, said by a caller. */
  const upgrading: Script = (input) => {
    if (!('stream' in input) || input.stream !== 'o1') return undefined;
    if (input.type === 'stream.header') return [send('o1', starttls)];
    if (input.type === 'stream.element' && input.element.is('proceed')) return [{ type: 'startTls', stream: 'o1' }];
    return undefined;
  };

  /** Two servers, one of which calls the other. */
  async function two(kind: 's2s' | 's2sTls', their: Partial<ServerOptions> = {}, our: Partial<ServerOptions> = {}): Promise<{ readonly us: Running; readonly them: Running }> {
    const authorities = root.pem;
    const them = await running(undefined, { tls: theirs, domain: 'example.org', s2s: { authorities }, ...their }, [kind]);
    const us = await called('example.org', { tls: ours, ...our, s2s: { authorities, targets: to(them.port(kind), kind === 's2sTls'), ...our.s2s } }, kind === 's2s' ? upgrading : undefined);
    return { us, them };
  }

  it('outgoing: STARTTLS shows both certificates (RFC 6120 §5.4.3, XEP-0178 §3)', async () => {
    const { us, them } = await two('s2s');
    const secure = { secure: true, startTls: false, tlsRequired: false, mechanisms: [], channelBindings: [] };
    expect(await us.core.next('tls.established')).toEqual({ type: 'tls.established', stream: 'o1', channel: { ...secure, certified: ['example.org', '*.example.org'] } });
    expect(await them.core.next('tls.established')).toEqual({ type: 'tls.established', stream: 'c1', channel: { ...secure, certified: ['localhost'] } });
    expect(them.core.all('stream.opened')[0]).toMatchObject({ stream: 'c1', peer: 'server', origin: '127.0.0.1', channel: { secure: false, startTls: true } });
  });

  it('outgoing: direct TLS shows both certificates, and asks for the domain (XEP-0368 §3)', async () => {
    const { us, them } = await two('s2sTls');
    expect(await us.core.next('stream.opened', 2)).toMatchObject({ stream: 'o1', channel: { secure: true, startTls: false, certified: ['example.org', '*.example.org'] } });
    expect(await them.core.next('stream.opened')).toMatchObject({ peer: 'server', channel: { secure: true, certified: ['localhost'] } });
    await them.core.next('stream.header');
    expect(us.core.all('tls.established')).toEqual([]);
  });

  it('outgoing: the name and the protocol are told to whoever listens (XEP-0368 §3)', async () => {
    const told = Promise.withResolvers<unknown>();
    const server = createTlsServer({ ...theirs, ALPNProtocols: ['xmpp-client', 'xmpp-server'] }, (socket: TLSSocket) => {
      told.resolve([(socket as TLSSocket & { servername?: string }).servername, socket.alpnProtocol]);
      socket.on('error', () => {}).destroy();
    });
    const { port } = await listening(server);
    await called('bücher.example', { s2s: { targets: new Map([['bücher.example', { host: '127.0.0.1', port, tls: true }]]) } });
    expect(await told.promise).toEqual(['xn--bcher-kva.example', 'xmpp-server']);
  });

  it.each<[string, () => Promise<KeyAndCertificate>, readonly string[] | undefined]>([
    ['of a stranger', async () => (await Issuer.root()).issue({ dns: ['example.org'] }), undefined],
    ['that has expired', () => root.issue({ dns: ['example.org'], until: -0.5 }), undefined],
    ['that is self-signed', certificate, undefined],
    ['for another name', () => root.issue({ dns: ['other.example'] }), ['other.example']],
    ['without a name', () => root.issue({ commonName: 'example.org' }), undefined],
  ])('outgoing: TLS is had with a certificate %s, and what it vouches for is told (XEP-0220 §2.5)', async (_title, make, certified) => {
    const tls = await make();
    for (const kind of ['s2s', 's2sTls'] as const) {
      // The caller shows it as well.
      const { us, them } = await two(kind, { tls }, { tls });
      const [called, caller] = kind === 's2s'
        ? [await us.core.next('tls.established'), await them.core.next('tls.established')]
        : [await us.core.next('stream.opened', 2), await them.core.next('stream.opened')];
      expect([called.channel.certified, caller.channel.certified]).toEqual([certified, certified]);
      expect(called.channel.secure).toBe(true);
    }
  });

  it('outgoing: a server without a certificate of its own can call', async () => {
    const them = await running(undefined, { tls: theirs, s2s: { authorities: root.pem } }, ['s2sTls']);
    await called('example.org', { s2s: { targets: to(them.port('s2sTls'), true) } });
    const { channel } = await them.core.next('stream.opened');
    expect([channel.secure, channel.certified]).toEqual([true, undefined]);
  });

  it('outgoing: a renewal reaches the listeners and later calls (RFC 6120 §13.7)', async () => {
    const them = await running(undefined, { tls: await certificate(), s2s: {} }, ['s2sTls']);
    them.server.renew(theirs, root.pem);
    const us = await running(calling('example.org'), { tls: await certificate(), s2s: { targets: to(them.port('s2sTls'), true) } });
    us.server.renew(ours, root.pem);
    await Peer.connect(us.port('c2s'));
    expect((await us.core.next('stream.opened', 2)).channel.certified).toEqual(['example.org', '*.example.org']);
    expect((await them.core.next('stream.opened')).channel.certified).toEqual(['localhost']);
  });

  it('outgoing: direct TLS that never begins gives way to the next record, and at last fails', async () => {
    const { port: silent } = await listening();
    const { port } = await listening();
    const record = (name: string, at: number, priority: number) => ({ name, port: at, priority, weight: 0 });
    const zone: Zone = { srv: { '_xmpps-server._tcp.example.org': [record('a', silent, 0)], '_xmpp-server._tcp.example.org': [record('a', port, 1)] }, addresses: { a: ['127.0.0.1'] } };
    const limits = { tlsHandshakeTimeoutMs: 30 };
    expect(await (await called('example.org', { limits, s2s: { resolver: dns(zone) } })).core.next('stream.opened', 2)).toMatchObject({ channel: { secure: false } });
    const { core } = await called('example.org', { limits, s2s: { targets: to(silent, true) } });
    expect(await core.next('connect.failed')).toMatchObject({ condition: 'remote-server-timeout' });
  });

  /** A peer that says what it likes. */
  async function scripted(options: Partial<ServerOptions> = {}): Promise<{ readonly us: Running; readonly peer: Peer }> {
    const { port, sockets } = await listening();
    const us = await called('example.org', { ...options, s2s: { targets: to(port) } }, upgrading);
    const peer = await peerOf(sockets);
    await peer.send(theirHeader).hears('<starttls');
    return { us, peer };
  }
  const proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
  const typesOf = ({ core }: Running): readonly string[] => core.inputs.filter((input) => 'stream' in input && input.stream === 'o1').map(({ type }) => type);

  it.each([['a stanza', '<message/>'], ['features', '<stream:features/>'], ['the end of the stream', '</stream:stream>'], ['half an element', '<mess']])('outgoing: %s between the permission and the handshake ends the connection (RFC 6120 §5.4.3.3)', async (_title, injected) => {
    const { us, peer } = await scripted();
    peer.send(proceed + injected);
    await us.core.next('stream.lost');
    expect(typesOf(us)).toEqual(['stream.opened', 'stream.header', 'stream.element', 'stream.lost']);
    expect(us.log.lines.some(({ level, sentence }) => level === 'warn' && sentence.startsWith('something was sent between'))).toBe(true);
  });

  it('outgoing: what comes in the clear in place of the handshake is not read (RFC 6120 §5.4.3.2)', async () => {
    const { us, peer } = await scripted();
    peer.send(proceed);
    await new Promise((resolve) => setTimeout(resolve, 10));
    peer.send(`${theirHeader}<message/>`);
    await us.core.next('stream.lost');
    expect(typesOf(us)).toEqual(['stream.opened', 'stream.header', 'stream.element', 'stream.lost']);
  });

  it('outgoing: a peer that vanishes amid the handshake is lost, once', async () => {
    const { us, peer } = await scripted();
    const heard = peer.text.length;
    peer.send(proceed);
    while (peer.text.length === heard) await new Promise(setImmediate);
    peer.socket.destroy();
    await us.core.next('stream.lost');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(typesOf(us)).toEqual(['stream.opened', 'stream.header', 'stream.element', 'stream.lost']);
  });

  it('outgoing: a handshake that is not answered is given up', async () => {
    const { us, peer } = await scripted({ limits: { tlsHandshakeTimeoutMs: 30 } });
    peer.send(proceed);
    await us.core.next('stream.lost');
    expect(typesOf(us)).toEqual(['stream.opened', 'stream.header', 'stream.element', 'stream.lost']);
  });
});
