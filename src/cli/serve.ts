/** `waystate serve`: runs a server until a signal ends it. The first SIGTERM or SIGINT drains and says
 *  goodbye (RFC 6120 §4.9.3.20), a second one ends the process at once; SIGHUP reads certificates
 *  again. @module */
import type { EventEmitter } from 'node:events';
import type { Log } from '../runtime/log.ts';
import type { Config } from './config.ts';
import { done, failed, type Outcome } from './outcome.ts';
import { explainError } from './server-error.ts';

/** Where a server listens, as `host:port`; what is off is absent. */
export interface Addresses {
  readonly c2s?: string;
  readonly c2sTls?: string;
  readonly http?: string;
  readonly https?: string;
}

/** A server that listens. */
export interface RunningServer {
  readonly addresses: Addresses;
  /** Drains, says goodbye to every session, and lets go of everything. */
  stop(): Promise<void>;
  /** Reads the certificate's files again, for connections from now on. */
  renewCertificates(): Promise<void>;
}

/** Starts a server; rejects when it can't listen or can't open its store. */
export type StartServer = (config: Config, deps: { readonly log: Log }) => Promise<RunningServer>;

/** What a serving process is made of. */
export interface ServeContext {
  readonly startServer: StartServer;
  readonly log: Log;
  /** Shows the banner. */
  readonly announce: (addresses: Addresses) => void;
  /** Where signals arrive: `process`, but for tests. */
  readonly signals: EventEmitter;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

/** What a shell adds to the number of the signal that ended a process. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
type Ending = keyof typeof exitCodes;

/** Serves until it is told to stop.
 *  @example
 *  await serve(config, { startServer, log, announce, signals: process, exit: process.exit }); */
export async function serve(config: Config, { startServer, log, announce, signals, exit }: ServeContext): Promise<Outcome> {
  const ending = firstSignal(signals, exit);
  try {
    const server = await startServer(config, { log });
    announce(server.addresses);
    log.info({ domain: config.domain, ...server.addresses }, 'serving');
    await untilSignal(server, { ending: ending.signal, log, signals });
    return done();
  } catch (error) {
    log.debug({ err: error }, 'ended by an error');
    return failed(explainError(error, config));
  } finally {
    ending.forget();
  }
}

async function untilSignal(
  server: RunningServer,
  { ending, log, signals }: { readonly ending: Promise<Ending>; readonly log: Log; readonly signals: EventEmitter },
): Promise<void> {
  const renew = (): void => void renewCertificates(server, log);
  signals.on('SIGHUP', renew);
  log.info({ signal: await ending }, 'saying goodbye; another signal ends at once');
  await server.stop();
  signals.off('SIGHUP', renew);
  log.info({}, 'stopped');
}

function firstSignal(signals: EventEmitter, exit: (code: number) => void): { readonly signal: Promise<Ending>; forget(): void } {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  let ended = false;
  const hear = (signal: Ending): void => {
    if (ended) exit(exitCodes[signal]);
    ended = true;
    resolve(signal);
  };
  signals.on('SIGINT', hear).on('SIGTERM', hear);
  return { signal: promise, forget: () => void signals.off('SIGINT', hear).off('SIGTERM', hear) };
}

async function renewCertificates(server: RunningServer, log: Log): Promise<void> {
  try {
    await server.renewCertificates();
    log.info({}, 'certificates read again');
  } catch (error) {
    log.error({ err: error }, 'certificates could not be read; the old ones stay in use');
  }
}
