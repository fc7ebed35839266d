/** What can be known of one server from outside: which streams are bound to which full JID, what each
 *  resource has last been heard to say of itself, who is told directly, what is asked of the store. It
 *  is gathered from the inputs and effects alone; the core's own state is never looked at. @module */
import { parse } from 'ltx';
import type { Element } from 'ltx';
import type { BareJid } from '../../machines/vocabulary.ts';
import type { Effect } from '../../src/core/effect.ts';
import { NS } from '../../src/core/namespaces.ts';
import type { RosterRecord, StoreReply, StoreRequest } from '../../src/core/store.ts';
import type { Contents } from '../world/contents.ts';
import type { Line } from './line.ts';
import type { Step } from './step.ts';

/** A stream, from outside. */
export interface Known {
  readonly stream: string;
  /** The other end is another server, or says so. */
  isPeer: boolean;
  /** Another server that has proved who it is, or been found to be it (RFC 6120 §4.3.5). */
  isTrusted: boolean;
  /** The full JID, once a resource is bound. */
  jid: string | undefined;
  /** The step in which it was bound. */
  boundAt: number;
  /** What the client has last heard of itself. */
  own: 'silent' | 'available' | 'optedOut' | 'unavailable';
  /** Since which step it can be said for sure that messages to the bare JID may come here. */
  eligibleAt: number;
  /** It has opted out at some time. */
  hadOptedOut: boolean;
  /** Something was given to the core that ends it, or it is closed; when the core acts on it can't be
   *  known, since it may wait behind the store. */
  isEnding: boolean;
  /** The transport is dead, and the core was told so. */
  isLost: boolean;
  /** The server has sent its closing tag. */
  isClosed: boolean;
  /** Nothing comes from it or goes to it any more. */
  isGone: boolean;
}

/** A first-level element that was put out. */
export interface Sent {
  readonly to: Known;
  readonly element: Element;
  /** It is what a resource hears of its own presence (RFC 6121 §4.2.2). */
  readonly isOwn: boolean;
}

/** One step, with what it means. */
export interface Seen extends Step {
  /** In their order, by the effect that they are. */
  readonly sent: ReadonlyMap<Effect, Sent>;
  /** The request to the store that is answered by this step; no reply when it has failed. */
  readonly settled: { readonly request: StoreRequest; readonly reply: StoreReply | undefined } | undefined;
}

/** Which server is meant, and what is known of the others. */
export interface Site {
  readonly domain: string;
  readonly contents: Contents;
  /** What is known of the server of an address; undefined when it is none of this world. */
  readonly of: (jid: string) => Knowledge | undefined;
  /** The line that a stream goes over at the moment. */
  readonly lineOf: (stream: string) => Line | undefined;
}

/** All that is known of one server. */
export class Knowledge {
  readonly domain: string;
  readonly of: Site['of'];
  readonly lineOf: Site['lineOf'];
  readonly contents: Contents;
  /** The step in which a link between servers last came up or went down: around it, something may have been lost. */
  lossAt = 0;
  streams = new Map<string, Known>();
  /** By account: the streams that are bound and not closed. */
  #bound = new Map<string, Set<Known>>();
  /** What the store was asked for and has not answered. */
  requests = new Map<number, StoreRequest>();
  /** By full JID and address: what a session has last told that address directly. */
  #directed = new Map<string, Map<string, 'available' | 'unavailable'>>();
  /** Full JIDs that were bound anew in the last step; what the session before owed was put out before. */
  #rebound: string[] = [];

  constructor({ contents, domain, of, lineOf }: Site) {
    this.contents = contents;
    this.domain = domain;
    this.of = of;
    this.lineOf = lineOf;
  }

  /** Whether an address belongs to this server. */
  isHome(jid: string): boolean {
    return domainOf(jid) === this.domain;
  }

