/** The live view: a list that the server searches, sorts and cuts to what is visible, and beside it whoever is open.
 *  What to ask is in the address of one event stream; asking anew is opening another. @module */
import { age, chip, empty, h, hueOf, keyed, setText } from './dom.js';
import { openedView } from './opened.js';
import { messageItem } from './messages.js';

const tabs = [['session', 'Sessions'], ['message', 'Messages'], ['room', 'Rooms'], ['link', 'Links'], ['account', 'Contacts'], ['actor', 'Actors']];
const pageSize = 40;
const nothing = {
  session: 'Nobody is connected. Log in with a client, and watch it here.',
  message: 'No message yet since this page was opened.',
  room: 'No room has changed since this page was opened.',
  link: 'Nothing has happened between this server and others since this page was opened.',
  account: 'No subscription has changed since this page was opened.',
  actor: 'There are no actors any more.',
};

/** Shows what happens.
 *  @param {string} key who is open, if anybody */
export function showLive(main, key, tell) {
  const asked = { kind: 'session', q: '', sort: 'recent', offset: 0 };
  let source;
  let isPaused = false;
  let lastAt = 0;
  /** Where there are only actors, they are what is listed at first. */
  let isFirst = true;

  const search = h('input', { type: 'search', placeholder: 'Search: a name, or presence:available', 'aria-label': 'Search', maxlength: 200, spellcheck: 'false', input: () => { asked.q = search.value; asked.offset = 0; soon(); } });
  const sort = h('select', { 'aria-label': 'Order', change: () => { asked.sort = sort.value; connect(); } },
    h('option', { value: 'recent' }, 'last active first'), h('option', { value: 'oldest' }, 'oldest first'), h('option', { value: 'busiest' }, 'busiest first'));
  const pause = h('button', { type: 'button', 'aria-pressed': 'false', title: 'p', click: () => setPaused(!isPaused) }, 'Pause');
  const bar = h('div.tabs', { role: 'group', 'aria-label': 'What is listed' }, ...tabs.map(([kind, name]) => h('button', {
    type: 'button', 'data-kind': kind, 'aria-pressed': String(kind === asked.kind), click: () => choose(kind),
  }, name, ' ', h('output', {}, ''))));
  const actors = /** @type {HTMLElement} */ (bar.lastElementChild);
  actors.hidden = true;
  const rows = h('ul.rows', {});
  const note = h('p.hint', {});
  const earlier = h('button', { type: 'button', click: () => turn(-pageSize) }, 'Back');
  const later = h('button', { type: 'button', click: () => turn(pageSize) }, 'More');
  const opened = openedView({ close: () => (location.hash = '#/live') });
  const layout = h('div.live', {},
    h('section.list', { 'aria-label': 'List' }, bar, h('div.tools', {}, search, sort, pause), rows, note, h('p.turn', {}, earlier, later)), opened.element);
  main.append(layout);
  document.title = 'Live · Waystate inspector';

  function connect() {
    source?.close();
    layout.classList.toggle('has-open', key !== '');
    opened.open(key);
    const params = new URLSearchParams({ ...asked, offset: String(asked.offset), limit: String(pageSize) });
    if (key !== '') params.set('open', key);
    params.set('since', String(opened.last));
    source = new EventSource(`/live?${params}`);
    source.onopen = () => tell(isPaused ? 'paused' : 'live', isPaused ? 'paused' : 'good');
    source.onerror = () => tell('The server does not answer. If it was started anew, open the address that it has printed.', 'bad');
    source.onmessage = ({ data }) => show(JSON.parse(data));
  }

  /** While somebody types, not at each letter. */
  let typing;
  const soon = () => {
    clearTimeout(typing);
    typing = setTimeout(connect, 150);
  };

  function show({ at, list, opened: open, skipped }) {
    lastAt = at;
    for (const button of bar.children) setText(button.lastElementChild, String(list.counts[button.dataset.kind]));
    // Only a program that has Waystate within it has actors of its own.
    actors.hidden = list.counts.actor === 0 && asked.kind !== 'actor';
    const hasOnlyActors = isFirst && list.counts.session === 0 && list.counts.actor > 0;
    isFirst = false;
    if (hasOnlyActors) return choose('actor');
    const items = asked.kind === 'message' ? list.messages : list.rows;
    keyed(rows, items, (item) => (asked.kind === 'message' ? `message ${item.n}` : item.key), (item) => (asked.kind === 'message' ? messageItem(item) : rowOf(item, () => lastAt)));
    for (const row of rows.children) row.classList.toggle('is-open', row.dataset.key === key);
    const shown = items.length === 0 ? 0 : asked.offset + 1;
    setText(note, list.matched === 0 ? (asked.q === '' ? nothing[asked.kind] : 'Nothing is found.') : [
      `${shown} to ${asked.offset + items.length} of ${list.matched}`,
      list.dropped.messages > 0 && asked.kind === 'message' ? `${list.dropped.messages} older messages dropped` : '',
      list.dropped.unlisted > 0 ? `${list.dropped.unlisted} not listed: too many` : '',
      list.dropped.faults > 0 ? `${list.dropped.faults} not kept: a fault of the inspector` : '',
      skipped > 0 ? `${skipped} updates skipped: this page reads too slowly` : '',
    ].filter(Boolean).join(' · '));
    earlier.hidden = asked.offset === 0;
    later.hidden = asked.offset + items.length >= list.matched;
    if (open !== undefined) opened.show(open, at);
  }

  function choose(kind) {
    asked.kind = kind;
    asked.offset = 0;
    for (const button of bar.children) button.setAttribute('aria-pressed', String(button.dataset.kind === kind));
    empty(rows);
    if (isPaused) setPaused(false);
    else connect();
  }

  function turn(by) {
    asked.offset = Math.max(0, asked.offset + by);
    connect();
  }

  /** While it is paused nothing moves; going on brings what the server still has of the time between. */
  function setPaused(wanted) {
    isPaused = wanted;
    pause.setAttribute('aria-pressed', String(wanted));
    pause.textContent = wanted ? 'Go on' : 'Pause';
    if (!wanted) return connect();
    source.onmessage = null;
    tell('paused', 'paused');
  }

  function follow(part) {
    key = part;
    if (isPaused) setPaused(false);
    else connect();
  }
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && key !== '') location.hash = '#/live';
    if (/^(input|select|textarea)$/i.test(event.target.tagName)) return;
    if (event.key === '/') {
      event.preventDefault();
      search.focus();
    } else if (event.key === 'p') setPaused(!isPaused);
    else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1);
  };
  function step(by) {
    const links = [...rows.querySelectorAll('a, summary')];
    const at = links.indexOf(document.activeElement);
    links[Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
  }
  const ticking = setInterval(() => { for (const row of rows.children) row.grow?.(); lastAt += 1000; }, 1000);
  addEventListener('keydown', onKey);
  connect();
  const leave = () => {
    source?.close();
    clearInterval(ticking);
    clearTimeout(typing);
    removeEventListener('keydown', onKey);
  };
  return { leave, follow };
}

const shown = new Set(['stream', 'session', 'presence', 'route', 'room', 'link', 'peer', 'component', 'subscription']);

/** A row of the list: the name, where its machines are, how long it has been there. */
function rowOf(item, now) {
  const name = h('a', { href: `#/live/${encodeURIComponent(item.key)}` });
  const states = h('span.chips', {});
  const facts = h('span.facts', {});
  const row = h('li.row', { 'data-key': item.key }, name, facts, states);
  let since = item.since;
  let transitions = 0;
  row.grow = () => setText(facts, `${age(now() - since)} · ${transitions} ${transitions === 1 ? 'step' : 'steps'}`);
  row.update = (next) => {
    setText(name, next.name);
    row.classList.toggle('is-over', next.isOver);
    keyed(states, Object.entries(next.states).filter(([slot]) => item.key.startsWith('actor ') || shown.has(slot.split(' ', 1)[0])).slice(0, 8), ([slot, state]) => `${slot} ${state}`, ([slot, state]) => {
      const made = chip(slot.split(' ', 1)[0], state);
      if (row.isConnected) made.classList.add('fresh', hueOf(slot.split(' ', 1)[0]) || 'plain');
      return made;
    });
    ({ since, transitions } = next);
    row.grow();
  };
  return row;
}
