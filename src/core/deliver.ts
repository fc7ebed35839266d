/** Turns the decision about a message into effects. Spec: RFC 6121 §8, DESIGN D3, D7. Not here: the
 *  decision (machines/whether.ts, machines/which.ts), the offline store (offline.ts), what waits for it (held.ts). @module */
import { parse } from 'ltx';
import type { Element } from 'ltx';
import { toNobody, whetherToBare, whetherToFull } from '../../machines/whether.ts';
import type { StanzaErrorCondition } from '../../machines/vocabulary.ts';
import type { Reach } from '../../machines/whether.ts';
import { which } from '../../machines/which.ts';
import { acquire, release } from './accounts.ts';
import { decisionOf } from './decision.ts';
import { detached } from './detached.ts';
import { hold, isAwaited, put } from './held.ts';
import type { Jid } from './jid.ts';
import type { Fate, Kernel } from './kernel.ts';
import { flush, isPassing, keep } from './offline.ts';
import { isInRoom } from './farewells.ts';
import { admits } from './privacy/filter.ts';
import type { Account, Resource } from './resources.ts';
import { StanzaError, bounceOf } from './stanza-error.ts';
import { messageTypeOf, readdressed } from './stanza.ts';
import { deliver, isLocal } from './routing.ts';
import type { Task } from './task.ts';
import { parseJid } from './jid.ts';
import { serialize } from './xml/writer.ts';

/** Delivers a message, or does what the rules say instead; a task when it takes the store.
 *  @param message its `from` is stamped
 *  @param to an address of a local account
 *  @param write writes it for an address, where the message is one of many copies; it has no `to` of its own then */
export function deliverMessage(kernel: Kernel, message: Element, to: Jid, write?: (to: string) => string): Task | undefined {
  if (write !== undefined) return deliverCopy(kernel, message, to, write);
  const account = kernel.accounts.get(to.bare);
  return account !== undefined && isAwaited(account, message.attrs.from ?? '') ? wait(kernel, account, message, to) : decide(kernel, message, to);
}

function decide(kernel: Kernel, message: Element, to: Jid): Task | undefined {
  const reach = reachOf(kernel, message, to);
  kernel.onDecision?.(decisionOf(kernel.accounts.get(to.bare), message, to, reach));
  switch (reach.reach) {
    case 'route':
      return deliverTo(kernel, reach.route.account, [reach.route], message, to);
    case 'eligible':
      return deliverTo(kernel, reach.routes[0].account, which(messageTypeOf(message), reach.routes), message, to);
    case 'store':
      return store(kernel, message, to);
    case 'bounce':
      return bounce(kernel, message, to);
    case 'drop':
      return settle(kernel, message, to, { fate: 'dropped', rule: reach.rule });
  }
}

/** A copy for a resource that waits for nothing needs no element of its own; any other copy is a message like others. */
function deliverCopy(kernel: Kernel, message: Element, to: Jid, write: (to: string) => string): Task | undefined {
  const account = kernel.accounts.get(to.bare);
  const route = to.resource === undefined ? undefined : account?.resources.get(to.resource);
  const isReady = account !== undefined && account.privacy === undefined && account.kept === account.forgotten && !isAwaited(account, message.attrs.from ?? '');
  if (route === undefined || route.isDraining || route.flush !== undefined || !isReady) {
    return deliverMessage(kernel, readdressed(message, { to: to.full ?? to.bare }), to);
  }
  put(kernel, route, write(route.jid));
  if (kernel.onFate !== undefined) settle(kernel, message, to, { fate: 'delivered', routes: [route.jid] });
  return undefined;
}

/** Hands a message over to whoever answers for another domain. One that goes to another server has its fate when it
 *  goes out (federation/). */
export function forwardMessage(kernel: Kernel, message: Element, to: Jid): undefined {
  if (kernel.services.has(to.domain)) settle(kernel, message, to, { fate: 'routed' });
  deliver(kernel, message, to);
}

/** Whether a message reaches a local address as things stand. */
export function reachOf(kernel: Kernel, message: Element, to: Jid): Reach<Resource> {
  const type = messageTypeOf(message);
  const account = kernel.accounts.get(to.bare);
  const routes = account?.resources.values() ?? [];
  const reach = to.resource === undefined ? whetherToBare(type, routes) : whetherToFull(type, account?.resources.get(to.resource), routes);
  return account?.privacy === undefined ? reach : screened(kernel, account, message, reach);
}

/** What the privacy lists leave of it: each session asks its own, and where there is none the account asks the
 *  default list (XEP-0016 §2.2). To who is denied there is no such account, whether anybody is there or not (§2.14). */
function screened(kernel: Kernel, account: Account, message: Element, reach: Reach<Resource>): Reach<Resource> {
  const denied = toNobody[messageTypeOf(message)];
  switch (reach.reach) {
    case 'route':
      if (admits(kernel, reach.route, message)) return reach;
      return isFromOwnRoom(kernel, reach.route, message) ? { reach: 'drop', rule: 'XEP-0191 §3.3: what a blocked occupant says in a room that the user is in' } : denied;
    case 'eligible': {
      const [first, ...rest] = reach.routes.filter((route) => admits(kernel, route, message));
      return first === undefined ? denied : { reach: 'eligible', routes: [first, ...rest] };
    }
    default:
      return admits(kernel, account, message) ? reach : denied;
  }
}

