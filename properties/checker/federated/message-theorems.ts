/** T3 between two servers: nothing is lost, and nothing doubled, by what is between them. @module */
import { fatesOf, ledgerFault, sentIn } from '../schedules/message-theorems.ts';
import type { Sent } from '../schedules/message-theorems.ts';
import { isEndedByServer } from '../schedules/run.ts';
import type { FederatedTheorem } from './evidence.ts';
import { siteOf } from './programme.ts';
import type { FederatedRun } from './run.ts';

/** T3 */
export const oneFateAcross: FederatedTheorem = {
  name: 'T3',
  statement: 'A message for another server is handed over once and has its fate there, or is bounced here, or was on a line that broke: one of these, once, and in truth. No error is answered.',
  formula: '□ ∀ m : ◇ (live(m) ⊻ stored(m) ⊻ bounced(m) ⊻ dropped(m) ⊻ lost(m))',
  spec: ['RFC 6120 §8.3.3.16', 'RFC 6120 §8.3.3.17', 'RFC 6120 §10.4', 'DESIGN D7'],
  fault: ({ run }, premise) => {
    for (const sent of sentIn(run)) {
      premise();
      const { id } = sent.said;
      const [fate, ...more] = fatesOf(run, sent);
      const losses = run.lost.filter((lost) => lost.id === id && lost.name === 'message' && lost.type !== 'error').length;
      const handed = run.routed.filter((each) => each.id === id && each.type !== 'error').length;
      const isUnread = fate === undefined && losses === 0 && handed === 0 && isEndedByServer(sent.by);
      if (!isUnread && (fate === undefined ? 0 : 1) + more.length + losses !== 1) return `message ${id} has the fates ${[fate, ...more].map((each) => each?.fate ?? 'none').join(', ')}, and is lost ${losses} times`;
      if (handed > 1) return `message ${id} is handed over ${handed} times`;
      const fault = ledgerFault(run, sent, fate?.fate ?? 'lost') ?? bounceFault(run, sent, fate);
      if (fault !== undefined) return `message ${id} ${fault}`;
    }
    const answered = run.fates.find(({ type, fate }) => type === 'error' && (fate === 'bounced' || fate === 'stored'));
    return answered === undefined ? undefined : `an error about message ${answered.id} is ${answered.fate}`;
  },
};

/** An error that another server sends has to get here before its recipient goes. */
function bounceFault(run: FederatedRun, { by, said, to }: Sent, fate: FederatedRun['fates'][number] | undefined): string | undefined {
  const isError = ({ name, id, type }: { readonly name: string; readonly id: string; readonly type: string | undefined }): boolean => name === 'message' && id === said.id && type === 'error';
  const errors = by.heard.filter(isError).length;
  if (fate?.fate !== 'bounced') return errors > 0 ? `is ${fate?.fate ?? 'lost'}, and its sender hears an error` : undefined;
  const isBouncedHere = siteOf(by.jid) === siteOf(to) || !run.routed.some(({ id }) => id === said.id);
  const at = isBouncedHere ? fate.at : run.arrived.find(isError)?.at;
  const isOwed = at !== undefined && (by.endedAt ?? Infinity) > at;
  return errors > 1 || (isOwed && errors !== 1) ? `is bounced, and its sender hears ${errors} errors` : undefined;
}
