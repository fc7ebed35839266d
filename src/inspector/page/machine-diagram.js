/** The page of a machine with its diagram: whatever is chosen, in the diagram or in the tables below it, is lit in both and
 *  explained beside it. @module */
import { cites, h } from './dom.js';
import { detailsView } from './machine-details.js';
import { walkable } from './walkable.js';
import { addressOf, diagramOf, eventName } from './sheets.js';

/** @import { MachineSheet, StateSheet } from '../sheets.ts' */
/** @import { MachinePage } from './machines.js' */

/** Below this part of its size a diagram can't be read: it is scrolled then. */
const legible = 0.75;

/** Makes the page.
 *  @param {MachineSheet} sheet
 *  @returns {MachinePage} */
export function diagramPage(sheet) {
  const figure = h('figure.diagram', {});
  const size = h('button.size', { type: 'button', hidden: true, 'aria-pressed': 'false', click: () => setWhole(!figure.classList.contains('whole')) }, 'Whole diagram');
  const details = detailsView(sheet);
  const tables = tablesOf(sheet);
  /** @type {ReturnType<typeof walkable> | undefined} */
  let diagram;
  let chosen = '';
  /** What is chosen by a click in the diagram is in sight already. */
  let isInSight = false;
  const element = h('div', {}, h('div.split', {}, h('div.drawn', {}, size, figure), details.element), tables);

  /** @param {boolean} isWhole */
  function setWhole(isWhole) {
    figure.classList.toggle('whole', isWhole);
    size.setAttribute('aria-pressed', String(isWhole));
  }

  diagramOf(sheet.name).then((found) => {
    if (found === undefined) return figure.remove();
    diagram = walkable(found, (id) => {
      isInSight = true;
      if (id === chosen) choose(id);
      else location.hash = addressOf(sheet.name, id);
    });
    figure.append(found);
    const part = figure.clientWidth / Number(found.getAttribute('width'));
    size.hidden = part >= 1;
    setWhole(part >= legible);
    const begin = found.querySelector('.initial')?.getBoundingClientRect();
    if (begin !== undefined) figure.scrollLeft = begin.left + begin.width / 2 - figure.getBoundingClientRect().left - figure.clientWidth / 2;
    diagram.light(chosen, chosen !== '');
  });

  /** @param {string} id */
  function choose(id) {
    chosen = id;
    details.show(id);
    diagram?.light(id, !isInSight);
    if (!isInSight && id !== '') element.firstElementChild?.scrollIntoView({ block: 'nearest' });
    isInSight = false;
    for (const row of tables.querySelectorAll('tr[data-id]')) row.classList.toggle('chosen', row.getAttribute('data-id') === id);
  }
  return { element, choose };
}

/** @param {MachineSheet} sheet */
function tablesOf(sheet) {
  return h('div', {},
    h('h2', {}, 'States'),
    h('div.wide', {}, h('table.states', {},
      h('thead', {}, h('tr', {}, ...['State', 'What it means', 'Section'].map((text) => h('th', { scope: 'col' }, text)))),
      h('tbody', {}, ...sheet.states.map((state) => stateRow(sheet.name, state))))),
    h('h2', {}, 'What each event does'),
    h('p.hint', {}, 'An event that is not in the list of a state means nothing there: it is ignored.'),
    ...sheet.states.map((state) => eventsOf(sheet, state)));
}

/** @param {string} machine
 *  @param {StateSheet} state */
function stateRow(machine, { path, description, spec, isInitial, isFinal }) {
  return h('tr', { 'data-id': path },
    h('th', { scope: 'row' }, h('a', { href: addressOf(machine, path) }, h('code.state', {}, path)), isInitial && h('small', {}, ' begins here'), isFinal && h('small', {}, ' ends here')),
    h('td', {}, description), h('td', {}, cites(spec)));
}

/** @param {MachineSheet} sheet
 *  @param {StateSheet} state */
function eventsOf({ name, transitions }, state) {
  const own = transitions.filter(({ source }) => source === state.path);
  if (own.length === 0) return undefined;
  return h('section.events', {}, h('h3', {}, h('code.state', {}, state.path)),
    h('div.wide', {}, h('table', {},
      h('thead', {}, h('tr', {}, ...['Event', 'Leads to', 'Effects', 'Section'].map((text) => h('th', { scope: 'col' }, text)))),
      h('tbody', {}, ...own.map(({ id, event, guard, target, effects, spec }) => h('tr', { 'data-id': id },
        h('td', {}, h('a', { href: addressOf(name, id) }, h('code', {}, eventName(event))), guard && h('small', {}, ` if ${guard}`)),
        h('td', {}, target === undefined ? h('small', {}, 'stays') : h('code.state', {}, target)),
        h('td', {}, ...effects.map((effect) => h('code.effect', {}, effect))),
        h('td', {}, cites(spec))))))));
}
