/** Why a route was closed: the steps from what ended the session to the closing tag, each with its section, read from
 *  the transitions that were recorded. Spec: RFC 6120 §4.4, DESIGN D5. Not here: the order itself, which is the
 *  machines' (machines/stream.ts, session.ts, route.ts, farewell.ts). @module */
import type { Reason } from './reason.ts';
import { takenOf } from './sheets.ts';
import type { Subject, TransitionEntry } from './subject.ts';

type Step = TransitionEntry;

/** So many names are said of a kind. */
const most = 6;

/** The answer about one session; nothing while its stream goes on. */
export function closingOf(subject: Subject): readonly Reason[] {
  const { states, log } = subject;
  const stream = states.get('stream');
  if (subject.kind !== 'session' || stream === undefined || goesOn(stream)) return [];
  const steps = log.items.filter((entry): entry is Step => 'machine' in entry && !entry.ignored);
  const first = steps.findIndex(({ machine, from, to }) => machine === 'stream' && goesOn(from) && !goesOn(to));
  const cause = steps[first];
  const after = steps.slice(Math.max(0, first));
  return [
    cause === undefined ? unknownCause(log.dropped) : reason('cause', causeOf(cause), cause),
    ...(states.has('route') ? [...leaveTaking(after, cause), ...routeOf(after, farewellsOf(after, states), cause)] : [{ step: 'route', text: 'It had bound no resource, so there was no route to close.', spec: 'RFC 6120 §7.1' }]),
    ...after.filter(({ machine, from }) => machine === 'stream' && !goesOn(from)).map((step) => reason('stream', tagOf(step), step)),
  ];
}

const goesOn = (state: string): boolean => state === 'bound' || state.startsWith('negotiating');

function reason(step: string, text: string, { machine, event, from, to, effects, n }: Step): Reason {
  return { step, text, spec: (takenOf(machine, event.type, from, to, effects.map(({ type }) => type))?.spec ?? []).join(', '), n };
}

function unknownCause(dropped: number): Reason {
  const text = dropped > 0 ? `What ended it is not kept any more: ${dropped} earlier steps were dropped.` : 'It ended before anybody looked: what ended it is not known here.';
  return { step: 'cause', text, spec: '', verdict: 'unknown' };
}

/** What ended the stream, by the event. */
function causeOf({ event, from }: Step): string {
  const { type, condition = '', text } = event as { readonly type: string; readonly condition?: string; readonly text?: string };
  switch (type) {
    case 'stream.ended': return 'The client closed its stream.';
    case 'stream.lost': return 'The connection was lost, without a closing tag.';
    case 'resource.replaced': return 'Conflict: another stream has bound the same full JID, and the newer one wins.';
    case 'stream.failed': return condition === 'system-shutdown' ? 'The server is stopping.' : `The server can't go on with the stream, and says so by the stream error ${condition}${text === undefined ? '' : ` (${text.slice(0, 200)})`}.`;
    case 'tls.requested': return 'The client asked for TLS where it is not offered.';
    case 'stanza.received': return 'The client sent a stanza before it had logged in.';
    case 'bind.failed': return 'The client failed too often to bind a resource.';
    case 'auth.requested': case 'auth.aborted': case 'sasl.failed': return 'The client failed too often to log in.';
    default: return type.startsWith('xstate.after.unauthenticatedTimeout') ? 'The client had not become a connected resource in time.' : `${type}, in ${from}.`;
  }
}

/** Who was told by presence that the resource has gone. */
function leaveTaking(after: readonly Step[], cause: Step | undefined): readonly Reason[] {
  const session = after.find(({ machine, to }) => machine === 'session' && to === 'ended');
  const presence = after.find(({ machine, event }) => machine === 'presence' && event.type === 'session.ended');
  const told = after.filter(({ machine, effects }) => machine === 'directed-presence' && orders(effects, 'sendUnavailable'));
  return [
    ...(session === undefined ? [] : [reason('session', sessionText(session), session)]),
    ...(presence === undefined ? [] : [reason('presence', presenceText(presence, cause), presence)]),
    ...(told[0] === undefined ? [] : [reason('presence', `Told by directed presence before, so told now too: ${named(told.map(({ part }) => part))}.`, told[0])]),
  ];
}

const orders = (effects: Step['effects'], type: string): boolean => effects.some((effect) => effect.type === type);

function sessionText({ effects, event }: Step): string {
  if (orders(effects, 'drainRoute')) return 'The session ends in order: its route takes no new messages, and still delivers what is owed to it.';
  return event.type.startsWith('xstate.after.resumptionTimeout') ? 'The client has not come back in time: the session ends.' : 'The session ends, and its route with it: nothing more can reach the client.';
}

