/** The presence of one connected resource, alone. Spec: RFC 6121 §4, §3.1.3, XEP-0160, XEP-0186. Not here: what
 *  single entities are told (directed-presence.ts); the route, which presence doesn't touch. @module */
import { checkAlone, nothing } from './alone.ts';
import type { Memory, Setting } from './alone.ts';

/** `priority`: which of {@link priorities} the resource has said last; 0 while it is not available. */
type Field = 'priority' | 'isInvisible' | 'hasEnded';

const priorities = [undefined, 1, 2, -1, -2] as const;

const statements = {
  'T6 subscribers': 'Subscribers and the user\'s own resources are told `(available+ unavailable)*`: each presence is broadcast, and the end once if they were told anything (RFC 6121 §4.4.2, §4.5.2).',
  'initial presence': 'Initial presence, and no other, is broadcast, then probes are sent, then requests that wait are delivered, then messages that wait, unless the priority is negative (RFC 6121 §4.2.2, §4.3, §3.1.3, XEP-0160 §2).',
  'messages that waited': 'Messages that wait are delivered exactly when a resource comes to take messages to the bare JID: not to one that took them before (XEP-0160 §2, RFC 6121 §4.7.2.3).',
  'own unavailable': 'A resource hears of its own end first, also when it was not available, and then whoever was told by directed presence (RFC 6121 §4.5.2, DESIGN D4).',
  'last word': 'What decides about delivery is what the resource last said: whether it is available, and its priority (RFC 6121 §4.7.2.3, §8.5.2.1).',
  'invisible mode': 'Whoever was told of the resource is told that it is gone when it becomes invisible, and nobody is told of it from then on but those whom it tells directly; probes are sent when the client asks for them, and then only; becoming visible again says nothing to anyone (XEP-0186 §3.1, §3.2).',
  'presence ends once': 'Nobody is told anything of a resource whose session has ended (RFC 6121 §4.5.2).',
} as const;

const saidBy = (label: string): number => priorities.findIndex((priority) => label === `available, ${priority}`);
/** Whether subscribers know of the resource. */
const isTold = ({ priority, isInvisible }: Memory<Field>): boolean => priority > 0 && isInvisible === 0;
const isNegative = (priority: number): boolean => (priorities[priority] ?? 0) < 0;

const setting: Setting<Field, keyof typeof statements> = {
  machine: 'presence',
  about: 'The presence of one resource that says whatever it likes, and whose session may end at any time.',
  statements,
  bounds: 'one resource; four priorities, two of them negative; every event at any time',
  pinned: [29, 253, 4],
  memory: { priority: 0, isInvisible: 0, hasEnded: 0 },
  occurrences: [
    ...priorities.slice(1).map((priority) => ({ label: `available, ${priority}`, event: { type: 'presence.available', priority } as { type: string } })),
    { label: 'unavailable', event: { type: 'presence.unavailable' } },
    ...[true, false].map((probe) => ({ label: probe ? 'invisible, with probes' : 'invisible', event: { type: 'presence.invisible', probe } as { type: string } })),
    { label: 'visible', event: { type: 'presence.visible' } },
    { label: 'the session ends', event: { type: 'session.ended' } },
  ],
  remember(memory, { label, event }) {
    if (memory.hasEnded === 1) return;
    if (event.type === 'presence.invisible') memory.isInvisible = 1;
    else if (event.type !== 'presence.visible') memory.priority = event.type === 'presence.available' ? saidBy(label) : 0;
    else if (memory.isInvisible === 1) memory.priority = memory.isInvisible = 0;
    memory.hasEnded = event.type === 'session.ended' ? 1 : 0;
  },
  due({ label, event }, { priority, isInvisible, hasEnded }) {
    const isAvailable = priority > 0;
    if (hasEnded === 1) return { statement: 'presence ends once', oneOf: nothing };
    if (event.type === 'presence.visible') return { statement: 'invisible mode', oneOf: nothing };
    if (event.type === 'presence.invisible') {
      const goodbye = isInvisible === 1 ? [] : isAvailable ? ['broadcastUnavailable', 'endDirected'] : ['endDirected'];
      const orders = [...goodbye, ...(label === 'invisible' ? [] : ['sendProbes'])];
      return { statement: 'invisible mode', oneOf: orders.length === 0 ? nothing : [orders] };
    }
    if (isInvisible === 1 && event.type === 'session.ended') return { statement: 'invisible mode', oneOf: [['endDirected']] };
    if (isInvisible === 1 && event.type === 'presence.unavailable') return { statement: 'invisible mode', oneOf: [['echoUnavailable', 'endDirected']] };
    if (event.type === 'presence.unavailable') return { statement: 'own unavailable', oneOf: [[isAvailable ? 'broadcastUnavailable' : 'echoUnavailable', 'endDirected']] };
    if (event.type === 'session.ended') return { statement: 'own unavailable', oneOf: [isAvailable ? ['broadcastUnavailable', 'endDirected'] : ['endDirected']] };
    const waited = !isNegative(saidBy(label)) && (!isAvailable || isNegative(priority)) ? ['deliverOffline'] : [];
    if (isInvisible === 1) return { statement: 'invisible mode', oneOf: [[...(isAvailable ? [] : ['deliverRequests']), ...waited]] };
    return !isAvailable
      ? { statement: 'initial presence', oneOf: [['broadcastAvailable', 'sendProbes', 'deliverRequests', ...waited]] }
      : { statement: 'messages that waited', oneOf: [['broadcastAvailable', ...waited]] };
  },
  always: {
    'T6 subscribers': ({ occurrence, before, after, orders }) =>
      orders.filter((order) => order === 'broadcastAvailable').length === (isTold(after) && occurrence.event.type === 'presence.available' ? 1 : 0)
      && orders.filter((order) => order === 'broadcastUnavailable').length === (isTold(before) && !isTold(after) ? 1 : 0),
    'last word': ({ after, reads }) => reads === `${after.priority === 0 ? 'not available' : `available ${priorities[after.priority]}${isNegative(after.priority) ? ', opted out' : ''}`}${after.isInvisible === 1 && after.hasEnded === 0 ? ', invisible' : ''}`,
  },
  reads({ value, context }) {
    const mode = value === 'hidden' || value === 'invisible' || value === 'invisibleNegative' ? ', invisible' : '';
    if (value === 'connected' || value === 'hidden' || value === 'ended') return `not available${mode}`;
    return `available ${(context as { priority: number }).priority}${String(value).endsWith('Negative') ? ', opted out' : ''}${mode}`;
  },
};

/** The presence of one resource, alone. */
export const presenceCheck = checkAlone(setting);
