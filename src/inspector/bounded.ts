/** A copy of any data that is small and can be written as JSON, whatever it was: what an embedding program keeps in
 *  its machines may be huge, cyclic, or fail to be read. Not here: secrets (src/core/redaction.ts). @module */
import { Element } from 'ltx';

/** How much of it is kept. */
const most = { depth: 6, items: 50, characters: 1_000, values: 400 };

/** Copies what there is room for; what is left out is said in its place.
 *  @example
 *  bounded({ size: 3n, items: [1, [2]], next: () => {} }); // { size: '3', items: [1, [2]], next: 'function next' } */
export function bounded(value: unknown): unknown {
  return copy(value, most.depth, { left: most.values });
}

/** A name for a list: one word, and not too long. */
export function shortName(name: unknown): string {
  const text = typeof name === 'string' ? cut(name, 64).replaceAll(/\s+/g, '_') : '';
  return text === '' ? 'nameless' : text;
}

function copy(value: unknown, depth: number, room: { left: number }): unknown {
  room.left -= 1;
  if (typeof value === 'string') return cut(value, most.characters);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined) return value;
  if (typeof value === 'function') return cut(`function ${value.name}`, 64);
  if (typeof value !== 'object') return cut(String(value), 64);
  // Only a whole element can be redacted.
  if (value instanceof Element) return cut(String(value), 10 * most.characters);
  if (isActor(value)) return cut(`actor ${value.id}`, 64);
  if (value instanceof Date) return String(value);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `${value.byteLength} bytes`;
  if (value instanceof Error) return cut(`${value.name}: ${value.message}`, most.characters);
  if (depth === 0 || room.left <= 0) return '…';
  if (Array.isArray(value) || value instanceof Set || value instanceof Map) return some(value as Iterable<unknown>, (item) => copy(item, depth - 1, room));
  return Object.fromEntries(some(Object.keys(value), (key) => [cut(key, 64), copy(fieldOf(value, key), depth - 1, room)]));
}

function some<T, R>(items: Iterable<T>, of: (item: T) => R): R[] {
  const made: R[] = [];
  for (const item of items) {
    if (made.length === most.items) break;
    made.push(of(item));
  }
  return made;
}

/** What begins other actors often keeps them: each is shown for itself. */
function isActor(value: object): value is { readonly id: string } {
  return 'sessionId' in value && 'getSnapshot' in value && 'id' in value;
}

function fieldOf(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return 'cannot be read';
  }
}

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}…` : text);
