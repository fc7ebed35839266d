/** Messages for an account that can't be reached: kept, and delivered before anything that came after
 *  them (THEOREMS T4). Spec: XEP-0160, XEP-0203, RFC 6120 §10.1. Not here: whether a message is stored
 *  (machines/whether.ts). @module */
import { Element, parse } from 'ltx';
import type { BareJid } from '../../machines/vocabulary.ts';
import { letGo } from './accounts.ts';
import type { Kernel } from './kernel.ts';
import { NS } from './namespaces.ts';
import { admits } from './privacy/filter.ts';
import type { Account, Held, Resource } from './resources.ts';
import { childElements } from './stanza.ts';
import type { OfflineMessage, StoreReply } from './store.ts';
import { StoreFailure, ask } from './task.ts';
import type { Task } from './task.ts';
import { serialize } from './xml/writer.ts';

/** How much of what is stored is read, and waits to be sent, at a time. */
const PAGE_BYTES = 262_144;
/** How much may be held back for a route that does not read what is stored for it; it is given up then. */
const HELD_LENGTH = 4_194_304;

/** Puts a stanza on a route; while the store is being emptied towards it, behind what comes from there.
 *  Nothing is put on a route that has closed.
 *  @param done told whether it was sent; a message is not sent to a route that drains by then */
export function put(kernel: Kernel, resource: Resource, xml: string, done?: (isSent: boolean) => void): void {
  if (resource.held !== undefined) return hold(kernel, resource, { xml, done });
  const isSent = canSend(resource);
  if (isSent) kernel.send(resource.stream, xml);
  done?.(isSent);
}

function hold(kernel: Kernel, resource: Resource, held: Held): void {
  resource.held?.push(held);
  resource.heldLength += held.xml.length;
  if (isTarget(resource) && resource.heldLength > HELD_LENGTH && !resource.isDraining) {
    kernel.wiring.stream(resource.stream, { type: 'stream.failed', condition: 'resource-constraint', text: 'Too much waits to be read' });
  }
}

/** Whether something can be sent to a resource: its route is there, and its transport lives. */
export function canSend(resource: Resource): boolean {
  return resource.route.value !== 'closed' && resource.stream.state.value !== 'closed';
}

/** Whether the content is of passing interest only: a chat message of chat states (XEP-0160 §3). */
export function isPassing(message: Element): boolean {
  const children = childElements(message);
  const isState = (child: Element): boolean => child.attrs.xmlns === NS.chatStates;
  return message.attrs.type === 'chat' && children.some(isState) && children.every((child) => isState(child) || child.name === 'thread');
}

/** Keeps a message, stamped with the time (XEP-0160 §2, XEP-0203).
 *  @returns `guarded` when the account has privacy lists that nobody has asked; `failed` when the store does: the
 *   message has a fate then too (DESIGN D7) */
export function* keep(kernel: Kernel, account: BareJid, message: Element): Task<StoreReply<'offline.append'> | 'failed'> {
  const stamp = new Date(kernel.at).toISOString();
  const copy = new Element(message.name, message.attrs);
  const delay = new Element('delay', { xmlns: NS.delay, from: kernel.config.domain, stamp }).t('Offline Storage');
  copy.children = [...message.children, delay];
  const present = kernel.accounts.get(account);
  if (present !== undefined) present.hasOffline = true;
  try {
    // Whoever decides about a message for an account that is at hand has asked its lists.
    const screened = present?.exists !== undefined;
    return yield* ask({ op: 'offline.append', account, at: kernel.at, xml: serialize(copy), limit: kernel.config.offlineLimit, ...(screened && { screened }) });
  } catch (failure) {
    if (failure instanceof StoreFailure) return 'failed';
    throw failure;
  }
}

/** Empties the store towards these routes of an account; until that is done, all else that is for them
 *  is held back. Other routes go on: what is stored does not come out of them (THEOREMS T4). */
export function flush(kernel: Kernel, account: Account, targets: readonly Resource[]): void {
  if (!account.hasOffline || targets.length === 0) return;
  for (const resource of targets) resource.held ??= [];
  if (account.flush !== undefined) {
    // Something was stored since: these have it next.
    for (const resource of targets) account.flush.next.add(resource);
    return;
  }
  account.flush = { targets, next: new Set() };
  account.users += 1;
  const begin = (): void => readPage(kernel, account, targets);
  // What was delivered must be forgotten before the store is read again.
  if (account.removal === undefined) begin();
  else account.removal.then = begin;
}

/** Reads some messages, delivers them, and goes on when they have left the process: a store that is
 *  full does not fill the memory. */
