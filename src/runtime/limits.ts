/** Every limit of the runtime, with its default: what one peer can take of the server. Spec: RFC 6120
 *  §13.12, XEP-0205. Not here: the time a stream has to authenticate and the number of messages kept
 *  for an account, which the core counts (its configuration); the sums that apply these numbers
 *  (rate.ts, admission.ts, connection.ts). @module */
import type { PeerKind } from '../core/input.ts';
import type { ReaderLimits } from '../core/xml/reader.ts';
import type { Allowance } from './rate.ts';

/** What a peer may take. Sizes are bytes, times are milliseconds; every number is positive.
 *  @public */
export interface Limits {
  /** One first-level element of an authenticated peer (RFC 6120 §13.12 rule 4: never below 10,000). */
  readonly maxStanzaBytes: number;
  /** The same before authentication, when nothing but negotiation has any business being long. Over WebSocket
   *  a message is judged when it is whole: of one that isn't, up to `maxStanzaBytes` are kept. */
  readonly maxStanzaBytesUnauthenticated: number;
  /** Nesting of elements, the first-level one counted as 1. */
  readonly maxDepth: number;
  /** Attributes of one element, namespace declarations included. */
  readonly maxAttributes: number;
  /** First-level elements that a peer may send before it is authenticated; one more ends the stream. */
  readonly maxElementsUnauthenticated: number;
  /** Connections of all listeners together, HTTP included. */
  readonly maxConnections: number;
  /** Connections of one IPv4 address or one IPv6 /64. The default leaves room for a carrier's NAT and
   *  for a proxy on the same machine, for which every client has one address. */
  readonly maxConnectionsPerAddress: number;
  /** First-level elements a second and connection; what comes faster is read later. */
  readonly stanzasPerSecond: number;
  /** Bytes a second and connection; what comes faster is read later. */
  readonly bytesPerSecond: number;
  /** The two rates before authentication. */
  readonly stanzasPerSecondUnauthenticated: number;
  readonly bytesPerSecondUnauthenticated: number;
  /** One first-level element of an authenticated server or component. What a client sends grows on its way. */
  readonly maxStanzaBytesOfServers: number;
  /** The two rates of an authenticated server or component, behind which are many users. */
  readonly stanzasPerSecondOfServers: number;
  readonly bytesPerSecondOfServers: number;
  /** How long a peer may be ahead of its rates: the burst is the rate times this. */
  readonly burstMs: number;
  /** What may wait for a peer that reads slowly; more ends its stream with `resource-constraint`. */
  readonly maxQueuedBytes: number;
  /** From the start of a TLS handshake to its end. */
  readonly tlsHandshakeTimeoutMs: number;
  /** How long one address of another server may take to accept a connection. */
  readonly connectTimeoutMs: number;
  /** How long all its addresses may take together, the DNS and TLS from the start included. */
  readonly connectTotalTimeoutMs: number;
  /** How long a closed stream waits for the peer's closing tag, or for the peer to hang up
   *  (RFC 6120 §4.4 rule 3). */
  readonly closeTimeoutMs: number;
}

/** The limits that hold where nothing else is configured.
 *  @public
 *  @example
 *  const limits: Limits = { ...defaultLimits, maxConnectionsPerAddress: 50 };
 *  limits.maxStanzaBytes; // 262_144 */
export const defaultLimits: Limits = {
  maxStanzaBytes: 262_144,
  maxStanzaBytesUnauthenticated: 10_000,
  maxDepth: 64,
  maxAttributes: 64,
  maxElementsUnauthenticated: 100,
  maxConnections: 50_000,
  maxConnectionsPerAddress: 10_000,
  stanzasPerSecond: 5_000,
  bytesPerSecond: 4 * 1024 * 1024,
  stanzasPerSecondUnauthenticated: 50,
  bytesPerSecondUnauthenticated: 64 * 1024,
  maxStanzaBytesOfServers: 524_288,
  stanzasPerSecondOfServers: 20_000,
  bytesPerSecondOfServers: 16 * 1024 * 1024,
  burstMs: 2_000,
  maxQueuedBytes: 4 * 1024 * 1024,
  tlsHandshakeTimeoutMs: 10_000,
  connectTimeoutMs: 5_000,
  connectTotalTimeoutMs: 20_000,
  closeTimeoutMs: 2_000,
};

/** The limits of one connection at one time. */
export interface Regime {
  readonly reader: ReaderLimits;
  readonly stanzas: Allowance;
  readonly bytes: Allowance;
  /** First-level elements that may come under this regime. */
  readonly maxElements: number;
}

/** The two regimes: a peer is a stranger until it is authenticated, whatever it is. */
export function regimesOf(limits: Limits, peer: PeerKind): { readonly stranger: Regime; readonly trusted: Regime } {
  const isClient = peer === 'client';
  const { maxDepth, maxAttributes, burstMs } = limits;
  return {
    stranger: {
      reader: { maxStanzaBytes: limits.maxStanzaBytesUnauthenticated, maxDepth, maxAttributes },
      stanzas: { perSecond: limits.stanzasPerSecondUnauthenticated, burstMs },
      bytes: { perSecond: limits.bytesPerSecondUnauthenticated, burstMs },
      maxElements: limits.maxElementsUnauthenticated,
    },
    trusted: {
      reader: { maxStanzaBytes: isClient ? limits.maxStanzaBytes : limits.maxStanzaBytesOfServers, maxDepth, maxAttributes },
      stanzas: { perSecond: isClient ? limits.stanzasPerSecond : limits.stanzasPerSecondOfServers, burstMs },
      bytes: { perSecond: isClient ? limits.bytesPerSecond : limits.bytesPerSecondOfServers, burstMs },
      maxElements: Infinity,
    },
  };
}
