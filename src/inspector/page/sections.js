/** The texts of the sections that are cited, each document loaded when it is first asked for, and the panel at the side
 *  that shows one of them: what it says, who of the machines keeps to it, where it is from. @module */
import { ask } from './answers.js';
import { cites, h } from './dom.js';
import { addressOf, eventName, machines } from './sheets.js';
import { fileOf } from './citation.js';
import { requirementItem, requirements, sectionOf } from './requirements.js';

/** @import { Citation } from './citation.js' */
/** @import { Block, Section, SectionFile } from '../section.ts' */
/** @typedef {Pick<Citation, 'document' | 'number'>} Place */

/** @type {Map<string, Promise<SectionFile | undefined>>} */
const files = new Map();

/** The file of a document; undefined where there is none.
 *  @param {string} document */
function fileFor(document) {
  const known = files.get(document) ?? load(document);
  files.set(document, known);
  return known;
}

/** @param {string} document
 *  @returns {Promise<SectionFile | undefined>} */
async function load(document) {
  try {
    const answer = await ask(`/sections/${encodeURIComponent(fileOf(document))}.json`);
    if (answer.ok) return await answer.json();
  } catch { /* what does not come now may come when it is asked for again */ }
  files.delete(document);
  return undefined;
}

/** A section for a place beside what cites it: folded, or open.
 *  @param {Citation} citation
 *  @param {boolean} isOpen */
export function foldedSection(citation, isOpen) {
  const title = h('span', {});
  const body = h('div', {});
  const folded = h('details.section', { open: isOpen, toggle: () => folded.open && fill() }, h('summary', {}, h('b', {}, nameOf(citation)), ' ', title), body);
  let isFilled = false;
  const fill = async () => {
    if (isFilled) return;
    isFilled = true;
    body.append(...await bodyOf(citation));
  };
  fileFor(citation.document).then((file) => { title.textContent = file?.sections[citation.number]?.title ?? ''; });
  if (isOpen) fill();
  return folded;
}

/** @param {Place} place */
const nameOf = ({ document, number }) => (number === '' ? document : document === 'DESIGN' ? `DESIGN ${number}` : `${document} §${number}`);

/** What a section says, and where it is from.
 *  @param {Place} place */
async function bodyOf({ document, number }) {
  const file = await fileFor(document);
  const section = file?.sections[number];
  if (file === undefined || section === undefined) return [h('p.hint', {}, 'Its text is not here.')];
  return [prose(section.text), ...partsOf(file, section), sourceOf(file, section)];
}

/** @param {readonly Block[]} blocks */
function prose(blocks) {
  return h('div.prose', {}, ...blocks.map((block) => {
    if ('p' in block) return h('p', {}, block.p);
    if ('pre' in block) return h('figure', {}, block.caption !== undefined && h('figcaption', {}, block.caption), h('pre', { tabindex: 0 }, block.pre));
    if ('table' in block) {
      const [head = [], ...rows] = block.table;
      return h('div.wide', { tabindex: 0 }, h('table', {}, h('thead', {}, h('tr', {}, ...head.map((cell) => h('th', { scope: 'col' }, cell)))), h('tbody', {}, ...rows.map((row) => h('tr', {}, ...row.map((cell) => h('td', {}, cell)))))));
    }
    return h('p', { class: `item depth${Math.min(block.depth, 3)}` }, h('span.mark', {}, /^[o*]$/.test(block.mark) ? '•' : block.mark), h('span', {}, block.item));
  }));
}

/** @param {SectionFile} file
 *  @param {Section} section */
function partsOf({ document, sections }, { parts = [] }) {
  return parts.length === 0 ? [] : [h('ul.parts', { 'aria-label': 'Sections in it' }, ...parts.map(([number, title]) => h('li', {}, sections[number] === undefined ? number : cites(`${document} §${number}`), ' ', title)))];
}

/** @param {SectionFile} file
 *  @param {Section} section */
function sourceOf({ document, title, authors, source, notice }, { anchor }) {
  const address = anchor === '' ? source : `${source}#${anchor}`;
  return h('footer.source', {},
    h('p', {}, `From ${document === 'DESIGN' ? title : `${document}: ${title}`}${authors === '' ? '' : `, by ${authors}`}. `,
      /^https:/.test(source) ? h('a', { href: address, rel: 'noreferrer', target: '_blank' }, address) : h('code', {}, source)),
    notice.length > 0 && h('details', {}, h('summary', {}, 'Notice'), ...notice.map((text) => h('p', {}, text))));
}

/** Where machines cite it.
 *  @param {Place} place */
async function citersOf({ document, number }) {
  const name = nameOf({ document, number });
  const found = [...(await machines()).values()].flatMap(({ name: machine, states, transitions }) => [
    ...states.filter(({ spec }) => spec.includes(name)).map(({ path }) => ({ machine, id: path, text: path })),
    ...transitions.filter(({ spec }) => spec.includes(name)).map(({ id, source, event }) => ({ machine, id, text: `${source} on ${eventName(event)}` })),
  ]);
  return found.length === 0 ? [] : [h('section.citers', {}, h('h3', {}, 'Where the machines keep to it'), h('ul', {}, ...found.map(({ machine, id, text }) => h('li', {}, h('a', { href: addressOf(machine, id), click: close }, h('b', {}, machine), ` ${text}`)))))];
}

/** What is required in it, and where that is done.
 *  @param {Place} place */
async function requiredIn(place) {
  const found = (await requirements()).filter((each) => sectionOf(each) === nameOf(place));
  return found.length === 0 ? [] : [h('details.required', {}, h('summary', {}, `What is required here (${found.length})`), h('ul.requirements', { click: (event) => event.target instanceof HTMLAnchorElement && close() }, ...found.map((each) => requirementItem(each, false))))];
}

const label = h('p.hint', { id: 'panel-label' });
const title = h('h2', { tabindex: '-1' });
const content = h('div', {});
/** Keys that are pressed in the panel are its own: Escape closes it, and nothing behind it.
 *  @type {HTMLDialogElement} */
const panel = h('dialog.panel', {
  'aria-labelledby': 'panel-label', keydown: (event) => event.stopPropagation(), click: (event) => event.target === panel && close(),
}, h('div.sheet', {}, h('header', {}, h('div', {}, label, title), h('button', { type: 'button', click: close, title: 'Escape' }, 'Close')), content));

function close() {
  panel.close();
}

/** Opens a section at the side. What had the focus has it again when the panel is closed.
 *  @param {Place} place */
export async function openSection(place) {
  if (!panel.isConnected) document.body.append(panel);
  label.textContent = nameOf(place);
  title.textContent = '';
  content.replaceChildren();
  if (!panel.open) panel.showModal();
  panel.scrollTop = 0;
  title.focus();
  const [file, body, citers, required] = await Promise.all([fileFor(place.document), bodyOf(place), citersOf(place), requiredIn(place)]);
  if (label.textContent !== nameOf(place)) return; // another has been asked for
  title.textContent = file?.sections[place.number]?.title ?? '';
  content.replaceChildren(...body, ...citers, ...required);
}
