/** A whole server in the memory of a test: real sockets on loopback, a clock that the test moves, faults on demand, and a
 *  look inside. The core, the driver and the connections are those of any server. Not here: the faults themselves (wire.ts,
 *  store.ts, login.ts), the clock (clock.ts). @module */
import type { BareJid, StreamErrorCondition } from '../../machines/vocabulary.ts';
import { defaultConfig } from '../core/config.ts';
import type { CoreConfig } from '../core/config.ts';
import { standardFeatures } from '../core/features/all.ts';
import type { Input, StreamId } from '../core/input.ts';
import { parseBare } from '../core/jid.ts';
import { recorded } from '../core/recording.ts';
import { createCore } from '../core/server.ts';
import type { Core } from '../core/server.ts';
import { sessionHeader } from '../core/session-trace.ts';
import type { SessionMaking } from '../core/session-trace.ts';
import type { OfflineMessage, RosterRecord } from '../core/store.ts';
import { encodeTrace } from '../core/trace.ts';
import type { TraceStep } from '../core/trace.ts';
import { createDriver } from '../runtime/driver.ts';
import { defaultLimits } from '../runtime/limits.ts';
import type { Limits } from '../runtime/limits.ts';
import { startListeners } from '../runtime/listener.ts';
import type { Listeners } from '../runtime/listener.ts';
import type { Log } from '../runtime/log.ts';
import { saslAuthenticator } from '../runtime/sasl/authenticator.ts';
import { deriveCredentials } from '../runtime/sasl/credentials.ts';
import { Identity } from '../runtime/tls.ts';
import { memoryStore } from '../stores/memory.ts';
import { ManualClock } from './clock.ts';
import { seeded } from './entropy.ts';
import { FaultyLogins } from './login.ts';
import { FaultyStore } from './store.ts';
import type { TestClient, TestServer, TestServerOptions } from './test-server.ts';
import { Wire } from './wire.ts';
import type { Interference, Line } from './wire.ts';

export type { TestClient, TestServer, TestServerOptions } from './test-server.ts';

/** A look at what has passed. */
const lookMs = 10;
/** Looks in a row that see nothing: 60 ms. A small write that follows another one waits in the kernel of its sender until that is
 *  acknowledged, which takes up to 40 ms when it is not answered (RFC 1122 §4.2.3.2, §4.2.3.4). A longer silence is a client's. */
const quietLooks = 6;
/** What a client may take to answer the closing tag, in real time; and when the server stops. */
const closeTimeoutMs = 500;
const graceMs = 100;
/** The least that RFC 7677 §4 allows: a test has no secrets. */
const iterations = 4_096;
const host = '127.0.0.1';
const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const defaultTraceSteps = 100_000;

/** Starts a server for the tests of a client.
 *  @returns the server, which listens; several may run in one process
 *  @throws (rejects) Error when an account can't be made, or a port can't be opened
 *  @public
 *  @example
 *  const server = await startTestServer({ accounts: { juliet: 'secret' } });
 *  const socket = new WebSocket(server.webSocketUrl, 'xmpp');
 *  socket.onopen = () => socket.send('<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="localhost" version="1.0"/>');
 *  await new Promise((heard) => (socket.onmessage = heard));
 *  server.clients.map(({ isOpen }) => isOpen); // [true]
 *  await server.stop(); */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const server = new InMemory(options);
  await Promise.all(Object.entries(options.accounts ?? {}).map(([name, password]) => server.addAccount(name, password)));
  await server.open();
  return server;
}

class InMemory implements TestServer {
  readonly domain: string;
  readonly clock: ManualClock;
  readonly store = new FaultyStore(memoryStore());
  readonly logins: FaultyLogins;
  readonly #options: TestServerOptions;
  readonly #making: SessionMaking;
  readonly #core: Core;
  readonly #wire: Wire;
  readonly #limits: Limits;
  readonly #log: Log;
  readonly #entropy: (bytes: number) => Uint8Array;
  readonly #steps: TraceStep[] = [];
  #listeners: Listeners | undefined;
  #deriving = 0;
  #stopping: Promise<void> | undefined;

