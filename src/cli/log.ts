/** The log: one line for each fact, to standard error; JSON for machines, plain words on a terminal.
 *  Redaction is by rule, not by trust: keys that name secrets or stanzas are never written, whatever
 *  is in them, and neither is any object that isn't plain data. @module */
import { destination as fileDescriptor, pino, type DestinationStream } from 'pino';
import type { Log } from '../runtime/log.ts';
import type { LogLevel } from './config.ts';

/** How a log is made. */
export interface LogOptions {
  readonly level: LogLevel;
  /** Plain words instead of JSON. */
  readonly plain: boolean;
  /** Where lines go; standard error when left out. */
  readonly destination?: DestinationStream;
}

/** Makes the log of a process.
 *  @example
 *  const log = createLog({ level: 'info', plain: process.stderr.isTTY });
 *  log.info({ port: 5222 }, 'listening'); */
export function createLog({ level, plain, destination = fileDescriptor({ fd: 2, sync: true }) }: LogOptions): Log {
  const stream = plain ? { write: (line: string) => destination.write(plainLine(line)) } : destination;
  const formatters = { log: (facts: object) => redacted(facts), level: (level: string) => ({ level }) };
  // Pino's own serializer of errors would add to what `speakableError` leaves.
  const logger = pino({ level, base: null, formatters, serializers: { err: (error: unknown) => error } }, stream);
  // No more of the logger is handed out: what its children are bound to escapes the formatter.
  return {
    debug: (facts, sentence) => logger.debug(facts, sentence),
    info: (facts, sentence) => logger.info(facts, sentence),
    warn: (facts, sentence) => logger.warn(facts, sentence),
    error: (facts, sentence) => logger.error(facts, sentence),
  };
}

/** Keys whose values are secrets (passwords, SASL data, keys) or what people write to each other. */
const forbidden = new RegExp(
  '^(.*password|passwd|pass|.*secret|.*token|cookie|authorization|credentials|proof|(stored|server|private|client)?key|salt|nonce'
  + '|data|challenge|response|initialresponse|input|effects?|stanza|element|xml|body|text|subject|html|query)$', 'i');

function redacted(facts: object, depth = 0): Record<string, unknown> {
  const entries = Object.entries(facts) as [string, unknown][];
  return Object.fromEntries(entries.map(([key, value]) => [key, forbidden.test(key) ? '[redacted]' : speakable(value, depth + 1)]));
}

const deepest = 5;

function speakable(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return '[function]';
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) return '[deeper]';
  if (Array.isArray(value)) return value.map((item) => speakable(item, depth + 1));
  if (value instanceof Error) return speakableError(value, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return `[${value.constructor.name}]`;
  return redacted(value, depth);
}

/** Of an error only what Node and this project put into it; other properties may hold anything. */
function speakableError(error: Error, depth: number): unknown {
  const { name, message, stack, cause } = error;
  const code = (error as NodeJS.ErrnoException).code;
  const deeper = cause !== undefined && { cause: speakable(cause, depth + 1) };
  return { type: name, message, ...(code && { code }), stack, ...deeper };
}

/** A line of JSON as a line for people: `14:03:22.123 info  listening port=5222`. */
function plainLine(line: string): string {
  const { level, time, msg, err, ...facts } = JSON.parse(line) as Record<string, unknown>;
  const clock = new Date(Number(time)).toTimeString().slice(0, 8);
  const words = Object.entries(facts).map(([key, value]) => `${key}=${word(value)}`);
  const sentence = [clock, String(level).padEnd(5), msg, ...words].filter((part) => part !== undefined).join(' ');
  const stack = (err as { stack?: unknown } | undefined)?.stack;
  return `${printable(sentence)}\n${typeof stack === 'string' ? `${stack.split('\n').map(printable).join('\n')}\n` : ''}`;
}

const word = (value: unknown): string => (typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value));

/** Characters that command a terminal, or turn the order of what it shows. */
const commanding = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A text that shows such characters and doesn't send them: peers choose some of what is logged. */
const printable = (text: string): string =>
  text.replace(commanding, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
