/** The stream of a component, alone: the handshake, and the end. The component is a model that says whatever it may, in
 *  any order. Spec: XEP-0114 §3, RFC 6120 §4. Not here: whose secret it is, and what an admitted component's stanzas
 *  lead to. Taken for granted: an element comes after the header. @module */
import { checkAlone, nothing, timesOut } from './alone.ts';
import type { Due, Memory, Occurrence, Setting } from './alone.ts';
import { anywhere, disconnectComesLast, errorIsFollowed, failing, nothingFollowsTheClosingTag } from './endings.ts';

type Field =
  /** The component's header was answered. */
  | 'isOpen' | 'isAdmitted'
  /** The component's closing tag has come; the server's has been sent. */
  | 'hasPeerEnded' | 'hasSaid'
  /** 1 the server has given up the connection, 2 it is lost. */
  | 'over'
  | 'unauthenticatedTimeout' | 'closeTimeout';

const statements = {
  'header': 'The component\'s header is answered with one, once, and nothing but an error is sent before it (XEP-0114 §3, RFC 6120 §4.2, §4.9.1.2).',
  'handshake': 'A handshake that is good is answered, and one that is not ends the stream with not-authorized (XEP-0114 §3).',
  'nobody without the secret': 'A component is admitted once, by a handshake that is good (XEP-0114 §3).',
  'stanzas': 'A stanza before the handshake ends the stream with not-authorized, and one in another\'s name with invalid-from (XEP-0114 §3, RFC 6120 §4.9.3.12, §4.9.3.9).',
  'error': 'An error ends a stream; the condition is the one that occurred (RFC 6120 §4.9.1.1).',
  'the component closes': 'When the component closes, the server does, and gives up the connection (RFC 6120 §4.4).',
  'time to authenticate': 'The time for the handshake runs until then, and ends the stream with connection-timeout (RFC 6120 §13.12, §4.9.3.4).',
  'time to close': 'The time to close runs while the server waits for the component\'s closing tag, and no longer (RFC 6120 §4.4).',
  'closing': 'Once the server has closed, the connection is given up when the component has closed too, has failed or has had its time, and nothing else is done (RFC 6120 §4.4).',
  'error, then the closing tag': 'An error is followed by the closing tag at once (RFC 6120 §4.9.1.1).',
  'nothing after the closing tag': 'Nothing is sent after the server\'s closing tag, and that is sent once (RFC 6120 §4.4 rule 2).',
  'disconnect comes last': 'The connection is given up once, last of all, and not if it is lost (RFC 6120 §4.4 rule 4).',
  'over': 'Nothing is done for a stream that has no connection (RFC 6120 §4.4, §4.6).',
  'what the core reads': 'A component is reached from the handshake to the end of its stream, and its stream is forgotten once it has no connection (XEP-0114 §3).',
} as const;

type Statement = keyof typeof statements;

const isReading = ({ over, hasPeerEnded }: Memory<Field>): boolean => over + hasPeerEnded === 0;
const isTalking = (memory: Memory<Field>): boolean => isReading(memory) && memory.isOpen === 1;

const occurrences: readonly Occurrence<Field>[] = [
  { label: 'component: header', event: { type: 'header.received' }, may: isReading },
  { label: 'component: handshake, good', event: { type: 'handshake.received', permitted: true } as { type: string }, may: isTalking },
  { label: 'component: handshake, bad', event: { type: 'handshake.received', permitted: false } as { type: string }, may: isTalking },
  { label: 'component: stanza that it may not send', event: { type: 'stanza.refused' }, may: isTalking },
  { label: 'component: not well-formed', event: { type: 'stream.failed', condition: 'not-well-formed' } as { type: string }, may: isReading },
  { label: 'server: shutdown', event: { type: 'stream.failed', condition: 'system-shutdown', text: 'bye' } as { type: string }, may: ({ over }) => over === 0 },
  { label: 'component: </stream>', event: { type: 'stream.ended' }, may: isReading },
  { label: 'the connection is lost', event: { type: 'stream.lost' }, may: ({ over }) => over !== 2 },
  timesOut('xstate.after.unauthenticatedTimeout.component.negotiating'),
  timesOut('xstate.after.closeTimeout.component.closing'),
];

