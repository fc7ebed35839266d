/** What must come of whatever happens to a link, clause by clause: T3 for what waits, T4 for the one stream, T8 for the
 *  bounds of every wait. Not here: what may happen, and how an observer's memory is kept (link.ts). @module */
import { nothing } from './alone.ts';
import type { Due, Memory, Occurrence } from './alone.ts';
import { anywhere } from './endings.ts';
import type { Orders } from './endings.ts';

/** What an observer remembers of a link. */
export type LinkField =
  /** 1 a connection is asked for, 2 it is there, {@link ADOPTED} the other server has opened it. */
  | 'stream'
  /** What the other server is to say next: {@link NEXT}. */
  | 'next'
  | 'isSecure'
  /** SASL has succeeded. */
  | 'isCertified'
  /** Of the attempt: 1 what waited was sent, 2 it was bounced. */
  | 'outcome'
  /** The other server's closing tag has come; this one's has been sent; the connection is given up. */
  | 'hasPeerEnded' | 'hasSaid' | 'isOver'
  | 'linkTimeout' | 'closeTimeout';

/** A stream that the other server has opened. */
export const ADOPTED = 3;

/** What the other server is to say next. */
export const NEXT = { features: 0, proceed: 1, tls: 2, success: 3, verdict: 4 } as const;

/** What must hold of a link. */
export const statements = {
  'T4 one stream': 'A connection is asked for when there is something to carry or to ask, once the former stream is gone (RFC 6120 §10.1, §10.4.2, XEP-0220 §2.2).',
  'header': 'A connection is opened by this server\'s header, and so is a stream that begins anew (RFC 6120 §4.2, §5.4.3.3, §6.4.6).',
  'TLS first': 'Where TLS is next it is asked for, and begun once the other server proceeds, before anything is proved (RFC 6120 §5.3.1, §5.4.2).',
  'proof': 'The certificate is shown where EXTERNAL is next, and a key is given where dialback is, even after the certificate was not enough (RFC 6120 §6.4.2, XEP-0178 §3, XEP-0220 §2.1).',
  'sent once proved': 'What waits is sent, once, when the domain is proved: by a good key, or by the features that follow success; and not before (RFC 6120 §4.3.5, §6.4.6, XEP-0220 §2.1).',
  'T3 bounced': 'What waits is bounced, once, when an attempt ends in any other way, and at no other time; the condition says why (RFC 6120 §8.3.3.16, §8.3.3.17, §10.4.3).',
  'not asked for': 'What the other server says without being asked changes nothing (RFC 6120 §4.3.2).',
  'T8 bounded wait': 'The time for an attempt runs from the connection\'s request until what waits is sent or bounced, and ends it (RFC 6120 §8.3.3.17).',
  'T8 time to close': 'The time to close runs from the end of the stream\'s use until the stream is gone (RFC 6120 §4.4).',
  'goodbye': 'A stream that is idle or has failed is closed, and one that the other server closes is closed in turn (RFC 6120 §4.4, §4.6, §4.9.1).',
  'closing': 'Once this server has closed, the connection is given up when the other one has closed too, has failed or has had its time, and nothing else is done (RFC 6120 §4.4).',
  'the closing tag': 'The closing tag is sent once, over a stream that was opened, before the connection is given up; nothing is sent after it (RFC 6120 §4.4 rule 2).',
  'disconnect comes last': 'A connection is given up once, last of all (RFC 6120 §4.4 rule 4).',
  'gone': 'For a connection that is given up or gone nothing is done, though it be made after all, until there is something to carry (RFC 6120 §4.4, §10.4).',
  'adopted': 'A stream that the other server has opened is used while there is no other; the link does not negotiate, time or close it (XEP-0288 §2.2).',
  'what the core reads': 'Stanzas are carried at once from the proof to the end of the stream, or over an adopted one, and a link without a stream counts as idle (RFC 6120 §10.4.1).',
} as const;

/** A name of a statement. */
export type LinkStatement = keyof typeof statements;

/** Orders that concern the other server; those for who has sent what waits are left out. */
export function toPeer(orders: Orders): Orders {
  return orders.filter((order) => !order.startsWith('bounceQueue'));
}

/** An attempt that ends: what waits goes back to its senders; the rest goes to the other server. */
const givenUp = (condition: string, rest: Orders): readonly Orders[] => anywhere(`bounceQueue ${condition}`, rest);
const unreachable = (rest: Orders): readonly Orders[] => givenUp('remote-server-timeout', rest);

