/** What is told of the theorems, on the page of the docs and on the inspector's: the words come from the theorems themselves,
 *  the counts from the summaries of the last runs. Not here: how either is written (theorems.ts). @module */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { federatedTheorems } from '../properties/checker/federated/check.ts';
import { federatedProgrammes } from '../properties/checker/federated/programmes.ts';
import { wrongSites } from '../properties/checker/federated/wrong-sites.ts';
import { programmes } from '../properties/checker/schedules/programmes.ts';
import { scheduleTheorems } from '../properties/checker/schedules/check.ts';
import { composedCheck } from '../properties/checker/scopes.ts';
import { negativeControls } from '../properties/checker/variants.ts';
import { checks } from '../properties/checks.ts';
import type { Check } from '../properties/checker/check.ts';
import type { Summary } from '../properties/mutants/run.ts';
import survivors from '../properties/mutants/survivors.json' with { type: 'json' };
import { observers } from '../properties/simulator/observers/all.ts';
import { theorems } from '../properties/theorems.ts';
import type { GroupSheet, MutantsSheet, ScopeSheet, TheoremsSheet } from '../src/inspector/theorems.ts';

/** The ways of checking, in the order of the pages. */
export const ways = {
  machines: 'Every interleaving of the machines',
  core: 'Every schedule of the real core',
  cores: 'Every schedule of two real cores',
  random: 'Random histories of the real core',
  simulated: 'Simulated servers',
} as const;

/** What was counted, by the names of the files. */
interface Explored { readonly check: string; readonly scope: string; readonly states: number; readonly transitions: number; readonly depth: number; readonly seen: Readonly<Record<string, number>> }
interface Scheduled { readonly check: 'core schedules' | 'schedules of two cores'; readonly scope: string; readonly premises: Readonly<Record<string, number>> }
interface Played { readonly name: string; readonly runs: number; readonly seed: number; readonly premises: number }
interface Compared { readonly name: string; readonly outcome: string }

const read = <T>(...path: readonly string[]): T => JSON.parse(readFileSync(join(import.meta.dirname, ...path), 'utf8')) as T;
const report = <T>(name: string): T => read('reference', 'reports', `${name}.json`);

/** The list of mutants that the inspector's page has, as it was written last. */
export const mutantList = (): MutantsSheet => read('..', 'src', 'inspector', 'page', 'mutants.json');

/** Everything. */
export function theoremsData(): TheoremsSheet {
  const explored = report<readonly (Explored | Scheduled)[]>('explore');
  const summary = report<Summary>('mutants');
  const compared = report<{ readonly scopes: readonly Compared[] }>('spin').scopes;
  return {
    groups: [...checks.map((check) => checkGroup(check, explored, summary, compared)), coreGroup(explored), coresGroup(explored), randomGroup(), simulatedGroup()],
    controls: negativeControls.map(({ name, about, refutes, steps, within }) => ({ name, about, refutes, steps, within })),
    tallies: summary.machines,
    survivors: Object.fromEntries(survivors.map(({ name, reason }) => [name, reason])),
    machines: machinesOf(mutantList()),
  };
}

function checkGroup(check: Check, explored: readonly (Explored | Scheduled)[], { theorems: killed }: Summary, compared: readonly Compared[]): GroupSheet {
  const { name, about, statements, scopes } = check;
  const refutes = (statement: string): readonly string[] => (check === composedCheck ? negativeControls.filter((each) => each.refutes === statement).map((each) => each.name) : []);
  return {
    name, about, way: ways.machines, command: 'npm run explore',
    theorems: Object.entries(statements).map(([statement, words]) => ({
      name: statement, statement: words, spec: citedIn(words), killed: killed[name]?.[statement] ?? 0, ...(refutes(statement).length > 0 && { refutes: refutes(statement) }),
    })),
    scopes: scopes.map(({ name: scope, bounds, pinned }): ScopeSheet => {
      const counted = explored.find((each): each is Explored => each.check === name && each.scope === scope);
      const [states = counted?.states ?? 0, transitions = counted?.transitions ?? 0, depth = counted?.depth ?? 0] = pinned ?? [];
      const isEqualInSpin = check === composedCheck && compared.some((each) => each.name === scope && each.outcome === 'same');
      return { name: scope, bounds, counts: { states, transitions, depth }, ...(isEqualInSpin && { isEqualInSpin }) };
    }),
    ...seenIn(explored.flatMap((each) => (each.check === name && 'seen' in each ? [each.seen] : []))),
  };
}

/** The sections that a statement ends with, in parentheses. */
function citedIn(words: string): readonly string[] {
  const [, cited] = /\(((?:RFC|XEP-|DESIGN)[^()]*)\)\.?$/.exec(words) ?? [];
  return cited === undefined ? [] : [cited];
}

