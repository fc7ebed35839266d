/** What somebody who is open has done, step by step: as a list with the newest first, or as a sequence diagram with the
 *  newest last; and what can be taken along of it. @module */
import { arrowsOf } from './arrows.js';
import { cites, clock, empty, h, hueOf, keyed, setText } from './dom.js';
import { eventName } from './sheets.js';
import { sequenceView } from './sequence.js';
import { takingAlong } from './take.js';

/** @import { CitedEntry } from '../view.ts' */
/** @import { MessageRow } from '../message.ts' */
/** @import { MachineSheet } from '../sheets.ts' */

/** @typedef {{ readonly entries: readonly CitedEntry[], readonly missed: number, readonly name: string, readonly messages: readonly MessageRow[],
 *    readonly sheets: ReadonlyMap<string, MachineSheet> }} Steps */

/** Of the list; the diagram has all. */
const listed = 400;
const looks = /** @type {const} */ (['list', 'sequence']);
/** @typedef {typeof looks[number]} Look */

/** Makes the section. How it looks, and what it leaves out, is remembered as long as it is there. */
export function stepsView() {
  /** @type {Look} */
  let look = 'list';
  /** @type {Steps | undefined} */
  let shown;
  let isSession = false;
  /** @type {Set<string>} */
  const hidden = new Set();

  const kinds = h('div.kinds', { role: 'group', 'aria-label': 'What is shown of the steps' });
  const toggle = h('div.looks', { role: 'group', 'aria-label': 'How the steps are shown' }, ...looks.map((each) => h('button', {
    type: 'button', 'aria-pressed': String(each === look), 'data-look': each, click: () => setLook(each),
  }, each === 'list' ? 'List' : 'Sequence')));
  const take = takingAlong();
  const gone = h('p.hint', {});
  const log = h('ol.log', {});
  const sequence = sequenceView({ label: 'Sequence diagram of the steps' });
  sequence.element.hidden = true;
  const element = h('section.steps', {}, h('header', {}, h('h2', {}, 'Steps'), toggle), take.element, kinds, gone, log, sequence.element);

  return {
    element,
    /** @param {string} key of who is shown from now on */
    clear(key) {
      isSession = key.startsWith('session ');
      shown = undefined;
      for (const list of [log, kinds]) empty(list);
      sequence.clear();
      take.of(key, '');
    },
    /** @param {Steps} steps */
    show(steps) {
      shown = steps;
      draw();
    },
  };

  /** @param {Look} wanted */
  function setLook(wanted) {
    look = wanted;
    for (const button of toggle.children) button.setAttribute('aria-pressed', String(button.getAttribute('data-look') === look));
    log.hidden = look !== 'list';
    sequence.element.hidden = look !== 'sequence';
    draw();
  }

  function draw() {
    if (shown === undefined) return;
    const { entries, missed, name, messages, sheets } = shown;
    take.of(undefined, name);
    const names = [...new Set(entries.map(kindOf))];
    keyed(kinds, names, (each) => each, kindButton);
    setText(gone, missed > 0 ? `${missed} earlier steps dropped.` : entries.length === 0 ? 'Nothing has happened since this was opened.' : '');
    if (look === 'list') return keyed(log, entries.filter((entry) => !hidden.has(kindOf(entry))).slice(-listed).reverse(), ({ n }) => String(n), entryOf);
    const { lifelines, arrows } = arrowsOf(entries, { sheets, name, isSession, messages });
    sequence.show({
      lifelines: lifelines.filter(({ machine }) => machine === undefined || !hidden.has(machine)),
      arrows: arrows.filter(({ machine = 'stanza', from, to }) => ![machine, from, to].some((each) => hidden.has(each))),
    });
  }

  /** @param {string} name */
  function kindButton(name) {
    const button = h('button', {
      type: 'button', class: `kind ${hueOf(name)}`, 'aria-pressed': String(!hidden.has(name)), click: () => {
        if (!hidden.delete(name)) hidden.add(name);
        button.setAttribute('aria-pressed', String(!hidden.has(name)));
        draw();
      },
    }, name);
    return button;
  }
}

/** @param {CitedEntry} entry */
const kindOf = (entry) => ('machine' in entry ? entry.machine : 'stanza');

/** One step: a stanza, or a transition with what it made the server do; unfolded, it tells what belongs to them.
 *  @param {CitedEntry} entry */
function entryOf(entry) {
  if (!('machine' in entry)) {
    return h('li', { class: `entry stanza ${entry.way}` }, h('time', {}, clock(entry.at)), h('b', {}, entry.way === 'in' ? 'client →' : '→ client'), h('code.xml', {}, entry.xml));
  }
  const { machine, part, event, from, to, effects, ignored, spec, at } = entry;
  const { type, ...facts } = event;
  const known = /** @type {[string, unknown][]} */ ([[eventName(type), facts], ...effects.map((effect) => [effect.type, 'params' in effect ? effect.params : undefined])])
    .flatMap(([name, given]) => (factsText(given) === '' ? [] : [h('dt', {}, name), h('dd', {}, h('code', {}, factsText(given)))]));
  const line = [
    h('time', {}, clock(at)), h('b', {}, machine, part !== '' && h('small', {}, ` ${part}`)),
    h('span.what', {}, h('code', {}, eventName(type)), ' ',
      ignored ? h('small', {}, `means nothing in ${from}`) : from === to ? h('small', {}, `stays ${to}`) : h('span.move', {}, from, ' → ', h('code.state', {}, to)),
      ...effects.map(({ type: name }) => h('code.effect', {}, name))),
    cites(spec)];
  const classes = `${hueOf(machine)}${ignored ? ' ignored' : ''}`;
  return known.length === 0 ? h('li', { class: `entry ${classes}` }, ...line)
    : h('li', { class: `entry has-facts ${classes}` }, h('details', {}, h('summary', {}, ...line), h('dl.facts', {}, ...known)));
}

/** @param {unknown} facts */
const factsText = (facts) => (typeof facts !== 'object' || facts === null || Object.keys(facts).length === 0 ? '' : JSON.stringify(facts));
