/** What must hold of presence and of sessions in every schedule: T1.d, T2, T5, T6, T8 and T12. All of it is
 *  judged by what clients heard; whoever is told something may have to wait for the store, so beliefs are
 *  judged when the store has answered everything. @module */
import { bareOf } from './programme.ts';
import type { Deed } from './programme.ts';
import { isEndedByServer } from './run.ts';
import type { Heard, Run, Session } from './run.ts';
import type { ScheduleTheorem } from './schedule-theorem.ts';

const isAddressed = ({ jid }: Session, to: string): boolean => to === jid || to === bareOf(jid);

/** Whether a session is there at a moment, as its client sees it. */
const isThere = ({ boundAt, endedAt }: Session, at: number): boolean => boundAt !== undefined && boundAt <= at && (endedAt ?? Infinity) > at;

const isAvailability = ({ name, type }: Heard): boolean => name === 'presence' && (type === undefined || type === 'unavailable');

const isOwn = ({ jid }: Session, heard: Heard): boolean => isAvailability(heard) && heard.from === jid && heard.to === bareOf(jid);

/** What a session has last done of some kind. */
function lastSaid(session: Session, until: number, isKind: (deed: Deed) => boolean): { readonly deed: Deed; readonly place: number } | undefined {
  const place = session.said.findLastIndex(({ at, deed }) => at <= until && isKind(deed));
  const deed = session.said[place]?.deed;
  return deed === undefined ? undefined : { deed, place };
}

const isBroadcast = (deed: Deed): boolean => deed.do === 'available' || deed.do === 'unavailable';

/** T1.d: the rights of one who is merely connected. */
export const mayAct: ScheduleTheorem = {
  name: 'T1.d',
  statement: 'A connected resource may ask and show itself, also before it was ever available: its requests are answered once, and directed presence arrives.',
  formula: '□ (in(r, s) ∧ bound(r) ⇒ ◇ (answered(s) ⊻ delivered(s)))',
  spec: ['RFC 6120 §8.2.3', 'RFC 6121 §4.6.3', 'RFC 6121 §8.5.3'],
  fault: ({ run }, premise) => {
    for (const session of run.sessions) {
      for (const { at, deed, id } of session.said) {
        const isNew = !session.said.some((other) => other.at < at && other.deed.do === 'available');
        const fault = deed.do === 'ping' ? answerFault(run, session, id) : deed.do === 'directed' && deed.isAvailable ? directedFault(run, session, deed.to, at) : null;
        if (fault === null) continue;
        if (isNew) premise();
        if (fault !== undefined) return fault;
      }
    }
    return undefined;
  },
};

/** Null where nothing can be said: nobody is left to hear. */
function answerFault({ sessions }: Run, session: Session, id: string): string | undefined | null {
  if (session.wasCut || isEndedByServer(session)) return null;
  const answers = session.heard.filter((heard) => heard.name === 'iq' && heard.id === id && (heard.type === 'result' || heard.type === 'error')).length;
  const deliveries = sessions.flatMap(({ heard }) => heard).filter((heard) => heard.name === 'iq' && heard.id === id && heard.type === 'get').length;
  return answers + deliveries === 1 ? undefined : `the request ${id} of ${session.jid} is answered ${answers} times and delivered ${deliveries} times`;
}

function directedFault({ sessions, restedAt }: Run, { jid }: Session, to: string, at: number): string | undefined | null {
  const rest = restedAt.find((step) => step >= at) ?? Infinity;
  const peer = sessions.find((other) => other.jid === to && isThere(other, at) && isThere(other, rest));
  if (peer === undefined) return null;
  const isHeard = peer.heard.some((heard) => heard.at >= at && heard.name === 'presence' && heard.from === jid && heard.to === to && heard.type === undefined);
  return isHeard ? undefined : `${to} does not hear the presence that ${jid} directs to it`;
}

