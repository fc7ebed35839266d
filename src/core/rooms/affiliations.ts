/** Who may change an affiliation or a role to what, and which role comes with which affiliation: tables. Spec: XEP-0045
 *  §5.1.2, §5.1.3, §5.2.2, §8-§10. Not here: what a change leads to (machines/occupant.ts, admin.ts). @module */
import type { Affiliation, Role, StanzaErrorCondition } from '../../../machines/vocabulary.ts';

/** From the least to the most; an outcast is below everybody. */
const ranks: Readonly<Record<Affiliation, number>> = { outcast: 0, none: 1, member: 2, admin: 3, owner: 4 };

/** What the answer to a request may be: done, or an error. */
export type Permission = 'permitted' | StanzaErrorCondition;

/** Whether one affiliation is above another (XEP-0045 §5.2). */
export function isAbove(one: Affiliation, other: Affiliation): boolean {
  return ranks[one] > ranks[other];
}

/** Whether somebody administers a room: is an admin or an owner of it. */
export function isAdministrator(affiliation: Affiliation): boolean {
  return ranks[affiliation] >= ranks.admin;
}

const yes = 'permitted';
const no = 'forbidden';
/** The error for somebody who has the right as such, but not over one who stands higher (XEP-0045 §9.1). */
const notHim = 'not-allowed';

/** What an admin may do: the rows are the affiliation of the user, the columns what it is to become (XEP-0045 §5.2.2). An
 *  admin is refused what takes an owner with `forbidden` (§10.3, §10.4, §10.6, §10.7), but the ban of one who is
 *  no lower with `not-allowed` (§9.1). */
const byAdmin: Readonly<Record<Affiliation, Readonly<Record<Affiliation, Permission>>>> = {
  outcast: { outcast: yes, none: yes, member: yes, admin: no, owner: no },
  none: { outcast: yes, none: yes, member: yes, admin: no, owner: no },
  member: { outcast: yes, none: yes, member: yes, admin: no, owner: no },
  admin: { outcast: notHim, none: no, member: no, admin: no, owner: no },
  owner: { outcast: notHim, none: no, member: no, admin: no, owner: no },
};

/** Whether somebody may change a user's affiliation. That nobody bans himself and that an owner remains is for the
 *  caller to see to.
 *  @example
 *  mayChangeAffiliation('admin', 'owner', 'outcast') // 'not-allowed' */
export function mayChangeAffiliation(actor: Affiliation, from: Affiliation, to: Affiliation): Permission {
  if (actor === 'owner') return yes;
  return actor === 'admin' ? byAdmin[from][to] : no;
}

/** Somebody in a room. */
export interface Standing {
  readonly affiliation: Affiliation;
  readonly role: Role;
}

/** Whether somebody may change the role of an occupant (XEP-0045 §5.1.3); `none` is a kick. */
export function mayChangeRole(actor: Standing, target: Standing, to: Role): Permission {
  const administers = isAdministrator(actor.affiliation);
  // §8: moderators alone; §9: to make a moderator takes an admin, who need not be in the room.
  if (actor.role !== 'moderator' && !(administers && to === 'moderator')) return no;
  if (to === 'moderator') return administers ? yes : no;
  if (isAbove(target.affiliation, actor.affiliation)) return notHim; // §8.2, §8.5, §9.7
  if (to === 'none') return target.role === 'moderator' && !administers ? notHim : yes;
  // Nobody takes the role from who has it by affiliation (§8.4, §9.7).
  if (isAdministrator(target.affiliation)) return notHim;
  if (target.role === 'moderator') return administers ? yes : notHim;
  // §8.4: not from those at one's own level either. To have no affiliation is to be at no level, else an
  // unaffiliated moderator could take nobody's voice (§8.5).
  const isPeer = target.role === 'participant' && to === 'visitor' && target.affiliation === actor.affiliation && actor.affiliation !== 'none';
  return isPeer ? notHim : yes;
}
