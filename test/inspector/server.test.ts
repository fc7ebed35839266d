/** Who may look, at what, and what is never shown: the inspector's web server over real sockets. @module */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../src/cli/serve.ts';
import { createCore } from '../../src/core/server.ts';
import { defaultConfig } from '../../src/core/config.ts';
import { Recorder } from '../../src/inspector/recorder.ts';
import { startInspector } from '../../src/inspector/server.ts';
import { loadConfig, parseConfig } from '../../src/cli/config.ts';
import { ask, cookieOf, Listening, lookedAt, password, person } from './looking.ts';
import type { KeptLog } from '../runtime/running.ts';

let server: RunningServer;
let log: KeptLog;
let address: string;
let cookie: string;
beforeEach(async () => {
  ({ server, log } = await lookedAt());
  address = server.inspector ?? '';
  cookie = await cookieOf(address);
});
afterEach(() => server.stop());

const base = (): string => new URL(address).origin;

describe('inspector: who may look', () => {
  test('the token is exchanged for a cookie that no script reads and no other site sends', async () => {
    const { status, headers } = await ask(address, { path: `/${new URL(address).search}` });
    expect([status, headers.location]).toEqual([303, '/']);
    expect(headers['set-cookie']).toEqual([expect.stringMatching(/^waystate-inspector-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/)]);
    expect(headers['set-cookie']?.[0]).not.toContain(new URL(address).searchParams.get('token'));
    expect((await ask(address, { path: '/', headers: { cookie } })).status).toBe(200);
  });

  test.each([
    ['nothing', {}], ['a cookie of another start', { cookie: `waystate-inspector-1=${'A'.repeat(43)}` }], ['an empty one', { cookie: '=; waystate-inspector=' }],
  ])('with %s there is nothing to see', async (_title, headers) => {
    for (const path of ['/', '/app.js', '/machines.json', '/live', '/why', '/people']) expect((await ask(address, { path, headers })).status).toBe(401);
  });

  test.each(['', 'x', 'A'.repeat(43)])('the token %j opens nothing', async (token) => {
    const { status, headers } = await ask(address, { path: `/?token=${token}` });
    expect([status, headers['set-cookie']]).toEqual([401, undefined]);
  });

  test.each(['evil.example', 'localhost.evil.example:80', '127.0.0.1.evil.example', '192.0.2.1', 'localhost@evil.example', '127.0.0.1/', '[::2]'])('under the name %j it is not to be had (DNS rebinding)', async (host) => {
    expect((await ask(address, { path: '/', headers: { cookie, host } })).status).toBe(403);
  });

  test.each(['http://evil.example', 'null', 'http://localhost:1', 'https://localhost'])('a page of %s reads nothing', async (origin) => {
    for (const path of ['/live', '/machines.json', `/${new URL(address).search}`]) {
      const { status, headers } = await ask(address, { path, headers: { cookie, origin } });
      expect([status, headers['access-control-allow-origin'], headers['set-cookie']]).toEqual([403, undefined, undefined]);
    }
  });

  test('its own page may, and one behind a tunnel with another port', async () => {
    expect((await ask(address, { path: '/machines.json', headers: { cookie, origin: base() } })).status).toBe(200);
    expect((await ask(address, { path: '/machines.json', headers: { cookie, host: 'localhost:8000', origin: 'http://localhost:8000' } })).status).toBe(200);
  });

  test.each(['0.0.0.0', '::', '192.0.2.1', 'example.org'])('it does not open at %s', async (host) => {
    const recorder = new Recorder(createCore({ ...defaultConfig, domain: 'localhost' }, []), { keepBodies: false });
    await expect(startInspector({ recorder, host, port: 0 })).rejects.toThrow('for this machine only');
  });
});

