/** Requests for the roster and changes to it. Spec: RFC 6121 §2. Not here: subscriptions
 *  (subscriptions.ts), what a push looks like and who gets one (contacts.ts). @module */
import { Element } from 'ltx';
import { rosterOf } from '../accounts.ts';
import { advanceRoster, pushContact, storedItems, writeContact } from '../contacts.ts';
import { detached } from '../detached.ts';
import type { Feature, Host, IqAnswer, IqRequest } from '../feature.ts';
import { parseBare } from '../jid.ts';
import { Kernel } from '../kernel.ts';
import { invariant } from '../invariant.ts';
import { NS } from '../namespaces.ts';
import type { Resource, Roster } from '../resources.ts';
import { StanzaError } from '../stanza-error.ts';
import { childElements, ownChildren } from '../stanza.ts';
import { removeContact } from '../subscriptions.ts';
import type { Task } from '../task.ts';

/** Characters of a name, or of a group's. */
const MOST_CHARACTERS = 1023;
const MOST_GROUPS = 50;

/** RFC 6121 §2. */
export const roster: Feature = {
  name: 'roster',
  iq: [{ name: 'query', xmlns: NS.roster, types: ['get', 'set'], to: ['own', 'contact'], answer }],
};

function* answer(host: Host, request: IqRequest): Task<IqAnswer> {
  invariant(host instanceof Kernel, 'rosters belong to the core');
  const { resource } = request;
  if (resource === undefined) return new StanzaError('forbidden'); // §2.1.5
  const { account } = resource;
  if (request.account !== account.jid) return new StanzaError('forbidden'); // §2.1.5
  const kept = yield* rosterOf(account);
  return request.type === 'get' ? get(host, resource, request.payload, kept) : yield* set(host, resource, request.payload, kept);
}

/** The whole roster, or nothing when the client has this version (§2.1.4, §2.6.3). */
function get(kernel: Kernel, resource: Resource, payload: Element, kept: Roster): IqAnswer {
  advanceRoster(kernel, resource, { type: 'roster.requested' });
  const { ver } = payload.attrs;
  if (ver !== undefined && ver === String(kept.version) && kept.version > 0) return null;
  const query = new Element('query', ver === undefined ? { xmlns: NS.roster } : { xmlns: NS.roster, ver: String(kept.version) });
  for (const item of storedItems(kept)) query.cnode(item);
  return query;
}

function* set(kernel: Kernel, resource: Resource, payload: Element, kept: Roster): Task<IqAnswer> {
  const { account } = resource;
  const items = ownChildren(payload, 'item');
  const item = items[0];
  if (items.length !== 1 || item === undefined || childElements(payload).length !== 1) return new StanzaError('bad-request'); // §2.3.3 rule 2
  const jid = item.attrs.jid === undefined ? undefined : parseBare(item.attrs.jid);
  if (jid === undefined) return new StanzaError('bad-request', 'The jid of an item is a bare JID.');
  if (item.attrs.subscription === 'remove') {
    const isRemoved = yield* removeContact(kernel, account, kept, jid);
    return isRemoved ? null : new StanzaError('item-not-found'); // §2.5.3
  }
  if (jid === account.jid || account.exists !== true) return new StanzaError('not-allowed');
  const content = contentOf(item);
  if (content instanceof StanzaError) return content;
  const before = kept.records.get(jid);
  if (before === undefined && kept.records.size >= kernel.config.rosterLimit) return new StanzaError('resource-constraint', 'The roster is full.');
  const { name: _name, ...rest } = before ?? { jid, subscription: 'none' as const, approved: false };
  yield* writeContact(kernel, account, kept, { ...rest, ...content, listed: true });
  pushContact(kernel, account, kept, jid);
  return null;
}

/** The name and the groups that a client gives a contact, or what is wrong with them (§2.3.3). */
function contentOf(item: Element): { readonly name?: string; readonly groups: readonly string[] } | StanzaError {
  const name = item.attrs.name === undefined ? undefined : detached(item.attrs.name);
  const groups = ownChildren(item, 'group').map((group) => detached(group.getText()));
  if (new Set(groups).size !== groups.length) return new StanzaError('bad-request', 'A group is named twice.');
  if ((name?.length ?? 0) > MOST_CHARACTERS || groups.length > MOST_GROUPS) return new StanzaError('not-acceptable');
  if (groups.some((group) => group === '' || group.length > MOST_CHARACTERS)) return new StanzaError('not-acceptable');
  return name === undefined || name === '' ? { groups } : { name, groups };
}
