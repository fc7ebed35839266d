/** T5: nobody hears of a user's presence who may not. Spec: RFC 6121 §11, §4.3.2, §8.5.3.1. @module */
import { bareOf } from '../knowledge.ts';
import type { Knowledge, Seen, Sent } from '../knowledge.ts';
import type { Observer, Watch } from '../observer.ts';

export const strangers: Observer = {
  name: 'a stranger hears nothing of anyone\'s presence',
  statement: 'Presence of a resource, and requests to it, pass only between it and its own account, subscribers, and those whom it has told directly in this session.',
  exempt: 'while a roster is being written both the old and the new subscription count; what was held back until the store was empty was decided upon before, and is let pass in the step that releases it: one in which the store answers, or the client hears of its own end',
  spec: ['RFC 6121 §11', 'RFC 6121 §4.3.2', 'RFC 6121 §8.5.3.1'],
  watch: (knowledge) => new StrangersWatch(knowledge),
};

class StrangersWatch implements Watch {
  premises = 0;
  readonly #knowledge: Knowledge;

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  step({ sent, settled }: Seen): string | undefined {
    const leaving = new Set([...sent.values()].filter(isOwnEnd).map(({ to: { stream } }) => stream));
    const released = settled !== undefined && settled.request.op.startsWith('offline.') && 'account' in settled.request ? settled.request.account : undefined;
    for (const each of sent.values()) {
      const { to: { jid, stream }, element: { name, attrs: { from = '', type } } } = each;
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

  /** Whether one client may know of a resource. */
  #mayKnow(resource: string, client: string): boolean {
    return this.#knowledge.isAuthorised(bareOf(resource), bareOf(client)) || this.#knowledge.directed(resource, client) !== undefined;
  }
}

/** A client hears that its own resource is unavailable. */
const isOwnEnd = ({ to: { jid }, element: { name, attrs: { from, type } } }: Sent): boolean => name === 'presence' && type === 'unavailable' && from === jid;

const leakOf = ({ to, element }: Sent): string => `${to.jid ?? to.stream}, a stranger, hears ${element.toString()}`;
