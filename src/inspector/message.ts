/** A message as a page sees it: its fate, why it had that, and where it went. Not here: the words of why (why.ts). @module */
import type { FateEntry } from './fates.ts';
import type { Reason } from './reason.ts';
import type { Roll } from './roll.ts';
import type { Subject } from './subject.ts';
import { reasonsOf } from './why.ts';

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
  /** Who had a part in it and can be opened: the sender's session, those that it was delivered to, a room, a link. */
  readonly stops: readonly Stop[];
}

/** Somebody who can be opened. */
export interface Stop {
  readonly key: string;
  readonly name: string;
  /** The stream of a session. */
  readonly stream?: string;
  readonly part: 'sender' | 'receiver';
}

/** So many are linked to. */
const most = 10;

export function messageOf({ n, at, fate, decision }: FateEntry, roll: Roll): MessageRow {
  const { type, id = '', from = '', to, fate: outcome, routes = [] } = fate;
  const receivers = routes.length > 0 ? routes.map((route) => roll.sessionAt(route)) : outcome === 'routed' ? [routedTo(roll, from, to)] : [];
  const stops = [...stopOf(roll.sessionAt(from) ?? roll.get(`room ${bareOf(from)}`), 'sender'), ...receivers.flatMap((subject) => stopOf(subject, 'receiver'))];
  return { n, at, type, id, from, to, fate: outcome, why: reasonsOf(fate, decision), stops: stops.slice(0, most) };
}

/** A room of this server, or the link to another. */
function routedTo(roll: Roll, from: string, to: string): Subject | undefined {
  return roll.get(`room ${bareOf(to)}`) ?? roll.get(`link ${domainOf(from)} ${domainOf(to)}`);
}

function stopOf(subject: Subject | undefined, part: Stop['part']): readonly Stop[] {
  if (subject === undefined) return [];
  const { key, name, kind } = subject;
  return [{ key, name, part, ...(kind === 'session' && { stream: key.slice('session '.length) }) }];
}

const bareOf = (jid: string): string => jid.split('/', 1)[0] ?? jid;
const domainOf = (jid: string): string => bareOf(jid).split('@').at(-1) ?? '';

/** Whether a message has all words: `from:`, `to:`, `id:`, `type:` and `fate:` ask of one field, other words of any.
 *  @param words in lower case */
export function messageHas({ fate: { id = '', from = '', to, type, fate } }: FateEntry, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const fields: Readonly<Record<string, string>> = { id, from, to, type, fate };
  const all = Object.values(fields).join(' ').toLowerCase();
  return words.every((word) => {
    const colon = word.indexOf(':');
    const name = word.slice(0, Math.max(0, colon));
    return Object.hasOwn(fields, name) ? (fields[name] ?? '').toLowerCase().includes(word.slice(colon + 1)) : all.includes(word);
  });
}