function readPage(kernel: Kernel, account: Account, targets: readonly Resource[]): void {
  account.hasOffline = false;
  kernel.ask(
    { op: 'offline.read', account: account.jid, maxBytes: PAGE_BYTES },
    ({ messages, more }) => {
      const isDelivered = deliverPage(kernel, account, targets, messages, () => {
        if (more) readPage(kernel, account, targets);
      }, () => {
        if (more) finish(kernel, account, targets);
      });
      if (!isDelivered || !more) finish(kernel, account, targets);
    },
    () => {
      account.hasOffline = true;
      finish(kernel, account, targets);
    },
  );
}

/** Delivers messages and has the store forget them once they have left the process.
 *  @returns false when there is no route to deliver them to any more, or nothing to deliver */
function deliverPage(kernel: Kernel, account: Account, targets: readonly Resource[], messages: readonly OfflineMessage[], removed: () => void, kept: () => void): boolean {
  const last = messages.at(-1);
  const routes = targets.filter((resource) => !resource.isDraining && !resource.hasOptedOut && canSend(resource));
  if (last === undefined) return false;
  if (routes.length === 0) {
    account.hasOffline = true;
    return false;
  }
  for (const { xml } of messages) {
    // What is stored is asked about once more: its sender may have been blocked since (XEP-0191 §3.3).
    const message = account.privacy === undefined ? undefined : parse(xml);
    for (const route of routes) if (message === undefined || admits(kernel, route, message)) kernel.send(route.stream, xml);
  }
  const removal: NonNullable<Account['removal']> = { then: undefined };
  account.removal = removal;
  const settle = (then: () => void): void => {
    account.removal = undefined;
    then();
    removal.then?.();
    letGo(kernel, account);
  };
  forget(kernel, account, last.sequence, routes, () => settle(removed), () => {
    account.hasOffline = true;
    settle(kept);
  });
  return true;
}

/** Has the store forget messages once they have left the process on one of their routes: another that dies
 *  changes nothing then. If they leave on none, or are not forgotten, they are delivered a second time rather
 *  than lost. */
function forget(kernel: Kernel, account: Account, upTo: number, [route, ...others]: readonly Resource[], forgotten: () => void, kept: () => void): void {
  if (route === undefined) return kept();
  const failed = (): void => forget(kernel, account, upTo, others, forgotten, kept);
  kernel.ask({ op: 'offline.remove', account: account.jid, upTo }, forgotten, failed, route.stream.id);
}

/** Whether the store is being emptied towards a route. */
function isTarget(resource: Resource): boolean {
  return resource.account.flush?.targets.includes(resource) === true;
}

function finish(kernel: Kernel, account: Account, targets: readonly Resource[]): void {
  const next = [...(account.flush?.next ?? [])];
  account.flush = undefined;
  account.users -= 1;
  flush(kernel, account, next);
  for (const resource of new Set([...targets, ...next])) if (!isTarget(resource)) release(kernel, resource);
  letGo(kernel, account);
}

/** A route closes: what was held back for it is decided about anew, at once and in its order. What is
 *  stored, and was to come before that, goes the same way. */
export function releaseClosed(kernel: Kernel, resource: Resource): void {
  if (resource.held === undefined) return;
  resource.account.hasOffline = true;
  release(kernel, resource);
}

/** A resource becomes unavailable: what it was told of others while it was available comes out before it hears
 *  so. Afterwards it would believe in them, and nobody would tell it that they go (RFC 6121 §8.5.2.1.2). */
export function releasePresence(kernel: Kernel, resource: Resource): void {
  const { held = [] } = resource;
  const isPresence = ({ xml }: Held): boolean => xml.startsWith('<presence');
  resource.held &&= held.filter((each) => !isPresence(each));
  for (const { xml } of held.filter(isPresence)) {
    resource.heldLength -= xml.length;
    if (canSend(resource)) kernel.send(resource.stream, xml);
  }
}

/** Privacy lists have changed: what is held back and denied now is not put. Whoever waits for it is told, and
 *  decides anew; that somebody is gone is said all the same, or the client would go on believing in it. */
export function dropDenied(kernel: Kernel, resource: Resource): void {
  const { held = [] } = resource;
  const isDenied = ({ xml }: Held): boolean => {
    const stanza = parse(xml);
    return !(stanza.name === 'presence' && stanza.attrs.type === 'unavailable') && !admits(kernel, resource, stanza);
  };
  const denied = held.filter(isDenied);
  if (denied.length === 0) return;
  resource.held = held.filter((each) => !denied.includes(each));
  for (const { xml, done } of denied) {
    resource.heldLength -= xml.length;
    done?.(false);
  }
}

function release(kernel: Kernel, resource: Resource): void {
  const held = resource.held ?? [];
  resource.held = undefined;
  resource.heldLength = 0;
  for (const { xml, done } of held) {
    if (done !== undefined && resource.isDraining) done(false);
    else put(kernel, resource, xml, done);
  }
}
