/** All that the core can ask of its surroundings. A batch is carried out in order. @module */
import type { StreamId } from './input.ts';
import type { StoreRequest } from './store.ts';

/** The attributes of the server's stream header (RFC 6120 §4.7). Which namespaces it declares is known by the
 *  kind of the peer (RFC 6120 §4.8). */
export interface ServerHeader {
  readonly from: string;
  /** Absent from the header that opens a stream to another server. */
  readonly id?: string;
  readonly lang: string;
  /** Absent where the peer's is 0.9 (RFC 6120 §4.7.5). */
  readonly version?: string;
  readonly to?: string;
}

/** One effect: on a stream, on the store, on a timer, or for the log. */
export type Effect =
  /** Connect to the server of a domain (RFC 6120 §3.2), on behalf of a domain of ours; answered by `stream.opened`
   *  or `connect.failed`, both with this name. */
  | { readonly type: 'connect'; readonly stream: StreamId; readonly domain: string; readonly from: string }
  /** Send the stream header, or `<open/>`. */
  | { readonly type: 'open'; readonly stream: StreamId; readonly header: ServerHeader }
  /** Send one first-level element. Its content namespace and the prefixes `stream` and, between servers, `db` (XEP-0220)
   *  are those that a TCP stream declares in its header; a framing that has no header adds them. */
  | { readonly type: 'send'; readonly stream: StreamId; readonly xml: string }
  /** Send the closing tag, or `<close/>`; nothing is sent after it. The peer's own closing tag, or
   *  `disconnect`, ends the connection. */
  | { readonly type: 'close'; readonly stream: StreamId }
  /** End the connection once all that was sent before is out. The last effect of a stream. */
  | { readonly type: 'disconnect'; readonly stream: StreamId }
  /** Begin the TLS handshake, as the server or, on a stream that was asked for by `connect`, as the client; what was read before it is never used after it (RFC 6120 §5.4.3.3). */
  | { readonly type: 'startTls'; readonly stream: StreamId }
  /** Expect a new stream header (RFC 6120 §6.4.6). */
  | { readonly type: 'restart'; readonly stream: StreamId }
  /** Begin a SASL exchange; `data` is the text of `<auth/>`, undefined when it is empty. */
  | { readonly type: 'authenticate'; readonly stream: StreamId; readonly mechanism: string; readonly data?: string }
  /** Go on with the SASL exchange; `data` is the text of `<response/>`. */
  | { readonly type: 'respond'; readonly stream: StreamId; readonly data?: string }
  /** Forget the SASL exchange. */
  | { readonly type: 'abort'; readonly stream: StreamId }
  /** The peer is authenticated: the limits of strangers give way to those of users. */
  | { readonly type: 'trust'; readonly stream: StreamId }
  /** Read no more from this stream until told to: enough of it waits already. */
  | { readonly type: 'pause'; readonly stream: StreamId }
  | { readonly type: 'resume'; readonly stream: StreamId }
  | { readonly type: 'startTimer'; readonly timer: string; readonly delayMs: number }
  | { readonly type: 'cancelTimer'; readonly timer: string }
  /** Ask the store; answered by `store.replied` or `store.failed`. `after`: only once all that was sent
   *  over that stream before has left the process; if the stream ends first, the request fails. */
  | { readonly type: 'store'; readonly request: number; readonly operation: StoreRequest; readonly after?: StreamId }
  /** Derive the salted keys of a password; answered by `credentials.derived`, or by `store.failed`. */
  | { readonly type: 'deriveCredentials'; readonly request: number; readonly password: string }
  /** An invariant is broken; the core has ended the stream concerned, and goes on. To be logged. */
  | { readonly type: 'report'; readonly stream: StreamId | undefined; readonly error: unknown };
