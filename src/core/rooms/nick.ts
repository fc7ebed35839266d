/** Nicks: in which form they are used, which of them are the same, who may have one. Spec: XEP-0045 §7.2.8, §17.1,
 *  RFC 8266. Not here: how one is registered (registration.ts). @module */
import type { BareJid } from '../../../machines/vocabulary.ts';
import type { RoomLimits } from '../config.ts';
import { prepareResourcepart } from '../jid.ts';
import { comparableNickname, enforceNickname } from '../precis.ts';
import { StanzaError } from '../stanza-error.ts';
import { detached } from '../detached.ts';
import type { Occupant, Room } from './room.ts';

/** A nick as it is shown, and as it is compared. */
export interface Nick {
  readonly nick: string;
  readonly key: string;
}

/** Prepares a nick by the profile Nickname, and as the resourcepart of an occupant JID.
 *  @param text undefined when there was none (XEP-0045 §7.2.1) */
export function nickOf(text: string | undefined, limits: RoomLimits): Nick | StanzaError {
  const enforced = text === undefined ? undefined : enforceNickname(text);
  const nick = enforced === undefined ? undefined : prepareResourcepart(enforced);
  const key = nick === undefined ? undefined : comparableNickname(nick);
  if (nick === undefined || key === undefined) return new StanzaError('jid-malformed', 'A nick is needed, and this is none.');
  if (nick.length > limits.nickCharacters) return new StanzaError('not-acceptable', 'The nick is too long.');
  return { nick: detached(nick), key: detached(key) };
}

/** The occupant of a nick, however it is written. */
export function occupantOf(room: Room, text: string | undefined): Occupant | undefined {
  const key = text === undefined ? undefined : comparableNickname(text);
  return key === undefined ? undefined : room.occupants.get(key);
}

/** Whether somebody else has a nick, in the room or by registration (XEP-0045 §7.2.8, §7.12). */
export function isTaken(room: Room, { key }: Nick, user: BareJid): boolean {
  const occupant = room.occupants.get(key);
  const owner = room.registered.get(key);
  return (occupant !== undefined && occupant.user !== user) || (owner !== undefined && owner !== user);
}
