/** Reading and building stanzas. Spec: RFC 6120 §8.1, RFC 6121 §4.7, §5.2. @module */
import { Element } from 'ltx';
import type { MessageType } from '../../machines/vocabulary.ts';

const messageTypes: ReadonlySet<string> = new Set(['normal', 'chat', 'groupchat', 'headline', 'error']);

/** The type of a message; one that is not known counts as normal (RFC 6121 §5.2.2). */
export function messageTypeOf(stanza: Element): MessageType {
  const { type } = stanza.attrs;
  return type !== undefined && messageTypes.has(type) ? (type as MessageType) : 'normal';
}

/** The priority of available presence, 0 where none is given; undefined when it is not an integer
 *  from -128 to 127 (RFC 6121 §4.7.2.3). */
export function priorityOf(presence: Element): number | undefined {
  const [child] = ownChildren(presence, 'priority');
  if (child === undefined) return 0;
  const text = child.getText().trim();
  const priority = Number(text);
  return /^[+-]?\d{1,3}$/.test(text) && priority >= -128 && priority <= 127 ? priority : undefined;
}

/** The children of this name in the namespace of their parent, which the reader leaves unsaid. What
 *  has the same name in another namespace means something else (RFC 6120 §8.4). */
export function ownChildren(element: Element, name: string): Element[] {
  return childElements(element).filter((child) => child.name === name && child.attrs.xmlns === undefined);
}

/** The text of the first child of this name in the namespace of its parent; empty when there is none. */
export function ownText(element: Element, name: string): string {
  return ownChildren(element, name)[0]?.getText() ?? '';
}

/** The first-level child elements of a stanza. */
export function childElements(element: Element): Element[] {
  return element.children.filter((child): child is Element => typeof child !== 'string');
}

/** The first child of this name that declares this namespace. */
export function childIn(element: Element, name: string, xmlns: string): Element | undefined {
  return childElements(element).find((child) => child.name === name && child.attrs.xmlns === xmlns);
}

/** A presence stanza without content. */
export function presence(attrs: Record<string, string>): Element {
  return new Element('presence', attrs);
}

/** The same stanza with other addresses; its content is shared, and must not be changed. */
export function readdressed(stanza: Element, addresses: { readonly from?: string; readonly to?: string }): Element {
  const copy = new Element(stanza.name, { ...stanza.attrs, ...addresses });
  copy.children = stanza.children;
  return copy;
}

/** The result that answers a request (RFC 6120 §8.2.3).
 *  @param payload null for an empty result */
export function resultOf(iq: Element, payload: Element | null): Element {
  const { id, from, to } = iq.attrs;
  const result = new Element('iq', { type: 'result' });
  if (id !== undefined) result.attrs.id = id;
  if (to !== undefined) result.attrs.from = to;
  if (from !== undefined) result.attrs.to = from;
  if (payload !== null) result.cnode(payload);
  return result;
}
