/** Reads a trace (docs/reference/trace.md) as it comes, in slices, so that a large one never holds up the page. What it
 *  refuses, and in which words, is what src/core/trace.ts refuses; a test holds the two together. @module */

/** @import { TraceHeader, TraceStep } from '../../core/trace.ts' */

/** A text that is no trace: its message says in which line, and why. */
export class TraceFault extends Error {}

/** Longest time without letting the page do something else. */
const sliceMs = 12;

/** Reads until the end.
 *  @param {ReadableStream<Uint8Array>} stream
 *  @param {{ header: (header: TraceHeader) => void, step: (step: TraceStep, line: string) => void, told?: (bytes: number) => void }} reader
 *  @throws {TraceFault} for the first line that is not as it should be */
export async function readTrace(stream, { header, step, told = () => {} }) {
  let number = 0;
  let bytes = 0;
  let since = performance.now();
  for await (const lines of linesOf(stream, (more) => (bytes += more))) {
    for (const line of lines) {
      number += 1;
      if (number === 1) header(headerIn(line));
      else step(stepIn(line, number), line);
      if (performance.now() - since < sliceMs) continue;
      told(bytes);
      await new Promise((resolve) => setTimeout(resolve));
      since = performance.now();
    }
  }
  if (number === 0) headerIn('');
}

/** The lines of each piece; a line that comes in pieces is kept until its end.
 *  @param {ReadableStream<Uint8Array>} stream
 *  @param {(bytes: number) => void} count */
async function* linesOf(stream, count) {
  const decoder = new TextDecoder();
  /** @type {string[]} */
  let rest = [];
  const reader = stream.getReader();
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      if (value === undefined) continue;
      count(value.length);
      const lines = decoder.decode(value, { stream: true }).split('\n');
      rest.push(lines.shift() ?? '');
      if (lines.length === 0) continue;
      yield [rest.join(''), ...lines.slice(0, -1)];
      rest = [lines.at(-1) ?? ''];
    }
  } finally {
    reader.cancel().catch(() => {});
  }
  const last = rest.join('') + decoder.decode();
  if (last !== '') yield [last];
}

/** @param {string} line */
export function headerIn(line) {
  const header = objectIn(line, 1);
  if (header['waystate'] !== 'trace') throw new TraceFault('line 1: this is not the header of a trace');
  if (header['version'] !== 1) throw new TraceFault(`line 1: the version is ${JSON.stringify(header['version']) ?? 'missing'}; this build reads version 1`);
  check(header, headerFields, 1);
  return /** @type {TraceHeader} */ (/** @type {unknown} */ (header));
}

/** @param {string} line
 *  @param {number} number of the line */
export function stepIn(line, number) {
  const step = objectIn(line, number);
  check(step, stepFields, number);
  if (step['step'] !== number - 1) throw new TraceFault(`line ${number}: step ${String(step['step'])} stands where step ${number - 1} belongs`);
  return /** @type {TraceStep} */ (/** @type {unknown} */ (step));
}

/** @typedef {(value: unknown) => boolean} Is */
/** @type {Is} */
const isText = (value) => typeof value === 'string';
/** @param {unknown} value
 *  @returns {value is Record<string, unknown>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @param {Is} is
 *  @returns {Is} */
const isListOf = (is) => (value) => Array.isArray(value) && value.every(is);
/** @type {Is} */
const isNamed = (value) => isObject(value) && isText(value['type']);
/** @type {(...names: string[]) => Is} */
const hasTexts = (...names) => (value) => isObject(value) && names.every((name) => isText(value[name]));
/** @type {Is} */
const isTransition = (value) => isObject(value) && hasTexts('machine', 'of')(value) && isNamed(value['event']) && 'from' in value && 'to' in value
  && isListOf(isNamed)(value['effects']) && typeof value['ignored'] === 'boolean';
/** @type {Is} */
const isTheorem = (value) => isObject(value) && hasTexts('name', 'statement')(value)
  && (value['formula'] === undefined || isText(value['formula'])) && (value['spec'] === undefined || isListOf(isText)(value['spec']));
const kinds = ['explorer', 'random', 'simulation', 'session', 'watched'];

/** Whether a field may be missing is the third. @typedef {Readonly<Record<string, readonly [is: Is, what: string, mayMiss?: boolean]>>} Fields */
/** @type {Fields} */
const headerFields = {
  kind: [(value) => kinds.includes(String(value)), `one of ${kinds.join(', ')}`],
  title: [isText, 'a text'],
  theorem: [isTheorem, 'an object with name and statement', true],
  fault: [isText, 'a text', true],
  replay: [isObject, 'an object'],
  again: [isText, 'a text', true],
};
/** @type {Fields} */
const stepFields = {
  step: [Number.isInteger, 'a whole number'],
  at: [Number.isFinite, 'a number', true],
  label: [isText, 'a text'],
  transitions: [isListOf(isTransition), 'a list of transitions'],
  shown: [isListOf(hasTexts('to', 'what')), 'a list of objects with to and what'],
  broken: [isListOf(isText), 'a list of names', true],
  begun: [isListOf((item) => isObject(item) && hasTexts('machine', 'of')(item) && 'state' in item), 'a list of objects with machine, of and state', true],
  queues: [isListOf((item) => isObject(item) && hasTexts('name')(item) && isListOf(isText)(item['items'])), 'a list of objects with name and items', true],
};

/** @param {string} line
 *  @param {number} number */
function objectIn(line, number) {
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(line);
  } catch {
    throw new TraceFault(`line ${number}: this is not JSON`);
  }
  if (!isObject(value)) throw new TraceFault(`line ${number}: this is not an object`);
  return value;
}

/** @param {Record<string, unknown>} line
 *  @param {Fields} fields
 *  @param {number} number */
function check(line, fields, number) {
  for (const [name, [is, what, mayMiss]] of Object.entries(fields)) {
    const value = line[name];
    if (value === undefined ? mayMiss !== true : !is(value)) throw new TraceFault(`line ${number}: ${name} must be ${what}`);
  }
}
