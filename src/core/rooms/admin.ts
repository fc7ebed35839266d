/** Requests of muc#admin: lists of roles and affiliations, and changes of them. A request with several items is carried out
 *  as a whole or not at all. Spec: XEP-0045 §8, §9, §10.3-§10.8, §17.4. Not here: who may do what (affiliations.ts). @module */
import { Element } from 'ltx';
import type { Affiliation, BareJid, Role } from '../../../machines/vocabulary.ts';
import { detached } from '../detached.ts';
import { parseJid } from '../jid.ts';
import { NS } from '../namespaces.ts';
import { StanzaError } from '../stanza-error.ts';
import { ownChildren } from '../stanza.ts';
import { isAdministrator, mayChangeAffiliation, mayChangeRole } from './affiliations.ts';
import type { Standing } from './affiliations.ts';
import { answer, confirm, refuse } from './answer.ts';
import { textIn } from './forms.ts';
import { inviteMember } from './invitations.ts';
import { noteChange } from './lifecycle.ts';
import { changeAffiliation, withAffiliation } from './members.ts';
import { isTaken, nickOf, occupantOf } from './nick.ts';
import { advanceOccupant } from './occupants.ts';
import { affiliationOf, roleOf, sessionsOf, shownOf } from './room.ts';
import type { Affiliated, Occupant, Received, Room, Sent } from './room.ts';

const affiliations: readonly string[] = ['owner', 'admin', 'member', 'none', 'outcast'] satisfies readonly Affiliation[];
const roles: readonly string[] = ['moderator', 'participant', 'visitor', 'none'] satisfies readonly Role[];
const isAffiliation = (text: string | undefined): text is Affiliation => text !== undefined && affiliations.includes(text);
const isRole = (text: string | undefined): text is Role => text !== undefined && roles.includes(text);

/** A request of muc#admin. */
export function receiveAdmin(room: Room, received: Received, query: Element): readonly Sent[] {
  const items = ownChildren(query, 'item');
  if (items.length === 0) return refuse(received, 'bad-request');
  if (items.length > room.surroundings.limits.items) return refuse(received, 'resource-constraint');
  if (received.stanza.attrs.type === 'get') return list(room, received, items);
  const changes: Change[] = [];
  for (const item of items) {
    const change = changeOf(room, received, item);
    if (change instanceof StanzaError) return refuse(received, change);
    changes.push(change);
  }
  const fault = faultOf(room, changes);
  if (fault !== undefined) return refuse(received, fault);
  const actor = actorOf(room, received)?.nick;
  const sent = changes.flatMap((change) => apply(room, received, change, actor));
  if (changes.some((change) => 'user' in change)) noteChange(room);
  return [...confirm(received), ...sent];
}

/** A change that was asked for, and that its asker may make. */
type Change =
  | { readonly occupant: Occupant; readonly role: Role; readonly reason: string | undefined }
  | { readonly user: BareJid; readonly to: Affiliated };

/** The occupant who asks: of several, the one with the most to say. */
function actorOf(room: Room, { from }: Received): Occupant | undefined {
  const own = sessionsOf(room, from.bare);
  return own.find((occupant) => roleOf(occupant) === 'moderator') ?? own[0];
}

function standingOf(room: Room, received: Received): Standing {
  const actor = actorOf(room, received);
  return { affiliation: affiliationOf(room, received.from.bare), role: actor === undefined ? 'none' : roleOf(actor) };
}

function changeOf(room: Room, received: Received, item: Element): Change | StanzaError {
  const { affiliation, role, nick, jid } = item.attrs;
  const reason = textIn(item, 'reason');
  if (affiliation !== undefined && role !== undefined) return new StanzaError('bad-request', 'Either a role or an affiliation is changed.'); // §17.4
  if (isRole(role)) return roleChange(room, received, occupantOf(room, nick), role, reason);
  if (!isAffiliation(affiliation)) return new StanzaError('bad-request');
  const user = jid === undefined ? occupantOf(room, nick)?.user : parseJid(jid)?.bare;
  if (user === undefined) return new StanzaError(jid === undefined ? 'item-not-found' : 'jid-malformed');
  return affiliationChange(room, received, user, affiliation, jid === undefined ? undefined : nick, reason);
}

function roleChange(room: Room, received: Received, occupant: Occupant | undefined, role: Role, reason: string | undefined): Change | StanzaError {
  const actor = standingOf(room, received);
  if (occupant === undefined) return new StanzaError(actor.role === 'moderator' || isAdministrator(actor.affiliation) ? 'item-not-found' : 'forbidden');
  const permission = mayChangeRole(actor, { affiliation: affiliationOf(room, occupant.user), role: roleOf(occupant) }, role);
  if (permission !== 'permitted') return new StanzaError(permission);
  if (role === 'none' && occupant.user === received.from.bare) return new StanzaError('conflict'); // §8.2
  return { occupant, role, reason };
}

