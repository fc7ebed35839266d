/** The words the machines share: types only, named as in the RFCs. @module */

declare const brand: unique symbol;

/** `localpart@domainpart`, or a bare domainpart, prepared and enforced (RFC 7622 §3). */
export type BareJid = string & { readonly [brand]: 'bare' };

/** `localpart@domainpart/resourcepart`, prepared and enforced (RFC 7622 §3). */
export type FullJid = string & { readonly [brand]: 'full' };

/** The three kinds of stanza (RFC 6120 §8). */
export type StanzaKind = 'message' | 'presence' | 'iq';

/** The types of a message; no `type` attribute means `normal` (RFC 6121 §5.2.2). */
export type MessageType = 'normal' | 'chat' | 'groupchat' | 'headline' | 'error';

/** The defined conditions of a stanza error (RFC 6120 §8.3.3). */
export type StanzaErrorCondition =
  | 'bad-request' | 'conflict' | 'feature-not-implemented' | 'forbidden' | 'gone'
  | 'internal-server-error' | 'item-not-found' | 'jid-malformed' | 'not-acceptable'
  | 'not-allowed' | 'not-authorized' | 'policy-violation' | 'recipient-unavailable'
  | 'redirect' | 'registration-required' | 'remote-server-not-found'
  | 'remote-server-timeout' | 'resource-constraint' | 'service-unavailable'
  | 'subscription-required' | 'undefined-condition' | 'unexpected-request';

/** The defined conditions of a stream error (RFC 6120 §4.9.3). */
export type StreamErrorCondition =
  | 'bad-format' | 'bad-namespace-prefix' | 'conflict' | 'connection-timeout' | 'host-gone'
  | 'host-unknown' | 'improper-addressing' | 'internal-server-error' | 'invalid-from'
  | 'invalid-namespace' | 'invalid-xml' | 'not-authorized' | 'not-well-formed'
  | 'policy-violation' | 'remote-connection-failed' | 'reset' | 'resource-constraint'
  | 'restricted-xml' | 'see-other-host' | 'system-shutdown' | 'undefined-condition'
  | 'unsupported-encoding' | 'unsupported-feature' | 'unsupported-stanza-type'
  | 'unsupported-version';

/** The defined conditions of a SASL failure (RFC 6120 §6.5). */
export type SaslFailureCondition =
  | 'aborted' | 'account-disabled' | 'credentials-expired' | 'encryption-required'
  | 'incorrect-encoding' | 'invalid-authzid' | 'invalid-mechanism' | 'malformed-request'
  | 'mechanism-too-weak' | 'not-authorized' | 'temporary-auth-failure';

/** The nine states of a subscription, seen by the user (RFC 6121 §A.1). */
export type SubscriptionState =
  | 'none' | 'nonePendingOut' | 'nonePendingIn' | 'nonePendingOutIn'
  | 'to' | 'toPendingIn' | 'from' | 'fromPendingOut' | 'both';

/** What lasts between a user and a room (XEP-0045 §5.2). */
export type Affiliation = 'owner' | 'admin' | 'member' | 'none' | 'outcast';

/** What an occupant is in a room for this visit (XEP-0045 §5.1). */
export type Role = 'moderator' | 'participant' | 'visitor' | 'none';

/** A list with at least one member. */
export type NonEmpty<T> = readonly [T, ...T[]];

/** What a stream error says (RFC 6120 §4.9.2). */
export interface StreamErrorContent {
  readonly condition: StreamErrorCondition;
  readonly text?: string;
}
