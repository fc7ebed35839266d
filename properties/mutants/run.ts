/** What becomes of mutants: each is put in the place of its machine in every check that has it, until
 *  something is broken; what breaks nothing is compared with the machine in lockstep. Not here: how
 *  mutants are made (operators.ts), what is printed (report.ts). @module */
import type { Check, CheckScope } from '../checker/check.ts';
import { explore } from '../checker/explore.ts';
import type { System } from '../checker/explore.ts';
import { wellFormedChecks } from '../checker/machines/well-formed.ts';
import { Asked } from './asked.ts';
import { DIFFERS, Lockstep } from './lockstep.ts';
import type { Mutant } from './operators.ts';

/** The largest scopes that are taken: those of the tests, or those of a pull request too. */
export type Extent = 'test' | 'pull request';

/** A statement of a check. */
export interface Killer {
  readonly check: string;
  readonly statement: string;
}

/** What became of a mutant. */
export type Verdict =
  /** A statement of a check is broken, after so many steps. */
  | { readonly fate: 'killed'; readonly check: string; readonly scope: string; readonly statement: string; readonly steps: readonly string[]; readonly killers: readonly Killer[] }
  /** Its table can't be told from the machine's. */
  | { readonly fate: 'same table' }
  /** In none of these scopes can it be told from the machine; a machine's own table is no scope for this,
   *  since nobody sees it. */
  | { readonly fate: 'equivalent in scope'; readonly scopes: readonly string[] }
  /** It differs, and no statement says that it must not; the shortest dialogue that shows it. */
  | { readonly fate: 'survivor'; readonly scope: string; readonly steps: readonly string[] };

/** Small scopes have no more states than this. */
const SMALL = 33_000;

/** More states than any scope of a pull request has: beyond this a mutant has no bounds. */
const LIMIT = 8_000_000;

interface Place {
  readonly check: Check;
  readonly scope: CheckScope;
}

/** Tries mutants. */
export class Trial {
  readonly #checks: readonly Check[];
  readonly #extent: Extent;
  readonly #isEvery: boolean;
  readonly #asked = new Map<CheckScope, Asked>();

  /** @param checks those in which a mutant may stand in for its machine
   *  @param extent which of their scopes are taken
   *  @param isEvery whether a mutant that is killed is put to every other small scope too, and every statement
   *  that notices it is named */
  constructor(checks: readonly Check[], extent: Extent, isEvery = false) {
    this.#checks = checks;
    this.#extent = extent;
    this.#isEvery = isEvery;
  }

