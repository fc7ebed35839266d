/** What a stream brings, once its turn has come: negotiation until a resource is bound, stanzas after
 *  that. Spec: RFC 6120 §8, §10. Not here: whose turn it is (queue.ts), what each kind of stanza leads
 *  to (deliver.ts, presence.ts, subscriptions.ts, iq.ts). @module */
import type { Element } from 'ltx';
import { acquire, release, rosterOf } from './accounts.ts';
import { bindRequestOf } from './binding.ts';
import { bounce, deliverMessage, forwardMessage, isForStore } from './deliver.ts';
import { intercept } from './intercept.ts';
import { receiveIq } from './iq.ts';
import { parseJid } from './jid.ts';
import type { Jid } from './jid.ts';
import type { Kernel } from './kernel.ts';
import { markLanguage } from './language.ts';
import { advanceStream, receiveUnbound } from './negotiation.ts';
import { NS } from './namespaces.ts';
import { canSend } from './held.ts';
import { advancePresence, deliverPresence, sendDirected } from './presence.ts';
import { answerProbe } from './probe.ts';
import { refusalOf } from './privacy/filter.ts';
import type { Queued, Resource, Stream } from './resources.ts';
import { canReach, deliver, isLocal } from './routing.ts';
import { StanzaError, bounceOf } from './stanza-error.ts';
import { priorityOf } from './stanza.ts';
import { isSubscriptionType, sendSubscription } from './subscriptions.ts';
import type { SubscriptionType } from './subscriptions.ts';
import type { Task } from './task.ts';
import { serialize } from './xml/writer.ts';

/** Processes one input of a stream. */
export function receive(kernel: Kernel, stream: Stream, input: Queued): void {
  switch (input.type) {
    case 'stream.element':
      if (stream.isBound) receiveBound(kernel, stream, input.element);
      else if (stream.state.matches('negotiating')) receiveUnbound(kernel, stream, input.element);
      break;
    case 'stream.ended':
      advanceStream(kernel, stream, { type: 'stream.ended' });
      break;
    case 'stream.broken':
      advanceStream(kernel, stream, { type: 'stream.failed', condition: input.condition, ...(input.text === undefined ? {} : { text: input.text }) });
      break;
    case 'stream.lost':
      advanceStream(kernel, stream, { type: 'stream.lost' });
      break;
  }
}

/** A first-level element of a bound stream. What can be done at once is done at once; what takes the
 *  store holds up the stream. */
function receiveBound(kernel: Kernel, stream: Stream, element: Element): void {
  const { resource } = stream;
  if (resource === undefined) return;
  const { xmlns } = element.attrs;
  if (xmlns === NS.streams && element.name === 'error') {
    advanceStream(kernel, stream, { type: 'stream.ended' }); // RFC 6120 §4.9.1.1
    return;
  }
  if (xmlns !== undefined) {
    advanceStream(kernel, stream, { type: 'stream.failed', condition: xmlns === NS.server ? 'invalid-namespace' : 'unsupported-stanza-type' }); // RFC 6120 §4.8.3, §4.9.3.24
    return;
  }
  const task = receiveStanza(kernel, stream, resource, element);
  if (task === undefined) return;
  const isStoring = isForStore(kernel, element);
  stream.isBusy = true;
  stream.isStoring = isStoring;
  stream.tasks += 1;
  // The account stays in memory for the task, should its last resource go meanwhile.
  resource.account.users += 1;
  const done = (): void => {
    release(kernel, resource.account);
    stream.tasks -= 1;
    if (stream.tasks === 0) kernel.wiring.whenIdle(stream);
  };
  kernel.run(task, done, () => {
    refuse(kernel, resource, element, new StanzaError('internal-server-error'));
    done();
  });
}

function receiveStanza(kernel: Kernel, stream: Stream, resource: Resource, stanza: Element): Task | undefined {
  const { from } = stanza.attrs;
  if (from !== undefined && from !== resource.jid && !isSender(resource, from)) {
    advanceStream(kernel, stream, { type: 'stream.failed', condition: 'invalid-from' }); // RFC 6120 §8.1.2.1
    return undefined;
  }
  stanza.attrs.from = resource.jid;
  markLanguage(stanza, stream.lang);
  const to = stanza.attrs.to === undefined ? undefined : parseJid(stanza.attrs.to);
  if (stanza.attrs.to !== undefined && to === undefined) return refuse(kernel, resource, stanza, new StanzaError('jid-malformed')); // §8.3.3.8
  if (resource.account.privacy !== undefined && to !== undefined) {
    const refusal = refusalOf(kernel, resource, to); // XEP-0016 §2.14, XEP-0191 §3.3
    if (refusal !== undefined) return refuse(kernel, resource, stanza, refusal);
  }
  switch (stanza.name) {
    case 'message':
      return enter(kernel, resource, stanza, to ?? parseJid(resource.account.jid), (passed) => receiveMessage(kernel, resource, passed, to));
    case 'presence':
      return enter(kernel, resource, stanza, to, (passed) => receivePresence(kernel, resource, passed, to));
    case 'iq':
      if (bindRequestOf(stanza) !== undefined) {
        stream.bindRequest = stanza;
        advanceStream(kernel, stream, { type: 'bind.requested' });
        return undefined;
      }
      return receiveIq(kernel, resource, stanza, to);
    default:
      advanceStream(kernel, stream, { type: 'stream.failed', condition: 'unsupported-stanza-type' });
      return undefined;
  }
}

