/** What the core keeps of a farewell. Data. Not here: what happens to it (farewells.ts). @module */
import type { stepFarewell } from '../../machines/farewell.ts';

/** What one room owes to one full JID. It may outlive the route (decision 0011). */
export interface Farewell {
  state: typeof stepFarewell.initial;
  /** The nick under which the room knows the resource, as far as anybody has said. */
  nick: string;
}
