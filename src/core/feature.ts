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
  /** Answers an iq that comes before authentication; undefined when it is none of its own.
   *  @param origin where the peer comes from */
  beforeAuthentication?(host: Host, iq: Element, origin: string): Task<IqAnswer> | undefined;
}
