/** Why the route of the session that is open was closed, and the way to ask who sees its presence. @module */
import { h, setText } from './dom.js';
import { reasonList } from './reasons.js';

/** @import { Opened } from '../view.ts' */

/** Makes the part of the panel that answers. */
export function closingPart() {
  const title = h('h2', {});
  const steps = h('div', {});
  const ask = h('a', {});
  const asked = h('p.hint', {}, ask);
  const element = h('section', { 'aria-label': 'Why', hidden: true }, title, steps, asked);
  let shown = '';
  return {
    element,
    /** @param {Opened | undefined} opened undefined while nothing is known yet */
    show(opened) {
      const isSession = opened?.row.key.startsWith('session ') === true && opened.row.name.includes('@');
      const closing = opened?.closing ?? [];
      element.hidden = !isSession && closing.length === 0;
      title.hidden = closing.length === 0;
      asked.hidden = !isSession || closing.length > 0;
      if (isSession && opened !== undefined) {
        ask.href = `#/why/${encodeURIComponent(new URLSearchParams({ contact: opened.row.name }).toString())}`;
        setText(ask, 'Who sees this presence, and why?');
      }
      setText(title, opened?.row.states['route'] === undefined ? 'Why the stream ended' : opened.row.states['route'] === 'closed' ? 'Why the route was closed' : 'Why the route is about to close');
      const text = JSON.stringify(closing);
      if (text === shown) return;
      shown = text;
      steps.replaceChildren(reasonList(closing));
    },
  };
}
