/** The block list: the JIDs that the default privacy list denies everything. Spec: XEP-0191. Not here: lists
 *  themselves (privacy-lists.ts), what blocking does (privacy/). @module */
import { Element } from 'ltx';
import { rosterOf } from '../accounts.ts';
import type { Feature, Host, IqAnswer, IqRequest } from '../feature.ts';
import { invariant } from '../invariant.ts';
import { parseJid } from '../jid.ts';
import { Kernel } from '../kernel.ts';
import { NS } from '../namespaces.ts';
import type { Privacy } from '../privacy/document.ts';
import { blockListOf, keepPrivacy, noPrivacy, withList } from '../privacy/keep.ts';
import { withBlocks } from '../privacy/list.ts';
import type { Resource } from '../resources.ts';
import { StanzaError } from '../stanza-error.ts';
import { childElements } from '../stanza.ts';
import type { Task } from '../task.ts';

/** What the default list is called that the first block makes. */
const DEFAULT_NAME = 'blocked';

/** XEP-0191 §3. */
export const blocking: Feature = {
  name: 'blocking',
  serverFeatures: [NS.blocking],
  iq: [
    { name: 'blocklist', xmlns: NS.blocking, types: ['get'], to: ['own'], answer: blockList },
    { name: 'block', xmlns: NS.blocking, types: ['set'], to: ['own'], answer: block },
    { name: 'unblock', xmlns: NS.blocking, types: ['set'], to: ['own'], answer: unblock },
  ],
};

function blockList(_host: Host, { resource }: IqRequest): IqAnswer {
  if (resource === undefined) return new StanzaError('forbidden');
  resource.knowsBlocked = true;
  const answer = new Element('blocklist', { xmlns: NS.blocking });
  for (const jid of blockListOf(resource.account.privacy)) answer.c('item', { jid });
  return answer;
}

function* block(host: Host, { payload, resource }: IqRequest): Task<IqAnswer> {
  invariant(host instanceof Kernel, 'privacy lists belong to the core');
  if (resource === undefined) return new StanzaError('forbidden');
  const jids = itemsOf(payload);
  if (jids instanceof StanzaError) return jids;
  if (jids.length === 0) return new StanzaError('bad-request'); // §3.3
  if (resource.account.exists !== true) return new StanzaError('not-allowed');
  yield* rosterOf(resource.account);
  const { limits, privacy, name, list } = stateOf(host, resource);
  const next = withBlocks(list, jids, []);
  if (next.length > limits.items || blockListOf(privacy).length + jids.length > limits.blocked) return new StanzaError('resource-constraint', 'The block list is full.');
  if (!privacy.lists.has(name) && privacy.lists.size >= limits.lists) return new StanzaError('resource-constraint', 'There are too many lists.');
  yield* keepPrivacy(host, resource.account, { ...withList(privacy, name, next), default: name }, { by: 'blocking', list: name });
  return null;
}

function* unblock(host: Host, { payload, resource }: IqRequest): Task<IqAnswer> {
  invariant(host instanceof Kernel, 'privacy lists belong to the core');
  if (resource === undefined) return new StanzaError('forbidden');
  const jids = itemsOf(payload);
  if (jids instanceof StanzaError) return jids;
  const { privacy, name, list } = stateOf(host, resource);
  const blocked = blockListOf(privacy);
  const gone = jids.length === 0 ? blocked : jids.filter((jid) => blocked.includes(jid));
  if (gone.length > 0) {
    yield* keepPrivacy(host, resource.account, withList(privacy, name, withBlocks(list, [], gone)), { by: 'blocking', list: name, isUnblockingAll: jids.length === 0 });
  }
  return null;
}

/** The default list, or the one that is to become it (§4). */
function stateOf(kernel: Kernel, { account: { privacy = noPrivacy } }: Resource): { readonly limits: Kernel['config']['privacy']; readonly privacy: Privacy; readonly name: string; readonly list: ReturnType<typeof withBlocks> } {
  const name = privacy.default ?? nameFor(privacy);
  return { limits: kernel.config.privacy, privacy, name, list: privacy.lists.get(name) ?? [] };
}

/** A list of the user's own that happens to have the name is not put in force with a block. */
function nameFor({ lists }: Privacy): string {
  let name = DEFAULT_NAME;
  for (let number = 2; lists.has(name); number += 1) name = `${DEFAULT_NAME}-${number}`;
  return name;
}

/** The JIDs of the items, prepared. */
function itemsOf(payload: Element): readonly string[] | StanzaError {
  const jids: string[] = [];
  for (const { name, attrs } of childElements(payload)) {
    if (name !== 'item' || attrs.xmlns !== undefined || attrs.jid === undefined) return new StanzaError('bad-request');
    const jid = parseJid(attrs.jid);
    if (jid === undefined) return new StanzaError('jid-malformed');
    jids.push(jid.full ?? jid.bare);
  }
  return jids;
}