/** Whether a message comes from a room that the resource has entered. An error would tell the room that its occupant
 *  is gone (XEP-0045 §17.3, §18.1.2), and it knows already that it is there. */
function isFromOwnRoom(kernel: Kernel, resource: Resource, message: Element): boolean {
  const from = parseJid(message.attrs.from ?? '');
  return messageTypeOf(message) === 'groupchat' && from !== undefined && isInRoom(kernel, resource, from);
}

/** Whether a first-level element is a message that goes to the store as things stand. */
export function isForStore(kernel: Kernel, element: Element): boolean {
  // What an extension asks of the store first may be answered in another order.
  if (kernel.interceptors.length > 0 || element.name !== 'message' || element.attrs.xmlns !== undefined || element.attrs.to === undefined) return false;
  const to = parseJid(element.attrs.to);
  if (to?.local === undefined || !isLocal(kernel, to)) return false;
  // Messages for an account whose privacy lists are asked, or about to be, take steps of their own: one by one.
  const account = kernel.accounts.get(to.bare);
  if (account !== undefined && (account.exists === undefined || account.privacy !== undefined)) return false;
  return reachOf(kernel, element, to).reach === 'store';
}

/** A message goes to those of its routes that have had what is stored, and to the others behind that. Where there
 *  is none of the former it waits, since its routes may all have gone when they are ready. */
function deliverTo(kernel: Kernel, account: Account, routes: readonly Resource[], message: Element, to: Jid): undefined {
  if (account.kept !== account.forgotten) for (const route of routes) if (!route.hasOptedOut) flush(kernel, route);
  const ready = routes.filter((route) => route.flush === undefined);
  if (ready.length === 0) return wait(kernel, account, message, to);
  const xml = serialize(message);
  for (const route of routes) put(kernel, route, xml);
  if (kernel.onFate !== undefined) settle(kernel, message, to, { fate: 'delivered', routes: ready.map((route) => route.jid) });
}

/** Holds a message back; later ones of its sender to the account wait behind it (RFC 6120 §10.1). */
function wait(kernel: Kernel, account: Account, message: Element, to: Jid): undefined {
  const xml = detached(serialize(message));
  const copy = parse(xml);
  hold(kernel, account, { sender: message.attrs.from ?? '', length: xml.length, decide: () => run(kernel, decide(kernel, copy, to)) });
}

/** Carries out a delivery for which no stream waits. */
function run(kernel: Kernel, task: Task | undefined): void {
  if (task !== undefined) kernel.run(task, () => {}, () => {});
}

function* store(kernel: Kernel, message: Element, to: Jid): Task {
  if (isPassing(message)) return settle(kernel, message, to, { fate: 'dropped', rule: 'XEP-0160 §3: only chat states' });
  const outcome = yield* keep(kernel, to.bare, message);
  if (outcome === 'failed') return bounce(kernel, message, to, 'internal-server-error');
  if (outcome === 'stored') return settle(kernel, message, to, { fate: 'stored' });
  if (outcome === 'guarded') return yield* deliverAtHand(kernel, message, to);
  const reach = outcome === 'full' ? ({ reach: 'bounce' } as const) : toNobody[messageTypeOf(message)];
  if (reach.reach === 'drop') settle(kernel, message, to, { fate: 'dropped', rule: reach.rule });
  else bounce(kernel, message, to);
}

/** Delivers to an account once its privacy lists are at hand. */
function* deliverAtHand(kernel: Kernel, message: Element, to: Jid): Task {
  const account = yield* acquire(kernel, to.bare);
  try {
    const task = deliverMessage(kernel, message, to);
    if (task !== undefined) yield* task;
  } finally {
    release(kernel, account);
  }
}

/** Answers a message with an error (RFC 6121 §8.5: `service-unavailable`, whatever the reason). */
export function bounce(kernel: Kernel, message: Element, to: Jid, condition: StanzaErrorCondition = 'service-unavailable'): undefined {
  const answer = bounceOf(message, new StanzaError(condition));
  if (answer === undefined) return settle(kernel, message, to, { fate: 'dropped', rule: 'RFC 6120 §8.3.1: an error is not answered' });
  settle(kernel, message, to, { fate: 'bounced' });
  const sender = message.attrs.from === undefined ? undefined : parseJid(message.attrs.from);
  if (sender !== undefined) deliver(kernel, answer, sender);
}

/** Tells what became of a message. */
export function settle(kernel: Kernel, message: Element, to: Jid, fate: Pick<Fate, 'fate' | 'routes' | 'rule'>): undefined {
  kernel.onFate?.({ type: messageTypeOf(message), id: message.attrs.id, from: message.attrs.from, to: to.full ?? to.bare, ...fate });
}
