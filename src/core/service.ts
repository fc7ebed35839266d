/** Whoever answers for a domain of this server that has no accounts: rooms, a component.
 *  Not here: how a stanza gets there (routing.ts). @module */
import type { Element } from 'ltx';
import type { Jid } from './jid.ts';
import type { Place } from './place.ts';

/** A domain that is served beside the accounts'. */
export interface Service {
  readonly domain: string;
  /** How service discovery lists it (XEP-0030 §4); not at all when left out. */
  readonly name?: string;
  /** Takes a stanza, and owns the element from now on.
   *  @param stanza stamped with `from`, which its sender may use, and with `to`
   *  @param to an address of the domain */
  receive(stanza: Element, from: Jid, to: Jid): void;
  /** Where its machines stand, for whoever begins to watch.
   *  @param most so many of each that it has of one room and no more */
  places?(most: number): Iterable<Place>;
  /** The server is about to stop. */
  stop?(): void;
}
