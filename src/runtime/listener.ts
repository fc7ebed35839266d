/** Where peers come in: opens the ports, lets in as many as the limits allow, and makes a connection of each.
 *  Spec: RFC 6120 §3.2, §13.12, XEP-0368, RFC 7395. Not here: the stream (connection.ts), HTTP (http.ts),
 *  where certificates come from (certificate.ts). @module */
import { randomBytes } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { StreamErrorCondition } from '../../machines/vocabulary.ts';
import type { PeerKind } from '../core/input.ts';
import { NS } from '../core/namespaces.ts';
import { isLoopback } from './address.ts';
import { Admission } from './admission.ts';
import type { Refusal } from './admission.ts';
import type { Authenticator } from './authenticator.ts';
import type { KeyAndCertificate } from './certificate.ts';
import { peerSecurity, plainSecurity } from './channel.ts';
import type { SecurityPolicy } from './channel.ts';
import type { Surroundings } from './connection.ts';
import type { Driver } from './driver.ts';
import { tcpFraming } from './framing.ts';
import { createHttpServer } from './http.ts';
import { HttpDoor } from './http-door.ts';
import type { HttpDoorOptions, WebSocketOptions } from './http-door.ts';
import { regimesOf } from './limits.ts';
import type { Limits } from './limits.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { securedForClients, securedForServers } from './securing.ts';
import { TcpConnection } from './tcp.ts';
import type { TcpSurroundings } from './tcp.ts';
import { tlsOptions } from './tls.ts';
import type { Identity } from './tls.ts';

/** What is spoken on a port, and with whom: a stream with STARTTLS (RFC 6120 §5) or under TLS from the start (XEP-0368),
 *  with clients or with other servers; a stream of clients over WebSocket, plain or over HTTPS (RFC 7395); a stream
 *  of components (XEP-0114). */
export type ListenerKind = 'c2s' | 'c2sTls' | 'http' | 'https' | 's2s' | 's2sTls' | 'component';

/** One address to listen on or, once it is open, the one that is listened on. Port 0 takes any that
 *  is free. */
export interface ListenerAddress {
  readonly kind: ListenerKind;
  readonly host: string;
  readonly port: number;
}

/** What listeners need.
 *  @public */
export interface ListenerConfig {
  readonly driver: Driver;
  readonly authenticator: Authenticator;
  readonly log: Log;
  readonly limits: Limits;
  readonly domain: string;
  readonly listeners: readonly ListenerAddress[];
  /** Needed by `c2sTls`, `s2sTls` and `https`, and by everything off loopback but components. */
  readonly tls?: KeyAndCertificate;
  /** Made of `tls`, and of the authorities that are trusted. */
  readonly identity: Identity;
  /** TLS before authentication on loopback too; elsewhere it always is required. */
  readonly requireTls?: boolean;
  /** Offer PLAIN without TLS; heeded on loopback only. */
  readonly insecurePlain?: boolean;
  readonly webSocket?: WebSocketOptions;
  readonly metrics?: Metrics;
}

/** The open ports.
 *  @public */
export interface Listeners {
  /** What is listened on, in the order of the configuration. */
  readonly addresses: readonly ListenerAddress[];
  /** For requests that came in by an HTTP server of somebody else. */
  readonly shared: HttpDoor;
  /** Takes a new certificate for handshakes to come, which the identity has already; connections that are up stay up. */
  renew(pair: KeyAndCertificate): void;
  /** Lets nobody in any more; those who are in stay. */
  refuse(): void;
  /** Ends what is left and lets go of every port. */
  close(): Promise<void>;
}

/** Opens every port, or none.
 *  @throws (rejects) when a port can't be opened (the error of node:net, with `code`, `address` and `port`),
 *  when the certificate is unusable, and when there is none where one is needed.
 *  @example
 *  const listeners = await startListeners({ driver, authenticator, log, limits: defaultLimits, domain: 'localhost',
 *    listeners: [{ kind: 'c2s', host: '127.0.0.1', port: 5222 }] }); */
