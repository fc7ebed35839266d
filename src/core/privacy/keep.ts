/** Privacy lists are changed: in memory at once, durably before the client hears that it is done, and everybody
 *  whom it concerns is told. Spec: XEP-0016 §2.2, XEP-0191 §3. Not here: what a client may ask for (features/), who
 *  is told of its presence (change.ts). @module */
import { Element } from 'ltx';
import type { Kernel } from '../kernel.ts';
import { NS } from '../namespaces.ts';
import { canSend } from '../held.ts';
import type { Account, Resource } from '../resources.ts';
import { ask } from '../task.ts';
import type { Task } from '../task.ts';
import { serialize } from '../xml/writer.ts';
import { changePrivacy } from './change.ts';
import { writePrivacy } from './document.ts';
import type { Privacy } from './document.ts';
import { blockedBy } from './list.ts';
import type { PrivacyList } from './list.ts';

/** What an account has that has no lists. */
export const noPrivacy: Privacy = { lists: new Map(), default: undefined };

/** The same with one list replaced; without items it is removed, and is not the default any more. */
export function withList({ lists, default: byDefault }: Privacy, name: string, list: PrivacyList): Privacy {
  const next = new Map(lists);
  if (list.length > 0) next.set(name, list);
  else next.delete(name);
  return { lists: next, default: next.has(byDefault ?? '') ? byDefault : undefined };
}

/** The JIDs of the default list that are blocked, in its order (XEP-0191 §4). */
export function blockListOf(privacy: Privacy | undefined): readonly string[] {
  return blockedBy(privacy?.lists.get(privacy.default ?? '') ?? []);
}

/** What has been changed, for those who are told of it. */
export interface Changed {
  /** The list whose items are others now. */
  readonly list?: string;
  /** By which of the two protocols: a client that speaks the other one only need not hear of lists. */
  readonly by: 'lists' | 'blocking';
  /** Nobody is blocked any more, and that was asked for. */
  readonly isUnblockingAll?: boolean;
}

/** Puts lists in force and has them kept; when the store fails, those of before are in force again. */
export function* keepPrivacy(kernel: Kernel, account: Account, next: Privacy, changed: Changed): Task {
  const before = account.privacy;
  const kept = next.lists.size === 0 ? undefined : next;
  putInForce(kernel, account, kept);
  try {
    yield* ask({ op: 'privacy.write', account: account.jid, xml: writePrivacy(kept) });
  } catch (failure) {
    // Unless somebody has put others in force since, who has them kept whole.
    if (account.privacy === kept) putInForce(kernel, account, before);
    throw failure;
  }
  for (const resource of account.resources.values()) if (kept?.lists.has(resource.activeList ?? '') !== true) resource.activeList = undefined;
  pushChange(kernel, account, new Set(blockListOf(before)), new Set(blockListOf(kept)), changed);
}

function putInForce(kernel: Kernel, account: Account, next: Privacy | undefined): void {
  const mentioned = [...mentionedBy(account.privacy), ...mentionedBy(next)];
  changePrivacy(kernel, account, () => (account.privacy = next), { mentioned });
}

function* mentionedBy(privacy: Privacy | undefined): Generator<string> {
  for (const list of privacy?.lists.values() ?? []) for (const { rule } of list) if (rule.type === 'jid') yield rule.value;
}

/** Makes a list the session's active one, or none (XEP-0016 §2.5). It is forgotten with the session. */
export function activate(kernel: Kernel, resource: Resource, name: string | undefined): void {
  changePrivacy(kernel, resource.account, () => (resource.activeList = name), { mentioned: [...mentionedBy(resource.account.privacy)] });
}

/** Tells every connected resource which list has changed (XEP-0016 §2.2), and those that have asked for the block
 *  list what is blocked now and what no longer (XEP-0191 §3.3, §3.4). */
function pushChange(kernel: Kernel, account: Account, before: ReadonlySet<string>, now: ReadonlySet<string>, { list, by, isUnblockingAll }: Changed): void {
  const isNew = { block: [...now].filter((jid) => !before.has(jid)), unblock: [...before].filter((jid) => !now.has(jid)) };
  for (const resource of account.resources.values()) {
    if (list !== undefined && (by === 'lists' || resource.knowsLists)) push(kernel, resource, 'query', NS.privacy, (query) => void query.c('list', { name: list }));
    if (!resource.knowsBlocked) continue;
    for (const name of ['block', 'unblock'] as const) {
      if (isNew[name].length === 0) continue;
      push(kernel, resource, name, NS.blocking, (payload) => {
        if (name === 'block' || isUnblockingAll !== true) for (const jid of isNew[name]) payload.c('item', { jid });
      });
    }
  }
}

/** A request for whose answer nobody waits. */
function push(kernel: Kernel, resource: Resource, name: string, xmlns: string, fill: (payload: Element) => void): void {
  if (!canSend(resource)) return;
  const iq = new Element('iq', { id: resource.nextRequestId(), to: resource.jid, type: 'set' });
  fill(iq.c(name, { xmlns }));
  kernel.send(resource.stream, serialize(iq));
}
