/** What the judges of two servers ask of a run. @module */
import { parse } from 'ltx';
import { bareOf } from '../schedules/programme.ts';
import type { Deed } from '../schedules/programme.ts';
import type { Heard, Session } from '../schedules/run.ts';
import type { ScheduleTheorem } from '../schedules/schedule-theorem.ts';
import { siteOf } from './programme.ts';
import type { FederatedProgramme } from './programme.ts';
import type { FederatedRun, Mishap } from './run.ts';

/** A theorem about two servers. */
export type FederatedTheorem = ScheduleTheorem<FederatedProgramme, FederatedRun>;

/** Whether something of a kind has gone wrong before a step. */
export const hasHappened = ({ mishaps }: FederatedRun, kinds: readonly Mishap['what'][], until = Infinity, site?: string): boolean =>
  mishaps.some(({ what, at, site: where }) => kinds.includes(what) && at <= until && (site === undefined || where === site));

/** Whether stanzas may have been lost between the servers, or sent back. */
export const isDisturbed = (run: FederatedRun): boolean => hasHappened(run, ['cut', 'link', 'refused', 'stop']);

/** A theorem that says nothing where a line has broken: what is lost on it nobody can tell of (THEOREMS T6). */
export const undisturbed = (theorem: FederatedTheorem): FederatedTheorem => ({ ...theorem, fault: (evidence, premise) => (isDisturbed(evidence.run) ? undefined : theorem.fault(evidence, premise)) });

/** A theorem that says nothing where somebody blocks somebody: that is T10's (THEOREMS U3). */
export const unblocked = (theorem: FederatedTheorem): FederatedTheorem => ({
  ...theorem,
  fault: (evidence, premise) => (evidence.run.sessions.some(({ said }) => said.some(({ deed }) => deed.do === 'block' || deed.do === 'conceal')) ? undefined : theorem.fault(evidence, premise)),
});

/** A theorem about people. What rooms say of their occupants is no word of whom it is about. That a contact of another server is not
 *  available is also the answer to a probe (RFC 6121 §4.3.2), and what the user's own server says of somebody who is blocked
 *  and may have shown itself (XEP-0016 §2.10). */
export const aboutPeople = (theorem: FederatedTheorem): FederatedTheorem => ({
  ...theorem,
  fault: (evidence, premise) => {
    const sessions = evidence.run.sessions.map((session) => ({ ...session, heard: session.heard.filter((heard, place) => isOfPeople(evidence.run, session, heard, place)) }));
    return theorem.fault({ ...evidence, run: { ...evidence.run, sessions } }, premise);
  },
});

function isOfPeople({ sessions }: FederatedRun, { jid, heard }: Session, { name, from, type }: Heard, place: number): boolean {
  if (name !== 'presence') return true;
  if (from.includes('@rooms.')) return false;
  if (type !== 'unavailable') return true;
  const isBlocked = sessions.some((other) => bareOf(other.jid) === bareOf(jid) && other.said.some(({ deed }) => deed.do === 'block' && deed.of === bareOf(from)));
  // What comes from another server is judged where it arrives (THEOREMS T6): its user may not have been there to hear the beginning.
  const isLater = siteOf(from) !== siteOf(jid) || isBlocked;
  return from.includes('/') && (!isLater || wasThere(heard, from, place));
}

/** Whether the last that was heard of somebody is that it is available. */
function wasThere(heard: readonly Heard[], jid: string, until: number): boolean {
  const last = heard.slice(0, until).findLast(({ name, from, type }) => name === 'presence' && from === jid && (type === undefined || type === 'unavailable'));
  return last !== undefined && last.type === undefined;
}

/** What rooms have to do with presence. */
export interface RoomWord {
  readonly room: string;
  readonly isSelf: boolean;
  /** The occupant itself is in, is out, or is not let in. */
  readonly says: 'in' | 'out' | 'refused';
  /** The server has said it in the room's name (333), not the room. */
  readonly isSpokenFor: boolean;
}

const words = new Map<string, RoomWord | undefined>();

/** What a stanza of a room says to an occupant; undefined when it comes from no room, or says nothing. */
export function roomWordOf({ name, xml, from }: { readonly name: string; readonly xml: string; readonly from: string }): RoomWord | undefined {
  if (name !== 'presence' || !from.includes('@rooms.')) return undefined;
  if (!words.has(xml)) words.set(xml, readWord(xml, from));
  return words.get(xml);
}

function readWord(xml: string, from: string): RoomWord | undefined {
  const { attrs: { type }, ...element } = parse(xml);
  const codes = element.children.flatMap((child) => (typeof child === 'string' || child.name !== 'x' ? [] : child.getChildren('status').map(({ attrs }) => String(attrs.code))));
  if (type !== undefined && type !== 'unavailable' && type !== 'error') return undefined;
  const says = type === undefined ? 'in' : type === 'error' ? 'refused' : 'out';
  // Of a room that is blocked the user's own server says that it is heard no more, and nothing else.
  const isBare = says === 'out' && element.children.length === 0;
  return { room: bareOf(from), isSelf: says === 'refused' || codes.includes('110') || isBare, says, isSpokenFor: codes.includes('333') };
}

/** What a room has said to an occupant about itself, in order. */
export const wordsTo = ({ heard }: Session, room: string, until = Infinity): (RoomWord & { readonly heard: Heard })[] =>
  heard.flatMap((each) => {
    const word = each.at <= until ? roomWordOf(each) : undefined;
    return word !== undefined && word.isSelf && word.room === room ? [{ ...word, heard: each }] : [];
  });

/** Whether the user of a session has blocked a room, or all rooms of its server, before. */
export const hasBlocked = ({ sessions }: FederatedRun, { jid }: Session, room: string, until: number): boolean =>
  sessions.some((other) => bareOf(other.jid) === bareOf(jid) && other.said.some(({ at, deed }) => at <= until && deed.do === 'block' && (deed.of === room || deed.of === siteOf(room))));

/** When the server has closed a session. */
export const closedAt = ({ heard }: Session): number => heard.findLast(({ name }) => name === 'closed')?.at ?? Infinity;

/** When somebody has bound the full JID of a session anew. */
export const replacedAt = ({ sessions }: FederatedRun, session: Session): number =>
  Math.min(...sessions.slice(sessions.indexOf(session) + 1).filter(({ jid, boundAt }) => jid === session.jid && boundAt !== undefined).map(({ boundAt = Infinity }) => boundAt));

/** When the server has begun to end a session, if its client has not: it takes nothing more of it. */
export const endBegunAt = (run: FederatedRun, session: Session): number =>
  Math.min(replacedAt(run, session), ...run.mishaps.filter(({ what, site }) => what === 'stop' && site === siteOf(session.jid)).map(({ at }) => at));

/** The rooms that a session has asked to enter, with the step at which it did. */
export function joinsOf(run: FederatedRun, session: Session): { readonly at: number; readonly room: string }[] {
  const until = endBegunAt(run, session);
  return session.said.flatMap(({ at, deed }) => (deed.do === 'join' && at < until ? [{ at, room: bareOf(deed.occupant) }] : []));
}

/** Whether a deed takes a session out of a room. */
export const isLeaving = (deed: Deed, room: string): boolean => deed.do === 'unavailable' || deed.do === 'close' || (deed.do === 'leave' && bareOf(deed.occupant) === room);
