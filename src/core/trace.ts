/** A trace: what happened, step by step, as lines of JSON that a person, a page or a replay can read. One
 *  format for live sessions, random histories, the simulator and the explorer
 *  (docs/reference/trace.md). Not here: who records (recording.ts, properties), who plays a trace again
 *  (properties/replay.ts), who shows it. @module */
import type { Transition } from './kernel.ts';

/** The version that is written; a reader refuses any other.
 *  @example
 *  const header: TraceHeader = { waystate: 'trace', version: TRACE_VERSION, kind: 'session', title: 'Juliet logs in', replay: {} };
 *  encodeLine(header).includes('"version":1'); // true */
export const TRACE_VERSION = 1;

/** Where a trace comes from. */
export type TraceKind = 'explorer' | 'random' | 'simulation' | 'session' | 'watched';

/** The first line of a trace. */
export interface TraceHeader {
  readonly waystate: 'trace';
  readonly version: typeof TRACE_VERSION;
  readonly kind: TraceKind;
  /** What is to be seen in it, in a sentence. */
  readonly title: string;
  /** What it shows to be broken; absent when nothing is. */
  readonly theorem?: { readonly name: string; readonly statement: string; readonly formula?: string; readonly spec?: readonly string[] };
  /** What is wrong, with names in it. */
  readonly fault?: string;
  /** All that is needed to play it again, by kind. */
  readonly replay: Readonly<Record<string, unknown>>;
  /** The command that plays it again. */
  readonly again?: string;
}

/** Each further line of a trace. */
export interface TraceStep {
  /** From 1. */
  readonly step: number;
  /** Milliseconds since the epoch, or since the beginning of a simulation; absent where no time passes. */
  readonly at?: number;
  /** What happens, in words. */
  readonly label: string;
  /** What is to be seen in this step, for whoever reads the trace. */
  readonly note?: string;
  /** What the machines did, in order. */
  readonly transitions: readonly Transition[];
  /** What came out, in order, and for whom. */
  readonly shown: readonly { readonly to: string; readonly what: string }[];
  /** The input itself, where it is to be fed again. */
  readonly input?: unknown;
  /** The names of the theorems that this step breaks. */
  readonly broken?: readonly string[];
  /** Machines that begin with this step, and where they stand after it; others are first known by what they do. */
  readonly begun?: readonly { readonly machine: string; readonly of: string; readonly state: unknown }[];
  /** What waits after this step, first come first; absent: the same as before. */
  readonly queues?: readonly TraceQueue[];
}

/** What is under way, and has not been taken yet. */
export interface TraceQueue {
  /** From whom to whom. */
  readonly name: string;
  readonly items: readonly string[];
}

/** A trace as a whole. */
export interface Trace {
  readonly header: TraceHeader;
  readonly steps: readonly TraceStep[];
}

/** A text that is no trace, or a trace that can't be written or played; its message says where and why.
 *  @example
 *  function titleOf(text: string): string {
 *    try {
 *      return decodeTrace(text).header.title;
 *    } catch (error) {
 *      if (error instanceof TraceError) return error.message;
 *      throw error;
 *    }
 *  }
 *  titleOf('{"name":"juliet"}'); // 'line 1: this is not the header of a trace' */
export class TraceError extends Error {
  override readonly name = 'TraceError';
}

/** Writes one line of a trace, its end included.
 *  @throws TraceError for a number that JSON has no word for (Infinity, NaN): it would come back as null
 *  @example
 *  encodeLine({ step: 1, label: 's1 connects', transitions: [], shown: [] }); // '{"step":1,"label":"s1 connects","transitions":[],"shown":[]}\n' */
export function encodeLine(line: TraceHeader | TraceStep): string {
  return `${JSON.stringify(line, refuseNonFinite)}\n`;
}

function refuseNonFinite(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TraceError(`${key} is ${value}, which a trace has no word for`);
  return value;
}

/** Writes a whole trace.
 *  @throws TraceError as {@link encodeLine} does
 *  @example
 *  const header = sessionHeader({ config: { domain: 'capulet.lit', ...defaultConfig }, features: standardFeatures, keepBodies: false });
 *  const text = encodeTrace({ header, steps: [{ step: 1, label: 's1 connects', transitions: [], shown: [] }] });
 *  text.endsWith('"label":"s1 connects","transitions":[],"shown":[]}\n'); // true */
