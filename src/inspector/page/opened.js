/** Whoever is open: where its machines are, what they have done and what that made the server do, its messages and
 *  why they went where they went. Not here: its steps (steps.js). @module */
import { cardOf } from './card.js';
import { closingPart } from './closing.js';
import { age, empty, h, keptOf, keyed, setText } from './dom.js';
import { messageItem } from './messages.js';
import { machines } from './sheets.js';
import { stepsView } from './steps.js';

/** @import { CitedEntry, Opened } from '../view.ts' */
/** @import { MachineSheet } from '../sheets.ts' */
/** @import { Card } from './card.js' */

/** What is kept here of what the server may have forgotten. */
const kept = 2000;

/** Makes the panel. It is shown while something is open.
 *  @param {{ readonly close: () => void }} options */
export function openedView({ close }) {
  let key = '';
  /** Undefined until the machines are known: cards without their levels would stay so.
   *  @type {ReadonlyMap<string, MachineSheet> | undefined} */
  let sheets;
  /** What came last, and how much of it is not drawn. @type {{ opened: Opened, at: number, fresh: CitedEntry[] } | undefined} */
  let waiting;
  /** @type {CitedEntry[]} */
  let entries = [];
  let missed = 0;
  let last = 0;
  machines().catch(() => new Map()).then((all) => {
    sheets = all;
    draw();
  });

  const title = h('h1', { tabindex: '-1' });
  const about = h('p.hint', {});
  const cards = h('div.cards', {});
  const closing = closingPart();
  const messages = h('ul.messages', {});
  const messagesTitle = h('h2', {}, 'Messages');
  const steps = stepsView();
  const element = h('section.opened', { 'aria-label': 'Open', hidden: true },
    h('header', {}, title, h('button', { type: 'button', click: close, title: 'Escape' }, 'Close')), about, closing.element, cards, messagesTitle, messages, steps.element);

  return {
    element,
    get last() {
      return last;
    },
    /** @param {string} wanted the key of who is to be shown; nothing, and the panel is hidden */
    open(wanted) {
      element.hidden = wanted === '';
      if (wanted === key) return;
      key = wanted;
      entries = [];
      waiting = undefined;
      missed = last = 0;
      for (const list of [cards, messages]) empty(list);
      steps.clear(key);
      setText(title, '');
      setText(about, '');
      closing.show(undefined);
    },
    show,
  };

  /** @param {Opened | null} opened
   *  @param {number} at */
  function show(opened, at) {
    if (opened === null) {
      setText(about, 'It is not there any more, and has been forgotten.');
      return;
    }
    if (opened.last < last) entries = []; // the server has forgotten, and counts anew
    last = opened.last;
    entries = [...entries, ...opened.entries];
    missed += opened.missed + Math.max(0, entries.length - kept);
    entries = entries.slice(-kept);
    waiting = { opened, at, fresh: [...(waiting?.fresh ?? []), ...opened.entries] };
    draw();
  }

  function draw() {
    if (sheets === undefined || waiting === undefined) return;
    const all = sheets;
    const { opened, at, fresh } = waiting;
    const { row, messages: own } = opened;
    waiting = undefined;
    setText(title, row.name);
    setText(about, `${row.isOver ? 'It is over. ' : ''}Seen for ${age(at - row.since)}, ${row.transitions} steps.`);
    closing.show(opened);
    keyed(cards, Object.entries(row.states), ([slot]) => slot, ([slot]) => cardOf(slot, all.get(slot.split(' ', 1)[0] ?? '')));
    for (const entry of fresh) {
      if (!('machine' in entry) || entry.part !== '' || entry.transition === undefined) continue;
      /** @type {Card | undefined} */ (keptOf(cards, entry.machine))?.taken(entry.transition);
    }
    messagesTitle.hidden = own.length === 0;
    keyed(messages, own, ({ n }) => String(n), messageItem);
    steps.show({ entries, missed, name: row.name, messages: own, sheets: all });
  }
}
