/** T2 with rooms in it: whoever has been in a room is told that it has left before its stream is closed, wherever the room
 *  is, and in bounded time. Judged by what clients heard, and by what has arrived at their server. @module */
import type { Session } from '../schedules/run.ts';
import { closedAt, hasBlocked, hasHappened, isDisturbed, isLeaving, joinsOf, replacedAt, roomWordOf, wordsTo } from './evidence.ts';
import type { FederatedTheorem } from './evidence.ts';
import { siteOf } from './programme.ts';
import type { FederatedRun } from './run.ts';

/** Rooms answer, and what they say arrives in time (THEOREMS A4). */
const doRoomsAnswer = (run: FederatedRun, { jid }: Session, until: number): boolean =>
  !hasHappened(run, ['cut', 'silent', 'drain', 'link', 'refused'], until) && !run.mishaps.some(({ what, at, site }) => what === 'stop' && at <= until && site !== siteOf(jid));

/** Whether a session ended in order: neither a dead transport nor a newer route of the full JID put an end to it. */
const isInOrder = (run: FederatedRun, session: Session): boolean => !session.wasCut && closedAt(session) < Infinity && replacedAt(run, session) > closedAt(session);

/** T2.c, the first half: before the closing tag. */
export const roomBeforeClose: FederatedTheorem = {
  name: 'T2.c',
  statement: 'A session that ends in order hears from every room that it has asked to enter, local or remote, that it is out, or was never in, before its stream is closed; from the room itself as long as rooms answer.',
  formula: '□ (live(r) ∧ told(r, k) ∧ closeIntent(r) ⇒ ¬close(r) W (out(r, Echo(r, k)) ∨ err(k) ∨ expire(r)))',
  spec: ['XEP-0045 §7.14', 'RFC 6121 §8.5.3.1', 'RFC 6121 §4.6.3', 'DESIGN D5'],
  fault: ({ run }, premise) => {
    for (const session of run.sessions) {
      if (!isInOrder(run, session)) continue;
      const until = closedAt(session);
      for (const { room } of joinsOf(run, session)) {
        premise();
        const last = wordsTo(session, room, until).at(-1);
        if (last === undefined || last.says === 'in') return `${session.jid} is closed, and the last that ${room} has said is ${last === undefined ? 'nothing' : 'that it is in'}`;
        if (last.isSpokenFor && doRoomsAnswer(run, session, until)) return `${session.jid} hears the server in the name of ${room}, though that would have answered`;
      }
    }
    return undefined;
  },
};

/** T2.c, the second half: also when nothing ends. */
export const roomsAreHeard: FederatedTheorem = {
  name: 'T2.c.heard',
  statement: 'What a room says to the full JID of a session that is there is heard, also when the session went unavailable long before or drains; so whoever leaves a room and stays hears that it has left.',
  formula: '□ (sin(d, Echo(r, k)) ∧ routed(r) ⇒ out(r, Echo(r, k)))',
  spec: ['RFC 6121 §8.5.3.1', 'XEP-0045 §7.14'],
  fault: ({ run }, premise) => {
    for (const arrived of run.arrived) {
      const word = roomWordOf(arrived);
      const session = run.sessions.find((each) => each.jid === arrived.to && each.boundAt !== undefined && each.boundAt < arrived.at && !each.wasCut && closedAt(each) >= arrived.at);
      if (word === undefined || session === undefined || hasBlocked(run, session, word.room, arrived.at)) continue;
      premise();
      const isHeard = run.sessions.some(({ jid, heard }) => jid === session.jid && heard.some(({ at, from, type }) => at >= arrived.at && from === arrived.from && type === arrived.type));
      if (!isHeard) return `${session.jid} does not hear ${arrived.xml}`;
    }
    for (const session of run.sessions) {
      for (const rest of run.restedAt) {
        if (session.boundAt === undefined || session.boundAt > rest || (session.endedAt ?? Infinity) <= rest || !doRoomsAnswer(run, session, rest)) continue;
        for (const { at, room } of joinsOf(run, session)) {
          if (at > rest) continue;
          premise();
          const isOut = session.said.some((said) => said.at > at && said.at <= rest && isLeaving(said.deed, room));
          const isIn = joinsOf(run, session).some((other) => other.room === room && other.at <= rest && !session.said.some((said) => said.at > other.at && said.at <= rest && isLeaving(said.deed, room)));
          const last = wordsTo(session, room, rest).at(-1)?.says;
          if (last === undefined || (isOut && !isIn && last === 'in')) return `${session.jid} hears ${last === undefined ? 'nothing' : 'nothing more'} of ${room}`;
        }
      }
    }
    return undefined;
  },
};

