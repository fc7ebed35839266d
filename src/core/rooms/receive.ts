/** A stanza for a room: what it is, and which use case takes it. Spec: XEP-0045 §7-§10, §17. Not here: whether there is such
 *  a room, and stanzas for the service itself (service.ts). @module */
import type { Element } from 'ltx';
import { NS } from '../namespaces.ts';
import { childElements } from '../stanza.ts';
import { receiveAdmin } from './admin.ts';
import { answer, refuse } from './answer.ts';
import { receiveInfo, receiveItems } from './disco.ts';
import { receiveAvailable } from './enter.ts';
import { formIn } from './forms.ts';
import { decline, invite, isInvitation } from './invitations.ts';
import { receiveMessageError, receivePresenceError, receiveUnavailable } from './leave.ts';
import { endIfEmpty } from './lifecycle.ts';
import { receiveGroupchat } from './messages.ts';
import { receiveOwner } from './owner.ts';
import { receiveOccupantIq, receivePrivate } from './private.ts';
import { receiveRegistration } from './registration.ts';
import { affiliationOf } from './room.ts';
import type { Received, Room, Sent } from './room.ts';
import { receiveVoiceForm } from './voice.ts';

/** Takes one stanza, changes the room, and answers with what is to be sent, in order. */
export function receive(room: Room, received: Received): readonly Sent[] {
  const sent = receiveStanza(room, received);
  endIfEmpty(room);
  return sent;
}

function receiveStanza(room: Room, received: Received): readonly Sent[] {
  const { stanza, to } = received;
  switch (stanza.name) {
    case 'presence':
      return receivePresence(room, received);
    case 'message':
      return receiveMessage(room, received);
    default:
      return to.resource === undefined ? receiveRequest(room, received) : receiveOccupantIq(room, received);
  }
}

function receivePresence(room: Room, received: Received): readonly Sent[] {
  switch (received.stanza.attrs.type) {
    case undefined:
      return receiveAvailable(room, received);
    case 'unavailable':
      return receiveUnavailable(room, received);
    case 'error':
      return receivePresenceError(room, received);
    default:
      return []; // §17.3: neither a join nor a leave
  }
}

function receiveMessage(room: Room, received: Received): readonly Sent[] {
  const { stanza, to } = received;
  if (stanza.attrs.type === 'error') return receiveMessageError(room, received);
  if (stanza.attrs.type === 'groupchat') return receiveGroupchat(room, received);
  if (to.resource !== undefined) return receivePrivate(room, received);
  const invited = isInvitation(stanza, 'invite');
  if (invited !== undefined) return invite(room, received, invited);
  const declined = isInvitation(stanza, 'decline');
  if (declined !== undefined) return decline(room, received, declined);
  const form = formIn(stanza);
  return form === undefined ? refuse(received, 'bad-request') : receiveVoiceForm(room, received, form); // §17.2
}

type Handler = (room: Room, received: Received, payload: Element) => readonly Sent[];

/** Requests to the room itself, by the payload and the types that it comes with (XEP-0045 §17.4). */
const handlers: Readonly<Record<string, { readonly types: string; readonly handle: Handler }>> = {
  [NS.discoInfo]: { types: 'get', handle: receiveInfo },
  [NS.discoItems]: { types: 'get', handle: receiveItems },
  [NS.mucAdmin]: { types: 'get set', handle: receiveAdmin },
  [NS.mucOwner]: { types: 'get set', handle: receiveOwner },
  [NS.register]: { types: 'get set', handle: receiveRegistration },
  [NS.ping]: { types: 'get', handle: (_room, received) => answer(received, null) },
};

function receiveRequest(room: Room, received: Received): readonly Sent[] {
  const { type = '' } = received.stanza.attrs;
  if (type !== 'get' && type !== 'set') return [];
  // A room that is not configured yet does not exist, but for its creator (§10.1.1).
  if (room.isLocked && affiliationOf(room, received.from.bare) !== 'owner') return refuse(received, 'item-not-found');
  const [payload] = childElements(received.stanza);
  const handler = payload === undefined ? undefined : handlers[payload.attrs.xmlns ?? ''];
  return payload === undefined || handler?.types.split(' ').includes(type) !== true ? refuse(received, 'service-unavailable') : handler.handle(room, received, payload);
}
