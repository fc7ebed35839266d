/** The inspector on somebody else's HTTP server, under a path. @module */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
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
