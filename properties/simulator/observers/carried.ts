/** T3, between servers: what is handed to a link arrives, as long as the line lives. Spec: RFC 6120 §4.4, §10.4, DESIGN D7. Not
 *  here: what is not handed over, and bounces (fates.ts). @module */
import type { Knowledge, Seen } from '../knowledge.ts';
import { domainOf } from '../knowledge.ts';
import type { Line } from '../line.ts';
import type { Observer, WatchAll } from '../observer.ts';

export const carried: Observer = {
  name: 'what is handed to a link arrives',
  statement: 'A message whose fate is that it was handed to a link is put on a stream to the other server in that step, and the other server decides about it.',
  exempt: 'when the line between the two has died, or one of them',
  spec: ['RFC 6120 §10.4', 'RFC 6120 §4.4', 'DESIGN D7'],
  watchAll: (knowledge) => new CarriedWatch(knowledge),
};

interface UnderWay {
  readonly to: string;
  readonly line: Line | undefined;
}

class CarriedWatch implements WatchAll {
  premises = 0;
  readonly #knowledge: ReadonlyMap<string, Knowledge>;
  #underWay = new Map<string, UnderWay>();

  constructor(knowledge: ReadonlyMap<string, Knowledge>) {
    this.#knowledge = knowledge;
  }

  step({ site, fates, sent }: Seen): string | undefined {
    for (const { id = '', type, fate, to } of fates) {
      if (type === 'error' || !/^m\d/.test(id)) continue; // What a room says goes to many.
      if (this.#underWay.get(id)?.to === site) this.#underWay.delete(id);
      if (fate !== 'routed' || domainOf(to) === site || !this.#knowledge.has(domainOf(to))) continue;
      this.premises += 1;
      const stream = [...sent.values()].find(({ to: { isPeer }, element }) => isPeer && element.name === 'message' && element.attrs.id === id)?.to.stream;
      if (stream === undefined) return `message ${id} is handed to a link, and put on none`;
      this.#underWay.set(id, { to: domainOf(to), line: this.#knowledge.get(site)?.lineOf(stream) });
    }
    // One that the other server has failed to store is answered (fates.ts).
    for (const { element: { name, attrs: { id = '', type } } } of sent.values()) {
      if (name === 'message' && type === 'error' && this.#underWay.get(id)?.to === site) this.#underWay.delete(id);
    }
    return undefined;
  }

  rested(): string | undefined {
    for (const [id, { line, to }] of this.#underWay) if (line?.isCut === false) return `message ${id} is under way to ${to} without end, and the line has not died`;
    this.#underWay = new Map();
    return undefined;
  }
}
