/** Requests and their answers: to whom they go, and who answers when it is the server.
 *  Spec: RFC 6120 §8.2.3, §10.3, RFC 6121 §8.5. Not here: what is answered (features/). @module */
import { Element } from 'ltx';
import type { BareJid } from '../../machines/vocabulary.ts';
import { acquire, release, rosterOf } from './accounts.ts';
import { isSubscriber, settleRequest } from './contacts.ts';
import type { IqAnswer, IqHandler, IqRequest } from './feature.ts';
import { faultOf } from './iq-fault.ts';
import { parseJid } from './jid.ts';
import type { Jid } from './jid.ts';
import type { Kernel } from './kernel.ts';
import { canSend, put } from './held.ts';
import { isTold } from './presence.ts';
import { admits, isAllowed } from './privacy/filter.ts';
import type { Account, Resource } from './resources.ts';
import { deliver, isLocal } from './routing.ts';
import { StanzaError, bounceOf } from './stanza-error.ts';
import { childElements, resultOf } from './stanza.ts';
import type { Task } from './task.ts';
import { serialize } from './xml/writer.ts';

/** An iq that a resource has sent, `from` stamped.
 *  @param to undefined when it has no `to`: it is for the sender's account (RFC 6120 §10.3.3) */
export function receiveIq(kernel: Kernel, resource: Resource, iq: Element, to: Jid | undefined): Task | undefined {
  const from = parseJid(resource.jid);
  if (from === undefined) return undefined;
  const asker: Asker = { jid: from, resource };
  const fault = faultOf(iq);
  if (fault !== undefined) return refuse(kernel, asker, iq, fault);
  if (to !== undefined && !isLocal(kernel, to)) {
    deliver(kernel, iq, to);
    return undefined;
  }
  if (to?.local !== undefined && to.resource !== undefined) return deliverIq(kernel, asker, iq, to);
  if (!isRequest(iq)) {
    settleRequest(kernel, resource, iq.attrs.id ?? '', { type: 'answer.received' });
    return undefined;
  }
  return serve(kernel, asker, iq, to);
}

/** An iq that comes from somebody who is no client of this server. */
export function receiveForeignIq(kernel: Kernel, iq: Element, from: Jid, to: Jid): Task | undefined {
  const asker: Asker = { jid: from, resource: undefined };
  const fault = faultOf(iq);
  if (fault !== undefined) return refuse(kernel, asker, iq, fault);
  if (to.local !== undefined && to.resource !== undefined) return deliverIq(kernel, asker, iq, to);
  return isRequest(iq) ? serve(kernel, asker, iq, to) : undefined;
}

/** Who has sent an iq: a resource of this server, or somebody else. */
interface Asker {
  readonly jid: Jid;
  readonly resource: Resource | undefined;
}

const isRequest = ({ attrs: { type } }: Element): boolean => type === 'get' || type === 'set';

function refuse(kernel: Kernel, asker: Asker, iq: Element, error: StanzaError): undefined {
  const bounce = bounceOf(iq, error);
  if (bounce !== undefined) send(kernel, asker, bounce);
}

/** To a resource of this server at once, whatever is held back for it; to others by way of their domain. */
function send(kernel: Kernel, { jid, resource }: Asker, answer: Element): undefined {
  if (resource === undefined) deliver(kernel, answer, jid);
  else if (canSend(resource)) kernel.send(resource.stream, serialize(answer));
}

/** To a full JID (RFC 6121 §8.5.3). */
function deliverIq(kernel: Kernel, sender: Asker, iq: Element, to: Jid): Task | undefined {
  const recipient = to.resource === undefined ? undefined : kernel.accounts.get(to.bare)?.resources.get(to.resource);
  if (iq.attrs.type === 'result' || iq.attrs.type === 'error') {
    if (recipient !== undefined && admits(kernel, recipient, iq)) put(kernel, recipient, serialize(iq));
    return undefined;
  }
  if (recipient === undefined || recipient.isDraining || !admits(kernel, recipient, iq)) return refuse(kernel, sender, iq, new StanzaError('service-unavailable'));
  return request(kernel, sender, recipient, iq);
}

