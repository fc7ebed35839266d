/** The extensions that a server has unless it is told otherwise. @module */
import type { Feature } from '../feature.ts';
import { blocking } from './blocking.ts';
import { disco } from './disco.ts';
import { invisible } from './invisible.ts';
import { ping } from './ping.ts';
import { privacyLists } from './privacy-lists.ts';
import { privateStorage } from './private-storage.ts';
import { roster } from './roster.ts';
import { session } from './session.ts';
import { vcard } from './vcard.ts';
import { version } from './version.ts';

/** All but in-band registration (register.ts), which is off by default.
 *  @example
 *  const withoutCards = standardFeatures.filter(({ name }) => name !== 'vcard');
 *  createCore({ domain: 'capulet.lit', ...defaultConfig }, withoutCards);
 *  standardFeatures.length - withoutCards.length; // 1 */
export const standardFeatures: readonly Feature[] = [roster, disco, ping, version, privateStorage, vcard, session, privacyLists, blocking, invisible];
