/** The programmes whose every schedule is played: small, and each about one race. Its bounds are what is
 *  written there: so many clients, these stanzas, one store. @module */
import { messageProgrammes } from './message-programmes.ts';
import { presenceProgrammes } from './presence-programmes.ts';
import type { Programme } from './programme.ts';

/** All of them. */
export const programmes: readonly Programme[] = [...messageProgrammes, ...presenceProgrammes];
