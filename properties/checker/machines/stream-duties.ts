/** What must come of whatever happens to a stream, clause by clause, in the words of RFC 6120. Not here:
 *  what may happen, and how an observer's memory is kept (stream.ts). @module */
import { IGNORED, nothing } from './alone.ts';
import type { Due, Memory, Occurrence } from './alone.ts';
import { SASL_RETRIES, failing, retried } from './endings.ts';
import type { Orders } from './endings.ts';

/** What an observer remembers of a stream. */
export type StreamField =
  /** TLS is there; `isSecuring`: `<proceed/>` was sent, and TLS is not there yet. */
  | 'isSecure' | 'isSecuring'
  /** The client's header was answered, and the stream has not begun anew since. */
  | 'isOpen'
  /** 1 SASL is at work, 2 it waits for the client, 3 it has succeeded. */
  | 'sasl' | 'failures'
  | 'isBinding' | 'refusals'
  /** 1 begun, 2 ended; `hasRoute`: its route has not closed. */
  | 'session' | 'hasRoute'
  /** The stream error that is to follow once the route has closed, by its number. */
  | 'owed'
  /** The client's closing tag has come; the server's has been sent. */
  | 'hasPeerEnded' | 'hasSaid'
  /** 1 the server has given up the transport, 2 it is lost. */
  | 'over'
  | 'unauthenticatedTimeout' | 'closeTimeout';

/** What must hold of a stream. */
export const statements = {
  'nobody before SASL': 'No resource is bound and no stanza is processed before SASL has succeeded (RFC 6120 §4.3.5, §6.3.1, §7.1).',
  'success is earned': 'SASL succeeds only while an exchange is at work, and the stream begins anew (RFC 6120 §6.4.6).',
  'header': 'A header that is expected is answered with a header and features, once, and one that is not expected is not taken (RFC 6120 §4.3.2, §4.3.3, §4.7).',
  'starttls': 'STARTTLS proceeds where it is offered, before SASL; else it fails, and the stream is closed (RFC 6120 §5.4.2).',
  'amid the handshake': 'Between `<proceed/>` and TLS nothing is offered, answered or processed (RFC 6120 §5.4.3.1 rule 1).',
  'auth': 'SASL begins where it is permitted, and is refused where it is not; a second request discards the first (RFC 6120 §6.4.2, §6.5.4).',
  'challenge and response': 'Each response goes to SASL and each challenge to the client, while an exchange is under way (RFC 6120 §6.4.3).',
  'abort': 'An exchange that is aborted is discarded, and the client is told so (RFC 6120 §6.4.4).',
  'SASL retries': 'A client that fails may try again two to five times; then the stream ends with policy-violation (RFC 6120 §6.4.5).',
  'success': 'Success is said once, and then the stream begins anew (RFC 6120 §6.4.6).',
  'bind': 'Each request to bind goes to the binder, once, before a resource is bound, and is refused afterwards (RFC 6120 §7.1, §7.6).',
  'bound': 'A resource that was bound is told so, once (RFC 6120 §7.6.1).',
  'bind retries': 'Each refusal is passed on; after a bounded number of retries the stream ends with policy-violation (RFC 6120 §7.7.3).',
  'stanzas': 'Stanzas are processed while a resource is bound; one that comes before ends the stream with not-authorized (RFC 6120 §4.3.5, §4.9.3.12).',
  'error': 'An error ends a stream: with a session, once that has ended in order; the condition is the one that occurred (RFC 6120 §4.9.1.1, DESIGN D5).',
  'conflict': 'A stream whose full JID is bound anew ends its session, and says conflict (RFC 6120 §7.7.2.2, §4.9.3.3).',
  'the peer closes': 'When the client closes, the server does, after the session has ended in order (RFC 6120 §4.4, DESIGN D5).',
  'the transport is lost': 'A lost transport ends the session, or gives up the route that still drains; nothing is sent (RFC 6120 §4.6).',
  'the route is gone': 'Once the route has closed the stream closes, with the error that is owed if one is (DESIGN D5).',
  'time to authenticate': 'The time to become a connected resource runs until then, and ends the stream with connection-timeout (RFC 6120 §13.12, §4.9.3.4).',
  'time to close': 'The time to close runs while the server waits for the client\'s closing tag, and is then over (RFC 6120 §4.4).',
  'closing': 'Once the server has closed, the transport is given up when the client has closed too, has failed or has had its time, and nothing else is done (RFC 6120 §4.4).',
  'error, then the closing tag': 'An error is followed by the closing tag at once (RFC 6120 §4.9.1.1).',
  'nothing after the closing tag': 'Nothing is sent after the server\'s closing tag, and that is sent once (RFC 6120 §4.4 rule 2).',
  'disconnect comes last': 'The transport is given up once, last of all, and not if it is lost (RFC 6120 §4.4 rule 4).',
  'over': 'Nothing is done for a stream that has no transport (RFC 6120 §4.4).',
  'what the core reads': 'A stream counts as bound from the binding of its resource to the end of its session, and as closed once it has no transport (RFC 6120 §7.1).',
} as const;