export async function startListeners(config: ListenerConfig): Promise<Listeners> {
  const ports = new Ports(config);
  try {
    for (const address of config.listeners) await ports.open(address);
  } catch (error) {
    await ports.close();
    throw error;
  }
  return ports;
}

/** What is registered for direct TLS (XEP-0368 §7). */
const protocols = { c2sTls: 'xmpp-client', s2sTls: 'xmpp-server' } as const;
/** Who comes in where. */
const peers: Readonly<Record<ListenerKind, PeerKind>> = {
  c2s: 'client', c2sTls: 'client', http: 'client', https: 'client', s2s: 'server', s2sTls: 'server', component: 'component',
};
/** Before the first probe of a silent line (RFC 6120 §4.6.1 leaves it to TCP). */
const keepAliveDelayMs = 60_000;
const tcpOptions = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveDelayMs };

/** Connections that may wait to be accepted; the kernel may allow fewer. */
const backlog = 4_096;

/** Whether a socket of somebody else's server begins and ends on this machine. */
const isLocal = ({ localAddress = '', remoteAddress = '' }: Socket): boolean => isLoopback(localAddress) && isLoopback(remoteAddress);

class Ports implements Listeners {
  readonly #config: ListenerConfig;
  readonly #identity: Identity;
  readonly #admission: Admission;
  readonly #servers: Server[] = [];
  readonly #closed: Promise<unknown>[] = [];
  readonly #sockets = new Set<Socket>();
  readonly shared: HttpDoor;
  readonly addresses: ListenerAddress[] = [];
  #tls: KeyAndCertificate | undefined;
  #refusing = false;