/** What was seen in several scopes together. */
function seenIn(each: readonly Readonly<Record<string, number>>[]): Pick<GroupSheet, 'seen'> {
  const seen = new Map<string, number>();
  for (const counts of each) for (const [what, times] of Object.entries(counts)) seen.set(what, (seen.get(what) ?? 0) + times);
  return seen.size === 0 ? {} : { seen: Object.fromEntries(seen) };
}

const premisesOf = (explored: readonly (Explored | Scheduled)[], check: Scheduled['check']): Pick<GroupSheet, 'seen'> =>
  seenIn(explored.flatMap((each) => ('premises' in each && each.check === check ? [each.premises] : [])));

const programmeOf = ({ name, about, bounds, pinned: [schedules, steps] }: { readonly name: string; readonly about: string; readonly bounds: string; readonly pinned: readonly [number, number] }): ScopeSheet =>
  ({ name: `${name}: ${about}`, bounds, counts: { schedules, steps } });

function coreGroup(explored: readonly (Explored | Scheduled)[]): GroupSheet {
  return {
    name: 'one core', about: 'A few clients and a slow store, in every order of their turns.', way: ways.core, command: 'npm run explore',
    theorems: scheduleTheorems.map(({ name, statement, formula, spec }) => ({ name, statement, formula, spec })),
    scopes: programmes.map(programmeOf), ...premisesOf(explored, 'core schedules'),
  };
}

function coresGroup(explored: readonly (Explored | Scheduled)[]): GroupSheet {
  return {
    name: 'two cores', about: 'Two servers, their clients and the lines between them; the stores, the lines and the rooms as slow as a schedule wants.', way: ways.cores, command: 'npm run explore',
    theorems: federatedTheorems.map(({ name, statement, formula, spec }) => {
      const refutes = wrongSites.filter((site) => site.refutes.includes(name)).map((site) => `a server that ${site.name}`);
      return { name, statement, formula, spec, ...(refutes.length > 0 && { refutes }) };
    }),
    scopes: federatedProgrammes.map(programmeOf), ...premisesOf(explored, 'schedules of two cores'),
  };
}

function randomGroup(): GroupSheet {
  const played = report<readonly Played[]>('properties');
  return {
    name: 'random histories', about: 'Histories at random, played on the real core, and made smaller when one fails.', way: ways.random, command: 'npm run properties',
    theorems: theorems.map(({ name, statement, formula, spec, bounds }) => {
      const run = played.find((each) => each.name === name);
      return { name, statement, formula, spec, bounds, ...(run && { histories: run.runs, seed: run.seed }), premises: run?.premises ?? 0 };
    }),
    scopes: [],
  };
}

function simulatedGroup(): GroupSheet {
  return {
    name: 'observers', about: 'Whole servers, clients, network, clock and store from one seed.', way: ways.simulated, command: 'npm run simulate',
    theorems: observers.map(({ name, statement, exempt, spec }) => ({ name, statement, exempt, spec })),
    scopes: [],
  };
}

/** By machine, the theorems that notice a mutant of it, in the order of the groups. */
function machinesOf({ machines, statements }: MutantsSheet): TheoremsSheet['machines'] {
  const order = checks.flatMap((check) => Object.keys(check.statements).map((statement) => `${check.name}: ${statement}`));
  return Object.fromEntries(Object.entries(machines).map(([machine, places]) => {
    const numbers = new Set(Object.values(places).flat().flatMap((mutant) => (typeof mutant[1] === 'number' ? mutant.slice(3) as readonly number[] : [])));
    const names = new Set([...numbers].map((number) => (statements[number] ?? []).join(': ')));
    return [machine, order.filter((name) => names.has(name)).map(nameOnPage)];
  }));
}

/** The name of the one group that the checks of all tables are on the inspector's page. */
const tables = 'each table';
const isTable = (name: string): boolean => name.endsWith(' is well-formed');
const nameOnPage = (name: string): string => name.replace(/^.* is well-formed:/, `${tables}:`);

/** The data of the inspector's page: the tables of all machines, of which the same is said, are one group there. */
export function pageData({ groups, ...data }: TheoremsSheet): TheoremsSheet {
  const of = groups.filter(({ name }) => isTable(name));
  const [first] = of;
  if (first === undefined) return { groups, ...data };
  const theorems = first.theorems.map((theorem, index) => ({ ...theorem, killed: of.reduce((sum, { theorems: all }) => sum + (all[index]?.killed ?? 0), 0) }));
  const merged = { ...first, name: tables, about: 'The table of each machine, cell by cell.', theorems, scopes: of.flatMap(({ scopes }) => scopes) };
  return { groups: groups.flatMap((group) => (group === first ? [merged] : isTable(group.name) ? [] : [group])), ...data };
}
