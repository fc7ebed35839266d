/** The life of a room as a whole: advances it by an event, and carries out what its machine orders. Spec: XEP-0045
 *  §10.1, §10.9. Not here: the machine (machines/room.ts), the store (service.ts). @module */
import { Element } from 'ltx';
import { stepRoom } from '../../../machines/room.ts';
import type { RoomEvent } from '../../../machines/room.ts';
import { advanceOccupant } from './occupants.ts';
import type { Room, Sent } from './room.ts';

/** Advances a room by one event and carries out what follows.
 *  @param destroy what its occupants are told, should it end (XEP-0045 §10.9) */
export function advanceRoom(room: Room, event: RoomEvent, destroy: Element = new Element('destroy')): readonly Sent[] {
  const { state, effects } = room.surroundings.transit('room', room.jid.bare, stepRoom, room.state, event);
  room.state = state;
  const sent: Sent[] = [];
  for (const { type } of effects) {
    switch (type) {
      case 'keepRoom':
        room.unkept = 'write';
        break;
      case 'forgetRoom':
        room.unkept = 'remove';
        break;
      case 'expelOccupants':
        for (const occupant of [...room.occupants.values()]) sent.push(...advanceOccupant(room, occupant, { type: 'room.destroyed' }, { destroy }));
        break;
    }
  }
  return sent;
}

/** What is kept of the room has changed: an affiliation, a registered nick, the subject. */
export function noteChange(room: Room): void {
  advanceRoom(room, { type: 'record.changed' });
}

/** A room that everybody has left is at its end, unless it is persistent (XEP-0045 §7.14). */
export function endIfEmpty(room: Room): void {
  if (room.occupants.size === 0 && !room.isDestroyed) advanceRoom(room, { type: 'room.emptied' });
}