  constructor(config: ListenerConfig) {
    this.#config = config;
    this.#tls = config.tls;
    this.#identity = config.identity;
    this.#admission = new Admission(config.limits);
    this.shared = this.#door({
      isLoopback: isLocal,
      surroundingsOf: (socket) => this.#surroundings('client', isLocal(socket)),
      enter: (socket) => (this.#refusing || this.#enter(socket) !== undefined ? 503 : undefined),
    });
  }

  async open({ kind, host, port }: ListenerAddress): Promise<void> {
    const server = this.#serverFor(kind, isLoopback(host));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host, backlog }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    // A failed accept (no more file descriptors, say) concerns one peer, not the server.
    server.on('error', (error) => this.#config.log.error({ err: error, kind }, 'a connection could not be accepted'));
    this.#servers.push(server);
    this.#closed.push(new Promise((resolve) => server.once('close', resolve)));
    const bound = server.address() as AddressInfo;
    this.addresses.push({ kind, host: bound.address, port: bound.port });
  }

  renew(pair: KeyAndCertificate): void {
    this.#tls = pair;
    for (const server of this.#servers) {
      if (server instanceof HttpsServer) server.setSecureContext(tlsOptions(pair));
    }
  }

  refuse(): void {
    if (this.#refusing) return;
    this.#refusing = true;
    for (const server of this.#servers) server.close();
  }

  async close(): Promise<void> {
    this.refuse();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#closed);
  }

  #serverFor(kind: ListenerKind, loopback: boolean): Server {
    if (this.#tls === undefined && (kind === 'c2sTls' || kind === 's2sTls' || kind === 'https' || ((kind === 'c2s' || kind === 's2s') && !loopback))) {
      throw new Error(`a listener of kind ${kind} ${loopback ? '' : 'off loopback '}needs a certificate`);
    }
    switch (kind) {
      case 'c2s': case 's2s': case 'component': return this.#plainServer(kind, loopback);
      case 'c2sTls': case 's2sTls': return this.#tlsServer(kind, loopback);
      case 'http': return this.#httpServer(loopback, undefined);
      case 'https': return this.#httpServer(loopback, this.#tls);
    }
  }

  #plainServer(kind: 'c2s' | 's2s' | 'component', loopback: boolean): Server {
    const surroundings = this.#tcpSurroundings(peers[kind], loopback);
    return createServer(tcpOptions, (socket) => {
      const refusal = this.#enter(socket);
      if (refusal === undefined) TcpConnection.plain(surroundings, socket);
      else this.#turnAway(socket, refusal, peers[kind]);
    });
  }

  #tlsServer(kind: 'c2sTls' | 's2sTls', loopback: boolean): Server {
    const surroundings = this.#tcpSurroundings(peers[kind], loopback);
    const { secure, log } = surroundings;
    return createServer(tcpOptions, (socket) => {
      socket.on('error', () => socket.destroy());
      if (secure === undefined || this.#enter(socket) !== undefined) return socket.destroy();
      secure(socket, protocols[kind]).then(
        (secured) => TcpConnection.secure(surroundings, secured),
        (error: unknown) => log.debug({ err: error }, 'a TLS handshake failed'),
      );
    });
  }

  #httpServer(loopback: boolean, tls: KeyAndCertificate | undefined): HttpServer {
    const { limits: { tlsHandshakeTimeoutMs } } = this.#config;
    const surroundings = this.#surroundings('client', loopback);
    const door = this.#door({ isLoopback: () => loopback, surroundingsOf: () => surroundings });
    const server = createHttpServer({ door, tlsHandshakeTimeoutMs, ...(tls !== undefined && { tls }) });
    // HTTPS tells of the connection before its handshake, too.
    return server.on('connection', (socket: Socket) => {
      if (this.#enter(socket) !== undefined) socket.destroy();
    });
  }

  #door(means: Pick<HttpDoorOptions, 'isLoopback' | 'surroundingsOf' | 'enter'>): HttpDoor {
    const { webSocket = {}, limits: { maxStanzaBytes }, domain } = this.#config;
    return new HttpDoor({ webSocket, maxStanzaBytes, domain, ...means });
  }

  #surroundings(peer: PeerKind, loopback: boolean): Surroundings {
    const { driver, authenticator, limits, log, domain, requireTls = false, insecurePlain = false } = this.#config;
    const policy: SecurityPolicy = { authenticator, domain, tlsRequired: !loopback || requireTls, insecurePlain: loopback && insecurePlain };
    return { driver, policy, limits, log, peer, regimes: regimesOf(limits, peer) };
  }

  #tcpSurroundings(peer: PeerKind, loopback: boolean): TcpSurroundings {
    const surroundings = this.#surroundings(peer, loopback);
    const { policy, limits } = surroundings;
    const identity = this.#identity;
    const means = { policy, identity, timeoutMs: limits.tlsHandshakeTimeoutMs };
    // There is no STARTTLS for components (XEP-0114 §3).
    if (peer === 'component') return { ...surroundings, plain: peerSecurity(policy, false, false), secure: undefined };
    const secured = peer === 'client' ? securedForClients : securedForServers;
    const plain = peer === 'client' ? plainSecurity(policy, identity.isThere) : peerSecurity(policy, false, identity.isThere);
    return { ...surroundings, plain, secure: identity.isThere ? secured(means) : undefined };
  }

  /** Counts a socket in until it closes, unless it can't be let in. */
  #enter(socket: Socket): Refusal | undefined {
    // There is none when the peer has reset what was waiting to be accepted.
    const address = socket.remoteAddress ?? 'unknown';
    const refusal = this.#admission.enter(address);
    if (refusal !== undefined) {
      this.#config.log.debug({ address }, refusal);
      this.#config.metrics?.refused(refusal);
      return refusal;
    }
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#admission.leave(address);
    });
    return undefined;
  }

  /** RFC 6120 §13.12 rule 1, and the courtesy to say why (§4.9.3): the surplus of one address breaks a
   *  policy, the surplus of all is more than the server has room for. */
  #turnAway(socket: Socket, refusal: Refusal, peer: PeerKind): void {
    const framing = tcpFraming(peer);
    const condition: StreamErrorCondition = refusal === 'too many connections' ? 'resource-constraint' : 'policy-violation';
    const header = framing.open({ from: this.#config.domain, id: randomBytes(12).toString('base64url'), lang: 'en', version: '1.0' });
    socket.on('error', () => socket.destroy());
    socket.end(`${header}<stream:error><${condition} xmlns='${NS.xmppStreams}'/></stream:error>${framing.close}`, () => socket.destroy());
  }
}
