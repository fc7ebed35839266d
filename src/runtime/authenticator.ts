/** How a connection proves who it is: what the driver asks of SASL. @module */
import type { BareJid, SaslFailureCondition } from '../../machines/vocabulary.ts';

/** What a SASL exchange may know of its connection. */
export interface SaslChannel {
  readonly secure: boolean;
  /** Whether PLAIN may be offered although the channel is not secure (`--insecure-plain`). */
  readonly insecurePlain: boolean;
  /** The domainpart under which accounts are looked up. */
  readonly domain: string;
  /** The channel-binding data by type (RFC 9266 `tls-exporter`, RFC 5929 `tls-server-end-point`);
   *  absent when there is none. */
  readonly bindings: ReadonlyMap<string, Uint8Array>;
}

/** What an exchange makes of one message of the client. */
export type SaslOutcome =
  | { readonly type: 'challenge'; readonly data: string }
  /** `data` is the additional data with success, in base64. */
  | { readonly type: 'success'; readonly account: BareJid; readonly data?: string }
  | { readonly type: 'failure'; readonly condition: SaslFailureCondition; readonly text?: string };

/** Runs heavy work, such as hashing a password, when the connection that wants it has its turn; undefined
 *  when by then the connection is gone or the exchange is over. */
export type InTurn = <T>(task: () => Promise<T>) => Promise<T | undefined>;

/** One exchange. `data` is the text of `<auth/>` or `<response/>` as it came: base64, `=` for an
 *  empty one, undefined for none (RFC 6120 §6.4.2). */
export interface SaslExchange {
  /** Takes the client's next message.
   *  @throws (rejects) when it could not be judged, above all because the store failed. It is logged, and
   *  is a `temporary-auth-failure` to the client (RFC 6120 §6.5.11). */
  respond(data: string | undefined): Promise<SaslOutcome>;
}

/** Offers SASL mechanisms and begins their exchanges (RFC 6120 §6). */
export interface Authenticator {
  /** The mechanisms to offer on this channel, best first. */
  mechanisms(channel: SaslChannel): readonly string[];
  /** Begins an exchange; undefined when the mechanism is not offered on this channel.
   *  @param inTurn runs what is heavy; at once unless given */
  begin(channel: SaslChannel, mechanism: string, inTurn?: InTurn): SaslExchange | undefined;
}
