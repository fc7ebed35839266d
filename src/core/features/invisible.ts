/** The invisible command: presence without `to` goes to nobody for the rest of the session, or until the client
 *  wants to be visible again. Spec: XEP-0186. Not here: what the mode does (machines/presence.ts). @module */
import { rosterOf } from '../accounts.ts';
import type { Feature, Host, IqAnswer, IqRequest } from '../feature.ts';
import { invariant } from '../invariant.ts';
import { Kernel } from '../kernel.ts';
import { NS } from '../namespaces.ts';
import { StanzaError } from '../stanza-error.ts';
import type { Task } from '../task.ts';

/** XEP-0186 §3. */
export const invisible: Feature = {
  name: 'invisible',
  serverFeatures: [NS.invisible],
  iq: [
    { name: 'invisible', xmlns: NS.invisible, types: ['set'], to: ['own'], answer: hide },
    { name: 'visible', xmlns: NS.invisible, types: ['set'], to: ['own'], answer: reveal },
  ],
};

/** Without a word about probes there are none (§3.1); the attribute is an xs:boolean. */
function* hide(host: Host, { payload, resource }: IqRequest): Task<IqAnswer> {
  invariant(host instanceof Kernel, 'presence belongs to the core');
  if (resource === undefined) return new StanzaError('forbidden');
  const { probe = 'false' } = payload.attrs;
  if (!['true', '1', 'false', '0'].includes(probe)) return new StanzaError('bad-request');
  yield* rosterOf(resource.account);
  host.wiring.presence(resource, { type: 'presence.invisible', probe: probe === 'true' || probe === '1' });
  return null;
}

function reveal(host: Host, { resource }: IqRequest): IqAnswer {
  invariant(host instanceof Kernel, 'presence belongs to the core');
  if (resource === undefined) return new StanzaError('forbidden');
  host.wiring.presence(resource, { type: 'presence.visible' });
  return null;
}
