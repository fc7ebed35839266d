/** Every mutant with what became of it, as short as it can be said: what a page lists, and where a counterexample is
 *  looked for. Not here: how many there are of each fate (run.ts). @module */
import type { Mutant } from './operators.ts';
import type { Verdict } from './run.ts';

/** What a list tells of a mutant that is killed: its operator, the steps of the shortest way, the scope and the statement
 *  that it was killed by, and every other statement that is known to notice it, by their numbers; of another, its fate. */
export type Listed = readonly [operator: string, steps: number, scope: number, killer: number, ...others: number[]] | readonly [operator: string, fate: string];

/** The mutants, those with the same state and event together. The name of a mutant is its machine, its place and its
 *  operator, with `: ` between them. */
export interface MutantList {
  readonly scopes: readonly string[];
  readonly statements: readonly (readonly [check: string, statement: string])[];
  /** By machine, then by place. */
  readonly machines: Readonly<Record<string, Readonly<Record<string, readonly Listed[]>>>>;
}

/** Lists the verdicts of a run.
 *  @example
 *  JSON.stringify(listOf(new Map([[mutant, trial.verdictOf(mutant)]]))); */
export function listOf(verdicts: ReadonlyMap<Pick<Mutant, 'machine' | 'where' | 'operator'>, Verdict>): MutantList {
  const scopes = new Numbered<string>();
  const statements = new Numbered<readonly [string, string]>();
  const machines: Record<string, Record<string, Listed[]>> = {};
  for (const [{ machine, where, operator }, verdict] of verdicts) {
    const place = ((machines[machine] ??= {})[where] ??= []);
    if (verdict.fate !== 'killed') {
      place.push([operator, verdict.fate]);
      continue;
    }
    const killer = statements.numberOf([verdict.check, verdict.statement]);
    const others = verdict.killers.map(({ check, statement }) => statements.numberOf([check, statement])).filter((number) => number !== killer);
    place.push([operator, verdict.steps.length, scopes.numberOf(verdict.scope), killer, ...others]);
  }
  return { scopes: scopes.items, statements: statements.items, machines };
}

/** Items by number, each once. */
class Numbered<T> {
  readonly #numbers = new Map<string, number>();
  readonly items: T[] = [];

  numberOf(item: T): number {
    const key = JSON.stringify(item);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.items.length);
    return this.items.push(item) - 1;
  }
}