describe('inspector: what is served', () => {
  test('every answer forbids what is inline or from elsewhere, guesses, frames and caches', async () => {
    for (const path of ['/', '/app.js', '/machines.json', '/nothing', '/?token=x']) {
      const { headers } = await ask(address, { path, headers: { cookie } });
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; /);
      expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|data:|http/);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    }
  });

  test.each(['/../server.ts', '/..%2fserver.ts', '/%2e%2e/server.ts', '/page/../../../../package.json', '/tsconfig.json', '//etc/passwd', '/machines/../../../../../etc/passwd.svg', '/index.html%00.js', '/constructor', '/__proto__', '/machines/catalogue.ts', '/machines/README.md', '/sections/README.md'])('%s is nothing', async (path) => {
    expect((await ask(address, { path, headers: { cookie } })).status).toBe(404);
  });

  test.each(['/traces/', '/traces/mutant', '/traces/mutant:route', '/traces/mutant%3Anothing%3A%20at%3A%20all', '/traces/control:no-server', '/traces/constructor:x', '/traces/__proto__:x', '/traces/%', '/traces/nobody:x'])('%s is no trace', async (path) => {
    expect((await ask(address, { path, headers: { cookie } })).status).toBe(404);
  });

  test('a trace that can\'t be had says why, and nobody without the cookie has one', async () => {
    const survivor = `/traces/${encodeURIComponent('mutant:subscription: to on inbound.subscribe #1: swap pushItem and sendAvailable')}`;
    expect(await ask(address, { path: survivor, headers: { cookie } })).toMatchObject({ status: 503, text: 'There is no counterexample: the fate of this mutant is "survivor".\n' });
    expect((await ask(address, { path: '/traces/control:no-drain' })).status).toBe(401);
    expect(await ask(address, { path: '/traces/control:no-drain', headers: { cookie } })).toMatchObject({ status: 200, text: expect.stringMatching(/^\{"waystate":"trace"/) });
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s changes nothing', async (method) => {
    const { status, headers } = await ask(address, { path: '/', method, headers: { cookie } });
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  test('of the sources those of the machines of the catalogue are there, as text, with their pages and their tables', async () => {
    for (const [path, type, text] of [['/machines/route.ts', 'text/plain; charset=utf-8', 'routeMachine'], ['/machines/route.md', 'text/plain; charset=utf-8', '# Machine: route'], ['/machines/route.json', 'application/json', '"states":["open"'], ['/sections/rfc6121.json', 'application/json', 'BCP 78']] as const) {
      const answer = await ask(address, { path, headers: { cookie } });
      expect([answer.status, answer.headers['content-type']], path).toEqual([200, type]);
      expect(answer.text).toContain(text);
    }
  });

  test('the first load is far under 300 KB, and says what it asks for in full', async () => {
    const page = await ask(address, { path: '/', headers: { cookie } });
    expect(page.text).not.toMatch(/<script(?![^>]*src=)|style=|\son\w+=|https?:/);
    const scripts = ['app', 'live', 'opened', 'messages', 'machines', 'sheets', 'dom'];
    const sizes = await Promise.all([...scripts.map((name) => `/${name}.js`), '/style.css', '/icon.svg', '/machines.json'].map(async (path) => (await ask(address, { path, headers: { cookie } })).text.length));
    expect(Math.min(...sizes)).toBeGreaterThan(100);
    expect(sizes.reduce((sum, size) => sum + size, page.text.length)).toBeLessThan(150_000);
  });
});

describe('inspector: what is told', () => {
  test('no secret and no body, also of the session that is open', async () => {
    const romeo = await person(server, 'romeo', 'orchard');
    const listening = new Listening(address, cookie, 'kind=session&open=session+c1');
    await listening.tells('romeo@localhost/orchard');
    const key = /"key":"(session [^"]+)"/.exec(listening.text)?.[1] ?? '';
    const opened = new Listening(address, cookie, new URLSearchParams({ open: key, kind: 'message' }).toString());
    await opened.tells('opened');
    const juliet = await person(server, 'juliet', 'balcony');
    romeo.send("<message to='juliet@localhost' type='chat' id='m'><subject>Balcony</subject><body>But soft</body></message>");
    await juliet.hears('But soft');
    await opened.tells('"way":"in"');
    await opened.tells('"fate":"delivered"');
    expect(opened.text).toContain('<body>........</body>');
    for (const text of [listening.text, opened.text]) {
      for (const secret of ['But soft', 'Balcony', password, Buffer.from(`\0juliet\0${password}`).toString('base64')]) expect(text).not.toContain(secret);
    }
    expect(log.lines.map((line) => JSON.stringify(line)).join('\n')).not.toContain(new URL(address).searchParams.get('token'));
    listening.close();
    opened.close();
  });

  test('bodies where the operator wants them (inspector.bodies), and still no secret', async () => {
    await server.stop();
    ({ server } = await lookedAt({ inspector: { bodies: true } }));
    const at = server.inspector ?? '';
    const romeo = await person(server, 'romeo', 'orchard');
    const opened = new Listening(at, await cookieOf(at), 'kind=session');
    await opened.tells('romeo@localhost/orchard');
    const key = /"key":"(session [^"]+)"/.exec(opened.text)?.[1] ?? '';
    const again = new Listening(at, await cookieOf(at), new URLSearchParams({ open: key }).toString());
    await again.tells('"opened"');
    romeo.send(`<message to='romeo@localhost' type='chat'><body>Aye me</body></message><iq type='set' id='p'><query xmlns='jabber:iq:register'><username>romeo</username><password>another word</password></query></iq>`);
    await romeo.hears('id="p"');
    await again.tells('Aye me');
    await again.tells('redacted');
    expect(again.text).not.toContain('another word');
    opened.close();
    again.close();
  });

  test('who sees whom, and who is there to be asked about; what is no address is refused', async () => {
    const romeo = await person(server, 'romeo', 'orchard');
    romeo.send('<presence/>');
    await romeo.hears('<presence');
    const asked = async (path: string): Promise<unknown> => JSON.parse((await ask(address, { path, headers: { cookie } })).text);
    expect(await asked('/people?part=rom')).toEqual(['romeo@localhost']);
    expect(await asked('/why?watcher=juliet@localhost&contact=romeo@localhost')).toMatchObject({ answer: { answer: 'no' }, watchers: [] });
    expect(await asked('/why?contact=romeo@localhost')).toEqual({ watchers: [] });
    for (const query of ['', '?watcher=@&contact=romeo@localhost', '?watcher=romeo@localhost']) expect((await ask(address, { path: `/why${query}`, headers: { cookie } })).status).toBe(400);
    expect(await ask(address, { path: '/people', method: 'HEAD', headers: { cookie } })).toMatchObject({ status: 200, text: '' });
  });

  test('so many pages look at a time, and no more', async () => {
    const pages = Array.from({ length: 16 }, () => new Listening(address, cookie, ''));
    await Promise.all(pages.map((page) => page.tells('counts')));
    expect((await ask(address, { path: '/live', headers: { cookie } })).status).toBe(503);
    for (const page of pages) page.close();
  });

  test('a stop ends every page', async () => {
    const page = new Listening(address, cookie, '');
    await page.tells('counts');
    await server.stop();
    await expect(ask(address, { path: '/' })).rejects.toThrow('ECONNREFUSED');
  });
});

