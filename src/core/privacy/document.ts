/** Privacy lists as XML: as a client sends and gets them, and as the store keeps them. Spec: XEP-0016 §2.1.
 *  Not here: requests about them (features/privacy-lists.ts). @module */
import { Element, parse } from 'ltx';
import type { PrivacyLimits } from '../config.ts';
import { detached } from '../detached.ts';
import { parseJid } from '../jid.ts';
import { NS } from '../namespaces.ts';
import { StanzaError } from '../stanza-error.ts';
import { childElements } from '../stanza.ts';
import { serialize } from '../xml/writer.ts';
import { namedKinds, subscriptionValues } from './list.ts';
import type { PrivacyItem, PrivacyKind, PrivacyList, PrivacyRule } from './list.ts';

/** All lists of an account, of which one may be in force by default (XEP-0016 §2.2). */
export interface Privacy {
  readonly lists: ReadonlyMap<string, PrivacyList>;
  /** The name of one of them. */
  readonly default: string | undefined;
}

/** xs:unsignedInt. */
const MOST_ORDER = 4_294_967_295;

/** Reads the items of a `<list/>`, in ascending order; an error when there is something wrong with one of them. */
export function readItems(list: Element, { items: most, nameLength }: PrivacyLimits): PrivacyList | StanzaError {
  const children = childElements(list);
  if (children.length > most) return new StanzaError('resource-constraint', 'The list has too many items.');
  const items: PrivacyItem[] = [];
  for (const child of children) {
    const item = child.name === 'item' && child.attrs.xmlns === undefined ? readItem(child, nameLength) : undefined;
    if (item === undefined) return new StanzaError('bad-request');
    items.push(item);
  }
  if (new Set(items.map(({ order }) => order)).size !== items.length) return new StanzaError('bad-request', 'The order of each item is its own.'); // §2.1
  return items.sort((a, b) => a.order - b.order);
}

function readItem(item: Element, nameLength: number): PrivacyItem | undefined {
  const { type, value, action, order } = item.attrs;
  const rule = ruleOf(type, value, nameLength);
  const kinds = childElements(item).map(({ name }) => namedKinds.find((kind) => kind === name));
  const isComplete = rule !== undefined && (action === 'allow' || action === 'deny') && /^\d{1,10}$/.test(order ?? '') && Number(order) <= MOST_ORDER;
  if (!isComplete || kinds.includes(undefined)) return undefined;
  return { action, order: Number(order), rule, kinds: [...new Set(kinds as PrivacyKind[])] };
}

function ruleOf(type: string | undefined, value: string | undefined, nameLength: number): PrivacyRule | undefined {
  if (type === undefined) return { type: 'all' };
  if (value === undefined || value === '') return undefined;
  switch (type) {
    case 'jid': {
      const jid = parseJid(value);
      return jid && { type, value: jid.full ?? jid.bare };
    }
    case 'group':
      return value.length > nameLength ? undefined : { type, value: detached(value) };
    case 'subscription': {
      const subscription = subscriptionValues.find((each) => each === value);
      return subscription && { type, value: subscription };
    }
  }
  return undefined;
}

/** The `<list/>` with its items. */
export function listElement(name: string, list: PrivacyList): Element {
  const element = new Element('list', { name });
  for (const { action, order, rule, kinds } of list) {
    const item = element.c('item', rule.type === 'all' ? {} : { type: rule.type, value: rule.value });
    item.attrs.action = action;
    item.attrs.order = String(order);
    for (const kind of kinds) item.c(kind);
  }
  return element;
}

/** What the store keeps; null when there is no list. */
export function writePrivacy(privacy: Privacy | undefined): string | null {
  if (privacy === undefined || privacy.lists.size === 0) return null;
  const query = new Element('query', { xmlns: NS.privacy });
  if (privacy.default !== undefined) query.c('default', { name: privacy.default });
  for (const [name, list] of privacy.lists) query.cnode(listElement(name, list));
  return serialize(query);
}

/** What the store has kept. */
export function readPrivacy(xml: string | null): Privacy | undefined {
  if (xml === null) return undefined;
  const query = parse(xml);
  const lists = new Map<string, PrivacyList>();
  for (const list of query.getChildren('list')) {
    const items = readItems(list, { lists: Infinity, items: Infinity, nameLength: Infinity, blocked: Infinity });
    if (!(items instanceof StanzaError) && list.attrs.name !== undefined) lists.set(list.attrs.name, items);
  }
  return { lists, default: query.getChild('default')?.attrs.name };
}
