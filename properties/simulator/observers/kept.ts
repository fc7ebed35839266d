/** T3, the ledger of the store: what was stored is put out once, and not forgotten before. Spec: XEP-0160
 *  §2, DESIGN D7. Kept by itself from what the store says that it did; only at rest is it compared with
 *  what the store has. @module */
import { parse } from 'ltx';
import type { BareJid } from '../../../machines/vocabulary.ts';
import { NS } from '../../../src/core/namespaces.ts';
import type { OfflinePage, StoreReply, StoreRequest } from '../../../src/core/store.ts';
import { bareOf } from '../knowledge.ts';
import type { Knowledge, Seen } from '../knowledge.ts';
import type { Observer, Rest, Watch } from '../observer.ts';

export const kept: Observer = {
  name: 'what is stored is delivered, once',
  statement: 'A message that the store has acknowledged is put out, forgotten only then, and put out to no stream twice; it is put out in the step in which the store has answered with it; the store has exactly those that are not forgotten.',
  exempt: 'a message that more than one resource has read before it was forgotten comes out of each of them',
  spec: ['XEP-0160 §2', 'DESIGN D7'],
  watch: (knowledge) => new KeptWatch(knowledge),
};

interface Entry {
  readonly id: string;
  readonly account: string;
  /** Its number in the store; unknown until it is read. */
  sequence: number;
  /** The streams that it was put out to. */
  readonly putOut: Set<string>;
  isForgotten: boolean;
}

const idOf = (xml: string): string => parse(xml).attrs.id ?? '';

class KeptWatch implements Watch {
  premises = 0;
  readonly #knowledge: Knowledge;
  readonly #entries = new Map<string, Entry>();

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  performed(request: StoreRequest, reply: StoreReply): string | undefined {
    switch (request.op) {
      case 'offline.append':
        if (reply === 'stored') {
          const id = idOf(request.xml);
          this.#entries.set(id, { id, account: request.account, sequence: Infinity, putOut: new Set(), isForgotten: false });
        }
        return undefined;
      case 'offline.read':
        for (const { sequence, xml } of (reply as OfflinePage).messages) {
          const entry = this.#entries.get(idOf(xml));
          if (entry?.isForgotten === true) return `message ${entry.id} comes from the store, which has forgotten it`;
          if (entry !== undefined) entry.sequence = sequence;
        }
        return undefined;
      case 'offline.remove':
        return this.#forget(request.account, request.upTo);
      default:
        return undefined;
    }
  }

  step({ sent, settled }: Seen): string | undefined {
    const { messages = [] } = settled?.request.op === 'offline.read' ? ((settled.reply ?? {}) as Partial<OfflinePage>) : {};
    const answered = new Set(messages.map(({ xml }) => idOf(xml)));
    for (const { to, element } of sent.values()) {
      if (element.name !== 'message' || element.attrs.type === 'error' || element.getChild('delay', NS.delay) === undefined) continue;
      const { id = '' } = element.attrs;
      const fault = answered.has(id) ? this.#putOut(id, bareOf(to.jid ?? ''), to.stream) : `message ${id} comes from the store, which was not asked for it`;
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  rested({ when, clients }: Rest): string | undefined {
    const waiting = [...this.#entries.values()].filter(({ isForgotten }) => !isForgotten);
    for (const account of new Set(clients.map(({ jid }) => bareOf(jid)))) {
      const there = this.#knowledge.contents.offline(account as BareJid).map(({ xml }) => idOf(xml)).join(', ');
      const noted = waiting.filter((entry) => entry.account === account).map(({ id }) => id).join(', ');
      if (there !== noted) return `the store has [${there}] for ${account}, and was given [${noted}] that it was not to forget`;
      const isReachable = clients.some(({ jid, session }) => session !== undefined && bareOf(jid) === account);
      if (when === 'together' && noted !== '' && isReachable) return `${noted} still wait for ${account}, who is available`;
    }
    return undefined;
  }

  #forget(account: string, sequence: number): string | undefined {
    for (const entry of this.#entries.values()) {
      if (entry.account !== account || entry.sequence > sequence || entry.isForgotten) continue;
      if (entry.putOut.size === 0) return `message ${entry.id} is forgotten, and was never put out`;
      entry.isForgotten = true;
    }
    return undefined;
  }

  #putOut(id: string, account: string, stream: string): string | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return `message ${id} comes from the store, which never had it`;
    if (entry.account !== account) return `message ${id} is for ${entry.account}, and is put out to ${account}`;
    if (entry.putOut.has(stream)) return `message ${id} comes from the store a second time`;
    this.premises += 1;
    entry.putOut.add(stream);
    return undefined;
  }
}
