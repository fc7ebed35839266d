/** What is measured: the scenarios, the accounts that they need, and the marks that the project set
 *  itself. How each is carried out is in load/. @module */
import { CONTACTS, loginCount, OCCUPANTS, offlineAccounts, PAIRS } from './load/job.ts';
import type { Accounts } from './load/job.ts';

/** What sizes a run. */
export interface Sizes {
  readonly seconds: number;
  readonly idleSteps: readonly number[];
}

/** One line of the result: a measure of the generator, and the highest value that meets our mark. */
export interface Row {
  readonly measure: string;
  readonly unit: string;
  readonly mark?: number;
}

/** One scenario of the generator. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly accounts: (sizes: Sizes) => Accounts;
  readonly rows: readonly Row[];
  /** Whether the server must be started afresh for it. */
  readonly fresh?: boolean;
}

const pairs = (): Accounts => ({ user: 2 * PAIRS });
const loggingIn = (sizes: Sizes): Accounts => ({ user: loginCount(sizes.seconds) });

/** All scenarios, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  { name: 'chat', about: '50 pairs, 20 messages of each under way', accounts: pairs, rows: [{ measure: 'chat', unit: 'µs per message', mark: 20 }] },
  { name: 'chat-w1', about: '50 pairs, one message of each under way', accounts: pairs, rows: [{ measure: 'chat-w1', unit: 'µs per message', mark: 45 }] },
  { name: 'chat-bare', about: 'as chat, to bare JIDs', accounts: pairs, rows: [{ measure: 'chat-bare', unit: 'µs per message' }] },
  { name: 'latency', about: '2,000 messages a second in all', accounts: pairs, rows: [{ measure: 'latency', unit: 'µs per message' }] },
  { name: 'presence', about: `changes of one user told to ${CONTACTS} contacts`, accounts: () => ({ ros: CONTACTS + 1 }), rows: [{ measure: 'presence', unit: 'µs per delivery', mark: 10 }] },
  { name: 'room', about: `messages of one occupant told to ${OCCUPANTS}`, accounts: () => ({ user: OCCUPANTS }), rows: [{ measure: 'room', unit: 'µs per delivery', mark: 12 }] },
  { name: 'login-scram', about: 'log-in with SCRAM-SHA-1, 50 at a time', accounts: loggingIn, rows: [{ measure: 'login-scram', unit: 'ms per log-in', mark: 1.3 }] },
  { name: 'login-plain', about: 'log-in with PLAIN, 50 at a time', accounts: loggingIn, rows: [{ measure: 'login-plain', unit: 'ms per log-in' }] },
  {
    name: 'offline',
    about: 'messages to accounts that are away, then their return',
    accounts: (sizes) => ({ user: 1, off: offlineAccounts(sizes.seconds) }),
    rows: [
      { measure: 'offline store', unit: 'µs per message', mark: 80 },
      { measure: 'offline replay', unit: 'µs per message' },
    ],
  },
  {
    name: 'idle',
    about: 'memory of available sessions that do nothing',
    accounts: (sizes) => ({ user: Math.max(...sizes.idleSteps) }),
    rows: [
      { measure: 'idle', unit: 'KiB per session', mark: 30 },
      { measure: 'idle, each further', unit: 'KiB per session' },
      { measure: 'empty server', unit: 'MiB' },
    ],
    fresh: true,
  },
];

/** The accounts that all these scenarios need together. */
export function accountsFor(chosen: readonly Scenario[], sizes: Sizes): Accounts {
  const accounts: Record<string, number> = {};
  for (const scenario of chosen) {
    for (const [prefix, count] of Object.entries(scenario.accounts(sizes))) accounts[prefix] = Math.max(accounts[prefix] ?? 0, count);
  }
  return accounts;
}

/** The scenarios of a comma list. Throws when one is unknown. */
export function chosenScenarios(only: string | undefined): readonly Scenario[] {
  if (only === undefined) return scenarios;
  return only.split(',').map((name) => {
    const scenario = scenarios.find((candidate) => candidate.name === name.trim());
    if (scenario === undefined) throw new Error(`no such scenario: ${name}; there are ${scenarios.map((each) => each.name).join(', ')}`);
    return scenario;
  });
}
