/** A whole server in the memory of a test: real sockets on loopback, a clock that the test moves, faults on demand, and a
 *  look inside. The core, the driver and the connections are those of any server. Not here: the faults themselves (wire.ts,
 *  store.ts, login.ts), the clock (clock.ts). @module */
import type { BareJid, StreamErrorCondition } from '../../machines/vocabulary.ts';
import { defaultConfig } from '../core/config.ts';
import type { CoreConfig } from '../core/config.ts';
import type { Feature } from '../core/feature.ts';
import { standardFeatures } from '../core/features/all.ts';
import type { Input } from '../core/input.ts';
import { parseBare } from '../core/jid.ts';
import { recorded } from '../core/recording.ts';
import { createCore } from '../core/server.ts';
import { sessionHeader } from '../core/session-trace.ts';
import type { OfflineMessage, RosterRecord } from '../core/store.ts';
import { encodeTrace } from '../core/trace.ts';
import type { TraceStep } from '../core/trace.ts';
import type { KeyAndCertificate } from '../runtime/certificate.ts';
import { createDriver } from '../runtime/driver.ts';
import { defaultLimits } from '../runtime/limits.ts';
import type { Limits } from '../runtime/limits.ts';
import { startListeners } from '../runtime/listener.ts';
import type { Log } from '../runtime/log.ts';
import { saslAuthenticator } from '../runtime/sasl/authenticator.ts';
import { deriveCredentials } from '../runtime/sasl/credentials.ts';
import { Identity } from '../runtime/tls.ts';
import { memoryStore } from '../stores/memory.ts';
import { ManualClock } from './clock.ts';
import type { TestClock } from './clock.ts';
import { FaultyLogins } from './login.ts';
import type { TestLogins } from './login.ts';
import { FaultyStore } from './store.ts';
import type { TestStore } from './store.ts';
import { Wire } from './wire.ts';
import type { Interference } from './wire.ts';

/** What a test server is made with; nothing has to be given.
 *  @public */
export interface TestServerOptions {
  /** Passwords by localpart. */
  readonly accounts?: Readonly<Record<string, string>>;
  /** `localhost` unless given. */
  readonly domain?: string;
  /** Where the clock stands at first, in milliseconds since the epoch. */
  readonly now?: number;
  /** What the identifiers that the server makes come from: the same seed, the same identifiers. */
  readonly seed?: string;
  readonly features?: readonly Feature[];
  /** Settings of the core that differ from the defaults. */
  readonly config?: Partial<Omit<CoreConfig, 'domain'>>;
  readonly limits?: Partial<Limits>;
  /** Offers STARTTLS. */
  readonly tls?: KeyAndCertificate;
  /** Says nothing unless given. */
  readonly log?: Log;
}

/** One client's connection, as the server has seen it.
 *  @public */
export interface TestClient {
  readonly stream: string;
  /** Once a resource is bound. */
  readonly jid: string | undefined;
  readonly isOpen: boolean;
  /** The first-level elements that came from it and went to it, in order, without secrets. */
  readonly received: readonly string[];
  readonly sent: readonly string[];
}

/** A server for a test. A client is named by its full JID, by its bare JID (all of its resources), or by its stream.
 *  @public */
export interface TestServer {
  readonly domain: string;
  /** `xmpp://127.0.0.1:PORT`: a stream over TCP. */
  readonly url: string;
  /** `ws://127.0.0.1:PORT/xmpp-websocket`. */
  readonly webSocketUrl: string;
  readonly clock: TestClock;
  readonly store: TestStore;
  readonly logins: TestLogins;
  /** Every connection since the start, ended ones too. */
  readonly clients: readonly TestClient[];
  /** Adds an account.
   *  @throws (rejects) Error when there is one, or it is no name */
  addAccount(name: string, password: string): Promise<void>;
  /** What the store has of a roster. @param name a localpart */
  roster(name: string): Promise<readonly RosterRecord[]>;
  /** The messages that are kept for an account. @param name a localpart */
  offline(name: string): Promise<readonly OfflineMessage[]>;
  /** Tears the connection down, without a word. @throws Error when there is no such client */
  cut(client: string): void;
  /** Ends the stream with its closing tag, as if the client had asked for it. @throws Error when there is no such client */
  close(client: string): void;
  /** Ends the stream with a stream error (RFC 6120 §4.9.3). @throws Error when there is no such client */
  fail(client: string, condition: StreamErrorCondition): void;
  /** Sends nothing to the client from now on, as to one that does not read. @throws Error when there is no such client */
  stall(client: string): void;
  /** Sends what has waited, and goes on. @throws Error when there is no such client */
  unstall(client: string): void;
  /** Arranges for a fault of the next stanza that matches.
   *  @returns the stanza, once it has been met
   *  @example
   *  const server = await startTestServer();
   *  const dropped = server.interfere({ on: 'sent', fault: 'drop', matches: (stanza) => stanza.is('message') });
   *  void dropped.then((message) => console.log('lost', message));
   *  await server.stop(); */
  interfere(interference: Interference): Promise<string>;
  /** Waits until nothing is under way: all that was asked is answered, and for some milliseconds nothing has come or gone. What a
   *  test holds back is not waited for; what a client is still thinking of, nobody can know. */
  settled(): Promise<void>;
  /** What has happened since the start, as a trace that the inspector opens and `waystate replay` runs again. */
  trace(): string;
  /** Ends every connection, and lets go of every socket and timer. */
  stop(): Promise<void>;
}

