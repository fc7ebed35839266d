/** Presence probes that somebody sends to an account of this server. Spec: RFC 6121 §4.3.2, §4.6.6.
 *  Not here: the probes that the server would send for its own users (presence.ts). @module */
import { Element } from 'ltx';
import { acquire, release, rosterOf } from './accounts.ts';
import { hasAsked, isApproved, isSubscriber } from './contacts.ts';
import { parseJid } from './jid.ts';
import type { Jid } from './jid.ts';
import type { Kernel } from './kernel.ts';
import { deliverPresence, isSharedWith, isTold, isWithdrawn } from './presence.ts';
import { isAllowed } from './privacy/filter.ts';
import type { Account, Resource } from './resources.ts';
import { presence, readdressed } from './stanza.ts';
import { deliver, isLocal } from './routing.ts';
import { receiveSubscription } from './subscriptions.ts';
import type { Task } from './task.ts';
import { serialize } from './xml/writer.ts';

/** Answers a probe; an entity that may not know is told no more than that it is not subscribed. */
export function* answerProbe(kernel: Kernel, from: Jid, to: Jid, id: string | undefined): Task {
  const account = yield* acquire(kernel, to.bare);
  try {
    const roster = yield* rosterOf(account);
    const reply = (answer: Element): void => replyTo(kernel, from, answer);
    const isOwn = from.bare === account.jid;
    const seen = [...account.shown()].filter((resource) => isOwn || (!isWithdrawn(resource, from.bare) && isSharedWith(kernel, resource, from) && isAllowed(kernel, resource, 'other', from)));
    if (seen.length === 0 && !isAllowed(kernel, account, 'other', from)) return; // XEP-0016 §2.14
    if (isOwn || isSubscriber(roster, from.bare)) answerSubscriber(account, seen, from, to, id, reply);
    // One who has just been approved is about to be shown what it asks for (RFC 6121 §3.1.5).
    else if (!isApproved(roster, from.bare)) {
      const resource = to.resource === undefined ? undefined : account.resources.get(to.resource);
      const isKnown = resource !== undefined && isTold(kernel, resource, from) && isAllowed(kernel, resource, 'other', from);
      if (isKnown) reply(bare(resource, from));
      // A refusal would withdraw the prober's request on its side only, and a later approval would meet nothing.
      else if (!hasAsked(roster, from.bare)) yield* receiveSubscription(kernel, { type: 'unsubscribed', from: account.jid, to: from.bare, stanza: refusal(account.jid, from.bare, id) });
    }
  } finally {
    release(kernel, account);
  }
}

/** The answer is for the user, and on this server only the resource that has asked need hear it. */
function replyTo(kernel: Kernel, from: Jid, answer: Element): void {
  if (isLocal(kernel, from)) return deliverPresence(kernel, from, answer, () => serialize(answer));
  const to = parseJid(answer.attrs.to ?? from.bare);
  if (to !== undefined) deliver(kernel, answer, to);
}

function answerSubscriber(account: Account, available: readonly Resource[], from: Jid, to: Jid, id: string | undefined, reply: (answer: Element) => void): void {
  if (to.resource !== undefined) {
    const resource = available.find((candidate) => candidate.jid === to.full);
    return reply(resource === undefined ? unavailable(to.full ?? to.bare, from, id) : bare(resource, from));
  }
  if (available.length === 0) return reply(unavailable(account.jid, from, id));
  for (const { lastPresence } of available) if (lastPresence !== undefined) reply(readdressed(lastPresence, { to: from.bare }));
}

/** What ends a subscription that the contact knows nothing of; the prober's own server ignores it where
 *  there is none (RFC 6121 §4.3.2 rule 1, §3.2.3). */
function refusal(from: string, to: string, id: string | undefined): Element {
  return presence(id === undefined ? { from, to, type: 'unsubscribed' } : { from, id, to, type: 'unsubscribed' });
}

/** That nobody is there (RFC 6121 §4.3.2 rule 3), with the `id` of the probe. */
function unavailable(from: string, to: Jid, id: string | undefined): Element {
  const attrs = { from, to: to.bare, type: 'unavailable' };
  return presence(id === undefined ? attrs : { ...attrs, id });
}

/** That a resource is available, and nothing else of it (RFC 6121 §4.3.2, §4.6.6). */
function bare(resource: Resource, from: Jid): Element {
  return new Element('presence', { from: resource.jid, to: from.full ?? from.bare });
}
