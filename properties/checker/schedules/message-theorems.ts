/** What must hold of messages in every schedule: T1.a, T1.b, T3 and T4. A message counts as accepted from
 *  the step that takes it in to the step that tells its fate; what the store is doing meanwhile is the
 *  schedule's affair. @module */
import { bareOf } from './programme.ts';
import type { Client, Deed } from './programme.ts';
import { isEndedByServer } from './run.ts';
import type { Heard, Run, Said, Session } from './run.ts';
import type { ScheduleTheorem } from './schedule-theorem.ts';

/** A message that somebody has sent. */
export interface Sent {
  readonly by: Session;
  readonly said: Said;
  readonly to: string;
  readonly type: string;
}

/** All of them. */
export function* sentIn(run: Run): Generator<Sent> {
  for (const by of run.sessions) {
    for (const said of by.said) if (said.deed.do === 'message') yield { by, said, to: said.deed.to, type: said.deed.type };
  }
}

/** The fates of the message itself, without those of an error that answers it. */
export const fatesOf = (run: Run, { said }: Sent): Run['fates'] => run.fates.filter(({ id, type }) => id === said.id && type !== 'error');

/** Who heard a message. */
function hearings(run: Run, { said }: Sent): { readonly by: Session; readonly heard: Heard }[] {
  return run.sessions.flatMap((by) => by.heard.filter(({ name, id, type }) => name === 'message' && id === said.id && type !== 'error').map((heard) => ({ by, heard })));
}

const isNegative = (deed: Deed): boolean => deed.do === 'available' && deed.priority < 0;

/** The resources that could have got a message all the time from its acceptance to its fate. */
function eligibleFor(run: Run, { said, to }: Sent, fatedAt: number): Session[] {
  return run.sessions.filter((session) => bareOf(session.jid) === bareOf(to)
    && session.boundAt !== undefined && session.boundAt < said.at && (session.endedAt ?? Infinity) > fatedAt
    && (session.jid === to || !session.said.some(({ at, deed }) => at <= fatedAt && isNegative(deed))));
}

/** The resources that had opted out all the time, as they had heard themselves. */
function optedOut(run: Run, { said, to }: Sent, fatedAt: number): string[] {
  return run.sessions.filter((session) => {
    const last = session.said.findLast(({ at, deed }) => at <= fatedAt && (deed.do === 'available' || deed.do === 'unavailable'));
    return session.jid !== to && last !== undefined && isNegative(last.deed)
      && session.heard.some(({ name, from, at }) => name === 'presence' && from === session.jid && at >= last.at && at < said.at);
  }).map(({ jid }) => jid);
}

/** T1.a: the message reaches who is there. */
export const reachesEligible: ScheduleTheorem = {
  name: 'T1.a',
  statement: 'A chat or normal message to a user with an eligible resource is delivered to one; to the full JID of a connected resource, exactly there; and to the bare JID never to one that has opted out.',
  formula: '□ (in(x, m) ∧ to(m) = u ∧ Elig(u) ≠ ∅ ⇒ ◇ ∃ r ∈ Elig(u) : out(r, m))',
  spec: ['RFC 6121 §8.5.2', 'RFC 6121 §8.5.3', 'DESIGN D3'],
  fault: ({ run }, premise) => {
    for (const sent of sentIn(run)) {
      const [fate] = fatesOf(run, sent);
      const isToBare = !sent.to.includes('/');
      if (fate === undefined || (sent.type !== 'chat' && sent.type !== 'normal')) continue;
      const eligible = eligibleFor(run, sent, fate.at);
      const addressed = eligible.filter(({ jid }) => jid === sent.to);
      // A normal message to a full JID that is not there is bounced, whoever else is (RFC 6121 §8.5.3.2.1).
      const wanted = addressed.length > 0 || (sent.type === 'normal' && !isToBare) ? addressed : eligible;
      const heardBy = hearings(run, sent).filter(({ heard }) => !heard.isDelayed).map(({ by }) => by.jid);
      const unwilling = isToBare ? optedOut(run, sent, fate.at).find((jid) => heardBy.includes(jid)) : undefined;
      if (unwilling !== undefined) return `message ${sent.said.id} to ${sent.to} is heard by ${unwilling}, which has opted out`;
      if (wanted.length === 0) continue;
      premise();
      if (fate.fate !== 'delivered' || heardBy.length === 0) return `message ${sent.said.id} to ${sent.to} is ${fate.fate} and heard by ${heardBy.join() || 'nobody'}, though ${wanted[0]?.jid} was there`;
      if (addressed.length > 0 && heardBy.some((jid) => jid !== sent.to)) return `message ${sent.said.id} to ${sent.to} is heard by ${heardBy.join()}`;
    }
    return undefined;
  },
};

/** Presence that neither opts out nor back in. */
const isPresence = (deed: Deed): boolean => (deed.do === 'available' && deed.priority >= 0) || deed.do === 'unavailable' || deed.do === 'directed';

/** What became of each message as the world saw it. */
const reachOf = (run: Run): Map<string, string> => new Map([...sentIn(run)].map((sent) => {
  const isHeard = hearings(run, sent).some(({ heard }) => !heard.isDelayed);
  return [sent.said.id, fatesOf(run, sent).map(({ fate }) => (fate === 'delivered' && !isHeard ? 'lost' : fate)).join()];
}));

