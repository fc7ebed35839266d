/** Where to begin: what a newcomer asks first, and where the page answers. Shown while nothing is open. @module */
import { h } from './dom.js';

/** What is to be seen, and where. @type {readonly (readonly [question: string, ...links: readonly (readonly [text: string, href: string])[]])[]} */
const questions = [
  ['Why is a message to somebody without presence delivered?', ['Watch it happen', '#/traces/example:article/18'], ['The article\'s case from its beginning', '#/traces/example:article']],
  ['What happens to a route when a client closes its stream?', ['Watch one drain', '#/traces/example:article/25'], ['The machine of the route', '#/machines/route'], ['Routes that have closed, and why', '#/live/find/session/route:closed']],
  ['What did Openfire do?', ['No route before presence', '#/traces/example:openfire-no-route'], ['The route removed on unavailable', '#/traces/example:openfire-route-removed']],
];

/** Makes the panel; on a small screen it is folded. */
export function beginPanel() {
  return h('details.begin', { open: matchMedia('(min-width: 62rem)').matches }, h('summary', {}, h('h2', {}, 'Where to begin')),
    h('dl', {}, ...questions.flatMap(([question, ...links]) => [h('dt', {}, question), ...links.map(([text, href]) => h('dd', {}, h('a', { href }, text)))]),
      h('dt', {}, 'Why does one not see the other online?'), h('dd', {}, h('a', { href: '#/why' }, 'Ask about two people')),
      h('dt', {}, 'Try it live'), h('dd', {}, 'Log in with a client, at the address that ', h('code', {}, 'npm start'), ' printed. Its session appears in the list; open it, and watch its machines.')));
}
