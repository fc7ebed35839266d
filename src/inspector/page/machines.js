/** The view of the machines: each with its diagram, its states, and what every event does in each of them. @module */
import { cites, h, hueOf } from './dom.js';
import { diagramOf, machines } from './sheets.js';

/** Shows the machines, one of them at length. */
export function showMachines(main, name) {
  let isGone = false;
  machines().then((all) => {
    if (isGone) return;
    const chosen = all.get(name) ?? all.values().next().value;
    const list = h('ul.menu', {}, ...[...all.values()].map((sheet) => h('li', {}, h('a', {
      class: hueOf(sheet.name), href: `#/machines/${sheet.name}`, 'aria-current': sheet === chosen ? 'true' : undefined,
    }, sheet.name, h('small', {}, sheet.about)))));
    main.replaceChildren(h('div.machines', {}, h('nav', { 'aria-label': 'Machines' }, list), pageOf(chosen)));
    list.querySelector('[aria-current]').scrollIntoView({ block: 'nearest', inline: 'center' });
    document.title = `${chosen.name} · Waystate inspector`;
  });
  return { leave: () => (isGone = true) };
}

function pageOf(sheet) {
  const figure = h('figure.diagram', {});
  diagramOf(sheet.name).then((diagram) => (diagram === undefined ? figure.remove() : figure.append(diagram)));
  return h('article', { class: hueOf(sheet.name) },
    h('h1', {}, sheet.name),
    h('p.lead', {}, sheet.about, ' ', cites(sheet.spec)),
    figure,
    h('h2', {}, 'States'),
    h('div.wide', {}, h('table.states', {},
      h('thead', {}, h('tr', {}, ...['State', 'What it means', 'Section'].map((text) => h('th', { scope: 'col' }, text)))),
      h('tbody', {}, ...sheet.states.map(stateRow)))),
    h('h2', {}, 'What each event does'),
    h('p.hint', {}, 'An event that is not in the list of a state means nothing there: it is ignored.'),
    ...sheet.states.map((state) => eventsOf(sheet, state)));
}

function stateRow({ path, description, spec, isInitial, isFinal }) {
  return h('tr', {},
    h('th', { scope: 'row' }, h('code.state', {}, path), isInitial && h('small', {}, ' begins here'), isFinal && h('small', {}, ' ends here')),
    h('td', {}, description), h('td', {}, cites(spec)));
}

function eventsOf({ transitions }, state) {
  const own = transitions.filter(({ source }) => source === state.path);
  if (own.length === 0) return undefined;
  return h('section.events', {}, h('h3', {}, h('code.state', {}, state.path)),
    h('div.wide', {}, h('table', {},
      h('thead', {}, h('tr', {}, ...['Event', 'Leads to', 'Effects', 'Section'].map((text) => h('th', { scope: 'col' }, text)))),
      h('tbody', {}, ...own.map(({ event, guard, target, effects, spec }) => h('tr', {},
        h('td', {}, h('code', {}, eventName(event)), guard && h('small', {}, ` if ${guard}`)),
        h('td', {}, target === undefined ? h('small', {}, 'stays') : h('code.state', {}, target)),
        h('td', {}, ...effects.map((effect) => h('code.effect', {}, effect))),
        h('td', {}, cites(spec))))))));
}

/** A timer is named for its delay and its state: the delay says enough. */
export const eventName = (type) => (type.startsWith('xstate.after.') ? `after ${type.split('.')[2]}` : type);
