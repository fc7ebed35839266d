/** Who is connected: streams, the connected resources that they have bound, and the accounts that
 *  these belong to. Data, and what a delivery decision may know of a route. Not here: what happens to
 *  them (the other modules of the core); what an account has stored (store.ts). @module */
import type { Element } from 'ltx';
import type { stepDirectedPresence } from '../../machines/directed-presence.ts';
import type { stepIq } from '../../machines/iq.ts';
import { stepPresence } from '../../machines/presence.ts';
import { stepRoster } from '../../machines/roster.ts';
import { stepRoute } from '../../machines/route.ts';
import { stepSession } from '../../machines/session.ts';
import { stepStream } from '../../machines/stream.ts';
import type { BareJid, FullJid } from '../../machines/vocabulary.ts';
import type { Eligibility } from '../../machines/whether.ts';
import type { PresenceView } from '../../machines/which.ts';
import type { Channel, Input, StreamId } from './input.ts';
import type { Privacy } from './privacy/document.ts';
import type { RosterRecord } from './store.ts';
import { OUR_VERSION } from './stream-version.ts';

/** Inputs of one stream that are processed in order, each after the one before it is done with. */
export type Queued = Extract<Input, { type: 'stream.element' | 'stream.ended' | 'stream.broken' | 'stream.lost' }>;

/** One client's stream: its channel, its machine's state, and what waits to be processed (RFC 6120 §4). */
export class Stream {
  readonly id: StreamId;
  readonly origin: string;
  channel: Channel;
  state = stepStream.initial;
  /** Where the machine is, for a quick look (it is the same as `state.value`). */
  isBound = false;
  /** The server's header has been sent since the stream began, or began anew. */
  isOpen = false;
  /** Once SASL has succeeded. */
  account: BareJid | undefined;
  /** Once a resource is bound. */
  resource: Resource | undefined;
  /** The last request to bind, to be answered. */
  bindRequest: Element | undefined;
  /** The language of the peer's header (RFC 6120 §4.7.4). */
  lang: string | undefined;
  peer: string | undefined;
  /** What the version in the peer's header is answered with (RFC 6120 §4.7.5). */
  version: string | undefined = OUR_VERSION;
  /** Unpredictable characters, of the connection and then of the last header. */
  entropy: string;
  /** Something of this stream waits for the store, or for SASL. */
  isBusy = false;
  /** The queue is being worked off. */
  isProceeding = false;
  /** What waits is nothing but messages on their way to the store; others may follow them there. */
  isStoring = false;
  /** Stanzas of this stream that wait for the store. */
  tasks = 0;
  isPaused = false;
  queue: Queued[] = [];

  constructor(id: StreamId, channel: Channel, { origin = '', entropy = '' }: { readonly origin?: string; readonly entropy?: string }) {
    this.id = id;
    this.origin = origin;
    this.entropy = entropy;
    this.channel = channel;
  }
}

/** A roster in memory; the store has the same. */
export interface Roster {
  version: number;
  readonly records: Map<BareJid, RosterRecord>;
  /** By contact, while it is being written: what is written last, and what the store has until then. */
  readonly writing: Map<BareJid, { record: RosterRecord; written: RosterRecord | undefined }>;
  /** Contacts that are approved, and hear nothing yet: that waits until it is written and they have been told
   *  (RFC 6121 §3.1.5). With the record that approves them. */
  readonly unshown: Map<BareJid, RosterRecord>;
}

/** A stanza for one resource, behind what is stored. */
export interface HeldStanza {
  readonly resource: Resource;
  readonly length: number;
  readonly xml: string;
  /** Told whether it was sent, once its turn has come. */
  readonly done: ((isSent: boolean) => void) | undefined;
}

/** A message that is decided about when its turn comes. */
export interface HeldMessage {
  /** A full JID, as it stands in `from`. */
  readonly sender: string;
  readonly length: number;
  /** Decides, and delivers it; holds it back anew if it must go on waiting. */
  readonly decide: () => void;
}

/** What is held back for an account (RFC 6120 §10.1). */
export interface Backlog {
  /** In the order in which they came. */
  entries: (HeldMessage | HeldStanza)[];
  length: number;
  /** Of the messages among them. */
  senders: Set<string>;
  isResuming: boolean;
  /** Something has changed since it was last gone through. */
  isStale: boolean;
}

