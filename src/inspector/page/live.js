/** The live view: a list that the server searches, sorts and cuts to what is visible, and beside it whoever is open.
 *  What to ask is in the address of one event stream; asking anew is opening another. @module */
import { beginPanel } from './begin.js';
import { empty, h, keyed, setText } from './dom.js';
import { facetRow } from './facets.js';
import { messageItem, messagePanel } from './messages.js';
import { openedView } from './opened.js';
import { rowOf } from './row.js';

/** @import { Tell, Shown } from './app.js' */
/** @import { RowElement } from './row.js' */
/** @import { MessageRow } from '../message.ts' */
/** @import { List, Opened } from '../view.ts' */

/** What the server tells, some times a second.
 *  @typedef {{ at: number, list: List, opened?: Opened | null, skipped: number }} Told */

/** What can be listed, and what it says where there is none.
 *  @type {Readonly<Record<string, { readonly name: string, readonly nothing: string, readonly hint: string }>>} */
const tabs = {
  session: { name: 'Sessions, routes', nothing: 'Nobody is connected. Log in with a client, and watch it here.', hint: 'Search: a name, or presence:available' },
  message: { name: 'Messages', nothing: 'No message yet since this page was opened.', hint: 'Search: from:juliet, to:romeo, id:a1, fate:dropped' },
  room: { name: 'Rooms', nothing: 'There is no room that anybody is in, or has asked for since the server started.', hint: 'Search: a room, a nick, room:locked' },
  link: { name: 'Links', nothing: 'There is nothing between this server and others, or components, at the moment.', hint: 'Search: a domain, link:up, peer:established' },
  account: { name: 'Contacts', nothing: 'No roster is in memory: it is loaded for who is online.', hint: 'Search: a name, subscription:both' },
  actor: { name: 'Actors', nothing: 'There are no actors any more.', hint: 'Search: a name, a state' },
};
const sorts = { recent: 'last active first', oldest: 'oldest first', busiest: 'busiest first', waiting: 'most waiting first' };
const pageSize = 40;

/** Shows what happens.
 *  @param {HTMLElement} main
 *  @param {string} part who is open, if anybody: `session c1`, `message/7`; or what is sought: `find/session/route:closed`
 *  @param {Tell} tell
 *  @returns {Shown} */
