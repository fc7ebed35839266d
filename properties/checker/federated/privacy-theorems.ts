/** T10: blocking. What a block denies is denied from the moment that its user hears that it is in force. @module */
import { bareOf } from '../schedules/programme.ts';
import { believedBy } from '../schedules/presence-theorems.ts';
import type { Heard, Session } from '../schedules/run.ts';
import type { FederatedTheorem } from './evidence.ts';
import { siteOf } from './programme.ts';
import type { FederatedRun } from './run.ts';

interface Barrier {
  readonly by: Session;
  readonly of: string;
  /** When its user hears that it is in force, and when it begins to be lifted. */
  readonly from: number;
  readonly until: number;
  /** A block denies everything of a user; a list here the presence of one session. */
  readonly isBlock: boolean;
}

function* barriersIn(run: FederatedRun): Generator<Barrier> {
  for (const by of run.sessions) {
    for (const { at, deed, id } of by.said) {
      if (deed.do !== 'block' && deed.do !== 'conceal') continue;
      const results = by.heard.filter((heard) => heard.name === 'iq' && heard.id === id && heard.type === 'result');
      const from = results.at(deed.do === 'conceal' ? 1 : 0)?.at;
      const lifted = run.sessions.filter(({ jid }) => bareOf(jid) === bareOf(by.jid)).flatMap(({ said }) => said.filter((other) => other.at > at && other.deed.do === 'unblock').map((other) => other.at));
      const until = deed.do === 'block' ? Math.min(...lifted) : (by.endedAt ?? Infinity);
      if (from !== undefined) yield { by, of: deed.of, from, until, isBlock: deed.do === 'block' };
    }
  }
}

const isFrom = (jid: string, bare: string): boolean => bareOf(jid) === bare;

/** T10 */
export const blockedIsSilent: FederatedTheorem = {
  name: 'T10',
  statement: 'Once a user has heard that a block is in force, nothing of who is blocked reaches it, and who is blocked hears no more of its presence, and does not go on believing in it; likewise with the presence that an active privacy list denies.',
  formula: '□ (blocked(u, e) ⇒ ¬out(u, from e) ∧ ¬sout(e, presence of u))',
  spec: ['XEP-0191 §3.3', 'XEP-0016 §2.11'],
  fault: ({ run }, premise) => {
    for (const barrier of barriersIn(run)) {
      premise();
      const fault = (barrier.isBlock ? heardOfBlocked(run, barrier) : undefined) ?? heardByBlocked(run, barrier);
      if (fault !== undefined) return fault;
    }
    return undefined;
  },
};

function heardOfBlocked({ sessions }: FederatedRun, { by, of, from, until }: Barrier): string | undefined {
  for (const { jid, heard } of sessions.filter((session) => isFrom(session.jid, bareOf(by.jid)))) {
    // That something could not be sent to who is blocked is the server's own word.
    const leak = heard.find(({ at, from: sender, type }) => type !== 'error' && at > from && at < until && isFrom(sender, of));
    if (leak !== undefined) return `${jid} hears of ${of}, whom it has blocked: ${leak.xml}`;
  }
  return undefined;
}

/** What was on its way to another server arrives there; so what counts is what is believed, and what was said after. */
function heardByBlocked({ restedAt, sessions, arrived }: FederatedRun, { by, of, from, until, isBlock }: Barrier): string | undefined {
  const isOwn = (sender: string): boolean => (isBlock ? isFrom(sender, bareOf(by.jid)) : sender === by.jid);
  const isPresence = ({ name, from: sender, type }: Pick<Heard, 'name' | 'from' | 'type'>): boolean => name === 'presence' && isOwn(sender) && (type === undefined || type === 'unavailable');
  for (const session of sessions.filter(({ jid }) => isFrom(jid, of))) {
    const { jid, heard } = session;
    for (const rest of restedAt.filter((step) => step >= from && step < until)) {
      if (believedBy(session, rest).some(isOwn)) return `${jid} is denied the presence of ${by.jid}, and believes in it`;
    }
    const told = heard.filter((each) => each.at > from && each.at < until && isPresence(each));
    if (siteOf(of) === siteOf(by.jid) && told.length > 0) return `${jid} is denied the presence of ${by.jid}, and hears ${told[0]?.xml}`;
  }
  // Over a line the goodbye that comes with the block is the last.
  const across = arrived.filter((each) => isFrom(each.to, of) && isPresence(each) && each.at < until);
  const last = across.findIndex(({ at }) => at > from);
  const after = across.slice(last < 0 ? across.length : last).find(({ type }, place, all) => type === undefined && all.slice(0, place).some((each) => each.type === 'unavailable'));
  return after === undefined ? undefined : `${of} is denied the presence of ${by.jid}, and is sent ${after.xml}`;
}
