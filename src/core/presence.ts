/** What a resource's presence makes the server say, and to whom. Spec: RFC 6121 §4.
 *  Not here: when (machines/presence.ts, machines/directed-presence.ts), subscriptions
 *  (subscriptions.ts), probes that come in (probe.ts). @module */
import { Element, parse } from 'ltx';
import { stepDirectedPresence } from '../../machines/directed-presence.ts';
import type { DirectedPresenceEvent } from '../../machines/directed-presence.ts';
import { stepPresence } from '../../machines/presence.ts';
import type { PresenceEvent } from '../../machines/presence.ts';
import type { BareJid } from '../../machines/vocabulary.ts';
import { detached } from './detached.ts';
import { isInRoom, tellRoom } from './farewells.ts';
import { isSubscriber, subscribersOf, subscriptionsOf } from './contacts.ts';
import { parseJid } from './jid.ts';
import type { Jid } from './jid.ts';
import type { Kernel } from './kernel.ts';
import { canSend, put, releasePresence } from './held.ts';
import { flush } from './offline.ts';
import { deliver, isLocal } from './routing.ts';
import { presence, readdressed } from './stanza.ts';
import { admits, isAllowed } from './privacy/filter.ts';
import type { Account, Resource } from './resources.ts';
import { fanOut, serialize } from './xml/writer.ts';

/** Advances a resource's presence by one event and carries out what follows.
 *  @param stanza the presence that the client has sent, `from` stamped, without `to` */
export function advancePresence(kernel: Kernel, resource: Resource, event: PresenceEvent, stanza?: Element): void {
  const wasShown = resource.isShown;
  const { state, effects } = kernel.transit('presence', resource.jid, stepPresence, resource.presence, event);
  resource.presence = state;
  const said = stanza ?? unavailableFrom(resource);
  for (const effect of effects) {
    switch (effect.type) {
      case 'broadcastAvailable':
        resource.lastPresence = kept(said);
        broadcast(kernel, resource, said);
        advanceAllDirected(kernel, resource, () => ({ type: 'resource.available' }), said);
        break;
      case 'broadcastUnavailable':
        resource.lastPresence = undefined;
        broadcast(kernel, resource, said);
        break;
      case 'echoUnavailable':
        echo(kernel, resource, said);
        break;
      case 'endDirected': {
        // Who hears the broadcast is settled before any of them is: a bare JID that was withdrawn from is none.
        const hearers = new Set([...(resource.directed?.keys() ?? [])].filter((peer) => wasShown && hearsBroadcast(kernel, resource, peer)));
        advanceAllDirected(kernel, resource, (peer) => ({ type: 'resource.unavailable', broadcast: hearers.has(peer) }), said);
        break;
      }
      case 'sendProbes':
        answerOwnProbes(kernel, resource);
        break;
      case 'deliverRequests':
        deliverRequests(kernel, resource);
        break;
      case 'deliverOffline':
        flush(kernel, resource);
        break;
    }
  }
}

/** The requests that wait for an answer (RFC 6121 §3.1.3), but for those of whom the user hears nothing any more. */
function deliverRequests(kernel: Kernel, resource: Resource): void {
  for (const { jid, request } of resource.account.roster?.records.values() ?? []) {
    const from = request === undefined ? undefined : parseJid(jid);
    if (request !== undefined && from !== undefined && isAllowed(kernel, resource, 'other', from)) put(kernel, resource, request);
  }
}

/** Directed presence from a resource to one entity (RFC 6121 §4.6.3).
 *  @returns false when the resource has told more entities of itself than it may */
export function sendDirected(kernel: Kernel, resource: Resource, stanza: Element, to: Jid): boolean {
  const peer = to.full ?? to.bare;
  const isAvailable = stanza.attrs.type !== 'unavailable';
  if (isAvailable && toldBy(resource) >= kernel.config.directedLimit && resource.directed?.get(peer)?.value !== 'told') return false;
  advanceDirected(kernel, resource, peer, { type: isAvailable ? 'directed.available' : 'directed.unavailable' }, stanza);
  return true;
}

/** How many entities a resource has told of itself, and owes the news that it is gone. */
function toldBy({ directed }: Resource): number {
  return [...(directed?.values() ?? [])].filter(({ value }) => value === 'told').length;
}

/** Whether an entity hears a broadcast of a resource: a subscriber, or the user itself, at the bare JID unless the
 *  resource has withdrawn from it; at a full JID only while that is available (RFC 6121 §8.5.2.1.2). */
function hearsBroadcast(kernel: Kernel, resource: Resource, address: string): boolean {
  const peer = parseJid(address);
  const { account } = resource;
  if (peer === undefined || isWithdrawn(resource, peer.bare)) return false;
  if (peer.bare !== account.jid && !isSharedWith(kernel, resource, peer)) return false;
  return peer.resource === undefined || kernel.accounts.get(peer.bare)?.resources.get(peer.resource)?.hearsPresence === true;
}

