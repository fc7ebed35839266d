/** What a page sees: a window on a list that is searched and sorted here, so that only what is visible is sent, and
 *  one subject that is open. Not here: how it is sent (feed.ts). @module */
import { closingOf } from './closing.ts';
import { Facets, inStates } from './facets.ts';
import type { Facet } from './facets.ts';
import type { FateEntry } from './fates.ts';
import { firstOf } from './first.ts';
import { messageHas, messageOf } from './message.ts';
import type { MessageRow } from './message.ts';
import type { Reason } from './reason.ts';
import type { Recorder } from './recorder.ts';
import { takenOf } from './sheets.ts';
import type { Described } from './source.ts';
import { kinds } from './subject.ts';
import type { Entry, Kind, Subject, TransitionEntry } from './subject.ts';

/** What a page asks for. */
export interface Query {
  readonly kind: Kind | 'message';
  /** Words that a row must have, all of them, in lower case; `presence:available` is one. */
  readonly words: readonly string[];
  /** States that a row must have, as `machine:state`; of several of one machine, one. Of a message, its fate. */
  readonly states: readonly string[];
  readonly sort: 'recent' | 'oldest' | 'busiest' | 'waiting';
  readonly offset: number;
  readonly limit: number;
  /** The key of the subject that is open. */
  readonly open: string | undefined;
  /** Up to which entry of it the page has everything. */
  readonly since: number;
}

/** A row of the list. */
export interface Row {
  readonly key: string;
  readonly name: string;
  readonly states: Readonly<Record<string, string>>;
  readonly since: number;
  readonly last: number;
  readonly transitions: number;
  /** Messages that it has sent or got. */
  readonly messages: number;
  readonly isOver: boolean;
  /** How many stanzas wait for it. */
  readonly waiting: number;
}

export interface List {
  readonly counts: Readonly<Record<Kind, number>> & { readonly message: number };
  /** How many the search has found. */
  readonly matched: number;
  readonly rows: readonly Row[];
  readonly messages: readonly MessageRow[];
  /** The states there are among those that the words find, and how many have each. */
  readonly facets: readonly Facet[];
  /** The message that is open, if one is; null when it is not kept any more. */
  readonly message?: MessageRow | null;
  /** What had to be forgotten. */
  readonly dropped: { readonly messages: number; readonly unlisted: number; readonly faults: number };
}

export interface Opened {
  readonly row: Row;
  readonly entries: readonly CitedEntry[];
  /** How many entries since the last time are gone. */
  readonly missed: number;
  readonly last: number;
  readonly messages: readonly MessageRow[];
  /** Why its route was closed, when its stream is over or about to be. */
  readonly closing: readonly Reason[];
  /** Of machines that the page doesn't know. */
  readonly described?: Described;
}

/** An entry with its section and its name in the diagram, where it is a transition of the definition. */
export type CitedEntry = Entry & { readonly spec?: readonly string[]; readonly transition?: string };

const most = { rows: 200, entries: 200, messages: 20, words: 8, text: 200, states: 12 };
const sorts = ['recent', 'oldest', 'busiest', 'waiting'] as const;

/** Reads a query; what makes no sense in it is as if it were not there. */
export function queryOf(params: URLSearchParams): Query {
  const number = (name: string, otherwise: number, atMost: number): number => {
    const text = params.get(name) ?? '';
    return /^\d{1,9}$/.test(text) ? Math.min(Number(text), atMost) : otherwise;
  };
  const text = (params.get('q') ?? '').slice(0, most.text).toLowerCase();
  return {
    kind: [...kinds, 'message' as const].find((kind) => kind === params.get('kind')) ?? 'session',
    words: text.split(/\s+/).filter((word) => word !== '').slice(0, most.words),
    states: params.getAll('state').map((state) => state.slice(0, most.text)).slice(0, most.states),
    sort: sorts.find((sort) => sort === params.get('sort')) ?? 'recent',
    offset: number('offset', 0, 1e6),
    limit: number('limit', 50, most.rows),
    open: params.get('open') ?? undefined,
    since: number('since', 0, 1e9),
  };
}

