/** Stanza errors: conditions, their types, and the stanza that carries one back.
 *  Spec: RFC 6120 §8.3. Not here: stream errors (stream-error.ts). @module */
import { Element } from 'ltx';
import type { StanzaErrorCondition } from '../../machines/vocabulary.ts';
import { NS } from './namespaces.ts';

type ErrorType = 'auth' | 'cancel' | 'continue' | 'modify' | 'wait';

/** The type that goes with each condition (RFC 6120 §8.3.3). */
export const errorTypes: Readonly<Record<StanzaErrorCondition, ErrorType>> = {
  'bad-request': 'modify',
  'conflict': 'cancel',
  'feature-not-implemented': 'cancel',
  'forbidden': 'auth',
  'gone': 'cancel',
  'internal-server-error': 'cancel',
  'item-not-found': 'cancel',
  'jid-malformed': 'modify',
  'not-acceptable': 'modify',
  'not-allowed': 'cancel',
  'not-authorized': 'auth',
  'policy-violation': 'modify',
  'recipient-unavailable': 'wait',
  'redirect': 'modify',
  'registration-required': 'auth',
  'remote-server-not-found': 'cancel',
  'remote-server-timeout': 'wait',
  'resource-constraint': 'wait',
  'service-unavailable': 'cancel',
  'subscription-required': 'auth',
  'undefined-condition': 'modify',
  'unexpected-request': 'wait',
};

/** What is wrong with a stanza: a value, which becomes a bounce.
 *  @example
 *  const motto: IqHandler = {
 *    name: 'motto', xmlns: 'urn:example:motto', types: ['get'], to: ['server'],
 *    answer: (_host, { from }) => (from.domain === 'montague.lit' ? new StanzaError('forbidden', 'No Montagues.') : null),
 *  };
 *  motto.types; // ['get']
 *  new StanzaError('forbidden', 'No Montagues.').condition; // 'forbidden' */
export class StanzaError {
  readonly condition: StanzaErrorCondition;
  readonly text: string | undefined;
  /** A condition that an extension adds (RFC 6120 §8.3.4). */
  readonly specific: { readonly name: string; readonly xmlns: string } | undefined;
  constructor(condition: StanzaErrorCondition, text?: string, specific?: StanzaError['specific']) {
    this.condition = condition;
    this.text = text;
    this.specific = specific;
  }
}

/** The `<error/>` child (RFC 6120 §8.3.2). */
export function errorElement({ condition, text, specific }: StanzaError): Element {
  const error = new Element('error', { type: errorTypes[condition] });
  error.c(condition, { xmlns: NS.stanzas });
  if (text !== undefined) error.c('text', { 'xmlns': NS.stanzas, 'xml:lang': 'en' }).t(text);
  if (specific !== undefined) error.c(specific.name, { xmlns: specific.xmlns });
  return error;
}

/** The stanza that goes back to the sender; undefined for a stanza that may not be answered with an
 *  error: an error itself, and an iq of type result (RFC 6120 §8.3.1, §8.2.3).
 *  @param stanza the stanza as the server has it, its `from` stamped */
export function bounceOf(stanza: Element, error: StanzaError): Element | undefined {
  const { type, from, to, id } = stanza.attrs;
  if (type === 'error' || (stanza.name === 'iq' && type === 'result')) return undefined;
  const bounce = new Element(stanza.name, { type: 'error' });
  if (id !== undefined) bounce.attrs.id = id;
  if (from !== undefined) bounce.attrs.to = from;
  if (to !== undefined) bounce.attrs.from = to;
  bounce.cnode(errorElement(error));
  return bounce;
}
