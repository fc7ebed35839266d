/** The contacts of one roster: what subscribes, what is shown, what is pushed and written.
 *  Spec: RFC 6121 §2. Not here: requests of clients (features/roster.ts), subscriptions
 *  (subscriptions.ts). @module */
import { Element } from 'ltx';
import type { BareJid, SubscriptionState } from '../../machines/vocabulary.ts';
import { stepIq } from '../../machines/iq.ts';
import { stepRoster } from '../../machines/roster.ts';
import type { IqEvent } from '../../machines/iq.ts';
import type { RosterEvent } from '../../machines/roster.ts';
import type { TimerEvent } from '../../machines/step.ts';
import type { Kernel } from './kernel.ts';
import { NS } from './namespaces.ts';
import type { Subscription } from './privacy/list.ts';
import type { RosterRecord } from './store.ts';
import { ask } from './task.ts';
import type { Task } from './task.ts';
import { serialize } from './xml/writer.ts';
import type { Account, Resource, Roster } from './resources.ts';

const subscribers: ReadonlySet<SubscriptionState> = new Set(['from', 'fromPendingOut', 'both']);
const subscriptions: ReadonlySet<SubscriptionState> = new Set(['to', 'toPendingIn', 'both']);

/** Whether the contact's subscription is approved, though it may not have been told yet. */
export function isApproved(roster: Roster, contact: BareJid): boolean {
  const record = roster.records.get(contact);
  return record !== undefined && subscribers.has(record.subscription);
}

/** Whether the contact is subscribed to the user's presence, and hears of it. */
export function isSubscriber(roster: Roster | undefined, contact: BareJid): boolean {
  return roster !== undefined && isApproved(roster, contact) && !roster.unshown.has(contact);
}

/** Whether the contact has asked for a subscription, and has no answer yet (RFC 6121 §A.1). */
export function hasAsked(roster: Roster, contact: BareJid): boolean {
  return roster.records.get(contact)?.subscription.includes('In') === true;
}

/** The contacts that are subscribed to the user's presence (RFC 6121 §4.2.2). */
export function* subscribersOf(roster: Roster): Generator<BareJid> {
  for (const { jid, subscription } of roster.records.values()) if (subscribers.has(subscription) && !roster.unshown.has(jid)) yield jid;
}

/** The contacts to whose presence the user is subscribed (RFC 6121 §4.3.1). */
export function* subscriptionsOf(roster: Roster): Generator<BareJid> {
  for (const record of roster.records.values()) if (subscriptions.has(record.subscription)) yield record.jid;
}

/** The subscription of a contact, without what is pending (RFC 6121 §2.1.2.5). */
export function subscriptionOf({ subscription }: RosterRecord): Subscription {
  return subscriptions.has(subscription) ? (subscribers.has(subscription) ? 'both' : 'to') : subscribers.has(subscription) ? 'from' : 'none';
}

/** What the store has of a contact, which is what clients are shown: a change that is being written may fail. */
function storedRecord({ records, writing }: Roster, jid: BareJid): RosterRecord | undefined {
  const change = writing.get(jid);
  return change === undefined ? records.get(jid) : change.written;
}

/** The items of a roster, as the store has them (RFC 6121 §2.1.3). */
export function* storedItems(roster: Roster): Generator<Element> {
  for (const jid of new Set([...roster.records.keys(), ...roster.writing.keys()])) {
    const record = storedRecord(roster, jid);
    if (record?.listed === true) yield itemElement(record);
  }
}

/** The `<item/>` of one contact (RFC 6121 §2.1.2). */
function itemElement(record: RosterRecord): Element {
  const { subscription } = record;
  const item = new Element('item', { jid: record.jid });
  if (record.name !== undefined) item.attrs.name = record.name;
  if (record.approved) item.attrs.approved = 'true';
  if (subscription === 'nonePendingOut' || subscription === 'nonePendingOutIn' || subscription === 'fromPendingOut') item.attrs.ask = 'subscribe';
  item.attrs.subscription = subscriptionOf(record);
  for (const group of record.groups) item.c('group').t(group);
  return item;
}

/** Changes one contact, in memory at once and durably before the task goes on.
 *  @returns whether clients see another item than the store had before; it may have had another than memory, where a write
 *  before this one has failed meanwhile */