/** The window on the list. */
export function listOf(recorder: Recorder, query: Query): List {
  const { roll, fates, faults } = recorder;
  const { kind, words, states, sort, offset, limit, open } = query;
  const counts = { session: 0, room: 0, link: 0, account: 0, actor: 0, message: fates.length };
  const facets = new Facets(kind);
  const isChosen = inStates(states);
  const found: Subject[] = [];
  for (const subject of roll.subjects) {
    counts[subject.kind] += 1;
    if (subject.kind !== kind || !has(subject, words)) continue;
    facets.add(subject.states);
    if (isChosen(subject.states)) found.push(subject);
  }
  const messages: FateEntry[] = [];
  if (kind === 'message') {
    for (const entry of fates.items) {
      if (!messageHas(entry, words)) continue;
      const fate = new Map([['fate', entry.fate.fate]]);
      facets.add(fate);
      if (isChosen(fate)) messages.push(entry);
    }
  }
  return {
    counts,
    matched: kind === 'message' ? messages.length : found.length,
    rows: firstOf(found, orderOf(sort, recorder), offset + limit).slice(offset).map((subject) => rowOf(subject, recorder)),
    messages: messages.toReversed().slice(offset, offset + limit).map((entry) => messageOf(entry, roll)),
    facets: facets.all,
    ...messageOpen(recorder, open),
    dropped: { messages: fates.dropped, unlisted: roll.unlisted, faults },
  };
}

/** A message is opened as subjects are, by `message` and its number. */
function messageOpen({ fates, roll }: Recorder, open = ''): Pick<List, 'message'> {
  const number = /^message (\d{1,12})$/.exec(open)?.[1];
  if (number === undefined) return {};
  const entry = fates.items.find(({ n }) => n === Number(number));
  return { message: entry === undefined ? null : messageOf(entry, roll) };
}

/** The subject that is open, with what is new of it. */
export function openedOf(recorder: Recorder, key: string, since: number): Opened | undefined {
  const { roll, fates } = recorder;
  const subject = roll.get(key);
  if (subject === undefined) return undefined;
  const { items, missed } = subject.log.since(since, most.entries);
  const concerned = fates.items.filter(({ fate }) => concerns(subject, fate));
  return {
    row: rowOf(subject, recorder), entries: items.map(cited), missed, last: subject.log.last,
    messages: concerned.slice(-most.messages).reverse().map((entry) => messageOf(entry, roll)),
    closing: closingOf(subject),
    ...(subject.kind === 'actor' && described(recorder, key)),
  };
}

function described(recorder: Recorder, key: string): { readonly described?: Described } {
  const found = recorder.describe(key);
  return found === undefined ? {} : { described: found };
}

const has = (subject: Subject, words: readonly string[]): boolean => words.length === 0 || allIn(subject.text, words);
const allIn = (text: string, words: readonly string[]): boolean => words.every((word) => text.includes(word));
type Order = (a: Subject, b: Subject) => number;

function orderOf(sort: Query['sort'], { waiting }: Recorder): Order {
  const orders: Readonly<Record<Query['sort'], Order>> = {
    recent: (a, b) => b.last - a.last,
    oldest: (a, b) => a.since - b.since,
    busiest: (a, b) => b.transitions + b.messages - a.transitions - a.messages,
    waiting: (a, b) => (waiting.get(b) ?? 0) - (waiting.get(a) ?? 0) || b.last - a.last,
  };
  return orders[sort];
}

function rowOf(subject: Subject, { waiting }: Recorder): Row {
  const { key, name, states, since, last, transitions, messages, isOver } = subject;
  return { key, name, states: Object.fromEntries(states), since, last, transitions, messages, isOver, waiting: waiting.get(subject) ?? 0 };
}

/** Whether a message is from a session or a room, to it, or for its account; or goes between the two domains of a link. */
function concerns({ name, kind }: Subject, { from, to, routes }: FateEntry['fate']): boolean {
  if (kind === 'actor') return false;
  if (kind === 'link') {
    const ends = name.split(' → ');
    const [near, far] = [from ?? '', to].map(domainOf);
    return ends.length === 2 ? ends[0] === near && ends[1] === far : name === near || name === far;
  }
  const bare = name.split('/', 1)[0] ?? name;
  return from === name || to === name || to === bare || (routes?.includes(name) ?? false) || (kind !== 'session' && (from?.split('/', 1)[0] === name || to.split('/', 1)[0] === name));
}

const domainOf = (jid: string): string => (jid.split('/', 1)[0] ?? jid).split('@').at(-1) ?? jid;

function cited(entry: Entry): CitedEntry {
  const taken = isTransition(entry) && !entry.ignored ? takenOf(entry.machine, entry.event.type, entry.from, entry.to, entry.effects.map(({ type }) => type)) : undefined;
  return taken === undefined ? entry : { ...entry, spec: taken.spec, transition: taken.id };
}

const isTransition = (entry: Entry): entry is TransitionEntry => 'machine' in entry;
