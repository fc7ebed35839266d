/** Draws a layout as SVG. States and transitions carry the machine's own ids (`data-state`,
 *  `data-transition`, `data-event`), so that a page can light them; each has a title with what it
 *  means and the section that asks for it. @module */
import { CLOCK, SPACE } from './label.ts';
import type { Label, Span } from './label.ts';
import { LIST, MARGIN, NAME, PAD, SPEC } from './layout.ts';
import type { Box, Layout, PlacedEdge, PlacedStart, PlacedState } from './layout.ts';
import type { MachineTransition } from '../../src/export/model.ts';
import { wayOf } from './way.ts';
import { styleOf } from './style.ts';

/** The drawing of a machine, a whole SVG file. */
export function draw({ model, width, height, states, edges, starts }: Layout): string {
  const { name, about, spec } = model;
  return [
    tag('svg', {
      xmlns: 'http://www.w3.org/2000/svg', class: 'machine', 'data-machine': name, width, height, viewBox: `0 0 ${width} ${height}`,
      role: 'graphics-document document', 'aria-roledescription': 'state diagram', 'aria-labelledby': `machine-${name}-title`, 'aria-describedby': `machine-${name}-desc`,
    }),
    `<title id="machine-${name}-title">Machine: ${escape(name)}</title>`,
    `<desc id="machine-${name}-desc">${escape(`${about} ${spec}. ${states.length} states, ${model.transitions.length} transitions.`)}</desc>`,
    `<style>${styleOf(name)}</style>`,
    rect('paper', { x: 0, y: 0, width, height }, 12),
    ...states.map(stateOf),
    ...starts.map(startOf),
    ...edges.map(edgeOf),
    '</svg>', '',
  ].join('\n');
}

function stateOf(placed: PlacedState): string {
  const { state: { id, name, kind, isInitial, description, spec }, specs, stays, plate, x, y, width, height } = placed;
  const head = PAD + NAME + SPEC * specs.length + 2;
  return [
    tag('g', { class: `state ${kind}${isInitial ? ' initial' : ''}`, 'data-state': id, role: 'graphics-object group' }),
    `<title>${escape(`${id}: ${description} ${spec}`)}</title>`,
    rect('box', placed, 10),
    `<path class="tint" d="M${x} ${y + head}V${y + 10}q0 -10 10 -10H${x + width - 10}q10 0 10 10V${stays.height > 0 || kind === 'compound' ? y + head : `${y + height - 10}q0 10 -10 10H${x + 10}q-10 0 -10 -10`}Z"/>`,
    ...(kind === 'final' ? [rect('inner', { x: x + 4, y: y + 4, width: width - 8, height: height - 8 }, 7)] : []),
    text({ text: name, as: 'name', x: 0, y: 14 }, plate.x, plate.y),
    ...specs.map((line, index) => text({ text: line, as: 'spec', x: 0, y: NAME + 10 + SPEC * index }, plate.x, plate.y)),
    ...stays.labels.map((label) => transitionOf(label, plate.x, plate.y + NAME + SPEC * specs.length + LIST, stays.width)),
    '</g>',
  ].join('\n');
}

function startOf({ target, dot, points }: PlacedStart): string {
  const radius = dot.width / 2;
  return [
    tag('g', { class: 'start', 'data-start': target }),
    `<circle class="dot" cx="${n(dot.x + radius)}" cy="${n(dot.y + radius)}" r="${n(radius)}"/>`,
    wayOf(points),
    '</g>',
  ].join('\n');
}

function edgeOf({ source, target, points, label, block }: PlacedEdge): string {
  return [
    tag('g', { class: 'edge', 'data-from': source, 'data-to': target }),
    wayOf(points),
    rect('plate', label, 6),
    ...block.labels.map((each) => transitionOf(each, label.x + MARGIN, label.y + MARGIN, block.width)),
    '</g>',
  ].join('\n');
}

/** One transition's lines, on a row that can be lit and pointed at. */
function transitionOf({ transition, y, height, spans }: Label, left: number, top: number, width: number): string {
  return [
    tag('g', { class: 'transition', 'data-transition': transition.id, 'data-event': transition.type }),
    `<title>${escape(titleOf(transition))}</title>`,
    rect('row', { x: left - 4, y: top + y - 1, width: width + 8, height: height + 4 }, 4),
    ...(transition.isTimer ? [clock(left, top + y)] : []),
    ...[...Map.groupBy(spans, (span) => span.y).values()].map((line) => lineOf(line, left, top)),
    '</g>',
  ].join('\n');
}

function titleOf({ source, event, guard, target, effects, spec }: MachineTransition): string {
  const on = `${source} on ${event}${guard === undefined ? '' : ` when ${guard}`}`;
  return `${on}: ${target === undefined ? 'stays' : `to ${target}`}${effects.length === 0 ? '' : `; ${effects.join(', ')}`}. ${spec}`;
}

/** A circle with hands, in the room that the label leaves for it. */
const clock = (left: number, top: number): string =>
  `<path class="clock" d="M${n(left + CLOCK / 2 + 3)} ${n(top + 7)}a5 5 0 1 1 -10 0a5 5 0 1 1 10 0m-5 -2.6v2.8l1.9 1.3"/>`;

/** The first piece has its place; the next follow it, however wide a reader's font is. */
function lineOf([first, ...next]: readonly Span[], left: number, top: number): string {
  if (first === undefined) return '';
  const following = next.map((span) => `<tspan class="${span.as}" dx="${SPACE}">${escape(span.text)}</tspan>`).join('');
  return text(first, left, top).replace('</text>', `${following}</text>`);
}

const text = ({ text: content, as, x, y }: Span, left: number, top: number): string => `<text class="${as}" x="${n(left + x)}" y="${n(top + y)}">${escape(content)}</text>`;
const rect = (as: string, { x, y, width, height }: Box, radius: number): string => `<rect class="${as}" x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="${radius}"/>`;
const tag = (name: string, attributes: Readonly<Record<string, string | number>>): string =>
  `<${name}${Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(String(value))}"`).join('')}>`;
const escape = (value: string): string => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
/** A tenth of a pixel is enough, and reads well. */
const n = (value: number): number => Math.round(value * 10) / 10;
