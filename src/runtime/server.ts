/** A whole server in one call: the driver around a core, and the ports that peers come in by. It is handed
 *  its core, store and authenticator, and closes none of them. Not here: configuration files, where
 *  certificates come from (src/cli). @module */
import type { KeyAndCertificate } from './certificate.ts';
import { createDriver } from './driver.ts';
import type { DriverOptions } from './driver.ts';
import { defaultLimits } from './limits.ts';
import type { Limits } from './limits.ts';
import { startListeners } from './listener.ts';
import type { ListenerAddress, ListenerConfig } from './listener.ts';

/** What a server is made of. The core's domain and `domain` are the same.
 *  @public */
export interface ServerOptions extends DriverOptions, Omit<ListenerConfig, 'driver' | 'authenticator' | 'log' | 'limits'> {
  /** What peers may take; {@link defaultLimits} where a key is missing. */
  readonly limits?: Partial<Limits>;
  /** How long a stop waits for streams to end in order. */
  readonly stopTimeoutMs?: number;
}

/** A server that runs.
 *  @public */
export interface RunningServer {
  readonly addresses: readonly ListenerAddress[];
  /** How many streams there are. */
  readonly streams: number;
  /** Takes a new certificate without dropping a connection.
   *  @throws when the pair is unusable; the old one stays in use. */
  renew(pair: KeyAndCertificate): void;
  /** Lets nobody in any more, says goodbye to everyone, and lets go of every socket and timer. */
  stop(): Promise<void>;
}

/** The drain (DESIGN D5), the peer's closing tag, and a little for the store. */
const defaultStopTimeoutMs = 10_000;

/** Starts a server.
 *  @throws (rejects) when a port can't be opened, or a certificate is missing or unusable; nothing is left open.
 *  @example
 *  const server = await startServer({ core, store, authenticator, deriveCredentials, log, domain: 'localhost',
 *    listeners: [{ kind: 'c2s', host: '127.0.0.1', port: 0 }] });
 *  await server.stop();
 *  @public */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const driver = createDriver(options);
  const limits = { ...defaultLimits, ...options.limits };
  const listeners = await startListeners({ ...options, driver, limits });
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    listeners.refuse();
    await driver.stop(options.stopTimeoutMs ?? defaultStopTimeoutMs);
    await listeners.close();
  };
  return {
    addresses: listeners.addresses,
    get streams() {
      return driver.streams;
    },
    renew: (pair) => listeners.renew(pair),
    stop: () => (stopping ??= stop()),
  };
}