export function encodeTrace({ header, steps }: Trace): string {
  return [header, ...steps].map(encodeLine).join('');
}

/** Reads a whole trace. Fields that it doesn't know are kept, and mean nothing to it.
 *  @throws TraceError for another version, and for the first line that is malformed, with its number
 *  @example
 *  const { header, steps } = decodeTrace('{"waystate":"trace","version":1,"kind":"session","title":"Juliet logs in","replay":{}}\n');
 *  header.title; // 'Juliet logs in'
 *  steps; // [] */
export function decodeTrace(text: string): Trace {
  const [first = '', ...lines] = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  const header = objectIn(first, 1);
  if (header['waystate'] !== 'trace') throw new TraceError('line 1: this is not the header of a trace');
  if (header['version'] !== TRACE_VERSION) {
    throw new TraceError(`line 1: the version is ${JSON.stringify(header['version']) ?? 'missing'}; this build reads version ${TRACE_VERSION}`);
  }
  check(header, headerFields, 1);
  return { header: header as unknown as TraceHeader, steps: lines.map((line, index) => stepIn(line, index + 1)) };
}

function stepIn(line: string, number: number): TraceStep {
  const step = objectIn(line, number + 1);
  check(step, stepFields, number + 1);
  if (step['step'] !== number) throw new TraceError(`line ${number + 1}: step ${String(step['step'])} stands where step ${number} belongs`);
  return step as unknown as TraceStep;
}

type Fields = Readonly<Record<string, { readonly is: (value: unknown) => boolean; readonly what: string; readonly mayMiss?: true }>>;

const isText = (value: unknown): value is string => typeof value === 'string';
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isListOf = (is: (value: unknown) => boolean) => (value: unknown): boolean => Array.isArray(value) && value.every(is);
const kinds: readonly unknown[] = ['explorer', 'random', 'simulation', 'session', 'watched'] satisfies TraceKind[];

const headerFields: Fields = {
  kind: { is: (value) => kinds.includes(value), what: `one of ${kinds.join(', ')}` },
  title: { is: isText, what: 'a text' },
  theorem: { is: isTheorem, what: 'an object with name and statement', mayMiss: true },
  fault: { is: isText, what: 'a text', mayMiss: true },
  replay: { is: isObject, what: 'an object' },
  again: { is: isText, what: 'a text', mayMiss: true },
};

const stepFields: Fields = {
  step: { is: Number.isInteger, what: 'a whole number' },
  at: { is: Number.isFinite, what: 'a number', mayMiss: true },
  label: { is: isText, what: 'a text' },
  note: { is: isText, what: 'a text', mayMiss: true },
  transitions: { is: isListOf(isTransition), what: 'a list of transitions' },
  shown: { is: isListOf((item) => isObject(item) && isText(item['to']) && isText(item['what'])), what: 'a list of objects with to and what' },
  broken: { is: isListOf(isText), what: 'a list of names', mayMiss: true },
  begun: { is: isListOf((item) => isObject(item) && isText(item['machine']) && isText(item['of']) && 'state' in item), what: 'a list of objects with machine, of and state', mayMiss: true },
  queues: { is: isListOf((item) => isObject(item) && isText(item['name']) && isListOf(isText)(item['items'])), what: 'a list of objects with name and items', mayMiss: true },
};

function isTheorem(value: unknown): boolean {
  if (!isObject(value) || !isText(value['name']) || !isText(value['statement'])) return false;
  return (value['formula'] === undefined || isText(value['formula'])) && (value['spec'] === undefined || isListOf(isText)(value['spec']));
}

function isTransition(value: unknown): boolean {
  const hasType = (item: unknown): boolean => isObject(item) && isText(item['type']);
  return isObject(value) && isText(value['machine']) && isText(value['of']) && hasType(value['event']) && 'from' in value && 'to' in value
    && isListOf(hasType)(value['effects']) && typeof value['ignored'] === 'boolean';
}

function objectIn(line: string, number: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new TraceError(`line ${number}: this is not JSON`);
  }
  if (!isObject(value)) throw new TraceError(`line ${number}: this is not an object`);
  return value;
}

function check(line: Record<string, unknown>, fields: Fields, number: number): void {
  for (const [name, { is, what, mayMiss }] of Object.entries(fields)) {
    const value = line[name];
    if (value === undefined ? mayMiss !== true : !is(value)) throw new TraceError(`line ${number}: ${name} must be ${what}`);
  }
}
