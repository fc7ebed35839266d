/** STARTTLS, direct TLS, and certificates that change. Spec: RFC 6120 §5.4, RFC 7590, XEP-0368. @module */
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls, createSecureContext } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KeyAndCertificate } from '../../src/runtime/certificate.ts';
import { tlsOptions } from '../../src/runtime/tls.ts';
import { header, Peer } from './peer.ts';
import { certificate, running } from './running.ts';
import { send } from './scripted-core.ts';

let tls: KeyAndCertificate;
beforeAll(async () => {
  tls = await certificate();
});

const starttls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

function secured(socket: Socket | undefined, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secure = connectTls({ ...(socket && { socket }), rejectUnauthorized: false, ...options });
    secure.once('secureConnect', () => resolve(secure));
    secure.once('error', reject);
    secure.once('close', () => reject(new Error('closed')));
  });
}

const direct = (port: number, options: ConnectionOptions = {}): Promise<TLSSocket> => secured(undefined, { port, host: '127.0.0.1', ...options });

async function upgraded(port: number): Promise<Peer> {
  const plain = await Peer.connect(port);
  await plain.send(header + starttls).hears('<proceed/>');
  plain.socket.removeAllListeners('data');
  return new Peer(await secured(plain.socket));
}

describe('tls: STARTTLS', () => {
  it('tls: after proceed the stream starts anew under TLS (RFC 6120 §5.4.3.3)', async () => {
    const { port, core } = await running(undefined, { tls });
    const peer = await upgraded(port('c2s'));
    await peer.send(`${header}<message id='0'/>`).hears('id="0"');
    expect(core.inputs.map((input) => input.type)).toEqual(['stream.opened', 'stream.header', 'stream.element', 'tls.established', 'stream.header', 'stream.element']);
    expect(core.all('stream.opened')[0]?.channel).toMatchObject({ secure: false, startTls: true, mechanisms: ['SCRAM-SHA-256'] });
    const { channel } = await core.next('tls.established');
    expect(channel).toMatchObject({ secure: true, startTls: false, tlsRequired: false, mechanisms: ['SCRAM-SHA-256', 'PLAIN'] });
    expect(channel.channelBindings).toContain('tls-exporter');
    expect(core.all('stream.header')[0]?.entropy).not.toBe(core.all('stream.header')[1]?.entropy);
  });

  it.each([
    ['a stanza', '<message/>'],
    ['a header', header],
    ['the beginning of an element', '<message>'],
    ['white space and a stanza', '\n<message/>'],
    ['a TLS record', '\x16\x03\x01'],
  ])('tls: %s that follows the request for TLS ends the connection (RFC 6120 §5.4.3.3)', async (_, garbage) => {
    const { port, core } = await running(undefined, { tls });
    const peer = await Peer.connect(port('c2s'));
    await peer.send(header).hears('<stream:stream');
    peer.send(starttls + garbage);
    await peer.ended;
    await core.next('stream.lost');
    expect(core.inputs.map((input) => input.type)).toEqual(['stream.opened', 'stream.header', 'stream.element', 'stream.lost']);
  });

  it('tls: white space that follows the request for TLS is dropped, as clients built on go-xmpp send it (RFC 6120 §5.3.3)', async () => {
    const { port, core } = await running(undefined, { tls });
    const plain = await Peer.connect(port('c2s'));
    await plain.send(`${header}${starttls}\r\n`).hears('<proceed/>');
    plain.socket.removeAllListeners('data');
    await new Peer(await secured(plain.socket)).send(`${header}<message id='0'/>`).hears('id="0"');
    expect(core.all('tls.established')).toHaveLength(1);
  });

  it('tls: what comes in the clear after proceed is a failed handshake, without a word of XML (RFC 6120 §5.4.3.2)', async () => {
    const { port, core } = await running(undefined, { tls });
    const peer = await Peer.connect(port('c2s'));
    await peer.send(header + starttls).hears('<proceed/>');
    const heard = peer.text.length;
    peer.send(header);
    await peer.ended;
    expect(peer.text.slice(heard)).not.toContain('<');
    await core.next('stream.lost');
    expect(core.all('stream.lost')).toHaveLength(1);
    expect(core.all('tls.established')).toEqual([]);
  });

  it('tls: a handshake that does not begin is given up', async () => {
    const { port, core } = await running(undefined, { tls, limits: { tlsHandshakeTimeoutMs: 20 } });
    const peer = await Peer.connect(port('c2s'));
    await peer.send(header + starttls).hears('<proceed/>');
    await peer.ended;
    await core.next('stream.lost');
  });

  it('tls: what the core says amid a handshake ends the connection, and is never said in the clear (RFC 6120 §5.4.3.1)', async () => {
    const { port, core } = await running((input) => {
      if (input.type === 'stream.element') return [send(input.stream, '<proceed/>'), { type: 'startTls', stream: input.stream }, { type: 'startTimer', timer: 'now', delayMs: 5 }];
      return input.type === 'timer.fired' ? [send('c1', '<secret/>')] : undefined;
    }, { tls });
    const peer = await Peer.connect(port('c2s'));
    await peer.send(header + starttls).hears('<proceed/>');
    await core.next('stream.lost');
    await peer.ended;
    expect(peer.text).not.toContain('secret');
  });

  it('tls: nothing older than TLS 1.2 is spoken (RFC 8996)', async () => {
    const { port } = await running(undefined, { tls }, ['c2sTls']);
    await expect(direct(port('c2sTls'), { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })).rejects.toThrow();
    expect((await direct(port('c2sTls'), { maxVersion: 'TLSv1.2' })).getProtocol()).toBe('TLSv1.2');
  });

  it('tls: a peer that hangs up under TLS is lost, once', async () => {
    const { port, core } = await running(undefined, { tls });
    const peer = await upgraded(port('c2s'));
    await peer.send(header).hears('<stream:stream');
    peer.socket.destroy();
    await core.next('stream.lost');
    expect(core.all('stream.lost')).toHaveLength(1);
  });

  it('tls: the closing tag is followed by close_notify (RFC 6120 §4.4, Security Warning)', async () => {
    const { port, core } = await running(undefined, { tls });
    const peer = await upgraded(port('c2s'));
    peer.send(`${header}</stream:stream>`);
    await peer.hears('</stream:stream>');
    await peer.ended;
    expect(peer.socket.errored).toBe(null);
    await core.next('stream.lost');
  });
});

