/** The last messages: what became of each, and what was decided about it where that was known. Spec: DESIGN D7.
 *  Not here: which of them are kept in a rush (recorder.ts), how it is put into words (why.ts). @module */
import type { Decision } from '../core/decision.ts';
import { detached } from '../core/detached.ts';
import type { Fate } from '../core/kernel.ts';
import { Ring } from './ring.ts';

/** A message, what became of it, and what was decided about it where that was known. */
export interface FateEntry {
  readonly n: number;
  readonly at: number;
  readonly fate: Fate;
  readonly decision: Decision | undefined;
}

/** How much is kept. */
export interface FateLimits {
  readonly fates: number;
  /** Characters of the id of a message, which whoever writes it makes. */
  readonly id: number;
}

export class Fates {
  readonly ring: Ring<FateEntry>;
  readonly #limits: FateLimits;
  #latest: Decision | undefined;
  /** Of messages whose fate has not followed at once. */
  readonly #decisions = new Map<string, Decision>();

  constructor(limits: FateLimits) {
    this.#limits = limits;
    this.ring = new Ring(limits.fates);
  }

  /** Nearly always the fate follows at once; a message that waits for the store keeps its decision here. */
  decided(decision: Decision): void {
    const waiting = this.#latest;
    this.#latest = decision;
    if (waiting === undefined) return;
    const key = this.#keyOf(waiting);
    this.#decisions.delete(key);
    this.#decisions.set(key, waiting);
    if (this.#decisions.size <= this.#limits.fates) return;
    const [oldest] = this.#decisions.keys();
    if (oldest !== undefined) this.#decisions.delete(oldest);
  }

  keep(fate: Fate, at: number): void {
    const decision = this.#decisionOf(fate);
    const names = { id: fate.id === undefined ? undefined : this.#clipped(fate.id), from: fate.from === undefined ? undefined : detached(fate.from), to: detached(fate.to) };
    this.ring.push((n) => ({ n, at, fate: { ...fate, ...names }, decision: decision && { ...decision, ...names } }));
  }

  /** The last decision about a message; it has served when its fate is known. */
  #decisionOf(fate: Fate): Decision | undefined {
    const latest = this.#latest;
    if (latest !== undefined && latest.id === fate.id && latest.from === fate.from && latest.to === fate.to && latest.type === fate.type) {
      this.#latest = undefined;
      return latest;
    }
    if (this.#decisions.size === 0) return undefined;
    const key = this.#keyOf(fate);
    const decision = this.#decisions.get(key);
    this.#decisions.delete(key);
    return decision;
  }

  #keyOf({ from = '', to, id = '', type }: Pick<Fate, 'from' | 'to' | 'id' | 'type'>): string {
    return JSON.stringify([from, to, id.slice(0, this.#limits.id), type]);
  }

  /** No longer than an id need be, and nothing of the stanza that it came in. */
  #clipped(id: string): string {
    return detached(id.length > this.#limits.id ? `${id.slice(0, this.#limits.id)}…` : id);
  }
}
