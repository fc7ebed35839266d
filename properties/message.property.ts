/** What holds of messages: T1, T3 and T4 of THEOREMS. @module */
import type { MessageType } from '../machines/vocabulary.ts';
import { histories } from './arbitrary/history.ts';
import type { Act, History } from './arbitrary/history.ts';
import type { Theorem } from './theorem.ts';
import { play } from './world/world.ts';
import type { CoreMaker, Run } from './world/world.ts';

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
  fault: (run, history, makeCore) => ['juliet', 'romeo', 'nurse'].map((name) => differenceWithout(name, run, history, makeCore)).find((difference) => difference !== undefined),
  witness: (run, history) => (history.some(isPresence) ? run.messages.length : 0),
};

const isPresence = ({ deed }: Act): boolean => deed.do === 'available' || deed.do === 'unavailable' || deed.do === 'directed';

function differenceWithout(name: string, run: Run, history: History, makeCore: CoreMaker | undefined): string | undefined {
  // Whoever is not connected connects instead of sending presence: that is kept.
  const connected = new Set<string>();
  const erased = history.filter((act) => {
    const who = `${act.by.name}/${act.by.resource}`;
    const wasConnected = connected.has(who);
    if (act.deed.do === 'hold' || act.deed.do === 'answer') return true;
    if (!wasConnected) connected.add(who);
    else if (act.deed.do === 'close' || act.deed.do === 'cut') connected.delete(who);
    return act.by.name !== name || !isPresence(act) || !wasConnected;
  });
  const [before, after] = [fatesOf(run), fatesOf(makeCore === undefined ? play(erased) : play(erased, makeCore))];
  const different = [...before.keys()].find((id) => before.get(id)?.join() !== after.get(id)?.join());
  return different === undefined ? undefined : `message ${different} is ${before.get(different)?.join()}, and ${after.get(different)?.join()} without the presence of ${name}`;
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
