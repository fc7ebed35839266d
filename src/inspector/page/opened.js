/** Whoever is open: where its machines are, what they have done and what that made the server do, its messages and
 *  why they went where they went. @module */
import { cardOf } from './card.js';
import { age, cites, clock, empty, h, hueOf, keptOf, keyed, setText } from './dom.js';
import { eventName } from './machines.js';
import { messageItem } from './messages.js';
import { machines } from './sheets.js';

const kept = 400;

/** Makes the panel. It is shown while something is open. */
export function openedView({ close }) {
  let key = '';
  let sheets = new Map();
  let entries = [];
  let missed = 0;
  let last = 0;
  const hidden = new Set();
  machines().then((all) => (sheets = all));

  const title = h('h1', { tabindex: '-1' });
  const about = h('p.hint', {});
  const cards = h('div.cards', {});
  const contexts = h('div.contexts', {});
  const messages = h('ul.messages', {});
  const messagesTitle = h('h2', {}, 'Messages');
  const kinds = h('div.kinds', { role: 'group', 'aria-label': 'What is shown of the steps' });
  const gone = h('p.hint', {});
  const log = h('ol.log', {});
  const element = h('section.opened', { 'aria-label': 'Open', hidden: true },
    h('header', {}, title, h('button', { type: 'button', click: close, title: 'Escape' }, 'Close')), about, cards, contexts, messagesTitle, messages, h('h2', {}, 'Steps'), kinds, gone, log);

  return {
    element,
    get last() {
      return last;
    },
    open(wanted) {
      element.hidden = wanted === '';
      if (wanted === key) return;
      key = wanted;
      entries = [];
      missed = last = 0;
      for (const list of [cards, contexts, messages, log, kinds]) empty(list);
      setText(title, '');
      setText(about, '');
    },
    show,
  };

  function show(opened, at) {
    if (opened === null) {
      setText(about, 'It is not there any more, and has been forgotten.');
      return;
    }
    const { row } = opened;
    if (opened.last < last) entries = []; // the server has forgotten, and counts anew
    last = opened.last;
    missed += opened.missed;
    entries = [...entries, ...opened.entries];
    missed += Math.max(0, entries.length - kept);
    entries = entries.slice(-kept);
    setText(title, row.name);
    setText(about, `${row.isOver ? 'It is over. ' : ''}Seen for ${age(at - row.since)}, ${row.transitions} steps.`);
    const theirs = new Map(opened.described?.machines.map((machine) => [machine.name, machine]));
    keyed(cards, Object.entries(row.states), ([slot]) => slot, ([slot]) => {
      const [machine] = slot.split(' ', 1);
      return cardOf(slot, theirs.get(machine) ?? sheets.get(machine), opened.described === undefined || sheets.has(machine));
    });
    keyed(contexts, opened.described?.contexts ?? [], ({ slot }) => slot, contextOf);
    for (const { machine, part, transition } of opened.entries) if (part === '' && transition !== undefined) keptOf(cards, machine)?.taken(transition);
    messagesTitle.hidden = opened.messages.length === 0;
    keyed(messages, opened.messages, ({ n }) => String(n), messageItem);
    showLog();
  }

  function showLog() {
    const names = [...new Set(entries.map(kindOf))];
    keyed(kinds, names, (name) => name, (name) => h('button', {
      type: 'button', class: `kind ${hueOf(name)}`, 'aria-pressed': String(!hidden.has(name)), click: (event) => {
        if (!hidden.delete(name)) hidden.add(name);
        event.currentTarget.setAttribute('aria-pressed', String(!hidden.has(name)));
        showLog();
      },
    }, name));
    setText(gone, missed > 0 ? `${missed} earlier steps dropped.` : entries.length === 0 ? 'Nothing has happened since this was opened.' : '');
    keyed(log, entries.filter((entry) => !hidden.has(kindOf(entry))).reverse(), ({ n }) => String(n), entryOf);
  }
}

/** What an actor keeps in mind, folded. */
function contextOf({ slot }) {
  const text = h('code', {});
  const shown = h('details.context', {}, h('summary', {}, `Context of ${slot}`), h('pre', {}, text));
  return Object.assign(shown, { update: ({ context }) => setText(text, JSON.stringify(context, null, 2)) });
}

const kindOf = (entry) => entry.machine ?? 'stanza';

/** One step: a stanza, or a transition with what it made the server do. */
function entryOf(entry) {
  if (entry.machine === undefined) {
    return h('li', { class: `entry stanza ${entry.way}` }, h('time', {}, clock(entry.at)), h('b', {}, entry.way === 'in' ? 'client →' : '→ client'), h('code.xml', {}, entry.xml));
  }
  const { machine, part, event, from, to, effects, ignored, spec, at } = entry;
  const { type, ...facts } = event;
  return h('li', { class: `entry ${hueOf(machine)}${ignored ? ' ignored' : ''}` },
    h('time', {}, clock(at)), h('b', {}, machine, part !== '' && h('small', {}, ` ${part}`)),
    h('span.what', {}, h('code', { title: factsText(facts) }, eventName(type)), ' ',
      ignored ? h('small', {}, `means nothing in ${from}`) : from === to ? h('small', {}, `stays ${to}`) : h('span.move', {}, from, ' → ', h('code.state', {}, to)),
      ...effects.map(({ type: name, params }) => h('code.effect', { title: factsText(params) }, name))),
    cites(spec));
}

const factsText = (facts) => (facts === undefined || Object.keys(facts).length === 0 ? '' : JSON.stringify(facts));