describe('tls: direct TLS', () => {
  it.each([
    ['xmpp-client', ['xmpp-client'], 'xmpp-client'],
    ['xmpp-client among others', ['h2', 'xmpp-client'], 'xmpp-client'],
    ['no protocol', undefined, false],
  ])('tls: a client that offers %s is welcome (XEP-0368 §3)', async (_, protocols, agreed) => {
    const { port, core } = await running(undefined, { tls }, ['c2sTls']);
    const socket = await direct(port('c2sTls'), { ...(protocols && { ALPNProtocols: protocols }) });
    expect(socket.alpnProtocol).toBe(agreed);
    await new Peer(socket).send(header).hears('<stream:stream');
    expect(core.all('stream.opened').map(({ channel }) => [channel.secure, channel.startTls])).toEqual([[true, false]]);
  });

  it('tls: a client that offers only other protocols is refused (RFC 7301 §3.2)', async () => {
    const { port, core } = await running(undefined, { tls }, ['c2sTls']);
    await expect(direct(port('c2sTls'), { ALPNProtocols: ['h2', 'xmpp-server'] })).rejects.toThrow(/no.application.protocol/i);
    expect(core.inputs).toEqual([]);
  });

  it('tls: whoever speaks no TLS, or nothing, on a direct-TLS port never becomes a stream', async () => {
    const { port, core } = await running(undefined, { tls, limits: { tlsHandshakeTimeoutMs: 20 } }, ['c2sTls']);
    const silent = new Peer(connect(port('c2sTls'), '127.0.0.1'));
    const plain = new Peer(connect(port('c2sTls'), '127.0.0.1')).send(header);
    await Promise.all([silent.ended, plain.ended]);
    expect(core.inputs).toEqual([]);
  });

  it('tls: a big stanza in many records is one element', async () => {
    const { port } = await running((input) => input.type === 'stream.opened' ? [{ type: 'trust', stream: input.stream }] : undefined, { tls }, ['c2sTls']);
    const peer = new Peer(await direct(port('c2sTls')));
    await peer.send(`${header}<message>${'x'.repeat(200_000)}end</message>`).hears('end</message>');
  });
});

describe('tls: ciphers', () => {
  it.each([
    ['ECDHE-ECDSA-AES128-GCM-SHA256', true], ['ECDHE-ECDSA-CHACHA20-POLY1305', true],
    ['ECDHE-ECDSA-AES128-SHA', false], ['ECDHE-ECDSA-AES256-SHA384', false],
  ])('tls: in TLS 1.2 %s is spoken: %s (RFC 9325 §4.2)', async (ciphers, spoken) => {
    const { port, server } = await running(undefined, { tls }, ['c2sTls', 'https']);
    const agreed = async (kind: 'c2sTls' | 'https'): Promise<string> => {
      const socket = await direct(port(kind), { ciphers, maxVersion: 'TLSv1.2' });
      const { name } = socket.getCipher();
      socket.destroy();
      return name;
    };
    for (const kind of ['c2sTls', 'https', 'https'] as const) {
      if (spoken) expect(await agreed(kind)).toBe(ciphers);
      else await expect(agreed(kind)).rejects.toThrow(/handshake failure/);
      server.renew(tls);
    }
  });

  it('tls: with a key of RSA no session is agreed on without ephemeral keys (RFC 9325 §4.1)', () => {
    const names = String(tlsOptions(tls).ciphers).split(':');
    expect(names.filter((name) => !/^(TLS_|ECDHE-(RSA|ECDSA)-).*(GCM|POLY1305)/.test(name))).toEqual([]);
    expect(() => createSecureContext(tlsOptions(tls))).not.toThrow();
  });
});

describe('tls: certificates', () => {
  const serial = (pair: KeyAndCertificate): string => new X509Certificate(pair.cert).serialNumber;
  const serialOf = (socket: TLSSocket): string | undefined => socket.getPeerX509Certificate()?.serialNumber;

  it('tls: a renewed certificate is for new connections, and the old ones stay up', async () => {
    const renewed = await certificate();
    const { port, server } = await running(undefined, { tls }, ['c2s', 'c2sTls', 'https']);
    const before = await direct(port('c2sTls'));
    const peer = new Peer(before);
    await peer.send(header).hears('<stream:stream');
    server.renew(renewed);
    expect(serialOf(before)).toBe(serial(tls));
    for (const kind of ['c2sTls', 'https'] as const) {
      const after = await direct(port(kind));
      expect(serialOf(after)).toBe(serial(renewed));
      after.destroy();
    }
    expect(serialOf((await upgraded(port('c2s'))).socket as TLSSocket)).toBe(serial(renewed));
    await peer.send("<message id='0'/>").hears('id="0"');
  });

  it('tls: an unusable pair is refused, and the old one stays in use', async () => {
    const other = await certificate();
    const { port, server } = await running(undefined, { tls }, ['c2sTls']);
    expect(() => server.renew({ key: tls.key, cert: other.cert })).toThrow();
    expect(serialOf(await direct(port('c2sTls')))).toBe(serial(tls));
  });
});
