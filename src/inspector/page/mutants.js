/** Machines and servers that are wrong on purpose, what becomes of each, and the way to its counterexample. @module */
import { empty, h, hueOf } from './dom.js';
import { addressOf, counted, found, mutants, plural, traceAddress } from './proofs.js';

/** @import { TallySheet, TheoremsSheet } from '../theorems.ts' */
/** @import { Mutant } from './proofs.js' */

const pageSize = 100;
/** Each fate: how it is counted, and what it means. @type {Readonly<Record<string, readonly [keyof TallySheet, string]>>} */
const fates = {
  killed: ['killed', 'a statement is broken by it'],
  'same table': ['sameTable', 'nobody can tell it from the machine: all that it orders and keeps is the same'],
  'equivalent in scope': ['equivalentInScope', 'beside the machine, in the scopes of a pull request, nothing differs that can be seen'],
  survivor: ['survivors', 'it differs, and no statement forbids it'],
};

/** The servers that are wrong on purpose.
 *  @param {TheoremsSheet} sheet */
export function controlsPage({ controls }) {
  return h('article', {}, h('h1', {}, 'Wrong servers'),
    h('p.lead', {}, 'Servers that get it wrong in one way each. A checker that does not refute all of them checks too little. Two of the mistakes are Openfire\'s.'),
    h('ul.mutants', {}, ...controls.map(({ name, about, refutes, steps, within }) => h('li.mutant', {},
      h('span', {}, h('code', {}, name), h('small', {}, about)),
      h('span.refuter', {}, h('a', { href: addressOf(`composed system: ${refutes}`) }, refutes), h('small', {}, within === 0 ? ' by exhaustive search only' : ` also by ${counted(within)} random histories or fewer`)),
      opening(`control:${name}`, steps, name)))));
}

/** The mutants of a machine, or of all.
 *  @param {TheoremsSheet} sheet
 *  @param {string} machine the name of one, or ''
 *  @param {string} text what is searched for at first */
export function mutantsPage({ tallies, survivors }, machine, text) {
  const tally = tallies[machine] ?? sumOf(Object.values(tallies));
  const list = h('ul.mutants', {});
  const note = h('p.hint', { role: 'status' }, 'Loading the list …');
  const more = h('button', { type: 'button', hidden: true, click: () => append() }, 'More');
  const search = h('input', { type: 'search', 'aria-label': 'Search mutants', placeholder: 'Search: a state, an event, a theorem', maxlength: 200, spellcheck: 'false', input: () => list.isConnected && refill() });
  search.value = text;
  const fate = h('select', { 'aria-label': 'Fate', change: () => refill() }, h('option', { value: '' }, 'every fate'), ...Object.keys(fates).map((name) => h('option', { value: name }, name)));
  /** @type {readonly Mutant[]} */
  let all = [];
  /** @type {readonly Mutant[]} */
  let matching = [];
  let shown = 0;
  const refill = () => {
    const [wanted, query] = [fate.value, search.value.trim()];
    const exact = all.some(({ killer, others }) => killer === query || others.includes(query));
    matching = (exact ? all.filter(({ killer, others }) => killer === query || others.includes(query)) : found(all, query, (mutant) => [mutant.name, mutant.fate, mutant.killer, ...mutant.others]))
      .filter((mutant) => wanted === '' || mutant.fate === wanted);
    shown = 0;
    empty(list);
    append();
  };
  const append = () => {
    const next = matching.slice(shown, shown + pageSize);
    list.append(...next.map((mutant, index) => mutantRow(mutant, survivors, (index === 0 ? matching[shown - 1] : next[index - 1]), machine === '')));
    shown += next.length;
    more.hidden = shown >= matching.length;
    note.textContent = matching.length === 0 ? 'None is found.' : `${counted(shown)} of ${plural(matching.length, 'mutant')}${matching.length === all.length ? '' : ` that are found among ${counted(all.length)}`}`;
  };
  mutants().then((every) => {
    all = machine === '' ? every : every.filter((mutant) => mutant.machine === machine);
    refill();
  });
  return h('article', { class: hueOf(machine) },
    h('h1', {}, machine === '' ? 'Wrong machines' : `Wrong versions of ${machine}`),
    h('p.lead', {}, 'Every transition, guard, action, timer and first state, dropped, weakened, doubled, swapped or led elsewhere. What no theorem notices would be allowed to happen.'),
    h('ul.tally', {}, ...Object.entries(fates).map(([name, [field, meaning]]) => h('li', { title: meaning }, h('b', {}, counted(tally[field])), name, h('small', {}, meaning)))),
    machine === '' && tallyTable(tallies),
    h('div.tools', {}, search, fate), note, list, h('p', {}, more));
}

