/** Which domain a stanza goes to, and who answers for it: the accounts of this server, a service of its own such as
 *  rooms or a component, or another server. Spec: RFC 6120 §10. Not here: what becomes of a stanza for the
 *  accounts (arrive.ts), links to other servers (federation/). @module */
import type { Element } from 'ltx';
import type { StanzaErrorCondition } from '../../machines/vocabulary.ts';
import type { FederationConfig } from './config.ts';
import { parseJid } from './jid.ts';
import type { Jid } from './jid.ts';
import type { Kernel } from './kernel.ts';
import { StanzaError, bounceOf } from './stanza-error.ts';
import type { Task } from './task.ts';

/** Whether an address belongs to the accounts of this server, or is the server itself. */
export function isLocal(kernel: Kernel, { domain }: Jid): boolean {
  return domain === kernel.config.domain;
}

/** Whether there is anybody to ask for an address: this server, or another that it may speak with (DESIGN D3). */
export function canReach(kernel: Kernel, to: Jid): boolean {
  return isLocal(kernel, to) || kernel.services.has(to.domain) || mayFederate(kernel.config.federation, to.domain);
}

/** Whether this server speaks with the server of a domain. */
export function mayFederate(federation: FederationConfig | undefined, domain: string): boolean {
  if (federation === undefined) return false;
  const isAmong = (domains: readonly string[]): boolean => domains.some((each) => domain === each || domain.endsWith(`.${each}`));
  return !isAmong(federation.deny) && (federation.allow === undefined || isAmong(federation.allow));
}

/** Sends a stanza on its way; a task when that takes the store, which whoever keeps an order waits for.
 *  @param stanza stamped with `from` and `to`
 *  @param to what its `to` says */
export function route(kernel: Kernel, stanza: Element, to: Jid): Task | undefined {
  if (isLocal(kernel, to)) return kernel.wiring.arrive(stanza, to);
  const service = kernel.services.get(to.domain);
  const from = parseJid(stanza.attrs.from ?? '');
  if (from === undefined) return undefined;
  if (service === undefined) kernel.wiring.transmit(stanza, from, to);
  else service.receive(stanza, from, to);
  return undefined;
}

/** Sends a stanza for which nobody waits. */
export function deliver(kernel: Kernel, stanza: Element, to: Jid): void {
  const task = route(kernel, stanza, to);
  if (task !== undefined) kernel.run(task, () => {}, () => {});
}

/** Whether a stanza is a probe that the server has sent in the name of a user (RFC 6121 §4.3): it comes from the bare JID, and its error
 *  would be an answer to something that no client has said. A client's own comes from its full JID, and the client is told when it
 *  can't be routed (RFC 6120 §10.4.3): that it has sent one is not the sole cause then. */
export const isOwnProbe = ({ name, attrs: { type, from } }: Element): boolean => name === 'presence' && type === 'probe' && from?.includes('/') !== true;

/** Answers a stanza with an error, wherever its sender is (RFC 6120 §8.3). Says nothing where that is not permitted.
 *  @param stanza stamped with `from` */
export function returnError(kernel: Kernel, stanza: Element, condition: StanzaErrorCondition, text?: string): void {
  const answer = bounceOf(stanza, new StanzaError(condition, text));
  const sender = parseJid(stanza.attrs.from ?? '');
  if (answer !== undefined && sender !== undefined) deliver(kernel, answer, sender);
}
