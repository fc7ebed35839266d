/** A programme for two servers: what a few clients of both do, and what may go wrong between them. Not here: the orders
 *  (../schedules/schedules.ts), the programmes themselves (programmes.ts). @module */
import type { Client, Deed, Programme } from '../schedules/programme.ts';

/** Which timers may run out while something else is still to happen. All that run are run out at the end. */
export type Deadline = 'drain' | 'link';

/** A small concurrent programme of two servers, `verona.test` and `mantua.test`, or of the first of them alone. */
export interface FederatedProgramme extends Programme {
  /** The domain that has a server of rooms; none has by default. */
  readonly rooms?: 'rooms.verona.test' | 'rooms.mantua.test';
  /** Whether the rooms are those of this project, or the model of room.ts, which answers when its turn comes. */
  readonly roomsAre?: 'model' | 'real';
  /** At some moment the model of the rooms says nothing any more. */
  readonly mayFallSilent?: true;
  /** This server stops at some moment (RFC 6120 §4.9.3.20). */
  readonly mayStop?: 'verona.test' | 'mantua.test';
  /** One line may break, and what is on its way over it is lost. */
  readonly mayCut?: true;
  /** The first attempt to connect may fail. */
  readonly mayRefuse?: true;
  /** The deadline of a drain, or of a link, may come at any moment while it runs. */
  readonly mayExpire?: Deadline;
  /** The store answers at once. */
  readonly isStoreQuick?: true;
  /** No certificate is trusted: servers prove themselves by dialback (XEP-0220). */
  readonly isUncertified?: true;
}

/** The name of a server that a JID belongs to. */
export const siteOf = (jid: string): string => jid.slice(jid.indexOf('@') + 1).split('/')[0] ?? '';

/** All deeds, those in one write one by one. */
export function* deedsOf(deed: Deed): Generator<Deed> {
  if (deed.do === 'together') for (const each of deed.deeds) yield* deedsOf(each);
  else yield deed;
}

/** The same programme with the rooms of this project. */
export const withRealRooms = (programme: FederatedProgramme, pinned: Programme['pinned']): FederatedProgramme =>
  ({ ...programme, name: `${programme.name}, in a room of ours`, roomsAre: 'real', pinned });

/** Clients that do the same things before. */
export const before = (...clients: readonly (readonly [jid: string, ...does: Deed[]])[]): Client[] => clients.map(([jid, ...does]) => ({ jid, does }));
