/** The checks of a configuration: each source against the schema, then the sources together. What a
 *  check finds becomes one ConfigError, the first in the order of the text. @module */
import { isIP } from 'node:net';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { prepareDomainpart } from '../core/jid.ts';
import { ConfigError, type Mistake, type Place } from './config-error.ts';
import { allowedText, configSchema, pathText, schemaAt, type KeyPath } from './config-schema.ts';
import type { ConfigSource, JsonObject } from './config-source.ts';
import { nearestKey } from './nearest-key.ts';

const validate = new Ajv2020({
  allErrors: true,
  allowUnionTypes: true,
  formats: {
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
    const found = (validate.errors ?? []).map((error) => mistakeOf(error, source));
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
  return badValue(path, source);
}

function unknownKey(path: KeyPath, source: ConfigSource): [Mistake, Place] {
  const key = pathText(path);
  const suggestion = nearestKey(key);
  const mistake: Mistake = { code: 'config-unknown-key', key, problem: 'is not a key', ...(suggestion && { suggestion }) };
  return [mistake, source.place(path, 'key')];
}

function badValue(path: KeyPath, source: ConfigSource): [Mistake, Place] {
  const node = schemaAt(path);
  const problem = `is ${shown(valueAt(source.value, path))}`;
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

/** A value as the operator wrote it, no longer than a line. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
