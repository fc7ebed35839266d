/** What is chosen of a machine, explained: a state with what it answers, a transition with its guard, its effects and
 *  where it leads, and the sections with their text. @module */
import { h, hueOf } from './dom.js';
import { citationsOf } from './citation.js';
import { foldedSection } from './sections.js';
import { addressOf, eventName } from './sheets.js';

/** @import { MachineSheet, StateSheet, TransitionSheet } from '../sheets.ts' */

/** Makes the place for it.
 *  @param {MachineSheet} sheet */
export function detailsView(sheet) {
  const element = h('aside.details', { 'aria-label': 'What is chosen', 'aria-live': 'polite' });
  return {
    element,
    /** @param {string} id of a state or a transition; of neither is the machine itself */
    show(id) {
      const state = sheet.states.find(({ path }) => path === id);
      const transition = sheet.transitions.find((each) => each.id === id);
      element.replaceChildren(...(state !== undefined ? stateDetails(sheet, state) : transition !== undefined ? transitionDetails(sheet, transition) : machineDetails(sheet)));
      element.classList.toggle('has-chosen', state !== undefined || transition !== undefined);
      element.scrollTop = 0;
    },
  };
}

/** @param {MachineSheet} sheet */
function machineDetails({ spec, states, transitions }) {
  return [
    h('p.hint', {}, `${states.length} states, ${transitions.length} transitions. Choose one in the diagram to read what it means and why it is so. By keyboard: Tab, the arrows, Enter.`),
    ...sectionsOf([spec], false),
  ];
}

/** @param {MachineSheet} sheet
 *  @param {StateSheet} state */
function stateDetails({ name, transitions }, { path, description, spec, isInitial, isFinal }) {
  const answers = transitions.filter(({ source }) => source === path);
  return [
    h('h2', {}, h('code.state', {}, path), isInitial && h('small', {}, ' begins here'), isFinal && h('small', {}, ' ends here')),
    h('p', {}, description),
    answers.length > 0 && h('ul.answers', { 'aria-label': 'What it answers' }, ...answers.map(({ id, event, guard, target }) => h('li', {},
      h('a', { href: addressOf(name, id) }, h('code', {}, eventName(event))), guard && h('small', {}, ` if ${guard}`), ' ', target === undefined ? h('small', {}, 'stays') : h('span', {}, '→ ', h('code.state', {}, target))))),
    ...sectionsOf(spec, true),
  ].filter((part) => part !== false);
}

/** @param {MachineSheet} sheet
 *  @param {TransitionSheet} transition */
function transitionDetails({ name, states, wires }, { source, event, guard, target, effects, spec }) {
  const link = (/** @type {string} */ path) => h('a', { href: addressOf(name, path) }, h('code.state', {}, path));
  const after = states.find(({ path }) => path === (target ?? source));
  return [
    h('h2', {}, h('code', {}, eventName(event))),
    h('dl.particulars', {},
      h('dt', {}, 'in'), h('dd', {}, link(source)),
      ...(guard === undefined ? [] : [h('dt', {}, 'if'), h('dd', {}, h('code', {}, guard))]),
      h('dt', {}, 'leads to'), h('dd', {}, target === undefined ? 'stays where it is' : link(target), target !== undefined && after !== undefined && h('small', {}, ` ${after.description}`)),
      h('dt', {}, 'effects'), h('dd', {}, effects.length === 0 ? 'none' : h('ul', {}, ...effects.map((effect) => effectItem(effect, wires))))),
    ...sectionsOf(spec, true),
  ];
}

/** An effect, and which event of another machine it is.
 *  @param {string} effect
 *  @param {MachineSheet['wires']} wires */
function effectItem(effect, wires) {
  const led = wires.filter((wire) => wire.effect === effect);
  const [first] = led;
  if (first === undefined) return h('li', {}, h('code.effect', {}, effect));
  const events = led.map(({ event }) => h('code', {}, event));
  return h('li', {}, h('code.effect', {}, effect), ' ', h('small', {}, 'which is ', ...events.flatMap((event, index) => (index === 0 ? [event] : [' or ', event])), ' to the ', h('a', { class: hueOf(first.to), href: `#/machines/${first.to}` }, first.to)));
}

/** The sections with their text, of which the first is open.
 *  @param {readonly string[]} spec
 *  @param {boolean} isFirstOpen */
function sectionsOf(spec, isFirstOpen) {
  return spec.flatMap(citationsOf).filter((part) => typeof part !== 'string').map((citation, index) => foldedSection(citation, isFirstOpen && index === 0));
}
