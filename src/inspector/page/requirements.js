/** The requirements, loaded when they are first asked for, and how one of them is shown. @module */
import { ask } from './answers.js';
import { cites, h } from './dom.js';
import { addressOf } from './sheets.js';

/** @import { Requirement } from '../requirement.ts' */

/** @type {Promise<readonly Requirement[]> | undefined} */
let loading;

/** Every requirement; none where the page has not been given them.
 *  @returns {Promise<readonly Requirement[]>} */
export function requirements() {
  loading ??= load();
  return loading;
}

/** @returns {Promise<readonly Requirement[]>} */
async function load() {
  try {
    const answer = await ask('/requirements.json');
    if (answer.ok) return await answer.json();
  } catch { /* it may come when it is asked for again */ }
  loading = undefined;
  return [];
}

/** Whether it has to be kept.
 *  @param {Requirement} requirement */
export const isStrict = ({ keyword }) => /^(?:MUST|SHALL|REQUIRED)/.test(keyword);

/** The section of a statement, as it is cited.
 *  @param {Requirement} requirement */
export const sectionOf = ({ id }) => id.replace(/ #\d+$/, '');

/** One requirement in a list.
 *  @param {Requirement} requirement
 *  @param {boolean} isCited whether its section is named, with a link */
export function requirementItem(requirement, isCited) {
  const { id, keyword, who, sentence, where = [], shown = [], not, isOwn } = requirement;
  return h('li.requirement', {},
    h('p', {}, h('b', {}, keyword), ' ', isCited && cites(sectionOf(requirement)), ` ${isCited ? id.replace(/^.* /, '') : ''} `, h('span.hint', {}, who), isOwn === true && h('span.hint', {}, ' · claimed by itself')),
    h('p', {}, sentence),
    not !== undefined && h('p.hint', {}, not),
    where.length > 0 && h('p', {}, 'Where: ', ...where.flatMap((name) => [nameOf(name), ' '])),
    shown.length > 0 && h('p', {}, 'Shown by: ', ...shown.flatMap((name) => [nameOf(name), ' '])));
}

/** A file, a state of a machine, or a theorem.
 *  @param {string} name */
function nameOf(name) {
  const [file = '', title] = name.split(/: (.*)/s);
  if (file.includes('/')) return title === undefined ? h('code', {}, file) : h('span', {}, h('code', {}, file), ` “${title}”`);
  if (name.includes(': ')) return h('a', { href: `#/theorems/${encodeURIComponent(name)}` }, name);
  const [machine = '', state = ''] = name.split(':');
  return state === '' ? name : h('a', { href: addressOf(machine, state) }, name);
}
