/** One message: what became of it, and behind that why, step by step with the sections, and who had a part in it.
 *  @module */
import { clock, h } from './dom.js';
import { reasonList } from './reasons.js';

/** @import { MessageRow, Stop } from '../message.ts' */

/** A message in a list; unfolded it says why.
 *  @param {MessageRow} message */
export function messageItem(message) {
  const { n, at, from, to, fate } = message;
  return h('li.message', {}, h('details', {},
    h('summary', {}, h('time', {}, clock(at)), wayOf(from, to), fateOf(fate)),
    aboutOf(message),
    reasonList(message.why),
    stopsOf(message.stops, h('a', { href: `#/live/message/${n}` }, 'link to this message'))));
}

/** A message by itself.
 *  @param {MessageRow | null} message null when it is not kept any more */
export function messagePanel(message) {
  if (message === null) return h('p.hint', {}, 'That message is not kept any more: a thousand have come after it, or no page was open for a while.');
  const { at, from, to, fate } = message;
  return h('div.message', {}, h('h1', {}, wayOf(from, to)),
    h('p', {}, h('time', {}, clock(at)), ' ', fateOf(fate)), aboutOf(message), h('h2', {}, 'Why it went where it went'), reasonList(message.why), stopsOf(message.stops));
}

/** @param {string} from
 *  @param {string} to */
const wayOf = (from, to) => h('span.way', {}, h('span.jid', {}, from || 'the server'), ' → ', h('span.jid', {}, to));

/** @param {string} fate */
const fateOf = (fate) => h('span', { class: `fate ${fate}` }, fate);

/** @param {MessageRow} message */
const aboutOf = ({ type, id }) => h('p.hint', {}, type, id !== '' && ', id ', id !== '' && h('code', {}, id));

/** @param {readonly Stop[]} stops
 *  @param {...Node} others */
function stopsOf(stops, ...others) {
  const links = stops.map(({ key, name, part, stream }) => h('a', { href: `#/live/${encodeURIComponent(key)}` },
    h('small', {}, part === 'sender' ? 'from ' : 'to '), h('span.jid', {}, name), stream !== undefined && h('small', {}, ` stream ${stream}`)));
  return h('p.stops', {}, ...[...links, ...others].flatMap((link) => [link, ' ']));
}
