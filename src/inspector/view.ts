/** What a page sees: a window on a list that is searched and sorted here, so that only what is visible is sent, and
 *  one subject that is open. Not here: how it is sent (feed.ts). @module */
import { firstOf } from './first.ts';
import { reasonsOf } from './why.ts';
import type { Reason } from './why.ts';
import type { FateEntry } from './fates.ts';
import type { Recorder } from './recorder.ts';
import { takenOf } from './sheets.ts';
import { kinds } from './subject.ts';
import type { Entry, Kind, Subject, TransitionEntry } from './subject.ts';

/** What a page asks for. */
export interface Query {
  readonly kind: Kind | 'message';
  /** Words that a row must have, all of them, in lower case; `presence:available` is one. */
  readonly words: readonly string[];
  readonly sort: 'recent' | 'oldest' | 'busiest';
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
  readonly isOver: boolean;
}

/** A message, and why it went where it went. */
export interface MessageRow {
  readonly n: number;
  readonly at: number;
  readonly type: string;
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly fate: string;
  readonly why: readonly Reason[];
}

export interface List {
  readonly counts: Readonly<Record<Kind, number>> & { readonly message: number };
  /** How many the search has found. */
  readonly matched: number;
  readonly rows: readonly Row[];
  readonly messages: readonly MessageRow[];
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
}

/** An entry with its section and its name in the diagram, where it is a transition of the definition. */
export type CitedEntry = Entry & { readonly spec?: readonly string[]; readonly transition?: string };

const most = { rows: 200, entries: 200, messages: 20, words: 8, text: 200 };
const sorts = ['recent', 'oldest', 'busiest'] as const;

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
    sort: sorts.find((sort) => sort === params.get('sort')) ?? 'recent',
    offset: number('offset', 0, 1e6),
    limit: number('limit', 50, most.rows),
    open: params.get('open') ?? undefined,
    since: number('since', 0, 1e9),
  };
}

/** The window on the list. */
export function listOf({ roll, fates, faults }: Recorder, { kind, words, sort, offset, limit }: Query): List {
  const counts = { session: 0, room: 0, link: 0, account: 0, message: fates.length };
  const found: Subject[] = [];
  for (const subject of roll.subjects) {
    counts[subject.kind] += 1;
    // What a search looks at is made only for one.
    if (subject.kind === kind && (words.length === 0 || has(subject.text, words))) found.push(subject);
  }
  const messages = kind !== 'message' ? [] : words.length === 0 ? fates.items : fates.items.filter((entry) => has(textOf(entry), words));
  return {
    counts,
    matched: kind === 'message' ? messages.length : found.length,
    rows: firstOf(found, orders[sort], offset + limit).slice(offset).map(rowOf),
    messages: messages.toReversed().slice(offset, offset + limit).map(messageOf),
    dropped: { messages: fates.dropped, unlisted: roll.unlisted, faults },
  };
}

/** The subject that is open, with what is new of it. */
export function openedOf({ roll, fates }: Recorder, key: string, since: number): Opened | undefined {
  const subject = roll.get(key);
  if (subject === undefined) return undefined;
  const { items, missed } = subject.log.since(since, most.entries);
  const concerned = fates.items.filter(({ fate }) => concerns(subject, fate));
  return { row: rowOf(subject), entries: items.map(cited), missed, last: subject.log.last, messages: concerned.slice(-most.messages).reverse().map(messageOf) };
}

const has = (text: string, words: readonly string[]): boolean => words.every((word) => text.includes(word));
const orders: Readonly<Record<Query['sort'], (a: Subject, b: Subject) => number>> = {
  recent: (a, b) => b.last - a.last,
  oldest: (a, b) => a.since - b.since,
  busiest: (a, b) => b.transitions - a.transitions,
};

function rowOf({ key, name, states, since, last, transitions, isOver }: Subject): Row {
  return { key, name, states: Object.fromEntries(states), since, last, transitions, isOver };
}

const textOf = ({ fate: { id = '', from = '', to, type, fate } }: FateEntry): string => `${id} ${from} ${to} ${type} ${fate}`.toLowerCase();

function messageOf({ n, at, fate, decision }: FateEntry): MessageRow {
  const { type, id = '', from = '', to, fate: outcome } = fate;
  return { n, at, type, id, from, to, fate: outcome, why: reasonsOf(fate, decision) };
}

/** Whether a message is from a session or a room, to it, or for its account. */
function concerns({ name, kind }: Subject, { from, to, routes }: FateEntry['fate']): boolean {
  if (kind === 'link') return false;
  const bare = name.split('/', 1)[0] ?? name;
  return from === name || to === name || to === bare || (routes?.includes(name) ?? false) || (kind !== 'session' && (from?.split('/', 1)[0] === name || to.split('/', 1)[0] === name));
}

function cited(entry: Entry): CitedEntry {
  const taken = isTransition(entry) && !entry.ignored ? takenOf(entry.machine, entry.event.type, entry.from, entry.to) : undefined;
  return taken === undefined ? entry : { ...entry, spec: taken.spec, transition: taken.id };
}

const isTransition = (entry: Entry): entry is TransitionEntry => 'machine' in entry;
