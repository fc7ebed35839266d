/** T4: what one stream sends to one account comes out of each stream in that order, stored or not.
 *  Spec: RFC 6120 §10.1. @module */
import type { Element } from 'ltx';
import { NS } from '../../../src/core/namespaces.ts';
import { bareOf } from '../knowledge.ts';
import type { Seen, Sent } from '../knowledge.ts';
import type { Observer, WatchAll } from '../observer.ts';

export const order: Observer = {
  name: 'what one sends to another arrives in order',
  statement: 'Messages of one stream come out of another in the order in which they were sent, also when some of them were stored, also over a link between servers that is lost and set up again.',
  exempt: 'a stored message that the store failed to read when its turn came; one that comes to a resource that had opted out, which says by itself that it is to come later',
  spec: ['RFC 6120 §10.1'],
  watchAll: () => new OrderWatch(),
};

interface Sending {
  readonly stream: string;
  readonly number: number;
  readonly step: number;
  /** The room that it was said in, if it was; rooms and people are reached on different ways. */
  readonly room: string;
}

/** What was put out last from one stream to another. */
interface Last {
  readonly number: number;
  readonly id: string;
}

const isSaidInRoom = ({ attrs: { id = '' } }: Element): boolean => id.startsWith('g');

class OrderWatch implements WatchAll {
  premises = 0;
  readonly #sendings = new Map<string, Sending>();
  readonly #last = new Map<string, Last>();
  /** By account, the step in which its messages last could not be read. */
  readonly #failedAt = new Map<string, number>();
  #numbers = 0;

  step(seen: Seen): string | undefined {
    const { site, input, settled, sent } = seen;
    if (input.type === 'stream.element' && input.element.name === 'message' && input.element.attrs.type !== 'error' && /^[mg]\d/.test(input.element.attrs.id ?? '') && !this.#sendings.has(input.element.attrs.id ?? '')) {
      this.#numbers += 1;
      this.#sendings.set(input.element.attrs.id ?? '', { stream: `${site} ${input.stream}`, number: this.#numbers, step: seen.number, room: isSaidInRoom(input.element) ? input.element.attrs.to ?? '' : '' });
    }
    if (settled?.request.op === 'offline.read' && settled.reply === undefined) this.#failedAt.set(settled.request.account, seen.number);
    for (const each of sent.values()) {
      const fault = each.to.isPeer ? undefined : this.#judge(site, each);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #judge(site: string, { to, element }: Sent): string | undefined {
    const { id = '', type, from } = element.attrs;
    const sending = this.#sendings.get(id);
    if (element.name !== 'message' || type === 'error' || sending === undefined) return undefined;
    const pair = `${sending.stream} ${site} ${to.stream} ${sending.room}`;
    const last = this.#last.get(pair);
    const isStored = element.getChild('delay', NS.delay) !== undefined;
    this.premises += 1;
    if (last === undefined || last.number < sending.number) {
      this.#last.set(pair, { number: sending.number, id });
      return undefined;
    }
    const isExempt = isStored && (to.hadOptedOut || (this.#failedAt.get(bareOf(to.jid ?? '')) ?? 0) > sending.step);
    return isExempt ? undefined : `${to.jid ?? to.stream} has message ${id} of ${from ?? sending.stream} after message ${last.id}, which was sent later`;
  }
}
