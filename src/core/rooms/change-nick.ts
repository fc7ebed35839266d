/** An occupant takes another nick. Spec: XEP-0045 §7.6, §7.2.8. Not here: whether it means to (enter.ts). @module */
import { refuse } from './answer.ts';
import { isTaken } from './nick.ts';
import type { Nick } from './nick.ts';
import { add, advanceOccupant } from './occupants.ts';
import { contentOf, showOccupants } from './presence.ts';
import { addressOf, affiliationOf } from './room.ts';
import type { Occupant, Received, Room, Sent } from './room.ts';

/** Gives a session another nick. Where its occupant has other sessions, or the user is there under that nick already, the
 *  session goes over from one occupant to the other; else the occupant as a whole is renamed. */
export function changeNick(room: Room, occupant: Occupant, nick: Nick, received: Received): readonly Sent[] {
  const { stanza, from, to } = received;
  const session = occupant.sessions.get(addressOf(from));
  if (session === undefined) return [];
  if (isTaken(room, nick, occupant.user)) return refuse(received, 'conflict');
  const target = room.occupants.get(nick.key);
  const isWhole = target === occupant || (target === undefined && occupant.sessions.size === 1);
  if (!isWhole && target === undefined && room.occupants.size >= room.configuration.maxUsers) return refuse(received, 'not-acceptable');
  const circumstances = { newNick: nick.nick, ...(stanza.attrs.id === undefined ? {} : { id: stanza.attrs.id }), ...(nick.nick === to.resource ? {} : { ownStatuses: [210] }) };
  if (!isWhole) return goOver(room, occupant, nick, received);
  for (const [key, each] of room.occupants) if (each === occupant) room.occupants.delete(key);
  room.occupants.set(nick.key, occupant);
  session.content = contentOf(stanza);
  return advanceOccupant(room, occupant, { type: 'nick.changed' }, { ...circumstances, session });
}

function goOver(room: Room, former: Occupant, nick: Nick, received: Received): readonly Sent[] {
  const session = former.sessions.get(addressOf(received.from));
  const isLast = former.sessions.size === 1;
  const gone = advanceOccupant(room, former, { type: 'session.left', last: isLast }, { statuses: [303], newNick: nick.nick, ...(session === undefined ? {} : { session }) });
  const { occupant, session: next, isNew } = add(room, nick, received, contentOf(received.stanza));
  // What the session has just been told is gone, is still there with its other sessions.
  const stays = isLast ? [] : showOccupants(room, next, occupant, [former]);
  const come = advanceOccupant(room, occupant, isNew ? { type: 'occupant.entered', affiliation: affiliationOf(room, occupant.user), moderated: room.configuration.isModerated } : { type: 'presence.changed' }, { session: next });
  return [...gone, ...stays, ...come];
}