  /** Finds out what becomes of a mutant.
   *  @example
   *  const { fate } = new Trial(checks, 'test').verdictOf(mutant); */
  verdictOf(mutant: Mutant): Verdict {
    if (mutant.isSameTable) return { fate: 'same table' };
    const places = placesOf(mutant.machine, this.#checks, this.#extent);
    const different: Place[] = [];
    for (const place of places) {
      const { check, scope } = place;
      if (this.#isSame(mutant, place)) continue;
      const { broken } = explore(systemOf(scope, mutant), { until: 'anything', limit: LIMIT });
      for (const [statement, steps] of broken) {
        const first = { check: check.name, statement };
        return { fate: 'killed', ...first, scope: scope.name, steps, killers: this.#isEvery ? this.#killersOf(mutant, places) : [first] };
      }
      if (!isWellFormedness(check)) different.push(place);
    }
    const seen = places.filter(({ check }) => !isWellFormedness(check));
    return seen.length === 0 ? { fate: 'survivor', scope: 'no scope: nobody looks at it', steps: [] } : compared(mutant, different) ?? { fate: 'equivalent in scope', scopes: seen.map(({ scope }) => scope.name) };
  }

  /** Every statement that notices the mutant in a small scope. */
  #killersOf(mutant: Mutant, places: readonly Place[]): readonly Killer[] {
    const killers = new Map<string, Killer>();
    for (const place of places) {
      const { check, scope } = place;
      if ((scope.pinned?.[0] ?? LIMIT) > SMALL || this.#isSame(mutant, place)) continue;
      for (const statement of explore(systemOf(scope, mutant), { limit: 4 * SMALL }).broken.keys()) killers.set(`${check.name} ${statement}`, { check: check.name, statement });
    }
    return [...killers.values()];
  }

  /** Whether the mutant does in a scope what the machine does, to the letter. */
  #isSame({ machine, step }: Mutant, { check, scope }: Place): boolean {
    if (isWellFormedness(check)) return false;
    const asked = this.#asked.get(scope) ?? new Asked(check, scope);
    this.#asked.set(scope, asked);
    return asked.isSame(machine, step);
  }
}

/** The first scope in which a mutant can be told from the machine. */
function compared(mutant: Mutant, places: readonly Place[]): Verdict | undefined {
  for (const { scope } of places) {
    const { broken, isComplete } = explore(new Lockstep(scope.system(), systemOf(scope, mutant)), { until: DIFFERS, limit: LIMIT });
    const steps = broken.get(DIFFERS) ?? (isComplete ? undefined : ['and so on, without bounds']);
    if (steps !== undefined) return { fate: 'survivor', scope: scope.name, steps };
  }
  return undefined;
}

const isWellFormedness = (check: Check): boolean => wellFormedChecks.includes(check);

/** The scopes that have the machine: the small ones first, and a table before the large ones. */
function placesOf(machine: string, checks: readonly Check[], extent: Extent): readonly Place[] {
  const places = checks.filter(({ machines }) => machines.includes(machine)).flatMap((check) => check.scopes.map((scope) => ({ check, scope })))
    .toSorted((a, b) => (a.scope.pinned?.[0] ?? LIMIT) - (b.scope.pinned?.[0] ?? LIMIT));
  const isTable = ({ check }: Place): boolean => isWellFormedness(check);
  return [
    ...places.filter((place) => place.scope.run === 'test' && !isTable(place)),
    ...places.filter(isTable),
    ...places.filter((place) => place.scope.run === 'pull request' && extent === 'pull request'),
  ];
}

function systemOf(scope: CheckScope, { machine, step }: Mutant): System {
  return scope.system({ [machine]: step });
}

/** A mutant that is known to survive, and why it may. */
export interface KnownSurvivor {
  readonly name: string;
  readonly reason: string;
}

/** How many of a machine's mutants met which fate. */
export interface Tally {
  readonly mutants: number;
  readonly killed: number;
  readonly sameTable: number;
  readonly equivalentInScope: number;
  readonly survivors: number;
}

/** What a run came to, for pages and for the next program. */
export interface Summary {
  readonly extent: Extent;
  readonly machines: Readonly<Record<string, Tally>>;
  /** By check and statement: how many mutants it killed: those it was the first to kill, or every one in small scopes. */
  readonly theorems: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly equivalentInScope: readonly { readonly name: string; readonly scopes: readonly string[] }[];
  readonly survivors: readonly { readonly name: string; readonly scope: string; readonly steps: readonly string[] }[];
  /** What makes the run a failure; nothing when it is none. */
  readonly faults: readonly string[];
}

/** The survivors must be fewer than this share of all mutants. */
const MOST_SURVIVORS = 0.03;

/** Counts, and compares the survivors with those that are known.
 *  @param known those that may survive; of a narrowed run, those that it looked at
 *  @returns what is wrong is among its faults */
export function summaryOf(verdicts: ReadonlyMap<Pick<Mutant, 'machine' | 'name'>, Verdict>, known: readonly KnownSurvivor[], extent: Extent): Summary {
  const all = [...verdicts].map(([mutant, verdict]) => ({ mutant, verdict }));
  const machines = Object.fromEntries([...new Set(all.map(({ mutant }) => mutant.machine))].map((machine) => [machine, tallyOf(all.filter(({ mutant }) => mutant.machine === machine).map(({ verdict }) => verdict))]));
  const theorems: Record<string, Record<string, number>> = {};
  for (const { verdict } of all) {
    if (verdict.fate !== 'killed') continue;
    for (const { check, statement } of verdict.killers) {
      const of = (theorems[check] ??= {});
      of[statement] = (of[statement] ?? 0) + 1;
    }
  }
  const survivors = all.flatMap(({ mutant: { name }, verdict }) => (verdict.fate === 'survivor' ? [{ name, scope: verdict.scope, steps: verdict.steps }] : []));
  const equivalentInScope = all.flatMap(({ mutant: { name }, verdict }) => (verdict.fate === 'equivalent in scope' ? [{ name, scopes: verdict.scopes }] : []));
  return { extent, machines, theorems, equivalentInScope, survivors, faults: faultsOf(survivors.map(({ name }) => name), known.map(({ name }) => name), all.length) };
}

function tallyOf(verdicts: readonly Verdict[]): Tally {
  const count = (fate: Verdict['fate']): number => verdicts.filter((verdict) => verdict.fate === fate).length;
  return { mutants: verdicts.length, killed: count('killed'), sameTable: count('same table'), equivalentInScope: count('equivalent in scope'), survivors: count('survivor') };
}

function faultsOf(survivors: readonly string[], known: readonly string[], mutants: number): readonly string[] {
  return [
    ...survivors.filter((name) => !known.includes(name)).map((name) => `${name}: survives, and is not among those that may`),
    ...known.filter((name) => !survivors.includes(name)).map((name) => `${name}: is listed, and does not survive`),
    ...(survivors.length > 0 && survivors.length >= MOST_SURVIVORS * mutants ? [`${survivors.length} of ${mutants} survive: no less than ${MOST_SURVIVORS * 100} %`] : []),
  ];
}
