/** Who can be taken for whom: the resources of a user, and the users. @module */
import type { Scope } from './scope.ts';

/** A way to name the resources anew. */
export interface Naming {
  readonly key: string;
  /** What each resource becomes. */
  readonly names: readonly number[];
  /** What each has been before. */
  readonly former: readonly number[];
}

/** Every way to name the resources anew; the first changes nothing. */
export function namings({ users, resourcesPerUser }: Scope): readonly Naming[] {
  const within = permutations(resourcesPerUser);
  const all = permutations(users).flatMap((order) => tuples(within, users).map((inner) =>
    order.flatMap((user, index) => (inner[index] ?? []).map((resource) => user * resourcesPerUser + resource))));
  return all.map((names) => ({ key: names.join(), names, former: names.map((_, at) => names.indexOf(at)) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** All orders of 0 … count - 1. */
function permutations(count: number): readonly (readonly number[])[] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((rest) => Array.from({ length: count }, (_, at) => rest.toSpliced(at, 0, count - 1)));
}

function tuples<T>(items: readonly T[], length: number): readonly (readonly T[])[] {
  return length === 0 ? [[]] : tuples(items, length - 1).flatMap((rest) => items.map((item) => [...rest, item]));
}