function enter(kernel: Kernel, resource: Resource, stanza: Element, to: Jid | undefined, onward: (stanza: Element) => Task | undefined): Task | undefined {
  // Addresses are not worked out for nobody.
  if (kernel.interceptors.length === 0) return onward(stanza);
  const from = parseJid(resource.jid);
  return from === undefined ? undefined : intercept(kernel, { stanza, from, to, resource }, onward);
}

/** Whether an address is the sender's own, bare or full, however it is written (RFC 6120 §8.1.2.1). */
function isSender(resource: Resource, from: string): boolean {
  const jid = parseJid(from);
  return jid !== undefined && (jid.full ?? jid.bare) === (jid.full === undefined ? resource.account.jid : resource.jid);
}

function refuse(kernel: Kernel, resource: Resource, stanza: Element, error: StanzaError): undefined {
  const answer = bounceOf(stanza, error);
  if (answer !== undefined && canSend(resource)) kernel.send(resource.stream, serialize(answer));
}

/** A message without `to` is for the sender's own account (RFC 6120 §10.3.1). */
function receiveMessage(kernel: Kernel, resource: Resource, message: Element, to: Jid | undefined): Task | undefined {
  const recipient = to ?? parseJid(resource.account.jid);
  if (recipient === undefined) return undefined;
  if (!isLocal(kernel, recipient)) return forwardMessage(kernel, message, recipient); // RFC 6120 §10.4
  if (recipient.local === undefined) return bounce(kernel, message, recipient); // RFC 6120 §10.5.1: the server reads no messages
  return deliverMessage(kernel, message, recipient);
}

function receivePresence(kernel: Kernel, resource: Resource, stanza: Element, to: Jid | undefined): Task | undefined {
  const { type } = stanza.attrs;
  if (isSubscriptionType(type)) return receiveSubscriptionStanza(kernel, resource, stanza, type, to);
  if (type === undefined || type === 'unavailable') return to === undefined ? broadcastPresence(kernel, resource, stanza) : directedPresence(kernel, resource, stanza, to);
  if (type === 'error') {
    if (to !== undefined) deliverPresence(kernel, to, stanza);
    return undefined;
  }
  if (type !== 'probe') return refuse(kernel, resource, stanza, new StanzaError('bad-request')); // RFC 6121 §4.7.1
  const from = parseJid(resource.jid);
  const target = to ?? parseJid(resource.account.jid);
  if (from === undefined || target === undefined) return undefined;
  if (isLocal(kernel, target)) return target.local === undefined ? undefined : answerProbe(kernel, from, target, stanza.attrs.id);
  deliver(kernel, stanza, target);
  return undefined;
}

function broadcastPresence(kernel: Kernel, resource: Resource, stanza: Element): Task | undefined {
  if (stanza.attrs.type === 'unavailable') {
    advancePresence(kernel, resource, { type: 'presence.unavailable' }, stanza);
    return undefined;
  }
  const priority = priorityOf(stanza);
  if (priority === undefined) return refuse(kernel, resource, stanza, new StanzaError('bad-request', 'A priority is an integer from -128 to 127.'));
  const become = (): void => advancePresence(kernel, resource, { type: 'presence.available', priority }, stanza);
  if (resource.account.roster !== undefined) {
    become();
    return undefined;
  }
  return (function* (): Task {
    yield* rosterOf(resource.account);
    become();
  })();
}

function directedPresence(kernel: Kernel, resource: Resource, stanza: Element, to: Jid): undefined {
  if (!canReach(kernel, to)) return refuse(kernel, resource, stanza, new StanzaError('remote-server-not-found'));
  if (!sendDirected(kernel, resource, stanza, to)) refuse(kernel, resource, stanza, new StanzaError('resource-constraint'));
}

function receiveSubscriptionStanza(kernel: Kernel, resource: Resource, stanza: Element, type: SubscriptionType, to: Jid | undefined): Task | undefined {
  const contact = to?.bare;
  if (to === undefined || contact === undefined || contact === resource.account.jid) return refuse(kernel, resource, stanza, new StanzaError('bad-request'));
  if (type === 'subscribe' && !canReach(kernel, to)) return refuse(kernel, resource, stanza, new StanzaError('remote-server-not-found')); // RFC 6121 §3.1.2
  return (function* (): Task {
    if (type === 'subscribe' && isLocal(kernel, to) && !(yield* accountExists(kernel, to))) return refuse(kernel, resource, stanza, new StanzaError('item-not-found')); // RFC 6121 §3.1.2
    const isKept = yield* sendSubscription(kernel, resource.account, contact, type, stanza);
    if (!isKept) refuse(kernel, resource, stanza, new StanzaError('resource-constraint', 'The roster is full.'));
  })();
}

function* accountExists(kernel: Kernel, jid: Jid): Task<boolean> {
  const account = yield* acquire(kernel, jid.bare);
  release(kernel, account);
  return account.exists === true;
}
