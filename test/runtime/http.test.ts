/** The HTTP side beside WebSockets. Spec: XEP-0156 §2, §3, RFC 6415. @module */
import { beforeAll, describe, expect, it } from 'vitest';
import type { KeyAndCertificate } from '../../src/runtime/certificate.ts';
import type { WebSocketOptions } from '../../src/runtime/http-door.ts';
import { header, Peer } from './peer.ts';
import { certificate, running } from './running.ts';

const rel = 'urn:xmpp:alt-connections:websocket';

describe('http: discovery', () => {
  let tls: KeyAndCertificate;
  beforeAll(async () => {
    tls = await certificate();
  });

  it('http: host-meta names the WebSocket, to every origin (XEP-0156 §3)', async () => {
    const { port } = await running(undefined, {}, ['http']);
    const response = await fetch(`http://127.0.0.1:${port('http')}/.well-known/host-meta`);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('content-type')).toBe('application/xrd+xml');
    expect(await response.text()).toContain(`<Link rel='${rel}' href='ws://localhost:${port('http')}/xmpp-websocket'/>`);
  });

  it('http: host-meta.json says the same (XEP-0156 §2)', async () => {
    const { port } = await running(undefined, { webSocket: { path: '/ws' } }, ['http']);
    const response = await fetch(`http://127.0.0.1:${port('http')}/.well-known/host-meta.json`);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toEqual({ links: [{ rel, href: `ws://localhost:${port('http')}/ws` }] });
  });

  it('http: over HTTPS the address is wss', async () => {
    const { port } = await running(undefined, { tls }, ['https']);
    const { request } = await import('node:https');
    const body = await new Promise<string>((resolve, reject) => {
      request({ host: '127.0.0.1', port: port('https'), path: '/.well-known/host-meta.json', rejectUnauthorized: false }, (response) => {
        response.setEncoding('utf8').on('data', resolve);
      }).on('error', reject).end();
    });
    expect(body).toContain(`wss://localhost:${port('https')}/xmpp-websocket`);
  });

  it('http: a configured address is told as it is, in the syntax of each document', async () => {
    const url = "wss://im.example.com/ws?a=1&b='2'";
    const { port } = await running(undefined, { webSocket: { url } }, ['http']);
    const at = (name: string): Promise<string> => fetch(`http://127.0.0.1:${port('http')}/.well-known/${name}`).then((response) => response.text());
    expect(JSON.parse(await at('host-meta.json'))).toEqual({ links: [{ rel, href: url }] });
    expect(await at('host-meta')).toContain("href='wss://im.example.com/ws?a=1&amp;b=&apos;2&apos;'");
  });
});

describe('http: without TLS, not on loopback alone', () => {
  const listeners = [{ kind: 'http', host: '0.0.0.0', port: 0 }] as const;
  it.each<[string, WebSocketOptions, number, string]>([
    ['nothing that would be refused', {}, 404, ''],
    ['what a proxy serves', { behindProxy: true }, 200, '://localhost:'],
    ['what is configured', { url: 'wss://im.example.com/ws' }, 200, 'wss://im.example.com/ws'],
  ])('http: clients are told %s (RFC 7395 §6, XEP-0156 §2)', async (_, webSocket, status, told) => {
    const { port } = await running(undefined, { listeners, webSocket }, []);
    for (const name of ['host-meta', 'host-meta.json']) {
      const response = await fetch(`http://127.0.0.1:${port('http')}/.well-known/${name}`);
      expect(response.status).toBe(status);
      expect(await response.text()).toContain(told);
    }
  });
});

describe('http: everything else', () => {
  it.each([
    ['/', 'GET', 404], ['/xmpp-websocket', 'GET', 404], ['/.well-known/host-meta/', 'GET', 404], ['/.well-known/../etc/passwd', 'GET', 404],
    ['/.well-known/host-meta', 'POST', 405], ['/.well-known/host-meta', 'HEAD', 200],
  ])('http: %s by %s is %i', async (path, method, status) => {
    const { port } = await running(undefined, {}, ['http']);
    const response = await fetch(`http://127.0.0.1:${port('http')}${path}`, { method });
    expect(response.status).toBe(status);
    if (status !== 200) expect(response.headers.get('access-control-allow-origin')).toBe(null);
    expect(await response.text()).toBe('');
  });

  it.each([
    ['a stream of XMPP', header, '400'],
    ['headers without end', `GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(5_000)}`, '431'],
    ['an upgrade to something else', 'GET /xmpp-websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n', '400'],
  ])('http: %s is refused, and no stream', async (_, bytes, status) => {
    const { port, core } = await running(undefined, {}, ['http']);
    const peer = (await Peer.connect(port('http'))).send(bytes);
    await peer.ended;
    expect(peer.text).toContain(`HTTP/1.1 ${status}`);
    expect(core.inputs).toEqual([]);
  });
});
