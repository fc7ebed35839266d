/** The way of an edge: right angles with round corners, and an arrowhead at its end. No marker, since its
 *  id would be the same in every drawing of a page. @module */
import type { ElkPoint } from 'elkjs/lib/elk-api.js';

const RADIUS = 8;
const HEAD = 8;

/** A path from point to point, and its head. */
export function wayOf(points: readonly ElkPoint[]): string {
  const end = points.at(-1);
  const before = points.at(-2);
  if (end === undefined || before === undefined) throw new Error('An edge has two ends');
  const { x, y } = towards(end, before, HEAD);
  const sideways = { x: (y - end.y) / 2.2, y: (end.x - x) / 2.2 };
  const head = [end, { x: x + sideways.x, y: y + sideways.y }, { x: x - sideways.x, y: y - sideways.y }].map(pair).join('L');
  return `<path class="way" d="${round([...points.slice(0, -1), { x, y }])}"/><path class="head" d="M${head}Z"/>`;
}

function round(points: readonly ElkPoint[]): string {
  return points.map((point, index) => {
    const before = points[index - 1];
    const after = points[index + 1];
    if (before === undefined) return `M${pair(point)}`;
    if (after === undefined) return `L${pair(point)}`;
    const radius = Math.min(RADIUS, distance(before, point) / 2, distance(point, after) / 2);
    return `L${pair(towards(point, before, radius))}Q${pair(point)} ${pair(towards(point, after, radius))}`;
  }).join('');
}

const distance = (a: ElkPoint, b: ElkPoint): number => Math.hypot(a.x - b.x, a.y - b.y);

/** The point that is `by` pixels from one towards another. */
function towards(from: ElkPoint, to: ElkPoint, by: number): ElkPoint {
  const part = by / (distance(from, to) || 1);
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

const pair = ({ x, y }: ElkPoint): string => `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
