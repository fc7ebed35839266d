/** An observer: one sentence that is always true, watched from outside the servers. @module */
import type { StoreReply, StoreRequest } from '../../src/core/store.ts';
import type { Census } from '../../src/core/server.ts';
import type { Client } from './client.ts';
import type { Knowledge, Seen } from './knowledge.ts';

/** What is always true, in words. */
export interface Theorem {
  readonly name: string;
  readonly statement: string;
  /** Where a fault makes it unobservable, and nothing is claimed. */
  readonly exempt: string;
  readonly spec: readonly string[];
}

/** The healed world, when nothing is under way. */
export interface Rest {
  /** `together`: every client is available and has heard all; `fewer`: some have left since; `alone`: all have. */
  readonly when: 'together' | 'fewer' | 'alone';
  /** Those of the server. */
  readonly clients: readonly Client[];
  /** Those of all servers. */
  readonly everyone: readonly Client[];
  readonly census: Census | undefined;
}

/** One server in one run under watch. Each answer is what is wrong, or undefined when nothing is. */
export interface Watch {
  /** How often the sentence was put to the test. */
  readonly premises: number;
  step?(seen: Seen): string | undefined;
  /** The store has carried out a request, whether or not anybody is told of it. */
  performed?(request: StoreRequest, reply: StoreReply): string | undefined;
  crashed?(): void;
  rested?(rest: Rest): string | undefined;
}

/** A sentence and how to watch it. What is about each server is watched at each by itself; what is about them together
 *  is watched at all by one, which tells them apart by the `site` of what it sees. */
export type Observer = Theorem & (
  | { readonly watch: (knowledge: Knowledge) => Watch; readonly watchAll?: never }
  | { readonly watchAll: (of: ReadonlyMap<string, Knowledge>) => WatchAll; readonly watch?: never }
);

/** All servers in one run under watch. */
export interface WatchAll {
  readonly premises: number;
  step?(seen: Seen): string | undefined;
  crashed?(site: string): void;
  rested?(when: Rest['when'], everyone: readonly Client[]): string | undefined;
}
