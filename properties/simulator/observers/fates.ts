/** T3, the ledger of messages: accepted = delivered + stored + bounced + dropped. Spec: RFC 6121 §8.5,
 *  DESIGN D7. Not here: the ledger of the store (kept.ts). @module */
import { parse } from 'ltx';
import { NS } from '../../../src/core/namespaces.ts';
import type { Knowledge, Seen } from '../knowledge.ts';
import type { Observer, Watch } from '../observer.ts';

export const fates: Observer = {
  name: 'every message has one fate',
  statement: 'A message that a server has accepted, from a client or from another server, it has delivered, stored, bounced, handed to a link or dropped by a rule, one of these and once; and none, and no error for one, is put out to a stream twice.',
  exempt: 'a message that still waited its turn when the server closed its stream, or crashed, was not accepted; one that the store failed to keep is answered with internal-server-error, or its sender is gone; what comes from the store is counted elsewhere; what is said in a room is many messages',
  spec: ['RFC 6121 §8.5', 'DESIGN D7'],
  watch: (knowledge) => new FatesWatch(knowledge),
};

/** Whether a fate, or an element, is that of a message that a client has sent, and not of the error that came of it. */
const isClients = (id: string, type: string | undefined): boolean => (type === 'error') === id.startsWith('e') && /^[em]\d/.test(id);

class FatesWatch implements Watch {
  premises = 0;
  readonly #knowledge: Knowledge;
  /** Messages without a fate, and the stream that each came by. */
  #open = new Map<string, string>();
  readonly #settled = new Set<string>();
  #putOut = new Map<string, Set<string>>();

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  step(seen: Seen): string | undefined {
    const { input } = seen;
    if (input.type === 'stream.element' && input.element.name === 'message' && isClients(input.element.attrs.id ?? '', input.element.attrs.type)) this.#accept(input.stream, input.element.attrs.id ?? '');
    for (const { id = '', type, fate } of seen.fates) {
      if (!isClients(id, type)) continue;
      this.premises += 1;
      if (!this.#open.delete(id)) return `message ${id} is ${fate}, ${this.#settled.has(id) ? 'and has a fate already' : 'and nobody has sent it'}`;
      this.#settled.add(id);
    }
    return this.#refused(seen) ?? this.#twice(seen);
  }

  crashed(): void {
    for (const id of this.#open.keys()) this.#settled.add(id);
    this.#open = new Map();
    this.#putOut = new Map();
  }

  rested(): string | undefined {
    const [id] = [...this.#open].find(([, stream]) => this.#knowledge.streams.get(stream)?.isClosed !== true) ?? [];
    return id === undefined ? undefined : `message ${id} has no fate`;
  }

  #accept(stream: string, id: string): void {
    const known = this.#knowledge.streams.get(stream);
    // Another server's is taken after our closing tag too, unless it is at fault (RFC 6120 §4.4).
    if (known?.isTrusted === true || (known?.jid !== undefined && !known.isClosed)) this.#open.set(id, stream);
  }

  /** A message that the store has failed to keep. */
  #refused({ settled, sent }: Seen): string | undefined {
    if (settled?.request.op !== 'offline.append' || settled.reply !== undefined) return undefined;
    const { id = '' } = parse(settled.request.xml).attrs;
    const stream = this.#open.get(id);
    if (stream === undefined) return undefined;
    this.#open.delete(id);
    this.#settled.add(id);
    const isAnswered = [...sent.values()].some(({ to, element }) => to.stream === stream && element.attrs.type === 'error' && element.attrs.id === id);
    const isThere = this.#knowledge.streams.get(stream)?.isEnding === false;
    return isAnswered || !isThere ? undefined : `message ${id} is not stored, and its sender is not told`;
  }

  #twice({ sent }: Seen): string | undefined {
    for (const { to: { stream, jid }, element } of sent.values()) {
      const { id = '', type } = element.attrs;
      if (element.name !== 'message' || !/^[em]\d/.test(id) || element.getChild('delay', NS.delay) !== undefined) continue;
      const what = isClients(id, type) ? `message ${id}` : `the error for message ${id}`;
      const putOut = this.#putOut.get(stream) ?? new Set();
      if (putOut.has(what)) return `${what} is put out to ${jid ?? stream} twice`;
      this.#putOut.set(stream, putOut.add(what));
    }
    return undefined;
  }
}
