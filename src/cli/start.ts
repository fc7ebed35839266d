/** Makes a server of a configuration: the core with its extensions, the store, SASL, the certificate
 *  and the ports. Not here: signals and messages (serve.ts). @module */
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { defaultConfig } from '../core/config.ts';
import type { ComponentConfig, CoreConfig, FederationConfig } from '../core/config.ts';
import { standardFeatures } from '../core/features/all.ts';
import { register } from '../core/features/register.ts';
import type { RegistrationLimit } from '../core/features/register.ts';
import type { Feature } from '../core/feature.ts';
import { recorded } from '../core/recording.ts';
import { createCore } from '../core/server.ts';
import type { Core, Observer } from '../core/server.ts';
import { sessionHeader } from '../core/session-trace.ts';
import type { Store } from '../core/store.ts';
import type { Inspector } from '../inspector/server.ts';
import { Authorities } from '../runtime/authorities.ts';
import { loadCertificate, selfSignedCertificate } from '../runtime/certificate.ts';
import type { KeyAndCertificate } from '../runtime/certificate.ts';
import type { ListenerAddress, ListenerKind } from '../runtime/listener.ts';
import type { Log } from '../runtime/log.ts';
import { saslAuthenticator } from '../runtime/sasl/authenticator.ts';
import { deriveCredentials } from '../runtime/sasl/credentials.ts';
import { startServer as startRuntime } from '../runtime/server.ts';
import { memoryStore } from '../stores/memory.ts';
import { sqliteStore } from '../stores/sqlite.ts';
import type { ComponentSettings, S2sConfig } from './config-federation.ts';
import type { Config } from './config.ts';
import { openRecord, type RecordFile } from './record.ts';
import { keptSecret, makeSecret, readSecret } from './secret.ts';
import type { Addresses, RunningServer } from './serve.ts';
import { version } from '../version.ts';

/** What strangers may register from one address where registration is on, and not open to all. */
const registrationLimit = { accounts: 3, perMs: 3_600_000 };
/** What is left of a stop after the drain: closing tags, and the store's last answers. */
const stopGraceMs = 5_000;

/** What a server is started with, beside its configuration. */
export interface Surroundings {
  readonly log: Log;
  /** Who watches the machines at work; nobody when left out. */
  readonly observer?: Observer;
}

/** Starts the server that a configuration describes.
 *  @throws (rejects) when a port can't be opened, or the store or a certificate can't be read; then nothing is left open.
 *  @example
 *  const server = await startServer(parseConfig('{ "memory": true }', 'config.json'), { log });
 *  await server.stop(); */
export async function startServer(config: Config, { log, observer }: Surroundings): Promise<RunningServer> {
  const store = await openStore(config);
  let record: RecordFile | undefined;
  let inspector: Inspector | undefined;
  try {
    const coreConfig = await coreConfigOf(config);
    record = openRecordOf(config, coreConfig, log);
    const core = createCore(coreConfig, featuresOf(config));
    const watched = record === undefined ? core : recorded(core, record.write, { keepBodies: config.record.bodies });
    if (observer !== undefined) watched.observe(observer);
    const looked = await inspected(config, watched);
    inspector = looked.inspector;
    const server = await listen(config, looked.core, store, log);
    const stop = async (): Promise<void> => {
      await server.stop();
      await inspector?.stop();
      record?.close();
    };
    return { ...server, stop, ...(inspector && { inspector: inspector.address }), ...(store.failure && { failure: store.failure }) };
  } catch (error) {
    await inspector?.stop();
    record?.close();
    await store.close();
    throw error;
  }
}

/** The core, and the inspector that looks at it where there is one. */
async function inspected({ inspector: { host, port, bodies } }: Config, core: Core): Promise<{ readonly core: Core; readonly inspector?: Inspector }> {
  if (port === false) return { core };
  // Loaded only here: a server that nobody can look at needs none of it.
  const [{ Recorder }, { startInspector }, { counterexamples }] = await Promise.all([import('../inspector/recorder.ts'), import('../inspector/server.ts'), import('./counterexamples.ts')]);
  const recorder = new Recorder(core, { keepBodies: bodies });
  return { core: recorder.core, inspector: await startInspector({ recorder, host, port, traces: { ...counterexamples() } }) };
}

/** The file that sessions are recorded into, if they are. */
function openRecordOf(config: Config, coreConfig: CoreConfig, log: Log): RecordFile | undefined {
  const { directory, bodies, maxBytes } = config.record;
  if (directory === undefined) return undefined;
  const registration = registrationOf(config);
  const header = sessionHeader({ config: coreConfig, features: featuresOf(config), keepBodies: bodies, ...(registration && { registration }) });
  return openRecord({ directory, maxBytes, header, log });
}

/** The store, and when it has failed as a whole: the one in memory never does. */
function openStore({ memory, data, store: { synchronous } }: Config): Promise<Store & { readonly failure?: Promise<Error> }> {
  return memory ? Promise.resolve(memoryStore()) : sqliteStore({ directory: data, synchronous });
}

