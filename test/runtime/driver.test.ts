/** The loop around the core: order, results, failures, time. Spec: DESIGN §2, RFC 6120 §4.9.3.8. @module */
import { describe, expect, it } from 'vitest';
import type { BareJid } from '../../machines/vocabulary.ts';
import type { Effect } from '../../src/core/effect.ts';
import type { Channel, Input } from '../../src/core/input.ts';
import type { Credentials, Store } from '../../src/core/store.ts';
import type { Authenticator, SaslChannel, SaslOutcome } from '../../src/runtime/authenticator.ts';
import { createDriver } from '../../src/runtime/driver.ts';
import type { Driver, DriverOptions } from '../../src/runtime/driver.ts';
import type { Transport } from '../../src/runtime/transport.ts';
import { emptyStore, KeptLog, politeAuthenticator } from './running.ts';
import { ScriptedCore, send } from './scripted-core.ts';
import type { Script } from './scripted-core.ts';

const channel: Channel = { secure: false, startTls: false, tlsRequired: false, mechanisms: [], channelBindings: [] };
const saslChannel: SaslChannel = { secure: false, insecurePlain: false, domain: 'localhost', bindings: new Map() };
const header: Input & { type: 'stream.header' } = { type: 'stream.header', stream: 'c1', header: { wellNamed: true, xmlns: 'jabber:client' }, entropy: '' };
const account = 'juliet@localhost' as BareJid;
const readAccount = (request: number): Effect => ({ type: 'store', request, operation: { op: 'account.read', account } });

/** A connection that notes what is asked of it, and dies when it is told to. */
class NotingTransport implements Transport {
  readonly channel = channel;
  readonly origin = '127.0.0.1';
  readonly saslChannel = saslChannel;
  readonly asked: string[] = [];
  readonly #driver: Driver;
  readonly #fails: boolean;
  stream = '';

  constructor(driver: Driver, fails = false) {
    this.#driver = driver;
    this.#fails = fails;
  }

  open = (): void => this.#note('open');
  send = (xml: string): void => this.#note(xml);
  close = (): void => this.#note('close');
  disconnect = (): void => this.#note('disconnect');
  startTls = (): void => this.#note('startTls');
  restart = (): void => this.#note('restart');
  trust = (): void => this.#note('trust');
  whenSent = (done: (sent: boolean) => void): void => {
    this.#note('whenSent');
    this.settleSent = done;
  };
  settleSent: (sent: boolean) => void = () => {};
  pause = (): void => this.#note('pause');
  resume = (): void => this.#note('resume');

  destroy(): void {
    this.asked.push('destroy');
    this.#driver.feed({ type: 'stream.lost', stream: this.stream });
  }

  #note(what: string): void {
    if (this.#fails) throw new Error('broken transport');
    this.asked.push(what);
  }
}

function driving(script: Script, options: Partial<DriverOptions> = {}) {
  const core = new ScriptedCore(script);
  const log = new KeptLog();
  const driver = createDriver({ core, log, store: emptyStore, authenticator: politeAuthenticator, deriveCredentials: async () => ({} as Credentials), ...options });
  const attach = (fails = false): NotingTransport => {
    const transport = new NotingTransport(driver, fails);
    driver.attach(transport, (stream) => void (transport.stream = stream));
    return transport;
  };
  return { core, log, driver, attach };
}

const typesOf = (core: ScriptedCore): string[] => core.inputs.map((input) => input.type);

