/** A run: what came of one schedule, as the clients and the store saw it. Data only. @module */
import { parse } from 'ltx';
import type { StreamId } from '../../../src/core/input.ts';
import type { Fate } from '../../../src/core/kernel.ts';
import type { Census } from '../../../src/core/server.ts';
import type { Deed } from './programme.ts';

/** What a client heard. `at`, here and below: the number of the core's step. */
export interface Heard {
  readonly at: number;
  /** `closed` for the server's closing tag. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly type: string | undefined;
  readonly id: string;
  /** Whether it comes from the store (XEP-0203). */
  readonly isDelayed: boolean;
  readonly xml: string;
}

/** What a client did. */
export interface Said {
  readonly at: number;
  readonly deed: Deed;
  /** Of the message or iq, if it is one. */
  readonly id: string;
}

/** One session of a client. */
export interface Session {
  readonly jid: string;
  readonly stream: StreamId;
  readonly said: Said[];
  readonly heard: Heard[];
  /** When it heard that its resource is bound. */
  boundAt: number | undefined;
  /** When it did its last, or heard the last. */
  endedAt: number | undefined;
  wasCut: boolean;
}

/** Whether the server has ended a session that its client did not. */
export const isEndedByServer = ({ said, endedAt }: Session): boolean =>
  endedAt !== undefined && !said.some(({ at, deed }) => at === endedAt && (deed.do === 'close' || deed.do === 'cut'));

/** A schedule that has come to its end. */
export interface Run {
  readonly sessions: readonly Session[];
  readonly fates: readonly (Fate & { readonly at: number })[];
  /** Steps after which nothing waited for the store. */
  readonly restedAt: readonly number[];
  /** The ids of the messages that are still kept, by account. */
  readonly kept: ReadonlyMap<string, readonly string[]>;
  /** How many requests failed: because their stream ended before its output had left the process, or in
   *  the store. */
  readonly failures: { readonly unsent: number; readonly store: number };
  /** What the core reported to be broken. */
  readonly reports: readonly string[];
  /** What is left in memory once everybody has gone. */
  readonly census: Census;
  readonly steps: number;
}

const known = new Map<string, Omit<Heard, 'at'>>();

/** What a client reads in a first-level element. Schedules repeat each other, so each is read once. */
export function heardIn(xml: string, at: number): Heard {
  let heard = known.get(xml);
  if (heard === undefined) {
    const element = parse(xml.replace(/^<(stream:\w+)/, '<$1 xmlns:stream="http://etherx.jabber.org/streams"'));
    const { from = '', to = '', type, id = '' } = element.attrs;
    heard = { name: element.name, from, to, type, id, isDelayed: element.getChild('delay') !== undefined, xml };
    known.set(xml, heard);
  }
  return { ...heard, at };
}
