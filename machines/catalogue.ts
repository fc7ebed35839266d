/** Every machine with its name, the range of its specification, and an alphabet: representatives of
 *  each event, one for each way in which a guard can answer. For tests, pages and checkers. @module */
import type { AnyStateMachine, EventFrom } from 'xstate';
import { stepComponent } from './component.ts';
import { stepDirectedPresence } from './directed-presence.ts';
import { stepFarewell } from './farewell.ts';
import { stepIq } from './iq.ts';
import { stepLink } from './link.ts';
import { stepPeer } from './peer.ts';
import { stepOccupant } from './occupant.ts';
import { stepPresence } from './presence.ts';
import { stepRoom } from './room.ts';
import { stepRoster } from './roster.ts';
import { stepRoute } from './route.ts';
import { stepSession } from './session.ts';
import { stepStream } from './stream.ts';
import { stepSubscription } from './subscription.ts';
import type { Stepper, TimerEvent } from './step.ts';

/** One machine of the house. */
export interface CatalogueEntry<M extends AnyStateMachine = AnyStateMachine> {
  /** The file's name, and the word for it in pages and traces. */
  readonly name: string;
  /** What the machine is about, in a sentence. */
  readonly about: string;
  readonly spec: string;
  readonly step: Stepper<M>;
  readonly alphabet: readonly (EventFrom<M> | TimerEvent)[];
}

/** Checks an entry's alphabet against its machine's events. */
function entry<M extends AnyStateMachine>(of: CatalogueEntry<M>): CatalogueEntry {
  return of as unknown as CatalogueEntry;
}

const directions = ['outbound', 'inbound'] as const;
const subscriptionTypes = ['subscribe', 'unsubscribe', 'subscribed', 'unsubscribed'] as const;

/** The catalogue, in the order in which a user meets the machines.
 *  @example
 *  const route = catalogue.find(({ name }) => name === 'route');
 *  route?.spec; // 'RFC 6120 §4.4, DESIGN D1, D5, D6'
 *  Object.keys(route?.step.machine.states ?? {}); // ['open', 'draining', 'detached', 'closed'] */
