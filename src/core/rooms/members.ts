/** The affiliations of a room: how one is changed, and what becomes of those who are in the room. Spec: XEP-0045 §5.2.2,
 *  §9, §10. Not here: who may change one (affiliations.ts), how it is asked for (admin.ts, owner.ts). @module */
import type { BareJid } from '../../../machines/vocabulary.ts';
import { comparableNickname } from '../precis.ts';
import { advanceOccupant } from './occupants.ts';
import type { Word } from './presence.ts';
import { affiliationOf } from './room.ts';
import type { Affiliated, Room, Sent } from './room.ts';

/** Writes down what a user is to the room. A nick stays registered for who is more than nothing to it (XEP-0045 §9.1). */
export function record(room: Room, user: BareJid, { affiliation, nick, reason }: Affiliated): void {
  const former = room.affiliations.get(user)?.nick;
  if (former !== undefined) room.registered.delete(comparableNickname(former) ?? former);
  const isSomething = affiliation === 'member' || affiliation === 'admin' || affiliation === 'owner';
  const kept = isSomething && nick !== undefined ? { affiliation, nick } : { affiliation };
  if (affiliation === 'none') room.affiliations.delete(user);
  else room.affiliations.set(user, reason === undefined ? kept : { ...kept, reason });
  if ('nick' in kept) room.registered.set(comparableNickname(kept.nick) ?? kept.nick, user);
}

/** Changes an affiliation, and carries out what follows for those who are in the room.
 *  @param user a bare JID, or a domain (XEP-0045 §9.2) */
export function changeAffiliation(room: Room, user: BareJid, to: Affiliated, word: Word): readonly Sent[] {
  const { isModerated: moderated, isMembersOnly: membersOnly } = room.configuration;
  const concerned = [...room.occupants.values()].filter((occupant) => occupant.user === user || occupant.user.endsWith(`@${user}`))
    .map((occupant) => ({ occupant, from: affiliationOf(room, occupant.user) }));
  record(room, user, to);
  return concerned.flatMap(({ occupant, from }) => {
    const now = affiliationOf(room, occupant.user);
    return now === from ? [] : advanceOccupant(room, occupant, { type: 'affiliation.changed', from, to: now, moderated, membersOnly }, word);
  });
}

/** Users with an affiliation, in the order in which they got it. */
export function withAffiliation(room: Room, affiliation: Affiliated['affiliation']): readonly (readonly [BareJid, Affiliated])[] {
  return [...room.affiliations].filter(([, each]) => each.affiliation === affiliation);
}
