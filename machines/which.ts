/** Which of the routes that are eligible for a message get it: the second half of the delivery
 *  decision (DESIGN D2, D3). Presence chooses here, and can't refuse: given at least one route, the
 *  answer is at least one route. Not here: whether the message is delivered (whether.ts). @module */
import type { MessageType, NonEmpty } from './vocabulary.ts';

/** What the choice may know of a route's presence. */
export interface PresenceView {
  readonly isAvailable: boolean;
  /** The priority of the last available presence (RFC 6121 §4.7.2.3). */
  readonly priority: number;
}

/** Chooses: available resources before those that are merely connected; of the available ones all
 *  with the highest priority, and for a headline all of them.
 *  @param eligible routes that have not opted out; negative priorities are not among them
 *  @spec RFC 6121 §8.5.2.1.1
 *  @example
 *  const balcony = { isAvailable: true, priority: 1 };
 *  const chamber = { isAvailable: false, priority: 0 };
 *  which('chat', [chamber, balcony]); // [balcony]
 *  which('chat', [chamber]); // [chamber] */
export function which<R extends PresenceView>(type: MessageType, eligible: NonEmpty<R>): NonEmpty<R> {
  if (eligible.length === 1) return eligible;
  const [first, ...rest] = eligible;
  let chosen: [R, ...R[]] = [first];
  for (const route of rest) {
    const order = compare(type, route, chosen[0]);
    if (order > 0) chosen = [route];
    else if (order === 0) chosen.push(route);
  }
  return chosen;
}

/** Positive when `a` is to be preferred to `b`, 0 when both are to get the message. */
function compare(type: MessageType, a: PresenceView, b: PresenceView): number {
  if (a.isAvailable !== b.isAvailable) return a.isAvailable ? 1 : -1;
  return !a.isAvailable || type === 'headline' ? 0 : a.priority - b.priority;
}
