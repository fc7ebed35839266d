/** Invitations by way of the room, and how one is declined. Spec: XEP-0045 §7.8.2, §9.5. Not here: direct invitations
 *  (XEP-0249), which the room never sees. @module */
import { Element } from 'ltx';
import type { BareJid } from '../../../machines/vocabulary.ts';
import { parseJid } from '../jid.ts';
import type { Jid } from '../jid.ts';
import { NS } from '../namespaces.ts';
import { StanzaError, errorElement } from '../stanza-error.ts';
import { childIn, ownChildren } from '../stanza.ts';
import { isAdministrator } from './affiliations.ts';
import { refuse } from './answer.ts';
import { textIn } from './forms.ts';
import { messageIdOf } from './identifiers.ts';
import { noteChange } from './lifecycle.ts';
import { changeAffiliation } from './members.ts';
import { affiliationOf, occupantAt } from './room.ts';
import type { Received, Room, Sent } from './room.ts';

/** An occupant invites others. Into a members-only room that takes who may edit the member list, unless the room lets
 *  every member; the invited become members then, and only then (XEP-0045 §9.5). */
export function invite(room: Room, received: Received, x: Element): readonly Sent[] {
  const { stanza, from, at } = received;
  const { configuration, surroundings: { limits } } = room;
  const occupant = occupantAt(room, from);
  if (occupant === undefined) return refuse(received, 'not-acceptable');
  if (configuration.isMembersOnly && !configuration.mayInvite && !isAdministrator(affiliationOf(room, from.bare))) return refuse(received, 'forbidden');
  const invites = ownChildren(x, 'invite').map((each) => ({ invitee: parseJid(each.attrs.to ?? ''), each }));
  if (invites.length > limits.items) return refuse(received, 'resource-constraint');
  const invitees = invites.flatMap(({ invitee, each }) => (invitee === undefined ? [] : [{ invitee, each }]));
  if (invitees.length < invites.length) return refuse(received, 'jid-malformed');
  if (invitees.some(({ invitee }) => affiliationOf(room, invitee.bare) === 'outcast')) return refuse(received, 'not-allowed');
  const newcomers = configuration.isMembersOnly ? invitees.filter(({ invitee }) => affiliationOf(room, invitee.bare) === 'none') : [];
  if (room.affiliations.size + newcomers.length > limits.affiliations) return refuse(received, 'resource-constraint');
  const sent = newcomers.flatMap(({ invitee }) => changeAffiliation(room, invitee.bare, { affiliation: 'member' }, {}));
  if (newcomers.length > 0) noteChange(room);
  const id = stanza.attrs.id ?? messageIdOf(at, room.identified += 1);
  return [...sent, ...invitees.map(({ invitee, each }) => invitation(room, invitee, from, { each, id }))];
}

/** The room invites somebody in an occupant's name.
 *  @param from the inviter; its bare JID is shown, since it is known to whom it invites
 *  @param said the `<invite/>` that the inviter has sent, for its reason and what it continues, and the `id` that it came with */
export function invitation(room: Room, invitee: Jid, from: Jid, said?: { readonly each: Element; readonly id: string }): Sent {
  const { isPasswordProtected, password } = room.configuration;
  room.invitations.set(`${invitee.bare} ${from.bare}`, from);
  if (said !== undefined) room.underWay.set(returnKey(invitee, said.id), from);
  const message = new Element('message', { from: room.jid.bare, ...(said === undefined ? {} : { id: said.id }) });
  const x = message.c('x', { xmlns: NS.mucUser });
  const invited = x.c('invite', { from: from.bare });
  const reason = said === undefined ? undefined : textIn(said.each, 'reason');
  if (reason !== undefined) invited.c('reason').t(reason);
  for (const { attrs: { thread } } of said === undefined ? [] : ownChildren(said.each, 'continue')) invited.c('continue', thread === undefined ? {} : { thread }); // §7.9
  if (isPasswordProtected) x.c('password').t(password);
  return { stanza: message, to: [invitee] };
}

/** By what an error belongs to an invitation: who was invited, and the `id` of it. */
const returnKey = (invitee: Jid, id: string): string => `${invitee.bare} #${id}`;

/** An invitation that comes back, which the inviter is told of as if there were nobody of that name (XEP-0045 §7.8.2): a server
 *  says no more, be it that there is nobody or that the room is blocked. Undefined when it is the error of something else. */
export function returnInvitation(room: Room, { stanza, from, to }: Received): readonly Sent[] | undefined {
  const { id = '' } = stanza.attrs;
  const inviter = to.resource === undefined ? room.underWay.take(returnKey(from, id)) : undefined;
  if (inviter === undefined) return undefined;
  room.invitations.take(`${from.bare} ${inviter.bare}`);
  const message = new Element('message', { from: room.jid.bare, id, type: 'error' });
  message.cnode(errorElement(new StanzaError('item-not-found', `${from.bare} could not be invited.`)));
  return [{ stanza: message, to: [inviter] }];
}

/** Somebody declines, which the inviter is told of. Who was not invited can't tell anybody anything. */
export function decline(room: Room, received: Received, x: Element): readonly Sent[] {
  const { from } = received;
  const [declined] = ownChildren(x, 'decline');
  const to = parseJid(declined?.attrs.to ?? '');
  if (declined === undefined || to === undefined) return refuse(received, 'jid-malformed');
  const inviter = room.invitations.take(`${from.bare} ${to.bare}`);
  if (inviter === undefined) return refuse(received, 'item-not-found');
  const message = new Element('message', { from: room.jid.bare });
  const said = message.c('x', { xmlns: NS.mucUser }).c('decline', { from: from.bare });
  const reason = textIn(declined, 'reason');
  if (reason !== undefined) said.c('reason').t(reason);
  return [{ stanza: message, to: [inviter] }];
}

/** What a message asks of the room with `<x/>` of muc#user. */
export function isInvitation(stanza: Element, name: 'invite' | 'decline'): Element | undefined {
  const x = childIn(stanza, 'x', NS.mucUser);
  return x !== undefined && ownChildren(x, name).length > 0 ? x : undefined;
}

/** Invites those who have become members of a members-only room without being in it (XEP-0045 §9.5). */
export function inviteMember(room: Room, user: BareJid, from: Jid): readonly Sent[] {
  const invitee = parseJid(user);
  const isPresent = [...room.occupants.values()].some((occupant) => occupant.user === user);
  return invitee?.local === undefined || isPresent || !room.configuration.isMembersOnly ? [] : [invitation(room, invitee, from)];
}
