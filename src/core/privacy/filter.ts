/** The one filter: whether the lists in force let a stanza pass, asked wherever something comes in for a user or
 *  goes out from one. Spec: XEP-0016 §2.2. Not here: what a list says (list.ts), what becomes of a stanza that is
 *  denied (whoever asks), what follows when lists change (change.ts). @module */
import type { Element } from 'ltx';
import { subscriptionOf } from '../contacts.ts';
import { parseJid } from '../jid.ts';
import type { Jid } from '../jid.ts';
import type { Kernel } from '../kernel.ts';
import { NS } from '../namespaces.ts';
import type { Account, Resource } from '../resources.ts';
import { StanzaError } from '../stanza-error.ts';
import { denialBy, isBlock, unknownContact } from './list.ts';
import type { PrivacyItem, PrivacyKind, PrivacyList } from './list.ts';

/** For whom the filter is asked: a session, or the account as a whole (XEP-0016 §2.2: the default list). */
export type Asked = Resource | Account;

const accountOf = (asked: Asked): Account => ('account' in asked ? asked.account : asked);

/** The list in force: the session's active list if it has one, else the default list; never both (XEP-0016 §2.2). */
export function listOf(asked: Asked): PrivacyList | undefined {
  const { privacy } = accountOf(asked);
  const active = 'account' in asked ? asked.activeList : undefined;
  return privacy?.lists.get(active ?? '') ?? privacy?.lists.get(privacy.default ?? '');
}

/** The item that denies a stanza; undefined when it may pass. A user's own resources may always speak with each
 *  other and with their server, or nobody could lift a list that denies everything (XEP-0016 §2.1).
 *  @param peer the other side */
export function denialOf(kernel: Kernel, asked: Asked, kind: PrivacyKind, peer: Jid): PrivacyItem | undefined {
  const list = listOf(asked);
  if (list === undefined) return undefined;
  const { jid, roster } = accountOf(asked);
  if (peer.bare === jid || peer.bare === kernel.config.domain) return undefined;
  const record = roster?.records.get(peer.bare);
  return denialBy(list, kind, peer, record === undefined ? unknownContact : { subscription: subscriptionOf(record), groups: record.groups });
}

/** Whether a stanza may pass. */
export function isAllowed(kernel: Kernel, asked: Asked, kind: PrivacyKind, peer: Jid): boolean {
  return accountOf(asked).privacy === undefined || denialOf(kernel, asked, kind, peer) === undefined;
}

/** What a stanza that comes in is to the lists. Only available and unavailable presence is a notification
 *  (XEP-0016 §2.10). */
export function incomingKind({ name, attrs: { type } }: Element): PrivacyKind {
  if (name === 'message' || name === 'iq') return name;
  return type === undefined || type === 'unavailable' ? 'presence-in' : 'other';
}

/** Whether what comes in may pass, by who has sent it.
 *  @param stanza its `from` is stamped */
export function admits(kernel: Kernel, asked: Asked, stanza: Element): boolean {
  if (accountOf(asked).privacy === undefined) return true;
  const from = parseJid(stanza.attrs.from ?? '');
  return from === undefined || isAllowed(kernel, asked, incomingKind(stanza), from);
}

/** Why a stanza that a client sends may not go out; undefined when it may. Directed presence is the user's own
 *  word to somebody, and no notification of a subscriber (XEP-0016 §2.11): like a message it is stopped only by an
 *  item that stops everything. */
export function refusalOf(kernel: Kernel, resource: Resource, to: Jid): StanzaError | undefined {
  const denial = denialOf(kernel, resource, 'other', to);
  if (denial === undefined) return undefined;
  return new StanzaError('not-acceptable', undefined, isBlock(denial) ? { name: 'blocked', xmlns: NS.blockingErrors } : undefined); // XEP-0191 §3.3
}
