/** What holds of presence and of the end of sessions: T2.b, T2.d, T6 and T8 of THEOREMS. @module */
import { amongFriends, histories } from './arbitrary/history.ts';
import type { Theorem } from './theorem.ts';
import type { Session } from './world/run.ts';

const isOwn = (session: Session, item: Session['heard'][number]): boolean =>
  item !== 'closed' && item.name === 'presence' && item.attrs.from === session.jid && [session.jid.split('/')[0], session.jid, undefined].includes(item.attrs.to);

/** T2.b and T2.d. */
export const goodbyeFirst: Theorem = {
  name: 'a stream ends with the resource\'s own goodbye',
  statement: 'A resource that was available hears that it is not before its stream is closed, and nothing after that.',
  formula: '□ (becomesUnavailable(r) ∧ live(r) ⇒ ¬close(r) W out(r, Self(r)))',
  spec: ['RFC 6121 §4.5.2', 'RFC 6120 §4.4'],
  bounds: '3 users, 2 resources each, 50 steps, a store that may be slow',
  given: histories({ steps: 50 }),
  fault: ({ sessions }) => {
    for (const session of sessions) {
      const closed = session.heard.indexOf('closed');
      if (closed < 0) continue;
      if (closed !== session.heard.length - 1) return `${session.jid} hears something after the closing tag`;
      const own = session.heard.filter((item) => isOwn(session, item)).at(-1);
      if (own !== undefined && own !== 'closed' && own.attrs.type !== 'unavailable') return `${session.jid} is closed without having heard its own goodbye`;
    }
    return undefined;
  },
  witness: ({ sessions }) => sessions.filter((session) => session.heard.at(-1) === 'closed' && session.heard.some((item) => isOwn(session, item))).length,
};

/** Whom a client believes to be available once it has heard everything. A client that goes unavailable, or becomes
 *  visible again, forgets what it was told at its bare JID: it is told no more there (RFC 6121 §8.5.2.1.2,
 *  XEP-0186 §3.2). */
export function beliefsOf(session: Session): { readonly believed: readonly string[]; readonly ever: number } {
  const direct = new Set<string>();
  const shared = new Set<string>();
  let ever = 0;
  for (const item of session.heard) {
    if (item !== 'closed' && item.attrs.id === 'visible' && item.attrs.type === 'result') shared.clear();
    if (item === 'closed' || item.name !== 'presence') continue;
    const { from = '', to = '', type } = item.attrs;
    if (type === undefined) {
      (to === session.jid ? direct : shared).add(from);
      if (from !== session.jid) ever += 1;
    } else if (type === 'unavailable') {
      direct.delete(from);
      shared.delete(from);
      if (from === session.jid) shared.clear();
    }
  }
  return { believed: [...direct, ...shared].filter((jid) => jid !== session.jid), ever };
}

/** T6, seen by the last one to leave. */
export const noGhosts: Theorem = {
  name: 'nobody goes on believing in a resource that is gone',
  statement: 'Whoever was told that a resource is available, by subscription or directly, is told that it is gone.',
  formula: '□ ∀ r, e : told(e, r, available) ∧ gone(r) ⇒ ◇ told(e, r, unavailable)',
  spec: ['RFC 6121 §4.5.2', 'RFC 6121 §4.6.3'],
  bounds: '3 users, 2 resources each, 50 steps, a store that may be slow; judged by the last client once all others have gone',
  given: histories({ steps: 50 }),
  fault: ({ last }) => {
    const ghost = last && beliefsOf(last).believed[0];
    return ghost === undefined ? undefined : `${last?.jid} still believes in ${ghost}`;
  },
  witness: ({ last }) => (last === undefined ? 0 : beliefsOf(last).ever),
};

/** T6, with a filter that changes. */
export const noGhostsBehindLists: Theorem = {
  ...noGhosts,
  name: 'nobody goes on believing in a resource that is gone, whatever is blocked, listed or invisible',
  spec: ['XEP-0016 §2.10', 'XEP-0016 §2.11', 'XEP-0191 §3.3', 'XEP-0186 §3.1'],
  bounds: '2 of 3 users see each other at the beginning, 2 resources each, 30 steps more, a store that may be slow; judged by the last client once all others have gone',
  given: amongFriends(histories({ steps: 30, privacy: 'all' })),
};

/** T8. */
export const nothingLeft: Theorem = {
  name: 'nothing is left of those who have gone',
  statement: 'Once every session has ended there is no stream, route, account, timer or request left in memory.',
  formula: '◇ □ (sessions = ∅ ⇒ routes = ∅ ∧ timers = ∅)',
  spec: ['DESIGN D1'],
  bounds: '3 users, 2 resources each, 50 steps, a store that may be slow',
  given: histories({ steps: 50 }),
  fault: ({ census }) => {
    const left = Object.entries(census ?? {}).filter(([, count]) => count !== 0);
    return left.length === 0 ? undefined : left.map(([what, count]) => `${count} ${what}`).join(', ');
  },
  witness: ({ sessions }) => sessions.length,
};

/** T5, at a stranger: what one user does with its presence is nothing that another can hear of who is
 *  neither subscribed nor told. */
export const noLeak: Theorem = {
  name: 'a stranger hears nothing of anyone\'s presence',
  statement: 'Available presence reaches a user only after it was told directly, or after its subscription was approved.',
  formula: '□ (out(e, presence about u) ⇒ O (subscribed(u, e) ∨ directed(u, e)))',
  spec: ['RFC 6121 §11', 'RFC 6121 §4.3.2'],
  bounds: '3 users, 2 resources each, 50 steps, a store that may be slow',
  given: histories({ steps: 50 }),
  fault: ({ sessions }, history) => {
    const allowed = (from: string, to: string): boolean => from === to || history.some(({ by, deed }) => by.name === from
      && ((deed.do === 'subscription' && deed.type === 'subscribed' && deed.to.startsWith(to)) || (deed.do === 'directed' && deed.isAvailable && deed.to.startsWith(to))));
    for (const { jid, heard } of sessions) {
      const name = jid.split('@')[0] ?? '';
      const leak = heard.find((item) => item !== 'closed' && item.name === 'presence' && item.attrs.type === undefined && !allowed(item.attrs.from?.split('@')[0] ?? '', name));
      if (leak !== undefined) return `${jid} hears ${String(leak)}`;
    }
    return undefined;
  },
  witness: ({ sessions }) => sessions.reduce((sum, { heard }) => sum + heard.filter((item) => item !== 'closed' && item.name === 'presence').length, 0),
};
