/** The link to another server, alone: the attempt, the stream that comes of it, and its end. The other server, its
 *  connection, TLS, and whoever has something to carry are models that do whatever they may, in any order. Spec:
 *  RFC 6120 §4-§6, §10.1, §10.4, XEP-0178, XEP-0220, XEP-0288. Not here: what must come of each thing (link-duties.ts),
 *  the order within a queue.
 *  Taken for granted: TLS is not next where it is there, and what concerns a former connection is not heard (core); amid
 *  a TLS handshake nothing is read (runtime). @module */
import { checkAlone, timesOut } from './alone.ts';
import type { Memory, Occurrence, Seen, Setting } from './alone.ts';
import { disconnectComesLast, nothingFollowsTheClosingTag } from './endings.ts';
import { ADOPTED, NEXT, dutyOf, statements, toPeer } from './link-duties.ts';
import type { LinkField, LinkStatement } from './link-duties.ts';

type LinkMemory = Memory<LinkField>;

/** Something may come over the connection, though it be given up: it was on its way. */
const isReading = ({ stream, hasPeerEnded, next }: LinkMemory): boolean => stream === 2 && hasPeerEnded === 0 && next !== NEXT.tls;
const isOwn = ({ stream }: LinkMemory): boolean => stream === 1 || stream === 2;

const occurrences: readonly Occurrence<LinkField>[] = [
  { label: 'a stanza waits', event: { type: 'stanza.queued' } },
  { label: 'a key is to be verified', event: { type: 'verification.queued' } },
  { label: 'a stream of the other server\'s may be used', event: { type: 'stream.adopted' } },
  { label: 'the connection is there', event: { type: 'connection.opened' }, may: ({ stream }) => stream === 1 },
  { label: 'nobody is found', event: { type: 'connection.refused', condition: 'remote-server-not-found' } as { type: string }, may: ({ stream }) => stream === 1 },
  { label: 'nobody answers', event: { type: 'connection.refused', condition: 'remote-server-timeout' } as { type: string }, may: ({ stream }) => stream === 1 },
  { label: 'features: TLS is next', event: { type: 'features.received', next: 'tls' } as { type: string }, may: (memory) => isReading(memory) && memory.isSecure === 0 },
  { label: 'features: EXTERNAL is next', event: { type: 'features.received', next: 'external' } as { type: string }, may: isReading },
  { label: 'features: dialback is next', event: { type: 'features.received', next: 'dialback' } as { type: string }, may: isReading },
  { label: 'features: nothing is of use', event: { type: 'features.received', next: 'nothing' } as { type: string }, may: isReading },
  { label: '<proceed/>', event: { type: 'tls.proceeded' }, may: isReading },
  { label: 'STARTTLS fails', event: { type: 'tls.refused' }, may: isReading },
  { label: 'TLS is there', event: { type: 'tls.established' }, may: ({ stream, next }) => stream === 2 && next === NEXT.tls },
  { label: 'SASL succeeds', event: { type: 'sasl.succeeded' }, may: isReading },
  { label: 'SASL fails, dialback is next', event: { type: 'sasl.failed', next: 'dialback' } as { type: string }, may: isReading },
  { label: 'SASL fails, and that is all', event: { type: 'sasl.failed', next: 'nothing' } as { type: string }, may: isReading },
  { label: 'key: valid', event: { type: 'key.accepted' }, may: isReading },
  { label: 'key: not valid', event: { type: 'key.rejected', condition: 'internal-server-error' } as { type: string }, may: isReading },
  { label: 'key: not verified', event: { type: 'key.rejected', condition: 'remote-server-timeout' } as { type: string }, may: isReading },
  { label: 'nothing has been carried for a while', event: { type: 'link.idle' }, may: ({ outcome }) => outcome === 1 },
  { label: 'the stream fails, or the server stops', event: { type: 'stream.failed' }, may: ({ stream }) => stream !== ADOPTED },
  { label: '</stream>', event: { type: 'stream.ended' }, may: isReading },
  { label: 'the stream is lost', event: { type: 'stream.lost' }, may: ({ stream }) => stream >= 2 },
  timesOut('xstate.after.linkTimeout.link.opening'),
  { ...timesOut('xstate.after.closeTimeout.link.closing'), label: 'the time to close is over', may: ({ closeTimeout, isOver }) => closeTimeout === 1 && isOver === 0 },
  { ...timesOut('xstate.after.closeTimeout.link.leaving'), label: 'the time to leave is over', may: ({ closeTimeout, isOver }) => closeTimeout === 1 && isOver === 1 },
];

