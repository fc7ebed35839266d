/** Keys that the server of a domain is asked about, and what it says of them. Spec: XEP-0220 §2.1.2. Not here: over which stream
 *  (link.ts), whose keys they are (inbound.ts). @module */
import type { Element } from 'ltx';
import type { LinkFailure } from '../../../machines/link.ts';
import type { StanzaErrorCondition } from '../../../machines/vocabulary.ts';
import { dialbackXml } from './dialback.ts';
import type { Pair } from './dialback.ts';

/** What came of asking about a key. */
export type Verdict = 'valid' | 'invalid' | StanzaErrorCondition;

/** A key to be verified: on the stream `id`, `pair.from` claims to be itself. */
export interface Verification {
  readonly pair: Pair;
  readonly id: string;
  readonly key: string;
  readonly answer: (verdict: Verdict) => void;
}

/** What one other server is to be asked, and has been asked. */
export class Verifications {
  #unasked: Verification[] = [];
  readonly #asked = new Map<string, Verification>();

  /** Whether something is to be asked. */
  get isWaiting(): boolean {
    return this.#unasked.length > 0;
  }

  add(verification: Verification): void {
    this.#unasked.push(verification);
  }

  /** Asks what is to be asked. */
  ask(say: (xml: string) => void): void {
    for (const verification of this.#unasked.splice(0)) {
      const { pair, id, key } = verification;
      this.#asked.set(id, verification);
      say(dialbackXml('verify', { from: pair.to, to: pair.from }, id, undefined, key));
    }
  }

  /** The other server's word; one that nobody asked for means nothing. */
  settle({ attrs: { from, to, id = '', type } }: Element): void {
    const verification = this.#asked.get(id);
    if (verification === undefined || from !== verification.pair.from || to !== verification.pair.to) return;
    this.#asked.delete(id);
    verification.answer(type === 'valid' || type === 'invalid' ? type : 'remote-server-timeout');
  }

  /** The stream is gone: what was asked over it is to be asked again. */
  repeat(): void {
    this.#unasked.push(...this.#asked.values());
    this.#asked.clear();
  }

  /** The other server can't be asked. */
  fail(condition: LinkFailure): void {
    this.repeat();
    for (const { answer } of this.#unasked.splice(0)) answer(condition);
  }
}
