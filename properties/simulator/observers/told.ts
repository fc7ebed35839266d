/** T6, at every moment: nobody is told twice that a resource has gone. Spec: RFC 6121 §4.5.2, §4.6.3.
 *  Not here: that nobody is left untold, which is seen at rest (beliefs.ts). @module */
import { bareOf } from '../knowledge.ts';
import type { Knowledge, Seen, Sent } from '../knowledge.ts';
import type { Observer, Watch } from '../observer.ts';

export const told: Observer = {
  name: 'nobody is told twice that a resource has gone',
  statement: 'Between two unavailable presences of a resource that come to one address of one client, or go to one address on another server, there is an available one.',
  exempt: 'what comes from another server or goes to one when something may have been lost between the servers since, or was bounced by the link; what the resource says itself to that address, directly, and answers to probes; counted anew when the client itself becomes available or unavailable, since it does not hear everything before; between a user and a contact whose subscription the store has failed to end, since the contact was told of the end before',
  spec: ['RFC 6121 §4.5.2', 'RFC 6121 §4.6.3'],
  watch: (knowledge) => new ToldWatch(knowledge),
};

class ToldWatch implements Watch {
  premises = 0;
  readonly #knowledge: Knowledge;
  /** By stream, or for all other servers together: who has gone, as far as it was told at which address, and since when. */
  #gone = new Map<string, Map<string, number>>();
  #available = new Set<string>();
  /** User and contact whose subscription the store has once failed to write. */
  readonly #failed = new Set<string>();

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  step({ sent, settled, number }: Seen): string | undefined {
    const request = settled?.request;
    if (settled?.reply === undefined && request?.op === 'roster.write') this.#failed.add(`${request.account} ${request.record.jid}`);
    if (settled?.reply === undefined && request?.op === 'roster.remove') this.#failed.add(`${request.account} ${request.jid}`);
    for (const each of sent.values()) {
      const fault = this.#hear(each, number);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  crashed(): void {
    this.#gone = new Map();
    this.#available = new Set();
  }

  #hear({ to: { stream, jid = '', isPeer }, element: { name, attrs: { from = '', to = '', type, id = '' } }, isOwn }: Sent, number: number): string | undefined {
    if (name !== 'presence' || (type !== undefined && type !== 'unavailable')) return undefined;
    const place = isPeer ? '' : stream;
    const gone = this.#gone.get(place) ?? new Map<string, number>();
    this.#gone.set(place, gone);
    if (isOwn) {
      if ((type === undefined) !== this.#available.has(stream)) gone.clear();
      if (type === undefined) this.#available.add(stream);
      else this.#available.delete(stream);
      return undefined;
    }
    const key = `${from} ${to}`;
    if (type === undefined) {
      gone.delete(key);
      return undefined;
    }
    this.premises += 1;
    // What a bare JID says of itself answers a probe (RFC 6121 §4.3.2).
    if (!from.includes('/')) return undefined;
    const since = gone.get(key);
    gone.set(key, number);
    const isLost = since !== undefined && (isPeer || !this.#knowledge.isHome(from)) && this.#knowledge.lossAt >= since;
    if (since === undefined || isLost || id.startsWith('directed-') || id.startsWith('probe-')) return undefined;
    const pair = `${bareOf(from)} ${bareOf(isPeer ? to : jid)}`;
    return this.#failed.has(pair) ? undefined : `${isPeer ? to : jid} is told again that ${from} has gone`;
  }
}
