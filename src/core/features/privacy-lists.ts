/** Requests for privacy lists and changes to them. Spec: XEP-0016, XEP-0126. Not here: what the lists do
 *  (privacy/), the block list as a list of its own (blocking.ts). @module */
import { Element } from 'ltx';
import { rosterOf } from '../accounts.ts';
import { detached } from '../detached.ts';
import type { Feature, Host, IqAnswer, IqRequest } from '../feature.ts';
import { invariant } from '../invariant.ts';
import { Kernel } from '../kernel.ts';
import { NS } from '../namespaces.ts';
import { listElement, readItems } from '../privacy/document.ts';
import { activate, keepPrivacy, noPrivacy, withList } from '../privacy/keep.ts';
import type { PrivacyList } from '../privacy/list.ts';
import type { Resource, Roster } from '../resources.ts';
import { StanzaError } from '../stanza-error.ts';
import { childElements } from '../stanza.ts';
import type { Task } from '../task.ts';

/** XEP-0016. */
export const privacyLists: Feature = {
  name: 'privacy-lists',
  serverFeatures: [NS.privacy],
  iq: [{ name: 'query', xmlns: NS.privacy, types: ['get', 'set'], to: ['own'], answer }],
};

function* answer(host: Host, { type, payload, resource }: IqRequest): Task<IqAnswer> {
  invariant(host instanceof Kernel, 'privacy lists belong to the core');
  if (resource === undefined) return new StanzaError('forbidden');
  resource.knowsLists = true;
  const children = childElements(payload);
  const [child, ...others] = children;
  if (others.length > 0 || children.some(({ attrs }) => attrs.xmlns !== undefined)) return new StanzaError('bad-request'); // §2.1, §2.3
  if (type === 'get') return child === undefined ? names(resource) : items(resource, child);
  const { name } = child?.attrs ?? {};
  switch (child?.name) {
    case 'active':
      return setActive(host, resource, name);
    case 'default':
      return yield* setDefault(host, resource, name);
    case 'list':
      return name === undefined || name === '' ? new StanzaError('bad-request') : yield* setList(host, resource, detached(name), child);
  }
  return new StanzaError('bad-request');
}

/** The names, the active one and the default one first (§2.3). */
function names({ account: { privacy }, activeList }: Resource): Element {
  const query = new Element('query', { xmlns: NS.privacy });
  if (activeList !== undefined) query.c('active', { name: activeList });
  if (privacy?.default !== undefined) query.c('default', { name: privacy.default });
  for (const name of privacy?.lists.keys() ?? []) query.c('list', { name });
  return query;
}

function items({ account: { privacy } }: Resource, { name: element, attrs: { name } }: Element): IqAnswer {
  if (element !== 'list' || name === undefined) return new StanzaError('bad-request');
  const list = privacy?.lists.get(name);
  if (list === undefined) return new StanzaError('item-not-found'); // §2.3
  const query = new Element('query', { xmlns: NS.privacy });
  query.cnode(listElement(name, list));
  return query;
}

function setActive(kernel: Kernel, resource: Resource, name: string | undefined): IqAnswer {
  const lists = resource.account.privacy?.lists;
  const known = [...(lists?.keys() ?? [])].find((each) => each === name);
  if (name !== undefined && known === undefined) return new StanzaError('item-not-found'); // §2.4
  activate(kernel, resource, known);
  return null;
}

function* setDefault(kernel: Kernel, resource: Resource, name: string | undefined): Task<IqAnswer> {
  const { account } = resource;
  const { privacy } = account;
  const known = [...(privacy?.lists.keys() ?? [])].find((each) => each === name);
  if (name !== undefined && known === undefined) return new StanzaError('item-not-found'); // §2.5
  if (privacy === undefined || privacy.default === known) return null;
  if (isInUse(resource, privacy.default)) return new StanzaError('conflict'); // §2.5
  yield* keepPrivacy(kernel, account, { ...privacy, default: known }, { by: 'lists' });
  return null;
}

/** Whether a list applies to another connected resource than the one that asks (§2.2). */
function isInUse(resource: Resource, name: string | undefined): boolean {
  const { resources, privacy } = resource.account;
  return name !== undefined && [...resources.values()].some((other) => other !== resource && !other.isDraining && (other.activeList ?? privacy?.default) === name);
}

/** Creates or replaces a list, or removes it when it has no items (§2.6, §2.7, §2.8). */
function* setList(kernel: Kernel, resource: Resource, name: string, element: Element): Task<IqAnswer> {
  const { account } = resource;
  const { privacy: limits } = kernel.config;
  if (account.exists !== true) return new StanzaError('not-allowed');
  if (name.length > limits.nameLength) return new StanzaError('not-acceptable');
  const list = readItems(element, limits);
  if (list instanceof StanzaError) return list;
  const roster = yield* rosterOf(account);
  const privacy = account.privacy ?? noPrivacy;
  const isKnown = privacy.lists.has(name);
  if (list.length === 0) {
    if (!isKnown) return new StanzaError('item-not-found'); // §2.8
    if (isInUse(resource, name)) return new StanzaError('conflict');
  } else {
    if (!areGroupsKnown(list, roster)) return new StanzaError('item-not-found'); // §2.1
    if (!isKnown && privacy.lists.size >= limits.lists) return new StanzaError('resource-constraint', 'There are too many lists.');
  }
  yield* keepPrivacy(kernel, account, withList(privacy, name, list), { by: 'lists', list: name });
  return null;
}

function areGroupsKnown(list: PrivacyList, { records }: Roster): boolean {
  const groups = new Set([...records.values()].flatMap((record) => record.groups));
  return list.every(({ rule }) => rule.type !== 'group' || groups.has(rule.value));
}
