/** What happened, as a person reads it: who says what, who hears what, what the store is asked. @module */
import { Element } from 'ltx';
import type { Effect } from '../../src/core/effect.ts';
import type { Input } from '../../src/core/input.ts';
import type { StoreRequest } from '../../src/core/store.ts';
import type { Crash, Step } from './step.ts';

/** Whose stream is whose, by the server and the stream. */
export type Names = ReadonlyMap<string, string>;

const LINE = 220;

/** The steps as lines, times in seconds since the beginning. */
export function dialogueOf(steps: readonly (Step | Crash)[], names: Names): string {
  const sites = new Set(steps.map(({ site }) => site)).size;
  return steps.map((step) => [
    `${(step.at / 1_000).toFixed(3).padStart(9)}  ${placeOf(step, sites)}${'crash' in step ? 'the server crashes' : sayingOf(step.input, nameIn(step, names))}`,
    ...('crash' in step ? [] : step.effects.flatMap((effect) => hearingOf(effect, nameIn(step, names))).map((line) => `${' '.repeat(12)}${line}`)),
  ].map(cut).join('\n')).join('\n');
}

const cut = (line: string): string => (line.length > LINE ? `${line.slice(0, LINE)}…` : line);
type NameOf = (stream: string) => string;

const placeOf = ({ site }: Step | Crash, sites: number): string => (sites > 1 ? `${site}  ` : '');
const nameIn = ({ site }: Step | Crash, names: Names): NameOf => (stream) => {
  const name = names.get(`${site} ${stream}`);
  return name === undefined || name === stream ? stream : `${name.replace('@localhost', '')} (${stream})`;
};

function sayingOf(input: Input, nameOf: NameOf): string {
  const who = 'stream' in input ? nameOf(input.stream) : '';
  switch (input.type) {
    case 'stream.element': return `${who}: ${input.element.name === 'auth' ? '<auth/>' : input.element.toString()}`;
    case 'store.replied': return `the store answers request ${input.request}: ${JSON.stringify(input.reply)}`;
    case 'store.failed': return `the store fails at request ${input.request}`;
    case 'timer.fired': return `timer "${input.timer}" has run out`;
    case 'stream.broken': return `${who}: broken, ${input.condition}`;
    case 'sasl.succeeded': return `${who}: authenticated as ${input.account}`;
    default: return `${who}: ${input.type.replace(/^\w+\./, '')}`;
  }
}

function hearingOf(effect: Effect, nameOf: NameOf): string[] {
  switch (effect.type) {
    case 'send': return [`→ ${nameOf(effect.stream)}  ${effect.xml}`];
    case 'close':
    case 'disconnect':
    case 'pause':
    case 'resume': return [`→ ${nameOf(effect.stream)}  ${effect.type}`];
    case 'store': return [`→ store, request ${effect.request}: ${requestText(effect.operation)}${effect.after === undefined ? '' : `, after what was sent to ${effect.after}`}`];
    case 'connect': return [`→ ${effect.stream}  connect to ${effect.domain}`];
    case 'report': return [`→ report: ${String(effect.error)}`];
    default: return [];
  }
}

function requestText({ op, ...rest }: StoreRequest): string {
  return `${op} ${JSON.stringify(rest, (_key, value: unknown) => (value instanceof Element ? value.toString() : value))}`;
}
