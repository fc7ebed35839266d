/** What a room says of its occupants, to whom and with which status codes. Spec: XEP-0045 §7.2.2-§7.2.4, §17.3,
 *  XEP-0421 §3. Not here: when it is said (occupants.ts). @module */
import { Element, parse } from 'ltx';
import { detached } from '../detached.ts';
import { NS } from '../namespaces.ts';
import { childElements } from '../stanza.ts';
import { serialize } from '../xml/writer.ts';
import { occupantIdElement } from './identifiers.ts';
import { addressesOf, affiliationOf, occupantJid, roleOf, shownOf } from './room.ts';
import type { Occupant, Room, Sent, Session } from './room.ts';

/** What goes with a word of presence, besides what the room itself knows. */
export interface Word {
  /** For everybody. */
  readonly statuses?: readonly number[];
  /** For the session that it is about, alone. */
  readonly ownStatuses?: readonly number[];
  /** That session. */
  readonly session?: Session;
  /** The `id` of what it has sent (XEP-0045 §7.2.2). */
  readonly id?: string;
  /** What it says as it goes (XEP-0045 §7.14). */
  readonly content?: readonly Element[];
  readonly newNick?: string;
  readonly reason?: string;
  /** The nick of who did it. */
  readonly actor?: string;
  readonly destroy?: Element;
}

/** What only the room may say, and what is no business of others (XEP-0045 §17.3, XEP-0421 §4). */
const ofTheRoom: ReadonlySet<string> = new Set([NS.muc, NS.mucUser, NS.mucAdmin, NS.mucOwner, NS.occupantIds]);

/** What presence of a client says to the room, without what only the room may say; a copy that keeps nothing else
 *  alive. A status is in the language of its stanza, unless it says otherwise (RFC 6120 §8.1.5). */
export function contentOf(presence: Element): readonly Element[] {
  const lang = presence.attrs['xml:lang'];
  return childElements(presence).filter((child) => !ofTheRoom.has(child.attrs.xmlns ?? '')).map((child) => {
    const copy = parse(detached(serialize(child)));
    if (lang !== undefined && copy.name === 'status' && copy.attrs.xmlns === undefined) copy.attrs['xml:lang'] ??= detached(lang);
    return copy;
  });
}

/** Whether an occupant is shown the addresses behind the nicks (XEP-0045 §7.2.3, §7.2.4). */
export function seesAddresses(room: Room, occupant: Occupant): boolean {
  return room.configuration.whois === 'anyone' || roleOf(occupant) === 'moderator';
}

/** Tells everybody that an occupant is there, or what has changed about it, itself last. Where its role is one whose
 *  presence is not broadcast, it is told alone, and whoever knew of it hears that it is gone. */
export function broadcastPresence(room: Room, occupant: Occupant, word: Word): readonly Sent[] {
  const wasShown = occupant.isShown;
  occupant.isShown = room.configuration.presenceBroadcast.some((role) => role === roleOf(occupant));
  const others = occupant.isShown || wasShown ? tellOthers(room, occupant, occupant.isShown ? 'available' : 'unavailable', word) : [];
  return [...others, ...tellItself(room, occupant, 'available', word)];
}

/** Tells everybody that an occupant is gone, itself last; it is among the occupants no more. */
export function broadcastUnavailable(room: Room, occupant: Occupant, word: Word): readonly Sent[] {
  return [...(occupant.isShown ? tellOthers(room, occupant, 'unavailable', word) : []), ...tellItself(room, occupant, 'unavailable', word)];
}

/** Tells one session that it is gone (XEP-0045 §7.14, §10.9). */
export function sendUnavailable(room: Room, occupant: Occupant, session: Session, word: Word): Sent {
  return { stanza: presenceOf(room, occupant, 'unavailable', word, session.jid.full, [...(word.statuses ?? []), 110], word.id), to: [session.jid] };
}

/** Shows one session who else is in the room (XEP-0045 §7.2.2). */
export function showOccupants(room: Room, to: Session, viewer: Occupant, shown: Iterable<Occupant>): readonly Sent[] {
  const sees = seesAddresses(room, viewer);
  return [...shown].filter((other) => other !== viewer && other.isShown)
    .map((other) => ({ stanza: presenceOf(room, other, 'available', {}, sees ? shownOf(other)?.jid.full : undefined, []), to: [to.jid] }));
}

/** One stanza for those who see addresses, and one for the rest. */
function tellOthers(room: Room, occupant: Occupant, type: 'available' | 'unavailable', word: Word): readonly Sent[] {
  const others = [...room.occupants.values()].filter((other) => other !== occupant);
  const jid = shownOf(occupant)?.jid.full ?? word.session?.jid.full;
  return [true, false].flatMap((sees) => {
    const to = addressesOf(others.filter((other) => seesAddresses(room, other) === sees));
    return to.length === 0 ? [] : [{ stanza: presenceOf(room, occupant, type, word, sees ? jid : undefined, word.statuses ?? []), to }];
  });
}

/** To its other sessions, then to the one that it is about. */
function tellItself(room: Room, occupant: Occupant, type: 'available' | 'unavailable', word: Word): readonly Sent[] {
  const { session, statuses = [], ownStatuses = [] } = word;
  const others = [...occupant.sessions.values()].filter((each) => each !== session);
  const sent: Sent[] = others.map(({ jid }) => ({ stanza: presenceOf(room, occupant, type, word, jid.full, [...statuses, 110]), to: [jid] }));
  if (session !== undefined) sent.push({ stanza: presenceOf(room, occupant, type, word, session.jid.full, [...statuses, ...ownStatuses, 110], word.id), to: [session.jid] });
  return sent;
}

function presenceOf(room: Room, occupant: Occupant, type: 'available' | 'unavailable', word: Word, jid: string | undefined, statuses: readonly number[], id?: string): Element {
  const isGone = type === 'unavailable';
  const presence = new Element('presence', { from: occupantJid(room, occupant.nick), ...(isGone ? { type } : {}), ...(id === undefined ? {} : { id }) });
  presence.children = [...(isGone ? word.content ?? [] : shownOf(occupant)?.content ?? []), occupantIdElement(occupant.id), userElement(room, occupant, isGone, word, jid, statuses)];
  return presence;
}

/** What the room knows of the occupant (XEP-0045 §17.3). */
function userElement(room: Room, occupant: Occupant, isGone: boolean, { newNick, reason, actor, destroy }: Word, jid: string | undefined, statuses: readonly number[]): Element {
  const x = new Element('x', { xmlns: NS.mucUser });
  const item = x.c('item', {
    // A user who has left by its ban is an outcast; whoever leaves a room that is no more, is nothing to it (§10.9).
    affiliation: destroy === undefined ? affiliationOf(room, occupant.user) : 'none',
    role: isGone ? 'none' : roleOf(occupant),
    ...(jid === undefined ? {} : { jid }), ...(newNick === undefined ? {} : { nick: newNick }),
  });
  if (actor !== undefined) item.c('actor', { nick: actor });
  if (reason !== undefined) item.c('reason').t(reason);
  if (destroy !== undefined) x.cnode(destroy);
  for (const code of statuses) x.c('status', { code: String(code) });
  return x;
}