/** The retries that RFC 6120 recommends for binding (§7.7.3). */
const BIND_RETRIES = { least: 5, most: 10 };

type Statement = keyof typeof statements;

const faults = ['', 'not-well-formed', 'system-shutdown bye'];

/** The number by which a stream error is remembered that is owed. */
export function owedAfter(label: string): number {
  return label === 'server: shutdown' ? 2 : 1;
}

const goingOn: Orders = [IGNORED];

/** What is due. */
export function dutyOf(occurrence: Occurrence<StreamField>, before: Memory<StreamField>): Due<Statement> {
  if (before.over > 0) return { statement: 'over', oneOf: nothing };
  if (before.hasSaid === 1) return closing(occurrence);
  if (before.session === 2) return draining(occurrence, before);
  return before.session === 1 ? bound(occurrence) : negotiating(occurrence, before);
}

/** Until a resource is bound. */
function negotiating({ label, event: { type } }: Occurrence<StreamField>, before: Memory<StreamField>): Due<Statement> {
  switch (type) {
    case 'header.received': return { statement: 'header', oneOf: [before.isOpen === 0 ? ['openStream', 'offerFeatures'] : goingOn] };
    case 'tls.requested': return { statement: 'starttls', oneOf: [label === 'client: starttls, offered' && before.sasl === 0 ? ['proceedTls'] : ['refuseTls', 'closeStream']] };
    case 'tls.established': return { statement: 'amid the handshake', oneOf: [[]] };
    case 'bind.requested': return { statement: 'bind', oneOf: before.sasl === 3 ? [['bindResource']] : [goingOn] };
    case 'bind.succeeded': return { statement: 'bound', oneOf: [['sendBindResult']] };
    case 'bind.failed': return { statement: 'bind retries', oneOf: retried(['refuseBind resource-constraint'], before.refusals, BIND_RETRIES) };
    case 'stanza.received': return { statement: 'stanzas', oneOf: [failing('not-authorized')] };
    case 'stream.failed': return { statement: 'error', oneOf: [failing(faults[owedAfter(label)] ?? '')] };
    case 'stream.ended': return { statement: 'the peer closes', oneOf: [['closeStream', 'disconnect']] };
    case 'stream.lost': return { statement: 'the transport is lost', oneOf: [[]] };
    case 'xstate.after.unauthenticatedTimeout.stream.negotiating': return { statement: 'time to authenticate', oneOf: [failing('connection-timeout')] };
    default: return before.sasl === 1 || before.sasl === 2 ? exchanging(label, before) : authenticating(label, before);
  }
}

