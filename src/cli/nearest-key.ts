/** The key that a mistyped one was probably meant to be. @module */
import { configKeys, innerKeys } from './config-schema.ts';

/** The known key nearest to an unknown one, if any is near: by its whole path, or by its last name
 *  when that stands in the wrong group. */
export function nearestKey(written: string): string | undefined {
  const path = written.replaceAll(/\[[^\]]*\]/g, '[]');
  const name = lastName(path);
  let nearest: string | undefined;
  // Of a short name that is half wrong nothing can be guessed.
  let shortest = (name.length > 3 ? Math.max(2, Math.floor(name.length / 3)) : 1) + 1;
  for (const key of keysAndGroups()) {
    // The right name in the wrong group comes after a slip of the pen in the right one.
    const distance = Math.min(editDistance(path, key), editDistance(name, lastName(key)) + 1);
    if (distance < shortest) [nearest, shortest] = [key, distance];
  }
  return nearest;
}

const keysAndGroups = (): Set<string> =>
  new Set([...configKeys.keys(), ...innerKeys].flatMap((key) => (key.includes('.') ? [key.slice(0, key.indexOf('.')), key] : [key])));

const lastName = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

/** How many letters must be put in, taken out or changed to make one text of the other (Levenshtein). */
function editDistance(one: string, other: string): number {
  const [from, to] = [one.toLowerCase(), other.toLowerCase()];
  // A name that is much longer is never near; the cost of a hostile one stays small.
  if (Math.abs(from.length - to.length) > 10) return Infinity;
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (from[i] === to[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[to.length] ?? Infinity;
}
