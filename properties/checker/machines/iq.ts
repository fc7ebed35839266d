/** A request of the server, alone: it comes to one end. Spec: RFC 6120 §8.2.3. Not here: what is
 *  requested (roster.ts). @module */
import { checkAlone, nothing, timesOut } from './alone.ts';
import type { Setting } from './alone.ts';

type Field = 'isOver' | 'requestTimeout';

const statements = {
  'settled once': 'A request is settled by its answer or by the end of its time, once, and no more when its resource has gone (RFC 6120 §8.2.3).',
  'request timer': 'The time for an answer runs exactly while the answer is awaited (RFC 6120 §8.2.3).',
} as const;

const setting: Setting<Field, keyof typeof statements> = {
  machine: 'iq',
  about: 'One request that the server has made of a client, its answer, its time, and the end of the session.',
  statements,
  bounds: 'one request; every event at any time, answers that come twice or too late among them',
  pinned: [4, 8, 2],
  memory: { isOver: 0, requestTimeout: 0 },
  occurrences: [
    { label: 'the answer comes', event: { type: 'answer.received' } },
    { label: 'the session ends', event: { type: 'session.ended' } },
    timesOut('xstate.after.requestTimeout.iq.pending'),
  ],
  remember(memory) {
    memory.isOver = 1;
  },
  due({ event }, { isOver }) {
    return { statement: 'settled once', oneOf: isOver === 0 && event.type !== 'session.ended' ? [['settle']] : nothing };
  },
  always: {
    'request timer': ({ after }) => after.requestTimeout === 1 - after.isOver,
  },
};

/** A request of the server, alone. */
export const iqCheck = checkAlone(setting);