/** What is due. */
function dutyOf({ label, event: { type } }: Occurrence<Field>, { isOpen, isAdmitted, hasSaid, over }: Memory<Field>): Due<Statement> {
  if (over > 0) return { statement: 'over', oneOf: nothing };
  if (hasSaid === 1) return { statement: 'closing', oneOf: type === 'stream.ended' || type === 'stream.failed' || type.startsWith('xstate.after.closeTimeout') ? [['disconnect']] : nothing };
  switch (type) {
    case 'header.received': return { statement: 'header', oneOf: isOpen === 0 ? [['openStream']] : nothing };
    case 'handshake.received': return { statement: 'handshake', oneOf: isAdmitted === 1 ? nothing : label.endsWith('good') ? anywhere('admit', ['sendHandshake']) : [failing('not-authorized')] };
    case 'stanza.refused': return { statement: 'stanzas', oneOf: [failing(isAdmitted === 1 ? 'invalid-from' : 'not-authorized')] };
    case 'stream.failed': return { statement: 'error', oneOf: [failing(label === 'server: shutdown' ? 'system-shutdown bye' : 'not-well-formed')] };
    case 'stream.ended': return { statement: 'the component closes', oneOf: [['closeStream', 'disconnect']] };
    case 'stream.lost': return { statement: 'over', oneOf: nothing };
    default: return { statement: 'time to authenticate', oneOf: [failing('connection-timeout')] };
  }
}

const setting: Setting<Field, Statement> = {
  machine: 'component',
  about: 'The stream of one component, from its connection to its end.',
  statements,
  bounds: 'one stream; whatever a component may say, at any time',
  pinned: [22, 54, 5],
  memory: { isOpen: 0, isAdmitted: 0, hasPeerEnded: 0, hasSaid: 0, over: 0, unauthenticatedTimeout: 0, closeTimeout: 0 },
  occurrences,
  remember(memory, { event }, orders) {
    if (event.type === 'stream.ended') memory.hasPeerEnded = 1;
    if (event.type === 'stream.lost') memory.over = 2;
    if (orders.includes('openStream')) memory.isOpen = 1;
    if (orders.includes('admit')) memory.isAdmitted = 1;
    if (orders.includes('closeStream')) memory.hasSaid = 1;
    if (orders.includes('disconnect')) memory.over = 1;
  },
  due: dutyOf,
  always: {
    'header': ({ before, orders }) => before.isOpen === 1 || !orders.includes('sendHandshake'),
    'nobody without the secret': ({ before, occurrence, orders }) => orders.every((order) => order !== 'admit' || (before.isAdmitted === 0 && occurrence.label === 'component: handshake, good')) && orders.indexOf('admit') === orders.lastIndexOf('admit'),
    'error, then the closing tag': ({ orders }) => errorIsFollowed(orders),
    'nothing after the closing tag': ({ before, orders }) => nothingFollowsTheClosingTag(orders, before.hasSaid === 1),
    'disconnect comes last': ({ before, orders }) => disconnectComesLast(orders, before.over > 0),
    'time to authenticate': ({ after }) => after.unauthenticatedTimeout === (after.isAdmitted + after.hasSaid + after.over === 0 ? 1 : 0),
    'time to close': ({ after }) => after.closeTimeout === (after.hasSaid === 1 && after.over === 0 ? 1 : 0),
    'what the core reads': ({ after, reads }) => reads === (after.over > 0 ? 'closed' : after.isAdmitted === 1 && after.hasSaid === 0 ? 'established' : 'other'),
  },
  reads: ({ value }) => (value === 'established' || value === 'closed' ? value : 'other'),
  partyOf: (order) => (order === 'admit' ? 'core' : 'component'),
};

/** The stream of a component, alone. */
export const componentCheck = checkAlone(setting);
