/** One occupant of one room: the role of its visit, from entering to leaving. The states are the roles. Spec:
 *  XEP-0045 §5.1, §7. Not here: who may change a role or an affiliation, and how its sessions are counted
 *  (core); the room as a whole (room.ts). @module */
import { setup } from 'xstate';
import { stepOf } from './step.ts';
import type { Cite } from './step.ts';
import type { Affiliation } from './vocabulary.ts';

/** What the occupant does, and what is done to it. */
export type OccupantEvent =
  | { readonly type: 'occupant.entered'; readonly affiliation: Affiliation; readonly moderated: boolean }
  /** Another session of the user under the same nick, or a session that asks for everything again. */
  | { readonly type: 'session.entered' }
  /** `last`: no session of the occupant is left. */
  | { readonly type: 'session.left'; readonly last: boolean }
  /** What was sent to the session came back. */
  | { readonly type: 'session.failed'; readonly last: boolean }
  | { readonly type: 'presence.changed' }
  | { readonly type: 'nick.changed' }
  | { readonly type: 'role.changed'; readonly role: 'visitor' | 'participant' | 'moderator' }
  | { readonly type: 'occupant.kicked' }
  | { readonly type: 'affiliation.changed'; readonly from: Affiliation; readonly to: Affiliation; readonly moderated: boolean; readonly membersOnly: boolean }
  | { readonly type: 'configuration.changed'; readonly affiliation: Affiliation; readonly moderated: boolean; readonly membersOnly: boolean }
  | { readonly type: 'room.destroyed' }
  | { readonly type: 'service.stopped' };

const isAdministrator = (affiliation: Affiliation): boolean => affiliation === 'admin' || affiliation === 'owner';

/** The statechart; {@link stepOccupant} advances it.
 *  @example
 *  import { createActor } from 'xstate';
 *  const romeo = createActor(occupantMachine).start();
 *  romeo.send({ type: 'occupant.entered', affiliation: 'none', moderated: false });
 *  romeo.getSnapshot().value; // { present: 'participant' }
 *  romeo.send({ type: 'session.left', last: true });
 *  romeo.getSnapshot().value; // 'none' */
