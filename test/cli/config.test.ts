/** The configuration: what is complete without a file, what overrides what, and what is refused in
 *  which words. @module */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError, configErrorCodes, type ConfigErrorCode } from '../../src/cli/config-error.ts';
import { configKeys } from '../../src/cli/config-schema.ts';
import { loadConfig, parseConfig, type Config } from '../../src/cli/config.ts';
import { configOptions } from '../../src/cli/options.ts';
import type { Endpoint } from '../../src/runtime/endpoint.ts';
import { defaultLimits } from '../../src/runtime/limits.ts';

const hasIpv6 = Object.values(networkInterfaces()).flat().some((own) => own?.address === '::1');
const loopback = hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'];

const directory = mkdtempSync(join(tmpdir(), 'waystate-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** The whole configuration by default; a key that the type has and the schema lacks, or the other
 *  way round, makes the comparison below fail. */
const byDefault: Config = {
  domain: 'localhost',
  host: loopback,
  componentHost: loopback,
  ports: { c2s: 5222, c2sTls: 5223, http: 5280, https: 5443, s2s: false, s2sTls: false, component: false },
  rooms: { domain: 'rooms.localhost' },
  s2s: { enabled: false, targets: new Map(), deny: [], requireTls: true, dialback: true, queueLimit: 1000, linkLimit: 1000, waitMs: 30_000, idleMs: 600_000 },
  components: [],
  data: resolve('data'),
  memory: false,
  store: { synchronous: 'full' },
  tls: { minVersion: 'TLSv1.2', required: false },
  webSocket: { behindProxy: false },
  auth: { mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'], anonymous: false, iterations: 10_000 },
  insecurePlain: false,
  registration: false,
  openRegistration: false,
  limits: defaultLimits,
  drainTimeoutMs: 5000,
  unauthenticatedTimeoutMs: 30_000,
  offline: { limit: 1000 },
  record: { bodies: false, maxBytes: 67_108_864 },
  inspector: { host: '127.0.0.1', port: 0, bodies: false },
  logLevel: 'info',
};

/** What another domain than localhost brings with it. */
const federated: Partial<Config> = {
  domain: 'example.org',
  ports: { ...byDefault.ports, s2s: 5269, s2sTls: 5270 },
  rooms: { domain: 'rooms.example.org' },
  s2s: { ...byDefault.s2s, enabled: true },
  inspector: { ...byDefault.inspector, port: false },
};

const refusal = (read: () => unknown): ConfigError => {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('was not refused');
};

describe('configuration: what holds', () => {
  test('an empty object is the whole configuration by default', () => {
    expect(parseConfig('{}', 'config.json')).toEqual(byDefault);
    expect(loadConfig({ options: {}, flags: new Map() })).toEqual(byDefault);
  });

  test('the limits are those of the runtime, key by key', () => {
    const limits = [...configKeys].filter(([key]) => key.startsWith('limits.'));
    expect(Object.fromEntries(limits.map(([key, node]) => [key.slice('limits.'.length), node.default]))).toEqual(defaultLimits);
  });

  test('every default and every example in the schema is allowed', () => {
    for (const [key, node] of configKeys) {
      const values = [node.default, ...(node.examples ?? [])].filter((value) => value !== undefined);
      for (const value of values) {
        const text = JSON.stringify(nested(key, value));
        // The file of a key alone is refused for the lack of the other, not for its value.
        if (key.endsWith('File') || (key === 'components' && value !== node.default)) expect(refusal(() => parseConfig(text, 'x')).code).toBe('config-conflict');
        else expect(() => parseConfig(text, 'x'), key).not.toThrow();
      }
      expect(node.description, key).toMatch(/\.$/);
    }
  });

  test.each([
    ['comments, a trailing comma and a byte order mark are allowed', '\uFEFF{ // one\n "memory": true, /* two */ }', { memory: true }],
    ['the domain is prepared (RFC 7622 §3.2)', '{ "domain": "EXAMPLE.org.", "host": "::1" }', { ...federated, host: ['::1'], componentHost: ['::1'] }],
    ['localhost as a host is loopback', '{ "domain": "example.org", "host": "localhost" }', { ...federated, host: loopback }],
    ['hosts can be listed', '{ "host": ["127.0.0.2", "127.0.0.3"] }', { host: ['127.0.0.2', '127.0.0.3'], componentHost: ['127.0.0.2', '127.0.0.3'] }],
    ['a port can be off', '{ "ports": { "http": false } }', { ports: { ...byDefault.ports, http: false } }],
    ['one limit leaves the others', '{ "limits": { "maxDepth": 10 } }', { limits: { ...defaultLimits, maxDepth: 10 } }],
    ['open registration is registration', '{ "openRegistration": true }', { registration: true, openRegistration: true }],
    ['$schema is for editors', '{ "$schema": "x" }', {}],
    ['paths begin at the file', '{ "data": "d", "tls": { "keyFile": "k", "certFile": "/c" } }', { data: resolve('sub/d'), tls: { ...byDefault.tls, keyFile: resolve('sub/k'), certFile: '/c' } }],
    ['the data directory by default too', '{}', { data: resolve('sub/data') }],
  ])('%s', (_title, text, expected) => {
    expect(parseConfig(text, 'sub/config.json')).toEqual({ ...byDefault, data: resolve('sub/data'), ...expected });
  });

  const s2s = (text: string, options: Record<string, unknown> = {}): unknown => {
    const file = join(directory, 's2s.json');
    writeFileSync(file, text);
    const { s2s: { enabled }, ports } = loadConfig({ file, options, flags: new Map() });
    return [enabled, ports.s2s, ports.s2sTls];
  };

  test.each<[string, string, Record<string, unknown>, unknown]>([
    ['localhost has no other servers', '{}', {}, [false, false, false]],
    ['localhost has them where a port is given', '{}', { ports: { s2s: 6269 } }, [true, 6269, 5270]],
    ['localhost has them where a target is given', '{ "s2s": { "targets": { "s2.test": "127.0.0.3" } } }', {}, [true, 5269, 5270]],
    ['localhost has none for a port that is off', '{}', { ports: { s2s: false } }, [false, false, false]],
    ['an option puts a port out that the file gives', '{ "ports": { "s2s": 6269 } }', { ports: { s2s: false } }, [false, false, false]],
    ['another domain has them', '{ "domain": "example.org" }', {}, [true, 5269, 5270]],
    ['another domain without ports has none', '{ "domain": "example.org", "ports": { "s2s": false, "s2sTls": false } }', {}, [false, false, false]],
    ['who asks for them can be without a port', '{ "ports": { "s2s": false, "s2sTls": false }, "s2s": { "enabled": true } }', {}, [true, false, false]],
    ['the switch closes the ports', '{ "domain": "example.org", "ports": { "s2s": 6269 }, "s2s": { "enabled": false } }', {}, [false, false, false]],
    ['an address of loopback is as localhost', '{ "domain": "[::1]" }', {}, [false, false, false]],
  ])('other servers: %s', (_title, text, options, expected) => {
    expect(s2s(text, options)).toEqual(expected);
  });

  test.each<[string, unknown, Endpoint]>([
    ['an address', '127.0.0.3', { host: '127.0.0.3', port: 5269, tls: false }],
    ['an address and a port', '127.0.0.3:7', { host: '127.0.0.3', port: 7, tls: false }],
    ['an IPv6 address', '[::1]:7', { host: '::1', port: 7, tls: false }],
    ['a name that is not ASCII', 'bücher.example:7', { host: 'xn--bcher-kva.example', port: 7, tls: false }],
    ['an object', { host: '::1' }, { host: '::1', port: 5269, tls: false }],
    ['direct TLS', { host: 'x.example', tls: true }, { host: 'x.example', port: 5270, tls: true }],
  ])('a target can be %s', (_title, target, endpoint) => {
    expect(parseConfig(JSON.stringify({ s2s: { targets: { 'S2.test': target } } }), 'x').s2s.targets).toEqual(new Map([['s2.test', endpoint]]));
  });

  test.each(['', ':5269', '127.0.0.3:0', '127.0.0.3:65536', '::1', '[127.0.0.1]:1', '[::1', 'a b', 'a..b', '-a', 'http://a', 'a:1:2'])('%j is no target', (text) => {
    expect(refusal(() => parseConfig(JSON.stringify({ s2s: { targets: { 's2.test': text } } }), 'x')).key).toBe('s2s.targets["s2.test"]');
  });

  test.each([
    ['prepared', '{ "rooms": { "domain": "CHAT.example.org" } }', 'chat.example.org'],
    ['none', '{ "rooms": { "domain": false } }', false],
    ['none below an address', '{ "domain": "127.0.0.1" }', false],
  ])('the domain of the rooms is %s', (_title, text, domain) => {
    expect(parseConfig(text, 'x').rooms.domain).toBe(domain);
  });

  test('components listen on loopback where the rest listens on every address', () => {
    expect(parseConfig('{ "domain": "example.org" }', 'x').componentHost).toEqual(loopback);
    expect(parseConfig('{ "domain": "example.org", "componentHost": "10.0.0.7" }', 'x').componentHost).toEqual(['10.0.0.7']);
  });

  test('a domain other than localhost listens on every address', () => {
    const [host, ...more] = parseConfig('{ "domain": "example.org" }', 'x').host;
    expect(['::', '0.0.0.0']).toContain(host);
    expect(more).toEqual([]);
  });

  test('options override the file, and --data its memory', () => {
    const file = join(directory, 'over.json');
    writeFileSync(file, '{ "domain": "example.org", "memory": true, "ports": { "c2s": 1, "http": 2 } }');
    const config = loadConfig({ file, options: { ports: { c2s: 0 }, data: 'there' }, flags: new Map([['ports.c2s', '--c2s-port']]) });
    expect(config).toMatchObject({ domain: 'example.org', memory: false, data: resolve('there'), ports: { c2s: 0, c2sTls: 5223, http: 2, s2s: 5269 } });
  });

  test('every option has a key', () => {
    expect(configOptions.map(({ key }) => key).filter((key) => !configKeys.has(key))).toEqual([]);
  });
});

const allMechanisms = 'SCRAM-SHA-256-PLUS, SCRAM-SHA-1-PLUS, SCRAM-SHA-256, SCRAM-SHA-1, PLAIN';

const target = 'a place such as 127.0.0.3:5269, or an object with host, port, tls';
const componentPort = '"ports": { "component": 5347 }';

/** A name for the row, the text, and the message without what every message ends with. */
const refused: readonly (readonly [string, string, ConfigErrorCode, string])[] = [
  ['a misspelt limit', '{\n\n\n\n\n  "limits": {\n    "maxStanzaByte": 1 } }', 'config-unknown-key', 'c.json:7: limits.maxStanzaByte is not a key. Did you mean limits.maxStanzaBytes?'],
  ['a key in the wrong group', '{ "keyFile": "k" }', 'config-unknown-key', 'c.json:1: keyFile is not a key. Did you mean tls.keyFile?'],
  ['a misspelt group', '{ "prots": {} }', 'config-unknown-key', 'c.json:1: prots is not a key. Did you mean ports?'],
  ['a key like no other', '{ "colour": "red" }', 'config-unknown-key', 'c.json:1: colour is not a key.'],
  ['what is not there yet', '{ "cluster": { "nodes": [] } }', 'config-unknown-key', 'c.json:1: cluster is not a key.'],
  ['a key that reaches for the prototype', '{ "__proto__": { "memory": true } }', 'config-unknown-key', 'c.json:1: __proto__ is not a key.'],
  ['the constructor', '{ "tls": { "constructor": 1 } }', 'config-unknown-key', 'c.json:1: tls.constructor is not a key.'],
  ['a port out of range', '{\n "ports": { "c2s": 65536 } }', 'config-bad-value', 'c.json:2: ports.c2s is 65536; it must be a whole number from 0 to 65535, or false.'],
  ['a port that is true', '{ "ports": { "c2s": true } }', 'config-bad-value', 'c.json:1: ports.c2s is true; it must be a whole number from 0 to 65535, or false.'],
  ['a fraction', '{ "drainTimeoutMs": 1.5 }', 'config-bad-value', 'c.json:1: drainTimeoutMs is 1.5; it must be a whole number from 0 to 600000.'],
  ['a text for a truth', '{ "memory": "yes" }', 'config-bad-value', 'c.json:1: memory is "yes"; it must be true or false.'],
  ['null', '{ "logLevel": null }', 'config-bad-value', 'c.json:1: logLevel is null; it must be one of silent, fatal, error, warn, info, debug, trace.'],
  ['a mechanism that is not one', '{ "auth": {\n  "mechanisms": [ "PLAIN",\n "LOGIN" ] } }', 'config-bad-value', `c.json:3: auth.mechanisms[1] is "LOGIN"; it must be one of ${allMechanisms}.`],
  ['no mechanism', '{ "auth": { "mechanisms": [] } }', 'config-bad-value', `c.json:1: auth.mechanisms is []; it must be a list, not empty and without repetition, each one of ${allMechanisms}.`],
  ['too few iterations (RFC 7677 §4)', '{ "auth": { "iterations": 4095 } }', 'config-bad-value', 'c.json:1: auth.iterations is 4095; it must be a whole number from 4096 to 10000000.'],
  ['a JID as domain', '{ "domain": "juliet@example.org" }', 'config-bad-value', 'c.json:1: domain is "juliet@example.org"; it must be a domain name such as example.org.'],
  ['an empty domain', '{ "domain": "" }', 'config-bad-value', 'c.json:1: domain is ""; it must be a domain name such as example.org.'],
  ['a name as host', '{ "host": "example.org" }', 'config-bad-value', 'c.json:1: host is "example.org"; it must be an IP address or localhost, or a list, not empty and without repetition, each an IP address or localhost.'],
  ['a path as origin', '{ "webSocket": { "origins": ["https://example.org/chat"] } }', 'config-bad-value', 'c.json:1: webSocket.origins[0] is "https://example.org/chat"; it must be an origin such as https://example.org.'],
  ['a page as WebSocket', '{ "webSocket": { "url": "https://example.org/" } }', 'config-bad-value', 'c.json:1: webSocket.url is "https://example.org/"; it must be an address such as wss://example.org/xmpp-websocket.'],
  ['an empty directory', '{ "data": "" }', 'config-bad-value', 'c.json:1: data is ""; it must be a text that is not empty.'],
  ['a group that is a number', '{ "limits": 5 }', 'config-bad-value', 'c.json:1: limits is 5; it must be an object.'],
  ['a stanza below what RFC 6120 §13.12 allows', '{ "limits": { "maxStanzaBytes": 9999 } }', 'config-bad-value', 'c.json:1: limits.maxStanzaBytes is 9999; it must be a whole number from 10000 to 16777216.'],
  ['a list instead of an object', '[1]', 'config-bad-value', 'c.json:1: the whole is [1]; it must be an object.'],
  ['a long value', `{ "domain": "${'x '.repeat(100)}" }`, 'config-bad-value', `c.json:1: domain is "${'x '.repeat(28)}...; it must be a domain name such as example.org.`],
  ['the first of two mistakes', '{ "memory": 1,\n "colour": 2 }', 'config-bad-value', 'c.json:1: memory is 1; it must be true or false.'],
  ['no text', '', 'config-syntax', 'c.json:1: the text here is not JSON with comments (value expected).'],
  ['no JSON', '{\n  "domain" "x" }', 'config-syntax', 'c.json:2: the text here is not JSON with comments (colon expected).'],
  ['text after the end', '{}\n{}', 'config-syntax', 'c.json:2: the text here is not JSON with comments (end of file expected).'],
  ['a key twice', '{ "tls": {\n "minVersion": "TLSv1.3",\n "minVersion": "TLSv1.2" } }', 'config-duplicate-key', 'c.json:3: tls.minVersion stands twice.'],
  ['memory with data', '{\n "data": "d",\n "memory": true }', 'config-conflict', 'c.json:3: memory contradicts data. Keep one of them.'],
  ['a key file alone', '{\n "tls": { "keyFile": "k" } }', 'config-conflict', 'c.json:2: tls.keyFile needs tls.certFile beside it.'],
  ['only mechanisms that need TLS, without it', '{ "ports": { "c2s": false, "c2sTls": false, "https": false },\n "auth": { "mechanisms": ["SCRAM-SHA-1-PLUS", "PLAIN"] } }', 'config-conflict', 'c.json:2: auth.mechanisms has none that can be offered on ports.http, the only port. Add SCRAM-SHA-256, or another port.'],
  ['PLAIN unprotected off loopback (RFC 6120 §13.8)', '{ "host": ["127.0.0.1", "192.0.2.1"],\n "insecurePlain": true }', 'config-conflict', 'c.json:2: insecurePlain would let passwords go unprotected to 192.0.2.1, which is not a loopback address. Set host to 127.0.0.1, or leave insecurePlain out.'],
  ['a target without a place', '{ "s2s": { "targets": {\n "s2.test": "127.0.0.3:" } } }', 'config-bad-value', `c.json:2: s2s.targets["s2.test"] is "127.0.0.3:"; it must be ${target}.`],
  ['a target under no domain', '{ "s2s": { "targets": {\n "s2 test": "127.0.0.3" } } }', 'config-bad-value', 'c.json:2: s2s.targets["s2 test"] is under a wrong name; it must be under a domain name such as example.org.'],
  ['a misspelt key of a target', '{ "s2s": { "targets": { "s2.test": {\n "host": "::1", "prot": 1 } } } }', 'config-unknown-key', 'c.json:2: s2s.targets["s2.test"].prot is not a key. Did you mean s2s.targets[].port?'],
  ['a target with a port that is none', '{ "s2s": { "targets": { "s2.test": {\n "host": "::1",\n "port": 0 } } } }', 'config-bad-value', 'c.json:3: s2s.targets["s2.test"].port is 0; it must be a whole number from 1 to 65535.'],
  ['a target without host', '{ "s2s": { "targets": {\n "s2.test": { "port": 1 } } } }', 'config-bad-value', `c.json:2: s2s.targets["s2.test"] lacks host; it must be ${target}.`],
  ['targets that are a list', '{ "s2s": { "targets": [] } }', 'config-bad-value', `c.json:1: s2s.targets is []; it must be an object that has for each domain ${target}.`],
  ['a JID as denied domain', '{ "s2s": { "deny": ["a.example", "juliet@b.example"] } }', 'config-bad-value', 'c.json:1: s2s.deny[1] is "juliet@b.example"; it must be a domain name such as example.org.'],
  ['a number for the rooms', '{ "rooms": { "domain": 5 } }', 'config-bad-value', 'c.json:1: rooms.domain is 5; it must be a domain name such as example.org, or false.'],
  ['rooms among the accounts', '{ "domain": "example.org",\n "rooms": { "domain": "Example.org" } }', 'config-conflict', 'c.json:2: rooms.domain is the domain of the accounts. Choose another, or leave it out.'],
  ['a secret that is none, unseen', `{ ${componentPort}, "components": [{ "domain": "x.localhost",\n "secret": 1234 }] }`, 'config-bad-value', 'c.json:2: components[0].secret is wrong; it must be a text that is not empty.'],
  ['components that are no list, unseen', '{ "components": { "secret": "abc" } }', 'config-bad-value', 'c.json:1: components is wrong; it must be a list, each an object with domain, secret, secretFile.'],
  ['a misspelt key of a component', `{ ${componentPort}, "components": [{ "domain": "x.localhost",\n "secert": "abc" }] }`, 'config-unknown-key', 'c.json:2: components[0].secert is not a key. Did you mean components[].secret?'],
  ['a component without domain', `{ ${componentPort}, "components": [\n{ "secret": "abc" }] }`, 'config-bad-value', 'c.json:2: components[0] lacks domain; it must be an object with domain, secret, secretFile.'],
  ['a component without secret', `{ ${componentPort}, "components": [\n{ "domain": "x.localhost" }] }`, 'config-conflict', 'c.json:2: components[0].domain has no secret. Give it secret or secretFile.'],
  ['a component with two secrets', `{ ${componentPort}, "components": [\n{ "domain": "x.localhost", "secret": "a", "secretFile": "b" }] }`, 'config-conflict', 'c.json:2: components[0].domain has both secret and secretFile. Keep one of them.'],
  ['a component among the accounts', `{ ${componentPort}, "components": [\n{ "domain": "LOCALHOST", "secret": "a" }] }`, 'config-conflict', 'c.json:2: components[0].domain is the domain of the accounts. Choose another.'],
  ['a component among the rooms', `{ ${componentPort}, "components": [\n{ "domain": "rooms.localhost", "secret": "a" }] }`, 'config-conflict', 'c.json:2: components[0].domain is the domain of the rooms. Choose another, or set rooms.domain.'],
  ['two components for one domain', `{ ${componentPort}, "components": [{ "domain": "x.localhost", "secret": "a" },\n { "domain": "X.localhost", "secret": "b" }] }`, 'config-conflict', 'c.json:2: components[1].domain stands twice. Remove one of the two.'],
  ['components without a port', '{\n "components": [{ "domain": "x.localhost", "secret": "a" }] }', 'config-conflict', 'c.json:2: components needs ports.component beside it. Say where they connect.'],
  ['a port for components without any', `{\n ${componentPort} }`, 'config-conflict', 'c.json:2: ports.component needs components beside it. Say which may connect.'],
];

describe('configuration: what is refused', () => {
  const http = '"ports": { "c2s": false, "c2sTls": false, "https": false }';
  test.each([
    ['PLAIN', `{ ${http}, "auth": { "mechanisms": ["PLAIN"] }, "insecurePlain": true }`],
    ['PLAIN behind a proxy', `{ ${http}, "auth": { "mechanisms": ["PLAIN"] }, "webSocket": { "behindProxy": true } }`],
    ['SCRAM', `{ ${http}, "auth": { "mechanisms": ["SCRAM-SHA-1"] } }`],
    ['ANONYMOUS', `{ ${http}, "auth": { "mechanisms": ["PLAIN"], "anonymous": true } }`],
    ['PLUS, over STARTTLS', '{ "auth": { "mechanisms": ["SCRAM-SHA-256-PLUS"] } }'],
  ])('%s can be offered, and is not refused', (_title, text) => {
    expect(() => parseConfig(text, 'c.json')).not.toThrow();
  });

  test.each(refused)('%s', (_title, text, code, message) => {
    const error = refusal(() => parseConfig(text, 'c.json'));
    expect(error.message).toBe(`${message} See docs/reference/config.md`);
    expect(error).toMatchObject({ name: 'ConfigError', code, file: 'c.json', line: Number(/:(\d+):/.exec(message)?.[1]) });
  });

  test('every code occurs', () => {
    expect(new Set([...refused.map(([, , code]) => code), 'config-unreadable'])).toEqual(new Set(Object.keys(configErrorCodes)));
  });

  test('an error tells its parts', () => {
    const error = refusal(() => parseConfig('{\n  "limits": { "maxDept": 9 }\n}', 'c.json'));
    expect(error).toMatchObject({ key: 'limits.maxDept', suggestion: 'limits.maxDepth', hint: 'Did you mean limits.maxDepth?', line: 2, column: 15 });
    expect(refusal(() => parseConfig('{ "memory": 0 }', 'c.json'))).toMatchObject({ key: 'memory', allowed: 'true or false', column: 13 });
  });

  test('a file that is not there is named', () => {
    expect(refusal(() => loadConfig({ file: '/no/such.json', options: {}, flags: new Map() })).message)
      .toBe('/no/such.json cannot be read (ENOENT). Is it the right path? See docs/reference/config.md');
  });

  test('a wrong option is named as it was written', () => {
    const flags = new Map([['ports.c2s', '--c2s-port'], ['insecurePlain', '--insecure-plain'], ['memory', '--memory'], ['data', '--data']]);
    const message = (options: Record<string, unknown>): string => refusal(() => loadConfig({ options, flags })).message;
    expect(message({ ports: { c2s: 'x' } })).toBe('--c2s-port is "x"; it must be a whole number from 0 to 65535, or off. See docs/reference/cli.md');
    expect(message({ memory: true, data: 'd' })).toBe('--memory contradicts --data. Keep one of them. See docs/reference/cli.md');
    expect(message({ insecurePlain: true, host: ['0.0.0.0'] })).toMatch(/^--insecure-plain would let passwords go unprotected to 0\.0\.0\.0,/);
  });

  test('any text is either a configuration or a ConfigError', () => {
    const words = fc.constantFrom('{', '}', '[', ']', ':', ',', '"domain"', '"tls"', '"limits"', '"__proto__"', '"host"', 'null', '1', '-1e9', 'true', '//\n', '""', '"\\ud800"');
    fc.assert(fc.property(fc.oneof(fc.json(), fc.array(words).map((list) => list.join('')), fc.string()), (text) => {
      try {
        parseConfig(text, 'c.json');
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
      }
    }));
  });
});

function nested(key: string, value: unknown): unknown {
  const [group = '', name] = key.split('.');
  return { [group]: name === undefined ? value : { [name]: value } };
}
