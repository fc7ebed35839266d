/** `waystate/machines`: each lifecycle as a statechart of XState and as a step function, the two tables of delivery, and the
 *  catalogue of them all. Needs nothing but XState; runs in a browser. Not here: who carries out the effects
 *  (`waystate/core`). @module waystate/machines */
export { catalogue } from './catalogue.ts';
export type { CatalogueEntry } from './catalogue.ts';
export { stepOf } from './step.ts';
export type { CancelTimer, Cite, EffectOf, Section, StartTimer, Step, Stepper, TimerEvent } from './step.ts';
export { wires } from './wires.ts';
export type { Wire } from './wires.ts';

export { componentMachine, stepComponent } from './component.ts';
export type { ComponentEvent } from './component.ts';
export { directedPresenceMachine, stepDirectedPresence } from './directed-presence.ts';
export type { DirectedPresenceEvent } from './directed-presence.ts';
export { farewellMachine, stepFarewell } from './farewell.ts';
export type { FarewellContext, FarewellEvent } from './farewell.ts';
export { iqMachine, stepIq } from './iq.ts';
export type { IqEvent } from './iq.ts';
export { linkMachine, stepLink } from './link.ts';
export type { LinkEvent, LinkFailure, Offer } from './link.ts';
export { occupantMachine, stepOccupant } from './occupant.ts';
export type { OccupantEvent } from './occupant.ts';
export { peerMachine, stepPeer } from './peer.ts';
export type { PeerContext, PeerEvent } from './peer.ts';
export { presenceMachine, stepPresence } from './presence.ts';
export type { PresenceContext, PresenceEvent } from './presence.ts';
export { roomMachine, stepRoom } from './room.ts';
export type { RoomEvent } from './room.ts';
export { rosterMachine, stepRoster } from './roster.ts';
export type { RosterContext, RosterEvent } from './roster.ts';
export { routeMachine, stepRoute } from './route.ts';
export type { RouteContext, RouteEvent } from './route.ts';
export { sessionMachine, stepSession } from './session.ts';
export type { SessionEvent } from './session.ts';
export { stepStream, streamMachine } from './stream.ts';
export type { StreamContext, StreamEvent } from './stream.ts';
export { stepSubscription, subscriptionMachine } from './subscription.ts';
export type { SubscriptionContext, SubscriptionEvent } from './subscription.ts';

export { whetherToBare, whetherToFull } from './whether.ts';
export type { Eligibility, Reach } from './whether.ts';
export { which } from './which.ts';
export type { PresenceView } from './which.ts';
export type {
  Affiliation, BareJid, FullJid, MessageType, NonEmpty, Role, SaslFailureCondition, StanzaErrorCondition, StanzaKind,
  StreamErrorCondition, StreamErrorContent, SubscriptionState,
} from './vocabulary.ts';