function presenceText({ effects, from }: Step, cause: Step | undefined): string {
  if (!orders(effects, 'broadcastUnavailable')) {
    const was = from === 'connected' ? 'The resource was not available' : 'The resource was invisible';
    return `${was}: nobody has to be told that it leaves but those who were told of it by directed presence.`;
  }
  const others = 'to the user\'s other resources and to the subscribers';
  return cause?.event.type === 'stream.lost' ? `Its unavailable presence went ${others}; the client itself could not be told any more.` : `Its own unavailable presence went to itself first, then ${others}.`;
}

/** What one room has owed, and what has become of it. */
interface Owed {
  readonly room: string;
  readonly settled: Step | undefined;
}

/** Rooms that had not said goodbye when the session ended. */
function farewellsOf(after: readonly Step[], states: ReadonlyMap<string, string>): readonly Owed[] {
  const steps = after.filter(({ machine }) => machine === 'farewell');
  const rooms = new Set([...steps.map(({ part }) => part), ...[...states.keys()].filter((slot) => slot.startsWith('farewell ')).map((slot) => slot.slice('farewell '.length))]);
  return [...rooms].flatMap((room) => {
    const own = steps.filter(({ part }) => part === room);
    const before = own[0]?.from ?? states.get(`farewell ${room}`);
    return before === undefined || before === 'none' ? [] : [{ room, settled: own.find(({ effects }) => orders(effects, 'settleAnswer')) }];
  });
}

function routeOf(after: readonly Step[], owed: readonly Owed[], cause: Step | undefined): readonly Reason[] {
  const closed = after.find(({ machine, to }) => machine === 'route' && to === 'closed');
  const drains = after.find(({ machine, to }) => machine === 'route' && to === 'draining');
  const isUnnamed = owed.length === 0 && drains !== undefined;
  const debt = isUnnamed ? 'Answers were owed to it; by whom, is not kept any more.' : owed.length === 0 ? 'No room owed it a goodbye.' : `Owed to it was the last word of ${named(owed.map(({ room }) => room))}.`;
  const open = owed.filter(({ settled }) => settled === undefined).map(({ room }) => room);
  const settled = owed.flatMap(({ room, settled: step }) => (step === undefined ? [] : [{ room, step }])).sort((a, b) => a.step.n - b.step.n);
  return [
    { step: 'owed', text: debt, spec: 'XEP-0045 §7.14, DESIGN D5', ...(isUnnamed && { verdict: 'unknown' as const }) },
    ...settled.slice(0, most).map(({ room, step }) => reason('settled', step.event.type === 'room.left' ? `${room} has said that the occupant is gone.` : `${room} has refused, or could not be reached: it owes nothing any more.`, step)),
    ...(settled.length > most ? [{ step: 'settled', text: `So have ${settled.length - most} other rooms.`, spec: 'XEP-0045 §7.14' }] : []),
    closed === undefined ? waiting(drains, open) : reason('route', closeText(closed, open, cause), closed),
  ];
}

function waiting(drains: Step | undefined, open: readonly string[]): Reason {
  const text = `The route drains: it waits for ${open.length === 0 ? 'what is owed' : named(open)}, and for no longer than the deadline (drainTimeoutMs).`;
  return { step: 'route', spec: 'DESIGN D5', text, verdict: 'unknown', ...(drains !== undefined && { n: drains.n }) };
}

function closeText({ event: { type }, effects }: Step, open: readonly string[], cause: Step | undefined): string {
  const spoken = open.length === 0 ? 'the rooms' : named(open);
  if (orders(effects, 'speakForRooms')) {
    const why = type === 'route.displaced' ? 'More routes were draining than may (drainingLimit), and this was the oldest' : 'The deadline had passed (drainTimeoutMs)';
    return `${why}: the server said goodbye in the name of ${spoken}, with status 333, and the route closed.`;
  }
  switch (type) {
    case 'drain.begun': return 'Nothing was owed any more: the route closed at once.';
    case 'answer.settled': return 'That was the last that was owed: the route closed.';
    default: return `${cause?.event.type === 'resource.replaced' ? 'The full JID has a new route' : 'Nothing can be delivered any more'}: the route closed at once${open.length === 0 ? '' : `, without the last word of ${spoken}`}.`;
  }
}

/** How the stream came to its end. */
function tagOf({ event: { type }, effects, to }: Step): string {
  const said = orders(effects, 'sendStreamError') ? 'the stream error and the closing tag' : 'the closing tag';
  if (type === 'route.closed') return `Then the server sent ${said}${to === 'closing' ? ', and waits a little for the client\'s.' : '.'}`;
  if (type === 'stream.ended') return 'The client has answered by its own closing tag.';
  if (type.startsWith('xstate.after.closeTimeout')) return 'The client had not answered by its own closing tag in time: it was disconnected.';
  return type === 'stream.lost' ? 'The connection is gone.' : `The stream is ${to}.`;
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