export function showLive(main, part, tell) {
  document.title = 'Live · Waystate inspector';
  if (document.documentElement.dataset['live'] === 'none') {
    main.append(h('p.lead', {}, 'There is no live server here: this page was opened by itself, for traces. ', h('code', {}, 'waystate serve'), ' prints the address of one that has.'));
    return {};
  }
  const asked = { kind: 'session', q: '', sort: 'recent', offset: 0 };
  let key = '';
  /** @type {EventSource | undefined} */
  let source;
  let isPaused = false;
  let lastAt = 0;
  /** Where there are only actors, they are what is listed at first. */
  let isFirst = true;
  /** The message that is shown, as text. */
  let shownMessage = '';

  const search = h('input', { type: 'search', 'aria-label': 'Search', maxlength: 200, spellcheck: 'false', input: () => { asked.q = search.value; asked.offset = 0; soon(); } });
  const sort = h('select', { 'aria-label': 'Order', change: () => { asked.sort = sort.value; connect(); } }, ...Object.entries(sorts).map(([value, text]) => h('option', { value }, text)));
  const pause = h('button.pause', { type: 'button', 'aria-pressed': 'false', title: 'p', click: () => setPaused(!isPaused) }, 'Pause');
  const buttons = Object.entries(tabs).map(([kind, { name }]) => h('button', { type: 'button', 'data-kind': kind, click: () => { choose(kind); again(); } }, name, ' ', h('output', {}, '')));
  const bar = h('div.tabs', { role: 'group', 'aria-label': 'What is listed' }, ...buttons);
  const facets = facetRow(() => { asked.offset = 0; again(); });
  const rows = h('ul.rows', {});
  const note = h('p.hint', {});
  const earlier = h('button', { type: 'button', click: () => turn(-pageSize) }, 'Back');
  const later = h('button', { type: 'button', click: () => turn(pageSize) }, 'More');
  const close = () => (location.hash = '#/live');
  const opened = openedView({ close });
  const message = h('div', {});
  const messageSide = h('section.one-message', { 'aria-label': 'Message', hidden: true }, h('header', {}, h('button', { type: 'button', click: close, title: 'Escape' }, 'Close')), message);
  const begin = beginPanel();
  const layout = h('div.live', {},
    h('section.list', { 'aria-label': 'List' }, bar, h('div.tools', {}, search, sort, pause), facets.element, rows, note, h('p.turn', {}, earlier, later)), begin, opened.element, messageSide);
  main.append(layout);

  function connect() {
    source?.close();
    const isMessage = key.startsWith('message ');
    layout.classList.toggle('has-open', key !== '');
    begin.hidden = key !== '';
    messageSide.hidden = !isMessage;
    opened.open(isMessage ? '' : key);
    const params = new URLSearchParams({ ...asked, offset: String(asked.offset), limit: String(pageSize), since: String(opened.last) });
    for (const state of facets.chosen) params.append('state', state);
    if (key !== '') params.set('open', key);
    source = new EventSource(`./live?${params}`);
    source.onopen = () => tell(isPaused ? 'paused' : 'live', isPaused ? 'paused' : 'good');
    source.onerror = () => tell('The server does not answer. If it was started anew, open the address that it has printed.', 'bad');
    source.onmessage = ({ data }) => show(JSON.parse(data));
  }

  /** Asks anew, and goes on if it was paused. */
  function again() {
    if (isPaused) setPaused(false);
    else connect();
  }

  /** While somebody types, not at each letter. @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  const soon = () => {
    clearTimeout(typing);
    typing = setTimeout(again, 150);
  };

  /** @param {Told} told */
  function show({ at, list, opened: open, skipped }) {
    lastAt = at;
    for (const button of buttons) if (button.lastElementChild !== null) setText(button.lastElementChild, String(/** @type {Record<string, number>} */ (list.counts)[button.dataset['kind'] ?? '']));
    // Only a program that has Waystate within it has actors of its own.
    for (const button of buttons) if (button.dataset['kind'] === 'actor') button.hidden = list.counts.actor === 0 && asked.kind !== 'actor';
    const hasOnlyActors = isFirst && list.counts.session === 0 && list.counts.actor > 0;
    isFirst = false;
    if (hasOnlyActors) {
      choose('actor');
      return again();
    }
    const isMessages = asked.kind === 'message';
    facets.show(list.facets);
    if (isMessages) keyed(rows, list.messages, ({ n }) => `message ${n}`, messageItem);
    else keyed(rows, list.rows, ({ key: own }) => own, (item) => rowOf(item, () => lastAt));
    for (const row of rows.children) row.classList.toggle('is-open', /** @type {HTMLElement} */ (row).dataset['key'] === key);
    const count = isMessages ? list.messages.length : list.rows.length;
    setText(note, list.matched === 0 ? (asked.q === '' && facets.chosen.size === 0 ? tabs[asked.kind]?.nothing ?? '' : 'Nothing is found.') : [
      `${count === 0 ? 0 : asked.offset + 1} to ${asked.offset + count} of ${list.matched}`,
      list.dropped.messages > 0 && isMessages ? `${list.dropped.messages} older messages dropped` : '',
      list.dropped.unlisted > 0 ? `${list.dropped.unlisted} not listed: too many` : '',
      list.dropped.faults > 0 ? `${list.dropped.faults} not kept: a fault of the inspector` : '',
      skipped > 0 ? `${skipped} updates skipped: this page reads too slowly` : '',
    ].filter(Boolean).join(' · '));
    earlier.hidden = asked.offset === 0;
    later.hidden = asked.offset + count >= list.matched;
    if (list.message !== undefined) showMessage(list.message);
    else if (open !== undefined) opened.show(open, at);
  }

  /** @param {MessageRow | null} row */
  function showMessage(row) {
    const text = JSON.stringify([key, row]);
    if (text === shownMessage) return;
    shownMessage = text;
    message.replaceChildren(messagePanel(row));
  }

  /** @param {string} kind */
  function choose(kind) {
    asked.kind = kind;
    asked.offset = 0;
    for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset['kind'] === kind));
    search.placeholder = tabs[kind]?.hint ?? '';
    sort.hidden = kind === 'message';
    facets.chosen.clear();
    facets.show([]);
    empty(rows);
  }

  /** @param {number} by */
  function turn(by) {
    asked.offset = Math.max(0, asked.offset + by);
    again();
  }

  /** While it is paused nothing moves; going on brings what the server still has of the time between.
   *  @param {boolean} wanted */
  function setPaused(wanted) {
    isPaused = wanted;
    pause.setAttribute('aria-pressed', String(wanted));
    pause.textContent = wanted ? 'Go on' : 'Pause';
    if (!wanted) return connect();
    if (source !== undefined) source.onmessage = null;
    tell('paused', 'paused');
  }

  /** @param {string} wanted the rest of the address */
  function goTo(wanted) {
    const [, kind = '', words = ''] = /^find\/(\w+)\/(.*)$/.exec(wanted) ?? [];
    const isSearch = Object.hasOwn(tabs, kind);
    key = isSearch ? '' : wanted.replace(/^message\/(?=\d+$)/, 'message ');
    if (!isSearch) return;
    choose(kind);
    // States become choices that can be seen and taken back; the rest are words.
    const all = words.split(' ').filter((word) => word !== '');
    const isState = (/** @type {string} */ word) => (kind === 'message' ? word.startsWith('fate:') : /^(stream|presence|route|room|link|peer|component|subscription):/.test(word));
    for (const word of all.filter(isState)) facets.chosen.add(word);
    search.value = asked.q = all.filter((word) => !isState(word)).join(' ');
  }

  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && key !== '') close();
    if (event.target instanceof Element && /^(input|select|textarea)$/i.test(event.target.tagName)) return;
    if (event.key === '/') {
      event.preventDefault();
      search.focus();
    } else if (event.key === 'p') setPaused(!isPaused);
    else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1);
  };

  /** @param {number} by */
  function step(by) {
    const links = [.../** @type {NodeListOf<HTMLElement>} */ (rows.querySelectorAll('.row > a, summary'))];
    const at = links.findIndex((link) => link === document.activeElement);
    links[Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
  }

  const ticking = setInterval(() => {
    lastAt += 1000;
    for (const row of rows.children) /** @type {Partial<RowElement>} */ (row).grow?.();
  }, 1000);
  addEventListener('keydown', onKey);
  choose('session');
  goTo(part);
  connect();
  return {
    leave: () => {
      source?.close();
      clearInterval(ticking);
      clearTimeout(typing);
      removeEventListener('keydown', onKey);
    },
    follow: (next) => {
      goTo(next);
      again();
    },
  };
}
