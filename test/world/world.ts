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

/** One of two servers that speak with each other; a world of one server is `here`. */
export type Place = 'here' | 'there';

export interface World {
  /** What a scenario calls domains, and their names: `here`, `there`, and `rooms.` with either. */
  readonly domains: Readonly<Record<string, string>>;
  /** Makes an account. */
  account(name: string, place: Place): Promise<void>;
  /** Logs in and binds a resource. */
  connect(name: string, resource: string | undefined, place: Place): Promise<Client>;
  dispose(): Promise<void>;
}
