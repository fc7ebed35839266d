/** T1.a: whether a message is delivered does not depend on presence. Spec: RFC 6121 §8.5, DESIGN D3.
 *  Judged when the core decides: when it reports a delivery, asks the store, or refuses. @module */
import { parse } from 'ltx';
import { bareOf } from '../knowledge.ts';
import type { Knowledge, Seen } from '../knowledge.ts';
import type { Observer, Watch } from '../observer.ts';

export const reach: Observer = {
  name: 'presence never decides whether a message is delivered',
  statement: 'A chat or normal message to a user with a connected resource that has not opted out is put out to the user\'s resources and not stored, bounced or dropped; one to a connected full JID exactly there.',
  exempt: 'a resource counts as connected from its bind result to the first input that ends its stream: after that the core may or may not have acted on it; what was held back until the store was empty was decided about before, and is only asked to be put out',
  spec: ['RFC 6121 §8.5.2.1.1', 'RFC 6121 §8.5.3.1', 'DESIGN D3'],
  watch: (knowledge) => new ReachWatch(knowledge),
};

class ReachWatch implements Watch {
  premises = 0;
  readonly #knowledge: Knowledge;
  /** Messages that were decided to be stored; what becomes of them there was decided then. */
  readonly #toStore = new Set<string>();
  /** Who has been put out what: of several resources one may have it before the store is empty towards another. */
  readonly #heard = new Map<string, Set<string>>();

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  step(seen: Seen): string | undefined {
    for (const { to: { jid = '' }, element: { name, attrs: { id = '', type } } } of seen.sent.values()) {
      if (name === 'message' && type !== 'error') this.#heard.set(id, (this.#heard.get(id) ?? new Set()).add(jid));
    }
    for (const effect of seen.effects) {
      if (effect.type !== 'store' || effect.operation.op !== 'offline.append') continue;
      const { id = '', to = '', type = 'normal' } = parse(effect.operation.xml).attrs;
      this.#toStore.add(id);
      const fault = this.#missed(to, type, seen.number);
      if (fault !== undefined) return `message ${id} to ${to} is stored although ${fault}`;
    }
    for (const fate of seen.fates) {
      // What goes to another server is decided about there.
      if (fate.type === 'error' || fate.id === undefined || !this.#knowledge.isHome(fate.to)) continue;
      const fault = fate.fate === 'delivered'
        ? this.#misplaced(seen, fate.id, fate.to, fate.routes ?? [])
        : this.#toStore.has(fate.id) ? undefined : this.#missed(fate.to, fate.type, seen.number);
      if (fault !== undefined) return `message ${fate.id} to ${fate.to} is ${fate.fate} although ${fault}`;
    }
    return undefined;
  }

  /** Who should have had a message that nobody had. */
  #missed(to: string, type: string, step: number): string | undefined {
    this.premises += 1;
    if (to.includes('/') && this.#knowledge.isConnected(to, step)) return `${to} is connected`;
    const goesToBare = type === 'chat' || (type === 'normal' && !to.includes('/'));
    return goesToBare && this.#knowledge.isEligible(bareOf(to), step) ? `${bareOf(to)} has a connected resource that has not opted out` : undefined;
  }

  #misplaced(seen: Seen, id: string, to: string, routes: readonly string[]): string | undefined {
    this.premises += 1;
    const deaf = routes.find((route) => this.#heard.get(id)?.has(route) !== true);
    if (deaf !== undefined || routes.length === 0) return `it is not put out to ${deaf ?? 'anybody'}`;
    if (to.includes('/') && !this.#isReleasing(seen, to) && this.#knowledge.isConnected(to, seen.number) && routes.join() !== to) return `${to} is connected, and ${routes.join()} has it`;
    return undefined;
  }

  /** Whether this step releases what was held back for an account, and was decided upon before. */
  #isReleasing({ settled }: Seen, to: string): boolean {
    return settled !== undefined && settled.request.op.startsWith('offline.') && 'account' in settled.request && settled.request.account === bareOf(to);
  }
}
