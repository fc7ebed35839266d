/** The machines, as the server describes them, and their diagrams where it has them. @module */

import { ask } from './answers.js';

/** @import { MachineSheet } from '../sheets.ts' */

/** @type {Promise<ReadonlyMap<string, MachineSheet>> | undefined} */
let loading;

/** Every machine, by name. */
export function machines() {
  loading ??= loadMachines();
  return loading;
}

async function loadMachines() {
  const list = /** @type {readonly MachineSheet[]} */ (await (await ask('/machines.json')).json());
  return new Map(list.map((sheet) => [sheet.name, sheet]));
}

/** @type {Map<string, Promise<SVGElement | undefined>>} */
const diagrams = new Map();

/** The diagram of a machine: a new copy; undefined where there is none.
 *  @param {string} name
 *  @returns {Promise<SVGElement | undefined>} */
export async function diagramOf(name) {
  return /** @type {SVGElement | undefined} */ ((await drawing(name))?.cloneNode(true));
}

/** Whether a machine has a diagram.
 *  @param {string} name */
export const isDrawn = async (name) => (await drawing(name)) !== undefined;

/** The diagram itself, for copies.
 *  @param {string} name */
function drawing(name) {
  const known = diagrams.get(name) ?? loadDiagram(name);
  diagrams.set(name, known);
  return known;
}

/** @param {string} name */
async function loadDiagram(name) {
  const answer = await ask(`/machines/${encodeURIComponent(name)}.svg`);
  if (!answer.ok) return undefined;
  // What is inline is forbidden here, even unread; the same rules are in a file beside the diagrams.
  const text = (await answer.text()).replace(/<style>[^<]*<\/style>/g, '');
  const root = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
  if (root.localName !== 'svg') return undefined;
  if (document.querySelector('[href="machines/machines.css"], [data-of="/machines/machines.css"]') === null) {
    document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: 'machines/machines.css' }));
  }
  return /** @type {SVGElement} */ (/** @type {Element} */ (document.importNode(root, true)));
}

/** A timer is named for its delay and its state: the delay says enough.
 *  @param {string} type */
export const eventName = (type) => (type.startsWith('xstate.after.') ? `after ${type.split('.')[2]}` : type);

/** The address of a state or a transition.
 *  @param {string} machine
 *  @param {string} id */
export const addressOf = (machine, id) => `#/machines/${machine}/${encodeURI(id)}`;

/** Lights a transition for a moment.
 *  @param {Element} diagram
 *  @param {string} id */
export function flashTransition(diagram, id) {
  const drawn = diagram.querySelector(`[data-transition="${CSS.escape(id)}"]`);
  drawn?.classList.add('lit');
  setTimeout(() => drawn?.classList.remove('lit'), 1500);
}

/** Lights one state of a diagram, or several where its machine has regions, and those that it is inside of.
 *  @param {Element} diagram
 *  @param {string} path */
export function light(diagram, path) {
  const paths = path.split(' & ');
  for (const state of diagram.querySelectorAll('[data-state]')) {
    const own = state.getAttribute('data-state') ?? '';
    state.classList.toggle('lit', paths.includes(own));
    state.classList.toggle('around', !paths.includes(own) && paths.some((each) => each.startsWith(`${own}.`)));
  }
}
