/** The numbers that a store gives: versions of rosters and sequences of messages. Which ones is its own affair; they grow, and none comes
 *  again for the same address, also when its account was removed and made anew (RFC 6121 §2.6). @module */
import type { BareJid } from '../../machines/vocabulary.ts';
import type { OfflineMessage, StoreReply, StoreRequest } from '../../src/core/store.ts';

type Kind = 'version' | 'sequence';

/** Turns the store's numbers into the model's, and the model's into the store's. */
export class Numbers {
  /** By kind, address and life: the store's number for each of the model's. */
  readonly #known = new Map<string, Map<number, number>>();
  readonly #highest = new Map<string, number>();
  readonly #lives = new Map<BareJid, number>();

  /** A request of the model, with the number that it must have for it to mean what was read: of messages that nobody has read nobody knows
   *  the sequence.
   *  @returns the same for the model and for the store */
  ask(request: StoreRequest): { readonly model: StoreRequest; readonly store: StoreRequest } {
    if (request.op !== 'offline.remove') return { model: request, store: request };
    const [mine = 0, theirs = 0] = [...this.#of('sequence', request.account)].filter(([number]) => number <= request.upTo).sort(([a], [b]) => b - a)[0] ?? [];
    return { model: { ...request, upTo: mine }, store: { ...request, upTo: theirs } };
  }

  /** The store's reply, with the model's numbers where they fit.
   *  @param expected what the model replies */
  read(request: StoreRequest, reply: StoreReply, expected: StoreReply): StoreReply {
    switch (request.op) {
      case 'account.remove':
        if (reply === true) this.#lives.set(request.account, (this.#lives.get(request.account) ?? 0) + 1);
        return reply;
      case 'roster.write':
      case 'roster.remove':
        return typeof reply === 'number' && typeof expected === 'number' ? this.#fit('version', request.account, reply, expected) : reply;
      case 'roster.read': {
        const [snapshot, wanted] = [reply, expected] as [StoreReply<'roster.read'>, StoreReply<'roster.read'>];
        // Before the first change any version will do: a client that has an older one gets the whole roster.
        return { ...snapshot, version: wanted.version === 0 ? 0 : this.#fit('version', request.account, snapshot.version, wanted.version) };
      }
      case 'offline.read': {
        const [page, wanted] = [reply, expected] as [StoreReply<'offline.read'>, StoreReply<'offline.read'>];
        const fitted = (message: OfflineMessage, index: number): OfflineMessage =>
          ({ ...message, sequence: this.#fit('sequence', request.account, message.sequence, wanted.messages[index]?.sequence ?? 0) });
        return { ...page, messages: page.messages.map(fitted) };
      }
      default:
        return reply;
    }
  }

  /** The model's number when the store's is the one that it has given before for the same, or a new one that is higher than any before. */
  #fit(kind: Kind, account: BareJid, theirs: number, mine: number): number {
    const known = this.#of(kind, account);
    const highest = this.#highest.get(`${kind} ${account}`) ?? 0;
    if (!known.has(mine) && theirs > highest) {
      known.set(mine, theirs);
      this.#highest.set(`${kind} ${account}`, theirs);
    }
    return known.get(mine) === theirs ? mine : theirs;
  }

  #of(kind: Kind, account: BareJid): Map<number, number> {
    const name = `${kind} ${account} ${this.#lives.get(account) ?? 0}`;
    const known = this.#known.get(name) ?? new Map<number, number>();
    this.#known.set(name, known);
    return known;
  }
}
