/** Roster items whose push is lost in one of two ways that this simulator has found, and lets pass until they are
 *  mended. Both come of the same order: a change is written, then the contact's half is dealt with, and only
 *  then the change is pushed (src/core/subscriptions.ts, `advance` and `removeContact`). When the store fails in
 *  between, the push never comes. And when a later change is pushed in between, with a higher version, a
 *  client that goes then and comes back with that version is told that it has everything (RFC 6121 §2.6.3).
 *  @module */
import { NS } from '../../src/core/namespaces.ts';
import { bareOf } from './knowledge.ts';
import type { Knowledge, Seen } from './knowledge.ts';

/** User and contact, of changes that are written and pushed to nobody yet. */
export class UnpushedItems {
  /** With the version that the change has. */
  readonly #written = new Map<string, number>();
  /** A higher version was pushed. */
  readonly #overtaken = new Set<string>();
  readonly #lost = new Set<string>();
  readonly #knowledge: Knowledge;

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  see(seen: Seen): undefined {
    this.#notePushes(seen);
    this.#noteEnds(seen);
    const { settled } = seen;
    if (settled === undefined || !('account' in settled.request)) return;
    const { request, reply } = settled;
    if (reply === undefined) {
      for (const pair of this.#written.keys()) if (pair.split(' ').includes(request.account)) this.#lost.add(pair);
    } else if (request.op === 'roster.write') this.#written.set(`${request.account} ${request.record.jid}`, Number(reply));
    else if (request.op === 'roster.remove') this.#written.set(`${request.account} ${request.jid}`, Number(reply));
  }

  /** All clients go; what was overtaken by then stays unpushed. */
  crashed(): void {
    for (const pair of this.#overtaken) this.#lost.add(pair);
  }

  /** Whether the push of an item may have been lost. */
  isLost(user: string, contact: string): boolean {
    return !this.#knowledge.isStrict && this.#lost.has(`${user} ${contact}`);
  }

  #notePushes({ sent }: Seen): void {
    for (const { to: { jid = '' }, element } of sent.values()) {
      const query = element.attrs.type === 'set' ? element.getChild('query', NS.roster) : undefined;
      const contact = query?.getChild('item')?.attrs.jid;
      if (query === undefined || contact === undefined) continue;
      const user = bareOf(jid);
      this.#written.delete(`${user} ${contact}`);
      this.#overtaken.delete(`${user} ${contact}`);
      for (const [pair, version] of this.#written) if (pair.startsWith(`${user} `) && version <= Number(query.attrs.ver)) this.#overtaken.add(pair);
    }
  }

  #noteEnds({ input, effects }: Seen): void {
    for (const act of [input, ...effects]) {
      if (act.type !== 'stream.lost' && act.type !== 'stream.ended' && act.type !== 'close') continue;
      const user = bareOf(this.#knowledge.streams.get(act.stream)?.jid ?? '');
      for (const pair of this.#overtaken) if (pair.startsWith(`${user} `)) this.#lost.add(pair);
    }
  }
}
