/** Dialback: keys, and the elements that carry them. Spec: XEP-0220, XEP-0185. Not here: who is asked when
 *  (inbound.ts, link.ts). @module */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { Element } from 'ltx';
import type { StanzaErrorCondition } from '../../../machines/vocabulary.ts';
import { parseJid } from '../jid.ts';
import { StanzaError, errorElement } from '../stanza-error.ts';
import { serialize } from '../xml/writer.ts';

/** Whose key it is: a stream on which `from` wants to speak to `to`. */
export interface Pair {
  /** The domain that is to be proved. */
  readonly from: string;
  /** The domain that wants the proof. */
  readonly to: string;
}

/** The key of a pair on one stream; nobody makes it who does not have the secret (XEP-0185 §2).
 *  @param id of the stream, as the receiving server has named it */
export function dialbackKey(secret: string, { from, to }: Pair, id: string): string {
  // HMAC with the hexadecimal digits of the hash as its key, as in the example of XEP-0185 §2.
  return bytesToHex(hmac(sha256, utf8ToBytes(bytesToHex(sha256(utf8ToBytes(secret)))), utf8ToBytes(`${to} ${from} ${id}`)));
}

/** What one server says to another about a key (XEP-0220 §2.1, §2.2).
 *  @param outcome undefined while it is asked for; a condition for a dialback error (§2.5) */
export function dialbackXml(name: 'result' | 'verify', { from, to }: Pair, id: string | undefined, outcome?: 'valid' | 'invalid' | StanzaErrorCondition, key?: string): string {
  const element = new Element(`db:${name}`, { from, to });
  if (id !== undefined) element.attrs.id = id;
  if (key !== undefined) element.t(key);
  if (outcome === 'valid' || outcome === 'invalid') element.attrs.type = outcome;
  else if (outcome !== undefined) {
    element.attrs.type = 'error';
    element.cnode(errorElement(new StanzaError(outcome)));
  }
  return serialize(element);
}

/** What is said to a server that asks whether a key is one of ours (XEP-0220 §2.2.2): `to` is the domain that is to be proved,
 *  `from` wants to know. */
export function verdictXml(verify: Element, { keyOf, isHosted }: { keyOf(pair: Pair, id: string): string; isHosted(domain: string): boolean }): string {
  const { id = '' } = verify.attrs;
  const asked = pairOf(verify);
  if (!isHosted(asked.to)) return dialbackXml('verify', swapped(asked), id, 'item-not-found');
  const isOurs = verify.getText().trim() === keyOf(swapped(asked), id);
  return dialbackXml('verify', swapped(asked), id, isOurs ? 'valid' : 'invalid');
}

/** The pair as the other side says it. */
export const swapped = ({ from, to }: Pair): Pair => ({ from: to, to: from });

/** The two domains of an element of dialback; empty where there is none. */
export function pairOf({ attrs: { from = '', to = '' } }: Element): Pair {
  const domain = (text: string): string => {
    const jid = parseJid(text);
    return jid?.local === undefined && jid?.resource === undefined ? jid?.domain ?? '' : '';
  };
  return { from: domain(from), to: domain(to) };
}
