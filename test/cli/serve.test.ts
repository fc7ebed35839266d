/** `serve` around a server that is only acted: signals, the banner, and why a start failed. @module */
import { EventEmitter } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { banner, invocationOf } from '../../src/cli/banner.ts';
import { loadConfig, parseConfig } from '../../src/cli/config.ts';
import type { JsonObject } from '../../src/cli/config-source.ts';
import type { Outcome } from '../../src/cli/outcome.ts';
import { serve, type ServeContext } from '../../src/cli/serve.ts';
import { explainError } from '../../src/cli/server-error.ts';

const configOf = (options: JsonObject = {}): ReturnType<typeof loadConfig> => loadConfig({ options, flags: new Map() });
const config = configOf();
const addresses = { c2s: '127.0.0.1:5222', c2sTls: '127.0.0.1:5223', http: '127.0.0.1:5280' };

/** A process that serves, and all that it did in order. */
function acted({ renewal = (): Promise<void> => Promise.resolve(), start = (): Promise<void> => Promise.resolve(), failure = new Promise<Error>(() => {}) } = {}) {
  const did: string[] = [];
  const signals = new EventEmitter();
  const stopped = Promise.withResolvers<void>();
  const line = (level: string) => (_facts: Record<string, unknown>, sentence: string): void => void did.push(`${level}: ${sentence}`);
  const context: ServeContext = {
    startServer: async () => {
      await start();
      return {
        addresses,
        failure,
        stop: () => (did.push('stop'), stopped.promise),
        renewCertificates: () => (did.push('renew'), renewal()),
      };
    },
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    announce: (where) => void did.push(`announce ${where.c2s}`),
    signals,
    exit: (code) => void did.push(`exit ${code}`),
  };
  const ended: Promise<Outcome> = serve(config, context);
  return { did, signals, stopped, ended };
}

describe('serve: signals', () => {
  test.each(['SIGTERM', 'SIGINT'])('%s drains and ends with 0', async (signal) => {
    const { did, signals, stopped, ended } = acted();
    await setImmediate();
    expect(did).toEqual(['announce 127.0.0.1:5222', 'info: serving']);
    signals.emit(signal, signal);
    stopped.resolve();
    expect(await ended).toEqual({ exitCode: 0 });
    expect(did.slice(2)).toEqual(['info: saying goodbye; another signal ends at once', 'stop', 'info: stopped']);
    expect(signals.eventNames()).toEqual([]);
  });

  test.each([['SIGINT', 'exit 130'], ['SIGTERM', 'exit 143']])('a second signal, %s, ends the process at once', async (second, exit) => {
    const { did, signals } = acted();
    await setImmediate();
    signals.emit('SIGTERM', 'SIGTERM');
    await setImmediate();
    expect(did.at(-1)).toBe('stop');
    signals.emit(second, second);
    expect(did.at(-1)).toBe(exit);
  });

  test('a signal while the server starts stops it as soon as it has started', async () => {
    const starting = Promise.withResolvers<void>();
    const { did, signals, stopped, ended } = acted({ start: () => starting.promise });
    signals.emit('SIGINT', 'SIGINT');
    starting.resolve();
    stopped.resolve();
    expect(await ended).toEqual({ exitCode: 0 });
    expect(did).toContain('stop');
  });

  test('SIGHUP reads the certificates again, and a failure leaves the server running', async () => {
    const renewals = [() => Promise.resolve(), () => Promise.reject(new Error('no such file'))];
    const { did, signals, stopped, ended } = acted({ renewal: () => renewals.shift()?.() ?? Promise.resolve() });
    await setImmediate();
    signals.emit('SIGHUP', 'SIGHUP');
    await setImmediate();
    signals.emit('SIGHUP', 'SIGHUP');
    await setImmediate();
    expect(did.slice(2)).toEqual(['renew', 'info: certificates read again', 'renew', 'error: certificates could not be read; the old ones stay in use']);
    signals.emit('SIGTERM', 'SIGTERM');
    stopped.resolve();
    expect(await ended).toEqual({ exitCode: 0 });
  });

  test('SIGHUP while the server starts is heard, and obeyed when it has started', async () => {
    const starting = Promise.withResolvers<void>();
    const { did, signals, stopped, ended } = acted({ start: () => starting.promise });
    expect(signals.listenerCount('SIGHUP')).toBe(1);
    signals.emit('SIGHUP', 'SIGHUP');
    await setImmediate();
    expect(did).toEqual([]);
    starting.resolve();
    await setImmediate();
    expect(did.slice(2)).toEqual(['renew', 'info: certificates read again']);
    signals.emit('SIGTERM', 'SIGTERM');
    stopped.resolve();
    await ended;
    expect(signals.eventNames()).toEqual([]);
  });

  test('a store that ends by itself is logged once and ends the process with 1, in order', async () => {
    const { did, signals, stopped, ended } = acted({ failure: Promise.resolve(new Error('the thread of the store has ended')) });
    stopped.resolve();
    expect(await ended).toEqual({ exitCode: 1, complaint: 'the thread of the store has ended' });
    expect(did.slice(2)).toEqual(['error: the store has ended; saying goodbye', 'stop', 'info: stopped']);
    expect(signals.eventNames()).toEqual([]);
  });

  test('a start that fails ends with 1', async () => {
    const { ended, signals } = acted({ start: () => Promise.reject(new Error('The store is locked.')) });
    expect(await ended).toEqual({ exitCode: 1, complaint: 'The store is locked.' });
    expect(signals.eventNames()).toEqual([]);
  });
});