/** What is remembered of a stream that is gone. */
const gone = { stream: 0, next: 0, isSecure: 0, isCertified: 0, outcome: 0, hasPeerEnded: 0, hasSaid: 0, isOver: 0 };

/** What each order tells an observer. */
const learnt: Readonly<Record<string, Partial<LinkMemory>>> = {
  connect: { ...gone, stream: 1 },
  openStream: { next: NEXT.features }, requestTls: { next: NEXT.proceed }, startTls: { next: NEXT.tls }, sendExternal: { next: NEXT.success }, sendKey: { next: NEXT.verdict },
  flushQueue: { outcome: 1 }, bounceQueue: { outcome: 2 }, closeStream: { hasSaid: 1 }, disconnect: { isOver: 1 },
};

/** What each occurrence tells an observer, whatever is ordered. */
function happened(memory: Record<LinkField, number>, { event: { type } }: Occurrence<LinkField>): void {
  if (type === 'stream.adopted' && memory.stream === 0) memory.stream = ADOPTED;
  if (type === 'connection.opened') memory.stream = 2;
  if (type === 'tls.established') Object.assign(memory, { isSecure: 1, next: NEXT.features });
  if (type === 'sasl.succeeded' && memory.next === NEXT.success) memory.isCertified = 1;
  if (type === 'stream.ended') memory.hasPeerEnded = 1;
}

/** Whether the stream is no more, or nobody waits for its end any longer. */
const isGone = ({ event: { type } }: Occurrence<LinkField>): boolean => type === 'stream.lost' || type === 'connection.refused' || type === 'xstate.after.closeTimeout.link.leaving';

const count = (orders: readonly string[], name: string): number => orders.filter((order) => order.split(' ')[0] === name).length;

/** Whether an attempt is under way, and nothing has come of it yet. */
const isTrying = (memory: LinkMemory): boolean => isOwn(memory) && memory.outcome + memory.hasSaid + memory.isOver === 0;

/** Whether the domain is proved by this. */
const isProof = ({ occurrence: { event: { type } }, before }: Seen<LinkField>): boolean =>
  (type === 'features.received' && before.isCertified === 1) || (type === 'key.accepted' && before.next === NEXT.verdict);

const setting: Setting<LinkField, LinkStatement> = {
  machine: 'link',
  about: 'The link from one domain to one of another server, attempt after attempt: connection, TLS, proof, what waits, and the close.',
  statements,
  bounds: 'one link, one connection after the other; every other server, at any time; a handshake passes no XML',
  pinned: [68, 970, 11],
  memory: { ...gone, linkTimeout: 0, closeTimeout: 0 },
  occurrences,
  remember(memory, occurrence, orders) {
    happened(memory, occurrence);
    for (const order of orders) Object.assign(memory, learnt[order.split(' ')[0] ?? ''] ?? {});
    if (isGone(occurrence)) Object.assign(memory, gone);
  },
  due: dutyOf,
  always: {
    'T4 one stream': ({ before, orders }) => !orders.includes('connect') || before.stream === 0,
    'sent once proved': (seen) => count(seen.orders, 'flushQueue') === (isTrying(seen.before) && isProof(seen) ? 1 : 0),
    'T3 bounced': ({ before, after, orders }) => count(orders, 'bounceQueue') === (isTrying(before) && (!isOwn(after) || after.hasSaid + after.isOver > 0) ? 1 : 0),
    'T8 bounded wait': ({ after }) => after.linkTimeout === (isTrying(after) ? 1 : 0),
    'T8 time to close': ({ after }) => after.closeTimeout === (isOwn(after) && after.hasSaid + after.isOver > 0 ? 1 : 0),
    'the closing tag': ({ before, after, orders }) => nothingFollowsTheClosingTag(toPeer(orders), before.hasSaid === 1)
      && (before.stream === 2 || !orders.includes('closeStream')) && (before.stream === 1 || !orders.includes('disconnect') || after.hasSaid === 1),
    'disconnect comes last': ({ before, orders }) => disconnectComesLast(toPeer(orders), before.isOver === 1),
    'what the core reads': ({ after, reads }) => {
      const carries = after.stream === ADOPTED || (after.outcome === 1 && after.hasSaid + after.isOver === 0);
      return reads === (carries ? 'up' : after.stream === 0 ? 'idle' : 'other');
    },
  },
  reads: ({ value }) => (value === 'up' || value === 'idle' ? value : 'other'),
  partyOf: (order) => (order.startsWith('bounceQueue') ? 'senders' : 'other server'),
};

/** The link to another server, alone. */
export const linkCheck = checkAlone(setting);
