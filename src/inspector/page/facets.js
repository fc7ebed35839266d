/** The states of what is listed, with how many are in each, to choose from. @module */
import { h, hueOf, keyed, setText } from './dom.js';

/** @import { Facet } from '../facets.ts' */

/** Makes the row of choices.
 *  @param {() => void} changed called when another choice has been made */
export function facetRow(changed) {
  /** @type {Set<string>} */
  const chosen = new Set();
  const element = h('div.facets', { role: 'group', 'aria-label': 'Only those in these states' });
  return {
    element,
    chosen,
    /** @param {readonly Facet[]} facets */
    show(facets) {
      // What is chosen stays to be taken back, also when nobody is in that state any more.
      const known = new Set(facets.map(({ state }) => state));
      const all = [...facets, ...[...chosen].filter((state) => !known.has(state)).map((state) => ({ state, count: 0 }))];
      element.hidden = all.length < 2 && chosen.size === 0;
      keyed(element, all, ({ state }) => state, make);
    },
  };

  /** @param {Facet} facet */
  function make({ state: name }) {
    const colon = name.indexOf(':');
    const [machine, state] = [name.slice(0, colon), name.slice(colon + 1)];
    const count = h('output', {});
    const button = h('button', { type: 'button', class: `facet ${hueOf(machine)}`, 'data-state': name, click: () => {
      if (!chosen.delete(name)) chosen.add(name);
      changed();
    } }, machine !== 'fate' && h('small', {}, machine), h('span', machine === 'fate' ? { class: `fate ${state}` } : {}, state), count);
    return Object.assign(button, { update: (/** @type {Facet} */ facet) => {
      button.setAttribute('aria-pressed', String(chosen.has(name)));
      setText(count, String(facet.count));
    } });
  }
}