/** What is due. */
export function dutyOf(occurrence: Occurrence<LinkField>, before: Memory<LinkField>): Due<LinkStatement> {
  const { type } = occurrence.event;
  if (before.stream === 0) {
    if (type === 'stream.adopted') return { statement: 'adopted', oneOf: nothing };
    return type === 'stanza.queued' || type === 'verification.queued' ? { statement: 'T4 one stream', oneOf: [['connect']] } : { statement: 'gone', oneOf: nothing };
  }
  if (before.stream === ADOPTED) return { statement: 'adopted', oneOf: nothing };
  if (before.isOver === 1) return { statement: 'gone', oneOf: nothing };
  if (type === 'stanza.queued' || type === 'verification.queued' || type === 'stream.adopted') return { statement: 'T4 one stream', oneOf: nothing };
  if (before.hasSaid === 1) return closing(type);
  if (before.outcome === 1) return carrying(type);
  return before.stream === 1 ? connecting(occurrence) : negotiating(occurrence, before);
}

/** Until there is a connection. */
function connecting({ label, event: { type } }: Occurrence<LinkField>): Due<LinkStatement> {
  if (type === 'connection.opened') return { statement: 'header', oneOf: [['openStream']] };
  if (type === 'connection.refused') return { statement: 'T3 bounced', oneOf: givenUp(label === 'nobody is found' ? 'remote-server-not-found' : 'remote-server-timeout', []) };
  return { statement: type === 'stream.failed' ? 'T3 bounced' : 'T8 bounded wait', oneOf: unreachable(['disconnect']) };
}

/** Until the domain is proved. */
function negotiating({ label, event: { type } }: Occurrence<LinkField>, { next, isCertified }: Memory<LinkField>): Due<LinkStatement> {
  switch (type) {
    case 'stream.failed': return { statement: 'T3 bounced', oneOf: unreachable(['closeStream']) };
    case 'stream.ended': return { statement: 'T3 bounced', oneOf: unreachable(['closeStream', 'disconnect']) };
    case 'stream.lost': return { statement: 'T3 bounced', oneOf: unreachable([]) };
    case 'xstate.after.linkTimeout.link.opening': return { statement: 'T8 bounded wait', oneOf: unreachable(['closeStream']) };
    case 'tls.established': return { statement: 'header', oneOf: [['openStream']] };
    default: break;
  }
  if (next === NEXT.features && type === 'features.received') return isCertified === 1 ? { statement: 'sent once proved', oneOf: [['flushQueue']] } : offered(label);
  if (next === NEXT.proceed && type === 'tls.proceeded') return { statement: 'TLS first', oneOf: [['startTls']] };
  if (next === NEXT.proceed && type === 'tls.refused') return { statement: 'T3 bounced', oneOf: unreachable(['closeStream']) };
  if (next === NEXT.success && type === 'sasl.succeeded') return { statement: 'header', oneOf: [['restartStream', 'openStream']] };
  if (next === NEXT.success && type === 'sasl.failed') return label === 'SASL fails, dialback is next' ? { statement: 'proof', oneOf: [['sendKey']] } : { statement: 'T3 bounced', oneOf: unreachable(['closeStream']) };
  if (next === NEXT.verdict && type === 'key.accepted') return { statement: 'sent once proved', oneOf: [['flushQueue']] };
  if (next === NEXT.verdict && type === 'key.rejected') return { statement: 'T3 bounced', oneOf: givenUp(label === 'key: not valid' ? 'internal-server-error' : 'remote-server-timeout', ['closeStream']) };
  return { statement: 'not asked for', oneOf: nothing };
}

/** Features, before anything is proved. */
function offered(label: string): Due<LinkStatement> {
  switch (label) {
    case 'features: TLS is next': return { statement: 'TLS first', oneOf: [['requestTls']] };
    case 'features: EXTERNAL is next': return { statement: 'proof', oneOf: [['sendExternal']] };
    case 'features: dialback is next': return { statement: 'proof', oneOf: [['sendKey']] };
    default: return { statement: 'T3 bounced', oneOf: unreachable(['closeStream']) };
  }
}

/** While stanzas are carried. */
function carrying(type: string): Due<LinkStatement> {
  switch (type) {
    case 'link.idle': case 'stream.failed': return { statement: 'goodbye', oneOf: [['closeStream']] };
    case 'stream.ended': return { statement: 'goodbye', oneOf: [['closeStream', 'disconnect']] };
    case 'stream.lost': return { statement: 'gone', oneOf: nothing };
    default: return { statement: 'not asked for', oneOf: nothing };
  }
}

/** Once this server's closing tag has been sent. */
function closing(type: string): Due<LinkStatement> {
  const isEnd = type === 'stream.ended' || type === 'stream.failed' || type === 'xstate.after.closeTimeout.link.closing';
  return { statement: 'closing', oneOf: isEnd ? [['disconnect']] : nothing };
}
