/** The order between streams: what one domain says to this server may come over several of them, one after the other or by
 *  both kinds (XEP-0288), and is processed in the order in which it came. Only what a stream has proved that it may say counts.
 *  Spec: RFC 6120 §10.1, THEOREMS T4. Not here: the order of one stream (inbox.ts). @module */

/** A stream's inbox, as far as it waits for others. */
export interface Waiting {
  /** It may be its turn now. */
  proceed(): void;
}

/** What has come over one stream in a row, and is not done with. */
interface Run {
  readonly inbox: Waiting;
  count: number;
  begun: number;
}

/** By domain, whose turn it is. There is as much of it as waits in the inboxes. */
export class Lanes {
  readonly #runs = new Map<string, Run[]>();

  /** A stanza of a domain has come. */
  enter(domain: string, inbox: Waiting): void {
    const runs = this.#runs.get(domain) ?? [];
    const last = runs.at(-1);
    if (last?.inbox === inbox) last.count += 1;
    else runs.push({ inbox, count: 1, begun: 0 });
    this.#runs.set(domain, runs);
  }

  /** Whether no stanza of the domain that came before over another stream is to be waited for. */
  mayBegin(domain: string, inbox: Waiting): boolean {
    const first = this.#runs.get(domain)?.[0];
    return first?.inbox === inbox && first.begun < first.count;
  }

  begin(domain: string): void {
    const first = this.#runs.get(domain)?.[0];
    if (first !== undefined) first.begun += 1;
  }

  /** The oldest stanza that has begun is done with. */
  leave(domain: string): void {
    const [first] = this.#runs.get(domain) ?? [];
    if (first === undefined) return;
    first.count -= 1;
    first.begun -= 1;
    this.#settle(domain);
  }

  /** Stanzas that have not begun are forgotten; theirs are the last of the inbox. */
  forget(domain: string, inbox: Waiting): void {
    const run = this.#runs.get(domain)?.findLast((each) => each.inbox === inbox && each.begun < each.count);
    if (run === undefined) return;
    run.count -= 1;
    this.#settle(domain);
  }

  #settle(domain: string): void {
    const runs = this.#runs.get(domain) ?? [];
    const left = runs.filter(({ count }) => count > 0);
    if (left.length === 0) this.#runs.delete(domain);
    else this.#runs.set(domain, left);
    if (left[0] !== runs[0]) left[0]?.inbox.proceed();
  }
}
