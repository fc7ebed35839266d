/** RFC 6121 Appendix A as it is printed: tables 2 to 9, nine states of A.1 by eight stanzas, and beside
 *  them what §3.4 says where the user has pre-approved the contact. It was copied from the RFC and
 *  knows nothing of the machine, so that the two can be held against each other (table.ts). Where
 *  §3.2.3 and §3.3.3 say otherwise than tables 7 and 9, the tables stand (DESIGN D3). @module */
import type { SubscriptionState } from '../../../machines/vocabulary.ts';

/** The four types of stanza that manage a subscription (RFC 6121 §3). */
export const STANZAS = ['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed'] as const;
/** One of the four. */
export type SubscriptionStanza = (typeof STANZAS)[number];
/** Outbound is what the user sends, inbound what the contact sends. */
export type Direction = 'outbound' | 'inbound';

/** What a cell says. */
export interface AppendixCell {
  /** ROUTE? of an outbound stanza, DELIVER? of an inbound one. */
  readonly word: 'MUST' | 'M.N.' | 'S.N.';
  /** What the server answers on the user's behalf, by the footnote. */
  readonly reply: 'subscribed' | 'unsubscribed' | 'nothing';
  readonly next: SubscriptionState;
  /** Whether the contact is pre-approved afterwards. */
  readonly isApproved: boolean;
}

/** Of each row: the existing state, the word and its footnote, the new state (`=` is no state change). */
const TABLES = `
  Table 2 (A.2.1) outbound subscribe
    None                  | MUST [1] | None + Pending Out
    None + Pending Out    | MUST     | =
    None + Pending In     | MUST [1] | None + Pending Out+In
    None + Pending Out+In | MUST     | =
    To                    | MUST     | =
    To + Pending In       | MUST     | =
    From                  | MUST [1] | From + Pending Out
    From + Pending Out    | MUST     | =
    Both                  | MUST     | =
  Table 3 (A.2.2) outbound unsubscribe
    None                  | MUST     | =
    None + Pending Out    | MUST     | None
    None + Pending In     | MUST     | =
    None + Pending Out+In | MUST     | None + Pending In
    To                    | MUST     | None
    To + Pending In       | MUST     | None + Pending In
    From                  | MUST     | =
    From + Pending Out    | MUST     | From
    Both                  | MUST     | From
  Table 4 (A.2.3) outbound subscribed
    None                  | M.N.     | pre-approval [1]
    None + Pending Out    | M.N.     | pre-approval [1]
    None + Pending In     | MUST     | From
    None + Pending Out+In | MUST     | From + Pending Out
    To                    | M.N.     | pre-approval [1]
    To + Pending In       | MUST     | Both
    From                  | M.N.     | =
    From + Pending Out    | M.N.     | =
    Both                  | M.N.     | =
  Table 5 (A.2.4) outbound unsubscribed
    None                  | S.N.     | = [1]
    None + Pending Out    | S.N.     | = [1]
    None + Pending In     | MUST     | None
    None + Pending Out+In | MUST     | None + Pending Out
    To                    | S.N.     | = [1]
    To + Pending In       | MUST     | To
    From                  | MUST     | None
    From + Pending Out    | MUST     | None + Pending Out
    Both                  | MUST     | To
  Table 6 (A.3.1) inbound subscribe
    None                  | MUST [1] | None + Pending In
    None + Pending Out    | MUST     | None + Pending Out+In
    None + Pending In     | S.N.     | =
    None + Pending Out+In | S.N.     | =
    To                    | MUST     | To + Pending In
    To + Pending In       | S.N.     | =
    From                  | S.N. [2] | =
    From + Pending Out    | S.N. [2] | =
    Both                  | S.N. [2] | =
  Table 7 (A.3.2) inbound unsubscribe
    None                  | S.N.     | =
    None + Pending Out    | S.N.     | =
    None + Pending In     | MUST [1] | None
    None + Pending Out+In | MUST [1] | None + Pending Out
    To                    | S.N.     | =
    To + Pending In       | MUST [1] | To
    From                  | MUST [1] | None
    From + Pending Out    | MUST [1] | None + Pending Out
    Both                  | MUST [1] | To
  Table 8 (A.3.3) inbound subscribed
    None                  | S.N.     | =
    None + Pending Out    | MUST     | To
    None + Pending In     | S.N.     | =
    None + Pending Out+In | MUST     | To + Pending In
    To                    | S.N.     | =
    To + Pending In       | S.N.     | =
    From                  | S.N.     | =
    From + Pending Out    | MUST     | Both
    Both                  | S.N.     | =
  Table 9 (A.3.4) inbound unsubscribed
    None                  | S.N.     | =
    None + Pending Out    | MUST     | None
    None + Pending In     | S.N.     | =
    None + Pending Out+In | MUST     | None + Pending In
    To                    | MUST     | None
    To + Pending In       | MUST     | None + Pending In
    From                  | S.N.     | =
    From + Pending Out    | MUST     | From
    Both                  | MUST     | From`;

