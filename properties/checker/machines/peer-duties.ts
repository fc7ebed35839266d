/** What must come of whatever happens to a stream that another server has opened, clause by clause. Not here: what may
 *  happen, and how an observer's memory is kept (peer.ts). @module */
import { IGNORED, nothing } from './alone.ts';
import type { Due, Memory, Occurrence } from './alone.ts';
import { anywhere, failing, retried } from './endings.ts';
import type { Orders } from './endings.ts';

/** What an observer remembers of such a stream. */
export type PeerField =
  /** TLS is there; `isSecuring`: `<proceed/>` was sent, and TLS is not there yet. */
  | 'isSecure' | 'isSecuring'
  /** The peer's header was answered, and the stream has not begun anew since. */
  | 'isOpen'
  /** SASL has succeeded; the peer is admitted. */
  | 'isCertified' | 'isAdmitted'
  /** Keys of this stream whose verdict is awaited. */
  | 'keys'
  | 'failures'
  /** The peer's closing tag has come; the server's has been sent. */
  | 'hasPeerEnded' | 'hasSaid'
  /** 1 the server has given up the connection, 2 it is lost. */
  | 'over'
  | 'unauthenticatedTimeout' | 'closeTimeout';

/** What must hold of such a stream. */
export const statements = {
  'header': 'A header that is expected is answered with a header and features, once, and one that is not expected is not taken (RFC 6120 §4.3.2, §4.7).',
  'header before anything': 'Nothing but an error is sent before this server\'s header (RFC 6120 §4.2, §4.9.1.2).',
  'starttls': 'STARTTLS proceeds where it is offered; where it is not, it fails, and the stream is closed; once a domain is proved it is not taken (RFC 6120 §5.3.4, §5.4.2).',
  'amid the handshake': 'Between `<proceed/>` and TLS nothing is offered, answered or proved (RFC 6120 §5.4.3.1 rule 1).',
  'certificate': 'A certificate that is good is answered with success, and the stream begins anew; once a domain is proved no other one is taken (RFC 6120 §6.4.6, XEP-0178 §3).',
  'key': 'Each key that is to be verified is, whether or not another domain is proved already (XEP-0220 §2.2.1, §2.6).',
  'one answer': 'Each verdict on a key is passed on, once (XEP-0220 §2.2.2).',
  'failures': 'A peer whose proof fails, of whichever kind, is told so and may try again four times; then the stream ends with policy-violation (RFC 6120 §6.4.5, XEP-0220 §2.5).',
  'nobody without a proof': 'A peer is admitted once: by a good key, or by a good certificate when the stream has begun anew (RFC 6120 §6.4.6, §10.5, XEP-0220 §2.2).',
  'stanzas': 'A stanza before any proof ends the stream with not-authorized, and one in the name of another domain with invalid-from (RFC 6120 §4.9.3.12, §4.9.3.9, §8.1.2.2).',
  'error': 'An error ends a stream; the condition is the one that occurred (RFC 6120 §4.9.1.1).',
  'the peer closes': 'When the peer closes, the server does, and gives up the connection (RFC 6120 §4.4).',
  'time to prove': 'The time for a first proof runs until a domain is proved, and ends the stream with connection-timeout (RFC 6120 §13.12, §4.9.3.4).',
  'time to close': 'The time to close runs while the server waits for the peer\'s closing tag, and no longer (RFC 6120 §4.4).',
  'closing': 'Once the server has closed, the connection is given up when the peer has closed too, has failed or has had its time, and nothing else is done (RFC 6120 §4.4).',
  'error, then the closing tag': 'An error is followed by the closing tag at once (RFC 6120 §4.9.1.1).',
  'nothing after the closing tag': 'Nothing is sent after the server\'s closing tag, and that is sent once (RFC 6120 §4.4 rule 2).',
  'disconnect comes last': 'The connection is given up once, last of all, and not if it is lost (RFC 6120 §4.4 rule 4).',
  'over': 'Nothing is done for a stream that has no connection (RFC 6120 §4.4, §4.6).',
  'what the core reads': 'A peer\'s stanzas are taken from its first proof to the end of its stream, and its stream is forgotten once it has no connection (RFC 6120 §10.5).',
} as const;

/** A name of a statement. */
export type PeerStatement = keyof typeof statements;

/** Of the two to five retries that RFC 6120 recommends (§6.4.5). */
const PROOF_RETRIES = { least: 4, most: 4 };

const goingOn: Orders = [IGNORED];

/** What is due. */
export function dutyOf({ label, event: { type } }: Occurrence<PeerField>, before: Memory<PeerField>): Due<PeerStatement> {
  const { isOpen, isCertified, isAdmitted, failures } = before;
  if (before.over > 0) return { statement: 'over', oneOf: nothing };
  if (before.hasSaid === 1) return closing(type);
  switch (type) {
    case 'header.received': return { statement: 'header', oneOf: isOpen === 1 ? [goingOn] : admitting(['openStream', 'offerFeatures'], isCertified === 1) };
    case 'tls.requested': return { statement: 'starttls', oneOf: [isAdmitted === 1 ? goingOn : label === 'peer: starttls, offered' ? ['proceedTls'] : ['refuseTls', 'closeStream']] };
    case 'tls.established': return { statement: 'amid the handshake', oneOf: [[]] };
    case 'auth.requested':
      if (isAdmitted === 1) return { statement: 'certificate', oneOf: [goingOn] };
      return label === 'peer: certificate, good' ? { statement: 'certificate', oneOf: [['sendSuccess', 'restartStream']] } : { statement: 'failures', oneOf: retried(['refuseSasl'], failures, PROOF_RETRIES) };
    case 'key.received': return { statement: 'key', oneOf: [['verifyKey']] };
    case 'key.accepted': return { statement: 'one answer', oneOf: admitting(['confirmKey'], isAdmitted === 0) };
    case 'key.rejected': return { statement: 'failures', oneOf: retried(['refuseKey'], failures, PROOF_RETRIES) };
    case 'stanza.refused': return { statement: 'stanzas', oneOf: [failing(isAdmitted === 1 ? 'invalid-from' : 'not-authorized')] };
    case 'stream.failed': return { statement: 'error', oneOf: [failing(label === 'server: shutdown' ? 'system-shutdown bye' : 'not-well-formed')] };
    case 'stream.ended': return { statement: 'the peer closes', oneOf: [['closeStream', 'disconnect']] };
    case 'stream.lost': return { statement: 'over', oneOf: nothing };
    default: return { statement: 'time to prove', oneOf: [failing('connection-timeout')] };
  }
}

const admitting = (orders: Orders, isAdmission: boolean): readonly Orders[] => (isAdmission ? anywhere('admit', orders) : [orders]);

/** Once the server's closing tag has been sent. */
function closing(type: string): Due<PeerStatement> {
  const isEnd = type === 'stream.ended' || type === 'stream.failed' || type === 'xstate.after.closeTimeout.peer.closing';
  return { statement: 'closing', oneOf: isEnd ? [['disconnect']] : nothing };
}
