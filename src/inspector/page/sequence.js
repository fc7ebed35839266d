/** A sequence diagram: lifelines with their heads, arrows between them, the newest at the bottom. Only what is in sight is
 *  there as elements. It is used with the arrow keys, too; Enter tells what an arrow is. Not here: who tells whom what
 *  (arrows.js), where it lies (rows.js). @module */
import { arrowElement, lifelineElement, placed, svg } from './drawing.js';
import { cites, clock, h, hueOf, keyed, setText } from './dom.js';
import { inSight, placesOf, rowsOf, sizes } from './rows.js';

/** @import { Diagram, Lifeline } from './arrows.js' */
/** @import { Row } from './rows.js' */

/** How far beyond what is in sight there are elements, in pixels. */
const margin = 240;
/** As near to the end as this is at the end. */
const near = 24;

/** Makes an empty diagram.
 *  @param {{ readonly label?: string }} [options]
 *  @returns {{ readonly element: HTMLElement, readonly show: (diagram: Diagram) => void, readonly clear: () => void }} */
export function sequenceView({ label = 'Sequence diagram' } = {}) {
  /** @type {readonly Row[]} */
  let rows = [];
  /** @type {readonly Lifeline[]} */
  let lifelines = [];
  let { places, width } = placesOf([], 0);
  let current = -1;
  let isFollowing = true;
  let unseen = 0;
  /** To which width. */
  let fitted = 0;
  /** What is there, by the arrow's number. @type {Map<number, SVGGElement>} */
  const drawn = new Map();

  const heads = h('div.heads', { 'aria-hidden': 'true' });
  const lines = svg('g', { class: 'lifelines' });
  const list = svg('g', { role: 'list' });
  const picture = svg('svg', { 'aria-label': label, role: 'group' }, lines, list);
  const lanes = h('div.lanes', {}, picture);
  const box = h('div.sequence', { scroll: onScroll, keydown: onKey }, heads, lanes);
  const newest = h('button.newest', { type: 'button', hidden: true, click: toEnd }, 'Newest');
  const detail = h('aside.arrow', { 'aria-live': 'polite', hidden: true });
  const element = h('div.sequence-frame', {}, box, newest, detail);
  const sizing = new ResizeObserver(() => {
    if (fitted !== box.clientWidth) fit();
    if (isFollowing) box.scrollTop = box.scrollHeight;
    draw();
  });
  sizing.observe(box);

  return { element, show, clear };

  function clear() {
    for (const each of drawn.values()) each.remove();
    drawn.clear();
    rows = [];
    current = -1;
    isFollowing = true;
    unseen = 0;
    detail.hidden = newest.hidden = true;
    box.classList.remove('has-detail');
  }

  /** @param {Diagram} diagram */
  function show(diagram) {
    const kept = rows[current]?.arrow.n;
    const last = rows.at(-1)?.arrow.n ?? -1;
    rows = rowsOf(diagram.arrows);
    unseen += isFollowing ? 0 : rows.filter(({ arrow }) => arrow.n > last).length;
    current = kept === undefined ? -1 : rows.findIndex(({ arrow }) => arrow.n === kept);
    const isOther = diagram.lifelines.map(({ id }) => id).join('\n') !== lifelines.map(({ id }) => id).join('\n');
    ({ lifelines } = diagram);
    if (isOther) fit();
    // What was drawn lies elsewhere now, if something before it has gone.
    const tops = new Map(rows.map(({ arrow, top }) => [arrow.n, String(top)]));
    for (const [n, each] of drawn) {
      if (tops.get(n) === each.dataset['top']) continue;
      each.remove();
      drawn.delete(n);
    }
    lanes.style.height = `${(rows.at(-1)?.bottom ?? 0) + 2 * sizes.pad}px`;
    if (isFollowing) box.scrollTop = box.scrollHeight;
    draw();
  }

  /** Sets the lifelines as far apart as there is room for. */
  function fit() {
    fitted = box.clientWidth;
    ({ places, width } = placesOf(lifelines, fitted));
    heads.style.width = lanes.style.width = `${width}px`;
    keyed(heads, lifelines, ({ id }) => id, ({ name, of, machine }) => h('span', { class: `head ${hueOf(machine ?? '')}`, title: of ?? machine ?? name }, name, of !== undefined && h('small', {}, of)));
    for (const [index, { id }] of lifelines.entries()) {
      const head = heads.children[index];
      if (head instanceof HTMLElement) head.style.left = `${places.get(id) ?? 0}px`;
    }
    for (const each of drawn.values()) each.remove();
    drawn.clear();
  }

  function draw() {
    const hasFocus = document.activeElement !== null && list.contains(document.activeElement);
    const top = Math.max(0, box.scrollTop - margin);
    const bottom = box.scrollTop + box.clientHeight + margin;
    const [first, end] = inSight(rows, top, bottom);
    const wanted = new Map(rows.slice(first, end).map((row, index) => [row.arrow.n, first + index]));
    const chosen = rows[current];
    if (chosen !== undefined) wanted.set(chosen.arrow.n, current);
    for (const [n, each] of drawn) {
      if (wanted.has(n)) continue;
      each.remove();
      drawn.delete(n);
    }
    const entry = current >= 0 ? current : Math.min(end, rows.length) - 1;
    let place = list.firstElementChild;
    for (const [n, index] of [...wanted].sort(([, a], [, b]) => a - b)) {
      const row = rows[index];
      if (row === undefined) continue;
      const made = drawn.get(n) ?? arrowElement(row, { places, width });
      if (!drawn.has(n)) {
        made.dataset['top'] = String(row.top);
        made.addEventListener('click', () => choose(n, true));
        drawn.set(n, made);
      }
      made.setAttribute('tabindex', index === entry ? '0' : '-1');
      made.classList.toggle('is-current', index === current && !detail.hidden);
      if (made === place) place = made.nextElementSibling;
      else list.insertBefore(made, place);
    }
    const height = Math.max(0, (rows.at(-1)?.bottom ?? 0) + 2 * sizes.pad);
    placed(picture, { width, height });
    lines.replaceChildren(...lifelines.map(({ id, machine }) => lifelineElement(places.get(id) ?? 0, height, machine ?? '')));
    if (hasFocus && chosen !== undefined && !list.contains(document.activeElement)) drawn.get(chosen.arrow.n)?.focus({ preventScroll: true });
    newest.hidden = isFollowing || rows.length === 0;
    setText(newest, unseen > 0 ? `↓ ${unseen} new` : '↓ Newest');
  }

  function onScroll() {
    isFollowing = box.scrollTop + box.clientHeight >= box.scrollHeight - near;
    if (isFollowing) unseen = 0;
    draw();
  }

  function toEnd() {
    isFollowing = true;
    unseen = 0;
    box.scrollTop = box.scrollHeight;
    draw();
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const { key } = event;
    if (key === 'Escape' && !detail.hidden) {
      event.stopPropagation();
      detail.hidden = true;
      return draw();
    }
    const focused = rows.findIndex(({ arrow }) => drawn.get(arrow.n) === document.activeElement);
    if (focused < 0) return;
    const wanted = { ArrowDown: focused + 1, ArrowUp: focused - 1, Home: 0, End: rows.length - 1, Enter: focused, ' ': focused }[key];
    if (wanted === undefined) return;
    event.preventDefault();
    const row = rows[Math.max(0, Math.min(rows.length - 1, wanted))];
    if (row !== undefined) choose(row.arrow.n, key === 'Enter' || key === ' ' || !detail.hidden);
  }

  /** @param {number} n
   *  @param {boolean} isTold whether its details are shown */
  function choose(n, isTold) {
    current = rows.findIndex(({ arrow }) => arrow.n === n);
    const row = rows[current];
    if (row === undefined) return;
    if (isTold) tellOf(row);
    const inner = box.clientHeight - sizes.head;
    if (row.top < box.scrollTop) box.scrollTop = row.top - sizes.pad;
    else if (row.bottom > box.scrollTop + inner) box.scrollTop = row.bottom - inner + sizes.pad;
    const [left, right] = [row.arrow.from, row.arrow.to].map((id) => places.get(id) ?? 0).sort((a, b) => a - b);
    if (left !== undefined && right !== undefined && (left < box.scrollLeft || right > box.scrollLeft + box.clientWidth)) box.scrollLeft = left - sizes.edge;
    draw();
    drawn.get(n)?.focus({ preventScroll: true });
  }

  /** @param {Row} row */
  function tellOf({ arrow: { at, from, to, text, machine, detail: { facts, spec, code } } }) {
    const named = (/** @type {string} */ id) => lifelines.find((each) => each.id === id)?.name ?? id;
    detail.className = `arrow ${hueOf(machine ?? '')}`;
    detail.hidden = false;
    const list = h('dl', { hidden: facts.length === 0 }, ...facts.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, h('code', {}, value))]));
    detail.replaceChildren(
      h('h3', {}, text), h('p.hint', {}, at === undefined ? '' : `${at > 1e12 ? clock(at) : `${at} ms`} · `, from === to ? named(to) : `${named(from)} → ${named(to)}`, ' ', cites(spec)),
      list,
      ...(code === undefined ? [] : [h('pre', {}, h('code.xml', {}, code))]));
  }
}
