/** The view of the theorems: what holds, within which bounds, what it refutes. `#/theorems/GROUP` has those that are checked
 *  together, `#/theorems/GROUP: NAME` one of them, `#/theorems/mutants/MACHINE/WORDS` wrong machines, `#/theorems/servers`
 *  wrong servers. @module */
import { h, hueOf } from './dom.js';
import { controlsPage, mutantsPage, sumOf } from './mutants.js';
import { addressOf, counted, found, plural, proofs } from './proofs.js';
import { groupPage, theoremRow } from './theorem.js';

/** @import { GroupSheet, TheoremsSheet } from '../theorems.ts' */

/** More are not shown of what is found. */
const mostFound = 60;

/** Shows the theorems.
 *  @param {HTMLElement} main
 *  @param {string} part */
export function showTheorems(main, part) {
  let isGone = false;
  /** @type {((part: string) => void) | undefined} */
  let follow;
  let wanted = part;
  document.title = 'Theorems · Waystate inspector';
  proofs().then((sheet) => {
    if (isGone) return;
    follow = fill(main, sheet);
    follow(wanted);
  });
  const onKey = (/** @type {KeyboardEvent} */ event) => pressed(event, main);
  addEventListener('keydown', onKey);
  return {
    leave: () => {
      isGone = true;
      removeEventListener('keydown', onKey);
    },
    follow: (/** @type {string} */ next) => {
      wanted = next;
      follow?.(next);
    },
  };
}

/** `/` searches, `j` and `k` go down and up what is listed.
 *  @param {KeyboardEvent} event
 *  @param {HTMLElement} main */
function pressed(event, main) {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(input|select|textarea)$/i.test(/** @type {Element} */ (event.target).tagName)) return;
  if (event.key === '/') {
    event.preventDefault();
    /** @type {HTMLElement | null} */ (main.querySelector('article input[type=search]') ?? main.querySelector('input[type=search]'))?.focus();
  } else if (event.key === 'j' || event.key === 'k') {
    const items = /** @type {HTMLElement[]} */ ([...main.querySelectorAll('.theorem > summary, .opening a')]);
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    items[Math.min(items.length - 1, Math.max(0, at + (event.key === 'j' ? 1 : -1)))]?.focus();
  }
}

/** Puts the menu and the search there once; what is beside them follows the address.
 *  @param {HTMLElement} main
 *  @param {TheoremsSheet} sheet
 *  @returns {(part: string) => void} */
