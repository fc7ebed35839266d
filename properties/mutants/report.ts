/** What a run of mutants prints. @module */
import type { Summary, Tally } from './run.ts';

const columns = ['mutants', 'killed', 'same table', 'equivalent in scope', 'survivors'] as const;

/** The tables, in lines: by machine, and by statement. */
export function reportOf({ machines, theorems, equivalentInScope, survivors, faults }: Summary): string {
  const rows = [...Object.entries(machines), ['all', sumOf(Object.values(machines))] as const].map(([name, tally]) => rowOf(name, tally));
  const killers = Object.entries(theorems).flatMap(([check, of]) => Object.entries(of).map(([statement, kills]) => ({ check, statement, kills }))).sort((a, b) => b.kills - a.kills);
  return [
    [''.padEnd(20), ...columns.map((column) => column.padStart(column.length + 2))].join(''),
    ...rows,
    '', 'Killed by',
    ...killers.map(({ check, statement, kills }) => `${String(kills).padStart(6)}  ${statement} (${check})`),
    ...headed('Equivalent in scope', equivalentInScope.map(({ name, scopes }) => `  ${name}\n      ${scopes.join('; ')}`)),
    ...headed('Survivors', survivors.map(({ name, scope, steps }) => `  ${name}\n      differs in ${scope}:\n${steps.map((step, index) => `      ${String(index + 1).padStart(3)}  ${step}`).join('\n')}`)),
    ...headed('FAILED', faults.map((fault) => `  ${fault}`)),
  ].join('\n');
}

function headed(head: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `${head} (${lines.length})`, ...lines];
}

function rowOf(name: string, { mutants, killed, sameTable, equivalentInScope, survivors }: Tally): string {
  return [name.padEnd(20), ...[mutants, killed, sameTable, equivalentInScope, survivors].map((count, index) => String(count).padStart((columns[index]?.length ?? 0) + 2))].join('');
}

function sumOf(tallies: readonly Tally[]): Tally {
  const sum = (field: keyof Tally): number => tallies.reduce((all, tally) => all + tally[field], 0);
  return { mutants: sum('mutants'), killed: sum('killed'), sameTable: sum('sameTable'), equivalentInScope: sum('equivalentInScope'), survivors: sum('survivors') };
}
