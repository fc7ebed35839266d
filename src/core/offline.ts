/** Messages for an account that can't be reached: kept, and delivered before anything that came after
 *  them (THEOREMS T4). Spec: XEP-0160, XEP-0203, RFC 6120 §10.1. Not here: whether a message is stored
 *  (machines/whether.ts). @module */
import { Element } from 'ltx';
import type { BareJid } from '../../machines/vocabulary.ts';
import { letGo } from './accounts.ts';
import type { Kernel } from './kernel.ts';
import { NS } from './namespaces.ts';
import type { Account, Resource } from './resources.ts';
import { childElements } from './stanza.ts';
import type { OfflineMessage } from './store.ts';
import { ask } from './task.ts';
import type { Task } from './task.ts';
import { serialize } from './xml/writer.ts';

/** How much of what is stored is read, and waits to be sent, at a time. */
const PAGE_BYTES = 262_144;

/** Puts a stanza on a route; while the store is being emptied towards the account, behind what comes
 *  from there. Nothing is put on a route that has closed.
 *  @param otherwise what to do if the route no longer takes new messages once the stanza's turn comes */
export function put(kernel: Kernel, resource: Resource, xml: string, otherwise?: () => void): void {
  const { held } = resource.account;
  if (held !== undefined) held.push({ resource, xml, otherwise });
  else if (canSend(resource)) kernel.send(resource.stream, xml);
}

/** Whether something can be sent to a resource: its route is there, and its transport lives. */
export function canSend(resource: Resource): boolean {
  return resource.route.value !== 'closed' && resource.stream.state.value !== 'closed';
}

/** Whether the content is of passing interest only: chat states and nothing else (XEP-0160 §3). */
export function isPassing(message: Element): boolean {
  const children = childElements(message);
  return children.length > 0 && children.every((child) => child.attrs.xmlns === NS.chatStates || child.name === 'thread');
}

/** Keeps a message, stamped with the time (XEP-0160 §2, XEP-0203). */
export function* keep(kernel: Kernel, account: BareJid, message: Element): Task<'stored' | 'full' | 'no-account'> {
  const stamp = new Date(kernel.at).toISOString();
  const copy = new Element(message.name, message.attrs);
  const delay = new Element('delay', { xmlns: NS.delay, from: kernel.config.domain, stamp }).t('Offline Storage');
  copy.children = [...message.children, delay];
  const present = kernel.accounts.get(account);
  if (present !== undefined) present.hasOffline = true;
  return yield* ask({ op: 'offline.append', account, at: kernel.at, xml: serialize(copy), limit: kernel.config.offlineLimit });
}

/** Empties the store towards these resources of an account; until that is done, all else that is for
 *  the account is held back. */
export function flush(kernel: Kernel, account: Account, targets: readonly Resource[]): void {
  if (!account.hasOffline || account.held !== undefined || targets.length === 0) return;
  account.held = [];
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
        if (more) finish(kernel, account);
      });
      if (!isDelivered || !more) finish(kernel, account);
    },
    () => {
      account.hasOffline = true;
      finish(kernel, account);
    },
  );
}

/** Delivers messages and has the store forget them once they have left the process.
 *  @returns false when there is no route to deliver them to any more, or nothing to deliver */
function deliverPage(kernel: Kernel, account: Account, targets: readonly Resource[], messages: readonly OfflineMessage[], removed: () => void, kept: () => void): boolean {
  const last = messages.at(-1);
  const routes = targets.filter((resource) => !resource.isDraining && !resource.hasOptedOut && canSend(resource));
  const [route] = routes;
  if (last === undefined) return false;
  if (route === undefined) {
    account.hasOffline = true;
    return false;
  }
  for (const { xml } of messages) for (const { stream } of routes) kernel.send(stream, xml);
  const removal: NonNullable<Account['removal']> = { then: undefined };
  account.removal = removal;
  const settle = (then: () => void): void => {
    account.removal = undefined;
    then();
    removal.then?.();
    letGo(kernel, account);
  };
  // If they don't leave, or are not forgotten, they are delivered a second time rather than lost.
  kernel.ask({ op: 'offline.remove', account: account.jid, upTo: last.sequence }, () => settle(removed), () => {
    account.hasOffline = true;
    settle(kept);
  }, route.stream.id);
  return true;
}

function finish(kernel: Kernel, account: Account): void {
  account.users -= 1;
  release(kernel, account);
  letGo(kernel, account);
}

function release(kernel: Kernel, account: Account): void {
  const held = account.held ?? [];
  account.held = undefined;
  for (const { resource, xml, otherwise } of held) {
    if (otherwise !== undefined && resource.isDraining) otherwise();
    else put(kernel, resource, xml, otherwise);
  }
}