/** T2.b and T2.d. */
export const goodbyeFirst: ScheduleTheorem = {
  name: 'T2',
  statement: 'A resource hears its own unavailable presence once it is unavailable, before its stream is closed, and nothing after the closing tag.',
  formula: '□ (becomesUnavailable(r) ∧ live(r) ⇒ ¬close(r) W out(r, Self(r)))',
  spec: ['RFC 6121 §4.5.2', 'RFC 6120 §4.4'],
  fault: ({ run }, premise) => {
    for (const session of run.sessions) {
      const closed = session.heard.findIndex(({ name }) => name === 'closed');
      if (closed >= 0 && closed !== session.heard.length - 1) return `${session.jid} hears something after the closing tag`;
      const own = session.heard.filter((heard) => isOwn(session, heard));
      if (closed >= 0 && own.length > 0) {
        premise();
        if (own.at(-1)?.type !== 'unavailable') return `${session.jid} is closed without having heard its own goodbye`;
      }
      for (const rest of run.restedAt.filter((step) => isThere(session, step))) {
        const said = lastSaid(session, rest, isBroadcast);
        if (said?.deed.do !== 'unavailable' || !session.said.slice(0, said.place).some(({ deed }) => deed.do === 'available')) continue;
        premise();
        if (own.findLast(({ at }) => at <= rest)?.type !== 'unavailable') return `${session.jid} is unavailable and does not hear so`;
      }
    }
    return undefined;
  },
};

/** Whether somebody has heard last that its subscription is no more. */
const isCancelled = (heard: readonly Heard[], of: string): boolean =>
  heard.findLast(({ name, from, type }) => name === 'presence' && from === of && (type === 'subscribed' || type === 'unsubscribed'))?.type === 'unsubscribed';

/** T5, judged by what each client heard. */
export const noLeak: ScheduleTheorem = {
  name: 'T5.safety',
  statement: 'Available presence reaches only whom it was directed to, or whose subscription was approved and, as far as it has heard, not cancelled since.',
  formula: '□ (out(e, presence about u) ⇒ auth(u, e) ∨ directedOpen(u, e))',
  spec: ['RFC 6121 §11', 'RFC 6121 §3.2.2'],
  fault: ({ run }, premise) => {
    for (const session of run.sessions) {
      for (const [place, heard] of session.heard.entries()) {
        const of = bareOf(heard.from);
        if (heard.name !== 'presence' || heard.type !== undefined || of === bareOf(session.jid)) continue;
        premise();
        const said = run.sessions.filter(({ jid }) => bareOf(jid) === of).flatMap((other) => other.said.filter(({ at }) => at <= heard.at).map(({ deed }) => ({ by: other.jid, deed })));
        const isDirected = said.some(({ by, deed }) => by === heard.from && deed.do === 'directed' && deed.isAvailable && isAddressed(session, deed.to));
        const isApproved = said.some(({ deed }) => deed.do === 'subscription' && deed.type === 'subscribed' && deed.to === bareOf(session.jid));
        if (!isDirected && (!isApproved || isCancelled(session.heard.slice(0, place), of))) return `${session.jid} hears ${heard.xml}`;
      }
    }
    return undefined;
  },
};

/** T5, between two runs of one schedule. */
export const noTrace: ScheduleTheorem = {
  name: 'T5.observation',
  statement: 'Whatever presence a user sends, and whether it is there at all: a stranger who asks hears the same.',
  formula: '∀ w, u, e : stranger(e, u) ⇒ out(w, e) = out(w without presence and binds of u, e)',
  spec: ['RFC 6121 §11', 'RFC 6121 §4.3.2', 'RFC 6121 §8.5.3.1'],
  fault: ({ programme: { stranger }, run, without }, premise) => {
    if (stranger === undefined) return undefined;
    const heardIn = ({ sessions }: Run): string[] => sessions.filter(({ jid }) => jid === stranger.jid).flatMap(({ heard }) => heard.map(({ name, xml }) => xml || name));
    const heard = heardIn(run);
    const others = [
      ['were it not available', without(({ jid }, deed) => bareOf(jid) === stranger.of && deed.do !== 'connect')],
      ['were it not there', without(({ jid }) => bareOf(jid) === stranger.of)],
    ] as const;
    for (const [what, other] of others) {
      premise();
      const otherwise = heardIn(other);
      if (otherwise.join() !== heard.join()) return `${stranger.jid} can tell that ${stranger.of} is there: it hears ${heard.join(' ')}, and ${what} ${otherwise.join(' ') || 'nothing'}`;
    }
    return undefined;
  },
};

/** Whether somebody may believe in a resource: it is available, and the subscription not cancelled; or it
 *  has told this one. */
function isBelievable({ sessions }: Run, observer: Session, jid: string, at: number): boolean {
  const isEnded = isCancelled(observer.heard.filter((heard) => heard.at <= at), bareOf(jid));
  return sessions.some((session) => {
    if (session.jid !== jid || !isThere(session, at)) return false;
    const shown = lastSaid(session, at, isBroadcast);
    const directed = lastSaid(session, at, (deed) => deed.do === 'directed' && isAddressed(observer, deed.to));
    const isTold = directed?.deed.do === 'directed' && directed.deed.isAvailable && !(shown?.deed.do === 'unavailable' && shown.place > directed.place);
    return isTold || (shown?.deed.do === 'available' && !isEnded);
  });
}

