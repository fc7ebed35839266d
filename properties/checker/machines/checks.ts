/** The checks of single machines: what each must do, then that each is well-formed. @module */
import type { Check } from '../check.ts';
import { componentCheck } from './component.ts';
import { directedPresenceCheck } from './directed-presence.ts';
import { farewellCheck } from './farewell.ts';
import { iqCheck } from './iq.ts';
import { linkCheck } from './link.ts';
import { occupantCheck } from './occupant.ts';
import { peerCheck } from './peer.ts';
import { presenceCheck } from './presence.ts';
import { roomCheck } from './room.ts';
import { rosterCheck } from './roster.ts';
import { routeCheck } from './route.ts';
import { sessionCheck } from './session.ts';
import { streamCheck } from './stream.ts';
import { wellFormedChecks } from './well-formed.ts';

/** The machines that are checked alone; the order is that of the catalogue. */
export const aloneChecks: readonly Check[] = [streamCheck, sessionCheck, presenceCheck, directedPresenceCheck, rosterCheck, iqCheck, farewellCheck, routeCheck, linkCheck, peerCheck, componentCheck, roomCheck, occupantCheck];

/** All checks of single machines. */
export const machineChecks: readonly Check[] = [...aloneChecks, ...wellFormedChecks];
