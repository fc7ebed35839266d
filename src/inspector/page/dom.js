/** Elements of the page. Data becomes text and nothing else: no markup is ever made of it. @module */

/** Makes an element.
 *  @param {string} tag a name, with classes behind dots: `span.chip`
 *  @param {Record<string, unknown>} [props] attributes; functions are listeners, false and undefined are left out
 *  @param {...(Node | string | number | false | undefined | null)} children strings become text
 *  @returns {HTMLElement} */
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  if (classes.length > 0) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(props)) {
    if (value === false || value === undefined) continue;
    if (typeof value === 'function') element.addEventListener(key, value);
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== false && child !== undefined && child !== null).map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

/** Sets a text, and touches nothing when it is there already. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Makes the children of an element those of a list; who stays is kept, with its focus.
 *  @param {HTMLElement} parent
 *  @param {readonly T[]} items
 *  @param {(item: T) => string} keyOf
 *  @param {(item: T) => HTMLElement & { update?: (item: T) => void }} make
 *  @template T */
export function keyed(parent, items, keyOf, make) {
  const known = parent.known ?? (parent.known = new Map());
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
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
}

/** A machine's state, in the machine's colour. */
export function chip(machine, state) {
  const label = h('span.chip', { class: `chip ${hueOf(machine)}`, title: `${machine}: ${state}` });
  label.append(h('b', {}, machine), ' ', h('span', {}, state));
  return label;
}

/** The class that has the colour of a machine. What is no machine of ours gets none. */
export const hueOf = (machine) => (/^[a-z-]+$/.test(machine) ? `m-${machine}` : '');

/** Sections, as they are cited. */
export const cites = (spec) => h('span.cites', {}, [spec ?? []].flat().join(' · '));

/** How long ago, in the largest unit that says something. */
export function age(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min` : `${Math.floor(seconds / 86_400)} d`;
}

/** A moment of today, to the millisecond. */
export function clock(at) {
  const date = new Date(at);
  const two = (value) => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
