/** What is said in a room comes to all in one order, and to nobody twice. Spec: XEP-0045 §7.4, RFC 6120 §10.1. Not here: that what
 *  one occupant says stays in its order (order.ts). @module */
import type { Seen } from '../knowledge.ts';
import { bareOf } from '../knowledge.ts';
import type { Observer, WatchAll } from '../observer.ts';

export const said: Observer = {
  name: 'what is said in a room comes to all in one order',
  statement: 'Of two messages of a room, all clients that hear both hear the same one first; and none hears one twice.',
  exempt: 'nothing',
  spec: ['XEP-0045 §7.4', 'RFC 6120 §10.1'],
  watchAll: () => new SaidWatch(),
};

class SaidWatch implements WatchAll {
  premises = 0;
  /** By room: what each stream has heard of it, and at which place. */
  readonly #heard = new Map<string, Map<string, Map<string, number>>>();

  step({ site, sent }: Seen): string | undefined {
    for (const { to: { stream, isPeer }, element: { name, attrs: { from = '', id = '', type } } } of sent.values()) {
      if (isPeer || name !== 'message' || type !== 'groupchat' || !id.startsWith('g')) continue;
      const streams = this.#heard.get(bareOf(from)) ?? new Map<string, Map<string, number>>();
      this.#heard.set(bareOf(from), streams);
      const heard = streams.get(`${site} ${stream}`) ?? new Map<string, number>();
      streams.set(`${site} ${stream}`, heard);
      if (heard.has(id)) return `${site} ${stream} hears ${id} of ${bareOf(from)} twice`;
      heard.set(id, heard.size);
    }
    return undefined;
  }

  rested(): string | undefined {
    for (const [room, streams] of this.#heard) {
      const lists = [...streams];
      for (const [index, [one, mine]] of lists.entries()) {
        for (const [other, theirs] of lists.slice(index + 1)) {
          const fault = this.#compare([...mine.keys()].filter((id) => theirs.has(id)), theirs);
          if (fault !== undefined) return `${one} and ${other} hear ${fault} of ${room} in different orders`;
        }
      }
    }
    this.#heard.clear();
    return undefined;
  }

  #compare(common: readonly string[], theirs: ReadonlyMap<string, number>): string | undefined {
    let last = -1;
    for (const id of common) {
      const place = theirs.get(id) ?? 0;
      this.premises += 1;
      if (place < last) return id;
      last = place;
    }
    return undefined;
  }
}
