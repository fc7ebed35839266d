/** A machine of somebody: where it is, what that means with its section, its states, and its diagram. @module */
import { cites, h, hueOf, setText } from './dom.js';
import { diagramOf, flashTransition, isDrawn, light } from './sheets.js';

/** @import { MachineSheet } from '../sheets.ts' */

/** `update` says where the machine is, by its slot and its state; `taken` that it has just taken a transition.
 *  @typedef {HTMLElement & { update: (placed: readonly [string, string]) => void, taken: (transition: string) => void }} Card */

/** Makes a card.
 *  @param {string} slot the machine and, where there are several of the name, which: `occupant romeo`
 *  @param {MachineSheet} [sheet] a machine of somebody else's has none
 *  @returns {Card} */
export function cardOf(slot, sheet) {
  const [machine = '', ...parts] = slot.split(' ');
  const state = h('code.state', {});
  const meaning = h('p', {});
  // Of hundreds of cards few are unfolded: a diagram is made when it is looked at.
  const figure = h('details.figure', { hidden: true, toggle: () => diagram === undefined && draw() }, h('summary', {}, 'Diagram'));
  const card = h('article', { class: `card ${hueOf(machine)}` },
    h('h3', {}, h('a', { href: `#/machines/${machine}` }, machine), parts.length > 0 && h('small', {}, ` ${parts.join(' ')}`)), state, meaning);
  /** @type {SVGElement | undefined} */
  let diagram;
  let now = '';
  const levels = h('ul.levels', {}, ...(sheet?.states ?? []).map(({ path, description }) => h('li', { 'data-state': path, title: description }, path)));
  const relight = () => {
    light(levels, now);
    if (diagram !== undefined) light(diagram, now);
    // States inside another are worth their room only while the machine is in there.
    for (const level of levels.querySelectorAll('li')) {
      const outer = (level.dataset['state'] ?? '').split('.').slice(0, -1).join('.');
      level.hidden = outer !== '' && !now.startsWith(`${outer}.`);
    }
  };
  if (parts.length === 0) {
    card.append(levels, figure);
    isDrawn(machine).then((isThere) => (figure.hidden = !isThere));
  }
  async function draw() {
    const found = await diagramOf(machine);
    if (found === undefined || diagram !== undefined) return;
    diagram = found;
    figure.append(found);
    relight();
  }
  return Object.assign(card, {
    taken: (/** @type {string} */ transition) => {
      if (diagram !== undefined) flashTransition(diagram, transition);
    },
    update: (/** @type {readonly [string, string]} */ [, path]) => {
      if (path === now) return;
      const known = sheet?.states.find((each) => each.path === path);
      setText(state, path);
      meaning.replaceChildren(known?.description ?? '', ' ', cites(known?.spec));
      if (now !== '') flash(card);
      now = path;
      relight();
    },
  });
}

/** @param {HTMLElement} card */
function flash(card) {
  card.classList.remove('flash');
  void card.offsetWidth; // begins the animation anew
  card.classList.add('flash');
}
