/** A store in a simulated world: plain maps, and replies that come when the world says so. Not here:
 *  durability, which is the business of the real ones (src/stores). @module */
import type { BareJid } from '../../machines/vocabulary.ts';
import type { OfflineMessage, RosterRecord, StoreReply, StoreRequest } from '../../src/core/store.ts';

interface Kept {
  version: number;
  readonly roster: Map<BareJid, RosterRecord>;
  sequence: number;
  offline: OfflineMessage[];
  readonly documents: Map<string, string>;
  privacy: string | null;
}

/** What is kept for each account. */
export class SimulatedStore {
  readonly #accounts = new Map<BareJid, Kept>();

  create(account: BareJid): void {
    this.#accounts.set(account, { version: 0, roster: new Map(), sequence: 0, offline: [], documents: new Map(), privacy: null });
  }

  /** How many messages wait in all. */
  get waiting(): number {
    return [...this.#accounts.values()].reduce((sum, { offline }) => sum + offline.length, 0);
  }

  /** Carries out a request; throws for what this world does not ask. */
  perform(request: StoreRequest): StoreReply {
    const kept = 'account' in request ? this.#accounts.get(request.account) : undefined;
    switch (request.op) {
      case 'account.read':
        return { exists: kept !== undefined, offline: kept?.offline.length ?? 0, ...((kept?.privacy ?? null) !== null && { guarded: true }) };
      case 'roster.read':
        return { version: kept?.version ?? 0, records: [...(kept?.roster.values() ?? [])] };
      case 'offline.read': {
        const messages = kept?.offline ?? [];
        const fitting = messages.filter((_, index) => index === 0 || messages.slice(0, index + 1).reduce((sum, { xml }) => sum + xml.length, 0) <= request.maxBytes);
        return { messages: fitting, more: fitting.length < messages.length };
      }
      case 'privacy.read':
        return kept?.privacy ?? null;
      case 'offline.append':
        if (kept === undefined) return 'no-account';
        if (kept.privacy !== null && request.screened !== true) return 'guarded';
        if (kept.offline.length >= request.limit) return 'full';
        kept.sequence += 1;
        kept.offline.push({ sequence: kept.sequence, at: request.at, xml: request.xml });
        return 'stored';
      default:
        return this.#change(request, kept);
    }
  }

  #change(request: StoreRequest, kept: Kept | undefined): StoreReply {
    if (kept === undefined) throw new Error(`${request.op} without an account`);
    switch (request.op) {
      case 'roster.write':
        kept.roster.set(request.record.jid, request.record);
        return (kept.version += 1);
      case 'roster.remove':
        kept.roster.delete(request.jid);
        return (kept.version += 1);
      case 'offline.remove':
        kept.offline = kept.offline.filter(({ sequence }) => sequence > request.upTo);
        return null;
      case 'privacy.write':
        kept.privacy = request.xml;
        return null;
      default:
        throw new Error(`nobody asks for ${request.op} here`);
    }
  }
}
