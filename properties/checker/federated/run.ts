/** A run of two servers: what came of one schedule, as the clients of both saw it. Data only. @module */
import type { Fate } from '../../../src/core/kernel.ts';
import type { Run } from '../schedules/run.ts';

/** A stanza that another server, or a component, has brought to a server. */
export interface Arrived {
  readonly at: number;
  /** The server that has read it. */
  readonly site: string;
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly type: string | undefined;
  readonly id: string;
  readonly xml: string;
}

/** What has gone wrong, and when. */
export interface Mishap {
  readonly at: number;
  readonly what: 'cut' | 'refused' | 'silent' | 'drain' | 'link' | 'stop';
  /** The server that noticed, or stopped. */
  readonly site: string;
}

/** Sessions that have ended and are not closed yet, while nothing else happens. */
export interface Waiting {
  readonly at: number;
  readonly site: string;
  readonly sessions: number;
  /** Deadlines of drains that run. */
  readonly deadlines: number;
}

/** A schedule of two servers that has come to its end. Its fates are those of the last server that had to do with the message. */
export interface FederatedRun extends Run {
  /** What was handed over to another server. */
  readonly routed: readonly (Fate & { readonly at: number })[];
  readonly arrived: readonly Arrived[];
  /** Stanzas that were on a line when it broke. */
  readonly lost: readonly { readonly name: string; readonly id: string; readonly type: string | undefined }[];
  readonly mishaps: readonly Mishap[];
  readonly waiting: readonly Waiting[];
}
