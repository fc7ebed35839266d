/** Where peers come in: opens the ports, lets in as many as the limits allow, and makes a connection of each.
 *  Spec: RFC 6120 §3.2, §13.12, XEP-0368, RFC 7395. Not here: the stream (connection.ts), HTTP (http.ts),
 *  where certificates come from (certificate.ts). @module */
import type { Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { StreamErrorCondition } from '../../machines/vocabulary.ts';
import { NS } from '../core/namespaces.ts';
import { isLoopback } from './address.ts';
import { Admission } from './admission.ts';
import type { Refusal } from './admission.ts';
import type { Authenticator } from './authenticator.ts';
import type { KeyAndCertificate } from './certificate.ts';
import { plainSecurity } from './channel.ts';
import type { SecurityPolicy } from './channel.ts';
import type { Surroundings } from './connection.ts';
import type { Driver } from './driver.ts';
import { tcpFraming } from './framing.ts';
import { createHttpServer } from './http.ts';
import type { WebSocketOptions } from './http.ts';
import { regimesOf } from './limits.ts';
import type { Limits } from './limits.ts';
import type { Log } from './log.ts';
import { TcpConnection } from './tcp.ts';
import type { TcpSurroundings } from './tcp.ts';
import { handshake, Identity, tlsOptions } from './tls.ts';

/** What is spoken on a port: a stream with STARTTLS (RFC 6120 §5) or under TLS from the start (XEP-0368),
 *  or a stream over WebSocket, plain or over HTTPS (RFC 7395). */
export type ListenerKind = 'c2s' | 'c2sTls' | 'http' | 'https';

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
  /** Needed by `c2sTls` and `https`, and by everything off loopback. */
  readonly tls?: KeyAndCertificate;
  /** TLS before authentication on loopback too; elsewhere it always is required. */
  readonly requireTls?: boolean;
  /** Offer PLAIN without TLS; heeded on loopback only. */
  readonly insecurePlain?: boolean;
  readonly webSocket?: WebSocketOptions;
}

/** The open ports.
 *  @public */
export interface Listeners {
  /** What is listened on, in the order of the configuration. */
  readonly addresses: readonly ListenerAddress[];
  /** Takes a new certificate for handshakes to come; connections that are up stay up.
   *  @throws when the pair is unusable, and then the old one stays. */
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

/** What is registered for clients under direct TLS (XEP-0368 §7). */
const protocol = 'xmpp-client';
/** Before the first probe of a silent line (RFC 6120 §4.6.1 leaves it to TCP). */
const keepAliveDelayMs = 60_000;
const tcpOptions = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveDelayMs };

/** Connections that may wait to be accepted; the kernel may allow fewer. */
const backlog = 4_096;

class Ports implements Listeners {
  readonly #config: ListenerConfig;
  readonly #identity: Identity | undefined;
  readonly #admission: Admission;
  readonly #regimes: Surroundings['regimes'];
  readonly #servers: Server[] = [];
  readonly #closed: Promise<unknown>[] = [];
  readonly #sockets = new Set<Socket>();
  readonly addresses: ListenerAddress[] = [];
  #tls: KeyAndCertificate | undefined;
  #refusing = false;

  constructor(config: ListenerConfig) {
    this.#config = config;
    this.#tls = config.tls;
    this.#identity = config.tls && new Identity(config.tls);
    this.#admission = new Admission(config.limits);
    this.#regimes = regimesOf(config.limits);
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
    if (this.#identity === undefined) throw new Error('there is no listener with TLS');
    this.#identity.renew(pair);
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
    if (this.#tls === undefined && (kind === 'c2sTls' || kind === 'https' || (kind === 'c2s' && !loopback))) {
      throw new Error(`a listener of kind ${kind} ${loopback ? '' : 'off loopback '}needs a certificate`);
    }
    switch (kind) {
      case 'c2s': return this.#plainServer(loopback);
      case 'c2sTls': return this.#tlsServer(loopback);
      case 'http': return this.#httpServer(loopback, undefined);
      case 'https': return this.#httpServer(loopback, this.#tls);
    }
  }

  #plainServer(loopback: boolean): Server {
    const surroundings = this.#tcpSurroundings(loopback);
    return createServer(tcpOptions, (socket) => {
      const refusal = this.#enter(socket);
      if (refusal === undefined) TcpConnection.plain(surroundings, socket);
      else this.#turnAway(socket, refusal);
    });
  }

  #tlsServer(loopback: boolean): Server {
    const surroundings = this.#tcpSurroundings(loopback);
    const { identity, limits, log } = surroundings;
    return createServer(tcpOptions, (socket) => {
      socket.on('error', () => socket.destroy());
      if (identity === undefined || this.#enter(socket) !== undefined) return socket.destroy();
      handshake(socket, { identity, protocol, timeoutMs: limits.tlsHandshakeTimeoutMs }).then(
        (secure) => TcpConnection.secure(surroundings, secure),
        (error: unknown) => log.debug({ err: error }, 'a TLS handshake failed'),
      );
    });
  }

  #httpServer(loopback: boolean, tls: KeyAndCertificate | undefined): HttpServer {
    const { webSocket = {} } = this.#config;
    const surroundings = this.#surroundings(loopback);
    const server = createHttpServer({ surroundings, webSocket, loopback, ...(tls !== undefined && { tls }) });
    // HTTPS tells of the connection before its handshake, too.
    return server.on('connection', (socket: Socket) => {
      if (this.#enter(socket) !== undefined) socket.destroy();
    });
  }

  #surroundings(loopback: boolean): Surroundings {
    const { driver, authenticator, limits, log, domain, requireTls = false, insecurePlain = false } = this.#config;
    const policy: SecurityPolicy = { authenticator, domain, tlsRequired: !loopback || requireTls, insecurePlain: loopback && insecurePlain };
    return { driver, policy, limits, log, regimes: this.#regimes };
  }

  #tcpSurroundings(loopback: boolean): TcpSurroundings {
    const surroundings = this.#surroundings(loopback);
    return { ...surroundings, plain: plainSecurity(surroundings.policy, this.#identity !== undefined), identity: this.#identity };
  }

  /** Counts a socket in until it closes, unless it can't be let in. */
  #enter(socket: Socket): Refusal | undefined {
    // There is none when the peer has reset what was waiting to be accepted.
    const address = socket.remoteAddress ?? 'unknown';
    const refusal = this.#admission.enter(address);
    if (refusal !== undefined) {
      this.#config.log.debug({ address }, refusal);
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
  #turnAway(socket: Socket, refusal: Refusal): void {
    const condition: StreamErrorCondition = refusal === 'too many connections' ? 'resource-constraint' : 'policy-violation';
    const header = tcpFraming.open({ from: this.#config.domain, id: 'none', lang: 'en', version: '1.0' });
    socket.on('error', () => socket.destroy());
    socket.end(`${header}<stream:error><${condition} xmlns='${NS.xmppStreams}'/></stream:error>${tcpFraming.close}`, () => socket.destroy());
  }
}
