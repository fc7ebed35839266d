/** Elements of the page. Data becomes text and nothing else: no markup is ever made of it. @module */
import { citationsOf } from './citation.js';

/** @typedef {Node | string | number | false | undefined | null} Child what may stand in an element: strings become text,
 *  what is not there is left out */
/** @typedef {string | number | boolean | undefined | ((event: any) => void)} Prop an attribute, or a listener of the event of
 *  that name; false and undefined are left out */

/** Makes an element.
 *  @template {keyof HTMLElementTagNameMap} N
 *  @param {N | `${N}.${string}`} tag a name, with classes behind dots: `span.chip`
 *  @param {Readonly<Record<string, Prop>>} [props]
 *  @param {...Child} children
 *  @returns {HTMLElementTagNameMap[N]} */
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(/** @type {N} */ (name));
  if (classes.length > 0) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(props)) {
    if (value === false || value === undefined) continue;
    if (typeof value === 'function') element.addEventListener(key, value);
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== false && child !== undefined && child !== null).map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

/** Sets a text, and touches nothing when it is there already.
 *  @param {Element} element
 *  @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** An element of a list that stays while its item changes.
 *  @template T
 *  @typedef {HTMLElement & { update?: (item: T) => void }} Kept */

/** What stands in each list, by key. @type {WeakMap<Element, Map<string, Kept<any>>>} */
const lists = new WeakMap();

/** Makes the children of an element those of a list; who stays is kept, with its focus.
 *  @template T
 *  @param {Element} parent
 *  @param {readonly T[]} items
 *  @param {(item: T) => string} keyOf
 *  @param {(item: T) => Kept<T>} make */
export function keyed(parent, items, keyOf, make) {
  const known = lists.get(parent) ?? new Map();
  lists.set(parent, known);
  const wanted = new Set(items.map(keyOf));
  for (const [key, element] of known) {
    if (wanted.has(key)) continue;
    element.remove();
    known.delete(key);
  }
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let element = known.get(key);
    if (element === undefined) {
      element = make(item);
      known.set(key, element);
    }
    element.update?.(item);
    if (element === place) place = element.nextElementSibling;
    else parent.insertBefore(element, place);
  }
}

/** The element of an item that a list shows.
 *  @param {Element} parent
 *  @param {string} key */
export const keptOf = (parent, key) => lists.get(parent)?.get(key);

/** Empties a list.
 *  @param {Element} parent */
export function empty(parent) {
  parent.replaceChildren();
  lists.delete(parent);
}

/** A machine's state, in the machine's colour.
 *  @param {string} machine
 *  @param {string} state
 *  @param {string} [part] which of several machines of that name */
export function chip(machine, state, part = '') {
  const name = part === '' ? machine : `${machine} ${part}`;
  const label = h('span', { class: `chip ${hueOf(machine)}`, title: `${name}: ${state}` });
  label.append(h('b', {}, part === '' ? machine : part), ' ', h('span', {}, state));
  return label;
}

/** The class that has the colour of a machine. What is no machine of ours gets none.
 *  @param {string} machine */
export const hueOf = (machine) => (/^[a-z-]+$/.test(machine) ? `m-${machine}` : '');

/** Sections, as they are cited; each opens its text.
 *  @param {string | readonly string[] | undefined} spec */
export function cites(spec) {
  const texts = /** @type {readonly string[]} */ ([spec ?? []].flat());
  return h('span.cites', {}, ...texts.flatMap((text, index) => [...(index > 0 ? [' · '] : []), ...citationsOf(text)]).map((part) => (typeof part === 'string' ? part : citeButton(part))));
}

/** @import { Citation } from './citation.js' */
/** @param {Citation} citation */
function citeButton(citation) {
  const open = async () => (await import('./sections.js')).openSection(citation);
  return h('button.cite', { type: 'button', title: 'Read the section', 'aria-haspopup': 'dialog', click: open }, citation.text);
}

/** How long ago, in the largest unit that says something.
 *  @param {number} ms */
export function age(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min` : `${Math.floor(seconds / 86_400)} d`;
}

/** A moment of today, to the millisecond.
 *  @param {number} at */
export function clock(at) {
  const date = new Date(at);
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
