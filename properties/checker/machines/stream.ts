/** The stream of one client, alone: negotiation and the end. The client, TLS, SASL, the binder of
 *  resources and the route are models that do whatever they may, in any order. Spec: RFC 6120 §4-§7.
 *  Not here: what must come of each thing (stream-duties.ts); what a bound stream's stanzas lead to.
 *  Taken for granted: a client's element comes after its header, and a request to bind after the one
 *  before is answered, since the core takes them one by one; amid a TLS handshake nothing is read, and
 *  whatever is written there cuts the transport (runtime). @module */
import { checkAlone, timesOut } from './alone.ts';
import type { Memory, Occurrence, Setting } from './alone.ts';
import { disconnectComesLast, errorIsFollowed, nothingFollowsTheClosingTag } from './endings.ts';
import { dutyOf, owedAfter, statements } from './stream-duties.ts';
import type { StreamField } from './stream-duties.ts';

type StreamMemory = Memory<StreamField>;

const isReading = ({ over, hasPeerEnded, isSecuring }: StreamMemory): boolean => over + hasPeerEnded + isSecuring === 0;
const isTalking = (memory: StreamMemory): boolean => isReading(memory) && memory.isOpen === 1;
const isStranger = (memory: StreamMemory): boolean => isTalking(memory) && memory.session === 0;
const isEnding = ({ session, hasRoute }: StreamMemory): boolean => session > 0 && hasRoute === 1;

const occurrences: readonly Occurrence<StreamField>[] = [
  { label: 'client: header in the clear', event: { type: 'header.received', secure: false } as { type: string }, may: (memory) => isReading(memory) && memory.isSecure === 0 },
  { label: 'client: header over TLS', event: { type: 'header.received', secure: true } as { type: string }, may: (memory) => isReading(memory) && (memory.isSecure === 1 || memory.isOpen + memory.sasl === 0) },
  { label: 'client: starttls, offered', event: { type: 'tls.requested', offered: true } as { type: string }, may: (memory) => isStranger(memory) && memory.isSecure === 0 },
  { label: 'client: starttls, not offered', event: { type: 'tls.requested', offered: false } as { type: string }, may: isStranger },
  { label: 'TLS is there', event: { type: 'tls.established' }, may: ({ isSecuring, over }) => isSecuring === 1 && over === 0 },
  { label: 'client: auth, permitted', event: { type: 'auth.requested', mechanism: 'PLAIN', data: 'first', permitted: true } as { type: string }, may: isStranger },
  { label: 'client: auth, not permitted', event: { type: 'auth.requested', mechanism: 'PLAIN', permitted: false } as { type: string }, may: (memory) => isStranger(memory) && memory.isSecure === 0 },
  { label: 'client: response', event: { type: 'auth.responded', data: 'next' } as { type: string }, may: isStranger },
  { label: 'client: abort', event: { type: 'auth.aborted' }, may: isStranger },
  { label: 'SASL: challenge', event: { type: 'sasl.challenged', data: 'what' } as { type: string }, may: ({ sasl }) => sasl !== 2 },
  { label: 'SASL: success', event: { type: 'sasl.succeeded', data: 'well' } as { type: string }, may: ({ sasl }) => sasl !== 2 },
  { label: 'SASL: failure', event: { type: 'sasl.failed', condition: 'not-authorized', text: 'no' } as { type: string }, may: ({ sasl }) => sasl !== 2 },
  { label: 'client: bind', event: { type: 'bind.requested' }, may: (memory) => isTalking(memory) && memory.isBinding === 0 },
  { label: 'binder: bound', event: { type: 'bind.succeeded' }, may: ({ isBinding, session, hasSaid, over }) => isBinding === 1 && session + hasSaid + over === 0 },
  { label: 'binder: refused', event: { type: 'bind.failed', condition: 'resource-constraint' } as { type: string }, may: ({ isBinding }) => isBinding === 1 },
  { label: 'client: stanza', event: { type: 'stanza.received' }, may: isTalking },
  { label: 'client: not well-formed', event: { type: 'stream.failed', condition: 'not-well-formed' } as { type: string }, may: isReading },
  { label: 'server: shutdown', event: { type: 'stream.failed', condition: 'system-shutdown', text: 'bye' } as { type: string }, may: ({ over }) => over === 0 },
  { label: 'the full JID is bound anew', event: { type: 'resource.replaced' }, may: isEnding },
  { label: 'client: </stream>', event: { type: 'stream.ended' }, may: isReading },
  { label: 'the transport is lost', event: { type: 'stream.lost' }, may: ({ over }) => over !== 2 },
  { label: 'the route has closed', event: { type: 'route.closed' }, may: ({ session, hasRoute }) => session === 2 && hasRoute === 1 },
  timesOut('xstate.after.unauthenticatedTimeout.stream.negotiating'),
  timesOut('xstate.after.closeTimeout.stream.closing'),
];

