/** All that can come into the core. Whatever it needs of the outside, the time and unpredictable
 *  bytes included, comes with an input; same inputs, same effects. @module */
import type { Element } from 'ltx';
import type { BareJid, SaslFailureCondition, StreamErrorCondition } from '../../machines/vocabulary.ts';
import type { Credentials, StoreReply } from './store.ts';

/** The name of one connection, given by the runtime or, for a connection that the core has asked for, by the
 *  core; never used again for another. */
export type StreamId = string;

/** What the peer of a stream is, by the port that it came in by: a client (RFC 6120 §2), another server, or a
 *  component (XEP-0114). */
export type PeerKind = 'client' | 'server' | 'component';

/** What the transport offers at this moment; told again when TLS is established. */
export interface Channel {
  /** Confidential and integrity-protected (TLS, or a WebSocket over TLS). */
  readonly secure: boolean;
  /** STARTTLS can be offered on this connection (RFC 6120 §5). */
  readonly startTls: boolean;
  /** No mechanism may be offered before TLS (RFC 6120 §13.8). */
  readonly tlsRequired: boolean;
  /** The SASL mechanisms to offer, best first. */
  readonly mechanisms: readonly string[];
  /** The channel-binding types that can be had (XEP-0440). */
  readonly channelBindings: readonly string[];
  /** The names that the peer's certificate vouches for, as it has them (`*.example.org` included), when it was
   *  issued by somebody who is trusted (RFC 6120 §13.7.2); absent otherwise. */
  readonly certified?: readonly string[];
}

/** Why there is no connection to another server: nobody answers for the domain, or nobody has answered in time
 *  (RFC 6120 §8.3.3.16, §8.3.3.17). */
export type ConnectFailure = 'remote-server-not-found' | 'remote-server-timeout';

/** The attributes of a peer's stream header, or of `<open/>` (RFC 6120 §4.7, RFC 7395 §3.4). */
export interface StreamHeader {
  /** Whether the root is `<stream:stream/>` (or `<open/>`) in the right namespace. */
  readonly wellNamed: boolean;
  /** The content namespace. */
  readonly xmlns: string;
  readonly to?: string;
  readonly from?: string;
  readonly version?: string;
  readonly lang?: string;
  /** Only from the peer of a stream that this server has opened (RFC 6120 §4.7.3). */
  readonly id?: string;
}

/** One input: of a stream, of the store, of a timer, or of the operator. */
export type Input =
  /** `origin`: where the peer comes from, such as its IP address; what strangers may do together from
   *  one place is counted by it. `peer`: a client unless given. The answer to `connect` is this input too, under
   *  the name that the core has given; the peer's header then comes after ours. `entropy`: as with a header, for a stream
   *  that ends before the peer has sent one; without it the name of the stream stands in (RFC 6120 §4.7.3). */
  | { readonly type: 'stream.opened'; readonly stream: StreamId; readonly channel: Channel; readonly origin?: string; readonly peer?: PeerKind; readonly entropy?: string }
  /** The other answer to `connect`. */
  | { readonly type: 'connect.failed'; readonly stream: StreamId; readonly condition: ConnectFailure }
  /** `entropy` is at least 32 unpredictable characters of [A-Za-z0-9_-], fresh each time. */
  | { readonly type: 'stream.header'; readonly stream: StreamId; readonly header: StreamHeader; readonly entropy: string }
  | { readonly type: 'stream.element'; readonly stream: StreamId; readonly element: Element }
  /** The peer's closing tag (RFC 6120 §4.4). */
  | { readonly type: 'stream.ended'; readonly stream: StreamId }
  /** The reader, or a limit, found the peer at fault (RFC 6120 §4.9.3). */
  | { readonly type: 'stream.broken'; readonly stream: StreamId; readonly condition: StreamErrorCondition; readonly text?: string }
  /** The transport is dead: nothing can be sent or received any more. */
  | { readonly type: 'stream.lost'; readonly stream: StreamId }
  | { readonly type: 'tls.established'; readonly stream: StreamId; readonly channel: Channel }
  | { readonly type: 'sasl.challenged'; readonly stream: StreamId; readonly data: string }
  | { readonly type: 'sasl.succeeded'; readonly stream: StreamId; readonly account: BareJid; readonly data?: string }
  | { readonly type: 'sasl.failed'; readonly stream: StreamId; readonly condition: SaslFailureCondition; readonly text?: string }
  | { readonly type: 'credentials.derived'; readonly request: number; readonly credentials: Credentials }
  | { readonly type: 'timer.fired'; readonly timer: string }
  | { readonly type: 'store.replied'; readonly request: number; readonly reply: StoreReply }
  | { readonly type: 'store.failed'; readonly request: number }
  /** The program around the core sends a stanza of its own: `to` is anybody, `from` an address of this server, the domain itself
   *  unless given. Extensions are not asked about it. */
  | { readonly type: 'stanza.submitted'; readonly element: Element }
  /** The operator asks the server to say goodbye to every session (RFC 6120 §4.9.3.20). */
  | { readonly type: 'server.stopping' };