  constructor(options: TestServerOptions) {
    const { domain = 'localhost', now = Date.UTC(2026, 0, 1), seed = 'waystate', features = standardFeatures, log = silent, traceSteps = defaultTraceSteps } = options;
    const config: CoreConfig = { ...defaultConfig, domain, secret: 'what a test server has for a secret', rooms: { domain: `rooms.${domain}` }, ...options.config };
    const store = this.store;
    this.domain = domain;
    this.#options = options;
    this.#log = log;
    this.#limits = { ...defaultLimits, closeTimeoutMs, ...options.limits };
    this.#making = { config, features, keepBodies: true };
    this.#entropy = seeded(seed);
    this.#core = recorded(createCore(config, features), (step) => this.#steps.push(step) < traceSteps, { keepBodies: true });
    this.logins = new FaultyLogins(saslAuthenticator({ store, entropy: this.#entropy, iterations }));
    this.clock = new ManualClock(now, () => this.settled());
    const { clock } = this;
    const driver = createDriver({
      core: this.#core, store, authenticator: this.logins, deriveCredentials: (password) => this.#derive(password), log,
      clock: () => clock.now, timers: clock, entropy: this.#entropy,
    });
    this.#wire = new Wire(driver, { jidOf: (stream) => this.#jidOf(stream), later: (name, ms, action) => clock.start(name, ms, action) });
  }

  /** Opens the ports. */
  async open(): Promise<void> {
    const { tls } = this.#options;
    this.#listeners = await startListeners({
      driver: this.#wire, authenticator: this.logins, log: this.#log, limits: this.#limits, domain: this.domain, identity: new Identity(tls), insecurePlain: true, ...(tls && { tls }),
      listeners: [{ kind: 'c2s', host, port: 0 }, { kind: 'http', host, port: 0 }],
    });
  }

  get url(): string {
    return `xmpp://${host}:${this.#listeners?.addresses[0]?.port ?? 0}`;
  }

  get webSocketUrl(): string {
    return `ws://${host}:${this.#listeners?.addresses[1]?.port ?? 0}/xmpp-websocket`;
  }

  get clients(): readonly TestClient[] {
    return [...this.#wire.lines].map(([stream, { isOpen, lastJid, received, sent }]) => ({ stream, jid: isOpen ? this.#jidOf(stream) : lastJid, isOpen, received, sent }));
  }

  async addAccount(name: string, password: string): Promise<void> {
    const made = await this.store.perform({ op: 'account.create', account: this.#accountOf(name), credentials: await this.#derive(password) });
    if (!made) throw new Error(`there is an account ${name} already`);
  }

  async roster(name: string): Promise<readonly RosterRecord[]> {
    return (await this.store.look({ op: 'roster.read', account: this.#accountOf(name) })).records;
  }

  async offline(name: string): Promise<readonly OfflineMessage[]> {
    return (await this.store.look({ op: 'offline.read', account: this.#accountOf(name), maxBytes: Number.MAX_SAFE_INTEGER })).messages;
  }

  cut(client: string): void {
    for (const [, { transport }] of this.#linesOf(client)) transport.destroy();
  }

  close(client: string): void {
    this.#feedTo(client, (stream) => ({ type: 'stream.ended', stream }));
  }

  fail(client: string, condition: StreamErrorCondition): void {
    this.#feedTo(client, (stream) => ({ type: 'stream.broken', stream, condition }));
  }

  stall(client: string): void {
    for (const [, { outward }] of this.#linesOf(client)) outward.hold();
  }

  unstall(client: string): void {
    for (const [, { outward }] of this.#linesOf(client)) outward.release();
  }

  interfere(interference: Interference): Promise<string> {
    return this.#wire.interfere(interference);
  }

  async settled(): Promise<void> {
    for (let quiet = 0, before = -1; quiet < quietLooks;) {
      await new Promise((done) => setTimeout(done, lookMs));
      const isBusy = this.store.pending + this.logins.pending + this.#deriving > 0 || this.#wire.passed !== before;
      quiet = isBusy ? 0 : quiet + 1;
      before = this.#wire.passed;
    }
  }

  trace(): string {
    return encodeTrace({ header: sessionHeader(this.#making), steps: this.#steps });
  }

  stop(): Promise<void> {
    return this.#stopping ??= this.#end();
  }

  async #end(): Promise<void> {
    this.#listeners?.refuse();
    this.store.release();
    this.logins.release();
    await this.#wire.stop(graceMs);
    await this.#listeners?.close();
    await this.store.close();
  }

  #derive(password: string): ReturnType<typeof deriveCredentials> {
    this.#deriving += 1;
    return deriveCredentials(password, iterations, this.#entropy).finally(() => void (this.#deriving -= 1));
  }

  #jidOf(stream: StreamId): string | undefined {
    return this.#core.standing(stream)[0]?.jid;
  }

  #accountOf(name: string): BareJid {
    const account = parseBare(`${name}@${this.domain}`);
    if (account === undefined) throw new Error(`${name} is no name for an account`);
    return account;
  }

  /** The open lines that a name stands for. */
  #linesOf(client: string): (readonly [StreamId, Line])[] {
    const found = [...this.#wire.lines].filter(([stream, { isOpen }]) => {
      const jid = this.#jidOf(stream);
      return isOpen && (stream === client || jid === client || jid?.split('/', 1)[0] === client);
    });
    if (found.length === 0) throw new Error(`no client ${client} is connected`);
    return found;
  }

  #feedTo(client: string, inputFor: (stream: StreamId) => Input): void {
    for (const [stream] of this.#linesOf(client)) this.#wire.order(inputFor(stream));
  }
}
