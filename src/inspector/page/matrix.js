/** What a machine does with every event in every state, as a table: events down, states across. Where something kept
 *  decides, a cell has each answer with its guard. @module */
import { ask } from './answers.js';
import { h } from './dom.js';
import { addressOf, eventName } from './sheets.js';

/** @import { Answer, Matrix } from '../matrix.ts' */
/** @import { MachineSheet } from '../sheets.ts' */

const words = { ignored: '·', refused: 'refused', stay: 'stays', move: '' };

/** Makes the page.
 *  @param {MachineSheet} sheet */
export function matrixPage(sheet) {
  const place = h('div.wide.matrix', { tabindex: 0, role: 'region', 'aria-label': 'Every state and event' });
  load(sheet.name).then((matrix) => place.append(matrix === undefined ? h('p.hint', {}, 'Its table is not here.') : tableOf(sheet, matrix)));
  return h('div', {}, h('p.hint', {}, 'Each cell is what the machine does with the event of its row in the state of its column: where it goes, and what it orders. A dot is an event that means nothing there.'), place);
}

/** @param {string} name
 *  @returns {Promise<Matrix | undefined>} */
async function load(name) {
  const answer = await ask(`/machines/${encodeURIComponent(name)}.json`);
  return answer.ok ? answer.json() : undefined;
}

/** @param {MachineSheet} sheet
 *  @param {Matrix} matrix */
function tableOf({ name, states: described }, { states, rows }) {
  const about = new Map(described.map(({ path, description }) => [path, description]));
  return h('table', {},
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Event'), ...states.map((path) => h('th', { scope: 'col', title: about.get(path) }, h('a', { href: addressOf(name, path) }, h('code.state', {}, ...broken(path))))))),
    h('tbody', {}, ...rows.map(({ event, cells }) => h('tr', {}, h('th', { scope: 'row' }, ...eventLabel(event)), ...cells.map((answers, column) => cellOf(name, event, states[column] ?? '', answers))))));
}

/** Parts of a name, where it may be broken.
 *  @param {string} text */
const broken = (text) => text.split(/(?<=\.)/).flatMap((part, index) => (index > 0 ? [h('wbr', {}), part] : [part]));

/** The type in one line, the facts below it.
 *  @param {string} event */
function eventLabel(event) {
  const [, type = event, facts = ''] = /^(\S+|after \S+)(?: (\{.*\}))?$/.exec(event) ?? [];
  const entries = facts === '' ? [] : Object.entries(JSON.parse(facts));
  return [h('code', {}, ...broken(eventName(type))), entries.length > 0 && h('small', {}, entries.map(([key, value]) => (value === true ? key : value === false ? `not ${key}` : `${key}: ${value}`)).join(', '))];
}

/** @param {string} machine
 *  @param {string} event
 *  @param {string} state
 *  @param {readonly Answer[]} answers */
function cellOf(machine, event, state, answers) {
  const [first] = answers;
  if (answers.length === 1 && first?.outcome === 'ignored') return h('td.ignored', { title: `${event} means nothing in ${state}` }, h('span', { 'aria-label': 'ignored' }, words.ignored));
  return h('td', {}, ...answers.map((answer) => answerOf(machine, answer)));
}

/** @param {string} machine
 *  @param {Answer} answer */
function answerOf(machine, { outcome, target, effects, transition, guard }) {
  const what = target === undefined ? h('span', { class: outcome }, words[outcome] || 'stays') : h('span', {}, '→ ', h('code.state', {}, ...broken(target)));
  return h('div.answer', {},
    transition === undefined ? what : h('a', { href: addressOf(machine, transition) }, what),
    guard !== undefined && h('small', {}, ` if ${guard}`),
    ...effects.map((effect) => h('code.effect', {}, effect)));
}
