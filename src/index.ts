/** The public API, and only that: a server without I/O, the stores and the runtime that carry it, and the
 *  machines that it is made of. What is not exported here may change without a word. Not here: the
 *  command line and its configuration file (src/cli). @module */

// The core: `step(input, at)` gives effects.
export { createCore } from './core/server.ts';
export type { Census, Core, Observer } from './core/server.ts';
export { defaultConfig, defaultFederation, defaultRoomLimits } from './core/config.ts';
export type { ComponentConfig, CoreConfig, Delays, FederationConfig, PrivacyLimits, RoomLimits, RoomsConfig } from './core/config.ts';
export type { Channel, ConnectFailure, Input, PeerKind, StreamHeader, StreamId } from './core/input.ts';
export type { Effect, ServerHeader } from './core/effect.ts';
export type { Fate, Transition } from './core/kernel.ts';
export type { Decision, RouteView } from './core/decision.ts';
export type { Place } from './core/place.ts';
export type { Denial, Party, ResourceInSight, Sight } from './core/sight.ts';
export type { Standing } from './core/standing.ts';
export { InvariantViolation } from './core/invariant.ts';

// Extensions of the core.
export { standardFeatures } from './core/features/all.ts';
export { register } from './core/features/register.ts';
export type { RegistrationLimit } from './core/features/register.ts';
export type { Feature, Host, IqAnswer, IqHandler, IqRequest } from './core/feature.ts';
export type { Service } from './core/service.ts';
export { StanzaError } from './core/stanza-error.ts';
export { StoreFailure, ask, derive } from './core/task.ts';
export type { Derivation, Task } from './core/task.ts';

// Addresses and XML, as the core takes and gives them.
export { parseBare, parseJid } from './core/jid.ts';
export type { Jid } from './core/jid.ts';
export { StreamReader } from './core/xml/reader.ts';
export type { ReaderEvent, ReaderLimits } from './core/xml/reader.ts';
export { serialize } from './core/xml/writer.ts';

// Stores.
export type {
  AffiliationRecord, Credentials, OfflineMessage, OfflinePage, RoomListing, RoomRecord, RosterRecord, RosterSnapshot, ScramKeys,
  Store, StoreOperation, StoreOperations, StoreReply, StoreRequest, SubjectRecord,
} from './core/store.ts';
export { memoryStore } from './stores/memory.ts';
export { sqliteStore } from './stores/sqlite.ts';
export type { EmbeddedStore } from './stores/sqlite.ts';
export type { SqliteStoreOptions } from './stores/sqlite-database.ts';

// The runtime: sockets, timers, entropy and SASL around a core.
export { startServer } from './runtime/server.ts';
export type { RunningServer, ServerOptions } from './runtime/server.ts';
export type { DriverOptions, TraceListener } from './runtime/driver.ts';
export type { Connect } from './runtime/performer.ts';
export type { ListenerAddress, ListenerKind } from './runtime/listener.ts';
export type { WebSocketOptions } from './runtime/http.ts';
export type { S2sOptions } from './runtime/outgoing.ts';
export type { Endpoint } from './runtime/endpoint.ts';
export { systemResolver } from './runtime/resolver.ts';
export type { Resolver, SrvRecord } from './runtime/resolver.ts';
export { defaultLimits } from './runtime/limits.ts';
export type { Limits } from './runtime/limits.ts';
export { loadCertificate, selfSignedCertificate } from './runtime/certificate.ts';
export type { KeyAndCertificate, LoadedCertificate } from './runtime/certificate.ts';
export { saslAuthenticator } from './runtime/sasl/authenticator.ts';
export type { SaslOptions } from './runtime/sasl/authenticator.ts';
export { deriveCredentials } from './runtime/sasl/credentials.ts';
export type { Authenticator, InTurn, SaslChannel, SaslExchange, SaslOutcome } from './runtime/authenticator.ts';
export type { Log, LogLine } from './runtime/log.ts';

// The machines, one by one.
export { catalogue } from '../machines/catalogue.ts';
export type { CatalogueEntry } from '../machines/catalogue.ts';
export { stepOf } from '../machines/step.ts';
export type { Step, Stepper } from '../machines/step.ts';
export { stepDirectedPresence } from '../machines/directed-presence.ts';
export { stepIq } from '../machines/iq.ts';
export { stepOccupant } from '../machines/occupant.ts';
export { stepPresence } from '../machines/presence.ts';
export { stepRoom } from '../machines/room.ts';
export { stepRoster } from '../machines/roster.ts';
export { stepRoute } from '../machines/route.ts';
export { stepSession } from '../machines/session.ts';
export { stepStream } from '../machines/stream.ts';
export { stepSubscription } from '../machines/subscription.ts';
export { whetherToBare, whetherToFull } from '../machines/whether.ts';
export type { Eligibility, Reach } from '../machines/whether.ts';
export { which } from '../machines/which.ts';
export type { PresenceView } from '../machines/which.ts';
export type {
  Affiliation, BareJid, FullJid, MessageType, NonEmpty, Role, SaslFailureCondition, StanzaErrorCondition, StanzaKind,
  StreamErrorCondition, SubscriptionState,
} from '../machines/vocabulary.ts';