export const catalogue: readonly CatalogueEntry[] = [
  entry({
    name: 'stream', about: 'The stream of one client, from its transport to its end.', spec: 'RFC 6120 §4-§7', step: stepStream,
    alphabet: [
      { type: 'header.received', secure: false }, { type: 'header.received', secure: true },
      { type: 'tls.requested', offered: true }, { type: 'tls.requested', offered: false }, { type: 'tls.established' },
      { type: 'auth.requested', mechanism: 'PLAIN', permitted: true }, { type: 'auth.requested', mechanism: 'PLAIN', permitted: false },
      { type: 'auth.responded' }, { type: 'auth.aborted' },
      { type: 'sasl.challenged', data: '' }, { type: 'sasl.succeeded' }, { type: 'sasl.failed', condition: 'not-authorized' },
      { type: 'bind.requested' }, { type: 'bind.succeeded' }, { type: 'bind.failed', condition: 'resource-constraint' },
      { type: 'stanza.received' }, { type: 'stream.failed', condition: 'not-well-formed' }, { type: 'resource.replaced' },
      { type: 'stream.ended' }, { type: 'stream.lost' }, { type: 'route.closed' },
      { type: 'xstate.after.unauthenticatedTimeout.stream.negotiating' }, { type: 'xstate.after.closeTimeout.stream.closing' },
    ],
  }),
  entry({
    name: 'session', about: 'The session of one connected resource.', spec: 'RFC 6120 §7, XEP-0198 §5', step: stepSession,
    alphabet: [
      { type: 'stream.ended' }, { type: 'stream.lost' }, { type: 'resource.replaced' }, { type: 'resumption.enabled' }, { type: 'session.resumed' },
      { type: 'xstate.after.resumptionTimeout.session.detached' },
    ],
  }),
  entry({
    name: 'presence', about: 'The presence of one connected resource.', spec: 'RFC 6121 §4', step: stepPresence,
    alphabet: [
      { type: 'presence.available', priority: 1 }, { type: 'presence.available', priority: -1 }, { type: 'presence.unavailable' },
      { type: 'presence.invisible', probe: true }, { type: 'presence.invisible', probe: false }, { type: 'presence.visible' }, { type: 'session.ended' },
    ],
  }),
  entry({
    name: 'directed-presence', about: 'What one resource has told one entity by directed presence.', spec: 'RFC 6121 §4.6', step: stepDirectedPresence,
    alphabet: [
      { type: 'directed.available' }, { type: 'directed.unavailable' }, { type: 'resource.available' },
      { type: 'resource.unavailable', broadcast: false }, { type: 'resource.unavailable', broadcast: true },
    ],
  }),
  entry({
    name: 'subscription', about: 'The subscription between a user and one contact.', spec: 'RFC 6121 §3, §A', step: stepSubscription,
    alphabet: directions.flatMap((direction) => subscriptionTypes.map((type) => ({ type: `${direction}.${type}` as const }))),
  }),
  entry({
    name: 'roster', about: 'One resource\'s interest in its account\'s roster.', spec: 'RFC 6121 §2', step: stepRoster,
    alphabet: [{ type: 'roster.requested' }, { type: 'roster.changed' }, { type: 'push.settled' }],
  }),
  entry({
    name: 'iq', about: 'One request that the server has made of a client.', spec: 'RFC 6120 §8.2.3', step: stepIq,
    alphabet: [{ type: 'answer.received' }, { type: 'session.ended' }, { type: 'xstate.after.requestTimeout.iq.pending' }],
  }),
  entry({
    name: 'farewell', about: 'The farewell that a room owes to one full JID.', spec: 'XEP-0045 §7, DESIGN D5', step: stepFarewell,
    alphabet: [{ type: 'directed.available' }, { type: 'directed.unavailable' }, { type: 'room.entered' }, { type: 'room.refused' }, { type: 'room.left' }, { type: 'session.replaced' }],
  }),
  entry({
    name: 'route', about: 'The life of a route, until whoever it leads to has been told that it left.', spec: 'RFC 6120 §4.4, DESIGN D1, D5, D6', step: stepRoute,
    alphabet: [
      { type: 'answer.owed' }, { type: 'answer.settled' }, { type: 'drain.begun' }, { type: 'route.abandoned' }, { type: 'route.displaced' },
      { type: 'session.detached' }, { type: 'session.attached' }, { type: 'xstate.after.drainTimeout.route.draining' },
    ],
  }),
  entry({
    name: 'link', about: 'The link from one domain of this server to one of another.', spec: 'RFC 6120 §4-§6, §10.4, XEP-0178, XEP-0220, XEP-0288', step: stepLink,
    alphabet: [
      { type: 'stanza.queued' }, { type: 'verification.queued' }, { type: 'stream.adopted' }, { type: 'connection.opened' }, { type: 'connection.refused', condition: 'remote-server-not-found' },
      ...(['tls', 'external', 'dialback', 'nothing'] as const).map((next) => ({ type: 'features.received' as const, next })),
      { type: 'tls.proceeded' }, { type: 'tls.refused' }, { type: 'tls.established' },
      { type: 'sasl.succeeded' }, { type: 'sasl.failed', next: 'dialback' }, { type: 'sasl.failed', next: 'nothing' },
      { type: 'key.accepted' }, { type: 'key.rejected', condition: 'remote-server-timeout' }, { type: 'link.idle' },
      { type: 'stream.failed' }, { type: 'stream.ended' }, { type: 'stream.lost' },
      { type: 'xstate.after.linkTimeout.link.opening' }, { type: 'xstate.after.closeTimeout.link.closing' }, { type: 'xstate.after.closeTimeout.link.leaving' },
    ],
  }),
  entry({
    name: 'peer', about: 'A stream that another server has opened, until its end.', spec: 'RFC 6120 §4-§6, XEP-0178, XEP-0220', step: stepPeer,
    alphabet: [
      { type: 'header.received' }, { type: 'tls.requested', offered: true }, { type: 'tls.requested', offered: false }, { type: 'tls.established' },
      { type: 'auth.requested', permitted: true }, { type: 'auth.requested', permitted: false },
      { type: 'key.received' }, { type: 'key.accepted' }, { type: 'key.rejected' }, { type: 'stanza.refused' },
      { type: 'stream.failed', condition: 'not-well-formed' }, { type: 'stream.ended' }, { type: 'stream.lost' },
      { type: 'xstate.after.unauthenticatedTimeout.peer.negotiating' }, { type: 'xstate.after.closeTimeout.peer.closing' },
    ],
  }),
  entry({
    name: 'component', about: 'The stream of a component, which serves a domain of its own.', spec: 'XEP-0114 §3', step: stepComponent,
    alphabet: [
      { type: 'header.received' }, { type: 'handshake.received', permitted: true }, { type: 'handshake.received', permitted: false }, { type: 'stanza.refused' },
      { type: 'stream.failed', condition: 'not-well-formed' }, { type: 'stream.ended' }, { type: 'stream.lost' },
      { type: 'xstate.after.unauthenticatedTimeout.component.negotiating' }, { type: 'xstate.after.closeTimeout.component.closing' },
    ],
  }),
  entry({
    name: 'room', about: 'The life of a room.', spec: 'XEP-0045 §10', step: stepRoom,
    alphabet: [
      { type: 'configuration.submitted', persistent: false, occupied: true }, { type: 'configuration.submitted', persistent: false, occupied: false },
      { type: 'configuration.submitted', persistent: true, occupied: true }, { type: 'configuration.cancelled' }, { type: 'record.changed' },
      { type: 'room.emptied' }, { type: 'room.destroyed' },
    ],
  }),
  entry({
    name: 'occupant', about: 'One occupant of a room, and the role of its visit.', spec: 'XEP-0045 §5.1, §7', step: stepOccupant,
    alphabet: [
      { type: 'occupant.entered', affiliation: 'owner', moderated: true }, { type: 'occupant.entered', affiliation: 'member', moderated: true },
      { type: 'occupant.entered', affiliation: 'none', moderated: true }, { type: 'occupant.entered', affiliation: 'none', moderated: false },
      { type: 'session.entered' }, { type: 'session.left', last: true }, { type: 'session.left', last: false },
      { type: 'session.failed', last: true }, { type: 'session.failed', last: false }, { type: 'presence.changed' }, { type: 'nick.changed' },
      { type: 'role.changed', role: 'visitor' }, { type: 'role.changed', role: 'participant' }, { type: 'role.changed', role: 'moderator' }, { type: 'occupant.kicked' },
      { type: 'affiliation.changed', from: 'none', to: 'outcast', moderated: false, membersOnly: false },
      { type: 'affiliation.changed', from: 'member', to: 'none', moderated: false, membersOnly: true },
      { type: 'affiliation.changed', from: 'member', to: 'none', moderated: true, membersOnly: false },
      { type: 'affiliation.changed', from: 'none', to: 'member', moderated: true, membersOnly: false },
      { type: 'affiliation.changed', from: 'member', to: 'admin', moderated: true, membersOnly: false },
      { type: 'affiliation.changed', from: 'owner', to: 'none', moderated: true, membersOnly: false },
      { type: 'affiliation.changed', from: 'owner', to: 'none', moderated: true, membersOnly: true },
      { type: 'affiliation.changed', from: 'owner', to: 'member', moderated: true, membersOnly: true },
      { type: 'configuration.changed', affiliation: 'none', moderated: false, membersOnly: true },
      { type: 'configuration.changed', affiliation: 'none', moderated: false, membersOnly: false },
      { type: 'room.destroyed' }, { type: 'service.stopped' },
    ],
  }),
];
