/** Leaving a room: because the occupant says so, or because what was sent to it comes back. Spec: XEP-0045 §7.14, §11.1,
 *  §18.1.2. Not here: being removed by others (admin.ts, owner.ts). @module */
import type { Element } from 'ltx';
import type { OccupantEvent } from '../../../machines/occupant.ts';
import { NS } from '../namespaces.ts';
import { childElements, ownChildren } from '../stanza.ts';
import { serialize } from '../xml/writer.ts';
import { returnInvitation } from './invitations.ts';
import { advanceRoom } from './lifecycle.ts';
import { advanceOccupant } from './occupants.ts';
import { contentOf } from './presence.ts';
import type { Word } from './presence.ts';
import { returnPrivate } from './private.ts';
import { addressOf, occupantAt } from './room.ts';
import type { Occupant, Received, Room, Sent } from './room.ts';

/** Unavailable presence, to whichever nick: who is not in the room is not answered (XEP-0045 §17.3). */
export function receiveUnavailable(room: Room, received: Received): readonly Sent[] {
  const { stanza } = received;
  const isShort = serialize(stanza).length <= room.surroundings.limits.presenceCharacters;
  return leave(room, received, (last) => ({ type: 'session.left', last }), isShort ? { content: contentOf(stanza) } : {});
}

/** The conditions by which what is sent to somebody comes back (XEP-0045 §18.1.2), and that of an address that is none. */
const undelivered: ReadonlySet<string> = new Set(['gone', 'item-not-found', 'jid-malformed', 'recipient-unavailable', 'redirect', 'remote-server-not-found', 'remote-server-timeout']);

/** Presence of type `error`. An error that says nothing of delivery removes nobody (XEP-0045 §17.3). */
export function receivePresenceError(room: Room, received: Received): readonly Sent[] {
  return undelivered.has(conditionOf(received.stanza)) ? fail(room, received) : [];
}

/** A message of type `error`. That of a private message or an invitation goes back to who sent it, and is no reason to remove anybody. To
 *  what is said to all, `service-unavailable` is the answer of a server that has no such resource (RFC 6121 §8.5.3.2). */
export function receiveMessageError(room: Room, received: Received): readonly Sent[] {
  const returned = returnPrivate(room, received) ?? returnInvitation(room, received);
  if (returned !== undefined) return returned;
  const condition = conditionOf(received.stanza);
  return undelivered.has(condition) || condition === 'service-unavailable' ? fail(room, received) : [];
}

function fail(room: Room, received: Received): readonly Sent[] {
  return leave(room, received, (last) => ({ type: 'session.failed', last }), {});
}

function leave(room: Room, { from, stanza: { attrs: { id, type } } }: Received, eventOf: (last: boolean) => OccupantEvent, word: Word): readonly Sent[] {
  const occupant = occupantAt(room, from);
  const session = occupant?.sessions.get(addressOf(from));
  if (occupant === undefined || session === undefined) return [];
  const isLast = occupant.sessions.size === 1;
  // A room that was never configured goes with its creator, who is told so (§10.1.3).
  if (room.isLocked && isLast && isAlone(room, occupant)) return advanceRoom(room, { type: 'room.emptied' });
  return advanceOccupant(room, occupant, eventOf(isLast), { ...word, session, ...(id === undefined || type === 'error' ? {} : { id }) });
}

const isAlone = (room: Room, occupant: Occupant): boolean => [...room.occupants.values()].every((each) => each === occupant);

function conditionOf(stanza: Element): string {
  const [error] = ownChildren(stanza, 'error');
  return (error === undefined ? [] : childElements(error)).find(({ attrs: { xmlns }, name }) => xmlns === NS.stanzas && name !== 'text')?.name ?? '';
}
