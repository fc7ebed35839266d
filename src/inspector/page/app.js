/** Which view is shown: the part of the address behind `#` says it, so that each can be linked to. A view is loaded
 *  when it is first looked at. @module */
import { h } from './dom.js';

/** Says in the corner how it goes; the tone is `good`, `paused`, `bad` or nothing.
 *  @callback Tell
 *  @param {string} text
 *  @param {string} [tone]
 *  @returns {void} */
/** How a view is left, and how it follows an address of which only the rest has changed; a view that can't follow is
 *  shown anew.
 *  @typedef {{ readonly leave?: () => void, readonly follow?: (part: string) => void }} Shown */
/** Shows itself in an element, by the rest of the address.
 *  @callback View
 *  @param {HTMLElement} main
 *  @param {string} part
 *  @param {Tell} tell
 *  @returns {Shown} */

/** By the first part of the address. @type {Readonly<Record<string, () => Promise<View>>>} */
const views = {
  live: async () => (await import('./live.js')).showLive,
  why: async () => (await import('./why.js')).showWhy,
  machines: async () => (await import('./machines.js')).showMachines,
  theorems: async () => (await import('./theorems.js')).showTheorems,
  conformance: async () => (await import('./conformance.js')).showConformance,
  traces: async () => (await import('./traces.js')).showTraces,
};

/** Whether there is a server to look at; its first line tells the page. */
const hasLive = document.documentElement.dataset['live'] !== 'none';
const main = /** @type {HTMLElement} */ (document.getElementById('main'));
const status = /** @type {HTMLElement} */ (document.getElementById('status'));
let name = '';
/** @type {Shown} */
let shown = {};
/** Counts the views that were asked for: one that comes late is not shown. */
let turn = 0;

/** @type {Tell} */
const tell = (text, tone = '') => {
  status.textContent = text;
  status.dataset['tone'] = tone;
};

async function show() {
  const [, wanted = '', ...rest] = location.hash.split('/');
  const next = Object.hasOwn(views, wanted) ? wanted : hasLive ? 'live' : 'traces';
  const part = decodeURIComponent(rest.join('/'));
  if (next === name && shown.follow !== undefined) return shown.follow(part);
  turn += 1;
  const mine = turn;
  const view = await views[next]?.();
  if (mine !== turn || view === undefined) return;
  shown.leave?.();
  for (const link of document.querySelectorAll('[data-view]')) {
    if (link.getAttribute('data-view') === next) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  tell('');
  main.replaceChildren();
  name = next;
  shown = view(main, part, tell);
}

addEventListener('hashchange', show);
addEventListener('error', (event) => main.prepend(h('p.fault', {}, `The page has failed: ${event.message}`)));
addEventListener('unhandledrejection', (event) => main.prepend(h('p.fault', {}, `The page has failed: ${event.reason}`)));
show();
