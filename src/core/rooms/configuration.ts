/** The options of a room. Spec: XEP-0045 §16.5.3. Not here: the form in which they are shown and
 *  submitted (configuration-form.ts). @module */
import type { Role } from '../../../machines/vocabulary.ts';

/** Who may send private messages (`muc#roomconfig_allowpm`). */
export type PrivateMessages = 'anyone' | 'participants' | 'moderators' | 'none';

/** The roles that an occupant can have. */
export type PresentRole = Exclude<Role, 'none'>;

/** The options of one room, but for the lists of its admins and owners. */
export interface Configuration {
  readonly name: string;
  readonly description: string;
  readonly language: string;
  /** What is said here is logged in public, by whomever: occupants are warned (XEP-0045 §7.2.12). */
  readonly isLogged: boolean;
  readonly mayChangeSubject: boolean;
  /** Whether any member may invite to a members-only room (XEP-0045 §9.5). */
  readonly mayInvite: boolean;
  readonly privateMessages: PrivateMessages;
  /** The roles that may retrieve the member list. */
  readonly memberList: readonly PresentRole[];
  readonly pubsub: string;
  readonly maxUsers: number;
  readonly isMembersOnly: boolean;
  readonly isModerated: boolean;
  readonly isPasswordProtected: boolean;
  readonly isPersistent: boolean;
  /** The roles whose presence everybody is shown. */
  readonly presenceBroadcast: readonly PresentRole[];
  readonly isPublic: boolean;
  readonly password: string;
  readonly whois: 'anyone' | 'moderators';
  readonly maxHistory: number;
}

/** The roles, from the most to the least. */
export const presentRoles: readonly PresentRole[] = ['moderator', 'participant', 'visitor'];

/** The configuration of an instant room (XEP-0045 §10.1.2).
 *  @param maxUsers the most that the service permits
 *  @param maxHistory likewise */
export function defaultConfiguration(maxUsers: number, maxHistory: number): Configuration {
  return {
    name: '', description: '', language: '', isLogged: false, mayChangeSubject: false, mayInvite: false, privateMessages: 'anyone',
    memberList: ['moderator'], pubsub: '', maxUsers, isMembersOnly: false, isModerated: false, isPasswordProtected: false, isPersistent: false,
    presenceBroadcast: presentRoles, isPublic: true, password: '', whois: 'moderators', maxHistory,
  };
}

/** The status codes that tell of a change (XEP-0045 §10.2.1); none where there is none. */
export function statusesOfChange(before: Configuration, after: Configuration): readonly number[] {
  const privacy = [
    ...(before.isLogged === after.isLogged ? [] : [after.isLogged ? 170 : 171]),
    ...(before.whois === after.whois ? [] : [after.whois === 'anyone' ? 172 : 173]),
  ];
  const { isLogged: _1, whois: _2, ...rest } = before;
  const isOtherwise = Object.entries(rest).some(([key, value]) => String(value) !== String(after[key as keyof Configuration]));
  return isOtherwise ? [...privacy, 104] : privacy;
}
