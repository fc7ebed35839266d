/** One step of a trace at length: what happens, what it breaks, what each machine does, what comes out and what waits.
 *  @module */
import { cites, h, hueOf } from './dom.js';
import { eventName } from './sheets.js';
import { pathOf } from './story.js';
import { timeText } from './steplist.js';
import { takenOf } from './taken.js';

/** @import { TraceQueue, TraceStep } from '../../core/trace.ts'
 *  @import { MachineSheet } from '../sheets.ts'
 *  @import { Story } from './story.js' */

/** No more of one text, and no more lines of one kind, than anybody reads. */
const most = { text: 4000, lines: 200 };

/** Shows a step.
 *  @param {Story} story
 *  @param {number} number
 *  @param {ReadonlyMap<string, MachineSheet>} sheets */
export function momentOf(story, number, sheets) {
  const step = story.step(number);
  const { label, note, at, transitions, shown, input, broken = [] } = step;
  const before = story.queuesAt(number - 1);
  const queues = story.queuesAt(number);
  return [
    h('header', {}, h('p.hint', {}, `Step ${number}`, at !== undefined && ` · ${timeText(at, story.times[0] ?? at)}${at > 1e12 && at < 8e15 ? ` after the first · ${new Date(at).toISOString().replace('T', ' ')}` : ''}`), h('h2.happens', {}, label)),
    note !== undefined && h('p.note', { role: 'note' }, noted(note)),
    ...broken.map((name) => breach(story, name, number)),
    ...part('The machines', transitions, (each) => doneBy(each, sheets), 'No machine moves in this step.'),
    ...part('What comes out', shown, ({ to, what }) => h('li.out', {}, h('span.jid', {}, to), h('code.xml', {}, cut(what)))),
    ...(queues.length > 0 || before.length > 0 ? part('What waits', queuesOf(queues, before), queueItem) : []),
    input !== undefined && h('details.input', {}, h('summary', {}, 'The input itself'), h('pre', {}, cut(inputText(input)))),
  ];
}

/** A note, in which sections are cited.
 *  @param {string} note */
function noted(note) {
  const text = h('span', {}, ...note.split(/( \([^()]*\))/).map((part) => (/^ \((RFC|XEP|DESIGN)/.test(part) ? cites(part.slice(2, -1)) : part)));
  return text;
}

/** A theorem that the step breaks, in its words where the trace has them.
 *  @param {Story} story
 *  @param {string} name
 *  @param {number} number */
function breach({ header }, name, number) {
  const theorem = header?.theorem?.name === name ? header.theorem : undefined;
  return h('p.breach', { role: 'note' }, h('b', {}, `${name} fails here, in step ${number}. `), theorem?.statement);
}

/** @template T
 *  @param {string} title
 *  @param {readonly T[]} items
 *  @param {(item: T) => Node} make
 *  @param {string} [otherwise] what is said when there is none */
function part(title, items, make, otherwise) {
  if (items.length === 0) return otherwise === undefined ? [] : [h('p.hint', {}, otherwise)];
  return [h('h3', {}, title), h('ol.parts', {}, ...items.slice(0, most.lines).map(make)), items.length > most.lines && h('p.hint', {}, `${items.length - most.lines} more are not shown.`)];
}

/** What a machine does, in a line.
 *  @param {TraceStep['transitions'][number]} transition
 *  @param {ReadonlyMap<string, MachineSheet>} sheets */
function doneBy({ machine, of, event, from, to, effects, ignored }, sheets) {
  const { type, ...facts } = event;
  const before = pathOf(from);
  const after = pathOf(to);
  const sheet = sheets.get(machine);
  const meaning = sheet?.states.find(({ path }) => path === after)?.description;
  return h('li', { class: `done ${hueOf(machine)}${ignored ? ' ignored' : ''}` },
    h('b', {}, machine), ' ', h('span.jid', {}, of),
    h('span.what', {},
      before === after ? h('span', {}, 'stays ', h('code.state', {}, after)) : h('span', {}, h('code', {}, before), ' → ', h('code.state', {}, after)),
      ' on ', h('code', { title: factsText(facts) }, eventName(type)), ignored && ', which means nothing there',
      ...effects.map(({ type: name, ...rest }) => h('code.effect', { title: factsText(rest) }, name))),
    !ignored && before !== after && meaning && h('small', {}, meaning),
    !ignored && cites(takenOf(sheet, { event: type, from: before, to: after })?.spec));
}

/** The queues that have something in them, and those that have just run empty.
 *  @param {readonly TraceQueue[]} now
 *  @param {readonly TraceQueue[]} before */
const queuesOf = (now, before) => [...now, ...before.filter(({ name }) => !now.some((each) => each.name === name)).map(({ name }) => ({ name, items: [] }))];

/** @param {TraceQueue} queue */
function queueItem({ name, items }) {
  return h('li.queue', {}, h('b', {}, name), items.length === 0 ? h('small', {}, 'empty again') : h('ol', {}, ...items.slice(0, most.lines).map((item) => h('li', {}, cut(item)))));
}

/** @param {unknown} input */
function inputText(input) {
  return typeof input === 'object' && input !== null && 'element' in input && typeof input.element === 'string'
    ? input.element
    : JSON.stringify(input, undefined, 2);
}

/** @param {string} text */
const cut = (text) => (text.length > most.text ? `${text.slice(0, most.text)}…` : text);
/** @param {object} facts */
const factsText = (facts) => (Object.keys(facts).length === 0 ? '' : cut(JSON.stringify(facts)));
