/** Messages for an account that can't be reached: kept, and delivered before anything that came after
 *  them (THEOREMS T4). Spec: XEP-0160, XEP-0203, RFC 6120 §10.1. Not here: whether a message is stored
 *  (machines/whether.ts), what waits for stored ones (held.ts). @module */
import { Element, parse } from 'ltx';
import type { BareJid } from '../../machines/vocabulary.ts';
import { release } from './accounts.ts';
import { canSend, resume } from './held.ts';
import type { Kernel } from './kernel.ts';
import { NS } from './namespaces.ts';
import { admits } from './privacy/filter.ts';
import type { Resource } from './resources.ts';
import { childElements } from './stanza.ts';
import type { OfflinePage, StoreReply } from './store.ts';
import { StoreFailure, ask } from './task.ts';
import type { Task } from './task.ts';
import { serialize } from './xml/writer.ts';

/** How much of what is stored is read, and waits to be sent, at a time. */
const PAGE_BYTES = 262_144;

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
  if (present !== undefined) present.kept += 1;
  try {
    // Whoever decides about a message for an account that is at hand has asked its lists.
    const screened = present?.exists !== undefined;
    return yield* ask({ op: 'offline.append', account, at: kernel.at, xml: serialize(copy), limit: kernel.config.offlineLimit, ...(screened && { screened }) });
  } catch (failure) {
    if (failure instanceof StoreFailure) return 'failed';
    throw failure;
  }
}

/** Has all that is stored go out on a route that has not had it; until that is done, what comes after it is held
 *  back (THEOREMS T4). Each route reads the store by itself: one that does not take what it is sent is in
 *  nobody's way, and what two of them have read comes out of both, once. */
export function flush(kernel: Kernel, resource: Resource): void {
  const { account } = resource;
  if (resource.flush !== undefined || account.kept === account.forgotten || account.kept === resource.upTo) return;
  readPage(kernel, resource);
}

/** Reads the oldest messages, sends them, and goes on when they have left the process: a store that is full does
 *  not fill the memory. */
function readPage(kernel: Kernel, resource: Resource): void {
  const { account } = resource;
  const asked = account.kept;
  resource.flush = 'reading';
  account.users += 1;
  kernel.ask(
    { op: 'offline.read', account: account.jid, maxBytes: PAGE_BYTES },
    (page) => {
      if (canFlush(resource)) sendPage(kernel, resource, page, asked);
      else finish(kernel, resource);
      release(kernel, account);
    },
    () => {
      finish(kernel, resource);
      release(kernel, account);
    },
  );
}

/** Whether stored messages may go out on a route: it takes messages, and its client has not opted out. */
function canFlush(resource: Resource): boolean {
  return resource.flush !== undefined && !resource.isDraining && !resource.hasOptedOut && canSend(resource);
}

/** @param asked what `kept` was when the page was asked for */
function sendPage(kernel: Kernel, resource: Resource, { messages, more }: OfflinePage, asked: number): void {
  const { account } = resource;
  const last = messages.at(-1);
  for (const { sequence, xml } of messages) {
    // What is stored is asked about once more: its sender may have been blocked since (XEP-0191 §3.3).
    const mayPass = account.privacy === undefined || admits(kernel, resource, parse(xml));
    if (sequence > resource.seen && mayPass) kernel.send(resource.stream, xml);
  }
  if (last === undefined) account.forgotten = Math.max(account.forgotten, asked);
  else {
    resource.seen = Math.max(resource.seen, last.sequence);
    forget(kernel, resource, last.sequence, more ? undefined : asked);
  }
  if (more) resource.flush = 'leaving';
  else {
    resource.upTo = asked;
    // Something may have been stored since.
    if (asked === account.kept) finish(kernel, resource);
    else readPage(kernel, resource);
  }
}

/** Has the store forget messages once they have left the process, and goes on to the next page if there is one. If
 *  they do not leave, or are not forgotten, they are sent to another resource a second time rather than lost.
 *  @param all what `kept` was when these were all there were */
function forget(kernel: Kernel, resource: Resource, upTo: number, all: number | undefined): void {
  const { account } = resource;
  account.users += 1;
  const forgotten = (): void => {
    if (all !== undefined) account.forgotten = Math.max(account.forgotten, all);
    else if (canFlush(resource)) readPage(kernel, resource);
    else finish(kernel, resource);
    release(kernel, account);
  };
  const failed = (): void => {
    // Whoever is told of it next is to have it forgotten.
    resource.upTo = 0;
    if (all === undefined) finish(kernel, resource);
    release(kernel, account);
  };
  kernel.ask({ op: 'offline.remove', account: account.jid, upTo }, forgotten, failed, resource.stream.id);
}

/** What was held back behind stored messages goes on; also when they can't be had, or their route closes. */
export function finish(kernel: Kernel, resource: Resource): void {
  if (resource.flush === undefined) return;
  resource.flush = undefined;
  resume(kernel, resource.account);
}
