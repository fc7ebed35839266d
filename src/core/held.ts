/** What is held back for an account while what is stored goes out to one of its resources (THEOREMS T4): stanzas
 *  for that resource, and messages that would go there. It waits in one line, so that nothing of one sender
 *  overtakes a message of the same sender, wherever the two go in the end. Spec: RFC 6120 §10.1. Not here: what is
 *  stored (offline.ts), where messages go (deliver.ts). @module */
import { parse } from 'ltx';
import type { Kernel } from './kernel.ts';
import { admits } from './privacy/filter.ts';
import type { Account, Backlog, HeldMessage, HeldStanza, Resource } from './resources.ts';

/** How much may be held back for an account of which a resource does not read what is stored for it; twice as
 *  much while it is the store that is awaited. */
const HELD_LENGTH = 4_194_304;

/** Puts a stanza on a route; while what is stored goes out there, behind that. Nothing is put on a route that
 *  has closed.
 *  @param done told whether it was sent; a stanza is not sent to a route that drains by then */
export function put(kernel: Kernel, resource: Resource, xml: string, done?: (isSent: boolean) => void): void {
  // What is owed to a route that drains, such as a room's last word, waits for nothing.
  if (resource.flush !== undefined && !(resource.isDraining && done === undefined)) return hold(kernel, resource.account, { resource, length: xml.length, xml, done });
  const isSent = canSend(resource);
  if (isSent) kernel.send(resource.stream, xml);
  done?.(isSent);
}

/** Whether something can be sent to a resource: its route is there, and its transport lives. */
export function canSend(resource: Resource): boolean {
  return resource.route.value !== 'closed' && resource.stream.state.value !== 'closed';
}

/** Whether a message of this sender waits to be decided about. */
export function isAwaited({ backlog }: Account, sender: string): boolean {
  return backlog?.senders.has(sender) === true;
}

/** Holds something back until what is stored has gone out. */
export function hold(kernel: Kernel, account: Account, held: HeldMessage | HeldStanza): void {
  const backlog = (account.backlog ??= { entries: [], length: 0, senders: new Set(), isResuming: false, isStale: false });
  append(backlog, held);
  if (backlog.length > HELD_LENGTH && !backlog.isResuming) giveUp(kernel, account, backlog);
}

function append(backlog: Backlog, held: HeldMessage | HeldStanza): void {
  backlog.entries.push(held);
  backlog.length += held.length;
  if ('sender' in held) backlog.senders.add(held.sender);
}

/** Ends the stream of the resource that has had a page for the longest time and has not taken it; when much
 *  waits for the store, of the one that asked first. */
function giveUp(kernel: Kernel, account: Account, { length }: Backlog): void {
  const waiting = [...account.resources.values()].filter(({ flush, isDraining }) => flush !== undefined && !isDraining);
  const culprit = waiting.find(({ flush }) => flush === 'leaving') ?? (length > 2 * HELD_LENGTH ? waiting[0] : undefined);
  if (culprit !== undefined) kernel.wiring.stream(culprit.stream, { type: 'stream.failed', condition: 'resource-constraint', text: 'Too much waits to be read' });
}

/** Goes through what is held back, in its order, after a route has had all that is stored, or has closed. A
 *  message is decided about as things stand now. What must still wait keeps its place. */
export function resume(kernel: Kernel, account: Account): void {
  const { backlog } = account;
  if (backlog === undefined) return;
  backlog.isStale = true;
  if (backlog.isResuming) return;
  backlog.isResuming = true;
  while (backlog.isStale) {
    backlog.isStale = false;
    resumeOnce(kernel, backlog);
  }
  backlog.isResuming = false;
  if (backlog.entries.length === 0) account.backlog = undefined;
}

function resumeOnce(kernel: Kernel, backlog: Backlog): void {
  const { entries } = backlog;
  backlog.entries = [];
  backlog.length = 0;
  backlog.senders = new Set();
  for (const held of entries) {
    const mustWait = 'sender' in held ? backlog.senders.has(held.sender) : held.resource.flush !== undefined;
    if (mustWait) append(backlog, held);
    else if ('sender' in held) held.decide();
    else if (held.done !== undefined && held.resource.isDraining) held.done(false);
    else put(kernel, held.resource, held.xml, held.done);
  }
}

/** A resource becomes unavailable: what it was told of others while it was available comes out before it hears
 *  so. Afterwards it would believe in them, and nobody would tell it that they go (RFC 6121 §8.5.2.1.2). */
export function releasePresence(kernel: Kernel, resource: Resource): void {
  const { backlog } = resource.account;
  if (backlog === undefined) return;
  const isPresence = (held: HeldMessage | HeldStanza): held is HeldStanza => 'resource' in held && held.resource === resource && held.xml.startsWith('<presence');
  const released = backlog.entries.filter(isPresence);
  backlog.entries = backlog.entries.filter((held) => !isPresence(held));
  for (const { xml } of released) {
    backlog.length -= xml.length;
    if (canSend(resource)) kernel.send(resource.stream, xml);
  }
}

/** Privacy lists have changed: a stanza that is held back and denied now is not put, and whoever waits for it is told.
 *  Messages are decided about in their turn. That somebody is gone is said all the same, or the client would go on
 *  believing in it. */
export function dropDenied(kernel: Kernel, resource: Resource): void {
  const { backlog } = resource.account;
  if (backlog === undefined) return;
  const isDenied = (held: HeldMessage | HeldStanza): held is HeldStanza => {
    if ('sender' in held || held.resource !== resource) return false;
    const stanza = parse(held.xml);
    return !(stanza.name === 'presence' && stanza.attrs.type === 'unavailable') && !admits(kernel, resource, stanza);
  };
  const denied = backlog.entries.filter(isDenied);
  backlog.entries = backlog.entries.filter((held) => !isDenied(held));
  for (const { length, done } of denied) {
    backlog.length -= length;
    done?.(false);
  }
}
