/** What holds of messages: T1, T3 and T4 of THEOREMS. @module */
import type { MessageType } from '../machines/vocabulary.ts';
import { NAMES, histories } from './arbitrary/history.ts';
import type { Act, History } from './arbitrary/history.ts';
import type { Theorem } from './theorem.ts';
import type { Run } from './world/run.ts';

/** The fates of the messages themselves, without those of the errors that they caused, by their number. */
function fatesOf({ fates }: Run): Map<number, string[]> {
  const byId = new Map<number, string[]>();
  for (const { id, type, fate } of fates) if (type !== 'error') byId.set(Number(id), [...(byId.get(Number(id)) ?? []), fate]);
  return byId;
}

/** T3: the ledger is balanced. */
export const oneFate: Theorem = {
  name: 'every message has one fate',
  statement: 'A message that was accepted is delivered, stored, bounced or dropped by a rule; one of these, and once.',
  formula: '□ ∀ m : ◇ (live(m) ⊻ stored(m) ⊻ bounced(m) ⊻ dropped(m))',
  spec: ['RFC 6121 §8.5', 'DESIGN D7'],
  bounds: '3 users, 2 resources each, 50 steps, a store that may be slow',
  given: histories({ steps: 50 }),
  fault: (run) => {
    const fates = fatesOf(run);
    const wrong = run.messages.findIndex((_, index) => fates.get(index + 1)?.length !== 1);
    return wrong < 0 ? undefined : `message ${wrong + 1} has the fates ${fates.get(wrong + 1)?.join(', ') ?? 'none'}`;
  },
  witness: ({ messages }) => messages.length,
};

/** T1.b, between two runs: presence with a priority that is not negative is put in or left out. */
export const presenceDecidesNothing: Theorem = {
  name: 'presence does not decide whether a message is delivered',
  statement: 'Leave out all presence that a user sends, and every message is delivered, stored or bounced as before.',
  formula: '∀ w, u, m : reach(w, m) = reach(erase_u(w), m)',
  spec: ['RFC 6121 §1.3', 'RFC 6121 §8.5', 'DESIGN D2'],
  bounds: '3 users, 2 resources each, 50 steps, a store that answers at once; no negative priorities',
  given: histories({ steps: 50, negative: false, slow: false }),
  beside: (history) => NAMES.map((name) => withoutPresence(name, history)),
  fault: (run, _history, beside) => NAMES.map((name, index) => differenceOf(name, run, beside[index])).find((difference) => difference !== undefined),
  witness: (run, history) => (history.some(isPresence) ? run.messages.length : 0),
};

const isPresence = ({ deed }: Act): boolean => deed.do === 'available' || deed.do === 'unavailable' || deed.do === 'directed';

/** A history in which one user sends no presence. */
function withoutPresence(name: string, history: History): History {
  // Whoever is not connected connects instead of sending presence: that is kept.
  const connected = new Set<string>();
  return history.filter((act) => {
    const who = `${act.by.name}/${act.by.resource}`;
    const wasConnected = connected.has(who);
    if (act.deed.do === 'hold' || act.deed.do === 'answer') return true;
    if (!wasConnected) connected.add(who);
    else if (act.deed.do === 'close' || act.deed.do === 'cut') connected.delete(who);
    return act.by.name !== name || !isPresence(act) || !wasConnected;
  });
}

function differenceOf(name: string, run: Run, without: Run | undefined): string | undefined {
  if (without === undefined) return undefined;
  const [before, after] = [fatesOf(run), fatesOf(without)];
  const different = [...before.keys()].find((id) => before.get(id)?.join() !== after.get(id)?.join());
  if (different === undefined) return undefined;
  const { by = '', type = '', to = '' } = run.messages[different - 1] ?? {};
  return `message ${different} (${type} from ${by} to ${to}) is ${before.get(different)?.join() ?? 'lost'}, and ${after.get(different)?.join() ?? 'lost'} without the presence of ${name}`;
}

/** T2.a and T1.a, where it hurts most: whoever is connected is reached. */
export const reached: Theorem = {
  name: 'a connected resource is reached at its full JID',
  statement: 'A message to the full JID of a connected resource is delivered to it, whatever presence it has sent, or none.',
  formula: '□ (in(m to r) ∧ connected(r) ⇒ ◇ out(r, m))',
  spec: ['RFC 6121 §8.5.3.1', 'DESIGN D1', 'DESIGN D2'],
  bounds: '3 users, 2 resources each, 50 steps, a store that answers at once; chat, normal messages and headlines',
  given: histories({ steps: 50, slow: false }),
  fault: (run, history) => {
    for (const { id, to, session } of toConnected(run, history)) {
      const isHeard = session.heard.some((item) => item !== 'closed' && item.name === 'message' && item.attrs.id === String(id) && item.attrs.type !== 'error');
      if (!isHeard) return `${to} is connected, and does not hear message ${id}`;
    }
    return undefined;
  },
  witness: (run, history) => toConnected(run, history).length,
};

/** The messages to full JIDs that are connected, each with the session that it is for. */
function toConnected({ sessions }: Run, history: History): readonly { readonly id: number; readonly to: string; readonly session: Run['sessions'][number] }[] {
  const waiting = [...sessions];
  const connected = new Map<string, Run['sessions'][number]>();
  let id = 0;
  return history.flatMap(({ by: { name, resource }, deed }) => {
    const jid = `${name}@localhost/${resource}`;
    if (!connected.has(jid)) {
      const next = waiting.shift();
      if (next !== undefined) connected.set(jid, next);
      return [];
    }
    if (deed.do === 'close' || deed.do === 'cut') connected.delete(jid);
    if (deed.do !== 'message') return [];
    id += 1;
    const session = connected.get(deed.to);
    return session === undefined ? [] : [{ id, to: deed.to, session }];
  });
}

/** T4, with the store in play. */
export const inOrder: Theorem = {
  name: 'what one sends to another arrives in order',
  statement: 'What one stream sends to one account comes out of each of its streams in that order, also when some of it was stored.',
  formula: '□ ∀ i, u : in(i, s₁) before in(i, s₂) ⇒ out(s₁) before out(s₂)',
  spec: ['RFC 6120 §10.1'],
  bounds: '3 users, 2 resources each, 50 steps, a store that may be slow; no negative priorities, which say themselves that something is to come later',
  given: histories({ steps: 50, negative: false }),
  fault: (run) => {
    for (const { jid, heard } of run.sessions) {
      const last = new Map<string, number>();
      for (const item of heard) {
        if (item === 'closed' || item.name !== 'message' || (item.attrs.type as MessageType | undefined) === 'error') continue;
        const { from = '', id = '' } = item.attrs;
        const before = last.get(from) ?? 0;
        if (Number(id) <= before) return `${jid} hears message ${id} of ${from} after message ${before}`;
        last.set(from, Number(id));
      }
    }
    return undefined;
  },
  witness: (run) => run.fates.filter(({ fate, type }) => fate === 'stored' && type !== 'error').length,
};
