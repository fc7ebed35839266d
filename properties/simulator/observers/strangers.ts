/** T5: nobody hears of a user's presence who may not. Spec: RFC 6121 §11, §4.3.2, §8.5.3.1. @module */
import { bareOf, domainOf } from '../knowledge.ts';
import { isOfRoom } from '../view.ts';
import type { Knowledge, Seen, Sent } from '../knowledge.ts';
import type { Observer, Watch } from '../observer.ts';

export const strangers: Observer = {
  name: 'a stranger hears nothing of anyone\'s presence',
  statement: 'Presence of a resource, and requests to it, pass only between it and its own account, subscribers, and users whom it has told directly in this session, at any of their addresses; to another server it goes only for such.',
  exempt: 'while a roster is being written both the old and the new subscription count; what was held back until the store was empty was decided upon before, and is let pass in the step that releases it: one in which the store answers, or the client hears of its own end; likewise what waited for a link, in the step in which that comes up',
  spec: ['RFC 6121 §11', 'RFC 6121 §4.3.2', 'RFC 6121 §8.5.3.1'],
  watch: (knowledge) => new StrangersWatch(knowledge),
};

class StrangersWatch implements Watch {
  premises = 0;
  readonly #knowledge: Knowledge;
  /** Which way between two domains each stream has been used. */
  #used = new Set<string>();

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  step({ sent, settled }: Seen): string | undefined {
    const leaving = new Set([...sent.values()].filter(isOwnEnd).map(({ to: { stream } }) => stream));
    const released = settled !== undefined && settled.request.op.startsWith('offline.') && 'account' in settled.request ? settled.request.account : undefined;
    const begun = new Set<string>();
    for (const each of sent.values()) {
      const { to: { jid, stream, isPeer }, element: { name, attrs: { from = '', to = '', type } } } = each;
      if (isPeer) {
        const fault = this.#judgeLink(each, begun);
        if (fault !== undefined) return fault;
        continue;
      }
      // What comes from another server is decided about there.
      if (from !== '' && to !== '' && (name === 'presence' || isOfRoom(each.element)) && !this.#knowledge.isHome(from)) continue;
      if (jid === undefined || from === '' || bareOf(from) === bareOf(jid) || bareOf(jid) === released || (name === 'presence' && leaving.has(stream))) continue;
      const isPresence = name === 'presence' && (type === undefined || type === 'unavailable');
      const isRequest = name === 'iq' && (type === 'get' || type === 'set');
      if (!isPresence && !isRequest) continue;
      this.premises += 1;
      const isLeak = isPresence ? !this.#mayKnow(from, jid) : !this.#mayKnow(jid, from);
      if (isLeak) return leakOf(each);
    }
    return undefined;
  }

  crashed(): void {
    this.#used = new Set();
  }

  /** What is the first to go over a stream has waited for it, and was decided about before. */
  #judgeLink({ to: { stream }, element: { name, attrs: { from = '', to = '', type } } }: Sent, begun: Set<string>): string | undefined {
    if (name !== 'presence' && name !== 'message' && name !== 'iq') return undefined;
    const way = `${stream} ${domainOf(from)} ${domainOf(to)}`;
    if (!this.#used.has(way)) begun.add(way);
    this.#used.add(way);
    if (begun.has(way) || !this.#knowledge.isHome(from) || name !== 'presence' || (type !== undefined && type !== 'unavailable')) return undefined;
    this.premises += 1;
    return this.#mayKnow(from, to) ? undefined : `${to}, a stranger on another server, hears of ${from} (${type ?? 'available'})`;
  }

  /** Whether one client may know of a resource. */
  #mayKnow(resource: string, client: string): boolean {
    return this.#knowledge.isAuthorised(bareOf(resource), bareOf(client)) || this.#knowledge.hasTold(resource, bareOf(client));
  }
}

/** A client hears that its own resource is unavailable. */
const isOwnEnd = ({ to: { jid }, element: { name, attrs: { from, type } } }: Sent): boolean => name === 'presence' && type === 'unavailable' && from === jid;

const leakOf = ({ to, element }: Sent): string => `${to.jid ?? to.stream}, a stranger, hears ${element.toString()}`;