/** Long enough for what is written on loopback to be read; a longer silence is a client's. */
const quietMs = 8;
/** What a client may take to answer the closing tag, in real time; and when the server stops. */
const closeTimeoutMs = 500;
const graceMs = 100;
/** The least that RFC 7677 §4 allows: a test has no secrets. */
const iterations = 4_096;
const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

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
  const { accounts = {}, domain = 'localhost', now = Date.UTC(2026, 0, 1), seed = 'waystate', features = standardFeatures, log = silent, tls } = options;
  const config: CoreConfig = { ...defaultConfig, domain, secret: 'what a test server has for a secret', rooms: { domain: `rooms.${domain}` }, ...options.config };
  const steps: TraceStep[] = [];
  const core = recorded(createCore(config, features), (step) => steps.push(step) > 0, { keepBodies: true });
  const store = new FaultyStore(memoryStore());
  const logins = new FaultyLogins(saslAuthenticator({ store }));
  const clock = new ManualClock(now, () => settled());
  const jidOf = (stream: string): string | undefined => core.standing(stream)[0]?.jid;
  const limits = { ...defaultLimits, closeTimeoutMs, ...options.limits };
  let deriving = 0;
  const derive = async (password: string): ReturnType<typeof deriveCredentials> => {
    deriving += 1;
    return deriveCredentials(password, iterations).finally(() => void (deriving -= 1));
  };
  const driver = createDriver({ core, store, authenticator: logins, deriveCredentials: derive, log, clock: () => clock.now, timers: clock });
  const wire = new Wire(driver, { seed, jidOf, later: (name, ms, action) => clock.start(name, ms, action) });

  const accountOf = (name: string): BareJid => {
    const account = parseBare(`${name}@${domain}`);
    if (account === undefined) throw new Error(`${name} is no name for an account`);
    return account;
  };
  const addAccount = async (name: string, password: string): Promise<void> => {
    const made = await store.perform({ op: 'account.create', account: accountOf(name), credentials: await derive(password) });
    if (!made) throw new Error(`there is an account ${name} already`);
  };
  const settled = async (): Promise<void> => {
    for (let quiet = 0, before = -1; quiet < 2;) {
      await new Promise((done) => setTimeout(done, quietMs));
      const isBusy = store.pending + logins.pending + deriving > 0 || wire.passed !== before;
      quiet = isBusy ? 0 : quiet + 1;
      before = wire.passed;
    }
  };
  /** The open lines that a name stands for. */
  const linesOf = (client: string): (readonly [string, NonNullable<ReturnType<typeof wire.lines.get>>])[] => {
    const found = [...wire.lines].filter(([stream, { isOpen }]) => {
      const jid = jidOf(stream);
      return isOpen && (stream === client || jid === client || jid?.split('/', 1)[0] === client);
    });
    if (found.length === 0) throw new Error(`no client ${client} is connected`);
    return found;
  };
  const feedTo = (client: string, inputFor: (stream: string) => Input): void => {
    for (const [stream] of linesOf(client)) driver.feed(inputFor(stream));
  };

  await Promise.all(Object.entries(accounts).map(([name, password]) => addAccount(name, password)));
  const host = '127.0.0.1';
  const listeners = await startListeners({
    driver: wire, authenticator: logins, log, limits, domain, identity: new Identity(tls), insecurePlain: true, ...(tls && { tls }),
    listeners: [{ kind: 'c2s', host, port: 0 }, { kind: 'http', host, port: 0 }],
  });
  const [tcp, http] = listeners.addresses;
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    listeners.refuse();
    store.release();
    logins.release();
    await wire.stop(graceMs);
    await listeners.close();
    await store.close();
  };
  return {
    domain, clock, store, logins, addAccount, settled,
    url: `xmpp://${host}:${tcp?.port ?? 0}`,
    webSocketUrl: `ws://${host}:${http?.port ?? 0}/xmpp-websocket`,
    get clients() {
      return [...wire.lines].map(([stream, { isOpen, lastJid, received, sent }]) => ({ stream, jid: isOpen ? jidOf(stream) : lastJid, isOpen, received, sent }));
    },
    roster: async (name) => (await store.look({ op: 'roster.read', account: accountOf(name) })).records,
    offline: async (name) => (await store.look({ op: 'offline.read', account: accountOf(name), maxBytes: Number.MAX_SAFE_INTEGER })).messages,
    cut: (client) => linesOf(client).forEach(([, { transport }]) => transport.destroy()),
    close: (client) => feedTo(client, (stream) => ({ type: 'stream.ended', stream })),
    fail: (client, condition) => feedTo(client, (stream) => ({ type: 'stream.broken', stream, condition })),
    stall: (client) => linesOf(client).forEach(([, { outward }]) => outward.hold()),
    unstall: (client) => linesOf(client).forEach(([, { outward }]) => outward.release()),
    interfere: (interference) => wire.interfere(interference),
    trace: () => encodeTrace({ header: sessionHeader({ config, features, keepBodies: true }), steps }),
    stop: () => (stopping ??= stop()),
  };
}