function fill(main, sheet) {
  const menu = menuOf(sheet);
  const place = h('div.theorems-place', {});
  const search = h('input', { type: 'search', placeholder: 'Search theorems', 'aria-label': 'Search theorems', maxlength: 200, spellcheck: 'false', input: () => show() });
  let part = '';
  const show = () => {
    const text = search.value.trim();
    place.replaceChildren(text === '' ? pageOf(sheet, part) : foundPage(sheet, text));
    for (const link of menu.querySelectorAll('a')) {
      if (text === '' && link.dataset['part'] === menuPart(part)) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  };
  main.replaceChildren(h('div.theorems', {}, h('div.side', {}, search, menu), place));
  return (next) => {
    part = next;
    search.value = '';
    show();
    menu.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
    const open = place.querySelector('.theorem[open]');
    if (open === null) scrollTo(0, 0);
    else open.scrollIntoView({ block: 'center' });
  };
}

/** Which link of the menu belongs to an address.
 *  @param {string} part */
const menuPart = (part) => (part.startsWith('mutants/') ? part.split('/', 2).join('/') : part.split(': ', 1)[0] ?? '');

/** @param {TheoremsSheet} sheet */
function menuOf({ groups, controls, tallies }) {
  const item = (/** @type {string} */ part, /** @type {string} */ name, /** @type {number | string} */ count, hue = '') =>
    h('li', {}, h('a', { class: hue, href: addressOf(part), 'data-part': part }, name, ' ', h('small', {}, typeof count === 'number' ? counted(count) : count)));
  const heading = (/** @type {string} */ text) => h('li.heading', {}, text);
  const ways = Map.groupBy(groups, ({ way }) => way);
  return h('nav', { 'aria-label': 'Groups of theorems' }, h('ul.menu.counted', {},
    item('', 'All at a glance', ''),
    ...[...ways].flatMap(([way, of]) => [heading(way), ...of.map(({ name, theorems }) => item(name, name, theorems.length, hueOf(name.split(' alone', 1)[0] ?? '')))]),
    heading('Wrong on purpose'),
    item('servers', 'wrong servers', controls.length),
    item('mutants', 'wrong machines', sumOf(Object.values(tallies)).mutants),
    ...Object.entries(tallies).map(([name, tally]) => item(`mutants/${name}`, name, tally.mutants, hueOf(name)))));
}

/** @param {TheoremsSheet} sheet
 *  @param {string} part */
function pageOf(sheet, part) {
  const { groups, tallies } = sheet;
  if (part === 'servers') return controlsPage(sheet);
  if (part === 'mutants' || part.startsWith('mutants/')) {
    const [, machine = '', ...words] = part.split('/');
    return mutantsPage(sheet, Object.hasOwn(tallies, machine) ? machine : '', words.join('/'));
  }
  // A name alone is that of the first theorem that has it.
  const [name = '', ...rest] = part.split(': ');
  const group = groups.find((each) => each.name === name) ?? groups.find(({ theorems }) => theorems.some((theorem) => theorem.name === part));
  if (group !== undefined) return groupPage(sheet, group, group.name === name ? rest.join(': ') : part);
  return part === '' ? glance(sheet) : h('article', {}, h('h1', {}, 'There is no such theorem'), h('p', {}, h('code', {}, part), ' is not the name of one, nor of a group of them.'));
}

/** @param {TheoremsSheet} sheet */
function glance({ groups, controls, tallies }) {
  const { mutants, killed } = sumOf(Object.values(tallies));
  const sum = (/** @type {string} */ what) => groups.flatMap(({ scopes }) => scopes).reduce((all, { counts }) => all + (counts[what] ?? 0), 0);
  const figure = (/** @type {string} */ value, /** @type {string} */ words) => h('li', {}, h('b', {}, value), words);
  return h('article', {}, h('h1', {}, 'Theorems'), h('p', {}, 'What the specifications ask for, sentence by sentence: ', h('a', { href: '#/conformance' }, 'requirements'), '.'),
    h('p.lead', {}, 'What holds of this server, up to the bounds that stand beside it and not beyond them; and what would be noticed if it did not.'),
    h('ul.tally', {},
      figure(counted(groups.reduce((all, { theorems }) => all + theorems.length, 0)), 'statements'),
      figure(counted(sum('states')), 'states visited, in all scopes together'),
      figure(counted(sum('schedules')), 'schedules of the real core played'),
      figure(counted(killed), `of ${counted(mutants)} wrong machines refuted`),
      figure(counted(controls.length), 'wrong servers, each refuted')),
    h('div.wide', {}, h('table.scopes', {},
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Checked together'), h('th.number', { scope: 'col' }, 'Statements'), h('th.number', { scope: 'col' }, 'Scopes'))),
      ...[...Map.groupBy(groups, ({ way }) => way)].map(([way, of]) => h('tbody', {},
        h('tr', {}, h('th', { scope: 'rowgroup', colspan: 3 }, way)),
        ...of.map(({ name, about, theorems, scopes }) => h('tr', {},
          h('th', { scope: 'row' }, h('a', { href: addressOf(name) }, name), h('small', {}, about)), h('td.number', {}, String(theorems.length)), h('td.number', {}, scopes.length === 0 ? '' : String(scopes.length)))))))));
}

/** @param {TheoremsSheet} sheet
 *  @param {string} text */
function foundPage(sheet, text) {
  const all = sheet.groups.flatMap((/** @type {GroupSheet} */ group) => group.theorems.map((theorem) => ({ group, theorem })));
  const matching = found(all, text, ({ group, theorem: { name, statement, spec, formula } }) => [name, statement, group.name, formula, ...spec]);
  return h('article', {}, h('p.hint', { role: 'status' }, matching.length === 0 ? 'No theorem is found.' : `${plural(matching.length, 'theorem')}${matching.length > mostFound ? `; the first ${mostFound} are shown` : ''}`),
    h('div.theorems-list', {}, ...matching.slice(0, mostFound).map(({ group, theorem }) => theoremRow(sheet, group, theorem, false, true))));
}
