/** The session establishment of RFC 3921, which older clients still ask for and which does nothing.
 *  Spec: RFC 3921 §3, RFC 6121 §1.4. Not here: sessions (machines/session.ts). @module */
import type { Feature } from '../feature.ts';
import { NS } from '../namespaces.ts';

/** RFC 3921 §3, offered as optional so that a newer client saves the round trip. */
export const session: Feature = {
  name: 'session',
  streamFeatures: { authenticated: `<session xmlns="${NS.session}"><optional/></session>` },
  iq: [{ name: 'session', xmlns: NS.session, types: ['set'], to: ['server', 'own'], answer: () => null }],
};
