/** The session of one connected resource, alone: what T9 can say of it without its queue, and in which
 *  order it ends. Spec: RFC 6120 §7, RFC 6121 §4.5.2, XEP-0198 §5. Not here: acknowledgements and the
 *  queue itself; what the route does with it (route.ts). @module */
import { checkAlone, nothing, timesOut } from './alone.ts';
import type { Setting } from './alone.ts';

type Field = 'hasStream' | 'isResumable' | 'hasEnded' | 'resumptionTimeout';

const statements = {
  'T9 detached': 'A lost stream detaches the route where resumption was enabled, and ends the session where it was not (XEP-0198 §5).',
  'T9 resumed': 'A session that is resumed attaches its route, once, and only after its stream was lost (XEP-0198 §5).',
  'T9 expiry': 'When the time for resumption is over, the session ends: its presence first, then its route (XEP-0198 §5).',
  'T9 timer': 'The time for resumption runs exactly while the session has no stream (XEP-0198 §5).',
  'session ends in order': 'A stream that ends in order ends the presence first, and then drains the route (RFC 6121 §4.5.2, DESIGN D5).',
  'session gives way': 'A session whose full JID is bound anew ends at once, with a stream or without: its presence first, then its route (RFC 6120 §7.7.2.2).',
  'session ends once': 'Nothing is ordered for a session that has ended (RFC 6121 §4.5.2).',
} as const;

const end = ['endPresence', 'closeRoute'];

const setting: Setting<Field, keyof typeof statements> = {
  machine: 'session',
  about: 'The session of one connected resource, its stream lost, resumed, replaced and ended in any order.',
  statements,
  bounds: 'one session; every event at any time',
  pinned: [7, 32, 4],
  memory: { hasStream: 1, isResumable: 0, hasEnded: 0, resumptionTimeout: 0 },
  occurrences: [
    { label: 'the stream ends', event: { type: 'stream.ended' } },
    { label: 'the stream is lost', event: { type: 'stream.lost' } },
    { label: 'the full JID is bound anew', event: { type: 'resource.replaced' } },
    { label: 'resumption is enabled', event: { type: 'resumption.enabled' } },
    { label: 'the session is resumed', event: { type: 'session.resumed' } },
    timesOut('xstate.after.resumptionTimeout.session.detached'),
  ],
  remember(memory, { event }, orders) {
    if (memory.hasEnded === 1) return;
    if (event.type === 'resumption.enabled' && memory.hasStream === 1) memory.isResumable = 1;
    if (orders.includes('detachRoute')) memory.hasStream = 0;
    if (orders.includes('attachRoute')) memory.hasStream = 1;
    if (orders.includes('endPresence') || orders.includes('closeRoute') || orders.includes('drainRoute')) memory.hasEnded = 1;
  },
  due({ event }, { hasStream, isResumable, hasEnded }) {
    if (hasEnded === 1) return { statement: 'session ends once', oneOf: nothing };
    switch (event.type) {
      case 'stream.ended': return { statement: 'session ends in order', oneOf: hasStream === 1 ? [['endPresence', 'drainRoute']] : nothing };
      case 'stream.lost': return { statement: 'T9 detached', oneOf: hasStream === 0 ? nothing : isResumable === 1 ? [['detachRoute']] : [end] };
      case 'resource.replaced': return { statement: 'session gives way', oneOf: [end] };
      case 'session.resumed': return { statement: 'T9 resumed', oneOf: hasStream === 0 ? [['attachRoute']] : nothing };
      case 'resumption.enabled': return { statement: 'session ends once', oneOf: nothing };
      default: return { statement: 'T9 expiry', oneOf: [end] };
    }
  },
  always: {
    'T9 timer': ({ after }) => after.resumptionTimeout === 1 - Math.max(after.hasStream, after.hasEnded),
  },
};

/** The session, alone. */
export const sessionCheck = checkAlone(setting);
