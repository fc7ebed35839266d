/** At rest, the roster that a client has put together from the answer and the pushes is the one that is
 *  stored. Spec: RFC 6121 §2.1.6, §2.6. @module */
import type { BareJid, SubscriptionState } from '../../../machines/vocabulary.ts';
import type { RosterRecord } from '../../../src/core/store.ts';
import { bareOf } from '../knowledge.ts';
import type { Knowledge } from '../knowledge.ts';
import type { Observer, Rest, Watch } from '../observer.ts';

export const rosters: Observer = {
  name: 'every client has the roster that is stored',
  statement: 'Once the world is healed, the roster of each interested client, fetched or kept from an earlier session, with all pushes since, is the stored one.',
  exempt: 'nothing',
  spec: ['RFC 6121 §2.1.6', 'RFC 6121 §2.6.3'],
  watch: (knowledge) => new RostersWatch(knowledge),
};

/** What an item shows of each state: `subscription`, and `ask` (RFC 6121 §2.1.2). */
const shown: Readonly<Record<SubscriptionState, readonly [subscription: string, ask: string]>> = {
  none: ['none', ''],
  nonePendingOut: ['none', 'subscribe'],
  nonePendingIn: ['none', ''],
  nonePendingOutIn: ['none', 'subscribe'],
  to: ['to', ''],
  toPendingIn: ['to', ''],
  from: ['from', ''],
  fromPendingOut: ['from', 'subscribe'],
  both: ['both', ''],
};

const textOf = ({ jid, name = '', subscription, approved, groups }: RosterRecord): string =>
  [jid, name, ...shown[subscription], approved ? 'true' : '', ...[...groups].sort()].join(' | ');

class RostersWatch implements Watch {
  premises = 0;
  readonly #knowledge: Knowledge;

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  rested({ when, clients }: Rest): string | undefined {
    if (when === 'alone') return undefined;
    for (const { jid, session, view } of clients) {
      if (session?.isInterested !== true) continue;
      this.premises += 1;
      const stored = this.#knowledge.contents.roster(bareOf(jid) as BareJid).filter(({ listed }) => listed).map(textOf).sort().join('; ');
      const seen = [...view.roster].map(([, item]) => item).sort().join('; ');
      if (stored !== seen) return `the roster of ${jid} is [${seen}], and [${stored}] is stored`;
    }
    return undefined;
  }
}
