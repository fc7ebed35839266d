/** One message: what became of it, and behind that why, step by step with the sections. @module */
import { cites, clock, h } from './dom.js';

const names = { sent: 'Sent', whether: 'Whether', which: 'Which', fate: 'Fate' };

export function messageItem({ at, type, id, from, to, fate, why }) {
  const steps = why.map(({ step, text, spec }) => h('li', { class: 'reason' }, h('b', {}, names[step] ?? step), h('span', {}, text), cites(spec)));
  return h('li.message', {}, h('details', {},
    h('summary', {}, h('time', {}, clock(at)), h('span.way', {}, h('span.jid', {}, from || 'the server'), ' → ', h('span.jid', {}, to)), h('span', { class: `fate ${fate}` }, fate)),
    h('p.hint', {}, `${type}${id === '' ? '' : `, id ${id}`}`),
    h('ol.reasons', {}, ...steps)));
}
