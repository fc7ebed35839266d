/** What a room says of itself. Spec: XEP-0045 §6.4, §6.5, §7.12, §18.1.1, XEP-0128. Not here: what the service says
 *  (service-disco.ts). @module */
import { Element } from 'ltx';
import { NS } from '../namespaces.ts';
import { answer, refuse } from './answer.ts';
import { formElement } from './forms.ts';
import type { FormField } from './forms.ts';
import { withAffiliation } from './members.ts';
import { occupantAt, occupantJid } from './room.ts';
import type { Received, Room, Sent } from './room.ts';

/** What every room can do; the service says the same of itself. */
export const features: readonly string[] = [
  NS.discoInfo, NS.discoItems, NS.muc, `${NS.muc}#stable_id`, `${NS.muc}#self-ping-optimization`, NS.mucRequest, NS.occupantIds, NS.stanzaIds, NS.ping, NS.register,
];

/** Who asks a room for this node asks for the nick that is reserved for it (XEP-0045 §7.12). */
export const reservedNickNode = 'x-roomuser-item';

/** disco#info of a room. */
export function receiveInfo(room: Room, received: Received, { attrs: { node } }: Element): readonly Sent[] {
  if (node === reservedNickNode) return answer(received, reservedNick(room, received));
  if (node === `${NS.muc}#traffic`) return refuse(received, 'service-unavailable'); // §18.1.1: nothing is discarded
  if (node !== undefined) return refuse(received, 'item-not-found');
  const { name, description, isPublic, isMembersOnly, isModerated, whois, isPasswordProtected, isPersistent } = room.configuration;
  const query = new Element('query', { xmlns: NS.discoInfo });
  query.c('identity', { category: 'conference', type: 'text', name: name === '' ? room.jid.local ?? '' : name });
  const kinds = [
    isPublic ? 'muc_public' : 'muc_hidden', isMembersOnly ? 'muc_membersonly' : 'muc_open', isModerated ? 'muc_moderated' : 'muc_unmoderated',
    whois === 'anyone' ? 'muc_nonanonymous' : 'muc_semianonymous', isPasswordProtected ? 'muc_passwordprotected' : 'muc_unsecured', isPersistent ? 'muc_persistent' : 'muc_temporary',
  ];
  for (const feature of [...features, ...kinds]) query.c('feature', { var: feature });
  query.cnode(formElement('result', NS.mucRoomInfo, roomInfo(room, description)));
  return answer(received, query);
}

/** XEP-0045 §16.5.4. */
function roomInfo(room: Room, description: string): readonly FormField[] {
  const { language, maxHistory, mayChangeSubject, pubsub } = room.configuration;
  const text = (name: string, value: string): readonly FormField[] => (value === '' ? [] : [{ var: name, type: 'text-single', values: [value] }]);
  return [
    ...text('muc#roominfo_description', description), ...text('muc#roominfo_lang', language), ...text('muc#roomconfig_pubsub', pubsub),
    ...text('muc#roominfo_subject', room.configuration.isMembersOnly || room.configuration.isPasswordProtected ? '' : room.subject?.texts[0]?.subject ?? ''),
    ...text('muc#roominfo_occupants', String(room.occupants.size)), ...text('muc#maxhistoryfetch', String(maxHistory)),
    { var: 'muc#roominfo_contactjid', type: 'jid-multi', values: room.configuration.whois === 'anyone' ? withAffiliation(room, 'owner').map(([user]) => user) : [] },
    { var: 'muc#roominfo_subjectmod', type: 'boolean', values: [mayChangeSubject ? '1' : '0'] },
  ];
}

/** Who is in a room is for those to know who are in it (XEP-0045 §6.5). */
export function receiveItems(room: Room, received: Received, { attrs: { node } }: Element): readonly Sent[] {
  if (node !== undefined) return refuse(received, 'item-not-found');
  const query = new Element('query', { xmlns: NS.discoItems });
  if (occupantAt(room, received.from) !== undefined) {
    for (const { nick, isShown } of room.occupants.values()) if (isShown) query.c('item', { jid: occupantJid(room, nick) });
  }
  return answer(received, query);
}

/** XEP-0045 §7.12. */
function reservedNick(room: Room, { from }: Received): Element {
  const query = new Element('query', { xmlns: NS.discoInfo, node: reservedNickNode });
  const nick = room.affiliations.get(from.bare)?.nick;
  if (nick !== undefined) query.c('identity', { category: 'conference', type: 'text', name: nick });
  return query;
}
