/** What goes from one occupant to another by way of the room: private messages and requests, neither of which shows
 *  who is behind a nick. Spec: XEP-0045 §7.5, §17.4, §6.6, XEP-0410 §3. Not here: requests to the room itself
 *  (requests.ts). @module */
import { Element } from 'ltx';
import type { FullJid, Role } from '../../../machines/vocabulary.ts';
import { NS } from '../namespaces.ts';
import { childElements } from '../stanza.ts';
import { answer, refuse } from './answer.ts';
import type { PrivateMessages } from './configuration.ts';
import { messageIdOf } from './identifiers.ts';
import { reflected } from './messages.ts';
import { occupantOf } from './nick.ts';
import { addressOf, addressesOf, jidOf, occupantAt, occupantJid, roleOf, shownOf } from './room.ts';
import type { Occupant, Received, Room, Sent } from './room.ts';

/** Who may send private messages, by the room's option (`muc#roomconfig_allowpm`). */
const senders: Readonly<Record<PrivateMessages, readonly Role[]>> = {
  anyone: ['visitor', 'participant', 'moderator'], participants: ['participant', 'moderator'], moderators: ['moderator'], none: [],
};

/** A private message: it goes to all sessions of the occupant (XEP-0045 §7.5). */
export function receivePrivate(room: Room, received: Received): readonly Sent[] {
  const { stanza, from, to, at } = received;
  const sender = occupantAt(room, from);
  if (sender === undefined) return refuse(received, 'not-acceptable');
  const recipient = occupantOf(room, to.resource);
  if (recipient === undefined) return refuse(received, 'item-not-found');
  if (!senders[room.configuration.privateMessages].includes(roleOf(sender))) return refuse(received, 'forbidden');
  const message = reflected(room, sender, stanza, messageIdOf(at, room.identified += 1));
  message.c('x', { xmlns: NS.mucUser });
  const addresses = addressesOf([recipient]);
  for (const jid of addresses) room.privates.set(`${addressOf(jid)} ${message.attrs.id}`, true);
  return [{ stanza: message, to: addresses }];
}

/** Takes an error of a private message back to who sent it; undefined when it is of something else. */
export function returnPrivate(room: Room, { stanza, from, to }: Received): readonly Sent[] | undefined {
  if (room.privates.take(`${addressOf(from)} ${stanza.attrs.id ?? ''}`) !== true) return undefined;
  const asked = occupantAt(room, from);
  const sender = occupantOf(room, to.resource);
  if (asked === undefined || sender === undefined) return [];
  return [{ stanza: disguised(stanza, occupantJid(room, asked.nick)), to: addressesOf([sender]) }];
}

/** An iq for an occupant: a request is passed on, an answer goes back. */
export function receiveOccupantIq(room: Room, received: Received): readonly Sent[] {
  const { type } = received.stanza.attrs;
  return type === 'get' || type === 'set' ? passOn(room, received) : giveBack(room, received);
}

function passOn(room: Room, received: Received): readonly Sent[] {
  const { stanza, from, to } = received;
  const [payload] = childElements(stanza);
  const { xmlns = '' } = payload?.attrs ?? {};
  const asker = occupantAt(room, from);
  if (asker === undefined) return refuse(received, xmlns === NS.discoInfo || xmlns === NS.discoItems ? 'bad-request' : 'not-acceptable'); // §6.6, XEP-0410 §3.2
  const target = occupantOf(room, to.resource);
  if (target === undefined) return refuse(received, 'item-not-found');
  if (target === asker && xmlns === NS.ping) return answer(received, null); // XEP-0410 §3.3
  const recipient = isForAccount(xmlns) ? jidOf(target.user)[0] : shownOf(target)?.jid;
  const key = recipient === undefined ? '' : `${addressOf(recipient)} ${stanza.attrs.id}`;
  if (recipient === undefined || asker.requests.has(key)) return refuse(received, 'conflict');
  asker.requests.set(key, { asker: from, asked: occupantJid(room, target.nick) });
  return [{ stanza: disguised(stanza, occupantJid(room, asker.nick)), to: [recipient] }];
}

/** What the server of an account answers for it: its vCard, and what it has published. */
const isForAccount = (xmlns: string): boolean => xmlns === NS.vcardTemp || xmlns === 'http://jabber.org/protocol/pubsub';

/** An answer is for whoever has asked; nobody has asked for any other. */
function giveBack(room: Room, { stanza, from, to }: Received): readonly Sent[] {
  const occupant: Occupant | undefined = occupantOf(room, to.resource);
  const waiting = occupant?.requests.take(`${addressOf(from)} ${stanza.attrs.id}`);
  return waiting === undefined ? [] : [{ stanza: disguised(stanza, waiting.asked), to: [waiting.asker] }];
}

/** The same stanza in the name of an occupant JID; an error does not say whose it is (XEP-0045 §17.4). */
function disguised(stanza: Element, from: FullJid): Element {
  const { to: _, ...attrs } = stanza.attrs;
  const copy = new Element(stanza.name, { ...attrs, from });
  copy.children = childElements(stanza).map((child) => {
    if (child.name !== 'error' || child.attrs.by === undefined) return child;
    const { by: _by, ...rest } = child.attrs;
    const error = new Element('error', rest);
    error.children = child.children;
    return error;
  });
  return copy;
}
