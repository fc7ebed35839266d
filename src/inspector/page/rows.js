/** Where the arrows of a sequence diagram lie, and which of them are in sight; numbers only. @module */

/** @import { Arrow, Lifeline } from './arrows.js' */
/** `top` and `bottom` are those of the whole row; `y` is the arrow's line.
 *  @typedef {{ readonly arrow: Arrow, readonly top: number, readonly y: number, readonly bottom: number, readonly isFirst: boolean }} Row */

/** The size of things, in pixels. */
export const sizes = { edge: 48, least: 92, most: 150, first: 84, row: 28, state: 24, turn: 24, head: 44, pad: 12, letter: 6.6 };

/** Where each lifeline is: as far apart as there is room for. The first two stand further apart: between them go
 *  stanzas, which have the longest labels.
 *  @param {readonly Lifeline[]} lifelines
 *  @param {number} available pixels from side to side
 *  @returns {{ readonly places: ReadonlyMap<string, number>, readonly width: number }} */
export function placesOf(lifelines, available) {
  const places = new Map();
  const fitting = (available - 2 * sizes.edge - sizes.first) / Math.max(1, lifelines.length - 1);
  const column = Math.floor(Math.max(sizes.least, Math.min(sizes.most, fitting)));
  let x = sizes.edge;
  for (const [index, { id }] of lifelines.entries()) {
    if (index > 0) x += column + (index === 1 ? sizes.first : 0);
    places.set(id, x);
  }
  return { places, width: Math.max(x + sizes.edge, Math.floor(available)) };
}

/** Lays the arrows one below the other; a turn begins with some space.
 *  @param {readonly Arrow[]} arrows
 *  @returns {readonly Row[]} */
export function rowsOf(arrows) {
  let bottom = sizes.pad;
  let turn = NaN;
  return arrows.map((arrow) => {
    const isFirst = arrow.turn !== turn;
    ({ turn } = arrow);
    const top = bottom + (isFirst ? sizes.turn : 0);
    const y = top + sizes.row - 8;
    bottom = top + sizes.row + (arrow.state === undefined ? 0 : sizes.state);
    return { arrow, top, y, bottom, isFirst };
  });
}

/** The rows that are between two heights: from the first to before the second.
 *  @param {readonly Row[]} rows
 *  @param {number} top
 *  @param {number} bottom
 *  @returns {readonly [number, number]} */
export function inSight(rows, top, bottom) {
  const first = lowest(rows, (row) => row.bottom >= top);
  return [first, Math.max(first, lowest(rows, (row) => row.top > bottom))];
}

/** The first row of which something is true that is true of all after it.
 *  @param {readonly Row[]} rows
 *  @param {(row: Row) => boolean} isTrue */
function lowest(rows, isTrue) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row !== undefined && isTrue(row)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A label that has so much room; the whole is in the title.
 *  @param {string} text
 *  @param {number} room in pixels */
export function cut(text, room) {
  const letters = Math.max(4, Math.round(room / sizes.letter));
  const own = [...text.slice(0, 2 * letters + 2)];
  return own.length <= letters ? text : `${own.slice(0, letters - 1).join('')}…`;
}
