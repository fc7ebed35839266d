/** What is said to all: messages of type `groupchat`. Spec: XEP-0045 §7.4, §8.1, XEP-0359 §3, XEP-0421 §3.
 *  Not here: who may change the subject (subject.ts), private messages (private.ts). @module */
import { Element } from 'ltx';
import { detached } from '../detached.ts';
import { NS } from '../namespaces.ts';
import { parseJid } from '../jid.ts';
import { childElements, childIn, ownChildren } from '../stanza.ts';
import { serialize } from '../xml/writer.ts';
import { refuse } from './answer.ts';
import { stampOf } from './history.ts';
import { messageIdOf, occupantIdElement, stanzaIdOf } from './identifiers.ts';
import { noteChange } from './lifecycle.ts';
import { everybody, occupantAt, occupantJid, roleOf } from './room.ts';
import type { Occupant, Received, Room, Sent } from './room.ts';
import { changeSubject, isSubjectChange } from './subject.ts';

/** A message for everybody. */
export function receiveGroupchat(room: Room, received: Received): readonly Sent[] {
  const { stanza, from, to, at } = received;
  if (to.resource !== undefined) return refuse(received, 'bad-request'); // §7.5
  const occupant = occupantAt(room, from);
  if (occupant === undefined) return refuse(received, 'not-acceptable');
  const isSubject = isSubjectChange(stanza);
  if (isSubject) {
    const fault = changeSubject(room, occupant, stanza, at);
    if (fault !== undefined) return refuse(received, fault);
    noteChange(room);
  } else if (roleOf(occupant) === 'visitor') return refuse(received, 'forbidden');
  const number = room.identified += 1;
  const message = reflected(room, occupant, stanza, messageIdOf(at, number));
  message.c('stanza-id', { xmlns: NS.stanzaIds, by: room.jid.bare, id: stanzaIdOf(room.key, at, number) });
  if (!isSubject && isWorthKeeping(stanza)) remember(room, message, at);
  return [{ stanza: message, to: everybody(room) }];
}

/** A message of an occupant as the room sends it: in the occupant's name, without what only the room may say. It keeps
 *  its `id`, or gets one (XEP-0045 §7.4). */
export function reflected(room: Room, occupant: Occupant, stanza: Element, id: string): Element {
  const { type, 'xml:lang': lang } = stanza.attrs;
  const message = new Element('message', {
    from: occupantJid(room, occupant.nick), id: stanza.attrs.id ?? id, ...(type === undefined ? {} : { type }), ...(lang === undefined ? {} : { 'xml:lang': lang }),
  });
  message.children = childElements(stanza).filter((child) => !isOfTheRoom(room, child));
  message.children.push(occupantIdElement(occupant.id));
  return message;
}

/** What a client may not say in the room's name (XEP-0421 §4, XEP-0359 §5, XEP-0203 §6). */
function isOfTheRoom(room: Room, { name, attrs }: Element): boolean {
  const { xmlns = '' } = attrs;
  if (xmlns === NS.mucUser || xmlns === NS.muc || xmlns === NS.occupantIds) return true;
  const claimed = xmlns === NS.stanzaIds && name === 'stanza-id' ? attrs.by : xmlns === NS.delay ? attrs.from : undefined;
  return claimed !== undefined && parseJid(claimed)?.bare === room.jid.bare;
}

/** What has nothing to read, such as a chat state, is no history; nor is what asks not to be kept (XEP-0334 §4.2). */
function isWorthKeeping(stanza: Element): boolean {
  return ownChildren(stanza, 'body').length > 0 && childIn(stanza, 'no-store', NS.hints) === undefined;
}

function remember(room: Room, message: Element, at: number): void {
  const copy = new Element(message.name, message.attrs);
  copy.children = [...message.children, new Element('delay', { xmlns: NS.delay, from: room.jid.bare, stamp: stampOf(at) })];
  room.history.add({ at, xml: detached(serialize(copy)) });
}
