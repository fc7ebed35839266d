/** The marks of a sequence diagram as SVG: thin lines, a label above each, a box where a machine comes into another
 *  state. Texts are texts, whatever is in them. @module */
import { clock, hueOf } from './dom.js';
import { cut, sizes } from './rows.js';

/** @import { Row } from './rows.js' */

/** Makes an element of SVG.
 *  @template {keyof SVGElementTagNameMap} N
 *  @param {N} name
 *  @param {Readonly<Record<string, string | number>>} [attributes]
 *  @param {...(Node | string)} children
 *  @returns {SVGElementTagNameMap[N]} */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  placed(element, attributes);
  element.append(...children);
  return element;
}

/** @param {Element} element
 *  @param {Readonly<Record<string, string | number>>} attributes */
export function placed(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
}

/** @param {number} x
 *  @param {number} height
 *  @param {string} machine */
export const lifelineElement = (x, height, machine) => svg('line', { class: `lifeline ${hueOf(machine)}`, x1: x, x2: x, y1: 0, y2: height });

/** An arrow with all that belongs to it.
 *  @param {Row} row
 *  @param {{ readonly places: ReadonlyMap<string, number>, readonly width: number }} lanes
 *  @returns {SVGGElement} */
export function arrowElement({ arrow, top, y, bottom, isFirst }, { places, width }) {
  const { at, from, to, text, kind, machine, state, isIgnored } = arrow;
  const start = places.get(from) ?? 0;
  const end = places.get(to) ?? 0;
  const told = `${text}, ${from === to ? `at ${to}` : `${from} to ${to}`}${state === undefined ? '' : `, now ${state}`}${isIgnored ? ', ignored' : ''}`;
  const group = svg('g', { class: `arrow-row ${kind} ${hueOf(machine ?? '')}${isIgnored ? ' ignored' : ''}`, role: 'listitem', 'aria-label': told, 'data-n': arrow.n },
    svg('title', {}, told),
    svg('rect', { class: 'ground', x: 0, y: top, width, height: bottom - top, rx: 4 }));
  if (isFirst) {
    const over = top - sizes.turn / 2 - 2;
    group.append(svg('line', { class: 'turn', x1: at === undefined ? 0 : 92, x2: width, y1: over, y2: over }));
    if (at !== undefined) group.append(svg('text', { class: 'clock', x: 8, y: over + 3.5 }, at > 1e12 ? clock(at) : `${at} ms`));
  }
  if (start === end) group.append(...selfArrow(arrow, start, y, width));
  else group.append(...plainArrow(arrow, start, end, y, width));
  if (state !== undefined) group.append(...stateBox(state, end, y + 8));
  return group;
}

/** @param {Row['arrow']} arrow
 *  @param {number} start
 *  @param {number} end
 *  @param {number} y
 *  @param {number} width */
function plainArrow({ text }, start, end, y, width) {
  const way = Math.sign(end - start);
  const tip = end - way * 3;
  const left = Math.min(start, end) + 11;
  const right = Math.max(start, end) - 11;
  const needed = text.length * sizes.letter;
  // Each row has one arrow, so a label may be longer than it: to the right, and near the edge to the left. That of a long
  // arrow stands at its left end, which is in sight.
  const [x, anchor, room] = needed < right - left ? (right - left > 2 * sizes.most ? [left, 'start', needed] : [(left + right) / 2, 'middle', needed])
    : width - left >= Math.min(needed, right) ? [left, 'start', width - left - 4] : [right, 'end', right - 4];
  return [
    svg('line', { class: 'line', x1: start, x2: tip - way * 6, y1: y, y2: y }),
    svg('path', { class: 'tip', d: `M${tip} ${y}l${-way * 8} -4v8z` }),
    svg('text', { class: 'label', x, y: y - 6, 'text-anchor': anchor }, cut(text, room)),
  ];
}

/** What comes by itself begins and ends at the same line.
 *  @param {Row['arrow']} arrow
 *  @param {number} x
 *  @param {number} y
 *  @param {number} width */
function selfArrow({ text, kind }, x, y, width) {
  const label = svg('text', { class: 'label', x: x + (kind === 'note' ? 12 : 30), y: y - 4 }, cut(text, kind === 'note' ? width - x - 20 : width - x - 34));
  if (kind === 'note') return [svg('circle', { class: 'mark', cx: x, cy: y - 8, r: 3.5 }), label];
  return [svg('path', { class: 'line', d: `M${x} ${y - 14}h18a4 4 0 0 1 4 4v4a4 4 0 0 1 -4 4h-10` }), svg('path', { class: 'tip', d: `M${x + 3} ${y - 2}l8 -4v8z` }), label];
}

/** @param {string} state
 *  @param {number} x
 *  @param {number} top */
function stateBox(state, x, top) {
  const text = cut(state, sizes.most);
  const width = Math.max(44, text.length * sizes.letter + 18);
  return [
    svg('rect', { class: 'state-box', x: x - width / 2, y: top, width, height: 18, rx: 9 }),
    svg('text', { class: 'state-name', x, y: top + 12.8, 'text-anchor': 'middle' }, text),
  ];
}
