/** The checks of a configuration: each source against the schema, then the sources together. What a
 *  check finds becomes one ConfigError, the first in the order of the text. @module */
import { isIP } from 'node:net';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { prepareDomainpart } from '../core/jid.ts';
import { isLoopback } from '../runtime/address.ts';
import { ConfigError, type Mistake, type Place } from './config-error.ts';
import { allowedText, configSchema, pathText, schemaAt, type KeyPath } from './config-schema.ts';
import type { ConfigSource, JsonObject } from './config-source.ts';
import { nearestKey } from './nearest-key.ts';
import { isHostname, readTarget } from './target.ts';

const validate = new Ajv2020({
  allErrors: true,
  allowUnionTypes: true,
  formats: {
    hostname: (text: string) => isIP(text) !== 0 || isHostname(text),
    target: (text: string) => readTarget(text) !== undefined,
    loopback: (text: string) => (text === 'localhost' || isIP(text) !== 0) && isLoopback(text),
    address: (text: string) => text === 'localhost' || isIP(text) !== 0,
    origin: (text: string) => URL.parse(text)?.origin === text,
    websocket: (text: string) => /^wss?:$/.test(URL.parse(text)?.protocol ?? ''),
    domainpart: (text: string) => prepareDomainpart(text) !== undefined,
  },
}).compile(configSchema);

/** Checks one source on its own.
 *  @throws ConfigError `config-unknown-key`, `config-bad-value` or `config-conflict`. */
export function checkSource(source: ConfigSource): void {
  if (!validate(source.value)) {
    const found = telling(validate.errors ?? []).map((error) => mistakeOf(error, source));
    const [first] = found.sort(([, one], [, other]) => order(one) - order(other));
    if (first) throw new ConfigError(...first);
  }
  if (source.value['memory'] === true && source.value['data'] !== undefined) {
    conflict(source, ['memory'], `contradicts ${source.place(['data']).subject}`, 'Keep one of them.');
  }
}

/** Reports that a key, right on its own, can't stand beside another. */
export function conflict(source: ConfigSource, path: KeyPath, problem: string, hint: string): never {
  throw new ConfigError({ code: 'config-conflict', key: pathText(path), problem, hint }, source.place(path, 'key'));
}

/** The errors that say something: where an object is allowed beside a text, what is wrong inside it says more
 *  than that it is no text; and what is wrong with a name is told by one error of two. */
function telling(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf').map(({ instancePath }) => instancePath);
  const entered = choices.filter((path) => errors.some(({ keyword, instancePath }) =>
    instancePath.startsWith(`${path}/`) || (instancePath === path && insides.has(keyword))));
  return errors.filter(({ keyword, instancePath, propertyName }) =>
    propertyName === undefined && (insides.has(keyword) || !entered.includes(instancePath)));
}

/** What is found wrong only with an object. */
const insides: ReadonlySet<string> = new Set(['additionalProperties', 'required']);

const order = (place: Place): number => (place.line ?? 0) * 1e6 + (place.column ?? 0);

function mistakeOf(error: ErrorObject, source: ConfigSource): [Mistake, Place] {
  const path = pathOf(error.instancePath, source.value);
  if (error.keyword === 'additionalProperties') return unknownKey([...path, String(error.params['additionalProperty'])], source);
  if (error.keyword === 'dependentRequired') {
    const given = [...path, String(error.params['property'])];
    const missing = pathText([...path, String(error.params['missingProperty'])]);
    const mistake = { code: 'config-conflict', key: pathText(given), problem: `needs ${missing} beside it` } as const;
    return [mistake, source.place(given, 'key')];
  }
  if (error.keyword === 'propertyNames') {
    const named = [...path, String(error.params['propertyName'])];
    const mistake = { code: 'config-bad-value', key: pathText(named), problem: 'is under a wrong name', allowed: 'under a domain name such as example.org' } as const;
    return [mistake, source.place(named, 'key')];
  }
  return badValue(path, source, error.keyword === 'required' ? `lacks ${String(error.params['missingProperty'])}` : undefined);
}

function unknownKey(path: KeyPath, source: ConfigSource): [Mistake, Place] {
  const key = pathText(path);
  const suggestion = nearestKey(key);
  const mistake: Mistake = { code: 'config-unknown-key', key, problem: 'is not a key', ...(suggestion && { suggestion }) };
  return [mistake, source.place(path, 'key')];
}

function badValue(path: KeyPath, source: ConfigSource, problem = `is ${shownAt(path, source)}`): [Mistake, Place] {
  const node = schemaAt(path);
  const allowed = node && { allowed: allowedText(node, source.none) };
  return [{ code: 'config-bad-value', key: pathText(path), problem, ...allowed }, source.place(path)];
}

/** A JSON pointer (RFC 6901) as a path; a step into a list becomes a number. */
function pathOf(pointer: string, value: unknown): KeyPath {
  const path: (string | number)[] = [];
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(valueAt(value, path)) ? Number(name) : name);
  }
  return path;
}

const valueAt = (value: unknown, path: KeyPath): unknown =>
  path.reduce<unknown>((inner, step) => (inner as JsonObject | undefined)?.[step], value);

/** A value in a message; what may hold a secret is not shown. */
function shownAt(path: KeyPath, { value }: ConfigSource): string {
  return path[0] === 'components' && path.at(-1) !== 'domain' ? 'wrong' : shown(valueAt(value, path));
}

/** A value as the operator wrote it, no longer than a line. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
