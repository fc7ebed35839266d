/** A stream that another server has opened, alone: proofs, and the end. The peer, TLS, and those who verify keys are
 *  models that do whatever they may, in any order. Spec: RFC 6120 §4-§6, XEP-0178, XEP-0220. Not here: what must come of
 *  each thing (peer-duties.ts), for which domains a peer may speak.
 *  Taken for granted: an element comes after its header; amid a TLS handshake nothing is read, and whatever is written
 *  there cuts the connection (runtime); the keys of a stream are forgotten when it begins anew (core). @module */
import { checkAlone, timesOut } from './alone.ts';
import type { Memory, Occurrence, Setting } from './alone.ts';
import { disconnectComesLast, errorIsFollowed, nothingFollowsTheClosingTag } from './endings.ts';
import { dutyOf, statements } from './peer-duties.ts';
import type { PeerField, PeerStatement } from './peer-duties.ts';

type PeerMemory = Memory<PeerField>;

/** Keys whose verdict may be awaited at a time. */
const MOST_KEYS = 2;

const isReading = ({ over, hasPeerEnded, isSecuring }: PeerMemory): boolean => over + hasPeerEnded + isSecuring === 0;
const isTalking = (memory: PeerMemory): boolean => isReading(memory) && memory.isOpen === 1;

const occurrences: readonly Occurrence<PeerField>[] = [
  { label: 'peer: header', event: { type: 'header.received' }, may: isReading },
  { label: 'peer: starttls, offered', event: { type: 'tls.requested', offered: true } as { type: string }, may: (memory) => isTalking(memory) && memory.isSecure === 0 },
  { label: 'peer: starttls, not offered', event: { type: 'tls.requested', offered: false } as { type: string }, may: isTalking },
  { label: 'TLS is there', event: { type: 'tls.established' }, may: ({ isSecuring, over }) => isSecuring === 1 && over === 0 },
  { label: 'peer: certificate, good', event: { type: 'auth.requested', permitted: true } as { type: string }, may: isTalking },
  { label: 'peer: certificate, bad', event: { type: 'auth.requested', permitted: false } as { type: string }, may: isTalking },
  { label: 'peer: key', event: { type: 'key.received' }, may: (memory) => isTalking(memory) && memory.keys < MOST_KEYS },
  { label: 'peer: key for a domain of its certificate', event: { type: 'key.accepted' }, may: isTalking },
  { label: 'verdict: valid', event: { type: 'key.accepted' }, may: ({ keys }) => keys > 0 },
  { label: 'verdict: not valid', event: { type: 'key.rejected' }, may: ({ keys }) => keys > 0 },
  { label: 'peer: stanza that it may not send', event: { type: 'stanza.refused' }, may: isTalking },
  { label: 'peer: not well-formed', event: { type: 'stream.failed', condition: 'not-well-formed' } as { type: string }, may: isReading },
  { label: 'server: shutdown', event: { type: 'stream.failed', condition: 'system-shutdown', text: 'bye' } as { type: string }, may: ({ over }) => over === 0 },
  { label: 'peer: </stream>', event: { type: 'stream.ended' }, may: isReading },
  { label: 'the connection is lost', event: { type: 'stream.lost' }, may: ({ over }) => over !== 2 },
  timesOut('xstate.after.unauthenticatedTimeout.peer.negotiating'),
  timesOut('xstate.after.closeTimeout.peer.closing'),
];

/** What each order tells an observer. */
const learnt: Readonly<Record<string, (memory: Record<PeerField, number>) => void>> = {
  openStream: (memory) => { memory.isOpen = 1; },
  proceedTls: (memory) => { Object.assign(memory, { isSecuring: 1, isOpen: 0, keys: 0 }); },
  sendSuccess: (memory) => { memory.isCertified = 1; },
  restartStream: (memory) => { Object.assign(memory, { isOpen: 0, keys: 0 }); },
  verifyKey: (memory) => { memory.keys += 1; },
  admit: (memory) => { memory.isAdmitted = 1; },
  closeStream: (memory) => { memory.hasSaid = 1; },
  disconnect: (memory) => { memory.over = 1; },
};

