/** Entering a room, and what an occupant says of itself afterwards. Spec: XEP-0045 §7.2, §7.6, §7.7, §10.1.
 *  Not here: leaving (leave.ts), what goes out (presence.ts). @module */
import type { Element } from 'ltx';
import { NS } from '../namespaces.ts';
import { StanzaError } from '../stanza-error.ts';
import { childIn, ownChildren, ownText } from '../stanza.ts';
import { serialize } from '../xml/writer.ts';
import { isAdministrator } from './affiliations.ts';
import { refuse } from './answer.ts';
import { historyLimitsOf } from './history.ts';
import { changeNick } from './change-nick.ts';
import { isTaken, nickOf } from './nick.ts';
import type { Nick } from './nick.ts';
import { add, advanceOccupant, show, strangerOf } from './occupants.ts';
import { contentOf, sendUnavailable } from './presence.ts';
import { affiliationOf, occupantAt } from './room.ts';
import type { Occupant, Received, Room, Sent } from './room.ts';

/** Available presence for the room: somebody enters, or an occupant changes its presence or its nick. */
export function receiveAvailable(room: Room, received: Received): readonly Sent[] {
  const { stanza, from, to } = received;
  const { limits } = room.surroundings;
  const x = childIn(stanza, 'x', NS.muc);
  const nick = nickOf(to.resource, limits);
  if (nick instanceof StanzaError) return refuse(received, nick);
  if (serialize(stanza).length > limits.presenceCharacters) return refuse(received, new StanzaError('policy-violation', 'The presence is too long.'));
  const occupant = occupantAt(room, from);
  if (occupant === undefined) return x === undefined ? correct(room, nick, received) : enter(room, nick, x, received);
  const isRenamed = room.occupants.get(nick.key) !== occupant || nick.nick !== occupant.nick;
  const renamed = isRenamed ? changeNick(room, occupant, nick, received) : [];
  const present = occupantAt(room, from);
  if (x !== undefined && present?.nick === nick.nick) return [...renamed, ...synchronize(room, present, x, received)];
  return isRenamed || present === undefined ? renamed : changePresence(room, present, received);
}

/** Whether somebody may enter, and with this nick (XEP-0045 §7.2.5-§7.2.10).
 *  @returns why not */
function refusalOf(room: Room, nick: Nick, x: Element, { from }: Received): StanzaError | undefined {
  const { configuration, surroundings: { limits } } = room;
  const affiliation = affiliationOf(room, from.bare);
  if (room.isLocked && room.occupants.size > 0 && affiliation !== 'owner') return new StanzaError('item-not-found');
  if (affiliation === 'outcast') return new StanzaError('forbidden');
  if (configuration.isMembersOnly && affiliation === 'none') return new StanzaError('registration-required');
  // §7.2.5 makes no exception for owners, who can change the password.
  if (configuration.isPasswordProtected && ownText(x, 'password') !== configuration.password) return new StanzaError('not-authorized');
  if (isTaken(room, nick, from.bare)) return new StanzaError('conflict');
  let sessions = 0;
  for (const { user, sessions: { size } } of room.occupants.values()) if (user === from.bare) sessions += size;
  if (sessions >= limits.sessions) return new StanzaError('resource-constraint', 'You are in this room with too many sessions.');
  const places = configuration.maxUsers + (isAdministrator(affiliation) ? limits.reservedPlaces : 0);
  return !room.occupants.has(nick.key) && room.occupants.size >= places ? new StanzaError('service-unavailable') : undefined;
}

function enter(room: Room, nick: Nick, x: Element, received: Received): readonly Sent[] {
  const refusal = refusalOf(room, nick, x, received);
  if (refusal !== undefined) return refuse(received, refusal);
  const isCreated = room.isLocked && room.occupants.size === 0;
  const { occupant, session, isNew } = add(room, nick, received, contentOf(received.stanza));
  return advanceOccupant(room, occupant, isNew ? { type: 'occupant.entered', affiliation: affiliationOf(room, occupant.user), moderated: room.configuration.isModerated } : { type: 'session.entered' }, {
    session, ...idOf(received), history: historyLimitsOf(ownChildren(x, 'history')[0], received.at), ownStatuses: [...welcomesOf(room, occupant, received), ...(isCreated ? [201] : [])],
  });
}

/** What a newcomer is warned of (XEP-0045 §7.2.3, §7.2.12), and whether its nick is another than it asked for (§7.2.2). */
function welcomesOf(room: Room, { nick }: Occupant, { to }: Received): readonly number[] {
  const { whois, isLogged } = room.configuration;
  return [...(whois === 'anyone' ? [100] : []), ...(isLogged ? [170] : []), ...(nick === to.resource ? [] : [210])];
}

const idOf = ({ stanza: { attrs: { id } } }: Received): { readonly id?: string } => (id === undefined ? {} : { id });

/** A client that has lost track is sent everything again (XEP-0045 §7.2.1, §17.3). */
function synchronize(room: Room, occupant: Occupant, x: Element, received: Received): readonly Sent[] {
  const session = { jid: received.from, content: contentOf(received.stanza) };
  show(occupant, session);
  return advanceOccupant(room, occupant, { type: 'session.entered' }, {
    session, ...idOf(received), history: historyLimitsOf(ownChildren(x, 'history')[0], received.at), ownStatuses: welcomesOf(room, occupant, received),
  });
}

/** XEP-0045 §7.7. */
function changePresence(room: Room, occupant: Occupant, received: Received): readonly Sent[] {
  const session = { jid: received.from, content: contentOf(received.stanza) };
  show(occupant, session);
  return advanceOccupant(room, occupant, { type: 'presence.changed' }, { session, ...idOf(received) });
}

/** Presence without `<x/>` of somebody who is not in the room comes from a client that believes it is: it is told
 *  otherwise (XEP-0045 §7.2.18). */
function correct(room: Room, { nick }: Nick, received: Received): readonly Sent[] {
  const { from } = received;
  return [sendUnavailable(room, strangerOf(room, nick, from.bare), { jid: from, content: [] }, { statuses: [307, 333], ...idOf(received) })];
}