function affiliationChange(room: Room, { from }: Received, user: BareJid, affiliation: Affiliation, nick: string | undefined, reason: string | undefined): Change | StanzaError {
  const before = room.affiliations.get(user);
  const own = affiliationOf(room, from.bare);
  const isHimself = user === from.bare || from.bare.endsWith(`@${user}`);
  if (affiliation === 'outcast' && isHimself && isAdministrator(own)) return new StanzaError('conflict'); // §9.1
  const permission = mayChangeAffiliation(own, before?.affiliation ?? 'none', affiliation);
  if (permission !== 'permitted') return new StanzaError(permission);
  const kept = reason === undefined ? { affiliation } : { affiliation, reason: detached(reason.slice(0, room.surroundings.limits.fieldCharacters)) };
  if (nick === undefined) return { user, to: before?.nick === undefined ? kept : { ...kept, nick: before.nick } };
  if (nick === '') return { user, to: kept }; // §9.5
  const registered = nickOf(nick, room.surroundings.limits);
  if (registered instanceof StanzaError) return new StanzaError('not-acceptable', registered.text);
  return isTaken(room, registered, user) ? new StanzaError('conflict') : { user, to: { ...kept, nick: registered.nick } };
}

/** What is wrong with the changes together: an owner must remain (XEP-0045 §10.4), and there are limits. */
function faultOf(room: Room, changes: readonly Change[]): StanzaError | undefined {
  const after = new Map<BareJid, Affiliation>([...room.affiliations].map(([user, each]) => [user, each.affiliation]));
  for (const change of changes) {
    if (!('user' in change)) continue;
    if (change.to.affiliation === 'none') after.delete(change.user);
    else after.set(change.user, change.to.affiliation);
  }
  if (![...after.values()].includes('owner')) return new StanzaError('conflict');
  return after.size > Math.max(room.surroundings.limits.affiliations, room.affiliations.size) ? new StanzaError('resource-constraint') : undefined;
}

function apply(room: Room, { from }: Received, change: Change, actor: string | undefined): readonly Sent[] {
  const reason = 'user' in change ? change.to.reason : change.reason;
  const word = { ...(actor === undefined ? {} : { actor }), ...(reason === undefined ? {} : { reason }) };
  if (!('user' in change)) return advanceOccupant(room, change.occupant, change.role === 'none' ? { type: 'occupant.kicked' } : { type: 'role.changed', role: change.role }, word);
  const isNew = affiliationOf(room, change.user) === 'none' && change.to.affiliation === 'member';
  return [...changeAffiliation(room, change.user, change.to, word), ...(isNew ? inviteMember(room, change.user, from) : [])];
}

/** A list of those with a role or an affiliation. */
function list(room: Room, received: Received, items: readonly Element[]): readonly Sent[] {
  const [item] = items;
  const { affiliation, role } = item?.attrs ?? {};
  if (items.length > 1 || (affiliation === undefined) === (role === undefined)) return refuse(received, 'bad-request');
  const query = new Element('query', { xmlns: NS.mucAdmin });
  if (isAffiliation(affiliation) && affiliation !== 'none') {
    if (!mayListAffiliation(room, received, affiliation)) return refuse(received, 'forbidden');
    for (const [user, each] of withAffiliation(room, affiliation)) listUser(query, user, each);
    return answer(received, query);
  }
  if (!isRole(role) || role === 'none') return refuse(received, 'bad-request');
  const { role: own, affiliation: ownAffiliation } = standingOf(room, received);
  if (role === 'moderator' ? !isAdministrator(ownAffiliation) : own !== 'moderator') return refuse(received, 'forbidden'); // §8.5, §9.8
  for (const occupant of room.occupants.values()) if (roleOf(occupant) === role) listOccupant(room, query, occupant);
  return answer(received, query);
}

/** Who may see which list: owners those of owners and admins (§10.5, §10.8), admins the others (§9.2, §9.5); the member list
 *  also whom the room's options let, and members of a room in which nobody is anonymous (§9.5). */
function mayListAffiliation(room: Room, received: Received, affiliation: Affiliation): boolean {
  const { affiliation: own, role } = standingOf(room, received);
  if (affiliation === 'owner' || affiliation === 'admin') return own === 'owner';
  if (isAdministrator(own)) return true;
  if (affiliation !== 'member' || own === 'outcast') return false;
  const { memberList, whois, isMembersOnly } = room.configuration;
  if (role !== 'none' && memberList.includes(role)) return true;
  return whois === 'anyone' && (own === 'member' || (isMembersOnly && role !== 'none'));
}

function listUser(query: Element, user: BareJid, { affiliation, nick, reason }: Affiliated): void {
  const item = query.c('item', { affiliation, jid: user, ...(nick === undefined ? {} : { nick }) });
  if (reason !== undefined) item.c('reason').t(reason);
}

function listOccupant(room: Room, query: Element, occupant: Occupant): void {
  const jid = shownOf(occupant)?.jid.full;
  query.c('item', { affiliation: affiliationOf(room, occupant.user), role: roleOf(occupant), nick: occupant.nick, ...(jid === undefined ? {} : { jid }) });
}