export const occupantMachine = setup({
  types: { events: {} as OccupantEvent, meta: {} as Cite },
  actions: {
    /** Send the newcomer the presence of everybody who is there (XEP-0045 §7.2.3). */
    sendOccupants: () => {},
    /** Send the presence of the occupant to everybody, to itself last. */
    broadcastPresence: () => {},
    /** Send the newcomer what was said before, and the subject (XEP-0045 §7.2.13, §7.2.15). */
    sendHistory: () => {},
    /** Tell everybody of the new nick (XEP-0045 §7.6). */
    broadcastNick: () => {},
    /** To everybody, the occupant last. `status` says why; 0: it left. */
    broadcastUnavailable: (_, _params: { status: number }) => {},
    /** To one session, or where the room ends to all of the occupant's. */
    sendUnavailable: (_, _params: { status: number }) => {},
    /** Tell the sessions of the occupant that the room is gone (XEP-0045 §10.9). */
    sendDestroyed: () => {},
  },
  guards: {
    isLast: ({ event }) => (event.type === 'session.left' || event.type === 'session.failed') && event.last,
    entersAsModerator: ({ event }) => event.type === 'occupant.entered' && isAdministrator(event.affiliation),
    entersAsVisitor: ({ event }) => event.type === 'occupant.entered' && event.moderated && event.affiliation === 'none',
    isToVisitor: ({ event }) => event.type === 'role.changed' && event.role === 'visitor',
    isToParticipant: ({ event }) => event.type === 'role.changed' && event.role === 'participant',
    isToModerator: ({ event }) => event.type === 'role.changed' && event.role === 'moderator',
    isBanned: ({ event }) => event.type === 'affiliation.changed' && event.to === 'outcast',
    isShutOut: ({ event }) => event.type === 'affiliation.changed' && event.membersOnly && event.to === 'none',
    isPromoted: ({ event }) => event.type === 'affiliation.changed' && isAdministrator(event.to),
    isMade: ({ event }) => event.type === 'affiliation.changed' && event.to === 'member',
    isSilenced: ({ event }) => event.type === 'affiliation.changed' && isAdministrator(event.from) && event.to === 'none' && event.moderated && !event.membersOnly,
    isDemoted: ({ event }) => event.type === 'affiliation.changed' && isAdministrator(event.from) && (event.to === 'member' || (event.to === 'none' && !event.membersOnly)),
    isExcluded: ({ event }) => event.type === 'configuration.changed' && event.membersOnly && event.affiliation === 'none',
    isGivenVoice: ({ event }) => event.type === 'configuration.changed' && !event.moderated && !(event.membersOnly && event.affiliation === 'none'),
  },
}).createMachine({
  id: 'occupant',
  initial: 'none',
  states: {
    none: {
      description: 'Not in the room.',
      meta: { spec: 'XEP-0045 §5.1' },
      on: {
        'occupant.entered': [
          { target: 'present.moderator', guard: 'entersAsModerator', meta: { spec: ['XEP-0045 §5.1.2', 'XEP-0045 §7.2.2'] }, actions: ['sendOccupants', 'broadcastPresence', 'sendHistory'] },
          { target: 'present.visitor', guard: 'entersAsVisitor', meta: { spec: ['XEP-0045 §5.1.2', 'XEP-0045 §7.2.2'] }, actions: ['sendOccupants', 'broadcastPresence', 'sendHistory'] },
          { target: 'present.participant', meta: { spec: ['XEP-0045 §5.1.2', 'XEP-0045 §7.2.2'] }, actions: ['sendOccupants', 'broadcastPresence', 'sendHistory'] },
        ],
      },
    },
    present: {
      description: 'In the room, with one session or several.',
      meta: { spec: 'XEP-0045 §7.2' },
      initial: 'participant',
      on: {
        'session.entered': { meta: { spec: ['XEP-0045 §7.2.1', 'XEP-0045 §7.2.8'] }, actions: ['sendOccupants', 'broadcastPresence', 'sendHistory'] },
        'session.left': [
          { target: 'none', guard: 'isLast', meta: { spec: 'XEP-0045 §7.14' }, actions: { type: 'broadcastUnavailable', params: { status: 0 } } },
          { meta: { spec: ['XEP-0045 §7.14', 'XEP-0045 §7.2.8'] }, actions: { type: 'sendUnavailable', params: { status: 0 } } },
        ],
        'session.failed': [
          { target: 'none', guard: 'isLast', meta: { spec: ['XEP-0045 §11.1', 'XEP-0045 §18.1.2'] }, actions: { type: 'broadcastUnavailable', params: { status: 333 } } },
          { meta: { spec: ['XEP-0045 §11.1', 'XEP-0045 §7.2.8'] }, actions: { type: 'sendUnavailable', params: { status: 333 } } },
        ],
        'presence.changed': { meta: { spec: 'XEP-0045 §7.7' }, actions: 'broadcastPresence' },
        'nick.changed': { meta: { spec: 'XEP-0045 §7.6' }, actions: 'broadcastNick' },
        'occupant.kicked': { target: 'none', meta: { spec: 'XEP-0045 §8.2' }, actions: { type: 'broadcastUnavailable', params: { status: 307 } } },
        'affiliation.changed': [
          { target: 'none', guard: 'isBanned', meta: { spec: 'XEP-0045 §9.1' }, actions: { type: 'broadcastUnavailable', params: { status: 301 } } },
          { target: 'none', guard: 'isShutOut', meta: { spec: 'XEP-0045 §9.4' }, actions: { type: 'broadcastUnavailable', params: { status: 321 } } },
          { meta: { spec: 'XEP-0045 §5.2.2' }, actions: 'broadcastPresence' },
        ],
        'configuration.changed': { target: 'none', guard: 'isExcluded', meta: { spec: 'XEP-0045 §10.2' }, actions: { type: 'broadcastUnavailable', params: { status: 322 } } },
        'room.destroyed': { target: 'none', meta: { spec: 'XEP-0045 §10.9' }, actions: 'sendDestroyed' },
        'service.stopped': { target: 'none', meta: { spec: 'XEP-0045 §11.2' }, actions: { type: 'sendUnavailable', params: { status: 332 } } },
      },
      states: {
        visitor: {
          description: 'Reads what is said, and has no voice.',
          meta: { spec: 'XEP-0045 §5.1' },
          on: {
            'role.changed': [
              { target: 'participant', guard: 'isToParticipant', meta: { spec: 'XEP-0045 §8.3' }, actions: 'broadcastPresence' },
              { target: 'moderator', guard: 'isToModerator', meta: { spec: 'XEP-0045 §9.6' }, actions: 'broadcastPresence' },
            ],
            'affiliation.changed': [
              { target: 'moderator', guard: 'isPromoted', meta: { spec: 'XEP-0045 §5.1.3' }, actions: 'broadcastPresence' },
              { target: 'participant', guard: 'isMade', meta: { spec: 'XEP-0045 §5.1.3' }, actions: 'broadcastPresence' },
            ],
            'configuration.changed': { target: 'participant', guard: 'isGivenVoice', meta: { spec: ['XEP-0045 §5.1.2', 'XEP-0045 §10.2'] }, actions: 'broadcastPresence' },
          },
        },
        participant: {
          description: 'Has voice.',
          meta: { spec: 'XEP-0045 §5.1' },
          on: {
            'role.changed': [
              { target: 'visitor', guard: 'isToVisitor', meta: { spec: 'XEP-0045 §8.4' }, actions: 'broadcastPresence' },
              { target: 'moderator', guard: 'isToModerator', meta: { spec: 'XEP-0045 §9.6' }, actions: 'broadcastPresence' },
            ],
            'affiliation.changed': { target: 'moderator', guard: 'isPromoted', meta: { spec: 'XEP-0045 §5.1.3' }, actions: 'broadcastPresence' },
          },
        },
        moderator: {
          description: 'Has voice, and gives and takes it.',
          meta: { spec: 'XEP-0045 §5.1' },
          on: {
            'role.changed': [
              { target: 'visitor', guard: 'isToVisitor', meta: { spec: 'XEP-0045 §5.1.3' }, actions: 'broadcastPresence' },
              { target: 'participant', guard: 'isToParticipant', meta: { spec: 'XEP-0045 §9.7' }, actions: 'broadcastPresence' },
            ],
            'affiliation.changed': [
              { target: 'visitor', guard: 'isSilenced', meta: { spec: ['XEP-0045 §10.2', 'XEP-0045 §5.1.3'] }, actions: 'broadcastPresence' },
              { target: 'participant', guard: 'isDemoted', meta: { spec: ['XEP-0045 §10.2', 'XEP-0045 §5.1.3'] }, actions: 'broadcastPresence' },
            ],
          },
        },
      },
    },
  },
});

/** Advances one occupant by one event; performs nothing.
 *  @example
 *  const { state: present } = stepOccupant(stepOccupant.initial, { type: 'occupant.entered', affiliation: 'none', moderated: true });
 *  present.value; // { present: 'visitor' }
 *  stepOccupant(present, { type: 'occupant.kicked' }).effects; // [{ type: 'broadcastUnavailable', params: { status: 307 } }] */
export const stepOccupant = stepOf(occupantMachine);
