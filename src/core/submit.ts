/** Stanzas that no peer has sent, but an extension or the program around the core. Not here: those that peers send
 *  (receive.ts, federation/). @module */
import type { Element } from 'ltx';
import { forwardMessage } from './deliver.ts';
import { invariant } from './invariant.ts';
import { parseJid } from './jid.ts';
import type { Kernel } from './kernel.ts';
import { NS } from './namespaces.ts';
import { deliver, isLocal } from './routing.ts';

/** Sends one on its way, as if somebody at `from` had.
 *  @param stanza with `to`; `from` is the domain unless given
 *  @throws InvariantViolation when it is none, or an address is malformed or somebody else's */
export function submit(kernel: Kernel, stanza: Element): void {
  const { name, attrs } = stanza;
  const from = parseJid(attrs.from ?? kernel.config.domain);
  const to = parseJid(attrs.to ?? '');
  if (attrs.xmlns === NS.client) delete attrs.xmlns;
  invariant(name === 'message' || name === 'presence' || name === 'iq', `<${name}/> is no stanza`);
  invariant(attrs.xmlns === undefined, `<${name}/> is of ${attrs.xmlns}, not of ${NS.client}`);
  invariant(to !== undefined, `'${attrs.to ?? ''}' is no address to send to`);
  invariant(from !== undefined && (isLocal(kernel, from) || kernel.services.has(from.domain)), `'${attrs.from}' is no address of this server`);
  attrs.from = from.full ?? from.bare;
  attrs.to = to.full ?? to.bare;
  if (name === 'message' && !isLocal(kernel, to)) forwardMessage(kernel, stanza, to);
  else deliver(kernel, stanza, to);
}
