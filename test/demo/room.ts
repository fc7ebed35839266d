/** What players do in a room, and what a room says to them. Spec: XEP-0045 §7. @module */
import { xml } from '@xmpp/client';
import type { Element } from 'ltx';
import type { Wanted } from './player.ts';

const muc = 'http://jabber.org/protocol/muc';

/** Enters a room under a nick; makes it, if there is none. */
export const join = (room: string, nick: string): Element => xml('presence', { to: `${room}/${nick}` }, xml('x', { xmlns: muc }));

/** Takes a new room as it is (XEP-0045 §10.1.2). */
export const accept = (room: string): Element =>
  xml('iq', { to: room, type: 'set' }, xml('query', { xmlns: `${muc}#owner` }, xml('x', { xmlns: 'jabber:x:data', type: 'submit' })));

/** The last that a room sends to a newcomer. */
export const isSubject: Wanted = (stanza) => stanza.getChild('subject') !== undefined;

/** The room says that an occupant has come. */
export const isWelcomeOf = (occupant: string): Wanted => ({ name, attrs }) => name === 'presence' && attrs.from === occupant && attrs.type === undefined;

/** The room says that an occupant has gone. */
export const isGoodbyeOf = (occupant: string): Wanted => ({ name, attrs }) => name === 'presence' && attrs.from === occupant && attrs.type === 'unavailable';

/** Whose own copy that is (110), in the room's own words: with 333 it may be the server that speaks. */
export const isOwn: Wanted = (stanza) => codesOf(stanza).includes('110') && !codesOf(stanza).includes('333');

/** The status codes of a room's presence. */
export const codesOf = (stanza: Element): readonly string[] =>
  stanza.getChildren('x').flatMap((x) => x.getChildren('status')).map((status) => String(status.attrs.code));
