/** What can be taken along of a session: its dialogue as a scenario, and what is kept of it as a trace. @module */
import { h, setText } from './dom.js';

/** Makes the buttons. */
export function takingAlong() {
  let key = '';
  const copy = h('button', { type: 'button', click: copyScenario }, 'Copy as a scenario');
  const save = h('a.button', { href: '#' }, 'Save as a trace');
  const view = h('a.button', { href: '#' }, 'Open in the viewer');
  const told = h('span.hint', { role: 'status' });
  const text = h('textarea.scenario', { readonly: true, rows: 12, hidden: true, spellcheck: 'false', 'aria-label': 'The session as a scenario' });
  const element = h('div.take', {}, h('p.tools', {}, copy, save, view, told), text);

  return {
    element,
    /** @param {string | undefined} wanted the key of whoever it is; undefined, who it was
     *  @param {string} name */
    of(wanted, name) {
      if (wanted !== undefined) {
        key = wanted;
        text.hidden = true;
        setText(told, '');
      }
      // Nobody else has the machines of an actor that is not ours: a trace of it says little.
      element.hidden = name === '' || key.startsWith('actor ');
      copy.hidden = !key.startsWith('session ') || !name.includes('/');
      const id = encodeURIComponent(`session:${key}`);
      save.setAttribute('href', `./traces/${id}`);
      save.setAttribute('download', `${fileName(name)}.jsonl`);
      view.setAttribute('href', `#/traces/${id}`);
    },
  };

  async function copyScenario() {
    const wanted = key;
    const answer = await fetch(`./scenario?${new URLSearchParams({ open: wanted })}`).catch(() => undefined);
    if (wanted !== key) return;
    if (answer?.ok !== true) return setText(told, 'There is no scenario of it.');
    const scenario = await answer.text();
    try {
      await navigator.clipboard.writeText(scenario);
      text.hidden = true;
      setText(told, 'Copied.');
    } catch {
      // A browser may forbid it; then it is there to be copied by hand.
      text.value = scenario;
      text.hidden = false;
      text.focus();
      text.select();
      setText(told, 'Copy it from here.');
    }
  }
}

/** A name that every file system takes.
 *  @param {string} name */
export const fileName = (name) => name.replace(/[^\w.-]+/g, '-').slice(0, 80) || 'session';
