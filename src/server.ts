/** `waystate/server`: what a core needs to be a server: sockets, TLS, SASL, timers, and stores. For Node. @module waystate/server */
export { memoryStore } from './stores/memory.ts';
export { sqliteStore } from './stores/sqlite.ts';
export type { EmbeddedStore } from './stores/sqlite.ts';
export type { SqliteStoreOptions } from './stores/sqlite-database.ts';

export { startServer } from './runtime/server.ts';
export type { RunningServer, ServerOptions } from './runtime/server.ts';
export type { DriverOptions, TraceListener } from './runtime/driver.ts';
export type { Connect } from './runtime/performer.ts';
export type { ListenerAddress, ListenerKind } from './runtime/listener.ts';
export type { WebSocketOptions } from './runtime/http-door.ts';
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
export { passwordAuthenticator } from './runtime/sasl/password-authenticator.ts';
export type { PasswordCheck, PasswordOptions, WhoAsks } from './runtime/sasl/password-authenticator.ts';
export { deriveCredentials } from './runtime/sasl/credentials.ts';
export type { Authenticator, InTurn, SaslChannel, SaslExchange, SaslOutcome } from './runtime/authenticator.ts';
export { Metrics } from './runtime/metrics.ts';
export type { Metric, Sample } from './runtime/metrics.ts';
export type { Log, LogLine } from './runtime/log.ts';

export { startTestServer } from './testing/server.ts';
export type { TestClient, TestServer, TestServerOptions } from './testing/server.ts';
export type { TestClock } from './testing/clock.ts';
export type { TestLogins } from './testing/login.ts';
export type { TestStore } from './testing/store.ts';
export type { Interference } from './testing/wire.ts';
export type { NamedTimers } from './runtime/timers.ts';
