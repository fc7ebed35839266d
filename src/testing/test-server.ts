/** A server for a test, as the test sees it. Not here: what it is made of (server.ts). @module */
import type { StreamErrorCondition } from '../../machines/vocabulary.ts';
import type { CoreConfig } from '../core/config.ts';
import type { Feature } from '../core/feature.ts';
import type { OfflineMessage, RosterRecord } from '../core/store.ts';
import type { KeyAndCertificate } from '../runtime/certificate.ts';
import type { Limits } from '../runtime/limits.ts';
import type { Log } from '../runtime/log.ts';
import type { TestClock } from './clock.ts';
import type { TestLogins } from './login.ts';
import type { TestStore } from './store.ts';
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
  /** What is unpredictable elsewhere comes from it, here: identifiers, nonces and salts. The same seed and the same clients, the same bytes. */
  readonly seed?: string;
  readonly features?: readonly Feature[];
  /** Settings of the core that differ from the defaults. */
  readonly config?: Partial<Omit<CoreConfig, 'domain'>>;
  readonly limits?: Partial<Limits>;
  /** Offers STARTTLS. */
  readonly tls?: KeyAndCertificate;
  /** Says nothing unless given. */
  readonly log?: Log;
  /** Steps that the trace holds, from the first on; 100,000 unless given. */
  readonly traceSteps?: number;
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
  /** What has happened since the start, as a trace that the inspector opens and `waystate replay` runs again; as far as
   *  {@link TestServerOptions.traceSteps} goes. */
  trace(): string;
  /** Ends every connection, and lets go of every socket and timer. */
  stop(): Promise<void>;
}