describe('serve: why it did not start', () => {
  const listening = (server: Server, port: number, host: string): Promise<unknown> =>
    new Promise((resolve, reject) => server.once('error', reject).listen(port, host, () => resolve(undefined)));

  test('a port in use is named with its option and its key', async () => {
    const [first, second] = [createServer(), createServer()];
    await listening(first, 0, '127.0.0.1');
    const { port } = first.address() as AddressInfo;
    const error: unknown = await listening(second, port, '127.0.0.1').catch((reason: unknown) => reason);
    first.close();
    expect(explainError(error, configOf({ ports: { c2sTls: port } })))
      .toBe(`127.0.0.1 port ${port} is in use by another program. Choose another with --c2s-tls-port or the key ports.c2sTls.`);
  });

  test('an address of another machine is named with its option and its key (RFC 5737)', async () => {
    const error: unknown = await listening(createServer(), 0, '192.0.2.1').catch((reason: unknown) => reason);
    expect(explainError(error, configOf({ host: '192.0.2.1' }))).toBe('192.0.2.1 is not an address of this machine. Choose another with --host or the key host.');
  });

  const system = (facts: object): Error => Object.assign(new Error('as it came'), facts);
  const files = parseConfig('{ "tls": { "keyFile": "/k.pem", "certFile": "/c.pem" } }', 'x');
  const data = '/srv/data';

  test.each([
    ['a privileged port', system({ syscall: 'listen', code: 'EACCES', address: '127.0.0.1', port: 5222 }), config, '127.0.0.1 port 5222 is not allowed to this user; ports below 1024 are privileged. Choose another with --c2s-port or the key ports.c2s.'],
    ['a directory that may not be written', system({ syscall: 'mkdir', code: 'EACCES', path: '/srv/data' }), configOf({ data }), 'The data directory /srv/data is not allowed to this user. Choose another with --data or the key data.'],
    ['a file in it that may not be written', system({ syscall: 'open', code: 'EROFS', path: '/srv/data/cert.pem' }), configOf({ data }), 'The data directory /srv/data is on a disk that is read-only. Choose another with --data or the key data.'],
    ['a key that is not there', system({ syscall: 'open', code: 'ENOENT', path: '/k.pem' }), files, '/k.pem (tls.keyFile) is not there.'],
    ['a certificate that may not be read', system({ syscall: 'open', code: 'EACCES', path: '/c.pem' }), files, '/c.pem (tls.certFile) is not allowed to this user.'],
    ['a cause inside', new Error('could not start', { cause: system({ syscall: 'listen', code: 'EADDRINUSE', address: '::1', port: 5280 }) }), config, '::1 port 5280 is in use by another program. Choose another with --http-port or the key ports.http.'],
    ['authorities that are not there', system({ syscall: 'open', code: 'ENOENT', path: '/ca.pem' }), configOf({ s2s: { ca: '/ca.pem' } }), '/ca.pem (s2s.ca) is not there.'],
    ['a secret of a component that may not be read', system({ syscall: 'open', code: 'EACCES', path: '/g' }), configOf({ ports: { component: 0 }, components: [{ domain: 'g.localhost', secretFile: '/g' }] }), '/g (components[0].secretFile) is not allowed to this user.'],
    ['a port for servers in use', system({ syscall: 'listen', code: 'EADDRINUSE', address: '::1', port: 5270 }), configOf({ domain: 'example.org' }), '::1 port 5270 is in use by another program. Choose another with --s2s-tls-port or the key ports.s2sTls.'],
    ['anything else, as it came', system({ code: 'EWHAT' }), config, 'as it came'],
  ])('%s', (_title, error, at, text) => {
    expect(explainError(error, at)).toBe(text);
  });
});

