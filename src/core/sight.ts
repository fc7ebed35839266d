/** What decides whether one sees another online, as facts, read from what is in memory: nothing is loaded for it, and what
 *  is not there is not known. Spec: RFC 6121 §4. Not here: the presence itself (presence.ts), what the facts mean to
 *  whoever asks (src/inspector/sight.ts). @module */
import type { SubscriptionState } from '../../machines/vocabulary.ts';
import { parseJid } from './jid.ts';
import type { Jid } from './jid.ts';
import type { Kernel } from './kernel.ts';
import type { Place } from './place.ts';
import { denialOf } from './privacy/filter.ts';
import { isBlock } from './privacy/list.ts';
import type { PrivacyKind } from './privacy/list.ts';
import type { Account, Resource } from './resources.ts';
import { isLocal, mayFederate } from './routing.ts';

/** The item of a privacy list that denies something. */
export interface Denial {
  /** It is one of the block list (XEP-0191). */
  readonly isBlock: boolean;
  readonly order: number;
}

/** One connected resource, towards the other side. */
export interface ResourceInSight {
  readonly jid: string;
  readonly route: string;
  /** The state of its presence. */
  readonly presence: string;
  readonly priority: number;
  /** It is available to others. */
  readonly isShown: boolean;
  /** It hears presence that is sent to its bare JID. */
  readonly hearsPresence: boolean;
  /** What is stored goes out to it, and presence waits behind that. */
  readonly isHeldBack: boolean;
  /** What stops its broadcasts on their way to the other side. */
  readonly deniedOut: Denial | undefined;
  /** What stops presence that comes from there, by the address it comes from. */
  readonly deniedIn: Readonly<Record<string, Denial>>;
  /** What it has told the other side by directed presence: addresses that were told, and those from which it withdrew. */
  readonly told: readonly string[];
  readonly withdrawn: readonly string[];
}

/** One side. */
export interface Party {
  /** As it was asked for. */
  readonly jid: string;
  readonly bare: string;
  /** Whose it is: an account of this server, a service beside the accounts, another server, or one that is not spoken with. */
  readonly home: 'here' | 'service' | 'elsewhere' | 'nowhere';
  /** Undefined where nobody has asked the store. */
  readonly exists: boolean | undefined;
  /** What its roster says of the other side; undefined where it is not in memory. */
  readonly subscription: SubscriptionState | undefined;
  /** The other side is approved, and is shown nothing before that is written and told. */
  readonly isUnshown: boolean;
  /** Those that are connected; where a full JID was asked for, that one. */
  readonly resources: readonly ResourceInSight[];
}

/** All that decides. */
export interface Sight {
  readonly watcher: Party;
  readonly contact: Party;
  /** The link that carries presence or its probe, where one of the two is elsewhere and there is one at the moment. */
  readonly link: Place | undefined;
}

/** The facts about two addresses; undefined where one is no address. */
export function sightOf(kernel: Kernel, watcher: string, contact: string, links: () => Iterable<Place>): Sight | undefined {
  const one = parseJid(watcher);
  const other = parseJid(contact);
  if (one === undefined || other === undefined) return undefined;
  const parties = { watcher: partyOf(kernel, one, other), contact: partyOf(kernel, other, one) };
  const away = parties.watcher.home === 'elsewhere' ? one : parties.contact.home === 'elsewhere' ? other : undefined;
  const name = `${kernel.config.domain} ${away?.domain ?? ''}`;
  return { ...parties, link: away === undefined ? undefined : [...links()].find(({ machine, of }) => machine === 'link' && of === name) };
}

function partyOf(kernel: Kernel, jid: Jid, other: Jid): Party {
  const home = homeOf(kernel, jid);
  const account = home === 'here' ? kernel.accounts.get(jid.bare) : undefined;
  const connected = [...(account?.resources.values() ?? [])].filter((resource) => jid.full === undefined || resource.jid === jid.full);
  return {
    jid: jid.full ?? jid.bare, bare: jid.bare, home,
    exists: account?.exists,
    subscription: subscriptionIn(account, other),
    isUnshown: account?.roster?.unshown.has(other.bare) === true,
    resources: connected.map((resource) => inSight(kernel, resource, other)),
  };
}

function homeOf(kernel: Kernel, jid: Jid): Party['home'] {
  if (isLocal(kernel, jid)) return jid.local === undefined ? 'service' : 'here';
  if (kernel.services.has(jid.domain)) return 'service';
  return mayFederate(kernel.config.federation, jid.domain) ? 'elsewhere' : 'nowhere';
}

function subscriptionIn(account: Account | undefined, { bare }: Jid): SubscriptionState | undefined {
  return account?.roster === undefined ? undefined : account.roster.records.get(bare)?.subscription ?? 'none';
}

function inSight(kernel: Kernel, resource: Resource, other: Jid): ResourceInSight {
  const directed = [...(resource.directed ?? [])].filter(([peer]) => parseJid(peer)?.bare === other.bare);
  const denied = (kind: PrivacyKind, peer: Jid): Denial | undefined => {
    const item = denialOf(kernel, resource, kind, peer);
    return item === undefined ? undefined : { isBlock: isBlock(item), order: item.order };
  };
  const { local, domain, bare } = other;
  const senders = [other, ...[...(kernel.accounts.get(bare)?.resources.values() ?? [])].flatMap(({ jid }) => parseJid(jid) ?? [])];
  return {
    jid: resource.jid,
    route: String(resource.route.value),
    presence: String(resource.presence.value),
    priority: resource.priority,
    isShown: resource.isShown,
    hearsPresence: resource.hearsPresence,
    isHeldBack: resource.flush !== undefined,
    deniedOut: denied('presence-out', { local, domain, bare, resource: undefined, full: undefined }),
    deniedIn: Object.fromEntries(senders.flatMap((sender) => {
      const denial = denied('presence-in', sender);
      return denial === undefined ? [] : [[sender.full ?? sender.bare, denial]];
    })),
    told: directed.filter(([, { value }]) => value === 'told').map(([peer]) => peer),
    withdrawn: directed.filter(([, { value }]) => value === 'withdrawn').map(([peer]) => peer),
  };
}
