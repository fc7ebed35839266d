/** What is kept of one session as a trace: something to look at and to hand on, never to be played again, because it
 *  is only part of what the core was given. docs/reference/trace.md. Not here: what is kept (recorder.ts). @module */
import { parse } from 'ltx';
import type { Transition } from '../core/kernel.ts';
import { TRACE_VERSION, encodeTrace } from '../core/trace.ts';
import type { TraceStep } from '../core/trace.ts';
import type { Entry, StanzaEntry, Subject, TransitionEntry } from './subject.ts';

/** The trace of a subject, as text. */
export function watchedTrace(subject: Subject): string {
  const { log, name } = subject;
  const steps = turnsOf(log.items).map((turn, index) => stepOf(subject, turn, index + 1));
  const forgotten = log.dropped > 0 ? `, without the ${log.dropped} entries before it` : '';
  return encodeTrace({ header: { waystate: 'trace', version: TRACE_VERSION, kind: 'watched', title: `What an inspector has seen of ${name}${forgotten}`, replay: {} }, steps });
}

/** Entries by the step of the core that they belong to. */
export function turnsOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const turns: Entry[][] = [];
  for (const entry of entries) {
    const last = turns.at(-1);
    if (last?.[0]?.turn === entry.turn) last.push(entry);
    else turns.push([entry]);
  }
  return turns;
}

/** Whether an entry is a stanza that came or went. */
export const isStanza = (entry: Entry): entry is StanzaEntry => 'way' in entry;
const isTransition = (entry: Entry): entry is TransitionEntry => 'machine' in entry;

function stepOf(subject: Subject, turn: readonly Entry[], step: number): TraceStep {
  const stanzas = turn.filter(isStanza);
  const transitions = turn.filter(isTransition);
  const given = stanzas.find(({ way }) => way === 'in');
  const shown = stanzas.filter(({ way }) => way === 'out').map(({ xml }) => ({ to: subject.name, what: xml }));
  return {
    step, at: turn[0]?.at ?? 0,
    label: given !== undefined ? `${subject.name} sends ${stanzaName(given.xml)}` : causeOf(subject, transitions, shown[0]?.what),
    transitions: transitions.map((each) => transitionOf(subject, each)), shown,
    ...(given !== undefined && { input: { type: 'stream.element', stream: partOfKey(subject), element: given.xml } }),
  };
}

function causeOf({ name }: Subject, [first]: readonly TransitionEntry[], shown: string | undefined): string {
  if (first !== undefined) return `${first.event.type} comes to the ${first.machine} of ${name}`;
  return `${name} is sent ${shown === undefined ? 'something' : stanzaName(shown)}`;
}

function transitionOf(subject: Subject, { machine, part, event, from, to, effects, ignored }: TransitionEntry): Transition {
  const whose = machine === 'stream' ? partOfKey(subject) : subject.name;
  return { machine, of: part === '' ? whose : `${whose} ${part}`, event, from: valueOf(from), to: valueOf(to), effects, ignored };
}

/** A key is a kind and a name: of a session, the stream. */
const partOfKey = ({ key }: Subject): string => key.slice(key.indexOf(' ') + 1);

/** A path as the value of a state, as XState names it. */
function valueOf(path: string): unknown {
  const dot = path.indexOf('.');
  return dot < 0 ? path : { [path.slice(0, dot)]: valueOf(path.slice(dot + 1)) };
}

/** A stanza in words. */
function stanzaName(xml: string): string {
  try {
    const { name, attrs: { type, to } } = parse(xml);
    return [name, ...(type === undefined ? [] : [type]), ...(to === undefined ? [] : ['to', to])].join(' ');
  } catch {
    return 'a stanza'; // too long to be kept whole
  }
}
