/** What is kept of a persistent room, and how it comes back. Spec: XEP-0045 §4.2. Occupants and history are not kept. @module */
import { stepRoom } from '../../../machines/room.ts';
import { parseJid } from '../jid.ts';
import type { RoomListing, RoomRecord } from '../store.ts';
import { optionsOf, restored } from './configuration-form.ts';
import { record } from './members.ts';
import { Room } from './room.ts';
import type { Surroundings } from './room.ts';

/** What the store is to keep. */
export function recordOf(room: Room): RoomRecord {
  const { jid, creator, configuration, subject } = room;
  return {
    room: jid.bare, creator, options: optionsOf(configuration),
    affiliations: [...room.affiliations].map(([user, affiliated]) => ({ jid: user, ...affiliated })),
    ...(subject === undefined ? {} : { subject }),
  };
}

/** What a list of rooms says of it. */
export function listingOf({ jid, creator, configuration: { name, isPublic } }: Room): RoomListing {
  return { room: jid.bare, creator, name, isPublic };
}

/** The room as it was kept, and nobody in it; undefined for an address that is none. */
export function restoreRoom(kept: RoomRecord, surroundings: Surroundings): Room | undefined {
  const jid = parseJid(kept.room);
  if (jid === undefined) return undefined;
  const room = new Room(jid, kept.creator, surroundings);
  room.configuration = restored(room.configuration, kept.options, surroundings.limits);
  for (const { jid: user, ...affiliated } of kept.affiliations) record(room, user, affiliated);
  room.subject = kept.subject;
  room.state = stepRoom(room.state, { type: 'configuration.submitted', persistent: true, occupied: false }).state;
  return room;
}
