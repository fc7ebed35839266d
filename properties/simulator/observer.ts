/** An observer: one sentence that is always true, watched from outside the server. @module */
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
  readonly clients: readonly Client[];
  readonly census: Census | undefined;
}

/** One run under watch. Each answer is what is wrong, or undefined when nothing is. */
export interface Watch {
  /** How often the sentence was put to the test. */
  readonly premises: number;
  step?(seen: Seen): string | undefined;
  /** The store has carried out a request, whether or not anybody is told of it. */
  performed?(request: StoreRequest, reply: StoreReply): string | undefined;
  crashed?(): void;
  rested?(rest: Rest): string | undefined;
}

/** A sentence and how to watch it. */
export interface Observer extends Theorem {
  watch(knowledge: Knowledge): Watch;
}
