/** What is wrong with an iq itself, whoever has sent it and whoever is asked. Spec: RFC 6120 §8.2.3. Not here: whether its
 *  content is understood (iq.ts, rooms/). @module */
import type { Element } from 'ltx';
import { StanzaError } from './stanza-error.ts';
import { childElements } from './stanza.ts';

/** What is wrong with an iq, if anything is (RFC 6120 §8.2.3). */
export function faultOf(iq: Element): StanzaError | undefined {
  const { type, id } = iq.attrs;
  const children = childElements(iq).length;
  if (id === undefined || id === '') return new StanzaError('bad-request', 'An iq needs an id.');
  if (type === 'get' || type === 'set') return children === 1 ? undefined : new StanzaError('bad-request', 'A request has exactly one child element.');
  return type === 'result' || type === 'error' ? undefined : new StanzaError('bad-request', 'The type of an iq is get, set, result or error.');
}