/** Whom a client believes to be available. When it goes unavailable it forgets what it was told at its bare
 *  JID: it is told no more there (RFC 6121 §8.5.2.1.2). */
export function believedBy(session: Session, until: number): string[] {
  const told = new Map<string, 'directly' | 'at the bare JID'>();
  for (const heard of session.heard) {
    if (heard.at > until || !isAvailability(heard)) continue;
    if (heard.type === undefined) told.set(heard.from, heard.to === session.jid || told.get(heard.from) === 'directly' ? 'directly' : 'at the bare JID');
    else told.delete(heard.from);
    if (isOwn(session, heard) && heard.type === 'unavailable') for (const [jid, how] of told) if (how === 'at the bare JID') told.delete(jid);
  }
  return [...told.keys()].filter((jid) => jid !== session.jid);
}

/** An unavailable presence too many. Whoever is told at two addresses, and does not subscribe, hears it at
 *  both; who was not there when it was told directly hears the end of it all the same (RFC 6121 §4.6.3). */
function doubled({ sessions }: Run, session: Session): string | undefined {
  /** Where it was told that a resource is available. */
  const told = new Map<string, Set<string>>();
  for (const { type, from, to, ...heard } of session.heard.filter((each) => isAvailability(each) && each.from !== session.jid)) {
    const addresses = told.get(from) ?? new Set();
    told.set(from, addresses);
    if (type === undefined) addresses.add(to);
    else {
      const deeds = sessions.filter(({ jid }) => bareOf(jid) === bareOf(from)).flatMap(({ jid, said }) => said.filter(({ at }) => at <= heard.at).map(({ deed }) => ({ by: jid, deed })));
      const isDirected = deeds.some(({ by, deed }) => by === from && deed.do === 'directed' && deed.to === to);
      if (!addresses.has(to) && !isDirected) return `${session.jid} hears needlessly that ${from} is gone`;
      if (deeds.some(({ deed }) => deed.do === 'subscription' && deed.type === 'subscribed' && deed.to === bareOf(session.jid))) addresses.clear();
      else addresses.delete(to);
    }
  }
  return undefined;
}

/** T6. */
export const oneGoodbye: ScheduleTheorem = {
  name: 'T6',
  statement: 'Whoever was told that a resource is available is told once that it is not, however it goes, and nobody else is.',
  formula: '□ ∀ r, e : told(e, r) ∈ (available⁺ unavailable)* available* ∧ (gone(r) ⇒ told(e, r) ends in unavailable or is empty)',
  spec: ['RFC 6121 §4.5.2', 'RFC 6121 §4.6.3'],
  fault: ({ run }, premise) => {
    for (const session of run.sessions) {
      for (const heard of session.heard) if (isAvailability(heard) && heard.type === 'unavailable' && heard.from !== session.jid) premise();
      const fault = doubled(run, session);
      if (fault !== undefined) return fault;
      for (const rest of run.restedAt.filter((step) => isThere(session, step))) {
        const ghost = believedBy(session, rest).find((jid) => !isBelievable(run, session, jid, rest));
        if (ghost !== undefined) return `${session.jid} still believes in ${ghost}`;
      }
    }
    return undefined;
  },
};

/** T8. */
export const nothingLeft: ScheduleTheorem = {
  name: 'T8',
  statement: 'Once every session has ended there is no stream, route, account, timer or request left in memory.',
  formula: '◇ □ (sessions = ∅ ⇒ routes = ∅ ∧ timers = ∅)',
  spec: ['DESIGN D1'],
  fault: ({ run: { census } }, premise) => {
    premise();
    const left = Object.entries(census).filter(([, count]) => count !== 0);
    return left.length === 0 ? undefined : left.map(([what, count]) => `${count} ${what}`).join(', ');
  },
};

/** T12, as far as a run shows it. */
export const nothingBroken: ScheduleTheorem = {
  name: 'T12',
  statement: 'No input in any order breaks an invariant.',
  formula: '□ ¬broken',
  spec: ['DESIGN D1'],
  fault: ({ run: { reports } }, premise) => {
    premise();
    return reports[0];
  },
};
