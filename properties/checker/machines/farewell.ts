/** The farewell that a room owes to a full JID, alone with the client and the room: T2.c and T2.f for
 *  visits that overlap. Client and room are models that talk through a queue, so the room answers late,
 *  in order. Spec: XEP-0045 §7, RFC 6120 §10.1, DESIGN D1, D5. Not here: the route that waits for the
 *  farewell (route.ts).
 *  Taken for granted: a client that the room has put out comes in anew only once it knows. @module */
import { checkAlone, nothing } from './alone.ts';
import type { Memory, Setting } from './alone.ts';

/** `queue`: what is on its way to the room, the first in the lowest place; `occupant`: whose visit the
 *  room counts, 1 this session's, 2 a former one's; `hasJoined`: the client's last word to the room. */
type Field = 'queue' | 'occupant' | 'hasJoined';

/** What may be on its way: a join of this session, of a former one, or a leave. */
const JOIN = 1;
const FORMER_JOIN = 2;
const LEAVE = 3;
const BASE = 4;
const FULL = BASE ** 2;

const statements = {
  'T2.c owed': 'A farewell is owed from the first visit of a session on that the room has not ended (XEP-0045 §7.2, §7.14, DESIGN D5).',
  'T2.c settled': 'It is settled when the room has ended the last of them, by a farewell or by not letting the resource in, and not before (XEP-0045 §7.14, DESIGN D5).',
  'T2.f generation': 'What a room still owed when the full JID was bound again comes first, and settles nothing for the newer route (RFC 6120 §10.1, DESIGN D1).',
} as const;

const first = (queue: number): number => queue % BASE;
const itemsOf = (queue: number): readonly number[] => (queue === 0 ? [] : [first(queue), ...itemsOf(Math.floor(queue / BASE))]);
const queueOf = (items: readonly number[]): number => items.reduceRight((queue, item) => queue * BASE + item, 0);
/** The visits of this session that the room has not ended. */
const visitsOf = ({ queue, occupant }: Memory<Field>): number => itemsOf(queue).filter((item) => item === JOIN).length + (occupant === 1 ? 1 : 0);

const setting: Setting<Field, keyof typeof statements> = {
  machine: 'farewell',
  about: 'One full JID and one room: joins, leaves and late answers, over several sessions.',
  statements,
  bounds: 'one room; 3 stanzas on their way to it',
  pinned: [15, 57, 7],
  memory: { queue: 0, occupant: 0, hasJoined: 0 },
  occurrences: [
    { label: 'the client joins', event: { type: 'directed.available' }, may: ({ queue, hasJoined }) => hasJoined === 1 || queue < FULL },
    { label: 'the client leaves', event: { type: 'directed.unavailable' }, may: ({ queue, hasJoined }) => hasJoined === 0 || queue < FULL },
    { label: 'the room lets it in', event: { type: 'room.entered' }, may: ({ queue, occupant }) => occupant === 0 && queue > 0 },
    { label: 'the room refuses', event: { type: 'room.refused' }, may: ({ queue, occupant }) => occupant === 0 && queue > 0 },
    { label: 'the room says goodbye', event: { type: 'room.left' }, may: ({ queue, occupant }) => occupant > 0 && first(queue) === LEAVE },
    { label: 'the room puts it out', event: { type: 'room.left' }, may: ({ occupant }) => occupant > 0 },
    { label: 'the full JID is bound anew', event: { type: 'session.replaced' }, may: ({ hasJoined }) => hasJoined === 0 },
  ],
  remember(memory, { label, event }) {
    const items = [...itemsOf(memory.queue)];
    if (event.type === 'directed.available' && memory.hasJoined === 0) items.push(JOIN);
    if (event.type === 'directed.unavailable' && memory.hasJoined === 1) items.push(LEAVE);
    if (label === 'the room lets it in') memory.occupant = first(memory.queue);
    if (event.type === 'room.left') memory.occupant = 0;
    if (event.type.startsWith('room.') && label !== 'the room puts it out') items.shift();
    if (event.type === 'session.replaced' && memory.occupant > 0) memory.occupant = FORMER_JOIN;
    // Who isn't there and leaves is not answered.
    while (memory.occupant === 0 && items[0] === LEAVE) items.shift();
    memory.queue = queueOf(event.type === 'session.replaced' ? items.map((item) => (item === JOIN ? FORMER_JOIN : item)) : items);
    memory.hasJoined = event.type === 'directed.available' ? 1 : event.type === 'directed.unavailable' || visitsOf(memory) === 0 ? 0 : memory.hasJoined;
  },
  due({ event: { type } }, before) {
    if (type === 'directed.available') return { statement: 'T2.c owed', oneOf: before.hasJoined === 0 && visitsOf(before) === 0 ? [['oweAnswer']] : nothing };
    const whose = before.occupant > 0 ? before.occupant : first(before.queue);
    if (type !== 'room.left' && type !== 'room.refused') return { statement: 'T2.c settled', oneOf: nothing };
    if (whose === FORMER_JOIN) return { statement: 'T2.f generation', oneOf: nothing };
    return { statement: 'T2.c settled', oneOf: visitsOf(before) === 1 ? [['settleAnswer']] : nothing };
  },
};

/** The farewell, alone with its room. */
export const farewellCheck = checkAlone(setting);
