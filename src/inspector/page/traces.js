/** The view of traces: three to try, or a file of one's own, and the one that is open. The id and the step are in the
 *  address, so that a step is a link. Not here: the viewer (viewer.js), the reader (trace.js). @module */
import { ask } from './answers.js';
import { h } from './dom.js';
import { machines } from './sheets.js';
import { storyOf } from './story.js';
import { TraceFault } from './trace.js';
import { viewerOf } from './viewer.js';

/** @import { Tell } from './app.js' */

const examples = [
  { id: 'example:article', title: 'Presence opens and closes nothing', question: 'Why does somebody without presence get messages, and what happens to a route when the stream ends? Played on a real server.' },
  { id: 'example:openfire-no-route', title: 'Openfire: no route before presence', question: 'What goes wrong when a route is made only by presence? The shortest way to a message that is put away although its reader is there.' },
  { id: 'example:openfire-route-removed', title: 'Openfire 4.6.0: the route is removed', question: 'What goes wrong when unavailable presence removes a route (OF-2012)? The shortest way to a word of a room that never arrives.' },
];

/** The file that was opened last: the page can't read it again by its address. @type {File | undefined} */
let opened;

/** @param {HTMLElement} main
 *  @param {string} _part
 *  @param {Tell} tell */
export function showTraces(main, _part, tell) {
  /** @type {ReturnType<typeof viewerOf> | undefined} */
  let viewer;
  let id = '';
  /** Counts what was asked for: what comes late is not shown. */
  let turn = 0;
  const view = h('div.traces', { dragover: (/** @type {DragEvent} */ event) => event.preventDefault(), drop: dropped });
  main.append(view);
  follow();
  return { leave: () => close(), follow };

  /** The address has changed: another step, another trace, or none. */
  function follow() {
    const [, , segment = '', step = ''] = location.hash.split('/');
    const wanted = decoded(segment);
    const number = /^\d{1,9}$/.test(step) ? Number(step) : 1;
    if (viewer !== undefined && wanted === id && wanted !== '') return viewer.go(number);
    close();
    id = wanted;
    if (id === '') list();
    else open(number);
  }

  function close() {
    turn += 1;
    viewer?.leave();
    viewer = undefined;
    tell('');
  }

  /** @param {string} [fault] */
  function list(fault) {
    document.title = 'Traces · Waystate inspector';
    view.replaceChildren(
      h('h1', {}, 'Traces'),
      h('p.lead', {}, 'What happened, step by step: of a live server, or of a failure that a property, the simulator or the explorer found.'),
      fault !== undefined ? h('p.fault', { role: 'alert' }, fault) : '',
      h('h2', {}, 'Three to try'),
      h('ul.examples', {}, ...examples.map(({ id: example, title, question }) => h('li', {}, h('a', { href: addressOf(example) }, h('b', {}, title), h('span', {}, question))))),
      h('h2', {}, 'One of your own'),
      h('p.drop', {}, picker(), ' or drop it anywhere here. It stays on this machine. ', h('span.hint', {}, 'Records are made by ', h('code', {}, 'waystate serve --record DIRECTORY'), '; what fails in the properties or the simulator is kept as a trace, too.')));
  }

  function picker() {
    const input = h('input.unseen', { type: 'file', accept: '.jsonl,application/jsonl', tabindex: '-1', 'aria-hidden': 'true', change: () => take(input.files?.[0]) });
    return h('span', {}, h('button.primary', { type: 'button', click: () => input.click() }, 'Open a file…'), input);
  }

  /** @param {DragEvent} event */
  function dropped(event) {
    event.preventDefault();
    take(event.dataTransfer?.files[0]);
  }

  /** @param {File | undefined} file */
  function take(file) {
    if (file === undefined) return;
    opened = file;
    close();
    id = 'file';
    history.pushState(null, '', addressOf('file'));
    open(1);
  }

  /** @param {number} number the step to begin at */
  async function open(number) {
    const mine = turn;
    view.replaceChildren(h('p.hint', {}, 'Reading…'));
    try {
      const { stream, size } = await sourceOf(id);
      const [story, sheets] = await Promise.all([storyOf(stream, (bytes) => mine === turn && tell(`reading: ${size > 0 ? `${Math.round((100 * bytes) / size)} %` : `${Math.round(bytes / 1e6)} MB`}`)), machines()]);
      if (mine !== turn) return;
      tell('');
      viewer = viewerOf(story, { sheets, linkOf: (step) => `${addressOf(id)}/${step}` });
      view.replaceChildren(viewer.element);
      document.title = `${story.header?.title ?? 'Trace'} · Waystate inspector`;
      if (id === 'file') view.prepend(h('p.hint', {}, `This is ${opened?.name}, a file of yours: its address opens it only until this page is loaded anew.`));
      viewer.go(number);
    } catch (error) {
      if (mine !== turn) return;
      tell('');
      if (!(error instanceof TraceFault)) throw error;
      list(id === 'file' && opened !== undefined ? `${opened.name}: ${error.message}` : error.message);
    }
  }
}

/** Where a trace is read from, and how long it is; 0 when that is not known.
 *  @param {string} id
 *  @throws {TraceFault} when there is none of that id */
async function sourceOf(id) {
  if (id === 'file') {
    if (opened === undefined) throw new TraceFault('That was a file that you had opened. A page can\'t read it again by itself: open it once more.');
    return { stream: opened.stream(), size: opened.size };
  }
  const answer = await ask(`/traces/${encodeURIComponent(id)}`);
  if (!answer.ok || answer.body === null) throw new TraceFault(`There is no trace of the name ${id}.`);
  return { stream: answer.body, size: Number(answer.headers.get('Content-Length') ?? 0) };
}

/** @param {string} id */
const addressOf = (id) => `#/traces/${encodeURIComponent(id)}`;

/** What is no encoding stands for itself. @param {string} segment */
function decoded(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
