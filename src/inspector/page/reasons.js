/** The steps of an answer, each with its section, and a mark where a step is met or not. @module */
import { cites, h } from './dom.js';

/** @import { Reason } from '../reason.ts' */

/** What a screen reader says of a verdict; the mark itself is drawn. */
const verdicts = { yes: 'holds', no: 'does not hold', unknown: 'not known' };

/** Makes the list.
 *  @param {readonly Reason[]} steps */
export function reasonList(steps) {
  return h('ol.reasons', {}, ...steps.map(({ step, text, spec, verdict }) => h('li', { class: `reason${verdict === undefined ? '' : ` is-${verdict}`}` },
    h('b', {}, verdict !== undefined && h('i.mark', { role: 'img', 'aria-label': verdicts[verdict] }), titleOf(step)), h('span', {}, text), cites(spec))));
}

/** @param {string} step */
const titleOf = (step) => step.charAt(0).toUpperCase() + step.slice(1);
