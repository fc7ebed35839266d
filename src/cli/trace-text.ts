/** A trace as a person reads it: the header, then step by step what happened, what the machines did and what
 *  came out. Not here: when each is shown (replay.ts). @module */
import { styleText } from 'node:util';
import type { Transition } from '../core/kernel.ts';
import type { TraceHeader, TraceStep } from '../core/trace.ts';
import { printable } from './printable.ts';

/** How it is shown. */
export interface TextStyle {
  readonly colours: boolean;
}

/** The header of a trace. */
export function headerText({ kind, title, theorem, fault }: TraceHeader, steps: number): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['kind', kind],
    ['theorem', theorem?.name],
    ['', theorem?.statement],
    ['', theorem?.formula],
    ['spec', theorem?.spec?.join(', ')],
    ['fault', fault],
    ['steps', String(steps)],
  ];
  return [printable(title), ...rows.flatMap(([name, text]) => (text === undefined ? [] : [`  ${name.padEnd(8)}  ${printable(text)}`]))].join('\n');
}

/** One step. An ignored event is dimmed, or said to be ignored where there are no colours. */
export function stepText({ step, at, label, note, transitions, shown, broken, queues }: TraceStep, style: TextStyle): string {
  const time = at === undefined ? '' : `  ${timeText(at)}`;
  return [
    styled('bold', `${String(step).padStart(4)}  ${printable(label)}`, style) + styled('dim', time, style),
    ...(note === undefined ? [] : [`      ${printable(note)}`]),
    ...transitions.map((transition) => transitionText(transition, style)),
    ...shown.map(({ to, what }) => `      → ${printable(to)}  ${printable(what)}`),
    ...(queues ?? []).map(({ name, items }) => styled('dim', `      … ${printable(name)}: ${items.map(printable).join(' | ')}`, style)),
    ...(broken ?? []).map((name) => styled('red', `      ✗ ${printable(name)}`, style)),
  ].join('\n');
}

/** A time of day where it can be one; what a simulation counts begins at 0. */
const timeText = (at: number): string => (at > 1e12 && at < 8e15 ? new Date(at).toISOString() : `${at} ms`);

function transitionText({ machine, of, from, to, event, effects, ignored }: Transition, style: TextStyle): string {
  const whose = `      ${machine} of ${printable(of)}: `;
  if (ignored) return styled('dim', `${whose}${stateText(from)} [${printable(event.type)}]${style.colours ? '' : ' ignored'}`, style);
  const orders = effects.map(({ type }) => type).join(', ');
  return `${whose}${stateText(from)} → ${stateText(to)} [${printable(event.type)}]${orders === '' ? '' : ` ${printable(orders)}`}`;
}

/** A state by its path: `negotiating.secured`. */
function stateText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return printable(String(value));
  return Object.entries(value).map(([name, inner]) => printable(name) + (typeof inner === 'object' && inner !== null && Object.keys(inner).length === 0 ? '' : `.${stateText(inner)}`)).join(' & ');
}

const styled = (format: 'bold' | 'dim' | 'red', text: string, { colours }: TextStyle): string =>
  (colours && text !== '' ? styleText(format, text, { validateStream: false }) : text);
