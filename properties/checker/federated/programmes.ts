/** The programmes of two servers whose every schedule is played: small, and each about one race. @module */
import { messageProgrammes } from './message-programmes.ts';
import type { FederatedProgramme } from './programme.ts';
import { privacyProgrammes } from './privacy-programmes.ts';
import { withRealRooms } from './programme.ts';
import { roomProgrammes, roomProgrammesOfOurs } from './room-programmes.ts';

/** Schedules and steps of the programmes about rooms, in the rooms of this project. */
const inRoomsOfOurs: Readonly<Record<string, FederatedProgramme['pinned']>> = {
  'entering a remote room, and the end': [137, 4_768],
  'entering, going unavailable, and the end': [94, 4_156],
  'leaving, and a room that falls silent': [49, 2_381],
  'unavailable and the end in one write': [3, 112],
  'entering and the end in one write': [9, 376],
  'two remote rooms, and the end': [9, 428],
  'a dead transport in a remote room': [13, 711],
  'the same full JID again': [136, 7_477],
  'a conflict in a remote room': [55, 3_020],
  'a remote room, and the link breaks': [44, 2_297],
  'two visits of two rooms': [84, 4_678],
  'the server stops while somebody is in a remote room': [6, 256],
  'the server of the rooms stops': [15, 755],
  'a remote room with two occupants': [29, 1_609],
  'two rooms of the own server': [1, 14],
  'a room of the own server, and the same full JID again': [2, 37],
};

/** All of them; those about rooms with the model and with the rooms of this project. */
export const federatedProgrammes: readonly FederatedProgramme[] = [
  ...messageProgrammes,
  ...roomProgrammes,
  ...roomProgrammes.map((programme) => withRealRooms(programme, inRoomsOfOurs[programme.name] ?? [0, 0])),
  ...roomProgrammesOfOurs,
  ...privacyProgrammes,
];
