/** Stanzas for the accounts of this server, or for the server itself, that come from somewhere else than a client
 *  of its own: another server, a component, a room. Spec: RFC 6121 §8.5, RFC 6120 §10.5.
 *  Not here: what clients send (receive.ts), whether a peer may speak for its domain (federation/). @module */
import type { Element } from 'ltx';
import { bounce, deliverMessage } from './deliver.ts';
import { hearRoom } from './farewells.ts';
import { receiveForeignIq } from './iq.ts';
import { parseJid } from './jid.ts';
import type { Jid } from './jid.ts';
import type { Kernel } from './kernel.ts';
import { deliverPresence } from './presence.ts';
import { answerProbe } from './probe.ts';
import { deliver, isLocal, returnError } from './routing.ts';
import { readdressed } from './stanza.ts';
import { isSubscriptionType, receiveSubscription } from './subscriptions.ts';
import type { Task } from './task.ts';
import { fanOut } from './xml/writer.ts';

/** Takes a stanza for an address of this domain.
 *  @param stanza stamped with `from`, which its sender may use */
export function arrive(kernel: Kernel, stanza: Element, to: Jid): Task | undefined {
  const from = parseJid(stanza.attrs.from ?? '');
  if (from === undefined) return undefined;
  switch (stanza.name) {
    case 'message':
      return to.local === undefined ? bounce(kernel, stanza, to) : deliverMessage(kernel, stanza, to); // RFC 6120 §10.5.1
    case 'presence':
      return arrivePresence(kernel, stanza, from, to);
    case 'iq':
      return receiveForeignIq(kernel, stanza, from, to);
  }
  return undefined;
}

/** Sends one stanza to many. For those of this domain it is written once.
 *  @param stanza stamped with `from`; a `to` of its own does not count, and it may change or be forgotten afterwards */
export function deliverCopies(kernel: Kernel, stanza: Element, recipients: Iterable<Jid>): void {
  const write = fanOut(stanza);
  for (const to of recipients) {
    if (!isLocal(kernel, to)) deliver(kernel, readdressed(stanza, { to: to.full ?? to.bare }), to);
    else if (stanza.name === 'presence') takePresence(kernel, to, stanza, write);
    else run(kernel, deliverMessage(kernel, stanza, to, write));
  }
}

/** The last word of a room goes out before the route that has waited for it closes (THEOREMS T2.d). */
function takePresence(kernel: Kernel, to: Jid, stanza: Element, write?: (to: string) => string): void {
  deliverPresence(kernel, to, stanza, write);
  hearRoom(kernel, to, stanza);
}

function run(kernel: Kernel, task: Task | undefined): void {
  if (task !== undefined) kernel.run(task, () => {}, () => {});
}

function arrivePresence(kernel: Kernel, stanza: Element, from: Jid, to: Jid): Task | undefined {
  const { type } = stanza.attrs;
  if (to.local === undefined) return undefined; // RFC 6120 §10.5.1: the server has no use for it
  if (isSubscriptionType(type)) {
    if (type !== 'subscribe' && isNoResource(kernel, to)) return undefined; // RFC 6121 §8.5.3.2.2
    return receiveSubscription(kernel, { type, from: from.bare, to: to.bare, stanza: readdressed(stanza, { to: to.bare }) }); // RFC 6121 §3.1.3
  }
  if (type === 'probe') return answerProbe(kernel, from, to, stanza.attrs.id);
  if (type === undefined || type === 'unavailable' || type === 'error') {
    takePresence(kernel, to, stanza);
    return undefined;
  }
  returnError(kernel, stanza, 'bad-request'); // RFC 6121 §4.7.1
  return undefined;
}

/** Whether an address is that of a resource, and there is none. */
function isNoResource(kernel: Kernel, { bare, resource }: Jid): boolean {
  return resource !== undefined && kernel.accounts.get(bare)?.resources.has(resource) !== true;
}
