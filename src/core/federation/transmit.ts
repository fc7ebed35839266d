/** What becomes of a stanza for a domain that is not of this server. Spec: RFC 6120 §10.4. @module */
import type { Element } from 'ltx';
import { bounce } from '../deliver.ts';
import type { Jid } from '../jid.ts';
import type { Kernel } from '../kernel.ts';
import { returnError } from '../routing.ts';

/** Takes a stanza for another server.
 *  @param from the sender, of a domain of this server */
export function transmit(kernel: Kernel, stanza: Element, _from: Jid, to: Jid): void {
  if (stanza.name === 'message') bounce(kernel, stanza, to, 'remote-server-not-found');
  else returnError(kernel, stanza, 'remote-server-not-found');
}