describe('serve: the banner', () => {
  const shown = (options: JsonObject, file?: string): string => {
    const args = { options, flags: new Map<string, string>(), ...(file !== undefined && { file }) };
    return banner(configOf(options), addresses, '1.2.3', invocationOf('/src/waystate/src/cli/main.ts', '/src/waystate', args));
  };

  test('it says where to connect, how to add an account and what comes next', () => {
    const text = shown({});
    expect(text.split('\n')[0]).toBe('Waystate 1.2.3 serves localhost.');
    for (const part of ['127.0.0.1:5222 (STARTTLS)', '127.0.0.1:5223 (TLS', 'ws://127.0.0.1:5280/xmpp-websocket', 'self-signed', config.data, 'docs/start.md']) expect(text).toContain(part);
    expect(text).toMatch(/ npx node src\/cli\/main\.ts account add juliet@localhost$/m);
    expect(text).not.toContain('wss:');
    expect(shown({ host: '192.0.2.1' })).not.toContain('ws:');
  });

  test('it says where servers and components connect, and no secret', () => {
    const options = { ports: { s2s: 5269, component: 5347 }, components: [{ domain: 'g.localhost', secret: 'between-us' }] };
    const args = { options, flags: new Map<string, string>() };
    const text = banner(configOf(options), { s2s: '127.0.0.1:5269', s2sTls: '127.0.0.1:5270', component: '127.0.0.1:5347' }, '1', invocationOf('x.ts', '/', args));
    expect(text).toMatch(/^  Servers +127\.0\.0\.1:5269 \(STARTTLS\)\n  Servers +127\.0\.0\.1:5270 \(TLS from the start\)\n  Components +127\.0\.0\.1:5347/m);
    expect(text).not.toContain('between-us');
    expect(shown({ rooms: { domain: false } })).not.toContain('Rooms');
  });

  test.each<[string, JsonObject, string | undefined, RegExp]>([
    ['the command names the same data', { data: '/srv/it\'s here' }, undefined, / account add juliet@localhost --data '\/srv\/it'\\''s here'$/m],
    ['the command names the same file', {}, 'a.json', / account add juliet@localhost --config a\.json$/m],
    ['open registration needs no command', { memory: true, openRegistration: true }, undefined, /register at localhost from your client$/m],
    ['nobody can get in', { memory: true }, undefined, /none can be made: start with --open-registration or --data$/m],
    ['everybody can get in', { memory: true, auth: { anonymous: true } }, undefined, /none needed: anybody gets in$/m],
    ['a proxy speaks TLS for it', { host: '192.0.2.1', webSocket: { behindProxy: true } }, undefined, /WebSocket +ws:/],
    ['rooms are named', {}, undefined, /^  Rooms +rooms\.localhost$/m],
    ['stanzas may be seen', { ports: { s2s: 0 }, s2s: { requireTls: false } }, undefined, /Stanzas may go unencrypted to other servers, and come so \(s2s\.requireTls\)/],
    ['components may be overheard', { componentHost: '192.0.2.1', ports: { component: 0 }, components: [{ domain: 'g.localhost', secret: 'x' }] }, undefined, /Components connect without encryption/],
    ['passwords may be seen', { insecurePlain: true }, undefined, /Passwords may go unencrypted \(insecurePlain\)/],
  ])('%s', (_title, options, file, expected) => {
    expect(shown(options, file)).toMatch(expected);
  });
});
