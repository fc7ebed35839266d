/** One resource's interest in the roster, alone. Spec: RFC 6121 §2.1.6, §2.2. Not here: what the roster
 *  holds, and the requests that carry pushes (iq.ts). @module */
import { checkAlone, nothing } from './alone.ts';
import type { Setting } from './alone.ts';

type Field = 'isInterested' | 'awaited';

const statements = {
  'roster is sent': 'Each request for the roster is answered with it, the first like any other (RFC 6121 §2.1.4, §2.2).',
  'pushed to the interested': 'A change is pushed, once, to a resource that has asked for the roster, and to no other (RFC 6121 §2.1.6, §2.2).',
  'interest lasts': 'A resource is interested from its first request on, for as long as it is connected (RFC 6121 §2.2).',
  'pushes are acknowledged': 'It is known whether a push still waits for its acknowledgement (RFC 6121 §2.1.6).',
} as const;

const setting: Setting<Field, keyof typeof statements> = {
  machine: 'roster',
  about: 'One resource that may ask for the roster, the changes of the roster, and the answers to pushes.',
  statements,
  bounds: 'one resource; at most 3 pushes unacknowledged; only what was pushed is acknowledged',
  pinned: [6, 13, 5],
  memory: { isInterested: 0, awaited: 0 },
  occurrences: [
    { label: 'the roster is requested', event: { type: 'roster.requested' } },
    { label: 'the roster changes', event: { type: 'roster.changed' }, may: ({ awaited }) => awaited < 3 },
    { label: 'a push is acknowledged', event: { type: 'push.settled' }, may: ({ awaited }) => awaited > 0 },
  ],
  remember(memory, { event }, orders) {
    if (event.type === 'roster.requested') memory.isInterested = 1;
    if (event.type === 'push.settled') memory.awaited -= 1;
    memory.awaited += orders.filter((order) => order === 'pushRoster').length;
  },
  due({ event }, { isInterested }) {
    if (event.type === 'roster.requested') return { statement: 'roster is sent', oneOf: [['sendRoster']] };
    return { statement: 'pushed to the interested', oneOf: event.type === 'roster.changed' && isInterested === 1 ? [['pushRoster']] : nothing };
  },
  always: {
    'interest lasts': ({ after, reads }) => reads.startsWith('interested') === (after.isInterested === 1),
    'pushes are acknowledged': ({ after, reads }) => reads.endsWith('awaited') === after.awaited > 0,
  },
  reads: ({ value }) => (value === 'connected' ? 'connected' : value === 'pushOwed' ? 'interested, push awaited' : 'interested'),
};

/** One resource's interest in the roster, alone. */
export const rosterCheck = checkAlone(setting);