/** Whether a resource's presence goes to a contact by way of its subscription: it is approved, and no privacy list
 *  of the user denies it (XEP-0016 §2.11). */
export function isSharedWith(kernel: Kernel, resource: Resource, contact: Jid): boolean {
  return isSubscriber(resource.account.roster, contact.bare) && isAllowed(kernel, resource, 'presence-out', contact);
}

/** Shows a contact a resource, or tells it that the resource is not available to it any more; a contact that has
 *  been told so directly is not told again. */
export function sendToSubscriber(kernel: Kernel, resource: Resource, contact: Jid, isAvailable: boolean): void {
  const stanza = isAvailable ? resource.lastPresence : unavailableFrom(resource);
  if (stanza !== undefined && (isAvailable || !isWithdrawn(resource, contact.bare))) deliverPresence(kernel, contact, stanza);
  supersedeDirected(kernel, resource, contact.bare, isAvailable);
}

/** A contact has been told by way of its subscription: what it was told directly counts no more. */
function supersedeDirected(kernel: Kernel, resource: Resource, peer: BareJid, isAvailable: boolean): void {
  for (const told of [...(resource.directed?.keys() ?? [])]) {
    const jid = parseJid(told);
    if (jid === undefined || jid.bare !== peer || (jid.full !== undefined && kernel.accounts.get(peer)?.resources.get(jid.resource ?? '')?.hearsPresence !== true)) continue;
    const event: DirectedPresenceEvent = isAvailable ? { type: 'resource.available' } : { type: 'resource.unavailable', broadcast: true };
    advanceDirected(kernel, resource, told, event, unavailableFrom(resource));
  }
}

/** Whether a contact has been told by directed presence that the resource is not available to it. */
export function isWithdrawn(resource: Resource, peer: BareJid): boolean {
  return resource.directed?.get(peer)?.value === 'withdrawn';
}

/** Whether an entity believes in a resource because of directed presence (RFC 6121 §4.6.6). In a room all occupants do,
 *  though it was told at one nick only (XEP-0045 §17.4). */
export function isTold(kernel: Kernel, resource: Resource, peer: Jid): boolean {
  const { directed } = resource;
  return directed?.get(peer.bare)?.value === 'told' || (peer.full !== undefined && directed?.get(peer.full)?.value === 'told') || isInRoom(kernel, resource, peer);
}

/** Whether one resource was told of another, at its full JID or where it hears what is sent to its bare JID. */
export function hasToldResource({ directed }: Resource, { jid, account, hearsPresence }: Resource): boolean {
  return directed?.get(jid)?.value === 'told' || (hearsPresence && directed?.get(account.jid)?.value === 'told');
}

/** An entity that was told directly is told that the resource is not available to it any more. */
export function endDirected(kernel: Kernel, resource: Resource, peer: string): void {
  advanceDirected(kernel, resource, peer, { type: 'resource.unavailable', broadcast: false }, unavailableFrom(resource));
}

function advanceAllDirected(kernel: Kernel, resource: Resource, eventFor: (peer: string) => DirectedPresenceEvent, stanza: Element): void {
  if (resource.directed === undefined) return;
  for (const peer of [...resource.directed.keys()]) {
    const jid = parseJid(peer);
    if (jid !== undefined) advanceDirected(kernel, resource, peer, eventFor(peer), stanza);
  }
}

function advanceDirected(kernel: Kernel, resource: Resource, peer: string, event: DirectedPresenceEvent, stanza: Element): void {
  const directed = (resource.directed ??= new Map());
  const before = directed.get(peer) ?? stepDirectedPresence.initial;
  const { state, effects } = kernel.transit('directed-presence', `${resource.jid} ${peer}`, stepDirectedPresence, before, event);
  const to = parseJid(peer);
  // What was withdrawn is worth remembering only where a broadcast would say it again.
  const isForgotten = state.value === 'untold' || (state.value === 'withdrawn' && (to === undefined || !isSubscriber(resource.account.roster, to.bare)));
  if (isForgotten) directed.delete(peer);
  else directed.set(peer, state);
  if (to === undefined) return;
  for (const _effect of effects) {
    // The room may answer at once.
    tellRoom(kernel, resource, to, stanza);
    deliverPresence(kernel, to, stanza);
  }
}

/** Delivers presence to an address: to the resource that is named, or to all available ones
 *  (RFC 6121 §8.5.2.1.2, §8.5.3.1). A route that drains is still told.
 *  @param stanza a `to` that its sender has written stays as it is (RFC 6120 §8.1.1.1)
 *  @param write writes it for an address, where it has been written for others already */
