/** A route alone, from resource binding to its close: T2.e, T3 for its queue, T8. Spec: RFC 6120 §4.4,
 *  XEP-0198 §5, DESIGN D1, D5, D6. Not here: the session that orders it about (session.ts). @module */
import { checkAlone, nothing, timesOut } from './alone.ts';
import type { Memory, Setting } from './alone.ts';

/** `owed` counts answers; the other three say what has been made of the route. */
type Field = 'owed' | 'isDraining' | 'isDetached' | 'isClosed' | 'drainTimeout';

const statements = {
  'T2.c drain': 'A route whose session has ended in order stays until the last answer that it is owed, and no longer (RFC 6120 §4.4, DESIGN D5).',
  'T2.e deadline': 'When the drain\'s time is over, or the route must make room, the rooms\' words are said for them, and the route closes (DESIGN D5).',
  'T2.e timer': 'The drain\'s time runs exactly while the route drains (DESIGN D5).',
  'T3 queue': 'What was queued for a detached route is delivered when the session is resumed, or goes elsewhere before the route closes: one of them, once (XEP-0198 §5, DESIGN D6).',
  'T8 abandoned': 'A route to which nothing can be delivered any more closes at once (DESIGN D5).',
  'T1 takes messages': 'A route takes new messages while its session lasts, with a stream or without, and no longer (DESIGN D1, D5, D6).',
  'route closes once': 'A route leaves the routing table once, last of all, and nothing is ordered for it afterwards (DESIGN D1).',
} as const;

const isOpen = ({ isDraining, isDetached, isClosed }: Memory<Field>): boolean => isDraining + isDetached + isClosed === 0;
const lasts = ({ isDraining, isClosed }: Memory<Field>): boolean => isDraining + isClosed === 0;

const setting: Setting<Field, keyof typeof statements> = {
  machine: 'route',
  about: 'The route to one resource, detached, attached, drained, displaced and abandoned in any order.',
  statements,
  bounds: 'one route; at most 3 answers owed at a time; the session drains and detaches only a route that is open',
  pinned: [16, 67, 5],
  memory: { owed: 0, isDraining: 0, isDetached: 0, isClosed: 0, drainTimeout: 0 },
  occurrences: [
    { label: 'an answer is owed', event: { type: 'answer.owed' }, may: (memory) => lasts(memory) && memory.owed < 3 },
    { label: 'an answer comes', event: { type: 'answer.settled' } },
    { label: 'the session ends', event: { type: 'drain.begun' }, may: isOpen },
    { label: 'the route is abandoned', event: { type: 'route.abandoned' } },
    { label: 'the route must make room', event: { type: 'route.displaced' } },
    { label: 'the stream is lost', event: { type: 'session.detached' }, may: isOpen },
    { label: 'the session is resumed', event: { type: 'session.attached' }, may: (memory) => memory.isDetached === 1 },
    timesOut('xstate.after.drainTimeout.route.draining'),
  ],
  remember(memory, { event }, orders) {
    if (memory.isClosed === 1) return;
    if (event.type === 'answer.owed') memory.owed += 1;
    if (event.type === 'answer.settled') memory.owed = Math.max(0, memory.owed - 1);
    if (event.type === 'drain.begun') memory.isDraining = 1;
    if (event.type === 'session.detached') memory.isDetached = 1;
    if (event.type === 'session.attached' || event.type === 'route.abandoned') memory.isDetached = 0;
    if (!orders.includes('closeRoute')) return;
    memory.isClosed = 1;
    memory.isDraining = 0;
    memory.owed = 0;
  },
  due({ event }, before) {
    const { owed, isDraining, isDetached, isClosed } = before;
    if (isClosed === 1) return { statement: 'route closes once', oneOf: nothing };
    switch (event.type) {
      case 'drain.begun': return { statement: 'T2.c drain', oneOf: owed === 0 ? [['closeRoute']] : nothing };
      case 'answer.settled': return { statement: 'T2.c drain', oneOf: isDraining === 1 && owed === 1 ? [['closeRoute']] : nothing };
      case 'route.abandoned': return isDetached === 1 ? { statement: 'T3 queue', oneOf: [['redistributeQueue', 'closeRoute']] } : { statement: 'T8 abandoned', oneOf: [['closeRoute']] };
      case 'session.attached': return { statement: 'T3 queue', oneOf: [['deliverQueue']] };
      case 'answer.owed': case 'session.detached': return { statement: 'T3 queue', oneOf: nothing };
      default: return { statement: 'T2.e deadline', oneOf: isDraining === 1 ? [['speakForRooms', 'closeRoute']] : nothing };
    }
  },
  always: {
    'T2.e timer': ({ after }) => after.drainTimeout === after.isDraining,
    'T1 takes messages': ({ after, reads }) => reads === (after.isClosed + after.isDraining === 0 ? 'takes messages' : 'takes none'),
  },
  reads: ({ value }) => (value === 'open' || value === 'detached' ? 'takes messages' : 'takes none'),
};

/** A route, alone. */
export const routeCheck = checkAlone(setting);