  /** Takes in a step, and says what it means. */
  see(step: Step): Seen {
    const { input } = step;
    for (const jid of this.#rebound) this.#directed.delete(jid);
    this.#rebound = [];
    const known = 'stream' in input && input.stream !== undefined ? this.#knownOf(input.stream) : undefined;
    if (known !== undefined && input.type === 'stream.opened' && input.peer === 'server') known.isPeer = true;
    if (known !== undefined && (input.type === 'stream.ended' || input.type === 'stream.broken' || input.type === 'stream.lost')) {
      known.isEnding = true;
      known.isLost ||= input.type === 'stream.lost';
    }
    if (input.type === 'stream.element') this.#noteDirected(known, input.element);
    if (known?.isPeer === true && (input.type === 'connect.failed' || input.type === 'stream.lost')) this.lossAt = step.number;
    const settled = this.#settle(step);
    const sent = new Map<Effect, Sent>();
    for (const effect of step.effects) this.#take(step.number, effect, sent);
    if (known?.isLost === true) this.#remove(known);
    return { ...step, sent, settled };
  }

  /** The server has crashed: no stream is left, and no request. */
  crash(): void {
    this.streams = new Map();
    this.#bound = new Map();
    this.#directed = new Map();
    this.#rebound = [];
    this.requests = new Map();
  }

  /** The streams bound to an account, the ending ones included. */
  streamsOf(account: string): Iterable<Known> {
    return this.#bound.get(account) ?? [];
  }

  /** Whether messages to the bare JID could go to a resource of the account throughout a step. */
  isEligible(account: string, step: number): boolean {
    return [...this.streamsOf(account)].some(({ isEnding, own, eligibleAt }) => !isEnding && own !== 'optedOut' && eligibleAt < step);
  }

  /** Whether a full JID was connected throughout a step. */
  isConnected(jid: string, step: number): boolean {
    return [...this.streamsOf(bareOf(jid))].some((known) => known.jid === jid && !known.isEnding && known.boundAt < step);
  }

  /** Whether a contact may know of a user's presence; while a roster is being written, either is right. */
  isAuthorised(user: string, contact: string): boolean {
    const shows = ({ jid, subscription }: RosterRecord): boolean => jid === contact && (subscription.startsWith('from') || subscription === 'both');
    if (this.contents.roster(user as BareJid).some(shows)) return true;
    return [...this.requests.values()].some((request) => request.op === 'roster.write' && request.account === user && shows(request.record));
  }

  /** What a resource has told a client directly in this session, at its bare or its full JID. */
  directed(from: string, to: string): 'available' | 'unavailable' | undefined {
    const told = [to, bareOf(to)].map((address) => this.#directed.get(from)?.get(address));
    return told.includes('available') ? 'available' : told[0] ?? told[1];
  }

  /** Whether a resource has told a user directly in this session, at any address. */
  hasTold(from: string, user: string): boolean {
    return [...(this.#directed.get(from)?.keys() ?? [])].some((address) => bareOf(address) === user);
  }

  #knownOf(stream: string): Known {
    let known = this.streams.get(stream);
    if (known === undefined) {
      known = { stream, isPeer: false, isTrusted: false, jid: undefined, boundAt: 0, own: 'silent', eligibleAt: 0, hadOptedOut: false, isEnding: false, isLost: false, isClosed: false, isGone: false };
      this.streams.set(stream, known);
    }
    return known;
  }

  #noteDirected(known: Known | undefined, { name, attrs: { to, type } }: Element): void {
    if (known?.jid === undefined || known.isClosed || name !== 'presence' || to === undefined || (type !== undefined && type !== 'unavailable')) return;
    const told = this.#directed.get(known.jid) ?? new Map<string, 'available' | 'unavailable'>();
    told.set(to, type ?? 'available');
    this.#directed.set(known.jid, told);
  }

  #settle({ input }: Step): Seen['settled'] {
    if (input.type !== 'store.replied' && input.type !== 'store.failed') return undefined;
    const request = this.requests.get(input.request);
    this.requests.delete(input.request);
    return request && { request, reply: input.type === 'store.replied' ? input.reply : undefined };
  }

  #take(step: number, effect: Effect, sent: Map<Effect, Sent>): void {
    if ((effect.type === 'connect' || effect.type === 'trust' || effect.type === 'close') && (effect.type === 'connect' || this.#knownOf(effect.stream).isPeer)) this.lossAt = step;
    if (effect.type === 'connect') this.#knownOf(effect.stream).isPeer = true;
    else if (effect.type === 'trust') this.#knownOf(effect.stream).isTrusted = true;
    else if (effect.type === 'store') this.requests.set(effect.request, effect.operation);
    else if (effect.type === 'close' || effect.type === 'disconnect') {
      const known = this.#knownOf(effect.stream);
      known.isEnding = true;
      known.isClosed = true;
      if (effect.type === 'disconnect') known.isGone = true;
      this.#remove(known);
    } else if (effect.type === 'send') {
      const element = elementOf(effect.xml);
      const known = this.#knownOf(effect.stream);
      const isOwn = element.name === 'presence' && known.jid !== undefined && element.attrs.from === known.jid && element.attrs.to === bareOf(known.jid);
      if (isOwn) noteOwn(known, element, step);
      else if (known.jid === undefined && !known.isPeer && element.name === 'iq') this.#bind(known, element, step);
      sent.set(effect, { to: known, element, isOwn });
    }
  }

  #bind(known: Known, iq: Element, step: number): void {
    const jid = iq.attrs.type === 'result' ? iq.getChild('bind', NS.bind)?.getChildText('jid') : undefined;
    if (jid === undefined || jid === null) return;
    known.jid = jid;
    known.boundAt = step;
    known.eligibleAt = step;
    this.#rebound.push(jid);
    const bound = this.#bound.get(bareOf(jid)) ?? new Set();
    bound.add(known);
    this.#bound.set(bareOf(jid), bound);
  }

  /** A stream that is lost may yet be held up by the store; it stays among the bound ones until it is not. */
  #remove(known: Known): void {
    if (known.isLost && known.jid === undefined) known.isGone = true;
    if (known.isClosed && known.jid !== undefined) this.#bound.get(bareOf(known.jid))?.delete(known);
  }
}

function noteOwn(known: Known, presence: Element, step: number): void {
  const isOptedOut = presence.attrs.type === undefined && Number(presence.getChildText('priority') ?? 0) < 0;
  if (known.own === 'optedOut' && !isOptedOut) known.eligibleAt = step;
  known.own = presence.attrs.type === 'unavailable' ? 'unavailable' : isOptedOut ? 'optedOut' : 'available';
  known.hadOptedOut ||= isOptedOut;
}

/** The account of a full JID. */
export function bareOf(jid: string): string {
  const slash = jid.indexOf('/');
  return slash < 0 ? jid : jid.slice(0, slash);
}

/** The domain of an address. */
export function domainOf(jid: string): string {
  const bare = bareOf(jid);
  return bare.slice(bare.indexOf('@') + 1);
}

/** What was put out; a stream's header declares the prefix that only the server's own elements have. */
function elementOf(xml: string): Element {
  return parse(xml.startsWith('<stream:') ? xml.replace(/^<(stream:\w+)/, `<$1 xmlns:stream="${NS.streams}"`) : xml);
}
