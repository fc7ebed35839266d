/** A row of the list: the name, where its machines are, how long it has been there, what waits for it. @module */
import { age, chip, h, hueOf, keyed, setText } from './dom.js';

/** @import { Row } from '../view.ts' */

/** `grow` counts on between two updates.
 *  @typedef {HTMLElement & { update: (item: Row) => void, grow: () => void }} RowElement */

const shown = new Set(['stream', 'session', 'presence', 'route', 'room', 'link', 'peer', 'component', 'subscription', 'occupant']);
const most = 8;

/** @param {string} slot a machine and, where there are several of it, which */
const machineOf = (slot) => slot.split(' ', 1)[0] ?? '';

/** @param {number} count
 *  @param {string} noun */
const plural = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Makes the row.
 *  @param {Row} item
 *  @param {() => number} now
 *  @returns {RowElement} */
export function rowOf(item, now) {
  const name = h('a', { href: `#/live/${encodeURIComponent(item.key)}` });
  const states = h('span.chips', {});
  const facts = h('span.facts', {});
  const waiting = h('span.waiting', { hidden: true });
  const row = h('li.row', { 'data-key': item.key }, name, h('span.aside', {}, waiting, facts), states);
  let { since, transitions, messages } = item;
  const grow = () => setText(facts, [age(now() - since), plural(transitions, 'step'), ...(messages > 0 ? [plural(messages, 'message')] : [])].join(' · '));
  return Object.assign(row, {
    grow,
    update: (/** @type {Row} */ next) => {
      setText(name, next.name);
      row.classList.toggle('is-over', next.isOver);
      waiting.hidden = next.waiting === 0;
      setText(waiting, `${next.waiting} waiting`);
      keyed(states, Object.entries(next.states).filter(([slot]) => item.key.startsWith('actor ') || shown.has(machineOf(slot))).slice(0, most), ([slot, state]) => `${slot} ${state}`, ([slot, state]) => {
        const made = chip(machineOf(slot), state, slot.slice(machineOf(slot).length + 1));
        if (row.isConnected) made.classList.add('fresh', hueOf(machineOf(slot)) || 'plain');
        return made;
      });
      ({ since, transitions, messages } = next);
      grow();
    },
  });
}