/** @param {Mutant} mutant
 *  @param {TheoremsSheet['survivors']} survivors
 *  @param {Mutant | undefined} before the one above it
 *  @param {boolean} isOfAll whether other machines' are in the list */
function mutantRow({ machine, where, operator, name, fate, steps, killer, others }, survivors, before, isOfAll) {
  const isSamePlace = before?.machine === machine && before.where === where;
  return h('li.mutant', { class: `mutant ${hueOf(machine)}${isSamePlace ? '' : ' first'}` },
    h('span', {}, !isSamePlace && h('code.place', {}, isOfAll ? `${machine}: ${where}` : where), h('span.operator', {}, operator)),
    killer === undefined
      ? h('span.refuter', {}, h('em', {}, fate), h('small', {}, ` ${survivors[name] ?? fates[fate]?.[1] ?? ''}`))
      : h('span.refuter', {}, h('a', { href: addressOf(killer) }, killer.slice(killer.indexOf(': ') + 2)), h('small', {}, ` ${killer.split(': ', 1)[0]}`), othersOf(others)),
    steps === undefined ? h('span', {}) : opening(`mutant:${name}`, steps, name));
}

/** Who else notices it.
 *  @param {readonly string[]} others */
function othersOf(others) {
  if (others.length === 0) return undefined;
  return h('details.others', {}, h('summary', {}, `and ${plural(others.length, 'other')}`), h('ul', {}, ...others.map((other) => h('li', {}, h('a', { href: addressOf(other) }, other)))));
}

/** @param {string} id
 *  @param {number} steps
 *  @param {string} name */
function opening(id, steps, name) {
  return h('span.opening', {}, h('a', { href: traceAddress(id), 'aria-label': `Open the counterexample of ${name}` }, 'Counterexample'), h('small', {}, ` ${plural(steps, 'step')}`));
}

/** @param {TheoremsSheet['tallies']} tallies */
function tallyTable(tallies) {
  const columns = /** @type {const} */ (['mutants', 'killed', 'sameTable', 'equivalentInScope', 'survivors']);
  const heads = ['Machine', 'Mutants', 'Killed', 'Same table', 'Equivalent', 'Survive'];
  return h('div.wide', {}, h('table.scopes', {},
    h('thead', {}, h('tr', {}, ...heads.map((text, index) => h('th', { scope: 'col', class: index === 0 ? '' : 'number' }, text)))),
    h('tbody', {}, ...Object.entries(tallies).map(([name, tally]) => h('tr', {},
      h('th', { scope: 'row' }, h('a', { class: `machine ${hueOf(name)}`, href: addressOf(`mutants/${name}`) }, name)), ...columns.map((column) => h('td.number', {}, counted(tally[column]))))))));
}

/** @param {readonly TallySheet[]} tallies
 *  @returns {TallySheet} */
export function sumOf(tallies) {
  const sum = (/** @type {keyof TallySheet} */ field) => tallies.reduce((all, tally) => all + tally[field], 0);
  return { mutants: sum('mutants'), killed: sum('killed'), sameTable: sum('sameTable'), equivalentInScope: sum('equivalentInScope'), survivors: sum('survivors') };
}