export function deliverPresence(kernel: Kernel, to: Jid, stanza: Element, write = writerOf(stanza)): void {
  if (!isLocal(kernel, to)) return deliver(kernel, stanza.attrs.to === undefined ? readdressed(stanza, { to: to.full ?? to.bare }) : stanza, to);
  const account = kernel.accounts.get(to.bare);
  if (account === undefined) return;
  if (to.resource === undefined) return deliverToListening(kernel, account, stanza, write(to.bare));
  const resource = account.resources.get(to.resource);
  if (resource !== undefined && admits(kernel, resource, stanza)) put(kernel, resource, write(resource.jid));
}

const writerOf = (stanza: Element): ((to: string) => string) => (stanza.attrs.to === undefined ? fanOut(stanza) : () => serialize(stanza));

/** An error for the bare JID answers a subscription stanza, of which interested resources hear too (RFC 6121 §3.1.2). */
function deliverToListening(kernel: Kernel, account: Account, stanza: Element, xml: string): void {
  const isError = stanza.attrs.type === 'error';
  for (const resource of account.resources.values()) {
    const hears = resource.hearsPresence || (isError && resource.isInterested && !resource.isDraining);
    if (hears && admits(kernel, resource, stanza)) put(kernel, resource, xml);
  }
}

/** To the resource itself first, then to the user's other available resources, then to the
 *  subscribers (RFC 6121 §4.2.2, §4.4.2, §4.5.2; THEOREMS U5). */
function broadcast(kernel: Kernel, resource: Resource, stanza: Element): void {
  const { account } = resource;
  const isUnavailable = stanza.attrs.type === 'unavailable';
  const xmlTo = fanOut(stanza);
  echo(kernel, resource, stanza);
  for (const other of account.listening()) if (other !== resource) put(kernel, other, xmlTo(account.jid));
  if (account.roster === undefined) return;
  for (const contact of subscribersOf(account.roster)) {
    const to = parseJid(contact);
    if (to === undefined || (isUnavailable && isWithdrawn(resource, contact)) || !isAllowed(kernel, resource, 'presence-out', to)) continue;
    deliverPresence(kernel, to, stanza, xmlTo);
  }
}

/** A resource hears its own presence at once, whatever is held back: its route may be about to close. */
function echo(kernel: Kernel, resource: Resource, stanza: Element): void {
  if (stanza.attrs.type === 'unavailable') releasePresence(kernel, resource);
  if (canSend(resource)) kernel.send(resource.stream, fanOut(stanza)(resource.account.jid));
}

/** Probes to the contacts of other servers, and what probes would bring from those of this one (RFC 6121 §4.3.1);
 *  and the presence of the user's other resources. Contacts of this server that are not available stay silent
 *  (§4.3.2 rule 3 permits it). */
function answerOwnProbes(kernel: Kernel, resource: Resource): void {
  const { account } = resource;
  for (const other of account.shown()) if (other !== resource) show(kernel, other, resource);
  if (account.roster === undefined) return;
  for (const contact of subscriptionsOf(account.roster)) {
    const to = parseJid(contact);
    if (to !== undefined) probe(kernel, resource, to);
  }
}

/** Asks for one contact's presence. A probe is the user's, not the resource's (RFC 6121 §4.3), which may be invisible. */
export function probe(kernel: Kernel, resource: Resource, contact: Jid): void {
  if (isLocal(kernel, contact)) {
    for (const other of kernel.accounts.get(contact.bare)?.shown() ?? []) {
      if (isShownTo(kernel, other, resource.account.jid) && other.lastPresence !== undefined && admits(kernel, resource, other.lastPresence)) show(kernel, other, resource);
    }
  } else if (isAllowed(kernel, resource, 'presence-in', contact) && isAllowed(kernel, resource, 'other', contact)) {
    deliver(kernel, presence({ from: resource.account.jid, to: contact.bare, type: 'probe' }), contact);
  }
}

/** Whether a resource is shown to a subscriber, to whose bare JID its broadcasts go. */
export function isShownTo(kernel: Kernel, resource: Resource, subscriber: BareJid): boolean {
  const to = parseJid(subscriber);
  return to !== undefined && resource.isShown && !isWithdrawn(resource, subscriber) && isSharedWith(kernel, resource, to);
}

/** Shows one resource to another. */
export function show(kernel: Kernel, other: Resource, resource: Resource): void {
  if (other.lastPresence !== undefined) put(kernel, resource, fanOut(other.lastPresence)(resource.account.jid));
}

/** Presence to be shown later. It is a copy that does not keep the read alive in which it came. */
function kept(stanza: Element): Element {
  return parse(detached(serialize(stanza)));
}

/** The unavailable presence that the server sends on behalf of a resource (RFC 6121 §4.5.2). */
export function unavailableFrom(resource: Resource): Element {
  return new Element('presence', { from: resource.jid, type: 'unavailable' });
}

