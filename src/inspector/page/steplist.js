/** The steps of a trace as a list of which only what is visible exists, and what it leaves out. Each is a link. @module */
import { h, keyed } from './dom.js';

/** @import { Story } from './story.js' */

/** The height of a row, as traces.css has it. */
const rowHeight = 34;
const beyond = 8;
/** More names than that nobody chooses from. */
const mostNames = 300;

/** Makes the list.
 *  @param {Story} story
 *  @param {{ readonly linkOf: (step: number) => string, readonly filtered: () => void }} options */
export function stepList(story, { linkOf, filtered }) {
  /** The steps that are listed; undefined: all. @type {readonly number[] | undefined} */
  let found;
  let current = 0;
  const text = h('input', { type: 'search', placeholder: 'Search the steps', 'aria-label': 'Search the steps', maxlength: 200, spellcheck: 'false', input: soon });
  const machine = choice('Machine', 'every machine', [...story.machines].sort().map((name) => [name, name]));
  const owner = choice('Whose', 'everybody', [...story.owners.keys()].slice(0, mostNames).map((key) => [key, story.nameOf(key)]));
  const note = h('p.hint', { role: 'status' });
  const rows = h('ol.steps', {});
  const room = h('div.steps-room', {}, rows);
  const scroller = h('div.steps-scroller', { scroll: draw, tabindex: '-1' }, room);
  const element = h('section.step-list', { 'aria-label': 'Steps' }, h('div.tools', {}, text, machine, owner), note, scroller);
  const resized = new ResizeObserver(draw);
  resized.observe(scroller);

  /** @param {string} label
   *  @param {string} every
   *  @param {readonly (readonly [string, string])[]} names */
  function choice(label, every, names) {
    return h('select', { 'aria-label': label, change: filter }, h('option', { value: '' }, every), ...names.map(([value, name]) => h('option', { value }, name)));
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  /** While somebody types, not at each letter. */
  function soon() {
    clearTimeout(typing);
    typing = setTimeout(filter, 150);
  }

  function filter() {
    found = story.find({ text: text.value, machine: machine.value, owner: owner.value });
    note.textContent = found === undefined ? '' : found.length === 0 ? 'No step has that.' : `${found.length} of ${story.length} steps`;
    reveal(true);
    filtered();
  }

  const count = () => found?.length ?? story.length;
  /** @param {number} index */
  const stepAt = (index) => (found === undefined ? index + 1 : found[index] ?? 0);

  /** The index of a step, or of where it would be. @param {number} step */
  function indexOf(step) {
    if (found === undefined) return step - 1;
    const index = found.findIndex((each) => each >= step);
    return index === -1 ? found.length : index;
  }

  function draw() {
    room.style.height = `${count() * rowHeight}px`;
    const first = Math.max(0, Math.floor(scroller.scrollTop / rowHeight) - beyond);
    const last = Math.min(count(), Math.ceil((scroller.scrollTop + scroller.clientHeight) / rowHeight) + beyond);
    rows.style.transform = `translateY(${first * rowHeight}px)`;
    keyed(rows, Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index), (index) => `${stepAt(index)}`, (index) => rowOf(index));
  }

  /** @param {number} index */
  function rowOf(index) {
    const number = stepAt(index);
    const at = story.times[number - 1];
    const link = h('a', { href: linkOf(number), title: story.labels[number - 1] }, h('span.number', {}, number), h('span.label', {}, story.labels[number - 1]), at !== undefined && h('time', {}, timeText(at, story.times[0] ?? at)));
    const row = h('li', { 'aria-posinset': index + 1, 'aria-setsize': count(), class: story.broken.includes(number) ? 'is-broken' : '' }, link);
    return Object.assign(row, {
      update: () => (number === current ? link.setAttribute('aria-current', 'step') : link.removeAttribute('aria-current')),
    });
  }

  /** Scrolls to the current step, if it is out of sight. @param {boolean} [always] */
  function reveal(always = false) {
    const top = indexOf(current) * rowHeight;
    const isSeen = top >= scroller.scrollTop && top + rowHeight <= scroller.scrollTop + scroller.clientHeight;
    // The room must be as high as the list before it can be scrolled.
    room.style.height = `${count() * rowHeight}px`;
    if (!isSeen || always) scroller.scrollTop = Math.max(0, top - scroller.clientHeight / 2);
    draw();
  }

  return {
    element,
    /** @param {number} step */
    go(step) {
      current = step;
      reveal();
    },
    /** The step so many rows further, of those that are listed; undefined where there is none.
     *  @param {number} from
     *  @param {number} by */
    next(from, by) {
      const index = indexOf(from);
      // A step that is not listed lies before the row of its index.
      const isListed = stepAt(index) === from;
      const wanted = by > 0 && !isListed ? index + by - 1 : index + by;
      return wanted >= 0 && wanted < count() ? stepAt(wanted) : undefined;
    },
    /** Whose steps are listed; empty: everybody's. */
    owner: () => owner.value,
    first: () => (count() > 0 ? stepAt(0) : undefined),
    last: () => (count() > 0 ? stepAt(count() - 1) : undefined),
    /** Whose steps are shown. @param {string} name */
    choose(name) {
      const wanted = owner.value === name ? '' : name;
      // Of a crowd not everybody is in the list from the start.
      if (![...owner.options].some(({ value }) => value === wanted)) owner.append(h('option', { value: wanted }, story.nameOf(wanted)));
      owner.value = wanted;
      filter();
    },
    leave: () => resized.disconnect(),
  };
}

/** A time since the first step, in seconds.
 *  @param {number} at
 *  @param {number} first */
export const timeText = (at, first) => `${((at - first) / 1000).toFixed(3)} s`;
