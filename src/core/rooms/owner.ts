/** Requests of muc#owner: an owner configures the room, or destroys it. Spec: XEP-0045 §10.1, §10.2, §10.9.
 *  Not here: the options (configuration.ts, configuration-form.ts). @module */
import { Element } from 'ltx';
import type { BareJid } from '../../../machines/vocabulary.ts';
import { parseJid } from '../jid.ts';
import { NS } from '../namespaces.ts';
import { StanzaError } from '../stanza-error.ts';
import { ownChildren } from '../stanza.ts';
import { answer, confirm, refuse } from './answer.ts';
import { statusesOfChange } from './configuration.ts';
import type { Configuration } from './configuration.ts';
import { configured, fieldsOf } from './configuration-form.ts';
import { formElement, formIn, readForm, textIn } from './forms.ts';
import type { Submitted } from './forms.ts';
import { advanceRoom } from './lifecycle.ts';
import { changeAffiliation, withAffiliation } from './members.ts';
import { advanceOccupant } from './occupants.ts';
import { broadcastPresence } from './presence.ts';
import { affiliationOf, everybody, roleOf } from './room.ts';
import type { Affiliated, Received, Room, Sent } from './room.ts';

const fields = { admin: 'muc#roomconfig_roomadmins', owner: 'muc#roomconfig_roomowners' } as const;

/** A request of muc#owner. */
export function receiveOwner(room: Room, received: Received, query: Element): readonly Sent[] {
  if (affiliationOf(room, received.from.bare) !== 'owner') return refuse(received, 'forbidden');
  const [destroy] = ownChildren(query, 'destroy');
  const form = formIn(query);
  if (received.stanza.attrs.type === 'get') return answer(received, formOf(room));
  if (destroy !== undefined) return destroyRoom(room, received, destroy);
  if (form?.attrs.type === 'cancel') return [...confirm(received), ...advanceRoom(room, { type: 'configuration.cancelled' })];
  return form?.attrs.type === 'submit' ? submit(room, received, form) : refuse(received, 'bad-request');
}

function formOf(room: Room): Element {
  const { configuration, surroundings: { limits } } = room;
  const query = new Element('query', { xmlns: NS.mucOwner });
  const lists = (['admin', 'owner'] as const).map((affiliation) => ({
    var: fields[affiliation], type: 'jid-multi', label: `Full list of ${affiliation}s`, values: withAffiliation(room, affiliation).map(([user]) => user),
  }));
  query.cnode(formElement('form', NS.mucRoomConfig, [...fieldsOf(configuration, limits), ...lists], { title: `Configuration of ${room.jid.bare}` }));
  return query;
}

function submit(room: Room, received: Received, form: Element): readonly Sent[] {
  const { limits } = room.surroundings;
  const submitted = readForm(form, NS.mucRoomConfig, limits);
  if (submitted instanceof StanzaError) return refuse(received, submitted);
  const configuration = configured(room.configuration, submitted, limits);
  if (configuration instanceof StanzaError) return refuse(received, configuration);
  const changes = listed(room, submitted);
  if (changes instanceof StanzaError) return refuse(received, changes);
  const wasLocked = room.isLocked;
  const before = room.configuration;
  room.configuration = configuration;
  const sent = [...changes].flatMap(([user, to]) => changeAffiliation(room, user, to, {}));
  sent.push(...adapt(room), ...(wasLocked ? [] : announcement(room, before)));
  advanceRoom(room, { type: 'configuration.submitted', persistent: configuration.isPersistent, occupied: room.occupants.size > 0 });
  return [...confirm(received), ...sent];
}

/** What the lists of admins and owners in a form change: who is an owner no more is an admin, who is an admin no more is a
 *  member (XEP-0045 §10.2). */
function listed(room: Room, submitted: Submitted): ReadonlyMap<BareJid, Affiliated> | StanzaError {
  const lists = { admin: usersIn(submitted, fields.admin), owner: usersIn(submitted, fields.owner) };
  if (lists.admin instanceof StanzaError) return lists.admin;
  if (lists.owner instanceof StanzaError) return lists.owner;
  const changes = new Map<BareJid, Affiliated>();
  const change = (user: BareJid, affiliation: Affiliated['affiliation']): void => {
    const nick = room.affiliations.get(user)?.nick;
    changes.set(user, nick === undefined ? { affiliation } : { affiliation, nick });
  };
  if (lists.admin !== undefined) {
    for (const [user] of withAffiliation(room, 'admin')) if (!lists.admin.includes(user)) change(user, 'member');
    for (const user of lists.admin) if (affiliationOf(room, user) !== 'owner') change(user, 'admin');
  }
  if (lists.owner !== undefined) {
    for (const [user] of withAffiliation(room, 'owner')) if (!lists.owner.includes(user)) change(user, 'admin');
    for (const user of lists.owner) change(user, 'owner');
    if (lists.owner.length === 0) return new StanzaError('conflict');
  }
  const added = [...changes.keys()].filter((user) => !room.affiliations.has(user)).length;
  return room.affiliations.size + added > room.surroundings.limits.affiliations ? new StanzaError('resource-constraint') : changes;
}

function usersIn(submitted: Submitted, field: string): readonly BareJid[] | StanzaError | undefined {
  const values = submitted.get(field);
  if (values === undefined) return undefined;
  const users = values.flatMap((value) => parseJid(value)?.bare ?? []);
  return users.length < values.length ? new StanzaError('not-acceptable', `${field} has addresses that are none.`) : [...new Set(users)];
}

/** Those in the room are what the new configuration makes of them, or are out (XEP-0045 §10.2); and they are shown to
 *  whom it says. */
function adapt(room: Room): readonly Sent[] {
  const { isModerated: moderated, isMembersOnly: membersOnly, presenceBroadcast } = room.configuration;
  const adapted = [...room.occupants.values()].flatMap((occupant) => advanceOccupant(room, occupant, { type: 'configuration.changed', affiliation: affiliationOf(room, occupant.user), moderated, membersOnly }, {}));
  const shown = [...room.occupants.values()].filter((occupant) => occupant.isShown !== presenceBroadcast.some((role) => role === roleOf(occupant)));
  return [...adapted, ...shown.flatMap((occupant) => broadcastPresence(room, occupant, {}))];
}

/** What has changed, for those who are in the room (XEP-0045 §10.2.1). */
function announcement(room: Room, before: Configuration): readonly Sent[] {
  const statuses = statusesOfChange(before, room.configuration);
  if (statuses.length === 0) return [];
  const message = new Element('message', { from: room.jid.bare, type: 'groupchat' });
  const x = message.c('x', { xmlns: NS.mucUser });
  for (const code of statuses) x.c('status', { code: String(code) });
  return [{ stanza: message, to: everybody(room) }];
}

function destroyRoom(room: Room, received: Received, request: Element): readonly Sent[] {
  const { limits } = room.surroundings;
  const alternative = request.attrs.jid === undefined ? undefined : parseJid(request.attrs.jid);
  if (request.attrs.jid !== undefined && alternative === undefined) return refuse(received, 'jid-malformed');
  const destroy = new Element('destroy', alternative === undefined ? {} : { jid: alternative.bare });
  for (const name of ['password', 'reason']) {
    const text = textIn(request, name)?.slice(0, limits.fieldCharacters);
    if (text !== undefined) destroy.c(name).t(text);
  }
  return [...confirm(received), ...advanceRoom(room, { type: 'room.destroyed' }, destroy)];
}

