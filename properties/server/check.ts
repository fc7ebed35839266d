/** Checks theorems on any server: the same histories and the same judgement as for a core, played on what an adapter gives.
 *  Not here: the theorem about a core's memory, which no client sees. @module */
import fc from 'fast-check';
import { dialogueOf } from '../arbitrary/history.ts';
import type { History } from '../arbitrary/history.ts';
import { inOrder, oneFate, presenceDecidesNothing, reached } from '../message.property.ts';
import { goodbyeFirst, noGhosts, noLeak } from '../presence.property.ts';
import type { Theorem, Verdict } from '../theorem.ts';
import type { Run } from '../world/run.ts';
import { playOn } from './play.ts';
import type { Awaitable, TestedServer } from './tested-server.ts';

/** What every server of RFC 6121 must hold. Those about blocking (XEP-0191) and lists (XEP-0016) are in `theorems`.
 *  @public
 *  @example
 *  serverTheorems[0]?.name; // 'presence does not decide whether a message is delivered' */
export const serverTheorems: readonly Theorem[] = [presenceDecidesNothing, reached, oneFate, inOrder, goodbyeFirst, noGhosts, noLeak];

/** How long, and from which seed, to look.
 *  @public */
export interface ServerCheckOptions {
  readonly runs: number;
  readonly seed: number;
  /** The longest history that is played; 50 acts unless given. Servers that take their time want fewer. */
  readonly acts?: number;
}

/** Checks a theorem over random histories of a server.
 *  @param makeServer gives a fresh server for each history
 *  @returns with the smallest history that was found when it fails
 *  @throws (rejects) when the adapter does, outside of any history
 *  @public
 *  @example
 *  // A server that takes everything, and says nothing.
 *  const silent: TestedServer = { connect: () => ({ send() {}, cut() {} }), advance() {} };
 *  const reached = serverTheorems.find(({ name }) => name === 'a connected resource is reached at its full JID')!;
 *  const { failure } = await checkServer(reached, () => silent, { runs: 100, seed: 1 });
 *  failure?.fault; // 'romeo@localhost/a is connected, and does not hear message 1' */
export async function checkServer(theorem: Theorem, makeServer: () => Awaitable<TestedServer>, { runs, seed, acts = 50 }: ServerCheckOptions): Promise<Verdict> {
  let premises = 0;
  const faultOf = async (history: History): Promise<string | undefined> => {
    const { run, fault } = await judgeOn(makeServer, theorem, history);
    if (run !== undefined) premises += theorem.witness(run, history);
    return fault;
  };
  const given = theorem.given.map((history) => history.slice(0, acts));
  const outcome = await fc.check(fc.asyncProperty(given, async (history) => (await faultOf(history)) === undefined), { numRuns: runs, seed });
  const [found] = outcome.counterexample ?? [];
  if (found === undefined) return { theorem, runs: outcome.numRuns, premises, failure: undefined };
  const history = await smallest(found, async (smaller) => (await faultOf(smaller)) !== undefined);
  const fault = (await judgeOn(makeServer, theorem, history)).fault ?? 'the history has another outcome each time';
  return { theorem, runs: outcome.numRuns, premises, failure: { fault, history, dialogue: [...(history.length > 0 ? [dialogueOf(history)] : []), ending].join('\n'), seed: outcome.seed, path: outcome.counterexamplePath ?? '' } };
}

/** What every history ends with (play.ts). */
const ending = '   then  each account connects as collector and sends presence; then every stream is closed, one after the other';

async function judgeOn(makeServer: () => Awaitable<TestedServer>, theorem: Theorem, history: History): Promise<{ readonly run?: Run; readonly fault?: string }> {
  let run: Run | undefined;
  try {
    run = await playOn(await makeServer(), history);
    const beside: Run[] = [];
    for (const each of theorem.beside?.(history) ?? []) beside.push(await playOn(await makeServer(), each));
    const fault = theorem.fault(run, history, beside);
    return fault === undefined ? { run } : { run, fault };
  } catch (error) {
    return { ...(run && { run }), fault: `the server fails: ${String(error)}` };
  }
}

/** A history without any act that it can spare. */
async function smallest(history: History, isFaulty: (history: History) => Promise<boolean>): Promise<History> {
  for (const index of history.keys()) {
    const smaller = history.toSpliced(index, 1);
    if (await isFaulty(smaller)) return smallest(smaller, isFaulty);
  }
  return history;
}
