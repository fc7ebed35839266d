/** The theorems and the mutants as data: loaded when somebody first wants them. @module */
import { ask } from './answers.js';

/** @import { MutantsSheet, TheoremsSheet } from '../theorems.ts' */

/** One mutant of the list. `steps` and `killer` are those of the shortest counterexample, and absent when there is none.
 *  @typedef {{ readonly machine: string, readonly where: string, readonly operator: string, readonly name: string, readonly fate: string,
 *    readonly steps?: number, readonly killer?: string, readonly others: readonly string[] }} Mutant */

/** @type {Promise<TheoremsSheet> | undefined} */
let theoremsLoading;
/** @type {Promise<readonly Mutant[]> | undefined} */
let mutantsLoading;

/** Everything but the list of mutants. */
export function proofs() {
  theoremsLoading ??= loaded('/theorems.json');
  return theoremsLoading;
}

/** Every mutant of every machine, in the order of the definitions. */
export function mutants() {
  mutantsLoading ??= loaded('/mutants.json').then(listOf);
  return mutantsLoading;
}

/** The theorems that refute mutants of a machine: how each is named, and where it is.
 *  @param {string} machine
 *  @returns {Promise<readonly { readonly name: string, readonly href: string }[]>} */
export async function theoremsOf(machine) {
  return ((await proofs()).machines[machine] ?? []).map((name) => ({ name, href: addressOf(name) }));
}

/** The address of a theorem, or of something else that this view shows.
 *  @param {string} part */
export const addressOf = (part) => `#/theorems/${part.split('/').map(encodeURIComponent).join('/')}`;

/** The address of a trace.
 *  @param {string} id */
export const traceAddress = (id) => `#/traces/${encodeURIComponent(id)}`;

/** @param {string} path */
async function loaded(path) {
  const answer = await ask(path);
  if (!answer.ok) throw new Error(`${path} can't be had.`);
  return answer.json();
}

/** @param {MutantsSheet} sheet
 *  @returns {readonly Mutant[]} */
function listOf({ machines, statements }) {
  // All tables are one group on this page.
  const names = statements.map(([check, statement]) => `${check.endsWith(' is well-formed') ? 'each table' : check}: ${statement}`);
  return Object.entries(machines).flatMap(([machine, places]) => Object.entries(places).flatMap(([where, all]) => all.map(([operator, fate, , ...killers]) => {
    const mutant = { machine, where, operator, name: `${machine}: ${where}: ${operator}` };
    if (typeof fate === 'string') return { ...mutant, fate, others: [] };
    const [killer = '', ...others] = killers.map((number) => names[number] ?? '');
    return { ...mutant, fate: 'killed', steps: fate, killer, others };
  })));
}

/** Which of the items have all words of a text somewhere.
 *  @template T
 *  @param {readonly T[]} items
 *  @param {string} text
 *  @param {(item: T) => readonly (string | undefined)[]} textsOf
 *  @returns {readonly T[]} */
export function found(items, text, textsOf) {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return items;
  return items.filter((item) => {
    const all = textsOf(item).join('\n').toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** @param {number} value */
export const counted = (value) => value.toLocaleString('en-US');

/** `1 step`, `3 steps`.
 *  @param {number} count
 *  @param {string} one
 *  @param {string} [many] */
export const plural = (count, one, many = `${one}s`) => `${counted(count)} ${count === 1 ? one : many}`;