/** T1.b, between two runs of one schedule. */
export const presenceDecidesNothing: ScheduleTheorem = {
  name: 'T1.b',
  statement: 'Leave out the presence of the recipient, keep the schedule of the rest, and every message is delivered, stored or bounced as before.',
  formula: '∀ w, u, m : reach(w, m) = reach(erase_u(w), m)',
  spec: ['RFC 6121 §1.3', 'RFC 6121 §8.5', 'DESIGN D2'],
  fault: ({ programme: { erased }, run, without }, premise) => {
    if (erased === undefined) return undefined;
    const isErased = ({ jid }: Client, deed: Deed): boolean => bareOf(jid) === erased && isPresence(deed);
    const after = reachOf(without(isErased));
    const before = reachOf(run);
    for (const { said: { id }, to } of sentIn(run)) {
      const reach = before.get(id);
      if (bareOf(to) === erased) premise();
      if (after.get(id) !== reach) return `message ${id} is ${reach || 'without a fate'}, and ${after.get(id) || 'without a fate'} without the presence of ${erased}`;
    }
    return undefined;
  },
};

/** What contradicts the fate of a message. */
export function ledgerFault(run: Run, sent: Sent, fate: string): string | undefined {
  const heard = hearings(run, sent);
  const live = heard.filter((each) => !each.heard.isDelayed);
  const flushed = heard.filter((each) => each.heard.isDelayed);
  const kept = [...run.kept.values()].flat().filter((id) => id === sent.said.id).length;
  if ((fate === 'delivered') !== live.length > 0) return `is ${fate} and heard live by ${live.length}`;
  if (fate === 'stored' ? kept + flushed.length === 0 || kept > 1 : kept + flushed.length > 0) return `is ${fate}, flushed to ${flushed.length} and kept ${kept} times`;
  const { unsent, store } = run.failures;
  if (new Set(heard.map(({ by }) => by)).size < heard.length) return 'is heard twice by one';
  // What has not left the process, or is not forgotten, is delivered again rather than lost.
  if (store + unsent === 0 && kept > 0 && flushed.length > 0) return 'is flushed, and kept';
  return undefined;
}

function bounceFault({ by, said }: Sent, fate: string, fatedAt: number): string | undefined {
  const errors = by.heard.filter(({ name, id, type }) => name === 'message' && id === said.id && type === 'error').length;
  const isOwed = fate === 'bounced' && (by.endedAt ?? Infinity) > fatedAt;
  if (isOwed && errors !== 1) return `is bounced, and its sender hears ${errors} errors`;
  return fate !== 'bounced' && errors > 0 ? `is ${fate}, and its sender hears an error` : undefined;
}

/** T3: the ledger is balanced. */
export const oneFate: ScheduleTheorem = {
  name: 'T3',
  statement: 'A message that was accepted is delivered, stored, bounced or dropped by a rule: one of these, once, and in truth; what is stored is flushed or kept; no error is answered.',
  formula: '□ ∀ m : ◇ (live(m) ⊻ stored(m) ⊻ bounced(m) ⊻ dropped(m)) ∧ #store(m) = #flush(m) + [m in store]',
  spec: ['RFC 6121 §8.5', 'RFC 6120 §8.3.1', 'DESIGN D7'],
  fault: ({ run }, premise) => {
    for (const sent of sentIn(run)) {
      const [fate, ...more] = fatesOf(run, sent);
      // What waits on a stream that the server ends was never accepted.
      const isUnread = fate === undefined && isEndedByServer(sent.by);
      premise();
      if (!isUnread && (fate === undefined || more.length > 0)) return `message ${sent.said.id} has the fates ${[fate, ...more].map((each) => each?.fate ?? 'none').join(', ')}`;
      const fault = ledgerFault(run, sent, fate?.fate ?? 'not read') ?? bounceFault(sent, fate?.fate ?? 'not read', fate?.at ?? 0);
      if (fault !== undefined) return `message ${sent.said.id} ${fault}`;
    }
    const answered = run.fates.find(({ type, fate }) => type === 'error' && (fate === 'bounced' || fate === 'stored'));
    return answered === undefined ? undefined : `an error about message ${answered.id} is ${answered.fate}`;
  },
};

/** T4, with the store in play. */
export const inOrder: ScheduleTheorem = {
  name: 'T4',
  statement: 'What one stream sends to one account comes out of each of its streams in that order, stored and live mixed, to the bare and to the full JID; unless the account holds messages back itself by a negative priority, or the store fails.',
  formula: '□ ∀ i, u : in(i, s₁) before in(i, s₂) ⇒ out(s₁) before out(s₂)',
  spec: ['RFC 6120 §10.1'],
  fault: ({ run }, premise) => {
    if (run.failures.store > 0) return undefined;
    const order = new Map([...sentIn(run)].map(({ by, said }) => [said.id, { by, at: said.at }]));
    const opted = new Set(run.sessions.filter(({ said }) => said.some(({ deed }) => isNegative(deed))).map(({ jid }) => bareOf(jid)));
    for (const session of run.sessions.filter(({ jid }) => !opted.has(bareOf(jid)))) {
      const last = new Map<Session, Heard>();
      for (const heard of session.heard) {
        const sent = heard.name === 'message' && heard.type !== 'error' ? order.get(heard.id) : undefined;
        if (sent === undefined) continue;
        const before = last.get(sent.by);
        last.set(sent.by, heard);
        if (before === undefined) continue;
        premise();
        if ((order.get(before.id)?.at ?? 0) > sent.at) return `${session.jid} hears message ${heard.id} after message ${before.id}`;
      }
    }
    return undefined;
  },
};
