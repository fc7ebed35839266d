/** Where settings come from: the configuration file, or the options of the command line. A source
 *  is plain data and knows the place of each of its keys. @module */
import { dirname, resolve } from 'node:path';
import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { ConfigError, type Place } from './config-error.ts';
import { pathText, type KeyPath } from './config-schema.ts';

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: unknown;
}

/** Settings, and where each of them was written. */
export interface ConfigSource {
  readonly value: JsonObject;
  /** Where relative paths begin. */
  readonly directory: string;
  /** How "none" is written for a port. */
  readonly none: string;
  /** The place of the value at a path, or of the key itself. */
  place(path: KeyPath, part?: 'key' | 'value'): Place;
}

const page = 'docs/reference/config.md';

/** Reads the text of a configuration file.
 *  @throws ConfigError `config-syntax` or `config-duplicate-key`. */
export function fileSource(text: string, file: string): ConfigSource {
  const clean = text.replace(/^\uFEFF/, '');
  const errors: ParseError[] = [];
  const tree = parseTree(clean, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) {
    const problem = `is not JSON with comments (${wordsOf(printParseErrorCode(error.error))})`;
    const place = placeAt(clean, file, error.offset, '');
    throw new ConfigError({ code: 'config-syntax', key: '', problem }, { ...place, subject: 'the text here' });
  }
  if (tree) refuseDuplicates(tree, clean, file);
  return {
    value: plain(tree) as JsonObject,
    directory: dirname(resolve(file)),
    none: 'false',
    place(path, part = 'value') {
      const value = tree && findNodeAtLocation(tree, [...path]);
      const node = part === 'key' ? value?.parent?.children?.[0] : value;
      return placeAt(clean, file, node?.offset ?? 0, pathText(path));
    },
  };
}

/** Makes a source of settings that were given as options.
 *  @param flags the option by which each key was set, such as `ports.c2s` → `--c2s-port`. */
export function optionSource(value: JsonObject, flags: ReadonlyMap<string, string>): ConfigSource {
  return {
    value,
    directory: process.cwd(),
    none: 'off',
    place: (path) => {
      const key = pathText(path.filter((step) => typeof step === 'string'));
      return { prefix: '', subject: flags.get(key) ?? key, page: 'docs/reference/cli.md' };
    },
  };
}

/** A place in a file that can't be read, or in the file as a whole. */
export const wholeFile = (file: string): Place => ({ prefix: '', subject: file, page, file });

function placeAt(text: string, file: string, offset: number, subject: string): Place {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  return { prefix: `${file}:${line}: `, subject: subject || 'the whole', page, file, line, column };
}

function refuseDuplicates(node: Node, text: string, file: string, path: KeyPath = []): void {
  const seen = new Set<unknown>();
  for (const [index, child] of (node.children ?? []).entries()) {
    const [key, value] = child.type === 'property' ? (child.children ?? []) : [undefined, child];
    const childPath = [...path, key ? String(key.value) : index];
    if (key && seen.has(key.value)) {
      const mistake = { code: 'config-duplicate-key', key: pathText(childPath), problem: 'stands twice' } as const;
      throw new ConfigError(mistake, placeAt(text, file, key.offset, pathText(childPath)));
    }
    if (key) seen.add(key.value);
    if (value) refuseDuplicates(value, text, file, childPath);
  }
}

/** The value of a tree. Objects have no prototype, so that no key can reach one. */
function plain(node: Node | undefined): unknown {
  if (node?.type === 'array') return (node.children ?? []).map(plain);
  if (node?.type !== 'object') return node?.value as unknown;
  const object = Object.create(null) as Record<string, unknown>;
  for (const { children: [key, value] = [] } of node.children ?? []) object[String(key?.value)] = plain(value);
  return object;
}

const wordsOf = (code: string): string => code.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
