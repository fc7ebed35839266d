/** What the benchmark asks of its load generator and what it gets back, as plain data: the generator
 *  is a process of its own, so that it can have a core of its own. Which scenarios there are, and what
 *  is expected of them, is in ../plan.ts. @module */

/** One order to the generator. */
export interface Job {
  /** A scenario of main.ts, or `register`, which creates the accounts. */
  readonly scenario: string;
  readonly port: number;
  readonly domain: string;
  /** The process of the server, whose CPU time and memory are read. */
  readonly pid: number;
  /** How long a scenario measures; those that count instead of timing scale with it. */
  readonly seconds: number;
  /** Numbers of sessions at which the memory is read, ascending. */
  readonly idleSteps: readonly number[];
  /** How many accounts of each name to create. */
  readonly accounts: Accounts;
}

/** Numbers of accounts by the beginning of their localparts: `{ user: 2 }` is `user0` and `user1`. */
export type Accounts = Readonly<Record<string, number>>;

/** One thing that was measured. Only `value` is compared between servers. */
export interface Measure {
  /** In the unit that the plan states: CPU time, or memory, per unit of work. */
  readonly value: number;
  readonly perSecond?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** Cores used by the server, by the generator and by everything else on the machine. */
  readonly serverBusy?: number;
  readonly generatorBusy?: number;
  readonly othersBusy?: number;
}

/** The measures of one scenario by their names in the plan. */
export type Outcome = Readonly<Record<string, Measure>>;

/** The password of every account. */
export const PASSWORD = 'pass';

/** Conversations of the chat scenarios; each has two accounts. */
export const PAIRS = 50;

/** Contacts who see the presence of one user. */
export const CONTACTS = 200;

/** Occupants of the room, who hear each message. */
export const OCCUPANTS = 200;

/** Messages that wait for one account in the offline scenario. */
export const OFFLINE_EACH = 100;

/** How many log-ins are measured. */
export const loginCount = (seconds: number): number => Math.ceil(125 * seconds);

/** How many accounts have messages waiting. */
export const offlineAccounts = (seconds: number): number => Math.ceil(12.5 * seconds);

/** The localparts `prefix<from>` up to but not including `prefix<to>`. */
export function localparts(prefix: string, from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => `${prefix}${from + i}`);
}
