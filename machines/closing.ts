/** How every stream that a peer has opened ends, once the server has sent its closing tag: whoever the peer is, the rule is
 *  one (RFC 6120 §4.4). @module */

/** The states `closing` and `closed` of a machine that has the delay `closeTimeout` and the action `disconnect`. */
export const closingStates = {
  closing: {
    description: 'The server has sent its closing tag and waits a little for the peer\'s.',
    meta: { spec: 'RFC 6120 §4.4' },
    after: { closeTimeout: { target: 'closed', meta: { spec: 'RFC 6120 §4.4' }, actions: 'disconnect' } },
    on: {
      'stream.ended': { target: 'closed', meta: { spec: 'RFC 6120 §4.4' }, actions: 'disconnect' },
      'stream.failed': { target: 'closed', meta: { spec: 'RFC 6120 §4.9.1.1' }, actions: 'disconnect' },
      'stream.lost': { target: 'closed', meta: { spec: 'RFC 6120 §4.6' } },
    },
  },
  closed: {
    description: 'Nothing can be sent or received any more.',
    meta: { spec: 'RFC 6120 §4.4' },
    type: 'final',
  },
} as const;
