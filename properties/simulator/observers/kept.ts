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
  statement: 'A message that the store has acknowledged is put out, forgotten only then, and never put out again; the store has exactly those that are not forgotten.',
  exempt: 'a message is put out again when the server crashed after it was put out and before the store had forgotten it, or when the request to forget it failed; twice is better than never',
  spec: ['XEP-0160 §2', 'DESIGN D7'],
  watch: (knowledge) => new KeptWatch(knowledge),
};

interface Entry {
  readonly id: string;
  readonly account: string;
  /** Its number in the store; unknown until it is read. */
  sequence: number;
  /** The step in which it was put out; 0 before that. */
  putOut: number;
  mayRepeat: boolean;
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
          this.#entries.set(id, { id, account: request.account, sequence: Infinity, putOut: 0, mayRepeat: false, isForgotten: false });
        }
        return undefined;
      case 'offline.read':
        for (const { sequence, xml } of (reply as OfflinePage).messages) {
          const entry = this.#entries.get(idOf(xml));
          if (entry !== undefined) entry.sequence = sequence;
        }
        return undefined;
      case 'offline.remove':
        return this.#forget(request.account, request.upTo);
      default:
        return undefined;
    }
  }

  step({ sent, settled, number }: Seen): string | undefined {
    if (settled?.request.op === 'offline.remove' && settled.reply === undefined) {
      for (const entry of this.#upTo(settled.request.account, settled.request.upTo)) entry.mayRepeat = true;
    }
    for (const { to, element } of sent.values()) {
      if (element.name !== 'message' || element.attrs.type === 'error' || element.getChild('delay', NS.delay) === undefined) continue;
      const fault = this.#putOut(element.attrs.id ?? '', bareOf(to.jid ?? ''), number);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  crashed(): void {
    for (const entry of this.#entries.values()) entry.mayRepeat = entry.putOut > 0;
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

  /** What the store has been told to forget by this request. */
  #upTo(account: string, sequence: number): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.account === account && entry.sequence <= sequence && !entry.isForgotten);
  }

  #forget(account: string, sequence: number): string | undefined {
    for (const entry of this.#upTo(account, sequence)) {
      if (entry.putOut === 0) return `message ${entry.id} is forgotten, and was never put out`;
      entry.isForgotten = true;
    }
    return undefined;
  }

  #putOut(id: string, account: string, step: number): string | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return `message ${id} comes from the store, which never had it`;
    if (entry.account !== account) return `message ${id} is for ${entry.account}, and is put out to ${account}`;
    if (entry.isForgotten) return `message ${id} comes from the store, which has forgotten it`;
    if (entry.putOut > 0 && entry.putOut !== step && !entry.mayRepeat) return `message ${id} comes from the store a second time`;
    this.premises += 1;
    entry.putOut = step;
    entry.mayRepeat = false;
    return undefined;
  }
}
