/** A room, alone: when it opens, when it ends, and what the store is told. Spec: XEP-0045 §10. Not here: its
 *  occupants (occupant.ts). @module */
import { checkAlone, nothing } from './alone.ts';
import type { Due, Occurrence, Setting } from './alone.ts';

type Field = 'isConfigured' | 'isKept' | 'isOver';

const statements = {
  'locked': 'A room is locked until it is configured, and never again (XEP-0045 §10.1.1).',
  'persistent': 'A room is persistent as its last configuration says (XEP-0045 §10.1.3, §10.2).',
  'kept': 'What lasts of a persistent room is kept at each change, and forgotten when the room lasts no more (XEP-0045 §4.2, §5.2).',
  'over': 'A room ends when its owner wishes, when its first configuration is cancelled, and when nobody is left in one that is not persistent; never otherwise (XEP-0045 §7.14, §10.1.3, §10.9).',
  'expelled': 'Who is in a room when it ends is told (XEP-0045 §10.9).',
  'ends once': 'Nothing comes of a room that is no more (XEP-0045 §10.9).',
} as const;

type Statement = keyof typeof statements;

interface Submission {
  readonly type: string;
  readonly persistent?: boolean;
  readonly occupied?: boolean;
}

const submitted = (persistent: boolean, occupied: boolean): Occurrence<Field> => ({
  label: `configured ${persistent ? 'persistent' : 'temporary'}, ${occupied ? 'somebody' : 'nobody'} in it`,
  event: { type: 'configuration.submitted', persistent, occupied } as Submission,
  // Nobody is in a room only where it stays all the same.
  may: ({ isKept }) => occupied || isKept === 1,
});

const setting: Setting<Field, Statement> = {
  machine: 'room',
  about: 'One room, its owner, and whoever enters and leaves.',
  statements,
  bounds: 'one room; every event at any time, but that only a persistent room is configured while nobody is in it',
  pinned: [6, 33, 3],
  memory: { isConfigured: 0, isKept: 0, isOver: 0 },
  occurrences: [
    submitted(true, true), submitted(true, false), submitted(false, true), submitted(false, false),
    { label: 'the configuration is cancelled', event: { type: 'configuration.cancelled' } },
    { label: 'an affiliation changes', event: { type: 'record.changed' } },
    { label: 'the last occupant leaves', event: { type: 'room.emptied' } },
    { label: 'an owner destroys it', event: { type: 'room.destroyed' } },
  ],
  remember(memory, { event }) {
    if (memory.isOver === 1) return;
    const { type, persistent, occupied } = event as Submission;
    if (type === 'configuration.submitted') {
      memory.isOver = persistent !== true && occupied !== true ? 1 : 0;
      memory.isConfigured = 1;
      memory.isKept = persistent === true ? 1 : 0;
    } else if (type === 'room.destroyed' || (type === 'configuration.cancelled' && memory.isConfigured === 0) || (type === 'room.emptied' && memory.isKept === 0)) {
      memory.isOver = 1;
      memory.isKept = 0;
    }
  },
  due({ event }, { isConfigured, isKept, isOver }): Due<Statement> {
    const { type, persistent } = event as Submission;
    if (isOver === 1) return { statement: 'ends once', oneOf: nothing };
    const kept = (order: string): Due<Statement> => ({ statement: 'kept', oneOf: [[order]] });
    if (type === 'configuration.submitted' && persistent === true) return kept('keepRoom');
    if (type === 'configuration.submitted') return isKept === 1 ? kept('forgetRoom') : { statement: 'kept', oneOf: nothing };
    if (type === 'record.changed') return isKept === 1 ? kept('keepRoom') : { statement: 'kept', oneOf: nothing };
    if (type === 'room.destroyed') return { statement: 'expelled', oneOf: isKept === 1 ? [['forgetRoom', 'expelOccupants']] : [['expelOccupants']] };
    return { statement: 'expelled', oneOf: isConfigured === 0 ? [['expelOccupants']] : nothing };
  },
  always: {
    'locked': ({ after, reads }) => (reads === 'locked') === (after.isConfigured === 0 && after.isOver === 0),
    'persistent': ({ after, reads }) => (reads === 'persistent') === (after.isKept === 1),
    'over': ({ after, reads }) => (reads === 'destroyed') === (after.isOver === 1),
  },
  reads: ({ value }) => String(value),
};

/** A room, alone. */
export const roomCheck = checkAlone(setting);
