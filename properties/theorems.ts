/** All theorems that are checked over random histories of the real core. @module */
import { inOrder, oneFate, presenceDecidesNothing, reached } from './message.property.ts';
import { blocksCommute } from './blocking.property.ts';
import { goodbyeFirst, noGhosts, noGhostsBehindLists, noLeak, nothingLeft } from './presence.property.ts';
import type { Theorem } from './theorem.ts';

/** In the order in which they are checked.
 *  @example
 *  const oneFate = theorems.find(({ name }) => name === 'every message has one fate');
 *  oneFate?.statement; // 'A message that was accepted is delivered, stored, bounced or dropped by a rule; one of these, and once.' */
export const theorems: readonly Theorem[] = [presenceDecidesNothing, reached, oneFate, inOrder, goodbyeFirst, noGhosts, noLeak, nothingLeft, noGhostsBehindLists, blocksCommute];
