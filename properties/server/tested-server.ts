/** Any server, as it is checked: five things that its clients do. Whoever has another implementation writes these, and
 *  has the theorems (docs/guides/check-your-server.md). @module */

/** What may be had at once, or later. */
export type Awaitable<T> = T | Promise<T>;

/** A server that is checked. It serves `localhost`, lets `juliet`, `romeo` and `nurse` in without a password, and knows
 *  nothing of any earlier run.
 *  @public */
export interface TestedServer {
  /** Opens a stream, authenticates it, and binds its resource (RFC 6120 §7). No presence is sent.
   *  @param jid the full JID
   *  @param hear to be told of everything that the server sends from then on: a whole stanza as text, and at the end
   *  `</stream:stream>` */
  connect(jid: string, hear: (xml: string) => void): Awaitable<TestedClient>;
  /** Lets time pass, and everything happen that is due by then. */
  advance(ms: number): Awaitable<void>;
  /** Ends the run: nothing of it may be left in the next. */
  stop?(): Awaitable<void>;
}

/** One client's stream.
 *  @public */
export interface TestedClient {
  /** Sends a stanza, or the closing tag. */
  send(xml: string): Awaitable<void>;
  /** Ends the connection without a word. */
  cut(): Awaitable<void>;
}
