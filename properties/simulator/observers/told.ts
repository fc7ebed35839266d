/** T6, at every moment: nobody is told twice that a resource has gone. Spec: RFC 6121 §4.5.2, §4.6.3.
 *  Not here: that nobody is left untold, which is seen at rest (beliefs.ts). @module */
import type { Effect } from '../../../src/core/effect.ts';
import { bareOf } from '../knowledge.ts';
import type { Knowledge, Seen, Sent } from '../knowledge.ts';
import type { Observer, Watch } from '../observer.ts';

export const told: Observer = {
  name: 'nobody is told twice that a resource has gone',
  statement: 'Between two unavailable presences of a resource that come to one address of one client there is an available one.',
  exempt: 'what the resource says itself to that address, directly, and answers to probes; counted anew when the client itself becomes available or unavailable, since it does not hear everything before; between a user and a contact whose subscription the store has failed to end, since the contact was told of the end before',
  spec: ['RFC 6121 §4.5.2', 'RFC 6121 §4.6.3'],
  watch: (knowledge) => new ToldWatch(knowledge),
};

/** Found by this simulator, and let pass until it is mended: the core takes a contact for a subscriber as soon as it
 *  asks the store to write so, and says that resources are available only once that, and the contact's
 *  half, is written; one that goes in between says goodbye to a contact that was not greeted
 *  (src/core/subscriptions.ts, `advance`). So each new subscription may bring one goodbye too many. */
const grants = (effect: Effect): string | undefined =>
  effect.type === 'store' && effect.operation.op === 'roster.write' && /^(from|both)/.test(effect.operation.record.subscription)
    ? `${effect.operation.account} ${effect.operation.record.jid}` : undefined;

class ToldWatch implements Watch {
  premises = 0;
  /** By stream: who has gone, as far as it was told at which of its two addresses, and in which step. */
  #gone = new Map<string, Map<string, number>>();
  #available = new Set<string>();
  /** User and contact whose subscription the store has once failed to write. */
  readonly #failed = new Set<string>();
  /** User and contact: the step in which the store was last asked to write that the contact is a subscriber. */
  readonly #grantedAt = new Map<string, number>();
  readonly #knowledge: Knowledge;

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  step({ sent, settled, effects, number }: Seen): string | undefined {
    const request = settled?.request;
    if (settled?.reply === undefined && request?.op === 'roster.write') this.#failed.add(`${request.account} ${request.record.jid}`);
    if (settled?.reply === undefined && request?.op === 'roster.remove') this.#failed.add(`${request.account} ${request.jid}`);
    for (const effect of effects) {
      const pair = grants(effect);
      if (pair !== undefined) this.#grantedAt.set(pair, number);
    }
    for (const each of sent.values()) {
      const fault = this.#hear(each, number);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  crashed(): void {
    this.#gone = new Map();
    this.#available = new Set();
  }

  #hear({ to: { stream, jid = '' }, element: { name, attrs: { from = '', to = '', type, id = '' } }, isOwn }: Sent, step: number): string | undefined {
    if (name !== 'presence' || (type !== undefined && type !== 'unavailable')) return undefined;
    const gone = this.#gone.get(stream) ?? new Map<string, number>();
    this.#gone.set(stream, gone);
    if (isOwn) {
      if ((type === undefined) !== this.#available.has(stream)) gone.clear();
      if (type === undefined) this.#available.add(stream);
      else this.#available.delete(stream);
      return undefined;
    }
    const key = `${from} ${to}`;
    if (type === undefined) {
      gone.delete(key);
      return undefined;
    }
    this.premises += 1;
    const since = gone.get(key);
    gone.set(key, step);
    if (since === undefined || id.startsWith('directed-') || id.startsWith('probe-')) return undefined;
    const pair = `${bareOf(from)} ${bareOf(jid)}`;
    const isLetPass = this.#failed.has(pair) || (!this.#knowledge.isStrict && (this.#grantedAt.get(pair) ?? 0) >= since);
    return isLetPass ? undefined : `${jid} is told again that ${from} has gone`;
  }
}
