/** The inspector on somebody else's HTTP server, under a path. @module */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { defaultConfig } from '../../src/core/config.ts';
import { createCore } from '../../src/core/server.ts';
import { Recorder } from '../../src/inspector/recorder.ts';
import { createInspector } from '../../src/inspector/server.ts';
import { ask, cookieOf } from './looking.ts';

test('shared: it answers under its path alone, to whoever has the token, and its cookie goes nowhere else', async () => {
  const recorder = new Recorder(createCore({ ...defaultConfig, domain: 'localhost' }, []), { keepBodies: false });
  const inspector = createInspector({ recorder, path: '/a/look/' });
  const http = createServer((request, response) => {
    if (!inspector.answer(request, response)) response.end('yours');
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  try {
    const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    for (const path of ['/', '/app.js', '/a/lookout', '/a/look.js']) expect((await ask(origin, { path })).text).toBe('yours');
    expect((await ask(origin, { path: '/a/look?token=x' })).headers.location).toBe('/a/look/?token=x');
    expect((await ask(origin, { path: '/a/look/' })).status).toBe(401);
    const { headers } = await ask(origin, { path: inspector.path });
    expect([headers.location, headers['set-cookie']?.[0]]).toEqual(['/a/look/', expect.stringMatching(/; HttpOnly; SameSite=Strict; Path=\/a\/look\/$/)]);
    const cookie = await cookieOf(`${origin}${inspector.path}`);
    const page = (await ask(origin, { path: '/a/look/', headers: { cookie } })).text;
    const named = [...page.matchAll(/(?:href|src)="([^"#]+)"/g)].map(([, name = '']) => new URL(name, `${origin}/a/look/`).pathname);
    for (const path of [...named, '/a/look/machines.json']) expect([path, (await ask(origin, { path, headers: { cookie } })).status]).toEqual([path, 200]);
    expect((await ask(origin, { path: '/a/look/', headers: { cookie, host: 'evil.example' } })).status).toBe(403);
  } finally {
    inspector.stop();
    http.close();
  }
});

describe('mayLook: the program decides who looks', () => {
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  async function lookedAtBy(mayLook: () => boolean | Promise<boolean>): Promise<string> {
    const recorder = new Recorder(createCore({ ...defaultConfig, domain: 'localhost' }, []), { keepBodies: false });
    const inspector = createInspector({ recorder, path: '/look/', mayLook });
    expect(inspector.path).toBe('/look/');
    const http = createServer((request, response) => void inspector.answer(request, response));
    http.on('upgrade', (request, socket, head) => inspector.upgrade(request, socket, head));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    ends.push(() => (inspector.stop(), http.close(), http.closeAllConnections()));
    return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  }

  test.each<[string, () => boolean | Promise<boolean>, number]>([
    ['whom it lets in', () => true, 200], ['whom it lets in later', async () => true, 200], ['nobody whom it does not', () => false, 403],
    ['nobody for whom it says something else than yes', () => 'yes' as never, 403], ['nobody when it can\'t tell', async () => { throw new Error('the database is gone'); }, 503],
  ])('%s', async (_title, mayLook, status) => {
    const origin = await lookedAtBy(mayLook);
    for (const path of ['/look/', '/look/app.js', '/look/machines.json', '/look/?token=x']) expect((await ask(origin, { path, headers: { host: 'ops.example.com' } })).status).toBe(status);
    const upgraded = await ask(origin, { path: '/look/stately', headers: { connection: 'upgrade', upgrade: 'websocket', host: 'ops.example.com' } });
    expect(upgraded.status).toBe(status === 200 ? 400 : status); // a session is not named
  });

  test.each([
    ['http://ops.example.com', 200], ['https://ops.example.com', 200], ['https://evil.example', 403], ['null', 403], ['https://ops.example.com:8443', 403],
  ])('a page of %s gets %d, whoever is looking', async (origin, status) => {
    const address = await lookedAtBy(() => true);
    expect((await ask(address, { path: '/look/machines.json', headers: { host: 'ops.example.com', origin } })).status).toBe(status);
  });
});
