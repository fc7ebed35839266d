/** The presence of one connected resource, alone. Spec: RFC 6121 §4, §3.1.3, XEP-0160. Not here: what
 *  single entities are told (directed-presence.ts); the route, which presence doesn't touch. @module */
import { checkAlone, nothing } from './alone.ts';
import type { Setting } from './alone.ts';

/** `priority`: which of {@link priorities} the resource has said last; 0 while it is not available. */
type Field = 'priority' | 'hasEnded';

const priorities = [undefined, 1, 2, -1, -2] as const;

const statements = {
  'T6 subscribers': 'Subscribers and the user\'s own resources are told `(available+ unavailable)*`: each presence is broadcast, and the end once if they were told anything (RFC 6121 §4.4.2, §4.5.2).',
  'initial presence': 'Initial presence, and no other, is broadcast, then probes are sent, then requests that wait are delivered, then messages that wait, unless the priority is negative (RFC 6121 §4.2.2, §4.3, §3.1.3, XEP-0160 §2).',
  'messages that waited': 'Messages that wait are delivered exactly when a resource comes to take messages to the bare JID: not to one that took them before (XEP-0160 §2, RFC 6121 §4.7.2.3).',
  'own unavailable': 'A resource hears of its own end first, also when it was not available, and then whoever was told by directed presence (RFC 6121 §4.5.2, DESIGN D4).',
  'last word': 'What decides about delivery is what the resource last said: whether it is available, and its priority (RFC 6121 §4.7.2.3, §8.5.2.1).',
  'presence ends once': 'Nobody is told anything of a resource whose session has ended (RFC 6121 §4.5.2).',
} as const;

const saidBy = (label: string): number => priorities.findIndex((priority) => label === `available, ${priority}`);
const isNegative = (priority: number): boolean => (priorities[priority] ?? 0) < 0;

const setting: Setting<Field, keyof typeof statements> = {
  machine: 'presence',
  about: 'The presence of one resource that says whatever it likes, and whose session may end at any time.',
  statements,
  bounds: 'one resource; four priorities, two of them negative; every event at any time',
  pinned: [15, 85, 3],
  memory: { priority: 0, hasEnded: 0 },
  occurrences: [
    ...priorities.slice(1).map((priority) => ({ label: `available, ${priority}`, event: { type: 'presence.available', priority } as { type: string } })),
    { label: 'unavailable', event: { type: 'presence.unavailable' } },
    { label: 'the session ends', event: { type: 'session.ended' } },
  ],
  remember(memory, { label, event }) {
    if (memory.hasEnded === 1) return;
    memory.priority = event.type === 'presence.available' ? saidBy(label) : 0;
    memory.hasEnded = event.type === 'session.ended' ? 1 : 0;
  },
  due({ label, event }, { priority, hasEnded }) {
    const isAvailable = priority > 0;
    if (hasEnded === 1) return { statement: 'presence ends once', oneOf: nothing };
    if (event.type === 'presence.unavailable') return { statement: 'own unavailable', oneOf: [[isAvailable ? 'broadcastUnavailable' : 'echoUnavailable', 'endDirected']] };
    if (event.type === 'session.ended') return { statement: 'own unavailable', oneOf: [isAvailable ? ['broadcastUnavailable', 'endDirected'] : ['endDirected']] };
    const waited = !isNegative(saidBy(label)) && (!isAvailable || isNegative(priority)) ? ['deliverOffline'] : [];
    return !isAvailable
      ? { statement: 'initial presence', oneOf: [['broadcastAvailable', 'sendProbes', 'deliverRequests', ...waited]] }
      : { statement: 'messages that waited', oneOf: [['broadcastAvailable', ...waited]] };
  },
  always: {
    'T6 subscribers': ({ before, after, orders }) =>
      orders.filter((order) => order === 'broadcastAvailable').length === (after.priority > 0 ? 1 : 0)
      && orders.filter((order) => order === 'broadcastUnavailable').length === (before.priority > 0 && after.priority === 0 ? 1 : 0),
    'last word': ({ after, reads }) => reads === (after.priority === 0 ? 'not available' : `available ${priorities[after.priority]}${isNegative(after.priority) ? ', opted out' : ''}`),
  },
  reads({ value, context }) {
    if (value !== 'available' && value !== 'availableNegative') return 'not available';
    return `available ${(context as { priority: number }).priority}${value === 'availableNegative' ? ', opted out' : ''}`;
  },
};

/** The presence of one resource, alone. */
export const presenceCheck = checkAlone(setting);