async function listen(config: Config, core: Core, store: Store, log: Log): Promise<RunningServer> {
  const { auth, domain, limits } = config;
  const server = await startRuntime({
    core,
    store,
    authenticator: saslAuthenticator({ store, anonymous: auth.anonymous, mechanisms: auth.anonymous ? [...auth.mechanisms, 'ANONYMOUS'] : auth.mechanisms, iterations: auth.iterations }),
    deriveCredentials: (password) => deriveCredentials(password, auth.iterations),
    log,
    domain,
    limits,
    listeners: listenersOf(config),
    tls: await certificateOf(config, log),
    requireTls: config.tls.required,
    insecurePlain: config.insecurePlain,
    webSocket: config.webSocket,
    s2s: { targets: config.s2s.targets, ...(await authoritiesOf(config)) },
    stopTimeoutMs: config.drainTimeoutMs + stopGraceMs,
  });
  return {
    addresses: addressesOf(server.addresses),
    async stop() {
      await server.stop();
      await store.close();
    },
    async renewCertificates() {
      server.renew(await certificateOf(config, log), (await authoritiesOf(config)).authorities);
    },
  };
}

async function coreConfigOf(config: Config): Promise<CoreConfig> {
  const { domain, limits, drainTimeoutMs, unauthenticatedTimeoutMs, offline, memory, data, rooms, s2s } = config;
  const delays = {
    ...defaultConfig.delays, drainTimeout: drainTimeoutMs, unauthenticatedTimeout: unauthenticatedTimeoutMs, closeTimeout: limits.closeTimeoutMs,
    linkTimeout: s2s.waitMs, idleTimeout: s2s.idleMs,
  };
  return {
    ...defaultConfig,
    domain,
    software: { name: 'Waystate', version },
    delays,
    offlineLimit: offline.limit,
    secret: memory ? makeSecret() : await keptSecret(data),
    components: await Promise.all(config.components.map(componentOf)),
    ...(rooms.domain !== false && { rooms: { domain: rooms.domain } }),
    ...(s2s.enabled && { federation: federationOf(s2s) }),
  };
}

async function componentOf({ domain, secret = '', secretFile }: ComponentSettings): Promise<ComponentConfig> {
  if (secretFile === undefined) return { domain, secret };
  const read = await readSecret(secretFile);
  if (read === '') throw new Error(`The secret of the component ${domain} is missing: ${secretFile} (secretFile) is empty.`);
  return { domain, secret: read };
}

function federationOf({ allow, deny, requireTls, dialback, queueLimit, linkLimit }: S2sConfig): FederationConfig {
  return { deny, tlsRequired: requireTls, dialback, queueLimit, linkLimit, ...(allow && { allow }) };
}

function featuresOf(config: Config): readonly Feature[] {
  return config.registration ? [...standardFeatures, register(registrationOf(config))] : standardFeatures;
}

/** What limits registration; undefined when it is off, or open to all. */
function registrationOf({ registration, openRegistration }: Config): RegistrationLimit | undefined {
  return registration && !openRegistration ? registrationLimit : undefined;
}

/** The certificate of the configuration, or else one of the server's own making. */
async function certificateOf(config: Config, log: Log): Promise<KeyAndCertificate> {
  return { ...(await readCertificate(config, log)), minVersion: config.tls.minVersion };
}

async function readCertificate({ data, domain, memory, tls: { keyFile, certFile } }: Config, log: Log): Promise<KeyAndCertificate> {
  if (keyFile === undefined || certFile === undefined) return memory ? (await import('../runtime/self-signed.ts')).signCertificate(domain) : selfSignedCertificate({ domain, directory: join(data, 'tls') });
  const { key, cert, warning } = await loadCertificate({ keyFile, certFile });
  if (warning !== undefined) log.warn({ certFile }, warning);
  return { key, cert };
}

/** The authorities that the operator trusts, in PEM. */
async function authoritiesOf({ s2s: { ca } }: Config): Promise<{ readonly authorities?: string }> {
  if (ca === undefined) return {};
  const authorities = await readFile(ca, 'utf8');
  try {
    new Authorities(authorities);
  } catch {
    throw new Error(`${ca} (s2s.ca) has no certificate in PEM, or one that can't be read.`);
  }
  return { authorities };
}

const kinds: readonly ListenerKind[] = ['c2s', 'c2sTls', 'http', 'https', 's2s', 's2sTls', 'component'];

function listenersOf({ host, componentHost, ports }: Config): readonly ListenerAddress[] {
  return kinds.flatMap((kind) => {
    const port = ports[kind];
    return port === false ? [] : (kind === 'component' ? componentHost : host).map((address) => ({ kind, host: address, port }));
  });
}

/** The first address of each kind. */
function addressesOf(listening: readonly ListenerAddress[]): Addresses {
  const first = (kind: ListenerKind): Partial<Record<ListenerKind, string>> => {
    const found = listening.find((address) => address.kind === kind);
    return found === undefined ? {} : { [kind]: `${isIPv6(found.host) ? `[${found.host}]` : found.host}:${found.port}` };
  };
  return Object.assign({}, ...kinds.map(first)) as Addresses;
}
