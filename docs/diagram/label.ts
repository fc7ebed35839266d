/** Sets transitions as lines of text, beneath each other: the labels of an edge, or the list inside a
 *  state. Sizes and places relative to the block's corner. @module */
import type { MachineTransition } from '../../src/export/model.ts';
import { widthOf, wrap } from './text.ts';
import type { Face } from './text.ts';

/** The classes of text in a drawing. */
export type TextClass = 'name' | 'spec' | 'event' | 'guard' | 'effect';

/** How each class is set; the style sheet says the same. */
export const faces = {
  name: { size: 15, isBold: true },
  spec: { size: 10.5 },
  event: { size: 12, isBold: true },
  guard: { size: 12 },
  effect: { size: 11 },
} as const satisfies Readonly<Record<TextClass, Face>>;

/** A piece of text at its baseline. */
export interface Span {
  readonly text: string;
  readonly as: TextClass;
  readonly x: number;
  readonly y: number;
}

/** The lines of one transition. */
export interface Label {
  readonly transition: MachineTransition;
  readonly y: number;
  readonly height: number;
  readonly spans: readonly Span[];
}

/** Transitions beneath each other. */
export interface Block {
  readonly width: number;
  readonly height: number;
  readonly labels: readonly Label[];
}

const LINE = 15;
const GAP = 5;
/** Effects and broken guards stand a little to the right of their event. */
const INDENT = 10;
/** Between an event and its guard. */
export const SPACE = 5;
/** Where the clock of a timer stands. */
export const CLOCK = 15;

/** Sets transitions in lines of about `most` pixels. */
export function blockOf(transitions: readonly MachineTransition[], most: number): Block {
  const labels: Label[] = [];
  let y = 0;
  for (const transition of transitions) {
    const spans = spansOf(transition, most).map((span) => ({ ...span, y: span.y + y }));
    const height = LINE * new Set(spans.map((span) => span.y)).size;
    labels.push({ transition, y, height, spans });
    y += height + GAP;
  }
  const right = labels.flatMap(({ spans }) => spans.map(({ x, text, as }) => x + widthOf(text, faces[as])));
  return { width: Math.ceil(Math.max(0, ...right)), height: Math.max(0, y - GAP), labels };
}

/** Event and guard on a line, or on two when they are long; then the effects, broken between names. */
function spansOf({ event, isTimer, guard, effects }: MachineTransition, most: number): readonly Span[] {
  const start = isTimer ? CLOCK : 0;
  const spans: Span[] = [{ text: event, as: 'event', x: start, y: LINE - 4 }];
  const after = start + widthOf(event, faces.event) + SPACE;
  let y = LINE - 4;
  if (guard !== undefined) {
    const text = `[${guard}]`;
    const fits = after + widthOf(text, faces.guard) <= most;
    if (!fits) y += LINE;
    spans.push({ text, as: 'guard', x: fits ? after : INDENT, y });
  }
  const words = effects.map((effect, index) => (index < effects.length - 1 ? `${effect},` : effect));
  for (const text of wrap(words, faces.effect, most - INDENT)) {
    y += LINE;
    spans.push({ text, as: 'effect', x: INDENT, y });
  }
  return spans;
}
