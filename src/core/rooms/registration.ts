/** Registering with a room: a user becomes a member, and a nick is its own. Spec: XEP-0045 §7.10, XEP-0077 §3. A members-only
 *  room takes no registrations; its admins add members. @module */
import { Element } from 'ltx';
import { NS } from '../namespaces.ts';
import { StanzaError } from '../stanza-error.ts';
import { ownChildren } from '../stanza.ts';
import { answer, confirm, refuse } from './answer.ts';
import { formElement, formIn, readForm } from './forms.ts';
import { noteChange } from './lifecycle.ts';
import { changeAffiliation } from './members.ts';
import { isTaken, nickOf } from './nick.ts';
import { affiliationOf } from './room.ts';
import type { Received, Room, Sent } from './room.ts';

const formType = `${NS.muc}#register`;

/** A request of `jabber:iq:register`. */
export function receiveRegistration(room: Room, received: Received, query: Element): readonly Sent[] {
  const { stanza, from } = received;
  const affiliation = affiliationOf(room, from.bare);
  if (affiliation === 'outcast' || (affiliation === 'none' && room.configuration.isMembersOnly)) return refuse(received, 'not-allowed');
  if (stanza.attrs.type === 'get') return answer(received, requirementsOf(room, received));
  if (ownChildren(query, 'remove').length > 0) return unregister(room, received);
  const form = formIn(query);
  return form === undefined ? refuse(received, 'bad-request') : register(room, received, form);
}

function requirementsOf(room: Room, { from }: Received): Element {
  const query = new Element('query', { xmlns: NS.register });
  const nick = room.affiliations.get(from.bare)?.nick;
  if (nick !== undefined) {
    query.c('registered');
    query.c('username').t(nick);
    return query;
  }
  query.c('instructions').t('Choose the nick that you want to have to yourself.');
  query.cnode(formElement('form', formType, [{ var: 'muc#register_roomnick', type: 'text-single', label: 'Desired nick', values: [], isRequired: true }]));
  return query;
}

function register(room: Room, received: Received, form: Element): readonly Sent[] {
  const { from } = received;
  const { limits } = room.surroundings;
  const submitted = readForm(form, formType, limits);
  if (submitted instanceof StanzaError) return refuse(received, submitted);
  if (form.attrs.type !== 'submit' || !submitted.has('muc#register_roomnick')) return refuse(received, 'bad-request');
  const nick = nickOf(submitted.get('muc#register_roomnick')?.[0], limits);
  if (nick instanceof StanzaError) return refuse(received, new StanzaError('not-acceptable', nick.text));
  if (isTaken(room, nick, from.bare)) return refuse(received, 'conflict');
  const before = room.affiliations.get(from.bare);
  if (before === undefined && room.affiliations.size >= limits.affiliations) return refuse(received, 'resource-constraint');
  const affiliation = affiliationOf(room, from.bare);
  const sent = changeAffiliation(room, from.bare, { affiliation: affiliation === 'none' ? 'member' : affiliation, nick: nick.nick }, {});
  noteChange(room);
  return [...confirm(received), ...sent];
}

/** The nick is given up, and with it the membership that it came with (XEP-0077 §3.2). */
function unregister(room: Room, received: Received): readonly Sent[] {
  const { bare } = received.from;
  if (room.affiliations.get(bare)?.nick === undefined) return refuse(received, 'registration-required');
  const affiliation = affiliationOf(room, bare);
  const sent = changeAffiliation(room, bare, { affiliation: affiliation === 'member' ? 'none' : affiliation }, {});
  noteChange(room);
  return [...confirm(received), ...sent];
}
