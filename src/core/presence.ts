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
import { tellRoom } from './farewells.ts';
import { isSubscriber, subscribersOf, subscriptionsOf } from './contacts.ts';
import { parseJid } from './jid.ts';
import type { Jid } from './jid.ts';
import type { Kernel } from './kernel.ts';
import { canSend, put, releasePresence } from './held.ts';
import { flush } from './offline.ts';
import { deliver, isLocal } from './routing.ts';
import { presence, readdressed } from './stanza.ts';
import type { Account, Resource } from './resources.ts';
import { fanOut, serialize } from './xml/writer.ts';

/** Advances a resource's presence by one event and carries out what follows.
 *  @param stanza the presence that the client has sent, `from` stamped, without `to` */
export function advancePresence(kernel: Kernel, resource: Resource, event: PresenceEvent, stanza?: Element): void {
  const wasAvailable = resource.isAvailable;
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
        const hearers = new Set([...(resource.directed?.keys() ?? [])].filter((peer) => wasAvailable && hearsBroadcast(kernel, resource, peer)));
        advanceAllDirected(kernel, resource, (peer) => ({ type: 'resource.unavailable', broadcast: hearers.has(peer) }), said);
        break;
      }
      case 'sendProbes':
        answerOwnProbes(kernel, resource);
        break;
      case 'deliverRequests':
        for (const { request } of resource.account.roster?.records.values() ?? []) if (request !== undefined) put(kernel, resource, request);
        break;
      case 'deliverOffline':
        flush(kernel, resource);
        break;
    }
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
  if (peer.bare !== account.jid && !isSubscriber(account.roster, peer.bare)) return false;
  return peer.resource === undefined || kernel.accounts.get(peer.bare)?.resources.get(peer.resource)?.isAvailable === true;
}

/** A contact has been told by way of its subscription: what it was told directly counts no more. */
export function supersedeDirected(kernel: Kernel, resource: Resource, peer: BareJid, isAvailable: boolean): void {
  for (const told of [...(resource.directed?.keys() ?? [])]) {
    const jid = parseJid(told);
    if (jid === undefined || jid.bare !== peer || (jid.full !== undefined && kernel.accounts.get(peer)?.resources.get(jid.resource ?? '')?.isAvailable !== true)) continue;
    const event: DirectedPresenceEvent = isAvailable ? { type: 'resource.available' } : { type: 'resource.unavailable', broadcast: true };
    advanceDirected(kernel, resource, told, event, unavailableFrom(resource));
  }
}

/** Whether a contact has been told by directed presence that the resource is not available to it. */
export function isWithdrawn(resource: Resource, peer: BareJid): boolean {
  return resource.directed?.get(peer)?.value === 'withdrawn';
}

/** Whether an entity believes in a resource because of directed presence (RFC 6121 §4.6.6). Who has told one address of
 *  a bare JID has told them all: to an occupant of a room, the resource is there by its own nick (XEP-0045 §17.4). */
export function isTold({ directed }: Resource, peer: Jid): boolean {
  if (directed === undefined) return false;
  for (const [told, { value }] of directed) if (value === 'told' && (told === peer.bare || told.startsWith(`${peer.bare}/`))) return true;
  return false;
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
 *  @param stanza its own `to` does not count
 *  @param write writes it for an address, where it has been written for others already */
export function deliverPresence(kernel: Kernel, to: Jid, stanza: Element, write = fanOut(stanza)): void {
  if (!isLocal(kernel, to)) return deliver(kernel, readdressed(stanza, { to: to.full ?? to.bare }), to);
  const account = kernel.accounts.get(to.bare);
  if (account === undefined) return;
  if (to.resource === undefined) return deliverToAvailable(kernel, account, write(to.bare));
  const resource = account.resources.get(to.resource);
  if (resource !== undefined) put(kernel, resource, write(resource.jid));
}

function deliverToAvailable(kernel: Kernel, account: Account, xml: string): void {
  for (const resource of account.available()) put(kernel, resource, xml);
}

/** Sends the presence of one resource to a contact, by way of the contact's subscription. */
export function sendToSubscriber(kernel: Kernel, contact: BareJid, stanza: Element, write?: (to: string) => string): void {
  const to = parseJid(contact);
  if (to !== undefined) deliverPresence(kernel, to, stanza, write);
}

/** To the resource itself first, then to the user's other available resources, then to the
 *  subscribers (RFC 6121 §4.2.2, §4.4.2, §4.5.2; THEOREMS U5). */
function broadcast(kernel: Kernel, resource: Resource, stanza: Element): void {
  const { account } = resource;
  const isUnavailable = stanza.attrs.type === 'unavailable';
  const xmlTo = fanOut(stanza);
  echo(kernel, resource, stanza);
  for (const other of account.available()) if (other !== resource) put(kernel, other, xmlTo(account.jid));
  if (account.roster === undefined) return;
  for (const contact of subscribersOf(account.roster)) {
    if (!isUnavailable || !isWithdrawn(resource, contact)) sendToSubscriber(kernel, contact, stanza, xmlTo);
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
  for (const other of account.available()) if (other !== resource) show(kernel, other, resource);
  if (account.roster === undefined) return;
  for (const contact of subscriptionsOf(account.roster)) {
    const to = parseJid(contact);
    if (to !== undefined && !isLocal(kernel, to)) {
      deliver(kernel, presence({ from: resource.jid, to: contact, type: 'probe' }), to);
      continue;
    }
    const there = kernel.accounts.get(contact);
    if (there === undefined || !isSubscriber(there.roster, account.jid)) continue;
    for (const other of there.available()) if (!isWithdrawn(other, account.jid)) show(kernel, other, resource);
  }
}

function show(kernel: Kernel, other: Resource, resource: Resource): void {
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

