/** Counterexamples for the inspector: what refutes a mutant or a negative control, looked for when somebody asks. In a
 *  thread of its own, one at a time and not for long, so that the server next to it has no part in it. Not here: the search
 *  itself (properties/checker/counterexample.ts). @module */
import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import type { Refuted } from '../../properties/checker/counterexample.ts';
import type { MutantList } from '../../properties/mutants/list.ts';
import { TraceError } from '../core/trace.ts';

/** What a thread is to look for. */
export type Wanted = Refuted | { readonly control: string };

/** What it has found: a trace as text, or why there is none. */
export type Found = { readonly text: string } | { readonly fault: string };

/** How a search may be bounded. */
export interface Bounds {
  readonly timeoutMs: number;
  /** Who asks while so many wait already is sent away. */
  readonly waiting: number;
}

type Source = (name: string) => Promise<string | undefined>;

/** Where the traces of mutants and of controls come from, by the name of each; undefined for a name that is none.
 *  @throws (rejects) TraceError, which says why a trace can't be had
 *  @example
 *  const text = await counterexamples().control('no-drain'); */
export function counterexamples({ timeoutMs, waiting }: Bounds = { timeoutMs: 10_000, waiting: 8 }): { readonly mutant: Source; readonly control: Source } {
  let last: Promise<unknown> = Promise.resolve();
  let asked = 0;
  const inTurn = async (wanted: Wanted): Promise<string> => {
    if (asked >= waiting) throw new TraceError('Others are being looked for already: try again in a moment.');
    asked += 1;
    const mine = last.then(() => found(wanted, timeoutMs)).finally(() => (asked -= 1));
    last = mine.catch(() => {});
    return mine;
  };
  return {
    async mutant(name) {
      const refuted = await refutedOf(name);
      return refuted && inTurn(refuted);
    },
    async control(name) {
      const { negativeControls } = await import('../../properties/checker/variants.ts');
      return negativeControls.some((each) => each.name === name) ? inTurn({ control: name }) : undefined;
    },
  };
}

/** What a mutant was refuted by when mutants were last counted.
 *  @throws (rejects) TraceError for one that was not */
async function refutedOf(name: string): Promise<Refuted | undefined> {
  const { machines, scopes, statements } = JSON.parse(await readFile(new URL('../inspector/page/mutants.json', import.meta.url), 'utf8')) as MutantList;
  const [machine = '', where = ''] = name.split(': ', 2);
  const places = Object.hasOwn(machines, machine) ? machines[machine] : undefined;
  const listed = places !== undefined && Object.hasOwn(places, where) ? places[where]?.find(([operator]) => name === `${machine}: ${where}: ${operator}`) : undefined;
  if (listed === undefined) return undefined;
  const [, fate, scope, killer] = listed;
  if (typeof fate === 'string') throw new TraceError(`There is no counterexample: the fate of this mutant is "${fate}".`);
  const [check = '', statement = ''] = statements[killer ?? -1] ?? [];
  return { mutant: name, check, scope: scopes[scope ?? -1] ?? '', statement };
}

function found(wanted: Wanted, timeoutMs: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const worker = new Worker(new URL('./counterexample-thread.ts', import.meta.url), { workerData: wanted, resourceLimits: { maxOldGenerationSizeMb: 512 } });
  // Nothing waits for a search when the server ends.
  worker.unref();
  const late = setTimeout(() => reject(new TraceError(`It was not found within ${timeoutMs / 1000} s.`)), timeoutMs).unref();
  worker.once('message', (message: Found) => ('text' in message ? resolve(message.text) : reject(new TraceError(message.fault))));
  worker.once('error', () => reject(new TraceError('The search has failed.')));
  worker.once('exit', () => reject(new TraceError('The search has ended without a result.')));
  return promise.finally(() => {
    clearTimeout(late);
    void worker.terminate();
  });
}
