/** How it was decided where a message goes, told to whoever asks why: which routes there were, what was to be known
 *  of each, and which were chosen. Spec: RFC 6121 §8.5, DESIGN D2, D3. Not here: the decision itself
 *  (machines/whether.ts, machines/which.ts), what came of it (`Fate`). @module */
import type { Element } from 'ltx';
import type { MessageType } from '../../machines/vocabulary.ts';
import type { Reach } from '../../machines/whether.ts';
import { which } from '../../machines/which.ts';
import type { Jid } from './jid.ts';
import type { Account, Resource } from './resources.ts';
import { messageTypeOf } from './stanza.ts';

/** What was known of one route when a message was decided about. */
export interface RouteView {
  readonly jid: string;
  readonly isDraining: boolean;
  readonly hasOptedOut: boolean;
  readonly isAvailable: boolean;
  readonly priority: number;
}

/** One decision about one message. */
export interface Decision {
  readonly type: MessageType;
  readonly id: string | undefined;
  readonly from: string | undefined;
  readonly to: string;
  /** Whether it was sent to a full JID. */
  readonly isToFull: boolean;
  /** Every route of the account. */
  readonly routes: readonly RouteView[];
  readonly reach: Reach<Resource>['reach'];
  /** The full JIDs that are eligible, and of them those that get it. */
  readonly eligible: readonly string[];
  readonly chosen: readonly string[];
}

/** Puts a decision into words that stay what they are when the routes change.
 *  @param reach what was decided */
export function decisionOf(account: Account | undefined, message: Element, to: Jid, reach: Reach<Resource>): Decision {
  const type = messageTypeOf(message);
  const eligible = reach.reach === 'eligible' ? reach.routes : reach.reach === 'route' ? [reach.route] : [];
  const chosen = reach.reach === 'eligible' ? which(type, reach.routes) : eligible;
  return {
    type, id: message.attrs.id, from: message.attrs.from, to: to.full ?? to.bare,
    isToFull: to.resource !== undefined,
    routes: [...(account?.resources.values() ?? [])].map(({ jid, isDraining, hasOptedOut, isAvailable, priority }) => ({ jid, isDraining, hasOptedOut, isAvailable, priority })),
    reach: reach.reach,
    eligible: eligible.map(({ jid }) => jid),
    chosen: chosen.map(({ jid }) => jid),
  };
}
