/** The view of the three questions: why does one not see the other online, which is asked and answered here; why did a
 *  message go where it went, and why was a route closed, which are answered where these are. @module */
import { h, keyed, setText } from './dom.js';
import { reasonList } from './reasons.js';

/** @import { Tell, Shown } from './app.js' */
/** @import { Visibility } from '../sight.ts' */
/** @import { Watcher } from '../people.ts' */

/** How often it is asked anew while it is shown. */
const again = 2_000;
const marks = { yes: 'sees', no: 'does not see', unknown: 'may see' };

/** Shows the questions.
 *  @param {HTMLElement} main
 *  @param {string} part `watcher=…&contact=…`, either or none
 *  @param {Tell} _tell
 *  @returns {Shown} */
export function showWhy(main, part, _tell) {
  document.title = 'Why · Waystate inspector';
  const offered = h('datalist', { id: 'people' });
  const watcher = field('Who looks', 'juliet@localhost');
  const contact = field('Whom for', 'romeo@localhost');
  const headline = h('h2.answer', { role: 'status' });
  const chain = h('div', {});
  const watchers = h('ul.watchers', {});
  const form = h('form.pair', { submit: (/** @type {Event} */ event) => { event.preventDefault(); go(); } },
    h('label', {}, 'Why does', watcher), h('label', {}, 'not see', contact), h('span', {}, 'online? '),
    h('button', { type: 'submit' }, 'Ask'), h('button', { type: 'button', click: swap }, 'The other way round'), offered);
  main.append(h('div.why', {}, h('section', { 'aria-label': 'Who sees whom' }, h('h1', {}, 'Why does one not see the other online?'), form, headline, chain, watchers),
    h('aside', {},
      h('h2', {}, 'Why did a message go where it went?'), h('p', {}, 'Pick it by id, sender or receiver; unfold it.'),
      listOf([['All messages', 'find/message/'], ['Dropped', 'find/message/fate:dropped'], ['Bounced', 'find/message/fate:bounced'], ['Stored', 'find/message/fate:stored']]),
      h('h2', {}, 'Why was this route closed?'), h('p', {}, 'Open a session whose stream is over: it says what ended it, what was owed by then, and what settled that.'),
      listOf([['Routes that have closed', 'find/session/route:closed'], ['Routes that drain', 'find/session/route:draining']]))));
  let shown = '';
  let isAsking = false;

  /** @param {string} label
   *  @param {string} placeholder */
  function field(label, placeholder) {
    return h('input', { 'aria-label': label, placeholder, list: 'people', maxlength: 1000, spellcheck: 'false', autocapitalize: 'off', input: (/** @type {Event} */ event) => suggest(/** @type {HTMLInputElement} */ (event.target).value) });
  }

  /** The answer has an address of its own. */
  function go() {
    const next = `#/why/${encodeURIComponent(new URLSearchParams({ watcher: watcher.value.trim(), contact: contact.value.trim() }).toString())}`;
    if (location.hash === next) ask();
    else location.hash = next;
  }

  function swap() {
    [watcher.value, contact.value] = [contact.value, watcher.value];
    if (contact.value !== '') go();
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  /** @param {string} typed */
  function suggest(typed) {
    clearTimeout(typing);
    typing = setTimeout(async () => {
      const response = await fetch(`./people?${new URLSearchParams({ part: typed })}`).catch(() => undefined);
      if (response?.ok !== true) return;
      const names = /** @type {string[]} */ (await response.json());
      keyed(offered, names, (name) => name, (name) => h('option', { value: name }));
    }, 100);
  }

  async function ask() {
    const [one, other] = [watcher.value.trim(), contact.value.trim()];
    if (other === '' || isAsking) return;
    isAsking = true;
    const response = await fetch(`./why?${new URLSearchParams({ watcher: one, contact: other })}`).catch(() => undefined);
    isAsking = false;
    const text = (await response?.text()) ?? 'The server does not answer. If it was started anew, open the address that it has printed.';
    // Somebody may have gone on meanwhile, to another pair or another view.
    if (one !== watcher.value.trim() || other !== contact.value.trim() || text === shown) return;
    shown = text;
    if (response?.ok !== true) return fail(text);
    const { answer, watchers: all } = /** @type {{ answer?: Visibility, watchers: readonly Watcher[] }} */ (JSON.parse(text));
    headline.className = `answer is-${answer?.answer ?? 'none'}`;
    setText(headline, answer?.text ?? `Who sees ${other} online?`);
    chain.replaceChildren(answer === undefined ? '' : reasonList(answer.steps));
    keyed(watchers, all, (each) => JSON.stringify(each), (each) => watcherItem(each, other));
    if (answer === undefined && all.length === 0) chain.replaceChildren(h('p.hint', {}, 'Nobody is known here who might: its roster is not in memory, or has no contacts. Name somebody above.'));
  }

  /** @param {string} text */
  function fail(text) {
    headline.className = 'answer is-none';
    setText(headline, text);
    chain.replaceChildren();
    keyed(watchers, [], String, () => h('li', {}));
  }

  /** @param {string} wanted */
  function goTo(wanted) {
    const params = new URLSearchParams(wanted);
    watcher.value = params.get('watcher') ?? '';
    contact.value = params.get('contact') ?? '';
    ask();
  }

  goTo(part);
  suggest('');
  const asking = setInterval(ask, again);
  return {
    leave: () => {
      clearInterval(asking);
      clearTimeout(typing);
    },
    follow: goTo,
  };
}

/** @param {Watcher} watcher
 *  @param {string} contact */
function watcherItem({ jid, answer, text }, contact) {
  const href = `#/why/${encodeURIComponent(new URLSearchParams({ watcher: jid, contact }).toString())}`;
  return h('li', { class: `reason is-${answer}` }, h('b', {}, h('i.mark', { role: 'img', 'aria-label': marks[answer] })), h('span', {}, h('a.jid', { href }, jid), h('small', {}, answer === 'yes' ? 'sees it online.' : text)));
}

/** @param {readonly (readonly [string, string])[]} links */
const listOf = (links) => h('ul.links', {}, ...links.map(([text, part]) => h('li', {}, h('a', { href: `#/live/${part}` }, text))));