export function* writeContact(kernel: Kernel, account: Account, roster: Roster, record: RosterRecord): Task<boolean> {
  const { jid } = record;
  const isNothing = !record.listed && !record.approved && record.subscription === 'none';
  const after = isNothing ? undefined : record;
  const writing = roster.writing.get(jid) ?? { record, written: roster.records.get(jid) };
  writing.record = record;
  roster.writing.set(jid, writing);
  setRecord(kernel, account, roster, jid, after);
  try {
    const version = isNothing
      ? yield* ask({ op: 'roster.remove', account: account.jid, jid })
      : yield* ask({ op: 'roster.write', account: account.jid, record });
    roster.version = Math.max(roster.version, version);
    const before = writing.written;
    writing.written = after;
    return itemXml(before) !== itemXml(after);
  } finally {
    // Memory has what the store has, failed or not, unless somebody else is writing it since.
    if (writing.record === record) {
      roster.writing.delete(jid);
      setRecord(kernel, account, roster, jid, writing.written);
    }
  }
}

/** What clients see of a contact; nothing where it is not listed. */
const itemXml = (record: RosterRecord | undefined): string => (record?.listed === true ? serialize(itemElement(record)) : '');

/** Privacy lists may speak of groups and of subscriptions: what they say of the contact may change with it. */
function setRecord(kernel: Kernel, account: Account, { records }: Roster, jid: BareJid, record: RosterRecord | undefined): void {
  const change = (): void => {
    if (record === undefined) records.delete(jid);
    else records.set(jid, record);
  };
  if (account.privacy === undefined) change();
  else kernel.wiring.changePrivacy(account, change, jid);
}

/** Tells each interested resource of one contact, in the step in which the store has written it, so that pushes
 *  come in the order of their versions (RFC 6121 §2.1.6, §2.6.3).
 *  @param jid the contact; one that the roster does not list is pushed as removed */
export function pushContact(kernel: Kernel, account: Account, roster: Roster, jid: BareJid): void {
  const record = storedRecord(roster, jid);
  const item = (): Element => (record?.listed === true ? itemElement(record) : new Element('item', { jid, subscription: 'remove' }));
  for (const resource of account.resources.values()) {
    if (resource.isDraining) continue; // It is owed other answers only (DESIGN D5).
    advanceRoster(kernel, resource, { type: 'roster.changed' }, (id) => {
      const iq = new Element('iq', { id, to: resource.jid, type: 'set' });
      iq.c('query', { xmlns: NS.roster, ver: String(roster.version) }).cnode(item());
      return serialize(iq);
    });
  }
}

/** Advances a resource's interest in its roster.
 *  @param push writes the push with the given `id` */
export function advanceRoster(kernel: Kernel, resource: Resource, event: RosterEvent, push?: (id: string) => string): void {
  const { state, effects } = kernel.transit('roster', resource.jid, stepRoster, resource.roster, event);
  resource.roster = state;
  for (const effect of effects) {
    if (effect.type === 'pushRoster' && push !== undefined) {
      if (resource.requests.size >= kernel.config.requestLimit) {
        // A client that takes pushes and never answers one breaks RFC 6120 §8.2.3.
        kernel.wiring.stream(resource.stream, { type: 'stream.failed', condition: 'policy-violation', text: 'Too many requests wait for an answer' });
        return;
      }
      const id = resource.nextRequestId();
      resource.requests.set(id, stepIq.initial);
      startRequestTimer(kernel, resource, id);
      kernel.send(resource.stream, push(id));
    }
  }
}

/** An answer to a request of the server, or the end of its time; false when there is no such request. */
export function settleRequest(kernel: Kernel, resource: Resource, id: string, event: IqEvent | TimerEvent): boolean {
  const pending = resource.requests.get(id);
  if (pending === undefined) return false;
  const { effects } = kernel.transit('iq', `${resource.jid} ${id}`, stepIq, pending, event);
  resource.requests.delete(id);
  for (const effect of effects) {
    if (effect.type === 'settle') advanceRoster(kernel, resource, { type: 'push.settled' });
    else if (effect.type === 'cancelTimer') kernel.cancelTimer(timerOf(resource, id));
  }
  return true;
}

function startRequestTimer(kernel: Kernel, resource: Resource, id: string): void {
  for (const effect of stepIq.initialEffects) {
    if (effect.type !== 'startTimer') continue;
    const event = { type: effect.params.timer };
    kernel.startTimer(timerOf(resource, id), effect.params.delay, () => settleRequest(kernel, resource, id, event));
  }
}

const timerOf = (resource: Resource, id: string): string => `iq ${resource.generation} ${id}`;
