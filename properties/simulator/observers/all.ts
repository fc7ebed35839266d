/** Every observer. @module */
import type { Observer } from '../observer.ts';
import { answers } from './answers.ts';
import { beliefs } from './beliefs.ts';
import { carried } from './carried.ts';
import { drain } from './drain.ts';
import { fates } from './fates.ts';
import { goodbye } from './goodbye.ts';
import { impostors } from './impostors.ts';
import { invariants } from './invariants.ts';
import { kept } from './kept.ts';
import { lastWord } from './last-word.ts';
import { leftovers } from './leftovers.ts';
import { occupants } from './occupants.ts';
import { order } from './order.ts';
import { reach } from './reach.ts';
import { rosters } from './rosters.ts';
import { said } from './said.ts';
import { strangers } from './strangers.ts';
import { told } from './told.ts';

/** In the order in which a step is shown to them. */
export const observers: readonly Observer[] = [invariants, reach, goodbye, lastWord, drain, fates, carried, kept, said, order, strangers, impostors, told, leftovers, answers, beliefs, rosters, occupants];
