/** Requests and their answers: to whom they go, and who answers when it is the server.
 *  Spec: RFC 6120 §8.2.3, §10.3, RFC 6121 §8.5. Not here: what is answered (features/). @module */
import { Element } from 'ltx';
import { rosterOf } from './accounts.ts';
import { isSubscriber, settleRequest } from './contacts.ts';
import type { IqAnswer, IqHandler, IqRequest } from './feature.ts';
import { parseJid } from './jid.ts';
import type { Jid } from './jid.ts';
import type { Kernel } from './kernel.ts';
import { canSend, put } from './offline.ts';
import { isTold } from './presence.ts';
import type { Resource } from './resources.ts';
import { StanzaError, bounceOf } from './stanza-error.ts';
import { childElements, resultOf } from './stanza.ts';
import type { Task } from './task.ts';
import { serialize } from './xml/writer.ts';

/** An iq that a resource has sent, `from` stamped.
 *  @param to undefined when it has no `to`: it is for the sender's account (RFC 6120 §10.3.3) */
export function receiveIq(kernel: Kernel, resource: Resource, iq: Element, to: Jid | undefined): Task | undefined {
  const fault = faultOf(iq);
  if (fault !== undefined) return refuse(kernel, resource, iq, fault);
  const { type, id } = iq.attrs;
  const isRequest = type === 'get' || type === 'set';
  if (to !== undefined && to.domain !== kernel.config.domain) return refuse(kernel, resource, iq, new StanzaError('remote-server-not-found'));
  if (to?.local !== undefined && to.resource !== undefined) return deliverIq(kernel, resource, iq, to);
  if (!isRequest) {
    settleRequest(kernel, resource, id ?? '', { type: 'answer.received' });
    return undefined;
  }
  return serve(kernel, resource, iq, to);
}

/** What is wrong with an iq, if anything is (RFC 6120 §8.2.3). */
function faultOf(iq: Element): StanzaError | undefined {
  const { type, id } = iq.attrs;
  const children = childElements(iq).length;
  if (id === undefined || id === '') return new StanzaError('bad-request', 'An iq needs an id.');
  if (type === 'get' || type === 'set') return children === 1 ? undefined : new StanzaError('bad-request', 'A request has exactly one child element.');
  return type === 'result' || type === 'error' ? undefined : new StanzaError('bad-request', 'The type of an iq is get, set, result or error.');
}

function refuse(kernel: Kernel, resource: Resource, iq: Element, error: StanzaError): undefined {
  const bounce = bounceOf(iq, error);
  if (bounce !== undefined && canSend(resource)) kernel.send(resource.stream, serialize(bounce));
}

/** To a full JID (RFC 6121 §8.5.3). */
function deliverIq(kernel: Kernel, sender: Resource, iq: Element, to: Jid): Task | undefined {
  const recipient = to.resource === undefined ? undefined : kernel.accounts.get(to.bare)?.resources.get(to.resource);
  if (iq.attrs.type === 'result' || iq.attrs.type === 'error') {
    if (recipient !== undefined) put(kernel, recipient, serialize(iq));
    return undefined;
  }
  if (recipient === undefined || recipient.isDraining) return refuse(kernel, sender, iq, new StanzaError('service-unavailable'));
  return request(kernel, sender, recipient, iq);
}

/** A request is delivered to who shares presence with the sender; to others the resource does not
 *  exist (RFC 6121 §8.5.3.1). */
function request(kernel: Kernel, sender: Resource, recipient: Resource, iq: Element): Task | undefined {
  const decide = (isKnown: boolean): undefined => {
    if (isKnown && !recipient.isDraining) {
      put(kernel, recipient, serialize(iq), (isSent) => {
        if (!isSent) refuse(kernel, sender, iq, new StanzaError('service-unavailable'));
      });
    } else refuse(kernel, sender, iq, new StanzaError('service-unavailable'));
  };
  const { account } = recipient;
  const peer = parseJid(sender.jid);
  if (account === sender.account || (peer !== undefined && isTold(recipient, peer))) return decide(true);
  if (account.roster !== undefined) return decide(isSubscriber(account.roster, sender.account.jid));
  return (function* (): Task {
    decide(isSubscriber(yield* rosterOf(account), sender.account.jid));
  })();
}

/** The server answers, for itself or on behalf of an account (RFC 6121 §8.5.2.1.3). */
function serve(kernel: Kernel, resource: Resource, iq: Element, to: Jid | undefined): Task | undefined {
  const payload = childElements(iq)[0];
  const from = parseJid(resource.jid);
  if (payload === undefined || from === undefined) return undefined;
  const type = iq.attrs.type === 'get' ? 'get' : 'set';
  const account = to === undefined ? resource.account.jid : to.local === undefined ? undefined : to.bare;
  const whose = account === undefined ? 'server' : account === resource.account.jid ? 'own' : 'contact';
  const handler = handlerOf(kernel, payload, type, whose);
  if (handler === undefined) return refuse(kernel, resource, iq, new StanzaError('service-unavailable'));
  const request: IqRequest = { type, payload, from, resource, account };
  const finish = (answer: IqAnswer): undefined => {
    reply(kernel, resource, iq, answer);
    handler.afterwards?.(kernel, request, answer);
  };
  const answer = handler.answer(kernel, request);
  if (answer === null || answer instanceof StanzaError || answer instanceof Element) return finish(answer);
  return (function* (): Task {
    finish(yield* answer);
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

function reply(kernel: Kernel, resource: Resource, iq: Element, answer: IqAnswer): undefined {
  if (answer instanceof StanzaError) return refuse(kernel, resource, iq, answer);
  if (canSend(resource)) kernel.send(resource.stream, serialize(resultOf(iq, answer)));
}
