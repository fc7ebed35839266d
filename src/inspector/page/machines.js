/** The view of the machines: each with its diagram, where what is chosen is explained beside it, its tables, and its
 *  source. The address says which machine, and what of it: `#/machines/route/open`, `#/machines/route/matrix`. @module */
import { cites, h, hueOf } from './dom.js';
import { diagramPage } from './machine-diagram.js';
import { matrixPage } from './matrix.js';
import { sourcePage } from './source.js';
import { machines } from './sheets.js';
import { theoremsOf } from './proofs.js';


/** @import { MachineSheet } from '../sheets.ts' */
/** @import { View } from './app.js' */

/** One page of a machine: what it is, and how something is chosen in it.
 *  @typedef {{ readonly element: HTMLElement, readonly choose?: (id: string) => void }} MachinePage */

/** The pages of a machine; what is none of these names is the name of a state or a transition, in its diagram. */
const pages = /** @type {const} */ ([['', 'Diagram'], ['matrix', 'Every state and event'], ['source', 'Source'], ['page', 'Reference']]);

/** Shows the machines, one of them at length.
 *  @type {View} */
export function showMachines(main, part) {
  let wanted = part;
  let follow = () => {};
  let isGone = false;
  machines().then((all) => {
    if (isGone) return;
    follow = machinesIn(main, all, () => wanted);
    follow();
  });
  return {
    leave: () => void (isGone = true),
    follow: (next) => {
      wanted = next;
      follow();
    },
  };
}

/** @param {HTMLElement} main
 *  @param {ReadonlyMap<string, MachineSheet>} all
 *  @param {() => string} wanted
 *  @returns {() => void} shows what is wanted now */
function machinesIn(main, all, wanted) {
  const links = new Map([...all.values()].map(({ name, about }) => [name, h('a', { class: hueOf(name), href: `#/machines/${name}` }, name, h('small', {}, about))]));
  const place = h('article', {});
  main.replaceChildren(h('div.machines', {}, h('nav', { 'aria-label': 'Machines' }, h('ul.menu', {}, ...[...links.values()].map((link) => h('li', {}, link)))), place));
  let shown = '';
  /** @type {MachinePage | undefined} */
  let page;
  return () => {
    const [name = '', ...rest] = wanted().split('/');
    const sheet = all.get(name) ?? [...all.values()][0];
    if (sheet === undefined) return;
    const kind = pages.find(([kindName]) => kindName === rest.join('/'))?.[0] ?? '';
    if (shown !== `${sheet.name}/${kind}`) {
      shown = `${sheet.name}/${kind}`;
      page = pageOf(sheet, kind);
      place.className = hueOf(sheet.name);
      place.replaceChildren(...headOf(sheet, kind), page.element);
      scrollTo(0, 0);
      mark(links, sheet.name);
      document.title = `${sheet.name} · Waystate inspector`;
    }
    page?.choose?.(rest.join('/'));
  };
}

/** @param {MachineSheet} sheet
 *  @param {string} kind
 *  @returns {MachinePage} */
function pageOf(sheet, kind) {
  switch (kind) {
    case 'matrix': return { element: matrixPage(sheet) };
    case 'source': return { element: sourcePage(`/machines/${sheet.name}.ts`, `machines/${sheet.name}.ts`) };
    case 'page': return { element: sourcePage(`/machines/${sheet.name}.md`, `docs/reference/machines/${sheet.name}.md`) };
    default: return diagramPage(sheet);
  }
}

/** @param {MachineSheet} sheet
 *  @param {string} kind */
function headOf({ name, about, spec }, kind) {
  return [
    h('h1', {}, name), h('p.lead', {}, about, ' ', cites(spec)), theoremsAbout(name),
    h('nav.pages', { 'aria-label': `Pages of ${name}` }, ...pages.map(([page, title]) => h('a', { href: `#/machines/${name}${page === '' ? '' : `/${page}`}`, 'aria-current': page === kind ? 'page' : undefined }, title))),
  ];
}

/** The theorems about a machine, by what checks them, which stands before the colon of their names.
 *  @param {string} machine */
function theoremsAbout(machine) {
  const list = h('dl', {});
  return h('details.theorems', {
    toggle: async () => {
      const theorems = await theoremsOf(machine);
      const groups = Map.groupBy(theorems, ({ name }) => name.split(': ', 1)[0] ?? '');
      list.replaceChildren(...[...groups].flatMap(([group, members]) => [
        h('dt', {}, group), h('dd', {}, ...members.map(({ name, href }) => h('a', { href }, name.slice(group.length + 2) || name))),
      ]));
    },
  }, h('summary', {}, 'Theorems about it'), list);
}

/** @param {ReadonlyMap<string, HTMLElement>} links
 *  @param {string} current */
function mark(links, current) {
  for (const [name, link] of links) {
    if (name === current) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
  links.get(current)?.scrollIntoView({ block: 'nearest', inline: 'center' });
}
