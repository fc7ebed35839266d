/** What follows when the filter changes: who was shown the user is told that it is gone, and who may see it now is
 *  shown it; the user is told likewise of others. Nobody remembers who was told what: it follows from subscriptions,
 *  directed presence and the filter, and is looked at before the change and after it (THEOREMS T6). Spec: XEP-0016
 *  §2.10, §2.11, XEP-0191 §3.3, §3.4. Not here: which changes there are (features/). @module */
import type { BareJid } from '../../../machines/vocabulary.ts';
import { isSubscriber, subscribersOf, subscriptionsOf } from '../contacts.ts';
import { hearRoom } from '../farewells.ts';
import { parseJid } from '../jid.ts';
import type { Jid } from '../jid.ts';
import type { Kernel } from '../kernel.ts';
import { dropDenied, put } from '../held.ts';
import { endDirected, hasToldResource, isShownTo, probe, sendToSubscriber, show } from '../presence.ts';
import type { Account, Resource } from '../resources.ts';
import { isLocal } from '../routing.ts';
import { presence } from '../stanza.ts';
import { serialize } from '../xml/writer.ts';
import { isAllowed } from './filter.ts';

/** Whom a change can concern. */
export interface Concerned {
  /** The only contact; all of them where it is left out. */
  readonly contact?: BareJid | undefined;
  /** Addresses that lists mention: occupants of a room of which the user hears, among others. */
  readonly mentioned?: readonly string[];
}

/** What a resource and its surroundings know of each other, as far as the filter has a say in it. */
interface View {
  readonly resource: Resource;
  /** Contacts that may hear of the user, by bare JID; whether the resource is shown to them. */
  readonly subscribers: ReadonlyMap<BareJid, boolean>;
  /** Those who were told directly; whether they may be. */
  readonly told: ReadonlyMap<string, boolean>;
  /** Those of whom the resource hears; whether it may. */
  readonly heard: ReadonlyMap<string, boolean>;
}

/** Changes what the filter depends on, and tells those for whom that makes a difference. */
export function changePrivacy(kernel: Kernel, account: Account, change: () => void, concerned: Concerned): void {
  const tellers = [...tellersAround(kernel, account)];
  const before = [...account.resources.values()].map((resource) => viewOf(kernel, resource, concerned, tellers));
  change();
  for (const view of before) {
    const after = viewOf(kernel, view.resource, concerned, tellers);
    dropDenied(kernel, view.resource);
    tellOthers(kernel, view, after);
    tellUser(kernel, view, after);
  }
}

/** Resources of this server that may have told the user of themselves: it is their roster that says so, whatever the
 *  user's says by now, or they have told somebody directly. What those of others have told is known to their servers. */
function* tellersAround(kernel: Kernel, account: Account): Generator<Resource> {
  for (const { jid, resources, roster } of kernel.accounts.values()) {
    if (jid === account.jid) continue;
    const isShared = isSubscriber(roster, account.jid);
    for (const resource of resources.values()) if (isShared || resource.directed !== undefined) yield resource;
  }
}

function viewOf(kernel: Kernel, resource: Resource, concerned: Concerned, tellers: readonly Resource[]): View {
  const { roster } = resource.account;
  const isConcerned = ({ bare }: Jid): boolean => concerned.contact === undefined || bare === concerned.contact;
  const subscribers = new Map<BareJid, boolean>();
  for (const contact of roster === undefined ? [] : subscribersOf(roster)) {
    const to = parseJid(contact);
    if (to !== undefined && isConcerned(to)) subscribers.set(contact, isShownTo(kernel, resource, contact));
  }
  const told = new Map<string, boolean>();
  for (const [address, { value }] of resource.directed ?? []) {
    const to = value === 'told' ? parseJid(address) : undefined;
    if (to !== undefined && isConcerned(to)) told.set(address, isAllowed(kernel, resource, 'other', to));
  }
  const heard = new Map<string, boolean>();
  for (const address of heardBy(kernel, resource, concerned, tellers)) {
    const from = parseJid(address);
    if (from !== undefined && isConcerned(from)) heard.set(address, isAllowed(kernel, resource, 'presence-in', from));
  }
  return { resource, subscribers, told, heard };
}

