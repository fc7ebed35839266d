/** Whoever is open: where its machines are, what they have done and what that made the server do, its messages and
 *  why they went where they went. @module */
import { age, cites, clock, h, hueOf, keyed, setText } from './dom.js';
import { eventName } from './machines.js';
import { messageItem } from './messages.js';
import { diagramOf, flashTransition, light, machines } from './sheets.js';

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
  const messages = h('ul.messages', {});
  const messagesTitle = h('h2', {}, 'Messages');
  const kinds = h('div.kinds', { role: 'group', 'aria-label': 'What is shown of the steps' });
  const gone = h('p.hint', {});
  const log = h('ol.log', {});
  const element = h('section.opened', { 'aria-label': 'Open', hidden: true },
    h('header', {}, title, h('button', { type: 'button', click: close, title: 'Escape' }, 'Close')), about, cards, messagesTitle, messages, h('h2', {}, 'Steps'), kinds, gone, log);

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
      for (const list of [cards, messages, log, kinds]) {
        list.replaceChildren();
        list.known = undefined;
      }
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
    keyed(cards, Object.entries(row.states), ([slot]) => slot, ([slot]) => cardOf(slot));
    for (const { machine, part, transition } of opened.entries) if (part === '' && transition !== undefined) cards.known.get(machine)?.taken(transition);
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

  /** A machine: where it is, what that means, and its diagram or else its states. */
  function cardOf(slot) {
    const [machine, ...parts] = slot.split(' ');
    const sheet = sheets.get(machine);
    const state = h('code.state', {});
    const meaning = h('p', {});
    const figure = h('details.figure', { hidden: true }, h('summary', {}, 'Diagram'));
    const card = h('article', { class: `card ${hueOf(machine)}` },
      h('h3', {}, h('a', { href: `#/machines/${machine}` }, machine), parts.length > 0 && h('small', {}, ` ${parts.join(' ')}`)), state, meaning);
    let diagram;
    let now = '';
    const levels = h('ul.levels', {}, ...(sheet?.states ?? []).map(({ path, description }) => h('li', { 'data-state': path, title: description }, path)));
    const relight = () => {
      light(levels, now);
      if (diagram !== undefined) light(diagram, now);
      // States inside another are worth their room only while the machine is in there.
      for (const level of levels.children) {
        const outer = level.dataset.state.split('.').slice(0, -1).join('.');
        level.hidden = outer !== '' && !now.startsWith(`${outer}.`);
      }
    };
    if (parts.length === 0) {
      card.append(levels, figure);
      diagramOf(machine).then((found) => {
        if (found === undefined) return;
        diagram = found;
        figure.hidden = false;
        figure.append(found);
        relight();
      });
    }
    card.taken = (transition) => diagram !== undefined && flashTransition(diagram, transition);
    card.update = ([, path]) => {
      if (path === now) return;
      const known = sheet?.states.find((each) => each.path === path);
      setText(state, path);
      meaning.replaceChildren(known?.description ?? '', ' ', cites(known?.spec));
      if (now !== '') flash(card);
      now = path;
      relight();
    };
    return card;
  }
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

function flash(card) {
  card.classList.remove('flash');
  void card.offsetWidth; // begins the animation anew
  card.classList.add('flash');
}
