/** What the check of every stream says of its end: what goes with an error, with the closing tag and with the end of
 *  the connection, and how often a peer may try. Spec: RFC 6120 §4.4, §4.9.1.1, §6.4.5. Not here: when a stream ends
 *  (the file of its machine). @module */
import { IGNORED } from './alone.ts';

/** Orders of one step, as {@link Seen} has them. */
export type Orders = readonly string[];

/** The retries that RFC 6120 recommends for SASL (§6.4.5). */
export const SASL_RETRIES = { least: 2, most: 5 };

/** The end of a stream by an error: the error, and the closing tag. */
export const failing = (condition: string): Orders => [`sendStreamError ${condition}`, 'closeStream'];

/** What is due when an attempt has failed: another one, or the end, as the number of retries allows.
 *  @param next what another one begins with */
export function retried(orders: Orders, failures: number, { least, most }: { readonly least: number; readonly most: number }, next: Orders = []): readonly Orders[] {
  const again = failures < most ? [[...orders, ...next]] : [];
  const end = failures >= least ? [[...orders, ...failing('policy-violation')]] : [];
  return [...again, ...end];
}

/** Whether a closing tag follows each error at once (RFC 6120 §4.9.1.1). */
export function errorIsFollowed(orders: Orders): boolean {
  return orders.every((order, index) => !order.startsWith('sendStreamError') || orders[index + 1] === 'closeStream');
}

/** Whether nothing is sent after the closing tag, not even another one (RFC 6120 §4.4 rule 2).
 *  @param hasSaid whether it was sent before */
export function nothingFollowsTheClosingTag(orders: Orders, hasSaid: boolean): boolean {
  const said = hasSaid ? -1 : orders.indexOf('closeStream');
  return (!hasSaid && said === -1) || orders.every((order, index) => index <= said || order === 'disconnect' || order === IGNORED);
}

/** Whether a connection that is given up is given up last of all, and was not before (RFC 6120 §4.4 rule 4). */
export function disconnectComesLast(orders: Orders, wasOver: boolean): boolean {
  return orders.every((order, index) => order !== 'disconnect' || (!wasOver && index === orders.length - 1));
}

/** An order for the server's own core, at whatever place among those for the peer: nobody sees both. */
export function anywhere(order: string, among: Orders): readonly Orders[] {
  return [...among, ''].map((_, index) => among.toSpliced(index, 0, order));
}
