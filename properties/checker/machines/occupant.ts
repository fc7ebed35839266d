/** One occupant of one room, alone: its role at any time, and who is told what. Spec: XEP-0045 §5.1, §7-§11. The
 *  observer knows the tables of §5.1.2 and §5.1.3 and counts for himself. Not here: the room (room.ts). @module */
import type { OccupantEvent } from '../../../machines/occupant.ts';
import type { Affiliation } from '../../../machines/vocabulary.ts';
import { checkAlone, entryOf, nothing } from './alone.ts';
import type { Due, Setting } from './alone.ts';

/** `role`: 0 none, 1 visitor, 2 participant, 3 moderator. */
type Field = 'role';

const roles = ['none', 'visitor', 'participant', 'moderator'];

const statements = {
  'role': 'An occupant has the role that its affiliation, the room and whoever may change it give to it (XEP-0045 §5.1.2, §5.1.3, §10.2).',
  'entering': 'A newcomer is shown the others, then everybody is shown the newcomer, then it is told what was said (XEP-0045 §7.1).',
  'changes are shown': 'What changes about an occupant is told to everybody, once (XEP-0045 §5.1.3, §5.2.2, §7.6, §7.7).',
  'one goodbye': 'Whoever leaves the room for whatever reason leaves it once, with the status of the reason (XEP-0045 §7.14, §8.2, §9.1, §9.4, §10.2, §11.1).',
  'one session': 'Where one session of several goes, it alone is told (XEP-0045 §7.2.8).',
  'the room ends': 'When the room or the service ends, each occupant is told of itself alone (XEP-0045 §10.9, §11.2).',
  'nobody there': 'Nothing is said of somebody who is not in the room (XEP-0045 §17.3).',
} as const;

type Statement = keyof typeof statements;

const administers = (affiliation: Affiliation): boolean => affiliation === 'admin' || affiliation === 'owner';

/** The role after an event. */
function roleAfter(role: number, event: OccupantEvent): number {
  if (event.type === 'occupant.entered') {
    if (role !== 0) return role;
    return administers(event.affiliation) ? 3 : event.moderated && event.affiliation === 'none' ? 1 : 2;
  }
  if (role === 0 || statusOf(event) !== undefined || event.type === 'room.destroyed' || event.type === 'service.stopped') return 0;
  switch (event.type) {
    case 'role.changed':
      return roles.indexOf(event.role);
    case 'affiliation.changed':
      if (administers(event.to)) return 3;
      if (role === 3 && administers(event.from)) return event.to === 'none' && event.moderated ? 1 : 2;
      return role === 1 && event.to === 'member' ? 2 : role;
    case 'configuration.changed':
      return role === 1 && !event.moderated ? 2 : role;
    default:
      return role;
  }
}

/** With which status an event removes an occupant; undefined when it does not. */
function statusOf(event: OccupantEvent): number | undefined {
  switch (event.type) {
    case 'session.left':
      return event.last ? 0 : undefined;
    case 'session.failed':
      return event.last ? 333 : undefined;
    case 'occupant.kicked':
      return 307;
    case 'affiliation.changed':
      return event.to === 'outcast' ? 301 : event.to === 'none' && event.membersOnly ? 321 : undefined;
    case 'configuration.changed':
      return event.affiliation === 'none' && event.membersOnly ? 322 : undefined;
    default:
      return undefined;
  }
}

function dueOf(event: OccupantEvent, role: number): Due<Statement> {
  const entering = [['sendOccupants', 'broadcastPresence', 'sendHistory']];
  if (role === 0) return event.type === 'occupant.entered' ? { statement: 'entering', oneOf: entering } : { statement: 'nobody there', oneOf: nothing };
  const status = statusOf(event);
  if (status !== undefined) return { statement: 'one goodbye', oneOf: [[`broadcastUnavailable ${status}`]] };
  switch (event.type) {
    case 'session.entered':
      return { statement: 'entering', oneOf: entering };
    case 'session.left':
      return { statement: 'one session', oneOf: [['sendUnavailable 0']] };
    case 'session.failed':
      return { statement: 'one session', oneOf: [['sendUnavailable 333']] };
    case 'room.destroyed':
      return { statement: 'the room ends', oneOf: [['sendDestroyed']] };
    case 'service.stopped':
      return { statement: 'the room ends', oneOf: [['sendUnavailable 332']] };
    case 'nick.changed':
      return { statement: 'changes are shown', oneOf: [['broadcastNick']] };
    case 'presence.changed':
    case 'affiliation.changed':
      return { statement: 'changes are shown', oneOf: [['broadcastPresence']] };
    default:
      return { statement: 'changes are shown', oneOf: roleAfter(role, event) === role ? nothing : [['broadcastPresence']] };
  }
}

const setting: Setting<Field, Statement> = {
  machine: 'occupant',
  about: 'One occupant with its sessions, those who administer the room, and the room itself.',
  statements,
  bounds: 'one occupant; every event at any time',
  pinned: [5, 109, 2],
  memory: { role: 0 },
  occurrences: entryOf('occupant').alphabet.map((event) => ({ label: JSON.stringify(event), event: event as { readonly type: string } })),
  remember(memory, { event }) {
    memory.role = roleAfter(memory.role, event as OccupantEvent);
  },
  due: ({ event }, { role }) => dueOf(event as OccupantEvent, role),
  always: {
    'role': ({ after, reads }) => reads === roles[after.role],
  },
  reads: ({ value }) => (typeof value === 'string' ? value : (value as { readonly present: string }).present),
};

/** One occupant, alone. */
export const occupantCheck = checkAlone(setting);
