/** Connections that this server makes: it finds the server of a domain, takes the first address that answers, and
 *  attaches the connection for the core to open its stream on. Spec: RFC 6120 §3.2, §8.3.3.16, §8.3.3.17, XEP-0368. Not
 *  here: how the pieces work (locate.ts, dial.ts, securing.ts). @module */
import type { Socket } from 'node:net';
import type { Effect } from '../core/effect.ts';
import type { ConnectFailure } from '../core/input.ts';
import type { Authenticator } from './authenticator.ts';
import { peerSecurity } from './channel.ts';
import type { SecurityPolicy } from './channel.ts';
import type { Surroundings } from './connection.ts';
import { dial, within } from './dial.ts';
import type { Dialled } from './dial.ts';
import type { Driver } from './driver.ts';
import type { Endpoint } from './endpoint.ts';
import { regimesOf } from './limits.ts';
import type { Limits } from './limits.ts';
import { locate } from './locate.ts';
import type { Location } from './locate.ts';
import type { Log } from './log.ts';
import { systemResolver } from './resolver.ts';
import type { Resolver } from './resolver.ts';
import { securedTo } from './securing.ts';
import type { Secured } from './securing.ts';
import { TcpConnection } from './tcp.ts';
import type { TcpSurroundings } from './tcp.ts';
import type { Identity } from './tls.ts';

/** How other servers are reached, and whom their certificates must be from to count.
 *  @public */
export interface S2sOptions {
  /** Where the server of a domain is, in place of what the DNS says of it; by prepared domainpart. */
  readonly targets?: ReadonlyMap<string, Endpoint>;
  /** Authorities that are trusted beside those that Node trusts, in PEM. */
  readonly authorities?: string;
  /** Who asks the DNS; the system's resolver unless given. */
  readonly resolver?: Resolver;
}

/** What outgoing connections need. */
export interface OutgoingConfig extends S2sOptions {
  readonly driver: Driver;
  readonly authenticator: Authenticator;
  readonly log: Log;
  readonly limits: Limits;
  readonly domain: string;
  readonly identity: Identity;
}

/** What is registered for direct TLS (XEP-0368 §7). */
const protocol = 'xmpp-server';

/** Makes connections to other servers. */
export class Outgoing {
  readonly #config: OutgoingConfig;
  readonly #resolver: Resolver;
  readonly #policy: SecurityPolicy;
  readonly #surroundings: Surroundings;
  readonly #sockets = new Set<Socket>();

  constructor(config: OutgoingConfig) {
    const { driver, authenticator, domain, limits, log } = config;
    this.#config = config;
    this.#resolver = config.resolver ?? systemResolver();
    this.#policy = { authenticator, domain, tlsRequired: false, insecurePlain: false };
    this.#surroundings = { driver, policy: this.#policy, limits, log, peer: 'server', regimes: regimesOf(limits, 'server') };
  }

  /** Connects to the server of a domain, and attaches the connection.
   *  @returns why there is none, unless the signal has come.
   *  @spec RFC 6120 §10.4.3 */
  async connect({ stream, domain }: Extract<Effect, { type: 'connect' }>, signal: AbortSignal): Promise<ConnectFailure | undefined> {
    const { limits, identity, log, targets = new Map<string, Endpoint>() } = this.#config;
    const secure = securedTo(domain, { policy: this.#policy, identity, timeoutMs: limits.tlsHandshakeTimeoutMs });
    const surroundings: TcpSurroundings = { ...this.#surroundings, plain: peerSecurity(this.#policy, false, true), secure };
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(new Error('no answer')), limits.connectTotalTimeoutMs);
    const any = AbortSignal.any([signal, deadline.signal]);
    try {
      const location = await within(locate(domain, { resolver: this.#resolver, targets }), any).catch(() => undefined);
      const dialled = location === undefined ? { reached: false } : await this.#dial(location, any, (socket, { tls }) => tls ? secure(socket, protocol) : Promise.resolve(socket));
      if (signal.aborted) {
        if ('result' in dialled) socketOf(dialled.result).destroy();
        return undefined;
      }
      if (!('result' in dialled)) return failure(location, dialled.reached, domain, log);
      if (socketOf(dialled.result).destroyed) return 'remote-server-timeout';
      if ('security' in dialled.result) TcpConnection.secure(surroundings, dialled.result, stream);
      else TcpConnection.plain(surroundings, dialled.result, stream);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends what is left. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #dial(location: Location, signal: AbortSignal, prepare: (socket: Socket, endpoint: Endpoint) => Promise<Socket | Secured>): Promise<Dialled<Socket | Secured>> {
    const { limits: { connectTimeoutMs } } = this.#config;
    return dial(location.endpoints, {
      addresses: (name) => location.by === 'target' ? this.#resolver.local(name) : this.#resolver.addresses(name),
      timeoutMs: connectTimeoutMs,
      signal,
      prepare: (socket, endpoint) => {
        this.#sockets.add(socket);
        socket.once('close', () => this.#sockets.delete(socket));
        return prepare(socket, endpoint);
      },
    });
  }
}

const socketOf = (result: Socket | Secured): Socket => ('security' in result ? result.socket : result);

/** What can't be resolved isn't found, and neither is what only has an address on which nobody answers at the port of
 *  servers; whose records lead nowhere is not there at the moment (RFC 6120 §8.3.3.16, §8.3.3.17). */
function failure(location: Location | undefined, reached: boolean, domain: string, log: Log): ConnectFailure {
  const condition = location === undefined || location.by === 'fallback' || !reached ? 'remote-server-not-found' : 'remote-server-timeout';
  log.info({ domain, condition }, 'there is no connection to another server');
  return condition;
}
