/** The occupants of a room: advances one by an event, and carries out what its machine orders. Spec: XEP-0045 §7.
 *  Not here: the machine (machines/occupant.ts), the wording (presence.ts). @module */
import { Element, parse } from 'ltx';
import { stepOccupant } from '../../../machines/occupant.ts';
import type { OccupantEvent } from '../../../machines/occupant.ts';
import type { BareJid } from '../../../machines/vocabulary.ts';
import { serialize } from '../xml/writer.ts';
import type { HistoryLimits } from './history.ts';
import { occupantIdOf } from './identifiers.ts';
import type { Nick } from './nick.ts';
import { broadcastPresence, broadcastUnavailable, sendUnavailable, showOccupants } from './presence.ts';
import type { Word } from './presence.ts';
import { Recent } from './recent.ts';
import { addressOf, occupantJid, shownOf } from './room.ts';
import type { Occupant, Received, Room, Sent, Session } from './room.ts';
import { subjectElement } from './subject.ts';

/** What goes with an event: the word to say of it, and what a newcomer is to be shown. */
export interface Circumstances extends Word {
  /** How much of the history; undefined: neither occupants, history nor subject, since it knows them. */
  readonly history?: HistoryLimits;
}

/** Advances an occupant by one event and carries out what follows. */
export function advanceOccupant(room: Room, occupant: Occupant, event: OccupantEvent, circumstances: Circumstances): readonly Sent[] {
  const { state, effects } = room.surroundings.transit('occupant', occupantJid(room, occupant.nick), stepOccupant, occupant.state, event);
  occupant.state = state;
  const { session, history } = circumstances;
  const sent: Sent[] = [];
  for (const effect of effects) {
    switch (effect.type) {
      case 'sendOccupants':
        if (session !== undefined && history !== undefined) sent.push(...showOccupants(room, session, occupant, room.occupants.values()));
        break;
      case 'broadcastPresence':
        sent.push(...broadcastPresence(room, occupant, circumstances));
        break;
      case 'sendHistory':
        if (session !== undefined && history !== undefined) sent.push(...pastOf(room, session, history).map((stanza) => ({ stanza, to: [session.jid] })));
        break;
      case 'broadcastNick':
        sent.push(...rename(room, occupant, circumstances));
        break;
      case 'broadcastUnavailable':
        remove(room, occupant);
        sent.push(...broadcastUnavailable(room, occupant, withStatus(circumstances, effect.params.status)));
        break;
      case 'sendUnavailable':
        sent.push(...part(room, occupant, withStatus(circumstances, effect.params.status)));
        break;
      case 'sendDestroyed':
        remove(room, occupant);
        for (const each of occupant.sessions.values()) sent.push(sendUnavailable(room, occupant, each, circumstances));
        break;
    }
  }
  return sent;
}

/** Puts somebody into the room; the machine has yet to be told.
 *  @param nick one that nobody else has */
export function add(room: Room, { nick, key }: Nick, { from }: Received, content: readonly Element[]): { readonly occupant: Occupant; readonly session: Session; readonly isNew: boolean } {
  const present = room.occupants.get(key);
  const occupant = present ?? strangerOf(room, nick, from.bare);
  const session: Session = { jid: from, content };
  room.occupants.set(key, occupant);
  room.sessions.set(addressOf(from), occupant);
  show(occupant, session);
  return { occupant, session, isNew: present === undefined };
}

/** Somebody who is not in the room. */
export function strangerOf(room: Room, nick: string, user: BareJid): Occupant {
  return { nick, user, id: occupantIdOf(room.key, user), state: stepOccupant.initial, sessions: new Map(), isShown: false, requests: new Recent(room.surroundings.limits.pending) };
}

/** Makes the presence of a session the one that is shown. */
export function show(occupant: Occupant, session: Session): void {
  const address = addressOf(session.jid);
  occupant.sessions.delete(address);
  occupant.sessions.set(address, session);
}

/** Takes one session out of an occupant; the machine has yet to be told. */
export function detach(room: Room, occupant: Occupant, session: Session): void {
  occupant.sessions.delete(addressOf(session.jid));
  room.sessions.delete(addressOf(session.jid));
}

/** An event says that an occupant goes without a reason of the room's: 0. */
function withStatus(word: Word, status: number): Word {
  return status === 0 ? word : { ...word, statuses: [...(word.statuses ?? []), status] };
}

function remove(room: Room, occupant: Occupant): void {
  for (const [key, each] of room.occupants) if (each === occupant) room.occupants.delete(key);
  for (const address of occupant.sessions.keys()) room.sessions.delete(address);
}

/** One session of several goes; where the service goes, all of them. The others are told what is shown now. */
function part(room: Room, occupant: Occupant, word: Word): readonly Sent[] {
  const { session } = word;
  if (session === undefined) {
    remove(room, occupant);
    return [...occupant.sessions.values()].map((each) => sendUnavailable(room, occupant, each, word));
  }
  const isShown = shownOf(occupant) === session;
  detach(room, occupant, session);
  const { statuses: _, content: _1, newNick: _2, session: _3, id: _4, ...rest } = word;
  return [sendUnavailable(room, occupant, session, word), ...(isShown ? broadcastPresence(room, occupant, rest) : [])];
}

/** The old nick goes, and the new one comes (XEP-0045 §7.6). The occupant has the new nick already, by its key. */
function rename(room: Room, occupant: Occupant, word: Word): readonly Sent[] {
  const { newNick = occupant.nick, session } = word;
  const gone = broadcastUnavailable(room, occupant, { newNick, statuses: [303], ...(session === undefined ? {} : { session }) });
  occupant.nick = newNick;
  const { newNick: _, ...rest } = word;
  return [...gone, ...broadcastPresence(room, occupant, rest)];
}

/** What has been said, then the subject (XEP-0045 §7.1). */
function pastOf(room: Room, { jid }: Session, limits: HistoryLimits): readonly Element[] {
  const addressed = serialize(new Element('message', { to: addressOf(jid) })).length - serialize(new Element('message')).length;
  const said = room.history.select(limits, room.configuration.maxHistory, addressed).map(({ xml }) => parse(xml));
  return [...said, subjectElement(room)];
}
