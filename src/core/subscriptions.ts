/** Subscription stanzas between two accounts of this server: each side's machine is advanced, its
 *  roster is written, and then the effects are carried out. Spec: RFC 6121 §3, §A. Not here: what
 *  follows from which state (machines/subscription.ts). @module */
import type { Element } from 'ltx';
import { stepSubscription } from '../../machines/subscription.ts';
import type { SubscriptionEvent } from '../../machines/subscription.ts';
import type { BareJid, SubscriptionState } from '../../machines/vocabulary.ts';
import { acquire, release, rosterOf } from './accounts.ts';
import { isSubscriber, pushContact, writeContact } from './contacts.ts';
import { detached } from './detached.ts';
import { parseJid } from './jid.ts';
import type { Kernel } from './kernel.ts';
import { put } from './held.ts';
import { deliver, isLocal } from './routing.ts';
import { sendToSubscriber } from './presence.ts';
import { admits, isAllowed } from './privacy/filter.ts';
import type { Account, Roster } from './resources.ts';
import type { RosterRecord } from './store.ts';
import { presence, readdressed } from './stanza.ts';
import { begin } from './task.ts';
import type { Task } from './task.ts';
import { serialize } from './xml/writer.ts';

/** The longest request that is kept whole. */
const REQUEST_LENGTH = 2_048;

/** The four types of a subscription stanza (RFC 6121 §4.7.1). */
export type SubscriptionType = 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed';

/** A subscription stanza, its addresses bare (RFC 6121 §3). */
interface SubscriptionStanza {
  readonly type: SubscriptionType;
  readonly from: BareJid;
  readonly to: BareJid;
  readonly stanza: Element;
  /** The sender's account is about to be removed: no privacy list keeps anything of it for whoever takes its name. */
  readonly isFinal?: true;
}

/** Whether a presence type is that of a subscription stanza. */
export function isSubscriptionType(type: string | undefined): type is SubscriptionType {
  return type === 'subscribe' || type === 'subscribed' || type === 'unsubscribe' || type === 'unsubscribed';
}

/** What a user has sent: the user's side, and through it the contact's.
 *  @returns false when the user's roster is full */
export function* sendSubscription(kernel: Kernel, user: Account, contact: BareJid, type: SubscriptionType, stanza: Element): Task<boolean> {
  const addressed = readdressed(stanza, { from: user.jid, to: contact });
  return yield* advance(kernel, user, contact, `outbound.${type}`, { type, from: user.jid, to: contact, stanza: addressed });
}

/** What a contact has sent to a user; ignored when it is one of this server, and there is no such user
 *  (RFC 6121 §8.5.1). The user of another server gets the stanza. */
export function* receiveSubscription(kernel: Kernel, sent: SubscriptionStanza): Task {
  const to = parseJid(sent.to);
  if (to !== undefined && !isLocal(kernel, to)) return deliver(kernel, sent.stanza, to);
  const account = yield* acquire(kernel, sent.to);
  try {
    if (account.exists === true && (sent.isFinal === true || admits(kernel, account, sent.stanza))) yield* advance(kernel, account, sent.from, `inbound.${sent.type}`, sent);
  } finally {
    release(kernel, account);
  }
}

/** The state that the roster keeps, as a state of the machine. */
function stateOf(record: RosterRecord | undefined): typeof stepSubscription.initial {
  if (record === undefined) return stepSubscription.initial;
  return stepSubscription.machine.resolveState({ value: record.subscription, context: { approved: record.approved } });
}

