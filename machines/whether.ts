/** Whether a message reaches a user, and which of the user's routes may get it: the first half of the
 *  delivery decision, total over RFC 6121 §8.5 (DESIGN D2, D3; THEOREMS T1, U1, U2, U6). Presence has
 *  no part in it, and this module may not import it (the house test holds it to that): a route knows
 *  only that it has opted out. Not here: which of the eligible routes gets it (which.ts). @module */
import type { MessageType, NonEmpty } from './vocabulary.ts';

/** What a delivery decision may know of a route. */
export interface Eligibility {
  /** A route that drains takes no new messages (DESIGN D5). */
  readonly isDraining: boolean;
  /** The resource has opted out of messages to the bare JID (RFC 6121 §8.5.2.1.1, DESIGN D3). */
  readonly hasOptedOut: boolean;
}

/** The fate of a message, or the routes that are eligible for it. */
export type Reach<R> =
  /** Exactly this route: the one that was addressed. */
  | { readonly reach: 'route'; readonly route: R }
  /** At least one of these routes; which, is for presence to say. */
  | { readonly reach: 'eligible'; readonly routes: NonEmpty<R> }
  | { readonly reach: 'store' }
  | { readonly reach: 'bounce' }
  /** Dropped in silence, by the rule that is named. */
  | { readonly reach: 'drop'; readonly rule: string };

const STORE = { reach: 'store' } as const;
const BOUNCE = { reach: 'bounce' } as const;

/** A message to an account that does not exist (RFC 6121 §8.5.1). */
export const toNobody: Readonly<Record<MessageType, Reach<never>>> = {
  normal: BOUNCE,
  chat: BOUNCE,
  groupchat: BOUNCE,
  headline: { reach: 'drop', rule: 'RFC 6121 §8.5.4, table 1: no such account, headline' },
  error: { reach: 'drop', rule: 'RFC 6120 §8.3.1: an error is not answered' },
};

/** A message to a bare JID for which no route is eligible (RFC 6121 §8.5.2.2.1). */
const toNoRoute: Readonly<Record<MessageType, Reach<never>>> = {
  normal: STORE,
  chat: STORE,
  groupchat: BOUNCE,
  headline: { reach: 'drop', rule: 'RFC 6121 §8.5.2.2.1: headline' },
  error: { reach: 'drop', rule: 'RFC 6121 §8.5.2.2.1: error' },
};

/** A message to a bare JID, whatever its routes are (RFC 6121 §8.5.2.1.1). */
const neverToBare: Readonly<Partial<Record<MessageType, Reach<never>>>> = {
  groupchat: BOUNCE,
  error: { reach: 'drop', rule: 'RFC 6121 §8.5.2.1.1: error' },
};

/** A message to a full JID that no route has (RFC 6121 §8.5.3.2.1); a chat message goes the way of
 *  one to the bare JID. */
const toNoMatch: Readonly<Record<Exclude<MessageType, 'chat'>, Reach<never>>> = {
  normal: BOUNCE,
  groupchat: BOUNCE,
  headline: { reach: 'drop', rule: 'RFC 6121 §8.5.3.2.1: headline' },
  error: { reach: 'drop', rule: 'RFC 6121 §8.5.3.2.1: error' },
};

/** Decides about a message to the bare JID of an account that exists.
 *  @param routes all routes of the account, draining ones included
 *  @spec RFC 6121 §8.5.2
 *  @example
 *  const balcony = { isDraining: false, hasOptedOut: false };
 *  whetherToBare('chat', [balcony]); // { reach: 'eligible', routes: [balcony] }
 *  whetherToBare('chat', []); // { reach: 'store' } */
export function whetherToBare<R extends Eligibility>(type: MessageType, routes: Iterable<R>): Reach<R> {
  const never = neverToBare[type];
  if (never !== undefined) return never;
  const eligible: R[] = [];
  for (const route of routes) if (!route.isDraining && !route.hasOptedOut) eligible.push(route);
  return isNonEmpty(eligible) ? { reach: 'eligible', routes: eligible } : toNoRoute[type];
}

/** Decides about a message to a full JID of an account that exists.
 *  @param match the route of that full JID, if there is one
 *  @spec RFC 6121 §8.5.3
 *  @example
 *  const balcony = { isDraining: true, hasOptedOut: false };
 *  const chamber = { isDraining: false, hasOptedOut: false };
 *  whetherToFull('chat', balcony, [balcony, chamber]); // { reach: 'eligible', routes: [chamber] }
 *  whetherToFull('normal', balcony, [balcony, chamber]); // { reach: 'bounce' } */
export function whetherToFull<R extends Eligibility>(type: MessageType, match: R | undefined, routes: Iterable<R>): Reach<R> {
  if (match !== undefined && !match.isDraining) return { reach: 'route', route: match };
  return type === 'chat' ? whetherToBare(type, routes) : toNoMatch[type];
}

function isNonEmpty<T>(list: readonly T[]): list is NonEmpty<T> {
  return list.length > 0;
}
