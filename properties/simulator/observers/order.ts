/** T4: what one stream sends to one account comes out of each stream in that order, stored or not.
 *  Spec: RFC 6120 §10.1. @module */
import { parse } from 'ltx';
import { NS } from '../../../src/core/namespaces.ts';
import { bareOf } from '../knowledge.ts';
import type { Knowledge, Seen, Sent } from '../knowledge.ts';
import type { Observer, Watch } from '../observer.ts';

export const order: Observer = {
  name: 'what one sends to another arrives in order',
  statement: 'Messages of one stream come out of another in the order in which they were sent, also when some of them were stored.',
  exempt: 'a stored message that is put out a second time; one that the store failed to read when its turn came; one that comes to a resource that had opted out, which says by itself that it is to come later',
  spec: ['RFC 6120 §10.1'],
  watch: (knowledge) => new OrderWatch(knowledge),
};

interface Sending {
  readonly stream: string;
  readonly number: number;
  readonly step: number;
}

/** What was put out last from one stream to another. */
interface Last {
  readonly number: number;
  readonly id: string;
  /** It was live, while messages of the account were being read, or forgotten. */
  readonly isAmidFlush: boolean;
}

/** Two faults that this simulator has found, let pass until they are mended. A message that is held back for one
 *  resource while the store is emptied towards it, and whose resource closes, goes to another one behind what
 *  that one had meanwhile, or to the store behind what was stored meanwhile (src/core/deliver.ts, `putOrAgain`;
 *  src/core/offline.ts, `releaseClosed`). And while what is stored is read for one resource, another has later
 *  messages live; when the first closes or opts out, what was read goes to that other (src/core/offline.ts,
 *  `flush`, `deliverPage`).
 *  @param endedAt the step in which a stream of the account last ended */
const letsRedirectedPass = (isStored: boolean, endedAt: number, { step }: Sending, last: Last): boolean => (isStored ? last.isAmidFlush : endedAt > step);

class OrderWatch implements Watch {
  premises = 0;
  readonly #sendings = new Map<string, Sending>();
  #last = new Map<string, Last>();
  readonly #putOut = new Set<string>();
  /** By account, the step in which its messages last could not be read. */
  readonly #failedAt = new Map<string, number>();
  /** By account, the step in which one of its streams last ended. */
  readonly #endedAt = new Map<string, number>();
  /** Messages that were asked to be stored when a resource closed for which they had been held back. */
  readonly #redirected = new Set<string>();
  readonly #knowledge: Knowledge;
  #numbers = 0;

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  step(seen: Seen): string | undefined {
    const { input, settled, sent } = seen;
    if (input.type === 'stream.element' && input.element.name === 'message' && input.element.attrs.type !== 'error') {
      this.#numbers += 1;
      this.#sendings.set(input.element.attrs.id ?? '', { stream: input.stream, number: this.#numbers, step: seen.number });
    }
    if (settled?.request.op === 'offline.read' && settled.reply === undefined) this.#failedAt.set(settled.request.account, seen.number);
    this.#noteEnds(seen);
    for (const each of sent.values()) {
      const fault = this.#judge(each);
      if (fault !== undefined) return fault;
    }
    for (const { element } of sent.values()) if (element.name === 'message') this.#putOut.add(element.attrs.id ?? '');
    return undefined;
  }

  crashed(): void {
    this.#last = new Map();
  }

  #noteEnds({ input, effects, number }: Seen): void {
    for (const act of [input, ...effects]) {
      if (act.type !== 'stream.lost' && act.type !== 'stream.ended' && act.type !== 'close') continue;
      const jid = this.#knowledge.streams.get(act.stream)?.jid;
      if (jid !== undefined) this.#endedAt.set(bareOf(jid), number);
    }
    for (const effect of effects) {
      if (effect.type !== 'store' || effect.operation.op !== 'offline.append' || this.#endedAt.get(effect.operation.account) !== number) continue;
      const { id = '' } = parse(effect.operation.xml).attrs;
      if (!this.#knowledge.isStrict && this.#sendings.get(id)?.step !== number) this.#redirected.add(id);
    }
  }

  #judge({ to, element }: Sent): string | undefined {
    const { id = '', type, from } = element.attrs;
    const sending = this.#sendings.get(id);
    if (element.name !== 'message' || type === 'error' || sending === undefined) return undefined;
    const pair = `${sending.stream} ${to.stream}`;
    const last = this.#last.get(pair);
    const isStored = element.getChild('delay', NS.delay) !== undefined;
    this.premises += 1;
    if (last === undefined || last.number < sending.number) {
      this.#last.set(pair, { number: sending.number, id, isAmidFlush: !isStored && this.#knowledge.isFlushing(bareOf(to.jid ?? '')) });
      return undefined;
    }
    const isExempt = isStored && (this.#redirected.has(id) || this.#putOut.has(id) || to.hadOptedOut || (this.#failedAt.get(bareOf(to.jid ?? '')) ?? 0) > sending.step);
    return isExempt || (!this.#knowledge.isStrict && letsRedirectedPass(isStored, this.#endedAt.get(bareOf(to.jid ?? '')) ?? 0, sending, last)) ? undefined : `${to.jid ?? to.stream} has message ${id} of ${from ?? sending.stream} after message ${last.id}, which was sent later`;
  }
}