/** What each occurrence tells an observer, whatever is ordered. */
function happened(memory: Record<PeerField, number>, { label, event }: Occurrence<PeerField>): void {
  if (label === 'TLS is there') Object.assign(memory, { isSecure: 1, isSecuring: 0 });
  if (label.startsWith('verdict')) memory.keys -= 1;
  const isProved = memory.isAdmitted === 1 && label === 'peer: certificate, bad';
  if (memory.hasSaid + memory.over === 0 && !isProved && (label === 'peer: certificate, bad' || label === 'verdict: not valid')) memory.failures += 1;
  if (event.type === 'stream.ended') memory.hasPeerEnded = 1;
  if (event.type === 'stream.lost') memory.over = 2;
}

/** What is said over the stream, errors and the closing tag apart. */
const said: readonly string[] = ['offerFeatures', 'proceedTls', 'refuseTls', 'sendSuccess', 'refuseSasl', 'confirmKey', 'refuseKey'];

const setting: Setting<PeerField, PeerStatement> = {
  machine: 'peer',
  about: 'The stream that another server has opened, from its connection to its end: headers, TLS, certificates, keys, errors, and the close.',
  statements,
  bounds: `one stream; every peer, TLS and verdict, at any time; at most ${MOST_KEYS} keys that wait for a verdict; a handshake passes no XML`,
  pinned: [838, 3701, 16],
  memory: {
    isSecure: 0, isSecuring: 0, isOpen: 0, isCertified: 0, isAdmitted: 0, keys: 0, failures: 0, hasPeerEnded: 0, hasSaid: 0, over: 0,
    unauthenticatedTimeout: 0, closeTimeout: 0,
  },
  occurrences,
  remember(memory, occurrence, orders) {
    happened(memory, occurrence);
    for (const order of orders) learnt[order]?.(memory);
  },
  due: dutyOf,
  always: {
    'header before anything': ({ before, orders }) => orders.every((order, index) => before.isOpen === 1 || !said.includes(order) || orders.slice(0, index).includes('openStream')),
    'amid the handshake': ({ before, orders }) => before.isSecuring === 0 || orders.every((order) => !said.includes(order) && order !== 'admit' && order !== 'openStream'),
    'one answer': ({ occurrence, orders }) => {
      const answers = orders.filter((order) => order === 'confirmKey' || order === 'refuseKey');
      return answers.length === 0 || (answers.length === 1 && (occurrence.event.type === 'key.accepted') === (answers[0] === 'confirmKey'));
    },
    'nobody without a proof': ({ before, occurrence: { event: { type } }, orders }) => !orders.includes('admit')
      || (before.isAdmitted === 0 && orders.indexOf('admit') === orders.lastIndexOf('admit') && (type === 'key.accepted' || (type === 'header.received' && before.isCertified === 1))),
    'error, then the closing tag': ({ orders }) => errorIsFollowed(orders),
    'nothing after the closing tag': ({ before, orders }) => nothingFollowsTheClosingTag(orders, before.hasSaid === 1),
    'disconnect comes last': ({ before, orders }) => disconnectComesLast(orders, before.over > 0),
    'time to prove': ({ after }) => after.unauthenticatedTimeout === (after.isAdmitted + after.hasSaid + after.over === 0 ? 1 : 0),
    'time to close': ({ after }) => after.closeTimeout === (after.hasSaid === 1 && after.over === 0 ? 1 : 0),
    'what the core reads': ({ after, reads }) => reads === (after.over > 0 ? 'closed' : after.hasSaid === 1 ? 'closing' : after.isAdmitted === 1 ? 'established' : 'other'),
  },
  reads: ({ value }) => (value === 'established' || value === 'closing' || value === 'closed' ? value : 'other'),
  partyOf: (order) => (order === 'admit' ? 'core' : 'peer'),
  isIgnoringSeen: ({ event: { type } }, { hasSaid }) => hasSaid === 0 && ['header.received', 'tls.requested', 'auth.requested', 'key.received'].includes(type),
};

/** A stream that another server has opened, alone. */
export const peerCheck = checkAlone(setting);
