/** The view of the requirements, `#/conformance/WORDS`: what the specifications ask for, where it is done and what shows it. @module */
import { h, setText } from './dom.js';
import { isStrict, requirementItem, requirements } from './requirements.js';

/** @import { Requirement } from '../requirement.ts' */

/** More are not shown at once. */
const most = 100;

/** @type {Readonly<Record<string, (requirement: Requirement) => boolean>>} */
const filters = {
  'all': () => true,
  'strict, of the server': (each) => isStrict(each) && each.who === 'server',
  'strict, of the server, without a test': (each) => isStrict(each) && each.who === 'server' && (each.shown ?? []).length === 0,
  'shown by a named test': ({ shown = [] }) => shown.some((name) => /^test\/\S+: /.test(name)),
  'exceptions': ({ not }) => not !== undefined,
  'of others': ({ who }) => who !== 'server',
};

/** Shows the requirements.
 *  @param {HTMLElement} main
 *  @param {string} part words to look for at first */
export function showConformance(main, part) {
  document.title = 'Requirements · Waystate inspector';
  /** @type {readonly Requirement[]} */
  let all = [];
  const words = h('input', { type: 'search', id: 'requirement-words', value: part, input: () => fill() });
  const filter = h('select', { id: 'requirement-filter', change: () => fill() }, ...Object.keys(filters).map((name) => h('option', {}, name)));
  const count = h('p.hint', { role: 'status' }, 'Loading.');
  const list = h('ul.requirements');
  const fill = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter((word) => word !== '');
    const found = all.filter((each) => {
      const text = `${each.id} ${each.title} ${each.sentence} ${(each.where ?? []).join(' ')} ${(each.shown ?? []).join(' ')} ${each.not ?? ''}`.toLowerCase();
      return filters[filter.value]?.(each) === true && wanted.every((word) => text.includes(word));
    });
    setText(count, `${found.length} of ${all.length}${found.length > most ? `, the first ${most} are shown` : ''}`);
    list.replaceChildren(...found.slice(0, most).map((each) => requirementItem(each, true)));
  };
  main.append(h('section.conformance', {}, h('h1', {}, 'Requirements'),
    h('p', {}, 'Every sentence of the specifications with a word of RFC 2119. Where tests are named by their words, they assert the sentence; where by their files, its section is kept there, and those tests are about it.'),
    h('p', {}, h('label', { for: 'requirement-words' }, 'Words '), words, ' ', h('label', { for: 'requirement-filter' }, 'Which '), filter), count, list));
  requirements().then((loaded) => {
    all = loaded;
    fill();
  });
  return {
    follow: (/** @type {string} */ next) => {
      words.value = next;
      fill();
    },
  };
}
