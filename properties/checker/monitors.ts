/** What must hold of every step of the composed system, and of every state that nothing leaves: T1, T2,
 *  T6 and T8 of THEOREMS, in the words of the RFCs. Judged from what is put out and from the sessions,
 *  never from how a machine came to it. @module */
import type { Output } from './generation.ts';

/** A resource as an observer sees it, by the names of its machines' states. */
export interface Observed {
  /** The server has not learnt that the transport is dead. */
  readonly isLive: boolean;
  readonly stream: string;
  readonly session: string;
  readonly presence: string;
  readonly route: string;
  readonly isRouted: boolean;
  readonly hasTimer: boolean;
  /** By room: how many visits this generation has begun and not been told the end of. */
  readonly told: readonly number[];
  /** By room: the last thing it was told is that the resource is there. */
  readonly isThere: readonly boolean[];
  /** Without its presence, it would be eligible for messages to the bare JID. */
  readonly isEligibleWithoutPresence: boolean;
}

/** What made the step. */
export type Cause = 'stanza' | 'end' | 'eof' | 'replaced' | 'deadline' | 'room' | 'late goodbye';

/** In words, by name. */
export const statements = {
  'T1.a': 'A message to a user reaches a connected resource that has not opted out, whatever presence it has sent.',
  'T1.b': 'A message is delivered if and only if it would be delivered had its recipient sent no presence at all.',
  'T1.d': 'What a connected resource sends is processed, whatever presence it has sent.',
  'T2.a': 'Presence never closes a route.',
  'T2.b': 'A live resource that becomes unavailable is told so before its route closes.',
  'T2.c': 'A route stays until each of its rooms has said goodbye, or until the time is over and the server has said it for them, or until the transport is dead.',
  'T2.c echo': 'A room\'s goodbye that arrives for a route is put out.',
  'T2.d': 'Nothing is put out after the closing tag.',
  'T2.e': 'No route drains for ever.',
  'T2.f': 'A goodbye settles only what is owed to the session that was in the room.',
  'T6 doubled': 'No room is told twice that a resource is gone.',
  'T6 ghost': 'No room keeps an occupant that has gone.',
  'T8': 'A session that has ended leaves no route and no timer.',
  'T8 eof': 'A route does not outlive its transport.',
} as const;
export type Statement = keyof typeof statements;

const isAvailable = ({ presence }: Observed): boolean => presence === 'available' || presence === 'availableNegative';
const hasEnded = ({ session }: Observed): boolean => session === 'ended';
const owes = (rooms: readonly number[]): boolean => rooms.some((visits) => visits > 0);

/** The statements that one step of one resource breaks.
 *  @param ordered what the client has asked for: the output that must follow */
export function brokenByStep(before: Observed, after: Observed, outputs: readonly Output[], cause: Cause, ordered?: Output['what']): Statement[] {
  const broken: Statement[] = [];
  const isIn = (what: Output['what'], room?: number): boolean => outputs.some((output) => output.what === what && output.room === room);
  const closed = before.isRouted && !after.isRouted;
  if (cause === 'stanza' && before.session === 'connected' && before.stream === 'bound' && (!isIn('processed') || (ordered !== undefined && !outputs.some(({ what }) => what === ordered)))) broken.push('T1.d');
  if (closed && !hasEnded(after)) broken.push('T2.a');
  if (isAvailable(before) && !isAvailable(after) && after.isLive && !isIn('self unavailable')) broken.push('T2.b');
  if (closed && after.isLive && cause !== 'replaced' && after.told.some((visits, room) => visits > 0 && !(cause === 'deadline' && isIn('goodbye', room)))) broken.push('T2.c');
  if (cause === 'room' && before.session === 'connected' && before.isLive && !outputs.some(({ what }) => what === 'goodbye' || what === 'welcome')) broken.push('T2.c echo');
  if (saysAfterClosing(before, outputs)) broken.push('T2.d');
  if (cause === 'late goodbye' && (closed || after.route !== before.route)) broken.push('T2.f');
  if (outputs.some(({ what, room, isByServer }) => what === 'told unavailable' && isByServer === true && room !== undefined && before.isThere[room] === false)) broken.push('T6 doubled');
  if (cause === 'eof' && after.isRouted) broken.push('T8 eof');
  if (closed && !owes(after.told) && after.hasTimer) broken.push('T8');
  return broken;
}

function saysAfterClosing(before: Observed, outputs: readonly Output[]): boolean {
  let isClosed = before.stream === 'closing' || before.stream === 'closed';
  for (const { what } of outputs) {
    if (isClosed && what !== 'told unavailable' && what !== 'told available' && what !== 'processed') return true;
    if (what === 'close') isClosed = true;
  }
  return false;
}

/** A recipient of a message, as an observer sees it. */
export interface Recipient {
  readonly observed: Observed;
  /** The message was put out to it. */
  readonly isReached: boolean;
  readonly isAddressed: boolean;
}

/** The statements that a message breaks. Elig(u) of THEOREMS §0, from the sessions and not from the routes.
 *  @param isComparable T1.b is about presence that opts out of nothing */
export function brokenByMessage(recipients: readonly Recipient[], isComparable: boolean): Statement[] {
  const reached = recipients.filter(({ isReached }) => isReached);
  const connected = recipients.filter(({ observed }) => observed.session === 'connected');
  const addressed = connected.find(({ isAddressed }) => isAddressed);
  const broken: Statement[] = [];
  const isRight = addressed !== undefined ? reached.length === 1 && reached[0] === addressed
    : reached.length > 0 || connected.every(({ observed }) => observed.presence === 'availableNegative');
  if (!isRight || reached.some((recipient) => !connected.includes(recipient))) broken.push('T1.a');
  const without = recipients.filter(({ observed }) => observed.isEligibleWithoutPresence);
  if (isComparable && (reached.length > 0) !== (without.length > 0)) broken.push('T1.b');
  return broken;
}

/** The statements that a resource breaks once nothing more can happen.
 *  @param isOccupant by room, whether it keeps the resource; none for a room that has died */
export function brokenAtRest(observed: Observed, isOccupant: readonly boolean[]): Statement[] {
  return [
    ...(observed.route === 'draining' && observed.isRouted ? ['T2.e' as const] : []),
    ...(hasEnded(observed) && (observed.isRouted || observed.hasTimer) && observed.route !== 'draining' ? ['T8' as const] : []),
    ...(hasEnded(observed) && isOccupant.includes(true) ? ['T6 ghost' as const] : []),
  ];
}