describe('inspector: whether there is one', () => {
  const portOf = (text: string): unknown => parseConfig(text, 'config.json').inspector.port;
  test.each([
    ['for localhost on loopback', '{}', 0],
    ['not for another domain', '{ "domain": "example.org" }', false],
    ['not for localhost that others reach', '{ "host": "192.0.2.1" }', false],
    ['where it is asked for', '{ "domain": "example.org", "inspector": { "enabled": true } }', 0],
    ['where a port is given', '{ "domain": "example.org", "inspector": { "port": 5290 } }', 5290],
    ['not where it is refused', '{ "inspector": { "enabled": false } }', false],
    ['not where it has no port', '{ "inspector": { "port": false } }', false],
  ])('%s', (_title, text, port) => {
    expect(portOf(text)).toBe(port);
  });

  test('an address that others reach is a mistake', () => {
    expect(() => parseConfig('{ "inspector": { "host": "0.0.0.0" } }', 'config.json')).toThrow('inspector.host is "0.0.0.0"; it must be an address of this machine alone, such as 127.0.0.1');
  });

  test('--inspector-port is the key inspector.port', () => {
    const read = (port: unknown): unknown => loadConfig({ options: { domain: 'example.org', inspector: { port } }, flags: new Map([['inspector.port', '--inspector-port']]) }).inspector.port;
    expect([read(0), read(false)]).toEqual([0, false]);
    expect(() => read('x')).toThrow('--inspector-port is "x"');
  });

  test('a server without one has no address for it', async () => {
    await server.stop();
    ({ server } = await lookedAt({ inspector: { port: false } }));
    expect(server.inspector).toBeUndefined();
  });
});