/** T2.d: the order at the end. */
export const orderAtTheEnd: FederatedTheorem = {
  name: 'T2.d',
  statement: 'A session that was available and ends hears its own goodbye, then those of rooms, then the closing tag; no message after its own goodbye, and nothing after the tag.',
  formula: 'out(r) ∈ Σ* Self(r) Echo* close',
  spec: ['RFC 6120 §4.4', 'RFC 6121 §4.5.2', 'DESIGN D5'],
  fault: ({ run }, premise) => {
    for (const session of run.sessions) {
      const { heard, jid, said } = session;
      const closed = heard.findIndex(({ name }) => name === 'closed');
      if (closed >= 0 && closed !== heard.length - 1) return `${jid} hears something after the closing tag`;
      const ended = said.find(({ deed }) => deed.do === 'close');
      const self = heard.findIndex(({ name, from, type, at }) => name === 'presence' && from === jid && type === 'unavailable' && ended !== undefined && at >= ended.at);
      if (self < 0) continue;
      premise();
      const after = heard.slice(self + 1).find((each) => each.name === 'message' || (each.name === 'presence' && each.from === jid));
      if (after !== undefined) return `${jid} hears ${after.xml} after its own goodbye`;
    }
    return undefined;
  },
};

/** T2.e: a drain ends. */
export const boundedDrain: FederatedTheorem = {
  name: 'T2.e',
  statement: 'Whoever ends its stream in order gets the closing tag, whether a room answers or not: as long as it waits a deadline runs, and nobody waits beyond that.',
  formula: '□ (closeIntent(p) ⇒ ◇≤D close(p))',
  spec: ['DESIGN D5', 'RFC 6120 §4.4'],
  fault: ({ run }, premise) => {
    for (const { sessions, deadlines, site } of run.waiting) {
      if (sessions > 0) premise();
      if (sessions > deadlines) return `${sessions} sessions at ${site} wait to be closed, and ${deadlines} deadlines run`;
    }
    const open = run.sessions.find((session) => !session.wasCut && session.boundAt !== undefined && closedAt(session) === Infinity);
    return open === undefined ? undefined : `${open.jid} is never closed`;
  },
};

/** How often a session has come to a room: whoever enters again without having left is in it as before (XEP-0045 §7.2.1). */
function visitsOf(run: FederatedRun, session: Session, room: string): number {
  const joins = joinsOf(run, session).filter((join) => join.room === room);
  return joins.filter(({ at }, place) => place === 0 || session.said.some((said) => said.at > (joins[place - 1]?.at ?? 0) && said.at < at && isLeaving(said.deed, room))).length;
}

/** T2.f: generations. */
export const ownGeneration: FederatedTheorem = {
  name: 'T2.f',
  statement: 'A room answers in order, so a session waits for the end of its own visit: the goodbye that is meant for an earlier session of the same full JID settles nothing for it.',
  formula: '□ (settles(Echo, r) ⇒ generation(Echo) = generation(r))',
  spec: ['DESIGN D1', 'RFC 6120 §10.1'],
  fault: ({ programme: { roomsAre }, run }, premise) => {
    for (const session of run.sessions) {
      const until = closedAt(session);
      if (!isInOrder(run, session) || hasHappened(run, ['cut', 'silent', 'link', 'refused'], until)) continue;
      const earlier = run.sessions.slice(0, run.sessions.indexOf(session)).filter(({ jid }) => jid === session.jid);
      for (const room of new Set(joinsOf(run, session).map((join) => join.room))) {
        // What a room of this project says to its own server does not arrive from anywhere.
        if (roomsAre === 'real' && siteOf(room) === `rooms.${siteOf(session.jid)}`) continue;
        if (wordsTo(session, room, until).some(({ isSpokenFor }) => isSpokenFor)) continue;
        const visits = [...earlier, session].reduce((all, each) => all + visitsOf(run, each, room), 0);
        const ends = run.arrived.filter((arrived) => {
          const word = arrived.to === session.jid && arrived.at <= until ? roomWordOf(arrived) : undefined;
          return word?.room === room && word.isSelf && word.says !== 'in';
        }).length;
        if (earlier.length > 0) premise();
        if (ends < visits) return `${session.jid} is closed when ${room} has said ${ends} goodbyes for ${visits} visits`;
      }
    }
    return undefined;
  },
};

/** T6, at the other server. */
export const toldAcross: FederatedTheorem = {
  name: 'T6.across',
  statement: 'An address of another server, a room or a user, that is told that a resource is available is told once that it is not, however it goes, and is told nothing of an end without a beginning.',
  formula: '□ ∀ r, e : sout(e, r) ∈ (available⁺ unavailable)* available* ∧ (gone(r) ⇒ sout(e, r) ends in unavailable or is empty)',
  spec: ['RFC 6121 §4.5.2', 'RFC 6121 §4.6.3', 'DESIGN D4'],
  fault: ({ run }, premise) => {
    if (isDisturbed(run)) return undefined;
    const told = new Map<string, string>();
    for (const { name, from, to, type } of run.arrived) {
      // Rooms speak of their occupants as they like, and an answer to a probe is no news.
      if (name !== 'presence' || from.includes('@rooms.') || !from.includes('/') || (type !== undefined && type !== 'unavailable')) continue;
      const key = `${to} ${from}`;
      if (type === 'unavailable' && told.get(key) !== 'available') return `${to} is told needlessly that ${from} is gone`;
      if (type === 'unavailable') premise();
      told.set(key, type ?? 'available');
    }
    const ghost = [...told].find(([, last]) => last === 'available');
    return ghost === undefined ? undefined : `nobody tells ${ghost[0].replace(' ', ' that ')} is gone`;
  },
};
