/** Who is let in, and on what terms. Spec: RFC 6120 §13.8, §13.12, XEP-0205. @module */
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { header, Peer } from './peer.ts';
import { certificate, running } from './running.ts';

/** The handles that are open, by kind; those that are being closed have a moment to go. */
async function handles(): Promise<Record<string, number>> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  const open = process.getActiveResourcesInfo();
  return Object.fromEntries(['TCPServerWrap', 'TCPSocketWrap', 'TLSWrap', 'Timeout'].map((kind) => [kind, open.filter((one) => one === kind).length]));
}

describe('listener: how many', () => {
  it.each([
    ['of one address', { maxConnectionsPerAddress: 3 }, 'policy-violation'],
    ['in all', { maxConnections: 3 }, 'resource-constraint'],
  ])('listener: the surplus %s is turned away, and those who are in stay in (RFC 6120 §13.12 rule 1)', async (_, limits, condition) => {
    const { port, core } = await running(undefined, { limits });
    const peers: Peer[] = [];
    for (let n = 0; n < 3; n += 1) peers.push(await Peer.connect(port('c2s')));
    await Promise.all(peers.map((peer) => peer.send(header).hears('<stream:stream')));
    const ids = [];
    for (let n = 0; n < 2; n += 1) {
      const surplus = await Peer.connect(port('c2s'));
      await surplus.ended;
      expect(surplus.text).toContain(`<stream:error><${condition} `);
      ids.push(/ id='([\w-]{16})'/.exec(surplus.text)?.[1]);
    }
    // Whoever is turned away gets an id that nobody else has, either (RFC 6120 §4.7.3).
    expect(new Set(ids).size).toBe(2);
    expect(core.all('stream.opened')).toHaveLength(3);
    await Promise.all(peers.map((peer) => peer.send("<message id='0'/>").hears('id="0"')));
  });

  it('listener: who leaves makes room', async () => {
    const { port, core } = await running(undefined, { limits: { maxConnectionsPerAddress: 1 } });
    for (let n = 1; n <= 3; n += 1) {
      const peer = await Peer.connect(port('c2s'));
      await peer.send(header).hears('<stream:stream');
      peer.socket.destroy();
      await core.next('stream.lost', n);
    }
  });

  it('listener: a flood leaves no more than the limit, and the server in order', async () => {
    const { port, core, server } = await running(undefined, { limits: { maxConnectionsPerAddress: 20 } });
    const flood = Array.from({ length: 300 }, () => new Peer(connect(port('c2s'), '127.0.0.1')));
    await core.next('stream.opened', 20);
    expect(server.streams).toBe(20);
    for (const peer of flood) peer.socket.destroy();
    await core.next('stream.lost', core.all('stream.opened').length);
    await (await Peer.connect(port('c2s'))).send(header).hears('<stream:stream');
  });

  it('listener: the limit is for all ports together', async () => {
    const { port, core } = await running(undefined, { tls: await certificate(), limits: { maxConnectionsPerAddress: 1 } }, ['c2s', 'c2sTls', 'http', 'https']);
    await (await Peer.connect(port('c2s'))).send(header).hears('<stream:stream');
    for (const kind of ['c2sTls', 'http', 'https'] as const) {
      const surplus = await Peer.connect(port(kind));
      await surplus.ended;
      expect(surplus.text).toBe('');
    }
    expect(core.all('stream.opened')).toHaveLength(1);
  });
});

describe('listener: terms', () => {
  it.each([
    ['on loopback TLS is offered and not required', {}, { startTls: true, tlsRequired: false, mechanisms: ['SCRAM-SHA-256'] }],
    ['PLAIN without TLS only where it is asked for', { insecurePlain: true }, { startTls: true, tlsRequired: false, mechanisms: ['SCRAM-SHA-256', 'PLAIN'] }],
    ['where TLS is required nothing is offered before it', { requireTls: true, insecurePlain: true }, { startTls: true, tlsRequired: true, mechanisms: [] }],
  ])('listener: %s (RFC 6120 §13.8)', async (_, options, channel) => {
    const { port, core } = await running(undefined, { tls: await certificate(), ...options });
    await Peer.connect(port('c2s'));
    expect((await core.next('stream.opened')).channel).toMatchObject({ secure: false, ...channel });
  });

  it.each([
    [{ kind: 'c2s', host: '0.0.0.0', port: 0 }, /off loopback needs a certificate/],
    [{ kind: 'c2sTls', host: '127.0.0.1', port: 0 }, /c2sTls needs a certificate/],
    [{ kind: 'https', host: '127.0.0.1', port: 0 }, /https needs a certificate/],
  ] as const)('listener: %j without a certificate is an error at the start', async (address, message) => {
    await expect(running(undefined, { listeners: [address] })).rejects.toThrow(message);
  });

  it('listener: a port that is taken is an error that names it, and leaves nothing open', async () => {
    const { port } = await running();
    const taken = { kind: 'c2s', host: '127.0.0.1', port: port('c2s') } as const;
    const before = await handles();
    await expect(running(undefined, { listeners: [{ kind: 'c2s', host: '127.0.0.1', port: 0 }, taken] })).rejects.toMatchObject({ code: 'EADDRINUSE', port: port('c2s') });
    expect(await handles()).toEqual(before);
  });
});

describe('listener: stopping', () => {
  it('listener: a stop says goodbye to everyone and leaves no socket and no timer', async () => {
    const before = await handles();
    const { port, server, core } = await running((input) => input.type === 'stream.opened' ? [{ type: 'startTimer', timer: input.stream, delayMs: 60_000 }] : undefined,
      { tls: await certificate(), stopTimeoutMs: 500 }, ['c2s', 'c2sTls', 'http', 'https']);
    const polite = await Peer.connect(port('c2s'));
    const rude = await Peer.connect(port('c2s'));
    const strangers = await Promise.all((['c2s', 'c2sTls', 'http', 'https'] as const).map((kind) => Peer.connect(port(kind))));
    await Promise.all([polite, rude].map((peer) => peer.send(header).hears('<stream:stream')));
    const stopped = server.stop();
    await polite.hears('<goodbye/></stream:stream>');
    polite.send('</stream:stream>').socket.end();
    await stopped;
    await Promise.all([polite, rude, ...strangers].map((peer) => peer.ended));
    expect(core.all('stream.lost')).toHaveLength(core.all('stream.opened').length);
    for (const peer of [polite, rude, ...strangers]) peer.socket.destroy();
    // The test runner has timers of its own that come and go; ours were a minute long.
    const { Timeout: timers = 0, ...sockets } = await handles();
    expect(sockets).toEqual({ TCPServerWrap: before['TCPServerWrap'], TCPSocketWrap: before['TCPSocketWrap'], TLSWrap: before['TLSWrap'] });
    expect(timers).toBeLessThanOrEqual(before['Timeout'] ?? 0);
    await expect(Peer.connect(port('c2s'))).rejects.toThrow('ECONNREFUSED');
  });

  it('listener: stopping twice is stopping once', async () => {
    const { server, core } = await running();
    await Promise.all([server.stop(), server.stop()]);
    expect(core.all('server.stopping')).toHaveLength(1);
  });
});