function* advance(kernel: Kernel, account: Account, contact: BareJid, type: SubscriptionEvent['type'], sent: SubscriptionStanza): Task<boolean> {
  const roster = yield* rosterOf(account);
  const before = roster.records.get(contact);
  const { state, effects } = kernel.transit('subscription', `${account.jid} ${contact}`, stepSubscription, stateOf(before), { type });
  const names = effects.map((effect) => effect.type);
  const after = recordAfter(contact, before, state, names.includes('pushItem'), names.includes('deliverRequest') ? requestOf(sent) : undefined);
  if (before === undefined && isKept(after) && roster.records.size >= kernel.config.rosterLimit) return false;
  const isNew = isKept(after) ? isChanged(before, after) : before !== undefined;
  const isWelcome = names.includes('sendAvailable');
  if (isNew && isWelcome) roster.unshown.set(contact, after);
  try {
    const isSeen = names.includes('sendUnavailable') ? yield* hideAndWrite(kernel, account, roster, after) : isNew && (yield* writeContact(kernel, account, roster, after));
    if (isSeen && !names.includes('pushItem')) pushContact(kernel, account, roster, contact);
    // The contact's half is begun in its order and waited for at the end: what is written is pushed in the step in
    // which it is, whatever becomes of the other half, so that pushes come in the order of their versions (§2.6).
    const begun: Task[] = [];
    for (const name of names) {
      const task = perform(kernel, account, roster, contact, name, sent);
      if (task !== undefined) begun.push(begin(task));
    }
    for (const task of begun) yield* task;
  } finally {
    // An approval that is written holds also where the contact's own roster could not be.
    if (isWelcome) show(kernel, account, roster, after);
  }
  return true;
}

/** Shows a contact the user's presence once its approval is written and it has been told; from this step on it
 *  hears broadcasts, none before (RFC 6121 §3.1.5). Somebody may have cancelled the subscription meanwhile. */
function show(kernel: Kernel, account: Account, roster: Roster, approval: RosterRecord): void {
  const { jid } = approval;
  if (roster.unshown.get(jid) === approval) roster.unshown.delete(jid);
  if (isSubscriber(roster, jid)) sendPresence(kernel, account, jid, true);
}

/** Tells a contact that it is shown nothing any more, in the step that changes what memory says of it, so that no
 *  broadcast comes in between (RFC 6121 §3.2.2). If that can't be written it is still subscribed, and shown again. */
function* hideAndWrite(kernel: Kernel, account: Account, roster: Roster, after: RosterRecord): Task<boolean> {
  const { jid } = after;
  if (isSubscriber(roster, jid)) sendPresence(kernel, account, jid, false);
  roster.unshown.delete(jid);
  try {
    return yield* writeContact(kernel, account, roster, after);
  } catch (failure) {
    if (isSubscriber(roster, jid)) sendPresence(kernel, account, jid, true);
    throw failure;
  }
}

/** A request as it is kept: whole, unless that is so long that a few of them would fill what may wait for
 *  one client (RFC 6121 §3.1.3, Security Warning). */
function requestOf({ type, from, to, stanza }: SubscriptionStanza): string {
  const xml = detached(serialize(stanza));
  return xml.length <= REQUEST_LENGTH ? xml : serialize(presence({ from, to, type }));
}

/** What the roster keeps of a contact after a step. A contact that only asks is kept, and not listed
 *  (RFC 6121 §3.1.3, Security Warning). */
function recordAfter(jid: BareJid, before: RosterRecord | undefined, state: typeof stepSubscription.initial, isPushed: boolean, request: string | undefined): RosterRecord {
  const subscription = state.value as SubscriptionState;
  const { request: pending, ...kept } = before ?? { jid, groups: [], listed: false };
  const asked = request ?? pending;
  return {
    ...kept,
    subscription,
    approved: state.context.approved,
    listed: kept.listed || isPushed,
    ...(subscription.includes('In') && asked !== undefined ? { request: asked } : {}),
  };
}

const isKept = ({ listed, approved, subscription }: RosterRecord): boolean => listed || approved || subscription !== 'none';

const isChanged = (before: RosterRecord | undefined, after: RosterRecord): boolean =>
  before === undefined || before.subscription !== after.subscription || before.approved !== after.approved
  || before.listed !== after.listed || before.request !== after.request;

