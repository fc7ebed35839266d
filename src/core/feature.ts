/** What an extension is to the core: one file under `features/` that can be left out.
 *  Not here: the extensions themselves; rosters, presence and delivery, without which there is no
 *  server. @module */
import type { Element } from 'ltx';
import type { BareJid } from '../../machines/vocabulary.ts';
import type { CoreConfig } from './config.ts';
import type { Jid } from './jid.ts';
import type { StanzaError } from './stanza-error.ts';
import type { Task } from './task.ts';
import type { Resource } from './resources.ts';
import type { Service } from './service.ts';

/** A request that the server answers itself, or on behalf of an account (RFC 6121 §8.5.2.1.3). */
export interface IqRequest {
  readonly type: 'get' | 'set';
  readonly payload: Element;
  /** Who asks. */
  readonly from: Jid;
  /** The resource that asks; undefined for somebody of another server, a room or a component. */
  readonly resource: Resource | undefined;
  /** The account that is asked; undefined for the server itself. */
  readonly account: BareJid | undefined;
}

/** What the core gives an extension. */
export interface Host {
  readonly config: CoreConfig;
  readonly features: readonly Feature[];
  /** Who answers for the domains of this server that have no accounts. */
  readonly services: ReadonlyMap<string, Service>;
  /** The time of the input at hand, in milliseconds since the epoch. */
  readonly at: number;
  /** Ends all sessions of an account that is no more. */
  expel(account: BareJid): void;
  /** Sends a stanza of the extension's own: `from` is an address of this server, the domain itself unless given. Other extensions
   *  are not asked about it.
   *  @throws InvariantViolation when an address is malformed or `from` is somebody else's */
  submit(stanza: Element): void;
}

/** The payload of a result, null for an empty one, or an error. */
export type IqAnswer = Element | null | StanzaError;

/** Answers requests with one payload. */
export interface IqHandler {
  readonly name: string;
  readonly xmlns: string;
  readonly types: readonly ('get' | 'set')[];
  /** `server`: to the domainpart; `own`: to the asker's own account; `contact`: to somebody else's. */
  readonly to: readonly ('server' | 'own' | 'contact')[];
  /** Answers at once, or when the store has replied. */
  answer(host: Host, request: IqRequest): IqAnswer | Task<IqAnswer>;
  /** What is to be done once the answer is sent. */
  afterwards?(host: Host, request: IqRequest, answer: IqAnswer): void;
}

/** A message or presence that enters the server, from one of its clients, another server or a component. */
export interface EnteringStanza {
  /** As it came, with `from`, and for a client's with the language of its stream (RFC 6120 §8.1.5). */
  readonly stanza: Element;
  /** Who has sent it; that is certain. */
  readonly from: Jid;
  /** Whom it is for; undefined for presence that is for whoever may see it (RFC 6121 §4.2.1). */
  readonly to: Jid | undefined;
  /** The client that has sent it; undefined for somebody elsewhere. */
  readonly resource: Resource | undefined;
}

/** What is to become of a stanza: `undefined`, it goes on; an element, that goes on in its place, under the same addresses; an
 *  error, its sender is told; `null`, the extension has taken it, and nobody else gets it. */
export type StanzaVerdict = Element | StanzaError | null | undefined;

/** An extension. */
export interface Feature {
  /** The file's name. */
  readonly name: string;
  /** What disco#info on the server says of it (XEP-0030). */
  readonly serverFeatures?: readonly string[];
  /** What disco#info on an account says of it. */
  readonly accountFeatures?: readonly string[];
  /** Stream features: before authentication, and before binding (RFC 6120 §4.3.2). */
  readonly streamFeatures?: { readonly unauthenticated?: string; readonly authenticated?: string };
  readonly iq?: readonly IqHandler[];
  /** Asked about each message and presence once, when it enters the server and after its sender's privacy lists; unavailable presence
   *  goes on unasked. When it needs the store, what its sender has sent next waits behind it (RFC 6120 §10.1). */
  stanza?(host: Host, entering: EnteringStanza): StanzaVerdict | Task<StanzaVerdict>;
  /** Makes what answers for a domain of the extension's own, such as `echo.capulet.lit`. */
  service?(host: Host): Service;
  /** Answers an iq that comes before authentication; undefined when it is none of its own.
   *  @param origin where the peer comes from */
  beforeAuthentication?(host: Host, iq: Element, origin: string): Task<IqAnswer> | undefined;
}
