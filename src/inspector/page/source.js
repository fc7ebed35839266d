/** A text of the repository with its lines numbered; comments and strings stand out. @module */
import { ask } from './answers.js';
import { h } from './dom.js';

/** Makes the page.
 *  @param {string} address where the server has it
 *  @param {string} name where the repository has it */
export function sourcePage(address, name) {
  const place = h('div.source-text', { tabindex: 0, role: 'region', 'aria-label': name });
  load(address).then((text) => {
    if (text === undefined) return place.append(h('p.hint', {}, 'It is not installed here.'));
    const lines = text.trimEnd().split('\n').length;
    place.append(h('pre.gutter', { 'aria-hidden': 'true' }, Array.from({ length: lines }, (_, index) => index + 1).join('\n')), h('pre.text', {}, ...(name.endsWith('.ts') ? coloured(text) : [text])));
  });
  return h('div', {}, h('p.hint', {}, h('code', {}, name)), place);
}

/** @param {string} address */
async function load(address) {
  const answer = await ask(address);
  return answer.ok ? answer.text() : undefined;
}

/** @param {string} text */
function coloured(text) {
  return text.split(/(\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*')/).map((part, index) => (index % 2 === 0 ? part : h('span', { class: part.startsWith('/') ? 'comment' : 'string' }, part)));
}
