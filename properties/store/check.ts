/** Checks any store: random requests, several at once, and each reply compared with what all that was asked before it says.
 *  Not here: that a store keeps what it has answered for when its machine fails. @module */
import fc from 'fast-check';
import type { Store, StoreReply, StoreRequest } from '../../src/core/store.ts';
import { rejected, replyTo } from './model.ts';
import { Numbers } from './numbers.ts';
import { requestGroups } from './requests.ts';

/** How long, and from which seed, to look.
 *  @public */
export interface StoreCheckOptions {
  readonly runs: number;
  readonly seed: number;
}

/** What a store did that it must not.
 *  @public */
export interface StoreCheckFailure {
  /** What was asked, in this order; those of one row were asked without awaiting one another. */
  readonly requests: readonly (readonly StoreRequest[])[];
  /** In words: the request, what it was answered, and what it should have been. */
  readonly fault: string;
  readonly seed: number;
  readonly path: string;
}

/** What was found.
 *  @public */
export interface StoreVerdict {
  readonly runs: number;
  readonly failure: StoreCheckFailure | undefined;
}

/** Checks that a store replies as its whole history says, in the order of the requests of each account, and that after
 *  `close` it refuses everything.
 *  @param open gives a fresh and empty store for each run; it is closed at the end of the run
 *  @returns with the smallest requests that were found when it fails
 *  @throws (rejects) when a store can't be opened or closed
 *  @example
 *  import { memoryStore } from 'waystate';
 *  // A store that forgets what it was told to keep for whoever is away.
 *  const forgetful = (): Store => {
 *    const store = memoryStore();
 *    return { perform: async (request) => (request.op === 'offline.append' ? ('stored' as never) : store.perform(request)), close: () => store.close() };
 *  };
 *  const { failure } = await checkStore(forgetful, { runs: 200, seed: 1 });
 *  failure?.fault.startsWith('{"op":"offline.append"'); // true
 *  @public */
export async function checkStore(open: () => Store | Promise<Store>, { runs, seed }: StoreCheckOptions): Promise<StoreVerdict> {
  const outcome = await fc.check(fc.asyncProperty(requestGroups, async (requests) => (await faultOf(await open(), requests)) === undefined), { numRuns: runs, seed });
  if (!outcome.failed) return { runs: outcome.numRuns, failure: undefined };
  const [requests = []] = outcome.counterexample ?? [];
  // What breaks the store itself, and not its rules, is told by whoever broke it.
  const fault = await faultOf(await open(), requests) ?? 'the requests have another outcome each time';
  return { runs: outcome.numRuns, failure: { requests: requests.filter((group) => group.length > 0), fault, seed: outcome.seed, path: outcome.counterexamplePath ?? '' } };
}

async function faultOf(store: Store, groups: readonly (readonly StoreRequest[])[]): Promise<string | undefined> {
  const past: StoreRequest[] = [];
  const numbers = new Numbers();
  try {
    for (const group of groups) {
      const asked = group.map((request) => numbers.ask(request));
      const replies = await Promise.all(asked.map((request) => store.perform(request.store).catch((): typeof rejected => rejected)));
      for (const [index, request] of asked.entries()) {
        const expected = replyTo(past, request.model);
        const reply = replies[index] ?? null;
        const read = reply === rejected || expected === rejected ? reply : numbers.read(request.model, reply, expected);
        if (canonical(read) !== canonical(expected)) return `${JSON.stringify(request.store)} was answered by ${canonical(reply)}, where ${canonical(expected)} was right`;
        past.push(request.model);
      }
    }
  } finally {
    await store.close();
  }
  const late = await store.perform({ op: 'room.list', domain: 'd.example' }).catch((): typeof rejected => rejected);
  return late === rejected ? undefined : 'after it was closed it answered still';
}

/** A reply as text, without orders that mean nothing: those of accounts, roster records and rooms, and of the keys of any object. */
function canonical(reply: StoreReply | typeof rejected): string {
  if (reply === rejected) return 'an error';
  if (reply !== null && typeof reply === 'object' && 'records' in reply) return text({ ...reply, records: reply.records.map(text).sort() });
  return Array.isArray(reply) ? text((reply as readonly unknown[]).map(text).sort()) : text(reply);
}

const text = (value: unknown): string => JSON.stringify(value, (_key, field: unknown) =>
  field !== null && typeof field === 'object' && !Array.isArray(field) ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1))) : field) ?? 'nothing';
