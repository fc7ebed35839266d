/** A history that has come to its end, as it is judged: what each client heard, and what became of each message. Not here: how
 *  it is played, on a core (world.ts) or on another server (server/play.ts). @module */
import type { Element } from 'ltx';
import type { Census } from '../../src/core/server.ts';

/** One session of a client, and what it heard, in order. */
export interface Session {
  readonly jid: string;
  readonly heard: readonly (Element | 'closed')[];
}

/** A message at the time it was sent. */
export interface SentMessage {
  readonly by: string;
  readonly to: string;
  readonly type: string;
}

/** What became of a message. */
export interface MessageFate {
  /** Its place among those that were sent, from 1; other messages, errors above all, have what they have. */
  readonly id: string | undefined;
  readonly type: string;
  readonly fate: 'delivered' | 'stored' | 'bounced' | 'dropped' | 'routed';
}

/** What was shown to one session, as text; `</stream:stream>` when its stream was closed. */
export interface Shown {
  readonly to: string;
  readonly what: string;
}

/** A history that has come to its end. */
export interface Run {
  readonly sessions: readonly Session[];
  /** The last session to end; it has heard all the others go. */
  readonly last: Session | undefined;
  readonly fates: readonly MessageFate[];
  /** What was sent, in order; the id of a message is its place, from 1. */
  readonly messages: readonly SentMessage[];
  /** What each act brought, in order, and then what the end did. */
  readonly steps: readonly (readonly Shown[])[];
  /** What is left in the memory of a core; of another server it is not known. */
  readonly census?: Census;
}
