/** Is anybody there. Spec: XEP-0199. @module */
import type { Feature } from '../feature.ts';
import { NS } from '../namespaces.ts';

/** XEP-0199 §4.2: the server answers, for itself and for the asker's account. */
export const ping: Feature = {
  name: 'ping',
  serverFeatures: [NS.ping],
  accountFeatures: [NS.ping],
  iq: [{ name: 'ping', xmlns: NS.ping, types: ['get'], to: ['server', 'own'], answer: () => null }],
};
