/** T6, at every moment: nobody is told twice that a resource has gone. Spec: RFC 6121 §4.5.2, §4.6.3.
 *  Not here: that nobody is left untold, which is seen at rest (beliefs.ts). @module */
import type { Element } from 'ltx';
import { bareOf, domainOf } from '../knowledge.ts';
import type { Knowledge, Seen, Sent } from '../knowledge.ts';
import { roomsOf } from '../options.ts';
import { codesOf, isOfRoom } from '../view.ts';
import type { Observer, Watch } from '../observer.ts';

export const told: Observer = {
  name: 'nobody is told twice that a resource has gone',
  statement: 'Between two unavailable presences of a resource that come to one address of one client, or go to one address on another server, there is an available one, also of an occupant of a room; what comes from another server is put out to nobody more often than it came.',
  exempt: 'what goes to another server when a link has come up or gone down since, since the link may have bounced what was between; what the resource says itself to that address, directly, and answers to probes; status 333, which says that somebody is not in a room; counted anew when the client itself becomes available or unavailable, since it does not hear everything before; between a user and a contact whose subscription the store has failed to end, since the contact was told of the end before',
  spec: ['RFC 6121 §4.5.2', 'RFC 6121 §4.6.3'],
  watch: (knowledge) => new ToldWatch(knowledge),
};

const isUnavailable = ({ name, attrs: { type } }: Element): boolean => name === 'presence' && type === 'unavailable';
const keyOf = ({ attrs: { from = '', to = '' } }: Element): string => `${from} ${to}`;

class ToldWatch implements Watch {
  premises = 0;
  readonly #knowledge: Knowledge;
  /** By stream, or for all other servers together: who has gone, as far as it was told at which address, and since when. */
  #gone = new Map<string, Map<string, number>>();
  #available = new Set<string>();
  /** User and contact whose subscription the store has once failed to write. */
  readonly #failed = new Set<string>();
  /** How often another server has said that somebody has gone, and how often each stream has heard it. */
  #received = new Map<string, number>();
  #putOut = new Map<string, number>();

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  step({ input, sent, settled, number }: Seen): string | undefined {
    if (input.type === 'stream.element' && this.#knowledge.streams.get(input.stream)?.isPeer === true && isUnavailable(input.element)) {
      const key = keyOf(input.element);
      this.#received.set(key, (this.#received.get(key) ?? 0) + 1);
    }
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
    this.#received = new Map();
    this.#putOut = new Map();
  }

  #count(stream: string, element: Element): string | undefined {
    const key = keyOf(element);
    const times = (this.#putOut.get(`${stream} ${key}`) ?? 0) + 1;
    this.#putOut.set(`${stream} ${key}`, times);
    this.premises += 1;
    return times > (this.#received.get(key) ?? 0) ? `${stream} hears more often than it was said: ${element.toString()}` : undefined;
  }

  #hear({ to: { stream, jid = '', isPeer }, element, isOwn }: Sent, number: number): string | undefined {
    const { name, attrs: { from = '', to = '', type, id = '' } } = element;
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
    const isFromHere = this.#knowledge.isHome(from) || domainOf(from) === roomsOf(this.#knowledge.domain);
    if (!isPeer && !isFromHere) return type === undefined || codesOf(element).includes('333') ? undefined : this.#count(stream, element);
    const key = keyOf(element);
    if (type === undefined) {
      gone.delete(key);
      return undefined;
    }
    this.premises += 1;
    // Who is not in a room is told so as often as it seems to believe it (XEP-0045 §7.2.18), and by its own server at the end.
    if (isOfRoom(element) && codesOf(element).includes('333')) return undefined;
    // What a bare JID says of itself answers a probe (RFC 6121 §4.3.2).
    if (!from.includes('/')) return undefined;
    const since = gone.get(key);
    gone.set(key, number);
    const isLost = since !== undefined && isPeer && this.#knowledge.lossAt >= since;
    if (since === undefined || isLost || (id.startsWith('directed-') && !isOfRoom(element)) || id.startsWith('probe-')) return undefined;
    const pair = `${bareOf(from)} ${bareOf(isPeer ? to : jid)}`;
    return this.#failed.has(pair) ? undefined : `${isPeer ? to : jid} is told again that ${from} has gone`;
  }
}