/** @returns what is left to do of it, where it takes the store */
function perform(kernel: Kernel, account: Account, roster: Roster, contact: BareJid, effect: string, sent: SubscriptionStanza): Task | undefined {
  switch (effect) {
    case 'routeStanza':
      return receiveSubscription(kernel, sent);
    case 'deliverStanza': {
      const xml = serialize(sent.stanza);
      for (const resource of account.resources.values()) if (resource.isInterested && !resource.isDraining && admits(kernel, resource, sent.stanza)) put(kernel, resource, xml);
      return undefined;
    }
    case 'deliverRequest': {
      const xml = serialize(sent.stanza);
      for (const resource of account.listening()) if (admits(kernel, resource, sent.stanza)) put(kernel, resource, xml);
      return undefined;
    }
    case 'replySubscribed':
      return reply(kernel, account, contact, 'subscribed', sent);
    case 'replyUnsubscribed':
      return reply(kernel, account, contact, 'unsubscribed', sent);
    case 'pushItem':
      pushContact(kernel, account, roster, contact);
      return undefined;
    default:
      return undefined;
  }
}

/** Answers on behalf of the user, with the `id` of the request (RFC 6121 §3.1.3 rule 2). */
function reply(kernel: Kernel, account: Account, contact: BareJid, type: SubscriptionType, sent: SubscriptionStanza): Task {
  const stanza = readdressed(sent.stanza, { from: account.jid, to: contact });
  stanza.attrs.type = type;
  stanza.children = [];
  return receiveSubscription(kernel, { type, from: account.jid, to: contact, stanza });
}

/** From each available resource of the user to the contact (RFC 6121 §3.1.5, §3.2.2, §3.3.3); a
 *  contact that knows already that a resource is not available to it is not told so twice. */
function sendPresence(kernel: Kernel, account: Account, contact: BareJid, isAvailable: boolean): void {
  const to = parseJid(contact);
  if (to === undefined) return;
  for (const resource of account.shown()) if (isAllowed(kernel, resource, 'presence-out', to)) sendToSubscriber(kernel, resource, to, isAvailable);
}

/** Removes a contact from a user's roster, ending the subscriptions that there are (RFC 6121 §2.5.2).
 *  @returns false when the roster has no such item */
export function* removeContact(kernel: Kernel, account: Account, roster: Roster, contact: BareJid): Task<boolean> {
  const record = roster.records.get(contact);
  if (record === undefined || !record.listed) return false;
  const { subscription } = record;
  yield* hideAndWrite(kernel, account, roster, { jid: contact, groups: [], subscription: 'none', approved: false, listed: false });
  pushContact(kernel, account, roster, contact);
  yield* endSubscriptions(kernel, account, contact, subscription);
  return true;
}

/** Tells a contact that a user is subscribed no more, and that it is not either. */
function* endSubscriptions(kernel: Kernel, { jid }: Account, contact: BareJid, subscription: SubscriptionState, isFinal?: true): Task {
  const types: SubscriptionType[] = [];
  if (/^(to|both)|Out/.test(subscription)) types.push('unsubscribe');
  if (/^(from|both)|In$/.test(subscription)) types.push('unsubscribed');
  for (const type of types) yield* receiveSubscription(kernel, { type, from: jid, to: contact, stanza: presence({ from: jid, to: contact, type }), ...(isFinal && { isFinal }) });
}

/** What a contact's roster says of a user once both subscriptions have ended; undefined when it says nothing
 *  any more. */
export function recordWithout(record: RosterRecord): RosterRecord | undefined {
  const ended = (['inbound.unsubscribe', 'inbound.unsubscribed'] as const).reduce((state, type) => stepSubscription(state, { type }).state, stateOf(record));
  const after = recordAfter(record.jid, record, ended, false, undefined);
  return isKept(after) ? after : undefined;
}

/** Ends all subscriptions of an account that is about to be removed, so that nothing is left of them for
 *  whoever takes its name (XEP-0077 §3.2). */
export function* leaveContacts(kernel: Kernel, account: Account): Task {
  const roster = yield* rosterOf(account);
  for (const { jid, subscription } of [...roster.records.values()]) {
    if (isSubscriber(roster, jid)) sendPresence(kernel, account, jid, false);
    yield* endSubscriptions(kernel, account, jid, subscription, true);
  }
}
