/** `waystate/core`: a whole server without I/O. `step(input, at)` gives the effects of one input, in order; what carries
 *  them out is yours, or `waystate/server`. It imports nothing of Node's; runs in a browser. @module waystate/core */
/// <reference path="../ltx.d.ts" preserve="true" />
export { createCore } from './server.ts';
export type { Census, Core, Observer } from './server.ts';
export { defaultConfig, defaultFederation, defaultRoomLimits } from './config.ts';
export type { ComponentConfig, CoreConfig, Delays, FederationConfig, PrivacyLimits, RoomLimits, RoomsConfig } from './config.ts';
export type { Channel, ConnectFailure, Input, PeerKind, StreamHeader, StreamId } from './input.ts';
export type { Effect, ServerHeader } from './effect.ts';
export type { Fate, Transition } from './kernel.ts';
export type { Decision, RouteView } from './decision.ts';
export type { Place } from './place.ts';
export type { Denial, Party, ResourceInSight, Sight } from './sight.ts';
export type { Standing } from './standing.ts';
export { InvariantViolation } from './invariant.ts';

// Extensions.
export { standardFeatures } from './features/all.ts';
export { register } from './features/register.ts';
export type { RegistrationLimit } from './features/register.ts';
export type { EnteringStanza, Feature, Host, IqAnswer, IqHandler, IqRequest, StanzaVerdict } from './feature.ts';
export type { Service } from './service.ts';
export { StanzaError } from './stanza-error.ts';
export { StoreFailure, ask, derive } from './task.ts';
export type { Derivation, Task } from './task.ts';

// Addresses and XML, as the core takes and gives them. An element has to be of this class, not of another copy of ltx.
export { Element, parse } from 'ltx';
export { parseBare, parseJid } from './jid.ts';
export type { Jid } from './jid.ts';
export { StreamReader } from './xml/reader.ts';
export type { ReaderEvent, ReaderLimits } from './xml/reader.ts';
export { serialize } from './xml/writer.ts';

// What the core asks of a store.
export type {
  AffiliationRecord, Credentials, OfflineMessage, OfflinePage, RoomListing, RoomRecord, RosterRecord, RosterSnapshot, ScramKeys,
  Store, StoreOperation, StoreOperations, StoreReply, StoreRequest, SubjectRecord,
} from './store.ts';

// Traces: what happened, step by step, in a file.
export { TraceError, TRACE_VERSION, decodeTrace, encodeLine, encodeTrace } from './trace.ts';
export type { Trace, TraceHeader, TraceKind, TraceQueue, TraceStep } from './trace.ts';
export { recorded } from './recording.ts';
export type { StepListener } from './recording.ts';
export type { Redaction } from './redaction.ts';
export { sessionHeader } from './session-trace.ts';
export type { SessionMaking } from './session-trace.ts';