/** What each order tells an observer. */
const learnt: Readonly<Record<string, (memory: Record<StreamField, number>) => void>> = {
  openStream: (memory) => { memory.isOpen = 1; },
  proceedTls: (memory) => { memory.isSecuring = 1; memory.isOpen = 0; },
  beginSasl: (memory) => { memory.sasl = 1; },
  continueSasl: (memory) => { memory.sasl = 1; },
  sendChallenge: (memory) => { memory.sasl = 2; },
  sendSuccess: (memory) => { memory.sasl = 3; },
  restartStream: (memory) => { memory.isOpen = 0; },
  bindResource: (memory) => { memory.isBinding = 1; },
  sendBindResult: (memory) => { memory.session = 1; memory.hasRoute = 1; },
  endSession: (memory) => { memory.session = 2; },
  closeStream: (memory) => { memory.hasSaid = 1; },
  disconnect: (memory) => { memory.over = 1; },
};

/** What each occurrence tells an observer, whatever is ordered. */
function happened(memory: Record<StreamField, number>, { label, event }: Occurrence<StreamField>): void {
  if (label === 'client: header over TLS') memory.isSecure = 1;
  const isFailure = event.type === 'sasl.failed' || event.type === 'auth.aborted' || label === 'client: auth, permitted';
  if (isFailure && (memory.sasl === 1 || memory.sasl === 2)) Object.assign(memory, { sasl: 0, failures: memory.failures + 1 });
  if (event.type === 'tls.established') Object.assign(memory, { isSecure: 1, isSecuring: 0 });
  if (event.type === 'bind.failed') memory.refusals += 1;
  if (event.type === 'bind.failed' || event.type === 'bind.succeeded') memory.isBinding = 0;
  if (event.type === 'stream.failed' && memory.session === 1) memory.owed = owedAfter(label);
  if (event.type === 'stream.ended') memory.hasPeerEnded = 1;
  if (event.type === 'stream.lost') memory.over = 2;
  if (event.type === 'route.closed') memory.hasRoute = 0;
}

const setting: Setting<StreamField, keyof typeof statements> = {
  machine: 'stream',
  about: 'The stream of one client, from its transport to its end: headers, TLS, SASL, binding, errors, and the close.',
  statements,
  bounds: 'one stream; every client, TLS, SASL, binder and route, at any time; a handshake passes no XML',
  pinned: [2842, 17_573, 23],
  memory: {
    isSecure: 0, isSecuring: 0, isOpen: 0, sasl: 0, failures: 0, isBinding: 0, refusals: 0, session: 0, hasRoute: 0,
    owed: 0, hasPeerEnded: 0, hasSaid: 0, over: 0, unauthenticatedTimeout: 0, closeTimeout: 0,
  },
  occurrences,
  remember(memory, occurrence, orders) {
    happened(memory, occurrence);
    for (const order of orders) learnt[order.split(' ')[0] ?? '']?.(memory);
  },
  due: dutyOf,
  always: {
    'nobody before SASL': ({ before, orders }) => before.sasl === 3 || !orders.some((order) => order === 'bindResource' || order === 'processStanza' || order === 'sendBindResult'),
    'success is earned': ({ before, orders }) => before.sasl === 1 || !orders.some((order) => order.startsWith('sendSuccess') || order === 'restartStream'),
    'error, then the closing tag': ({ orders }) => errorIsFollowed(orders),
    'nothing after the closing tag': ({ before, orders }) => nothingFollowsTheClosingTag(orders, before.hasSaid === 1),
    'disconnect comes last': ({ before, orders }) => disconnectComesLast(orders, before.over > 0),
    'amid the handshake': ({ before, orders }) => before.isSecuring === 0 || orders.every((order) => order === 'ignored' || order === 'closeStream' || order === 'disconnect' || order.startsWith('sendStreamError')),
    'time to authenticate': ({ after }) => after.unauthenticatedTimeout === (after.session + after.hasSaid + after.over === 0 ? 1 : 0),
    'time to close': ({ after }) => after.closeTimeout === (after.hasSaid === 1 && after.over === 0 ? 1 : 0),
    'what the core reads': ({ after, reads }) => (reads === 'bound') === (after.session === 1) && (reads === 'closed') === (after.over > 0),
  },
  reads: ({ value }) => (value === 'bound' || value === 'closed' ? value : 'other'),
  partyOf: (order) => (/^(begin|continue|abandon)Sasl/.test(order) ? 'SASL' : order === 'bindResource' ? 'binder' : 'client'),
  isIgnoringSeen: ({ label }, { session, hasSaid }) => label.startsWith('client: ') && session + hasSaid === 0,
};

/** The stream, alone. */
export const streamCheck = checkAlone(setting);
