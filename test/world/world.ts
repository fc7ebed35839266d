/** What a scenario may do to a server, whether it is the core in this process or a server behind a
 *  socket. @module */
import type { Element } from 'ltx';

/** The domain of every scenario. */
export const DOMAIN = 'localhost';

/** One client's end of a stream that is bound. */
export interface Client {
  /** The full JID. */
  readonly jid: string;
  /** Sends text over the stream as it is, in one write. */
  send(xml: string): void;
  /** The next first-level element, or `closed` once the server has closed the stream. Rejects when
   *  nothing comes. */
  next(): Promise<Element | 'closed'>;
  /** Sends the closing tag. */
  close(): void;
  /** Cuts the connection. */
  drop(): void;
}

export interface World {
  /** Makes an account `name@localhost`. */
  account(name: string): Promise<void>;
  /** Logs in and binds a resource. */
  connect(name: string, resource: string | undefined): Promise<Client>;
  dispose(): Promise<void>;
}
