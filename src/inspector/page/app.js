/** Which view is shown: the part of the address behind `#` says it, so that each can be linked to. @module */
import { h } from './dom.js';
import { showLive } from './live.js';
import { showMachines } from './machines.js';

const main = document.getElementById('main');
const status = document.getElementById('status');
let leave = () => {};

/** Says how it goes, in the corner. */
const tell = (text, tone = '') => {
  status.textContent = text;
  status.dataset.tone = tone;
};

function show() {
  leave();
  const [, view = 'live', ...rest] = location.hash.split('/');
  const part = decodeURIComponent(rest.join('/'));
  for (const link of document.querySelectorAll('[data-view]')) {
    if (link.dataset.view === view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  tell('');
  main.replaceChildren();
  leave = view === 'machines' ? showMachines(main, part) : showLive(main, tell);
}

addEventListener('hashchange', (event) => {
  const viewOf = (address) => new URL(address).hash.split('/')[1] ?? 'live';
  // Within the live view the address only says what is open.
  if (viewOf(event.oldURL) === 'live' && viewOf(event.newURL) === 'live') return;
  show();
});
addEventListener('error', (event) => main.prepend(h('p.fault', {}, `The page has failed: ${event.message}`)));
show();