/** A request is delivered to who shares presence with the sender; to others the resource does not
 *  exist (RFC 6121 §8.5.3.1). */
function request(kernel: Kernel, sender: Asker, recipient: Resource, iq: Element): Task | undefined {
  const decide = (isKnown: boolean): undefined => {
    if (isKnown && !recipient.isDraining) {
      put(kernel, recipient, serialize(iq), (isSent) => {
        if (!isSent) refuse(kernel, sender, iq, new StanzaError('service-unavailable'));
      });
    } else refuse(kernel, sender, iq, new StanzaError('service-unavailable'));
  };
  const { account } = recipient;
  const { bare } = sender.jid;
  if (account.jid === bare || isTold(kernel, recipient, sender.jid)) return decide(true);
  if (account.roster !== undefined) return decide(isSubscriber(account.roster, bare) && isAllowed(kernel, recipient, 'presence-out', sender.jid));
  return (function* (): Task {
    decide(isSubscriber(yield* rosterOf(account), bare) && isAllowed(kernel, recipient, 'presence-out', sender.jid));
  })();
}

/** The server answers, for itself or on behalf of an account (RFC 6121 §8.5.2.1.3). */
function serve(kernel: Kernel, asker: Asker, iq: Element, to: Jid | undefined): Task | undefined {
  const payload = childElements(iq)[0];
  if (payload === undefined) return undefined;
  const { jid: from, resource } = asker;
  const type = iq.attrs.type === 'get' ? 'get' : 'set';
  const account = to === undefined ? from.bare : to.local === undefined ? undefined : to.bare;
  const whose = account === undefined ? 'server' : account === from.bare ? 'own' : 'contact';
  const handler = handlerOf(kernel, payload, type, whose);
  if (handler === undefined) return refuse(kernel, asker, iq, new StanzaError('service-unavailable'));
  const request: IqRequest = { type, payload, from, resource, account };
  const finish = (answer: IqAnswer): undefined => {
    reply(kernel, asker, iq, answer);
    handler.afterwards?.(kernel, request, answer);
  };
  const answer = whose === 'contact' && account !== undefined ? answerFor(kernel, account, iq, () => handler.answer(kernel, request)) : handler.answer(kernel, request);
  if (answer === null || answer instanceof StanzaError || answer instanceof Element) return finish(answer);
  return (function* (): Task {
    finish(yield* answer);
  })();
}

/** On behalf of somebody else than the asker, whose privacy lists are asked first (XEP-0016 §2.14). */
function answerFor(kernel: Kernel, jid: BareJid, iq: Element, answer: () => IqAnswer | Task<IqAnswer>): IqAnswer | Task<IqAnswer> {
  const screened = (account: Account): IqAnswer | Task<IqAnswer> => (admits(kernel, account, iq) ? answer() : new StanzaError('service-unavailable'));
  const present = kernel.accounts.get(jid);
  if (present?.exists !== undefined) return screened(present);
  return (function* (): Task<IqAnswer> {
    const account = yield* acquire(kernel, jid);
    try {
      const given = screened(account);
      return given === null || given instanceof StanzaError || given instanceof Element ? given : yield* given;
    } finally {
      release(kernel, account);
    }
  })();
}

function handlerOf(kernel: Kernel, payload: Element, type: 'get' | 'set', whose: IqHandler['to'][number]): IqHandler | undefined {
  const { xmlns } = payload.attrs;
  for (const { iq = [] } of kernel.features) {
    for (const handler of iq) {
      if (handler.name === payload.name && handler.xmlns === xmlns && handler.types.includes(type) && handler.to.includes(whose)) return handler;
    }
  }
  return undefined;
}

function reply(kernel: Kernel, asker: Asker, iq: Element, answer: IqAnswer): undefined {
  return answer instanceof StanzaError ? refuse(kernel, asker, iq, answer) : send(kernel, asker, resultOf(iq, answer));
}
