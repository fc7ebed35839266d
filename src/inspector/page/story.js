/** A trace as it can be looked at from any step: where every machine stands and what waits, found by search in what
 *  each has done, so that step 90,000 is as near as step 2. Steps themselves are kept as lines, and parsed when they are
 *  looked at. Not here: reading (trace.js), showing (viewer.js). @module */
import { Ownership } from './ownership.js';
import { readTrace, stepIn } from './trace.js';

/** @import { TraceHeader, TraceQueue, TraceStep } from '../../core/trace.ts' */

/** What one machine of somebody has done: `states[i]` from step `steps[i]` on.
 *  @typedef {{ readonly machine: string, readonly owner: string, readonly part: string, readonly steps: number[], readonly states: string[] }} Line */
/** A machine as it stands: `isNew` when it has done something in this very step.
 *  @typedef {{ readonly line: Line, readonly state: string, readonly isNew: boolean, readonly since: number }} Placed */

/** How many steps are looked back through for those that have moved. */
const farthest = 5000;

export class Story {
  /** @type {TraceHeader | undefined} */
  header;
  /** What each step says, for a search, in lower case. @type {string[]} */
  texts = [];
  /** @type {string[]} */
  labels = [];
  /** @type {(number | undefined)[]} */
  times = [];
  /** The steps that break something. @type {number[]} */
  broken = [];
  /** Whose machines each machine's are, by owner. @type {Map<string, Map<string, Line>>} */
  owners = new Map();
  machines = /** @type {Set<string>} */ (new Set());
  /** Whose machine each transition of a step is, in their order; then of those that begin. @type {(readonly string[])[]} */
  moved = [];
  /** @type {string[]} */
  #lines = [];
  /** @type {{ steps: number[], values: (readonly TraceQueue[])[] }} */
  #queues = { steps: [], values: [] };
  #ownership = new Ownership();

  /** How many steps there are. */
  get length() {
    return this.labels.length;
  }

  /** A step, counted from 1.
   *  @param {number} number
   *  @returns {TraceStep} */
  step(number) {
    return stepIn(this.#lines[number - 1] ?? '', number + 1);
  }

  /** @param {TraceHeader} header */
  begin(header) {
    this.header = header;
    this.#ownership = new Ownership(header);
  }

  /** @param {TraceStep} step
   *  @param {string} line */
  add(step, line) {
    const { label, at, transitions, shown, broken = [], begun = [], queues } = step;
    this.#lines.push(line);
    this.labels.push(label);
    this.times.push(at);
    if (broken.length > 0) this.broken.push(step.step);
    this.#ownership.see(step);
    /** @type {string[]} */
    const moved = [];
    for (const transition of transitions) {
      const { machine, from, to } = transition;
      const place = this.#ownership.of(transition);
      const before = pathOf(from);
      // What it comes from is the truth: it may have begun anew, unseen, since the last time.
      const line = this.owners.get(place.owner)?.get(slotOf(machine, place.part));
      if (line === undefined) this.#place(machine, place, place.part === '' ? place.since : step.step, before);
      else if (line.states.at(-1) !== before) this.#place(machine, place, Math.max(place.since, line.steps.at(-1) ?? 1), before);
      this.#place(machine, place, step.step, pathOf(to));
      moved.push(place.owner);
    }
    for (const each of begun) {
      const place = this.#ownership.of(each);
      this.#place(each.machine, place, step.step, pathOf(each.state));
      moved.push(place.owner);
    }
    this.moved.push(moved);
    if (queues !== undefined) {
      this.#queues.steps.push(step.step);
      this.#queues.values.push(queues);
    }
    this.texts.push([label, ...transitions.map(({ machine, of, to, event }) => `${machine}:${pathOf(to)} ${of} ${event.type}`), ...shown.map(({ to, what }) => `${to} ${what}`), ...broken].join('\n').toLowerCase());
  }

  /** What an owner is called: by the full JID that its stream has bound, at some time. @param {string} owner */
  nameOf(owner) {
    return this.#ownership.names.get(owner) ?? owner;
  }

  /** What waits after a step. @param {number} number */
  queuesAt(number) {
    return this.#queues.values[placeIn(this.#queues.steps, number)] ?? [];
  }

  /** Where an owner's machines stand after a step; those that have not begun, or came and went, are left out.
   *  @param {string} owner
   *  @param {number} number
   *  @param {(machine: string, state: string) => boolean} isFinal
   *  @returns {Placed[]} */
  placedAt(owner, number, isFinal) {
    return [...(this.owners.get(owner)?.values() ?? [])].flatMap((line) => {
      const place = placeIn(line.steps, number);
      const state = line.states[place];
      const since = line.steps[place] ?? 0;
      if (state === undefined || (line.part !== '' && since !== number && isFinal(line.machine, state))) return [];
      return [{ line, state, since, isNew: since === number && number > 0 }];
    });
  }

  /** Who has moved last, up to a step.
   *  @param {number} number
   *  @param {number} most */
  lastMovers(number, most) {
    /** @type {Set<string>} */
    const movers = new Set();
    for (let step = number; step > Math.max(0, number - farthest) && movers.size < most; step -= 1) for (const owner of this.moved[step - 1] ?? []) if (movers.size < most) movers.add(owner);
    return movers;
  }

  /** The steps that have all the words, and move the machine and the owner, where they are given.
   *  @param {{ readonly text: string, readonly machine: string, readonly owner: string }} wanted
   *  @returns {readonly number[] | undefined} undefined when that is every step */
  find({ text, machine, owner }) {
    const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '');
    if (words.length === 0 && machine === '' && owner === '') return undefined;
    const mark = `\n${machine}:`;
    return this.texts.flatMap((each, index) => (words.every((word) => each.includes(word)) && (machine === '' || each.includes(mark))
      && (owner === '' || this.moved[index]?.includes(owner)) ? [index + 1] : []));
  }

  /** @param {string} machine
   *  @param {{ readonly owner: string, readonly part: string }} place
   *  @param {number} step
   *  @param {string} state */
  #place(machine, { owner, part }, step, state) {
    this.machines.add(machine);
    let lines = this.owners.get(owner);
    if (lines === undefined) this.owners.set(owner, (lines = new Map()));
    const slot = slotOf(machine, part);
    let line = lines.get(slot);
    if (line === undefined) lines.set(slot, (line = { machine, owner, part, steps: [], states: [] }));
    if (line.steps.at(-1) === step) line.states[line.states.length - 1] = state;
    else {
      line.steps.push(step);
      line.states.push(state);
    }
  }
}

/** Reads a trace into a story.
 *  @param {ReadableStream<Uint8Array>} stream
 *  @param {(bytes: number) => void} [told] */
export async function storyOf(stream, told) {
  const story = new Story();
  await readTrace(stream, { header: (header) => story.begin(header), step: (step, line) => story.add(step, line), ...(told && { told }) });
  return story;
}

/** @param {string} machine
 *  @param {string} part */
export const slotOf = (machine, part) => (part === '' ? machine : `${machine} ${part}`);

/** A state as its path: `negotiating.opened`; parallel ones side by side.
 *  @param {unknown} value
 *  @returns {string} */
export function pathOf(value) {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value).map(([name, inner]) => (typeof inner === 'object' && inner !== null && Object.keys(inner).length === 0 ? name : `${name}.${pathOf(inner)}`)).join(' & ');
}

/** The index of the last number that is not above another; -1 when there is none.
 *  @param {readonly number[]} numbers ascending
 *  @param {number} number */
function placeIn(numbers, number) {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) <= number) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
