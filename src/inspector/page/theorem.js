/** A theorem as a row that unfolds, and the page of those that are checked together. @module */
import { cites, h, hueOf } from './dom.js';
import { addressOf, counted, plural, traceAddress } from './proofs.js';

/** @import { GroupSheet, ScopeSheet, TheoremSheet, TheoremsSheet } from '../theorems.ts' */

/** The theorems that are checked together, their bounds, and what was seen.
 *  @param {TheoremsSheet} sheet
 *  @param {GroupSheet} group
 *  @param {string} [open] the theorem that is unfolded */
export function groupPage(sheet, group, open) {
  const { name, way, about, command, theorems, scopes, seen } = group;
  return h('article', { 'data-group': name },
    h('p.way', {}, way),
    h('h1', {}, name),
    h('p.lead', {}, about),
    h('p.hint', {}, 'Checked by ', h('code', {}, command), ', up to the bounds below and not beyond them.'),
    h('div.theorems-list', {}, ...theorems.map((theorem) => theoremRow(sheet, group, theorem, theorem.name === open))),
    scopes.length > 0 && h('h2', {}, 'Bounds'),
    scopes.length > 0 && h('div.wide', {}, scopeTable(scopes)),
    seen !== undefined && h('h2', {}, 'Seen'),
    seen !== undefined && h('p.hint', {}, 'How often what a statement is about has happened: none holds for want of it.'),
    seen !== undefined && h('ul.seen', {}, ...Object.entries(seen).map(([what, times]) => h('li', {}, what, ' ', h('b', {}, counted(times))))));
}

/** One theorem. What is inside is made when it is unfolded.
 *  @param {TheoremsSheet} sheet
 *  @param {GroupSheet} group
 *  @param {TheoremSheet} theorem
 *  @param {boolean} [isOpen]
 *  @param {boolean} [isAway] whether it stands beside theorems of other groups */
export function theoremRow(sheet, group, theorem, isOpen = false, isAway = false) {
  const part = `${group.name}: ${theorem.name}`;
  const row = h('details.theorem', { 'data-theorem': part, open: isOpen, toggle: () => unfold() },
    h('summary', {}, h('code', {}, theorem.name), h('span', {}, theorem.statement, isAway && h('small', {}, ` ${group.name}`)), noteOf(theorem)));
  const unfold = () => {
    if (!row.open) return;
    if (row.childElementCount === 1) row.append(factsOf(sheet, group, theorem, isAway));
    if (row.isConnected && !isAway) history.replaceState(null, '', addressOf(part));
  };
  unfold();
  return row;
}

/** @param {TheoremSheet} theorem */
function noteOf({ killed, premises }) {
  if (killed !== undefined) return h('small.count', {}, plural(killed, 'mutant'));
  return premises === undefined ? undefined : h('small.count', {}, `seen ${counted(premises)} times`);
}

/** @param {TheoremsSheet} sheet
 *  @param {GroupSheet} group
 *  @param {TheoremSheet} theorem
 *  @param {boolean} isAway */
function factsOf({ machines, controls }, group, theorem, isAway) {
  const { formula, spec, exempt, bounds, killed, histories, seed, premises, refutes = [] } = theorem;
  const part = `${group.name}: ${theorem.name}`;
  /** @type {[string, (Node | string | undefined)[]][]} */
  const facts = [
    ['Formula', formula === undefined ? [] : [h('pre.formula', { tabindex: 0 }, formula)]],
    ['Sections', spec.length === 0 ? [] : [cites(spec)]],
    ['Bounds', bounds !== undefined ? [bounds] : group.scopes.length > 0 ? [isAway ? h('a', { href: addressOf(group.name) }, extentOf(group.scopes)) : extentOf(group.scopes)] : []],
    ['Counted', [histories !== undefined ? `${plural(histories, 'history', 'histories')}, seed ${seed}; ` : '', premises !== undefined ? `its premise was seen ${plural(premises, 'time')}` : ''].filter(Boolean)],
    ['SPIN', group.scopes.some(({ isEqualInSpin }) => isEqualInSpin) ? [`counts the same states and transitions in ${plural(group.scopes.filter(({ isEqualInSpin }) => isEqualInSpin).length, 'scope')}, and finds it unbroken there too`] : []],
    ['Exempt', exempt === undefined ? [] : [exempt]],
    ['Wrong machines', killed === undefined ? [] : [`it notices ${plural(killed, 'mutant')} `, ...Object.keys(machines).filter((machine) => machines[machine]?.includes(part)).map((machine) => h('a', { class: `pill ${hueOf(machine)}`, href: addressOf(`mutants/${machine}/${part}`) }, machine))]],
    ['Wrong servers', refutes.length === 0 ? [] : [h('ul.refuted', {}, ...refutes.map((name) => {
      const control = controls.find((each) => each.name === name);
      return h('li', {}, control === undefined ? name : h('a', { href: traceAddress(`control:${name}`) }, name), control !== undefined && h('small', {}, ` ${control.about} ${plural(control.steps, 'step')}.`));
    }))]],
  ];
  return h('dl.facts-list', {}, ...facts.filter(([, what]) => what.length > 0).flatMap(([name, what]) => [h('dt', {}, name), h('dd', {}, ...what)]));
}

/** The bounds of all scopes together, in a line.
 *  @param {readonly ScopeSheet[]} scopes */
function extentOf(scopes) {
  const largest = Object.entries(scopes.reduce((/** @type {Record<string, number>} */ most, { counts }) => {
    for (const [what, count] of Object.entries(counts)) most[what] = Math.max(most[what] ?? 0, count);
    return most;
  }, {}));
  return `${plural(scopes.length, 'scope')}, with up to ${largest.filter(([what]) => what !== 'depth').map(([what, count]) => `${counted(count)} ${what}`).join(' and ')}`;
}

/** @param {readonly ScopeSheet[]} scopes */
function scopeTable(scopes) {
  const counts = Object.keys(scopes[0]?.counts ?? {});
  const hasSpin = scopes.some(({ isEqualInSpin }) => isEqualInSpin);
  return h('table.scopes', {},
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Scope'), ...counts.map((what) => h('th.number', { scope: 'col' }, what)), hasSpin && h('th', { scope: 'col' }, 'SPIN'))),
    h('tbody', {}, ...scopes.map(({ name, bounds, counts: of, isEqualInSpin }) => h('tr', {},
      h('th', { scope: 'row' }, name, h('small', {}, bounds)), ...counts.map((what) => h('td.number', {}, counted(of[what] ?? 0))), hasSpin && h('td', {}, isEqualInSpin ? 'equal' : '')))));
}