describe('driver: order', () => {
  it('driver: an input that arises in a batch waits until the batch is carried out', () => {
    const { core, driver, attach } = driving((input) => {
      if (input.type === 'stream.header') return [send('c1', 'one'), { type: 'authenticate', stream: 'c1', mechanism: 'UNKNOWN' }, send('c1', 'two')];
      if (input.type === 'sasl.failed') return [send('c1', input.condition)];
      return [];
    });
    const transport = attach();
    driver.feed(header);
    expect(transport.asked).toEqual(['one', 'two', 'invalid-mechanism']);
    expect(typesOf(core)).toEqual(['stream.opened', 'stream.header', 'sasl.failed']);
  });

  it('driver: inputs that wait are taken first come, first served', () => {
    const later = (timer: string): Input => ({ type: 'timer.fired', timer });
    let driver: Driver | undefined;
    const setting = driving((input) => {
      if (input.type === 'server.stopping') for (const name of ['a', 'b', 'c']) driver?.feed(later(name));
      return [];
    });
    driver = setting.driver;
    driver.feed({ type: 'server.stopping' });
    expect(setting.core.all('timer.fired').map(({ timer }) => timer)).toEqual(['a', 'b', 'c']);
  });

  it('driver: no name of a stream is used twice', () => {
    const { core, attach } = driving(() => []);
    for (let n = 0; n < 50; n += 1) attach().destroy();
    expect(new Set(core.all('stream.opened').map(({ stream }) => stream)).size).toBe(50);
  });

  it('driver: nobody can tell from what one id is made what the next is made of (RFC 6120 §4.7.3)', () => {
    const { core, driver, attach } = driving(() => []);
    for (let n = 0; n < 200; n += 1) driver.feedHeader(attach().stream, header.header);
    const drawn = [...core.all('stream.opened'), ...core.all('stream.header')].map(({ entropy = '' }) => entropy.slice(0, 16));
    expect([drawn.length, new Set(drawn).size]).toEqual([400, 400]);
    // Each place has as many characters as chance gives it: of 64, in 400 draws, hardly ever fewer than 50.
    for (let place = 0; place < 16; place += 1) expect(new Set(drawn.map((id) => id[place])).size).toBeGreaterThan(50);
  });

  it('driver: effects on a stream that is gone have no effect', () => {
    const { driver, attach, log } = driving((input) => input.type === 'server.stopping' ? [send('c1', 'anyone?')] : []);
    const transport = attach();
    transport.destroy();
    driver.feed({ type: 'server.stopping' });
    expect(transport.asked).toEqual(['destroy']);
    expect(log.lines).toEqual([]);
  });

  it('driver: within a turn there is one time, and the next one follows a clock that was set back', async () => {
    const times: number[] = [];
    const clock = [1_000, 900, 2_000];
    const { driver } = driving(() => [], { clock: () => clock.shift() ?? 2_000, onTrace: (_input, at) => times.push(at) });
    for (let turn = 0; turn < 3; turn += 1) {
      for (let n = 0; n < 2; n += 1) driver.feed({ type: 'timer.fired', timer: 'x' });
      await new Promise(setImmediate);
    }
    expect(times).toEqual([1_000, 1_000, 900, 900, 2_000, 2_000]);
  });
});

describe('driver: store', () => {
  const failing: Store = { perform: async () => { throw new Error('disk full'); }, close: async () => {} };
  const throwing: Store = { perform: () => { throw new Error('closed'); }, close: async () => {} };

  it.each([
    ['replies', { perform: async () => ({ exists: true, offline: 0 }) as never, close: async () => {} }, { type: 'store.replied', request: 7, reply: { exists: true, offline: 0 } }],
    ['rejects', failing, { type: 'store.failed', request: 7 }],
    ['throws', throwing, { type: 'store.failed', request: 7 }],
  ] as const)('driver: a store that %s is an input', async (_, store: Store, expected) => {
    const { core, driver } = driving((input) => input.type === 'server.stopping' ? [readAccount(7)] : [], { store });
    driver.feed({ type: 'server.stopping' });
    expect(core.inputs).toHaveLength(1);
    expect(await core.next(expected.type)).toEqual(expected);
  });

  it('driver: requests reach the store in the order of the effects, before what is sent after them', () => {
    const order: string[] = [];
    const store: Store = { perform: async (request) => { order.push(request.op); return null as never; }, close: async () => {} };
    const { driver, attach } = driving((input) => input.type === 'stream.header'
      ? [readAccount(1), { type: 'store', request: 2, operation: { op: 'roster.read', account } }, send('c1', 'sent')] : [], { store });
    const transport = attach();
    transport.send = () => void order.push('sent');
    driver.feed(header);
    expect(order).toEqual(['account.read', 'roster.read', 'sent']);
  });

  it.each([
    ['derived', async () => ({}) as Credentials, 'credentials.derived'],
    ['not derived', async () => { throw new Error('no memory'); }, 'store.failed'],
  ] as const)('driver: credentials that are %s are an input', async (_, deriveCredentials, type) => {
    const { core, driver } = driving((input) => input.type === 'server.stopping' ? [{ type: 'deriveCredentials', request: 3, password: 'secret' }] : [], { deriveCredentials });
    driver.feed({ type: 'server.stopping' });
    expect((await core.next(type)).request).toBe(3);
  });

  it('driver: a password is in no line of the log', async () => {
    const { core, log, driver } = driving((input) => input.type === 'server.stopping' ? [{ type: 'deriveCredentials', request: 3, password: 'secret' }] : [], { deriveCredentials: async () => { throw new Error('no memory'); } });
    driver.feed({ type: 'server.stopping' });
    await core.next('store.failed');
    expect(log.lines).toHaveLength(1);
    expect(JSON.stringify(log.lines)).not.toContain('secret');
  });
});

