/** The check of a programme of two servers. Not here: the programmes (programmes.ts), the search (../schedules/schedules.ts).
 *  @module */
import { check } from '../schedules/check.ts';
import type { ScheduleCheck } from '../schedules/check.ts';
import { inOrder, presenceDecidesNothing, reachesEligible } from '../schedules/message-theorems.ts';
import { goodbyeFirst, mayAct, noLeak, noTrace, nothingBroken, nothingLeft, oneGoodbye } from '../schedules/presence-theorems.ts';
import { aboutPeople, unblocked, undisturbed } from './evidence.ts';
import type { FederatedTheorem } from './evidence.ts';
import { boundedDrain, orderAtTheEnd, ownGeneration, roomBeforeClose, roomsAreHeard, toldAcross } from './farewell-theorems.ts';
import { oneFateAcross } from './message-theorems.ts';
import type { FederatedProgramme } from './programme.ts';
import { blockedIsSilent } from './privacy-theorems.ts';
import { realSite } from './site.ts';
import type { SiteMaker } from './site.ts';
import { FederatedWorld, commutes } from './world.ts';

/** What is judged of each schedule of two servers. */
export const federatedTheorems: readonly FederatedTheorem[] = [
  undisturbed(unblocked(reachesEligible)), undisturbed(presenceDecidesNothing), undisturbed(unblocked(mayAct)), goodbyeFirst, roomBeforeClose, roomsAreHeard, orderAtTheEnd, boundedDrain, unblocked(ownGeneration),
  oneFateAcross, inOrder, aboutPeople(noLeak), undisturbed(noTrace), undisturbed(aboutPeople(oneGoodbye)), toldAcross, blockedIsSilent, nothingLeft, nothingBroken,
];

/** Plays and judges every schedule of a programme of two servers; of two that differ only in the order of steps of different
 *  servers one is played.
 *  @param options `make`: other cores than ours; `until`: these theorems are broken, which is enough
 *  @example
 *  for (const programme of federatedProgrammes) console.log(programme.name, checkFederated(programme).schedules); */
export function checkFederated(programme: FederatedProgramme, { make = realSite, until }: { readonly make?: SiteMaker; readonly until?: readonly string[] } = {}): ScheduleCheck {
  return check({ programme, begin: (isErased) => new FederatedWorld(programme, make, isErased), commutes, theorems: federatedTheorems, ...(until && { until }) });
}
