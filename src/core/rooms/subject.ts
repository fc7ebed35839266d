/** The subject of a room: who may change it, and how a newcomer is told. Spec: XEP-0045 §7.2.15, §8.1.
 *  Not here: how it reaches everybody (messages.ts). @module */
import { Element } from 'ltx';
import { detached } from '../detached.ts';
import { NS } from '../namespaces.ts';
import { StanzaError } from '../stanza-error.ts';
import { ownChildren } from '../stanza.ts';
import { stampOf } from './history.ts';
import { occupantIdElement, occupantIdOf } from './identifiers.ts';
import { occupantJid, roleOf } from './room.ts';
import type { Occupant, Room } from './room.ts';

/** Whether a message changes the subject: it has one, and neither body nor thread (XEP-0045 §8.1). */
export function isSubjectChange(message: Element): boolean {
  return ownChildren(message, 'subject').length > 0 && ownChildren(message, 'body').length === 0 && ownChildren(message, 'thread').length === 0;
}

/** Changes the subject, if the occupant may.
 *  @returns what is wrong with it, if anything is */
export function changeSubject(room: Room, occupant: Occupant, message: Element, at: number): StanzaError | undefined {
  const role = roleOf(occupant);
  if (role !== 'moderator' && !(room.configuration.mayChangeSubject && role === 'participant')) return new StanzaError('forbidden');
  const texts = ownChildren(message, 'subject').map((each) => ({ lang: each.attrs['xml:lang'] ?? message.attrs['xml:lang'], subject: detached(each.getText()) }));
  if (texts.reduce((sum, { subject }) => sum + subject.length, 0) > room.surroundings.limits.subjectCharacters || texts.length > 20) return new StanzaError('policy-violation', 'The subject is too long.');
  room.subject = { texts: texts.map(({ lang, subject }) => (lang === undefined ? { subject } : { lang: detached(lang), subject })), nick: occupant.nick, by: occupant.user, at };
  return undefined;
}

/** The subject as a newcomer is told of it; an empty one where none was ever set (XEP-0045 §7.2.15). */
export function subjectElement(room: Room): Element {
  const { subject } = room;
  if (subject === undefined) {
    const none = new Element('message', { from: room.jid.bare, type: 'groupchat' });
    none.c('subject');
    return none;
  }
  const message = new Element('message', { from: occupantJid(room, subject.nick), type: 'groupchat' });
  for (const { lang, subject: text } of subject.texts) message.c('subject', lang === undefined ? {} : { 'xml:lang': lang }).t(text);
  message.c('delay', { xmlns: NS.delay, from: room.jid.bare, stamp: stampOf(subject.at) });
  message.cnode(occupantIdElement(occupantIdOf(room.key, subject.by)));
  return message;
}
