/** The first of many in an order: of five thousand only those that are seen are sorted. @module */

/** Above this, sorting all of them is no dearer. */
const few = 500;

/** @param order as for `Array.sort`
 *  @returns the first so many; of equal ones, those that came first
 *  @example
 *  firstOf([3, 1, 2], (a, b) => a - b, 2); // [1, 2] */
export function firstOf<T>(items: readonly T[], order: (a: T, b: T) => number, count: number): readonly T[] {
  if (count > few) return items.toSorted(order).slice(0, count);
  const first: T[] = [];
  for (const item of items) {
    const last = first.at(-1);
    if (first.length === count && (last === undefined || order(item, last) >= 0)) continue;
    if (first.length === count) first.pop();
    first.splice(placeOf(item, first, order), 0, item);
  }
  return first;
}

/** Where an item belongs among those that are sorted: behind its equals. */
function placeOf<T>(item: T, sorted: readonly T[], order: (a: T, b: T) => number): number {
  let low = 0;
  for (let high = sorted.length; low < high;) {
    const middle = (low + high) >> 1;
    if (order(item, sorted[middle] as T) < 0) high = middle;
    else low = middle + 1;
  }
  return low;
}