/** SASL, while no exchange is under way. */
function authenticating(label: string, { sasl }: Memory<StreamField>): Due<Statement> {
  if (label.startsWith('client: auth') && sasl === 3) return { statement: 'auth', oneOf: [goingOn] };
  if (label === 'client: auth, permitted') return { statement: 'auth', oneOf: [['beginSasl PLAIN first']] };
  if (label === 'client: auth, not permitted') return { statement: 'auth', oneOf: [['refuseSasl encryption-required']] };
  if (label === 'client: response') return { statement: 'challenge and response', oneOf: [goingOn] };
  if (label === 'client: abort') return { statement: 'abort', oneOf: [goingOn] };
  if (label === 'SASL: success') return { statement: 'success', oneOf: nothing };
  return { statement: 'challenge and response', oneOf: nothing };
}

/** SASL, while an exchange is under way. */
function exchanging(label: string, { failures }: Memory<StreamField>): Due<Statement> {
  switch (label) {
    case 'client: response': return { statement: 'challenge and response', oneOf: [['continueSasl next']] };
    case 'client: abort': return { statement: 'abort', oneOf: bothWays('abandonSasl', 'refuseSasl aborted').flatMap((orders) => retried(orders, failures, SASL_RETRIES)) };
    case 'SASL: challenge': return { statement: 'challenge and response', oneOf: [['sendChallenge what']] };
    case 'SASL: success': return { statement: 'success', oneOf: [['sendSuccess well', 'restartStream']] };
    case 'SASL: failure': return { statement: 'SASL retries', oneOf: retried(['refuseSasl not-authorized no'], failures, SASL_RETRIES) };
    case 'client: auth, not permitted': return { statement: 'auth', oneOf: [goingOn, ...retried(['abandonSasl'], failures, { ...SASL_RETRIES, most: 0 })] };
    default: return { statement: 'auth', oneOf: retried(['abandonSasl'], failures, SASL_RETRIES, ['beginSasl PLAIN first']) };
  }
}

/** To SASL and to the client: in which order nobody can tell. */
const bothWays = (one: string, other: string): readonly Orders[] => [[one, other], [other, one]];

/** While a resource is bound. */
function bound({ event: { type } }: Occurrence<StreamField>): Due<Statement> {
  switch (type) {
    case 'stanza.received': return { statement: 'stanzas', oneOf: [['processStanza']] };
    case 'bind.requested': return { statement: 'bind', oneOf: [['refuseBind not-allowed']] };
    case 'stream.ended': return { statement: 'the peer closes', oneOf: [['endSession stream.ended']] };
    case 'stream.failed': return { statement: 'error', oneOf: [['endSession stream.ended']] };
    case 'resource.replaced': return { statement: 'conflict', oneOf: [['endSession resource.replaced', ...failing('conflict')]] };
    case 'stream.lost': return { statement: 'the transport is lost', oneOf: [['endSession stream.lost']] };
    case 'header.received': return { statement: 'header', oneOf: nothing };
    default: return { statement: 'success', oneOf: nothing };
  }
}

/** While the session has ended, and the route has not closed. */
function draining({ event: { type } }: Occurrence<StreamField>, { owed }: Memory<StreamField>): Due<Statement> {
  const close: Orders = owed === 0 ? ['closeStream', 'disconnect'] : failing(faults[owed] ?? '');
  switch (type) {
    case 'route.closed': return { statement: 'the route is gone', oneOf: [close] };
    case 'resource.replaced': return { statement: 'conflict', oneOf: [['abandonRoute', ...close]] };
    case 'stream.lost': return { statement: 'the transport is lost', oneOf: [['abandonRoute']] };
    default: return { statement: 'stanzas', oneOf: nothing };
  }
}

/** Once the server's closing tag has been sent. */
function closing({ event: { type } }: Occurrence<StreamField>): Due<Statement> {
  const isEnd = type === 'stream.ended' || type === 'stream.failed' || type === 'xstate.after.closeTimeout.stream.closing';
  return { statement: 'closing', oneOf: isEnd ? [['disconnect']] : nothing };
}