describe('driver: SASL', () => {
  const asking: Script = (input) => {
    if (input.type === 'stream.header') return [{ type: 'authenticate', stream: 'c1', mechanism: 'POLITE' }];
    if (input.type === 'sasl.challenged') return [{ type: 'respond', stream: 'c1', data: 'please' }];
    return [];
  };

  it('driver: an exchange goes from challenge to success (RFC 6120 §6.4)', async () => {
    const { core, driver, attach } = driving(asking);
    attach();
    driver.feed(header);
    expect(await core.next('sasl.succeeded')).toEqual({ type: 'sasl.succeeded', stream: 'c1', account });
    expect(core.all('sasl.challenged')).toEqual([{ type: 'sasl.challenged', stream: 'c1', data: 'what' }]);
  });

  it.each(['throws', 'rejects'])('driver: an exchange that %s is a temporary failure (RFC 6120 §6.5.11)', async (how) => {
    const authenticator: Authenticator = {
      mechanisms: () => [],
      begin: () => ({ respond: how === 'throws' ? () => { throw new Error('bug'); } : async () => { throw new Error('bug'); } }),
    };
    const { core, driver, attach, log } = driving(asking, { authenticator });
    attach();
    driver.feed(header);
    expect((await core.next('sasl.failed')).condition).toBe('temporary-auth-failure');
    expect(log.lines).toMatchObject([{ level: 'error', sentence: 'a SASL exchange failed', facts: { stream: 'c1' } }]);
  });

  it('driver: of the passwords that wait to be hashed those of a stream that is gone are left out (RFC 6120 §13.12)', async () => {
    const hashing: ((credentials: Credentials) => void)[] = [];
    const { core, attach } = driving(
      (input) => input.type === 'stream.opened' ? [{ type: 'deriveCredentials', request: core.all('stream.opened').length, password: 'secret' }] : [],
      { deriveCredentials: () => new Promise((resolve) => hashing.push(resolve)) },
    );
    const transports = Array.from({ length: 9 }, () => attach());
    const width = hashing.length;
    expect(width).toBeLessThanOrEqual(4);
    transports[width]?.destroy();
    hashing[0]?.({} as Credentials);
    expect((await core.next('store.failed')).request).toBe(width + 1);
    await core.next('credentials.derived');
    expect(hashing).toHaveLength(width + 1);
    hashing[width]?.({} as Credentials);
    expect((await core.next('credentials.derived', 2)).request).toBe(width + 2);
  });

  it.each<[string, (transport: NotingTransport, driver: Driver) => void]>([
    ['aborted', (_, driver) => driver.feed({ type: 'stream.ended', stream: 'c1' })],
    ['without its stream', (transport) => transport.destroy()],
  ])('driver: the outcome of an exchange that is %s is nobody\'s (RFC 6120 §6.4.4)', async (_, end) => {
    let settle: (outcome: SaslOutcome) => void = () => {};
    const authenticator: Authenticator = { mechanisms: () => [], begin: () => ({ respond: () => new Promise((resolve) => { settle = resolve; }) }) };
    const { core, driver, attach } = driving((input) => input.type === 'stream.ended' ? [{ type: 'abort', stream: 'c1' }] : asking(input), { authenticator });
    const transport = attach();
    driver.feed(header);
    end(transport, driver);
    settle({ type: 'success', account });
    await new Promise(setImmediate);
    expect(core.all('sasl.succeeded')).toEqual([]);
  });
});

describe('driver: timers', () => {
  it('driver: a timer fires once, unless it is cancelled, and starts again when it is started again', async () => {
    const start = (timer: string, delayMs: number): Effect => ({ type: 'startTimer', timer, delayMs });
    const { core, driver } = driving((input) => input.type === 'server.stopping'
      ? [start('again', 0), start('cancelled', 0), start('again', 5), start('last', 15), { type: 'cancelTimer', timer: 'cancelled' }, { type: 'cancelTimer', timer: 'never started' }] : []);
    driver.feed({ type: 'server.stopping' });
    await core.next('timer.fired', 2);
    expect(core.all('timer.fired').map(({ timer }) => timer)).toEqual(['again', 'last']);
  });

  it('driver: a delay longer than Node can count does not fire at once', async () => {
    const { core, driver } = driving((input) => input.type === 'server.stopping' ? [{ type: 'startTimer', timer: 'next year', delayMs: 3e10 }, { type: 'startTimer', timer: 'soon', delayMs: 5 }] : []);
    driver.feed({ type: 'server.stopping' });
    expect((await core.next('timer.fired')).timer).toBe('soon');
    await driver.stop(0);
  });
});