/** Who a resource may believe to be available: of this server who is, of others who may be. */
function* heardBy(kernel: Kernel, resource: Resource, { mentioned = [] }: Concerned, tellers: readonly Resource[]): Generator<string> {
  const { account } = resource;
  const told = [...(resource.directed ?? [])].flatMap(([address, { value }]) => (value === 'told' ? [address] : []));
  const contacts: ReadonlySet<string> = new Set(account.roster === undefined || !resource.hearsPresence ? [] : subscriptionsOf(account.roster));
  const rooms = new Set(told.map((address) => parseJid(address)?.bare));
  for (const other of tellers) {
    if (hasToldResource(other, resource) || (resource.hearsPresence && isShownTo(kernel, other, account.jid))) yield other.jid;
  }
  for (const address of new Set([...contacts, ...told, ...mentioned])) {
    const jid = parseJid(address);
    if (jid === undefined || isLocal(kernel, jid)) continue;
    if (contacts.has(jid.bare) || told.includes(address) || (jid.full !== undefined && rooms.has(jid.bare))) yield address;
  }
  // A room that has been left, and has not said so yet: the resource goes on believing that it is in (THEOREMS T2.c).
  for (const [room, { state, nick }] of kernel.farewells.get(resource.jid) ?? []) if (state.context.visits > 0) yield `${room}/${nick}`;
}

/** Nobody is told twice: who was hidden from and who is not, and only who is a subscriber all the time, or was told
 *  directly. Those whose subscription has changed are told by who changed it (subscriptions.ts). */
function tellOthers(kernel: Kernel, before: View, after: View): void {
  const { resource } = before;
  for (const [contact, wasShown] of before.subscribers) {
    const isShown = after.subscribers.get(contact);
    const to = parseJid(contact);
    if (isShown !== undefined && isShown !== wasShown && to !== undefined) sendToSubscriber(kernel, resource, to, isShown);
  }
  // Whoever has heard it as a subscriber is not among them any more.
  for (const [address, wasAllowed] of before.told) {
    if (wasAllowed && after.told.get(address) === false && resource.directed?.get(address)?.value === 'told') endDirected(kernel, resource, address);
  }
}

/** The server speaks for those of whom the user hears nothing any more (XEP-0016 §2.10); of those of whom it hears
 *  again it is shown what they are now. */
function tellUser(kernel: Kernel, before: View, after: View): void {
  const { resource } = before;
  for (const [address, wasHeard] of before.heard) {
    const from = parseJid(address);
    if (from === undefined) continue;
    // Who is no contact any more will say so, and may not be heard saying it.
    const isHeard = after.heard.get(address) ?? (wasHeard && isAllowed(kernel, resource, 'presence-in', from));
    if (isHeard === wasHeard) continue;
    if (!isHeard) speakFor(kernel, resource, address);
    else if (isLocal(kernel, from)) tellAgain(kernel, resource, from);
    else if (from.full === undefined) probe(kernel, resource, from);
  }
}

/** What a room would say, and is not heard saying any more, is said: it owes no more (THEOREMS T2.c). */
function speakFor(kernel: Kernel, resource: Resource, address: string): void {
  const goodbye = presence({ from: address, to: resource.jid, type: 'unavailable' });
  const to = parseJid(resource.jid);
  put(kernel, resource, serialize(goodbye));
  if (to !== undefined) hearRoom(kernel, to, goodbye);
}

/** As a subscriber, or as one who was told directly, of whom no more is known than that it is available. */
function tellAgain(kernel: Kernel, resource: Resource, from: Jid): void {
  const other = kernel.accounts.get(from.bare)?.resources.get(from.resource ?? '');
  if (other !== undefined && isShownTo(kernel, other, resource.account.jid)) show(kernel, other, resource);
  else put(kernel, resource, serialize(presence({ from: from.full ?? from.bare, to: resource.jid })));
}
