/** No ghosts in rooms, and nobody forgotten: at rest all occupants of a room agree who they are. Spec: XEP-0045 §7.2.3, §7.14. Seen
 *  by the clients, through all the bytes that they were sent. @module */
import type { Client } from '../client.ts';
import type { Observer, Rest, WatchAll } from '../observer.ts';

export const occupants: Observer = {
  name: 'the occupants of a room are those who believe to be in it',
  statement: 'Once the world is healed, and all have entered all rooms again and have said something there, and when some of them have left after that, each occupant of a room sees there exactly those who believe to be there, by their nicks.',
  exempt: 'none',
  spec: ['XEP-0045 §7.2.2', 'XEP-0045 §7.14'],
  watchAll: () => new OccupantsWatch(),
};

class OccupantsWatch implements WatchAll {
  premises = 0;

  rested(when: Rest['when'], everyone: readonly Client[]): string | undefined {
    if (when === 'alone') return undefined;
    const online = everyone.filter(({ session }) => session !== undefined);
    for (const room of new Set(online.flatMap(({ view }) => [...view.rooms.keys()]))) {
      const there = online.filter(({ view }) => view.rooms.get(room)?.nick !== undefined);
      const nicks = [...new Set(there.map(({ view }) => view.rooms.get(room)?.nick))].sort().join(', ');
      for (const { jid, view } of there) {
        this.premises += 1;
        const seen = [...(view.rooms.get(room)?.occupants ?? [])].sort().join(', ');
        if (seen !== nicks) return `${jid} sees [${seen}] in ${room}, and [${nicks}] believe to be there`;
      }
    }
    return undefined;
  }
}