describe('driver: failures of ours', () => {
  const failAt = (type: Input['type'], stream = 'c1'): Script => (input) => {
    if (input.type === type && (!('stream' in input) || input.stream === stream)) throw new Error('bug');
    if (input.type === 'stream.broken') return [send(input.stream, input.condition)];
    if (input.type === 'stream.opened') return [{ type: 'startTimer', timer: 'tick', delayMs: 0 }, readAccount(1)];
    return input.type === 'stream.header' ? [send(input.stream, 'hello')] : [];
  };

  it('driver: a core that fails at a stream ends that one and no other (RFC 6120 §4.9.3.8)', () => {
    const { log, driver, attach } = driving(failAt('stream.header'));
    const [first, second] = [attach(), attach()];
    driver.feed(header);
    driver.feed({ ...header, stream: 'c2' });
    expect(first.asked).toEqual(['internal-server-error']);
    expect(second.asked).toEqual(['hello']);
    expect(log.lines.map(({ level, facts }) => [level, facts['stream']])).toEqual([['error', 'c1']]);
  });

  it.each(['timer.fired', 'store.replied'] as const)('driver: a core that fails at %s ends the stream that asked for it', async (type) => {
    const { core, attach } = driving(failAt(type));
    const transport = attach();
    await core.next('stream.broken');
    expect(transport.asked).toEqual(['internal-server-error']);
  });

  it('driver: a core that fails at the error too has the connection destroyed', () => {
    const { core, driver, attach } = driving((input) => {
      if (input.type === 'stream.header' || input.type === 'stream.broken' || input.type === 'stream.lost') throw new Error('bug');
      return [];
    });
    const transport = attach();
    driver.feed(header);
    expect(transport.asked).toEqual(['destroy']);
    expect(typesOf(core)).toEqual(['stream.opened', 'stream.header', 'stream.broken', 'stream.lost']);
    expect(driver.streams).toBe(0);
  });

  it('driver: an effect that fails is that of its stream, and the rest of the batch is carried out', () => {
    const { driver, attach } = driving((input) => {
      if (input.type === 'server.stopping') return [send('c1', 'one'), send('c2', 'two')];
      return input.type === 'stream.broken' ? [send(input.stream, 'sorry')] : [];
    });
    const [first, second] = [attach(true), attach()];
    driver.feed({ type: 'server.stopping' });
    expect(first.asked).toEqual(['destroy']);
    expect(second.asked).toEqual(['two']);
  });

  it('driver: a trace listener that fails hurts nobody', () => {
    const { log, driver, attach } = driving(() => [send('c1', 'fine')], { onTrace: () => { throw new Error('disk full'); } });
    const transport = attach();
    driver.feed(header);
    expect(transport.asked).toEqual(['fine', 'fine']);
    expect(log.lines.every(({ sentence }) => sentence === 'the trace listener failed')).toBe(true);
  });

  it('driver: what the core reports is logged', () => {
    const error = new Error('an invariant');
    const { log, driver } = driving(() => [{ type: 'report', stream: 'c1', error }]);
    driver.feed({ type: 'server.stopping' });
    expect(log.lines.map(({ level, facts }) => [level, facts['err'], facts['stream']])).toEqual([['error', error, 'c1']]);
  });
});

describe('driver: stopping', () => {
  it('driver: a stop waits for the answers of the store, then is deaf', async () => {
    let reply: (value: never) => void = () => {};
    const store: Store = { perform: () => new Promise((resolve) => { reply = resolve; }), close: async () => {} };
    const { core, driver } = driving((input) => input.type === 'server.stopping' ? [readAccount(1)] : [], { store });
    const stopped = driver.stop(5_000);
    reply(null as never);
    await stopped;
    driver.feed({ type: 'timer.fired', timer: 'late' });
    expect(typesOf(core)).toEqual(['server.stopping', 'store.replied']);
  });

  it('driver: a stop ends the streams that outlast its grace', async () => {
    const { core, driver, attach } = driving(() => []);
    const transport = attach();
    await driver.stop(10);
    expect(transport.asked).toEqual(['destroy']);
    expect(typesOf(core)).toEqual(['stream.opened', 'server.stopping', 'stream.lost']);
  });
});
