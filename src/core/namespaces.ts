/** The XML namespaces the core speaks, by the name it uses for them. Each is defined by the
 *  specification named beside it. @module */

/** Every namespace, by name.
 *  @example
 *  element.is('query', NS.roster); */
export const NS = {
  // RFC 6120
  client: 'jabber:client',
  server: 'jabber:server',
  streams: 'http://etherx.jabber.org/streams',
  tls: 'urn:ietf:params:xml:ns:xmpp-tls',
  sasl: 'urn:ietf:params:xml:ns:xmpp-sasl',
  bind: 'urn:ietf:params:xml:ns:xmpp-bind',
  stanzas: 'urn:ietf:params:xml:ns:xmpp-stanzas',
  xmppStreams: 'urn:ietf:params:xml:ns:xmpp-streams',
  // RFC 3921 §3, RFC 6121 §2 and §3.4, RFC 7395
  session: 'urn:ietf:params:xml:ns:xmpp-session',
  roster: 'jabber:iq:roster',
  rosterver: 'urn:xmpp:features:rosterver',
  preApproval: 'urn:xmpp:features:pre-approval',
  framing: 'urn:ietf:params:xml:ns:xmpp-framing',
  // Namespaces in XML 1.0 §3
  xml: 'http://www.w3.org/XML/1998/namespace',
  xmlns: 'http://www.w3.org/2000/xmlns/',
  dataForms: 'jabber:x:data', // XEP-0004
  last: 'jabber:iq:last', // XEP-0012
  component: 'jabber:component:accept', // XEP-0114
  discoInfo: 'http://jabber.org/protocol/disco#info', // XEP-0030
  discoItems: 'http://jabber.org/protocol/disco#items',
  muc: 'http://jabber.org/protocol/muc', // XEP-0045
  mucUser: 'http://jabber.org/protocol/muc#user',
  mucAdmin: 'http://jabber.org/protocol/muc#admin',
  mucOwner: 'http://jabber.org/protocol/muc#owner',
  mucRequest: 'http://jabber.org/protocol/muc#request',
  mucRoomConfig: 'http://jabber.org/protocol/muc#roomconfig',
  mucRoomInfo: 'http://jabber.org/protocol/muc#roominfo',
  privacy: 'jabber:iq:privacy', // XEP-0016
  private: 'jabber:iq:private', // XEP-0049
  vcardTemp: 'vcard-temp', // XEP-0054
  vcardUpdate: 'vcard-temp:x:update', // XEP-0153
  resultSets: 'http://jabber.org/protocol/rsm', // XEP-0059
  register: 'jabber:iq:register', // XEP-0077
  registerFeature: 'http://jabber.org/features/iq-register',
  chatStates: 'http://jabber.org/protocol/chatstates', // XEP-0085
  version: 'jabber:iq:version', // XEP-0092
  caps: 'http://jabber.org/protocol/caps', // XEP-0115
  offline: 'msgoffline', // XEP-0160
  invisible: 'urn:xmpp:invisible:1', // XEP-0186
  blocking: 'urn:xmpp:blocking', // XEP-0191
  blockingErrors: 'urn:xmpp:blocking:errors',
  streamManagement: 'urn:xmpp:sm:3', // XEP-0198
  ping: 'urn:xmpp:ping', // XEP-0199
  time: 'urn:xmpp:time', // XEP-0202
  delay: 'urn:xmpp:delay', // XEP-0203
  dialback: 'jabber:server:dialback', // XEP-0220
  dialbackFeature: 'urn:xmpp:features:dialback',
  conference: 'jabber:x:conference', // XEP-0249
  carbons: 'urn:xmpp:carbons:2', // XEP-0280
  bidi: 'urn:xmpp:bidi', // XEP-0288
  bidiFeature: 'urn:xmpp:features:bidi',
  forward: 'urn:xmpp:forward:0', // XEP-0297
  hints: 'urn:xmpp:hints', // XEP-0334
  clientState: 'urn:xmpp:csi:0', // XEP-0352
  stanzaIds: 'urn:xmpp:sid:0', // XEP-0359
  occupantIds: 'urn:xmpp:occupant-id:0', // XEP-0421
  saslCb: 'urn:xmpp:sasl-cb:0', // XEP-0440
  streamLimits: 'urn:xmpp:stream-limits:0', // XEP-0478
} as const;
