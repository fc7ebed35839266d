/** T6, at every moment: nobody is told twice that a resource has gone. Spec: RFC 6121 §4.5.2, §4.6.3.
 *  Not here: that nobody is left untold, which is seen at rest (beliefs.ts). @module */
import { bareOf } from '../knowledge.ts';
import type { Seen, Sent } from '../knowledge.ts';
import type { Observer, Watch } from '../observer.ts';

export const told: Observer = {
  name: 'nobody is told twice that a resource has gone',
  statement: 'Between two unavailable presences of a resource that come to one address of one client there is an available one.',
  exempt: 'what the resource says itself to that address, directly, and answers to probes; counted anew when the client itself becomes available or unavailable, since it does not hear everything before; between a user and a contact whose subscription the store has failed to end, since the contact was told of the end before',
  spec: ['RFC 6121 §4.5.2', 'RFC 6121 §4.6.3'],
  watch: () => new ToldWatch(),
};

class ToldWatch implements Watch {
  premises = 0;
  /** By stream: who has gone, as far as it was told at which of its two addresses. */
  #gone = new Map<string, Set<string>>();
  #available = new Set<string>();
  /** User and contact whose subscription the store has once failed to write. */
  readonly #failed = new Set<string>();

  step({ sent, settled }: Seen): string | undefined {
    const request = settled?.request;
    if (settled?.reply === undefined && request?.op === 'roster.write') this.#failed.add(`${request.account} ${request.record.jid}`);
    if (settled?.reply === undefined && request?.op === 'roster.remove') this.#failed.add(`${request.account} ${request.jid}`);
    for (const each of sent.values()) {
      const fault = this.#hear(each);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  crashed(): void {
    this.#gone = new Map();
    this.#available = new Set();
  }

  #hear({ to: { stream, jid = '' }, element: { name, attrs: { from = '', to = '', type, id = '' } }, isOwn }: Sent): string | undefined {
    if (name !== 'presence' || (type !== undefined && type !== 'unavailable')) return undefined;
    const gone = this.#gone.get(stream) ?? new Set<string>();
    this.#gone.set(stream, gone);
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
    const isNews = !gone.has(key);
    gone.add(key);
    if (isNews || id.startsWith('directed-') || id.startsWith('probe-')) return undefined;
    const pair = `${bareOf(from)} ${bareOf(jid)}`;
    return this.#failed.has(pair) ? undefined : `${jid} is told again that ${from} has gone`;
  }
}