/** An account while somebody needs it. */
export class Account {
  readonly jid: BareJid;
  /** By resourcepart; draining ones included, closed ones not. */
  readonly resources = new Map<string, Resource>();
  /** Whether the store knows it; undefined until the store has been asked. False for the account of
   *  an anonymous user, of which nothing is kept (XEP-0175). */
  exists: boolean | undefined;
  /** Grows with each message that the store may have kept for it; 0 when it never had any. */
  kept = 0;
  /** Up to which of these the store has none any more. */
  forgotten = 0;
  /** Absent when there are no privacy lists: then nothing is asked of them. The roster is at hand where they are. */
  privacy: Privacy | undefined;
  /** Absent until the roster is needed. */
  roster: Roster | undefined;
  /** What waits for what is stored; absent when nothing does. */
  backlog: Backlog | undefined;
  /** Tasks that are at work on the account. */
  users = 0;

  constructor(jid: BareJid) {
    this.jid = jid;
  }

  /** The resources that are available to others (RFC 6121 §4.2). */
  *shown(): Generator<Resource> {
    for (const resource of this.resources.values()) if (resource.isShown) yield resource;
  }

  /** The resources that hear presence which is sent to the bare JID. */
  *listening(): Generator<Resource> {
    for (const resource of this.resources.values()) if (resource.hearsPresence) yield resource;
  }
}

/** A resource from resource binding until its route has closed (RFC 6120 §7.1, DESIGN D1). */
export class Resource implements Eligibility, PresenceView {
  readonly jid: FullJid;
  readonly account: Account;
  readonly stream: Stream;
  /** Tells this binding of the full JID from an earlier one (DESIGN D1). */
  readonly generation: number;
  session = stepSession.initial;
  presence = stepPresence.initial;
  roster = stepRoster.initial;
  route = stepRoute.initial;
  /** What the server has asked the client, by the request's `id`. */
  readonly requests = new Map<string, typeof stepIq.initial>();
  #lastRequest = 0;
  /** What was told to whom by directed presence, by the address that was told. */
  directed: Map<string, typeof stepDirectedPresence.initial> | undefined;
  /** While what is stored goes out on this route: whether the store is asked for it, or a part of it has been
   *  sent and is to leave the process. What comes after is held back. */
  flush: 'reading' | 'leaving' | undefined;
  /** The number of the last stored message that was sent here. */
  seen = 0;
  /** What `kept` of the account was when all that was stored had been sent here. */
  upTo = 0;
  /** The last presence without `to`, `from` stamped: what is shown of the resource. Undefined while it is not
   *  available, and while it is in invisible mode (XEP-0186). */
  lastPresence: Element | undefined;
  /** The name of the privacy list that the session has made active (XEP-0016 §2.2). */
  activeList: string | undefined;
  /** The session has asked for privacy lists, or for the block list: it is told of every change (XEP-0191 §3.3). */
  knowsLists = false;
  knowsBlocked = false;

  constructor(jid: FullJid, account: Account, stream: Stream, generation: number) {
    this.jid = jid;
    this.account = account;
    this.stream = stream;
    this.generation = generation;
  }

  /** An `id` for a request of the server, unique within the stream as RFC 6120 §8.1.3 asks. It counts nothing
   *  else: a stranger must not learn from it who else connects (RFC 6121 §11). */
  nextRequestId(): string {
    this.#lastRequest += 1;
    return `server-${this.#lastRequest}`;
  }

  get isDraining(): boolean {
    return this.route.value === 'draining' || this.route.value === 'closed';
  }

  /** It has said that it is available, to whomever. */
  get isAvailable(): boolean {
    const { value } = this.presence;
    return value === 'available' || value === 'availableNegative' || value === 'invisible' || value === 'invisibleNegative';
  }

  /** It hears presence that is sent to the bare JID: one in invisible mode also before it has sent any
   *  (RFC 6121 §8.5.2.1.2, XEP-0186 §3.1.1). */
  get hearsPresence(): boolean {
    return this.isAvailable || this.presence.value === 'hidden';
  }

  /** Whether it is available to others than itself. */
  get isShown(): boolean {
    return this.lastPresence !== undefined;
  }

  get hasOptedOut(): boolean {
    return this.presence.value === 'availableNegative' || this.presence.value === 'invisibleNegative';
  }

  get isInterested(): boolean {
    return this.roster.value !== 'connected';
  }

  get priority(): number {
    return this.presence.context.priority;
  }
}
