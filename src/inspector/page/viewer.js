/** A trace that is open: what it is about, the controls, the list of its steps, and at the step that is looked at what
 *  happens and where everybody stands. Not here: each of those parts (moment.js, steplist.js, cast.js). @module */
import { castOf } from './cast.js';
import { cites, h, setText } from './dom.js';
import { momentOf } from './moment.js';
import { stepList } from './steplist.js';

/** @import { MachineSheet } from '../sheets.ts'
 *  @import { Story } from './story.js' */

/** Steps in a second. */
const speeds = [0.5, 1, 2, 5, 20];

/** Shows a trace.
 *  @param {Story} story
 *  @param {{ readonly sheets: ReadonlyMap<string, MachineSheet>, readonly linkOf: (step: number) => string }} options
 *    `linkOf`: the address of a step */
export function viewerOf(story, { sheets, linkOf }) {
  let current = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let playing;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let addressing;
  const failure = story.broken.at(-1);

  const list = stepList(story, { linkOf, filtered: () => cast.show(current, list.owner()) });
  const cast = castOf(story, sheets, { choose: (owner) => list.choose(owner) });
  const moment = h('section.moment', { 'aria-label': 'This step' });
  const sequence = sequenceOf(story, sheets);
  const scrub = h('input.scrub', { type: 'range', min: 1, max: Math.max(1, story.length), value: 1, 'aria-label': 'Step', input: () => go(Number(scrub.value)) });
  const play = h('button.play', { type: 'button', title: 'Space', click: () => setPlaying(playing === undefined) }, 'Play');
  const speed = h('select', { 'aria-label': 'Speed', change: () => playing !== undefined && setPlaying(true) }, ...speeds.map((each) => h('option', { value: each, selected: each === 1 }, `${each} a second`)));
  const where = h('output.where', {});
  /** @type {(name: string, key: string, sign: string, act: () => void) => HTMLElement} */
  const button = (name, key, sign, act) => h('button', { type: 'button', 'aria-label': name, title: `${name} (${key})`, click: act }, sign);
  const controls = h('div.controls', { role: 'group', 'aria-label': 'Controls' },
    button('First step', 'Home', '|◀', () => go(list.first())), button('Step back', '←', '◀', () => move(-1)), play,
    button('Step forward', '→', '▶', () => move(1)), button('Last step', 'End', '▶|', () => go(list.last())), speed, scrub, where);
  const element = h('div.viewer', {}, heading(), controls, h('div.trace-body', {}, list.element, h('div.trace-now', {}, moment, sequence.element, cast.element)));
  document.addEventListener('keydown', press);

  function heading() {
    const { kind = '', title = '', theorem, fault, again } = story.header ?? {};
    return h('header.trace-head', {},
      h('p.hint', {}, h('a', { href: '#/traces' }, 'Traces'), ` · ${kindNames[kind] ?? kind} · ${story.length} steps`),
      h('h1', { tabindex: '-1' }, title),
      theorem && h('div.theorem', {},
        h('p', {}, h('b', {}, `${theorem.name} fails`), ' ', failure !== undefined && h('a.jump', { href: linkOf(failure) }, `at step ${failure}: go there`)),
        h('p.statement', {}, theorem.statement, ' ', cites(theorem.spec)),
        theorem.formula && h('p', {}, h('code', {}, theorem.formula))),
      fault && h('p', {}, h('b', {}, 'What is wrong: '), fault),
      again && h('p.hint', {}, 'Once more: ', h('code', {}, again)));
  }

  /** @param {number} [wanted] */
  function go(wanted) {
    const number = Math.min(Math.max(1, wanted ?? current), story.length);
    if (number === current || story.length === 0) return;
    current = number;
    scrub.value = String(number);
    scrub.setAttribute('aria-valuetext', `step ${number}: ${story.labels[number - 1]}`);
    setText(where, `${number} of ${story.length}`);
    moment.replaceChildren(...momentOf(story, number, sheets).filter((each) => each !== false && each !== undefined));
    list.go(number);
    cast.show(number, list.owner());
    sequence.show(number);
    // A browser takes only so many changes of the address.
    clearTimeout(addressing);
    addressing = setTimeout(() => history.replaceState(null, '', linkOf(number)), 200);
  }

  /** @param {number} by */
  function move(by) {
    const next = list.next(current, by);
    if (next === undefined) setPlaying(false);
    else go(next);
  }

  /** @param {boolean} isWanted */
  function setPlaying(isWanted) {
    clearInterval(playing);
    playing = undefined;
    if (isWanted) {
      // From the end it begins anew.
      if (list.next(current, 1) === undefined) go(list.first());
      playing = setInterval(() => move(1), 1000 / Number(speed.value));
    }
    setText(play, isWanted ? 'Pause' : 'Play');
  }

  /** @param {KeyboardEvent} event */
  function press(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches('input, select, textarea') && target !== scrub) return;
    const act = keys[event.key];
    // Space presses the button that has the focus.
    if (act === undefined || (event.key === ' ' && target.matches('button, summary'))) return;
    event.preventDefault();
    act();
  }
  /** @type {Readonly<Record<string, () => void>>} */
  const keys = {
    ArrowLeft: () => move(-1), ArrowRight: () => move(1), Home: () => go(list.first()), End: () => go(list.last()), ' ': () => setPlaying(playing === undefined),
  };

  return {
    element,
    go,
    leave() {
      setPlaying(false);
      clearTimeout(addressing);
      document.removeEventListener('keydown', press);
      list.leave();
    },
  };
}

/** So many steps, up to the one that is looked at, are in the sequence diagram. */
const mostTurns = 100;

/** What led to a step, as a sequence diagram; loaded when it is unfolded.
 *  @param {Story} story
 *  @param {ReadonlyMap<string, MachineSheet>} sheets */
function sequenceOf(story, sheets) {
  let current = 0;
  /** @type {((number: number) => void) | undefined} */
  let draw;
  const element = h('details.sequence-place', { toggle: load }, h('summary', {}, 'Who told whom, up to this step'));
  return {
    element,
    /** @param {number} number */
    show(number) {
      current = number;
      if (element.open) draw?.(number);
    },
  };

  async function load() {
    if (!element.open) return;
    if (draw === undefined) {
      const [{ arrowsOfTrace }, { sequenceView }] = await Promise.all([import('./arrows.js'), import('./sequence.js')]);
      const view = sequenceView({ label: 'Sequence diagram up to this step' });
      element.append(view.element);
      draw = (number) => {
        const first = Math.max(1, number - mostTurns + 1);
        view.clear();
        view.show(arrowsOfTrace(Array.from({ length: number - first + 1 }, (_, index) => story.step(first + index)), { sheets }));
      };
    }
    draw(current);
  }
}

/** @type {Readonly<Record<string, string>>} */
const kindNames = { session: 'recorded of a live server', random: 'found by a property', simulation: 'a run of the simulator', explorer: 'found by the explorer', watched: 'seen by an inspector' };
