/** Everybody in a trace at one step, each with the cards of its machines; who has just moved stands out. Of many those
 *  are shown that have moved last. @module */
import { cardOf } from './card.js';
import { h, keptOf, keyed, setText } from './dom.js';
import { pathOf, slotOf } from './story.js';
import { takenOf } from './taken.js';

/** @import { MachineSheet } from '../sheets.ts'
 *  @import { Placed, Story } from './story.js'
 *  @import { Card } from './card.js' */

/** How many owners, and machines of each, are shown at once. */
const most = { owners: 12, machines: 24 };

/** Above a card there is the name of its owner. */
const headHeight = 32;

/** Makes the groups.
 *  @param {Story} story
 *  @param {ReadonlyMap<string, MachineSheet>} sheets
 *  @param {{ readonly choose: (owner: string) => void }} options */
export function castOf(story, sheets, { choose }) {
  const groups = h('div.groups', {});
  const note = h('p.hint', {});
  const element = h('section.cast', { 'aria-label': 'Machines at this step' }, h('h2', {}, 'Everybody at this step'), note, groups);
  const isFinal = (/** @type {string} */ machine, /** @type {string} */ state) => sheets.get(machine)?.states.some(({ path, isFinal: final }) => final && path === state) ?? false;

  /** @param {string} owner */
  function groupOf(owner) {
    const name = story.nameOf(owner);
    const cards = h('div.cards', {});
    const over = h('small', {});
    const group = h('section.group', { 'aria-label': name },
      h('h3', {}, h('button.link', { type: 'button', title: 'Only the steps that move these machines', click: () => choose(owner) }, name), name !== owner && h('small', {}, ` stream ${owner}`), over), cards);
    return Object.assign(group, {
      /** @param {{ readonly placed: readonly Placed[] }} item */
      update({ placed }) {
        group.classList.toggle('has-moved', placed.some(({ isNew }) => isNew));
        setText(over, placed.length > most.machines ? ` ${placed.length - most.machines} more machines` : '');
        keyed(cards, placed.slice(0, most.machines), keyOf, ({ line }) => carded(line));
      },
    });
  }

  /** @param {Placed['line']} line */
  function carded({ machine, part }) {
    const card = cardOf(slotOf(machine, part), sheets.get(machine));
    const place = card.update;
    return Object.assign(card, {
      /** @param {Placed} placed */
      update(placed) {
        place([slotOf(machine, part), placed.state]);
        card.classList.toggle('has-moved', placed.isNew);
      },
    });
  }

  return {
    element,
    /** Shows everybody after a step, or one of them.
     *  @param {number} number
     *  @param {string} only nobody in particular when empty */
    show(number, only) {
      const all = [...story.owners.keys()];
      const isCrowd = all.length > most.owners;
      const movers = isCrowd ? story.lastMovers(number, most.owners) : new Set(all);
      const wanted = only !== '' ? [only] : isCrowd ? all.filter((owner) => movers.has(owner)) : all;
      const present = wanted.map((owner) => ({ owner, placed: story.placedAt(owner, number, isFinal) })).filter(({ placed }) => placed.length > 0);
      setText(note, present.length === 0 ? 'Nobody is there yet.' : only !== '' ? 'Only who is chosen beside the search.' : isCrowd ? `Those that have moved last, of ${all.length} in the trace.` : '');
      keyed(groups, present, ({ owner }) => owner, ({ owner }) => groupOf(owner));
      flash(number);
      reveal();
    },
  };

  /** Brings those that have just moved into sight, where everybody has a window of their own. */
  function reveal() {
    const moved = /** @type {NodeListOf<HTMLElement>} */ (groups.querySelectorAll('.card.has-moved'));
    const [first] = moved;
    const last = moved[moved.length - 1];
    if (first === undefined || last === undefined) return;
    const top = first.offsetTop - headHeight;
    if (top < element.scrollTop || last.offsetTop + last.offsetHeight > element.scrollTop + element.clientHeight) element.scrollTop = top;
  }

  /** @param {number} number */
  function flash(number) {
    if (number < 1) return;
    story.step(number).transitions.forEach(({ machine, event, from, to, ignored }, index) => {
      const group = keptOf(groups, story.moved[number - 1]?.[index] ?? '');
      const card = /** @type {Card | undefined} */ (group && keptOf(/** @type {Element} */ (group.lastElementChild), machine));
      const taken = ignored ? undefined : takenOf(sheets.get(machine), { event: event.type, from: pathOf(from), to: pathOf(to) });
      if (taken !== undefined) card?.taken(taken.id);
    });
  }
}

/** @param {Placed} placed */
const keyOf = ({ line }) => slotOf(line.machine, line.part);