/** The cells that pre-approval changes; in all others it stays, and the tables above hold. Whether a
 *  request uses it up is left to the server (§3.4.2, Implementation Note): here it stays until the user
 *  sends "unsubscribed". It never stands beside a request that is pending in: such a request is answered at once. */
const PRE_APPROVED = `
  Rule 3 (3.4.2) outbound subscribed
    None                  | M.N.     | pre-approval
    None + Pending Out    | M.N.     | pre-approval
    To                    | M.N.     | pre-approval
  Rule 2 (3.2.2) outbound unsubscribed
    None                  | M.N.     | = cancelled
    None + Pending Out    | M.N.     | = cancelled
    To                    | M.N.     | = cancelled
    From                  | MUST     | None cancelled
    From + Pending Out    | MUST     | None + Pending Out cancelled
    Both                  | MUST     | To cancelled
  Table 6, note 1 (3.4.2) inbound subscribe
    None                  | M.N. [2] | From
    None + Pending Out    | M.N. [2] | From + Pending Out
    To                    | M.N. [2] | Both`;

/** `None + Pending Out+In` is `nonePendingOutIn`. */
function stateNamed(name: string): SubscriptionState {
  const joined = name.replaceAll(/[ +]/g, '');
  return (joined.charAt(0).toLowerCase() + joined.slice(1)) as SubscriptionState;
}

/** Note 2 of table 6 and note 1 of table 7; the other notes answer nothing. */
function replyOf(title: string, note: string | undefined): AppendixCell['reply'] {
  if (title === 'inbound subscribe') return note === '2' ? 'subscribed' : 'nothing';
  return title === 'inbound unsubscribe' && note === '1' ? 'unsubscribed' : 'nothing';
}

function read(text: string, isApproved: boolean): Map<string, AppendixCell> {
  const cells = new Map<string, AppendixCell>();
  let title = '';
  for (const line of text.trim().split('\n')) {
    const [existing = '', route = '', after = ''] = line.split('|').map((column) => column.trim());
    if (route === '') title = existing.split(' ').slice(-2).join(' ');
    else {
      const state = stateNamed(existing);
      const [word = '', note] = route.split(/ \[|\]/);
      const [next = ''] = after.split(/ ?\[| ?cancelled/);
      const isKept = next === '=' || next === 'pre-approval';
      cells.set(`${title} ${state}`, {
        word: word as AppendixCell['word'],
        reply: replyOf(title, note),
        next: isKept ? state : stateNamed(next),
        isApproved: next === 'pre-approval' || (isApproved && !after.endsWith('cancelled')),
      });
    }
  }
  return cells;
}

/** The seventy-two cells by direction, stanza and state. */
const plain = read(TABLES, false);
const approved = read(PRE_APPROVED, true);

/** How many cells there are: of the appendix, and of pre-approval.
 *  @example
 *  cellCounts.appendix // 72 */
export const cellCounts = { appendix: plain.size, preApproved: approved.size } as const;

/** What the RFC says of a stanza in a state.
 *  @throws RangeError when the state is none of the nine
 *  @example
 *  cellOf('outbound', 'subscribe', 'none', false).next // 'nonePendingOut' */
export function cellOf(direction: Direction, stanza: SubscriptionStanza, state: SubscriptionState, isApproved: boolean): AppendixCell {
  const key = `${direction} ${stanza} ${state}`;
  const cell = plain.get(key);
  if (cell === undefined) throw new RangeError(`no cell ${key}`);
  return isApproved ? approved.get(key) ?? { ...cell, isApproved: true } : cell;
}
