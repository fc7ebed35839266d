/** A whole server in one call: the driver around a core, and the ports that peers come in by. It is handed
 *  its core, store and authenticator, and closes none of them. Not here: configuration files, where
 *  certificates come from (src/cli). @module */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { parse } from 'ltx';
import type { Element } from 'ltx';
import { parseJid } from '../core/jid.ts';
import { Authorities } from './authorities.ts';
import type { KeyAndCertificate } from './certificate.ts';
import { createDriver } from './driver.ts';
import type { Driver, DriverOptions } from './driver.ts';
import { defaultLimits } from './limits.ts';
import type { Limits } from './limits.ts';
import { startListeners } from './listener.ts';
import type { ListenerAddress, ListenerConfig } from './listener.ts';
import { Outgoing } from './outgoing.ts';
import type { S2sOptions } from './outgoing.ts';
import { Identity } from './tls.ts';

/** What a server is made of. The core's domain and `domain` are the same.
 *  @public */
export interface ServerOptions extends Omit<DriverOptions, 'connect'>, Omit<ListenerConfig, 'driver' | 'authenticator' | 'log' | 'limits' | 'identity' | 'metrics'> {
  /** What peers may take; {@link defaultLimits} where a key is missing. */
  readonly limits?: Partial<Limits>;
  /** How other servers are reached, where the core asks for them. */
  readonly s2s?: S2sOptions;
  /** How long a stop waits for streams to end in order. */
  readonly stopTimeoutMs?: number;
}

/** A server that runs.
 *  @public */
export interface RunningServer {
  readonly addresses: readonly ListenerAddress[];
  /** How many streams there are. */
  readonly streams: number;
  /** Answers a request that came in by an HTTP server of yours: `/.well-known/host-meta` and `host-meta.json`, which say where
   *  the WebSocket is (XEP-0156).
   *  @returns false, with nothing done, when it is for something else
   *  @example
   *  import { createServer } from 'node:http';
   *  function share(server: RunningServer): void {
   *    createServer((request, response) => void (server.answer(request, response) || response.writeHead(404).end()));
   *  } */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
  /** Takes a WebSocket that came in by an HTTP server of yours (RFC 7395), or refuses it: without TLS only on loopback, or
   *  where `webSocket.behindProxy` says so; of the `webSocket.origins` only; as many as the limits allow.
   *  @returns false, with nothing done, when it is under another path than `webSocket.path`: then it is for you to refuse
   *  @example
   *  import type { Server } from 'node:http';
   *  function share(server: RunningServer, http: Server): void {
   *    http.on('upgrade', (request, socket, head) => void (server.upgrade(request, socket, head) || socket.destroy()));
   *  } */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Sends a stanza of the program's own: an announcement, what a bot says. `from` is an address of this server, its domain unless
   *  given; one that is somebody else's is refused by the core, and the log has it.
   *  @param stanza as XML or as an element, which belongs to the server from now on; it has a `to`
   *  @throws TypeError when it is no stanza or an address is malformed; Error when the server has been stopped
   *  @example
   *  function announce(server: RunningServer): void {
   *    server.send('<message to="juliet@capulet.lit"><body>The server goes down at nine.</body></message>');
   *  } */
  send(stanza: string | Element): void;
  /** Takes a new certificate without dropping a connection.
   *  @param authorities those that are trusted from now on beside Node's, in PEM; as they were unless given
   *  @throws when the pair or they are unusable, or there is no certificate to renew; the old ones stay in use. */
  renew(pair: KeyAndCertificate, authorities?: string): void;
  /** Lets nobody in any more, says goodbye to everyone, and lets go of every socket and timer. */
  stop(): Promise<void>;
}

/** The drain (DESIGN D5), the peer's closing tag, and a little for the store. */
const defaultStopTimeoutMs = 10_000;

/** Starts a server.
 *  @throws (rejects) when a port can't be opened, or a certificate is missing or unusable; nothing is left open.
 *  @public
 *  @example
 *  const store = memoryStore();
 *  const server = await startServer({
 *    core: createCore({ domain: 'capulet.lit', ...defaultConfig }, standardFeatures),
 *    store, deriveCredentials, authenticator: saslAuthenticator({ store }), domain: 'capulet.lit',
 *    log: { debug: () => {}, info: () => {}, warn: console.error, error: console.error },
 *    listeners: [{ kind: 'c2s', host: '127.0.0.1', port: 0 }],
 *  });
 *  server.addresses.map(({ kind }) => kind); // ['c2s']
 *  await server.stop(); */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { tls, s2s = {}, authenticator, log, domain } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const identity = new Identity(tls, new Authorities(s2s.authorities));
  const driver: Driver = createDriver({ ...options, connect: (request, signal) => outgoing.connect(request, signal) });
  const outgoing = new Outgoing({ ...s2s, driver, authenticator, log, limits, domain, identity });
  const listeners = await startListeners({ ...options, driver, limits, identity });
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    listeners.refuse();
    await driver.stop(options.stopTimeoutMs ?? defaultStopTimeoutMs);
    outgoing.close();
    await listeners.close();
  };
  return {
    addresses: listeners.addresses,
    get streams() {
      return driver.streams;
    },
    answer: (request, response) => listeners.shared.answer(request, response),
    upgrade: (request, socket, head) => listeners.shared.upgrade(request, socket, head),
    send(stanza) {
      if (stopping !== undefined) throw new Error('the server has been stopped');
      driver.feed({ type: 'stanza.submitted', element: stanzaOf(stanza) });
    },
    renew(pair, authorities) {
      if (tls === undefined) throw new Error('there is no certificate to renew');
      identity.renew(pair, authorities === undefined ? undefined : new Authorities(authorities));
      listeners.renew(pair);
    },
    stop: () => (stopping ??= stop()),
  };
}

/** What the core would refuse is refused here, where whoever sends it is told. */
function stanzaOf(given: string | Element): Element {
  const stanza = typeof given === 'string' ? parse(given) : given;
  const { name, attrs: { from, to = '' } } = stanza;
  if (name !== 'message' && name !== 'presence' && name !== 'iq') throw new TypeError(`<${name}/> is no stanza`);
  for (const address of from === undefined ? [to] : [from, to]) if (parseJid(address) === undefined) throw new TypeError(`'${address}' is no address`);
  return stanza;
}
