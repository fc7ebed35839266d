/** The log: what it never says, and how it looks on a terminal. @module */
import { Element } from 'ltx';
import { describe, expect, test } from 'vitest';
import { createDriver } from '../../src/runtime/driver.ts';
import type { Credentials } from '../../src/core/store.ts';
import { emptyStore, politeAuthenticator } from '../runtime/running.ts';
import { createLog, type LogOptions } from '../../src/cli/log.ts';

const secret = 'sesame-open-4711';

/** Logs as `write` does and gives what was written. */
function written(write: (log: ReturnType<typeof createLog>) => void, options: Partial<LogOptions> = {}): string {
  const lines: string[] = [];
  write(createLog({ level: 'trace', plain: false, destination: { write: (line) => lines.push(line) }, ...options }));
  return lines.join('');
}

const failure = (): Error => Object.assign(new Error('read failed', { cause: Object.assign(new Error('inner'), { token: secret }) }), { code: 'EIO', input: secret, xml: secret });

describe('log: redaction', () => {
  test.each<[string, Record<string, unknown>]>([
    ['a password', { password: secret }],
    ['a password by another name', { newPassword: secret, passwd: secret }],
    ['a token', { accessToken: secret, TOKEN: secret }],
    ['SASL data (RFC 6120 §6.4)', { data: secret, challenge: secret, response: secret }],
    ['the keys of SCRAM (RFC 5802 §3)', { credentials: { storedKey: secret }, storedKey: secret, serverKey: secret, salt: secret }],
    ['a message body (RFC 6121 §5.2.3)', { body: secret, subject: secret }],
    ['a stanza as text', { xml: `<message><body>${secret}</body></message>`, stanza: secret }],
    ['a stanza as an element', { what: new Element('message').c('body').t(secret).root() }],
    ['bytes', { read: Buffer.from(secret), more: new TextEncoder().encode(secret) }],
    ['whatever is deep inside', { a: { b: [{ c: { password: secret } }] } }],
    ['what is deeper than anyone looks', { a: { b: { c: { d: { e: { f: { g: secret } } } } } } }],
    ['a map', { sessions: new Map([[secret, secret]]) }],
    ['what an error carries beside its message', { err: failure() }],
  ])('%s is not written', (_title, facts) => {
    for (const plain of [false, true]) {
      const text = written((log) => log.info(facts, 'a fact'), { plain });
      expect(text).toContain('a fact');
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret).toString('base64').slice(0, 10));
    }
  });

  test('facts are written', () => {
    const line = JSON.parse(written((log) => log.warn({ stream: 's1', port: 5222, why: { condition: 'conflict' }, list: [1, null] }, 'ended'))) as object;
    expect(line).toMatchObject({ level: 'warn', stream: 's1', port: 5222, why: { condition: 'conflict' }, list: [1, null], msg: 'ended' });
  });

  test('the type of the input at which the driver failed is written', async () => {
    const lines: string[] = [];
    const core = { step: () => { throw new Error('bug'); } };
    const log = createLog({ level: 'trace', plain: false, destination: { write: (line) => lines.push(line) } });
    createDriver({ core, store: emptyStore, authenticator: politeAuthenticator, deriveCredentials: async () => ({} as Credentials), log }).feed({ type: 'server.stopping' });
    expect(lines.join('')).toContain('server.stopping');
  });

  test('an error keeps its message, code, stack and cause', () => {
    expect(JSON.parse(written((log) => log.error({ err: failure() }, 'bad')))).toMatchObject({ err: { message: 'read failed', code: 'EIO', stack: expect.stringContaining('log.test.ts') as string, cause: { message: 'inner' } } });
  });

  test('an object that contains itself is no trouble', () => {
    const loop: Record<string, unknown> = { name: 'loop' };
    loop['self'] = loop;
    expect(written((log) => log.info({ loop }, 'round'))).toContain('"name":"loop"');
  });

  test('what is below the level is not written', () => {
    expect(written((log) => { log.info({}, 'unsaid'); log.warn({}, 'yes'); }, { level: 'warn' })).not.toContain('unsaid');
    expect(written((log) => log.error({}, 'no'), { level: 'silent' })).toBe('');
  });
});

describe('log: on a terminal', () => {
  test('a line is a clock, a level, a sentence and facts', () => {
    expect(written((log) => log.info({ address: '127.0.0.1:5222', who: 'a b', n: 1 }, 'listening'), { plain: true }))
      .toMatch(/^\d\d:\d\d:\d\d info {2}listening address=127\.0\.0\.1:5222 who="a b" n=1\n$/);
  });

  test('what a peer chose can\'t command the terminal', () => {
    const text = written((log) => log.info({ from: '\u001b]0;owned\u0007', name: 'a\u009b31m\nb', turn: '\u202egnp' }, 'seen \u001b[2J'), { plain: true });
    expect(text.slice(0, -1)).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/);
    expect(text).toContain('owned');
  });

  test('an error is followed by its stack', () => {
    expect(written((log) => log.error({ err: failure() }, 'bad'), { plain: true })).toMatch(/^\S+ error bad\nError: read failed\n {4}at /);
  });
});
